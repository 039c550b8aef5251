// SPDX-License-Identifier: EUPL-1.2
#include "oidc/provider.h"

#include "base/queue.h"
#include "fetch/fetch.h"
#include "oidc/claim.h"
#include "oidc/jws.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 2
#define WAITING_MOST 64
#define TIMEOUT_S 10
#define ANSWER_MAX ((size_t)256 << 10)
#define ADDRESSES_FRESH TIME_HOUR
#define KEYS_AGAIN TIME_SECOND  // a stranger can make us ask by logout tokens: no more than this

struct oidc {
    oidc_config config;
    struct workers *workers;
    atomic_bool is_stopping;
    struct lock *lock;              // guards what follows
    buf addresses, keys;            // as the provider sent them; empty: not yet
    int64_t addresses_at, keys_at;  // monotonic
};

struct addresses {
    str authorise, token, keys, end_session;
    bool says_issuer, posts_secret;
};

struct job {
    struct oidc *o;
    bool (*run)(struct job *j, oidc_answer *out, err *e);
    struct oidc_call call;
    struct oidc_attempt attempt;
    str redirect_uri, code, issuer;  // of a logout: `code` is the token
    struct fetcher *fetcher;
    struct addresses at;
};

// ---- Asking ------------------------------------------------------------------------------------------------------

static bool is_local_http(str url)
{
    static const str hosts[] = {{"http://127.0.0.1", 16}, {"http://localhost", 16}, {"http://[::1]", 12}};
    for (size_t k = 0; k < sizeof hosts / sizeof hosts[0]; k++)
        if (str_starts(url, hosts[k]) &&
            (url.n == hosts[k].n || url.p[hosts[k].n] == ':' || url.p[hosts[k].n] == '/'))
            return true;
    return false;
}

bool oidc_issuer_check(str issuer, err *e)
{
    size_t at;
    const bool is_plain = !str_find(issuer, STR("?"), &at) && !str_find(issuer, STR("#"), &at);
    return (is_plain && (str_starts(issuer, STR("https://")) || is_local_http(issuer))) ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE,
                   "the issuer is an https address without '?' and '#', not '%.*s'", STR_ARG(issuer));
}

static bool ask(struct job *j, const fetch_request *wanted, fetch_answer *out, err *e)
{
    fetch_request q = *wanted;
    q.timeout_s = TIMEOUT_S;
    q.answer_max = ANSWER_MAX;
    q.ca_file = j->o->config.ca_file;
    q.cancel = &j->o->is_stopping;
    err why;
    if (!j->fetcher && !(j->fetcher = fetcher_new(e))) return false;
    return fetch_run(j->fetcher, &q, out, &why) || err_set(e, ERR_BUSY, ERR_NOWHERE, "%s", why.text);
}

static bool get(struct job *j, str url, str *body, err *e)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    str copy;
    fetch_answer answer;
    if (!arena_copy(j->call.a, url, &copy)) return err_no_memory(e);
    if (!ask(j, &(fetch_request){.method = "GET", .url = copy.p, .headers = headers}, &answer, e))
        return false;
    if (answer.status != 200)
        return err_set(e, ERR_BUSY, ERR_NOWHERE, "%s answered %d", copy.p, answer.status);
    return arena_copy(j->call.a, answer.body, body) || err_no_memory(e);
}

// What is kept, if it is younger than `fresh_us`, as a text of the job's own.
static bool kept(struct job *j, const buf *what, const int64_t *at, int64_t fresh_us, str *out)
{
    bool ok = false;
    lock_take(j->o->lock);
    if (what->n && time_monotonic_us() - *at < fresh_us) ok = arena_copy(j->call.a, buf_str(what), out);
    lock_drop(j->o->lock);
    return ok;
}

static void keep(struct job *j, buf *what, int64_t *at, str text)
{
    lock_take(j->o->lock);
    buf_clear(what);
    buf_add(what, text);
    *at = time_monotonic_us();
    lock_drop(j->o->lock);
}

// ---- Discovery ---------------------------------------------------------------------------------------------------

static bool address(const struct job *j, const json *document, str name, bool is_needed, str *out, err *e)
{
    *out = json_text(document, name);
    if (!out->n && !is_needed) return true;
    const bool is_safe = str_starts(*out, STR("https://")) ||
                         (is_local_http(*out) && is_local_http(j->o->config.issuer));
    return is_safe || err_set(e, ERR_CONFIG, ERR_NOWHERE, "the provider's '%.*s' is not an https address",
                              STR_ARG(name));
}

static bool lists(const json *document, str name, str word)
{
    const json *list = json_get(document, name);
    for (const json *c = list && list->type == JSON_ARRAY ? list->first : NULL; c; c = c->next)
        if (c->type == JSON_TEXT && str_eq(c->text, word)) return true;
    return false;
}

