// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.h"

#include "base/json.h"
#include "base/queue.h"
#include "identity/audit.h"
#include "identity/reads.h"
#include "identity/session.h"
#include "identity/token_document.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_BYTES 32
#define TOKEN_PREFIX "peil_"
#define TOKENS_MAX 100000
#define CREDENTIALS_MAX 512

// Immutable once it is in `identity`: sorted by hash.
struct token_table {
    struct token *tokens;
    size_t count;
    size_t users;  // threads reading it, under the lock
};

struct identity {
    struct store *store;
    struct lock *lock;  // guards `table` and `users`; held for a few instructions
    struct token_table *table;
    struct users *users;
    struct sessions *sessions;
    struct reads *reads;
};

static void table_free(struct token_table *t)
{
    if (!t) return;
    free(t->tokens);
    free(t);
}

// ---- Reading the tokens that the store keeps ---------------------------------------------------------------------

struct loading {
    arena *arena;
    struct token_table *table;
    size_t capacity;
};

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    struct token_table *t = l->table;
    if (t->count == l->capacity) {
        const size_t capacity = l->capacity ? 2 * l->capacity : 16;
        struct token *grown = capacity <= TOKENS_MAX ? realloc(t->tokens, capacity * sizeof *grown) : NULL;
        if (!grown) return err_no_memory(e);
        t->tokens = grown;
        l->capacity = capacity;
    }
    arena_reset(l->arena);
    json *document;
    struct token token = {0};
    if (!json_parse(text, l->arena, &document, e) || !token_read(key, document, &token, e))
        return err_within(e, "token '%.*s'", STR_ARG(key));
    t->tokens[t->count++] = token;
    return true;
}

static int by_hash(const void *a, const void *b)
{
    return memcmp(((const struct token *)a)->hash, ((const struct token *)b)->hash, TOKEN_HASH_BYTES);
}

static bool table_load(struct snapshot *at, struct token_table **out, err *e)
{
    struct loading l = {.arena = arena_new(1 << 20), .table = calloc(1, sizeof *l.table)};
    bool ok = l.arena && l.table;
    if (!ok) err_no_memory(e);
    ok = ok && store_document_each(at, TOKEN_KIND, load_one, &l, e);
    arena_free(l.arena);
    if (!ok) {
        table_free(l.table);
        return false;
    }
    if (l.table->count) qsort(l.table->tokens, l.table->count, sizeof *l.table->tokens, by_hash);
    *out = l.table;
    return true;
}

// Readers of the old table finish with it; the last one out frees it.
static void table_swap(struct identity *i, struct token_table *fresh)
{
    lock_take(i->lock);
    struct token_table *old = i->table;
    i->table = fresh;
    const bool unused = old && old->users == 0;
    lock_drop(i->lock);
    if (unused) table_free(old);
}

static struct token_table *table_borrow(struct identity *i)
{
    lock_take(i->lock);
    struct token_table *t = i->table;
    t->users++;
    lock_drop(i->lock);
    return t;
}

static void table_return(struct identity *i, struct token_table *t)
{
    lock_take(i->lock);
    t->users--;
    const bool unused = t->users == 0 && t != i->table;
    lock_drop(i->lock);
    if (unused) table_free(t);
}

bool identity_reload(struct identity *i, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(i->store, &at, e)) return false;
    struct token_table *fresh;
    const bool ok = table_load(at, &fresh, e);
    snapshot_close(at);
    if (ok) table_swap(i, fresh);
    return ok;
}

struct identity *identity_new(struct store *s, err *e)
{
    if (sodium_init() < 0) {
        err_set(e, ERR_INTERNAL, ERR_NOWHERE, "libsodium does not start");
        return NULL;
    }
    struct identity *i = calloc(1, sizeof *i);
    if (!i || !(i->lock = lock_new())) {
        err_no_memory(e);
        free(i);
        return NULL;
    }
    i->store = s;
    const bool ok = identity_reload(i, e) && (i->users = users_new(s, e)) &&
                    ((i->sessions = sessions_new(i->users)) || err_no_memory(e)) &&
                    ((i->reads = reads_new(s)) || err_no_memory(e));
    if (ok) return i;
    identity_free(i);
    return NULL;
}

struct users *identity_users(struct identity *i)
{
    return i->users;
}

struct sessions *identity_sessions(struct identity *i)
{
    return i->sessions;
}

struct reads *identity_reads(struct identity *i)
{
    return i ? i->reads : NULL;
}

void identity_free(struct identity *i)
{
    if (!i) return;
    reads_free(i->reads);
    sessions_free(i->sessions);
    users_free(i->users);
    table_free(i->table);
    lock_free(i->lock);
    free(i);
}

// ---- Asking ------------------------------------------------------------------------------------------------------

