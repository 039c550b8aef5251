// SPDX-License-Identifier: EUPL-1.2
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "base/file.h"
#include "identity/identity.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    {"role", "ROLE",
     "device, reader, editor, operator, care, auditor, verifier or administrator (default: device)", NULL,
     NULL},
    {"thing", "ID[,ID...]", "of a device: it writes to the Datastreams of these Things and no others", NULL,
     NULL},
    {"certificate", "FILE",
     "no token: who holds the key of this certificate (PEM) is it, with http.tls_client_certificates", NULL,
     NULL},
    {0},
};

struct wanted {
    role role;
    entity_id things[TOKEN_THINGS_MAX];
    size_t thing_count;
    bool has_certificate;
    unsigned char certificate[CERTIFICATE_BYTES];
};

// ---- On a store that nobody has open -----------------------------------------------------------------------------

static bool print_token_line(const char *name, role r, instant created, void *context)
{
    (void)context;
    char when[TIME_TEXT_MAX];
    const size_t n = time_write(when, created);
    printf("%-24s %-14.*s %.*s\n", name, STR_ARG(role_name(r)), (int)n, when);
    return true;
}

static bool act_on_store(struct identity *i, const char *verb, str name, const struct wanted *w, err *e)
{
    if (strcmp(verb, "list") == 0) return token_each(i, print_token_line, NULL);
    if (strcmp(verb, "withdraw") == 0) return token_withdraw(i, &principal_local, name, time_now(), e);
    if (w->has_certificate)
        return token_create_certificate(i, &principal_local, name, w->role, w->things, w->thing_count,
                                        w->certificate, time_now(), e);
    char text[TOKEN_TEXT_MAX];
    if (!token_create_for(i, &principal_local, name, w->role, w->things, w->thing_count, time_now(), text, e))
        return false;
    printf("%s\n", text);
    return true;
}

static bool run_on_store(struct invocation *in, const char *verb, str name, const struct wanted *w, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    struct identity *i = identity_new(s, e);
    const bool ok = i && act_on_store(i, verb, name, w, e);
    identity_free(i);
    store_close(s);
    return ok;
}

// ---- On one that is being served ---------------------------------------------------------------------------------

static void certificate_write(const unsigned char bytes[static CERTIFICATE_BYTES],
                              char out[static 2 * CERTIFICATE_BYTES + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t k = 0; k < CERTIFICATE_BYTES; k++) {
        out[2 * k] = digits[bytes[k] >> 4];
        out[2 * k + 1] = digits[bytes[k] & 15];
    }
    out[2 * CERTIFICATE_BYTES] = 0;
}

static void print_answer(const char *verb, const json *answer)
{
    if (strcmp(verb, "create") == 0) {
        const json *token = json_get(answer, STR("token"));
        if (token && token->text.n) printf("%.*s\n", STR_ARG(token->text));
    }
    for (const json *t = strcmp(verb, "list") == 0 ? answer->first : NULL; t; t = t->next) {
        const json *name = json_get(t, STR("name")), *r = json_get(t, STR("role")),
                   *created = json_get(t, STR("created"));
        if (!name || !r || !created) continue;
        printf("%-24.*s %-14.*s %.*s\n", STR_ARG(name->text), STR_ARG(r->text), STR_ARG(created->text));
    }
}