static bool read_addresses(struct job *j, str text, err *e)
{
    json *d;
    const json *says = NULL;
    if (!json_parse(text, j->call.a, &d, e)) {
        e->code = ERR_CONFIG;
        return err_within(e, "the provider's addresses");
    }
    if (!str_eq(json_text(d, STR("issuer")), j->o->config.issuer))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "the provider calls itself '%.*s', not '%.*s' (oidc.issuer)",
                       STR_ARG(str_slice(json_text(d, STR("issuer")), 0, 200)), STR_ARG(j->o->config.issuer));
    says = json_get(d, STR("authorization_response_iss_parameter_supported"));
    j->at.says_issuer = says && says->type == JSON_TRUE;
    const str methods = STR("token_endpoint_auth_methods_supported");
    j->at.posts_secret = lists(d, methods, STR("client_secret_post")) &&
                         !lists(d, methods, STR("client_secret_basic"));
    return address(j, d, STR("authorization_endpoint"), true, &j->at.authorise, e) &&
           address(j, d, STR("token_endpoint"), true, &j->at.token, e) &&
           address(j, d, STR("jwks_uri"), true, &j->at.keys, e) &&
           address(j, d, STR("end_session_endpoint"), false, &j->at.end_session, e);
}

static bool discover(struct job *j, err *e)
{
    struct oidc *o = j->o;
    str text, url, issuer = o->config.issuer;
    if (kept(j, &o->addresses, &o->addresses_at, ADDRESSES_FRESH, &text)) return read_addresses(j, text, e);
    if (str_ends(issuer, STR("/"))) issuer.n--;
    if (!arena_print(j->call.a, &url, "%.*s/.well-known/openid-configuration", STR_ARG(issuer)))
        return err_no_memory(e);
    if (!get(j, url, &text, e) || !read_addresses(j, text, e)) return false;
    keep(j, &o->addresses, &o->addresses_at, text);
    return true;
}

// ---- Tokens ------------------------------------------------------------------------------------------------------

static bool verify_with(struct job *j, const struct jws *token, str keys, err *e)
{
    json *k;
    if (!json_parse(keys, j->call.a, &k, e)) {
        e->code = ERR_AUTH;
        return err_within(e, "the provider's keys");
    }
    return jws_verify(token, k, j->call.a, e);
}

static bool fetch_keys(struct job *j, str *out, err *e)
{
    if (!get(j, j->at.keys, out, e)) return false;
    keep(j, &j->o->keys, &j->o->keys_at, *out);
    return true;
}

// With the keys that are there; a key that is not among them is looked for at the provider, who may have changed them.
static bool verify(struct job *j, str text, struct jws *token, err *e)
{
    struct oidc *o = j->o;
    str keys, ignored;
    if (!jws_read(text, j->call.a, token, e)) return false;
    if (!kept(j, &o->keys, &o->keys_at, INT64_MAX, &keys))
        return fetch_keys(j, &keys, e) && verify_with(j, token, keys, e);
    if (verify_with(j, token, keys, e)) return true;
    if (e->code != ERR_ABSENT || kept(j, &o->keys, &o->keys_at, KEYS_AGAIN, &ignored)) {
        e->code = ERR_AUTH;
        return false;
    }
    return fetch_keys(j, &keys, e) && verify_with(j, token, keys, e);
}

static struct claim_wants wants(const struct job *j, str nonce)
{
    const oidc_config *c = &j->o->config;
    return (struct claim_wants){c->issuer, c->client_id, nonce, c->acr, c->amr, time_now()};
}

static bool put_names(struct job *j, const struct jws *token, oidc_answer *out, err *e)
{
    const str sub = json_text(token->claims, STR("sub"));
    out->claims = token->claims;
    out->session = json_text(token->claims, STR("sid"));
    return !sub.n ||
           arena_print(j->call.a, &out->subject, "%.*s %.*s", STR_ARG(j->o->config.issuer), STR_ARG(sub)) ||
           err_no_memory(e);
}

// ---- Leaving -----------------------------------------------------------------------------------------------------