static void hash_secret(str text, unsigned char out[static TOKEN_HASH_BYTES])
{
    crypto_generichash(out, TOKEN_HASH_BYTES, (const unsigned char *)text.p, text.n, NULL, 0);
}

// The token in an Authorization header: "Bearer TOKEN", or "Basic base64(name:TOKEN)", which is all that some devices can send.
static bool credentials_read(str authorization, char out[static CREDENTIALS_MAX], str *token, err *e)
{
    const str bearer = STR("Bearer "), basic = STR("Basic ");
    if (str_eq_nocase(str_slice(authorization, 0, bearer.n), bearer)) {
        *token = str_trim(str_slice(authorization, bearer.n, authorization.n));
        return true;
    }
    if (!str_eq_nocase(str_slice(authorization, 0, basic.n), basic))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "expected 'Authorization: Bearer TOKEN'");
    const str encoded = str_trim(str_slice(authorization, basic.n, authorization.n));
    size_t n, colon;
    if (sodium_base642bin((unsigned char *)out, CREDENTIALS_MAX, encoded.p, encoded.n, NULL, &n, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        !str_find((str){out, n}, STR(":"), &colon))
        return err_set(e, ERR_AUTH, ERR_NOWHERE, "expected base64 of 'name:TOKEN' after 'Basic'");
    *token = (str){out + colon + 1, n - colon - 1};
    return true;
}

// Keyed, so that no text of a token has the same hash as a certificate: fingerprints are no secret.
void certificate_hash(const unsigned char fingerprint[static CERTIFICATE_BYTES],
                      unsigned char out[static TOKEN_HASH_BYTES])
{
    static const unsigned char key[] = "peil: certificate of a client";
    crypto_generichash(out, TOKEN_HASH_BYTES, fingerprint, CERTIFICATE_BYTES, key, sizeof key - 1);
}

bool token_find(struct identity *i, const unsigned char hash[static TOKEN_HASH_BYTES], struct principal *out)
{
    struct token wanted = {0};
    memcpy(wanted.hash, hash, TOKEN_HASH_BYTES);
    struct token_table *t = table_borrow(i);
    const struct token *found = t->count ? bsearch(&wanted, t->tokens, t->count, sizeof wanted, by_hash)
                                         : NULL;
    if (found) {
        *out = (struct principal){
            .role = found->role, .kind = PRINCIPAL_TOKEN, .thing_count = found->thing_count};
        memcpy(out->things, found->things, sizeof out->things);
        memcpy(out->name, found->name, sizeof out->name);
    }
    table_return(i, t);
    return found != NULL;
}

bool identity_certificate(struct identity *i, const unsigned char fingerprint[static CERTIFICATE_BYTES],
                          struct principal *out, err *e)
{
    unsigned char hash[TOKEN_HASH_BYTES];
    certificate_hash(fingerprint, hash);
    return token_find(i, hash, out) ||
           err_set(e, ERR_AUTH, ERR_NOWHERE, "the client's certificate is not known here, or was withdrawn");
}

bool token_hash(str authorization, unsigned char out[static TOKEN_HASH_BYTES], err *e)
{
    char credentials[CREDENTIALS_MAX];
    str token;
    if (!credentials_read(authorization, credentials, &token, e)) return false;
    hash_secret(token, out);
    sodium_memzero(credentials, sizeof credentials);
    return true;
}

bool identity_authenticate(struct identity *i, str authorization, struct principal *out, err *e)
{
    if (authorization.n == 0) {
        *out = (struct principal){.role = ROLE_PUBLIC};
        return true;
    }
    unsigned char hash[TOKEN_HASH_BYTES];
    if (!token_hash(authorization, hash, e)) return false;
    return token_find(i, hash, out) ||
           err_set(e, ERR_AUTH, ERR_NOWHERE, "the token is not known here, or was withdrawn");
}

bool token_each(struct identity *i, bool (*each)(const char *, role, instant, void *), void *context)
{
    struct token_table *t = table_borrow(i);
    bool more = true;
    for (size_t k = 0; k < t->count && more; k++)
        more = each(t->tokens[k].name, t->tokens[k].role, t->tokens[k].created, context);
    table_return(i, t);
    return more;
}

// ---- Making and withdrawing --------------------------------------------------------------------------------------

struct creation {
    const struct principal *by;
    str name, document, role;
    const entity_id *things;
    size_t thing_count;
    instant now;
};