static bool run_on_service(struct invocation *in, const char *verb, str name, const struct wanted *w, err *e)
{
    json *answer;
    str path = STR("/tokens"), body = {0};
    const char *method = "GET";
    if (strcmp(verb, "create") == 0) {
        method = "POST";
        buf things = {.max = 1024};
        for (size_t k = 0; k < w->thing_count; k++)
            buf_print(&things, "%s%lld", k ? "," : "", (long long)w->things[k]);
        char hex[2 * CERTIFICATE_BYTES + 1] = "";
        if (w->has_certificate) certificate_write(w->certificate, hex);
        const bool ok = arena_print(
            in->arena, &body,
            "{\"name\":\"%.*s\",\"role\":\"%.*s\",\"things\":[%.*s],\"certificate\":\"%s\"}", STR_ARG(name),
            STR_ARG(role_name(w->role)), STR_ARG(buf_str(&things)), hex);
        buf_free(&things);
        if (!ok) return err_no_memory(e);
    } else if (strcmp(verb, "withdraw") == 0) {
        method = "DELETE";
        if (!arena_print(in->arena, &path, "/tokens?name=%.*s", STR_ARG(name))) return err_no_memory(e);
    }
    if (!admin_ask(&in->settings, method, path.p, body, in->arena, &answer, e)) return false;
    print_answer(verb, answer);
    return true;
}

static bool read_certificate(const struct invocation *in, struct wanted *w, err *e)
{
    const char *file = flag_value(in, "certificate");
    buf pem = {.max = 1 << 20};
    if (!file) return true;
    w->has_certificate = file_read(file, &pem, e) &&
                         certificate_fingerprint(buf_str(&pem), w->certificate, e);
    buf_free(&pem);
    return w->has_certificate || err_within(e, "--certificate %s", file);
}

// Names go into a URL and a JSON text as they are.
static bool name_is_plain(const char *name)
{
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@")] == 0 &&
           name[0];
}

static bool read_wanted(const struct invocation *in, struct wanted *w, err *e)
{
    const char *role_text = flag_value(in, "role");
    if (role_text && !role_by_name(str_of(role_text), &w->role))
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "there is no role '%s'", role_text);
    str rest = str_of(flag_value(in, "thing"));
    for (str one; str_cut(&rest, ',', &one);) {
        if (w->thing_count == TOKEN_THINGS_MAX ||
            !num_parse_int(str_trim(one), &w->things[w->thing_count++], e))
            return err_set(e, ERR_USAGE, ERR_NOWHERE, "expected --thing with at most %d ids of Things",
                           TOKEN_THINGS_MAX);
    }
    return true;
}

static int run(struct invocation *in, err *e)
{
    const char *verb = in->words[0], *name = in->word_count > 1 ? in->words[1] : "";
    const bool is_list = strcmp(verb, "list") == 0;
    if (!is_list && strcmp(verb, "create") != 0 && strcmp(verb, "withdraw") != 0) {
        err_set(e, ERR_USAGE, ERR_NOWHERE, "expected create, list or withdraw, not '%s'", verb);
        return -1;
    }
    if (!is_list && !name_is_plain(name)) {
        err_set(e, ERR_USAGE, ERR_NOWHERE,
                "expected the token's name: letters, digits, '.', '_', '-' or '@'");
        return -1;
    }
    struct wanted w = {.role = ROLE_DEVICE};
    if (!read_wanted(in, &w, e) || !read_certificate(in, &w, e)) return -1;
    if (run_on_service(in, verb, str_of(name), &w, e)) return 0;
    if (e->code != ERR_ABSENT) return -1;
    return run_on_store(in, verb, str_of(name), &w, e) ? 0 : -1;
}

const struct command command_token = {
    .name = "token",
    .summary = "make, list and withdraw the tokens that allow writing",
    .words = "create NAME | list | withdraw NAME",
    .words_min = 1,
    .words_max = 2,
    .flags = flags,
    .about =
        "A token is shown once, as the last line of the output; the store keeps only its hash. Works on "
        "a running peil\n"
        "(through its admin socket) and on a stopped one.\n\n"
        "A device writes readings: to the Datastreams of the Things named with --thing, else of those that "
        "it brought itself\n"
        "by /push; an editor also changes entities; an operator also runs the system; an "
        "auditor reads what\n"
        "is internal and the audit log; a verifier reads indicators with their evidence; an administrator "
        "may do everything but care.",
    .examples = "  peil token create --data data --role device --thing 12 meter-12\n"
                "  peil token list --data data\n"
                "  peil token withdraw --data data meter-12\n",
    .run = run,
};