static void random_text(char out[static OIDC_RANDOM_MAX])
{
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(out, OIDC_RANDOM_MAX, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void oidc_attempt_make(struct oidc_attempt *out)
{
    random_text(out->state);
    random_text(out->nonce);
    random_text(out->verifier);
}

static void add_parameter(buf *b, const char *name, str value)
{
    size_t at;
    if (b->n) buf_add_char(b, str_find(buf_str(b), STR("?"), &at) ? '&' : '?');
    buf_print(b, "%s=", name);
    buf_add_percent(b, value);
}

static bool take_location(struct job *j, buf *b, oidc_answer *out, err *e)
{
    const bool ok = !b->failed && arena_copy(j->call.a, buf_str(b), &out->location);
    buf_free(b);
    return ok || err_no_memory(e);
}

static bool run_leave(struct job *j, oidc_answer *out, err *e)
{
    const oidc_config *c = &j->o->config;
    unsigned char hash[crypto_hash_sha256_BYTES];
    char challenge[OIDC_RANDOM_MAX];
    buf b = {.max = 8192};
    if (!discover(j, e)) return false;
    crypto_hash_sha256(hash, (const unsigned char *)j->attempt.verifier, strlen(j->attempt.verifier));
    sodium_bin2base64(challenge, sizeof challenge, hash, sizeof hash,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buf_add(&b, j->at.authorise);
    add_parameter(&b, "response_type", STR("code"));
    add_parameter(&b, "client_id", c->client_id);
    add_parameter(&b, "redirect_uri", j->redirect_uri);
    add_parameter(&b, "scope", c->scopes);
    add_parameter(&b, "state", str_of(j->attempt.state));
    add_parameter(&b, "nonce", str_of(j->attempt.nonce));
    add_parameter(&b, "code_challenge", str_of(challenge));
    add_parameter(&b, "code_challenge_method", STR("S256"));
    if (c->acr.n) add_parameter(&b, "acr_values", c->acr);
    return take_location(j, &b, out, e);
}

static bool run_log_out(struct job *j, oidc_answer *out, err *e)
{
    buf b = {.max = 8192};
    if (!discover(j, e)) return false;
    if (!j->at.end_session.n) return true;
    buf_add(&b, j->at.end_session);
    add_parameter(&b, "client_id", j->o->config.client_id);
    add_parameter(&b, "post_logout_redirect_uri", j->redirect_uri);
    return take_location(j, &b, out, e);
}

// ---- Coming back -------------------------------------------------------------------------------------------------

static void form_field(buf *b, const char *name, str value)
{
    buf_print(b, "%s%s=", b->n ? "&" : "", name);
    buf_add_percent(b, value);
}

// RFC 6749 section 2.3.1: both are form-encoded before they are joined.
static bool basic_header(const struct job *j, char *out, size_t room)
{
    buf b = {.max = 4096};
    buf_add_percent(&b, j->o->config.client_id);
    buf_add_char(&b, ':');
    buf_add_percent(&b, j->o->config.client_secret);
    static const char start[] = "Authorization: Basic ";
    const bool fits = !b.failed &&
                      sizeof start + sodium_base64_encoded_len(b.n, sodium_base64_VARIANT_ORIGINAL) < room;
    if (fits) {
        memcpy(out, start, sizeof start);
        sodium_bin2base64(out + sizeof start - 1, room - sizeof start, (const unsigned char *)b.p, b.n,
                          sodium_base64_VARIANT_ORIGINAL);
    }
    if (b.p) sodium_memzero(b.p, b.n);
    buf_free(&b);
    return fits;
}

static bool refused(int status, str body, arena *a, err *e)
{
    json *j;
    err ignored;
    if (status >= 500) return err_set(e, ERR_BUSY, ERR_NOWHERE, "the provider answered %d", status);
    const str code = json_parse(body, a, &j, &ignored) ? json_text(j, STR("error")) : (str){0};
    if (str_eq(code, STR("invalid_grant")))
        return err_set(e, ERR_PRECONDITION, ERR_NOWHERE, "the provider does not know the code (any more)");
    return err_set(e, ERR_CONFIG, ERR_NOWHERE, "the provider refused the code: %d %.*s", status,
                   STR_ARG(str_slice(code, 0, 64)));
}

static bool exchange(struct job *j, str *id_token, err *e)
{
    const oidc_config *c = &j->o->config;
    char basic[6144];
    const char *headers[] = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json",
                             NULL, NULL};
    buf b = {.max = 16384};
    str url;
    fetch_answer answer;
    json *body;
    form_field(&b, "grant_type", STR("authorization_code"));
    form_field(&b, "code", j->code);
    form_field(&b, "redirect_uri", j->redirect_uri);
    form_field(&b, "code_verifier", str_of(j->attempt.verifier));
    if (!c->client_secret.n || j->at.posts_secret) form_field(&b, "client_id", c->client_id);
    if (c->client_secret.n && j->at.posts_secret) form_field(&b, "client_secret", c->client_secret);
    if (c->client_secret.n && !j->at.posts_secret && basic_header(j, basic, sizeof basic)) headers[2] = basic;
    bool ok = (!b.failed && arena_copy(j->call.a, j->at.token, &url)) || err_no_memory(e);
    ok = ok &&
         ask(j, &(fetch_request){.method = "POST", .url = url.p, .headers = headers, .body = buf_str(&b)},
             &answer, e);
    sodium_memzero(basic, sizeof basic);
    if (b.p) sodium_memzero(b.p, b.n);
    buf_free(&b);
    if (!ok) return false;
    if (answer.status != 200) return refused(answer.status, answer.body, j->call.a, e);
    str copy;
    if (!arena_copy(j->call.a, answer.body, &copy)) return err_no_memory(e);
    err why;
    if (!json_parse(copy, j->call.a, &body, &why) || !(*id_token = json_text(body, STR("id_token"))).n)
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the provider's answer holds no 'id_token'");
    return true;
}

static bool run_come_back(struct job *j, oidc_answer *out, err *e)
{
    struct jws token;
    str text;
    if (!discover(j, e)) return false;
    if ((j->issuer.n || j->at.says_issuer) && !str_eq(j->issuer, j->o->config.issuer))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "the answer comes from another provider");
    const struct claim_wants w = wants(j, str_of(j->attempt.nonce));
    return exchange(j, &text, e) && verify(j, text, &token, e) && claim_check_login(token.claims, &w, e) &&
           put_names(j, &token, out, e);
}

static bool run_told_logout(struct job *j, oidc_answer *out, err *e)
{
    struct jws token;
    const struct claim_wants w = wants(j, (str){0});
    return discover(j, e) && verify(j, j->code, &token, e) && claim_check_logout(token.claims, &w, e) &&
           put_names(j, &token, out, e);
}

// ---- The queue ---------------------------------------------------------------------------------------------------

static void work(void *item, void *context)
{
    (void)context;
    struct job *j = item;
    oidc_answer answer = {0};
    err why;
    const bool ok = j->run(j, &answer, &why);
    fetcher_free(j->fetcher);
    sodium_memzero(&j->attempt, sizeof j->attempt);
    j->call.done(ok ? &answer : NULL, &why, j->call.context);
}

// The job lies in the caller's arena: after `done` it is gone.
static bool submit(struct oidc *o, const struct oidc_call *call, const struct job *what, err *e)
{
    struct job *j = ARENA_NEW(call->a, struct job);
    if (!j) return err_no_memory(e);
    *j = *what;
    j->o = o;
    j->call = *call;
    if (!arena_copy(call->a, what->redirect_uri, &j->redirect_uri) ||
        !arena_copy(call->a, what->code, &j->code) || !arena_copy(call->a, what->issuer, &j->issuer))
        return err_no_memory(e);
    return workers_submit(o->workers, j) || err_set(e, ERR_BUSY, ERR_NOWHERE, "too many log in at once");
}

bool oidc_leave(struct oidc *o, const struct oidc_attempt *attempt, str redirect_uri,
                const struct oidc_call *call, err *e)
{
    return submit(o, call, &(struct job){.run = run_leave, .attempt = *attempt, .redirect_uri = redirect_uri},
                  e);
}

bool oidc_come_back(struct oidc *o, const struct oidc_attempt *attempt, str redirect_uri, str code,
                    str issuer, const struct oidc_call *call, err *e)
{
    const struct job j = {.run = run_come_back,
                          .attempt = *attempt,
                          .redirect_uri = redirect_uri,
                          .code = code,
                          .issuer = issuer};
    return submit(o, call, &j, e);
}

bool oidc_told_logout(struct oidc *o, str logout_token, const struct oidc_call *call, err *e)
{
    return submit(o, call, &(struct job){.run = run_told_logout, .code = logout_token}, e);
}

bool oidc_log_out(struct oidc *o, str back_uri, const struct oidc_call *call, err *e)
{
    return submit(o, call, &(struct job){.run = run_log_out, .redirect_uri = back_uri}, e);
}

struct oidc *oidc_new(const oidc_config *c, err *e)
{
    struct oidc *o = calloc(1, sizeof *o);
    if (!oidc_issuer_check(c->issuer, e)) {
        free(o);
        return NULL;
    }
    if (o) {
        o->config = *c;
        o->addresses.max = o->keys.max = ANSWER_MAX;
        o->lock = lock_new();
        o->workers = workers_new("peil-oidc", THREADS, WAITING_MOST, work, o);
    }
    if (o && o->lock && o->workers && sodium_init() >= 0) return o;
    oidc_free(o);
    err_no_memory(e);
    return NULL;
}

void oidc_free(struct oidc *o)
{
    if (!o) return;
    atomic_store(&o->is_stopping, true);
    if (o->workers) workers_stop(o->workers);
    lock_free(o->lock);
    buf_free(&o->addresses);
    buf_free(&o->keys);
    free(o);
}

const oidc_config *oidc_configuration(const struct oidc *o)
{
    return &o->config;
}