static bool creation_run(struct store_tx *tx, void *context, err *e)
{
    const struct creation *c = context;
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    str there;
    err absent;
    const bool exists = store_document_get(store_tx_snapshot(tx), TOKEN_KIND, c->name, a, &there, &absent);
    arena_free(a);
    if (exists)
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "there is a token named '%.*s' already",
                       STR_ARG(c->name));
    if (absent.code != ERR_ABSENT) {
        *e = absent;
        return false;
    }
    char detail[64];
    for (size_t k = 0; k < c->thing_count; k++)
        if (!store_exists(store_tx_snapshot(tx), SET_THING, c->things[k], e)) return false;
    snprintf(detail, sizeof detail, c->thing_count ? "role=%.*s things=%zu" : "role=%.*s", STR_ARG(c->role),
             c->thing_count);
    return store_document_put(tx, TOKEN_KIND, c->name, c->document, e) &&
           token_record(tx, c->by, STR("token.create"), c->name, str_of(detail), c->now, e);
}

bool token_create(struct identity *i, const struct principal *by, str name, role r, instant now,
                  char text[static TOKEN_TEXT_MAX], err *e)
{
    return token_create_for(i, by, name, r, NULL, 0, now, text, e);
}

static bool check_creation(const struct creation *c, role r, err *e)
{
    if (!token_name_is_valid(c->name))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a token's name has 1 to %d letters, digits, '.', '_', '-' or '@'", TOKEN_NAME_MAX);
    if (r == ROLE_PUBLIC) return err_set(e, ERR_RANGE, ERR_NOWHERE, "the role 'public' needs no token");
    return (c->thing_count <= TOKEN_THINGS_MAX && (!c->thing_count || r == ROLE_DEVICE)) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "a device's token can be bound to at most %d Things",
                   TOKEN_THINGS_MAX);
}

static bool create(struct identity *i, struct creation *c, role r,
                   const unsigned char hash[static TOKEN_HASH_BYTES], err *e)
{
    buf document = {.max = 4096};
    struct token t = {.role = r, .created = c->now, .thing_count = (uint32_t)c->thing_count};
    memcpy(t.hash, hash, sizeof t.hash);
    if (c->thing_count) memcpy(t.things, c->things, c->thing_count * sizeof t.things[0]);
    c->role = role_name(r);
    token_write(&document, &t);
    c->document = buf_str(&document);
    const bool ok = !document.failed ? store_run(i->store, creation_run, c, e) && identity_reload(i, e)
                                     : err_no_memory(e);
    buf_free(&document);
    return ok;
}

bool token_create_for(struct identity *i, const struct principal *by, str name, role r,
                      const entity_id *things, size_t thing_count, instant now,
                      char text[static TOKEN_TEXT_MAX], err *e)
{
    struct creation c = {.by = by, .name = name, .things = things, .thing_count = thing_count, .now = now};
    unsigned char secret[SECRET_BYTES], hash[TOKEN_HASH_BYTES];
    if (!check_creation(&c, r, e)) return false;
    randombytes_buf(secret, sizeof secret);
    memcpy(text, TOKEN_PREFIX, sizeof TOKEN_PREFIX - 1);
    sodium_bin2base64(text + sizeof TOKEN_PREFIX - 1, TOKEN_TEXT_MAX - sizeof TOKEN_PREFIX + 1, secret,
                      sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(secret, sizeof secret);
    hash_secret(str_of(text), hash);
    return create(i, &c, r, hash, e);
}

bool token_create_certificate(struct identity *i, const struct principal *by, str name, role r,
                              const entity_id *things, size_t thing_count,
                              const unsigned char fingerprint[static CERTIFICATE_BYTES], instant now, err *e)
{
    struct creation c = {.by = by, .name = name, .things = things, .thing_count = thing_count, .now = now};
    struct token wanted = {0};
    struct principal other;
    if (!check_creation(&c, r, e)) return false;
    certificate_hash(fingerprint, wanted.hash);
    if (token_find(i, wanted.hash, &other))
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "this certificate is that of '%s' already", other.name);
    return create(i, &c, r, wanted.hash, e);
}

// ---- Withdrawing -------------------------------------------------------------------------------------------------

struct withdrawal {
    const struct principal *by;
    str name;
    instant now;
};

static bool withdrawal_run(struct store_tx *tx, void *context, err *e)
{
    const struct withdrawal *w = context;
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    str there;
    const bool exists = store_document_get(store_tx_snapshot(tx), TOKEN_KIND, w->name, a, &there, e);
    arena_free(a);
    if (!exists) return err_within(e, "token '%.*s'", STR_ARG(w->name));
    return store_document_delete(tx, TOKEN_KIND, w->name, e) &&
           token_record(tx, w->by, STR("token.withdraw"), w->name, (str){0}, w->now, e);
}

bool token_withdraw(struct identity *i, const struct principal *by, str name, instant now, err *e)
{
    struct withdrawal w = {by, name, now};
    return store_run(i->store, withdrawal_run, &w, e) && identity_reload(i, e);
}
