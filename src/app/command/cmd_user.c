// SPDX-License-Identifier: EUPL-1.2
#include "app/admin/admin.h"
#include "app/command/admin_client.h"
#include "app/command/command.h"
#include "app/command/open_store.h"

#include <stdio.h>
#include <string.h>

static const struct flag flags[] = {
    {"role", "ROLE", "reader, editor, operator, care, auditor, verifier or administrator (default: reader)",
     NULL, NULL},
    {0},
};

static void print_line(str name, str role_text, str state, str created)
{
    printf("%-24.*s %-14.*s %-8.*s %.*s\n", STR_ARG(name), STR_ARG(role_text), STR_ARG(state),
           STR_ARG(created));
}

// ---- On a store that nobody has open -----------------------------------------------------------------------------

static bool print_user(const struct user *u, void *context)
{
    (void)context;
    char when[TIME_TEXT_MAX];
    print_line(str_of(u->name), role_name(u->role), u->is_disabled ? STR("blocked") : STR("active"),
               (str){when, time_write(when, u->created)});
    return true;
}

static bool act_on_store(struct invocation *in, struct users *u, const char *verb, str name, role r, err *e)
{
    char password[PASSWORD_INVENTED_MAX];
    const password_config c = peil_password_config(&in->settings);
    if (strcmp(verb, "list") == 0) {
        users_each(u, print_user, NULL);
        return true;
    }
    if (!user_act(u, &c, str_of(verb), name, r, password, e)) return false;
    if (password[0]) printf("%s\n", password);
    return true;
}

static bool run_on_store(struct invocation *in, const char *verb, str name, role r, err *e)
{
    struct store *s;
    if (!command_open_store(in, STORE_TO_WRITE, &s, e)) return false;
    struct identity *i = identity_new(s, e);
    const bool ok = i && act_on_store(in, identity_users(i), verb, name, r, e);
    identity_free(i);
    store_close(s);
    return ok;
}

// ---- On one that is being served ---------------------------------------------------------------------------------

static bool run_on_service(struct invocation *in, const char *verb, str name, role r, err *e)
{
    json *answer;
    str body;
    if (strcmp(verb, "list") == 0) {
        if (!admin_ask(&in->settings, "GET", "/users", (str){0}, in->arena, &answer, e)) return false;
        for (const json *u = answer->first; u; u = u->next)
            print_line(json_text(u, STR("name")), json_text(u, STR("role")), json_text(u, STR("state")),
                       json_text(u, STR("created")));
        return true;
    }
    if (!arena_print(in->arena, &body, "{\"verb\":\"%s\",\"name\":\"%.*s\",\"role\":\"%.*s\"}", verb,
                     STR_ARG(name), STR_ARG(role_name(r))))
        return err_no_memory(e);
    if (!admin_ask(&in->settings, "POST", "/users", body, in->arena, &answer, e)) return false;
    const str password = json_text(answer, STR("password"));
    if (password.n) printf("%.*s\n", STR_ARG(password));
    return true;
}

static bool check_words(struct invocation *in, role *r, err *e)
{
    static const char *const verbs[] = {"list", "create", "role", "password", "remove"};
    const char *verb = in->words[0], *name = in->word_count > 1 ? in->words[1] : "";
    const char *role_text = flag_value(in, "role");
    bool is_known = false;
    for (size_t k = 0; k < sizeof verbs / sizeof verbs[0]; k++) is_known |= strcmp(verbs[k], verb) == 0;
    if (!is_known)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "expected create, list, role, password or remove, not '%s'",
                       verb);
    if (strcmp(verb, "list") != 0 &&
        (!name[0] ||
         name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-@")] != 0))
        return err_set(e, ERR_USAGE, ERR_NOWHERE,
                       "expected the user's name: letters, digits, '.', '_', '-' or '@'");
    if (strcmp(verb, "role") == 0 && !role_text) return err_set(e, ERR_USAGE, ERR_NOWHERE, "expected --role");
    return !role_text || role_by_name(str_of(role_text), r) ||
           err_set(e, ERR_USAGE, ERR_NOWHERE, "there is no role '%s'", role_text);
}

static int run(struct invocation *in, err *e)
{
    role r = ROLE_READER;
    if (!check_words(in, &r, e)) return -1;
    const str name = str_of(in->word_count > 1 ? in->words[1] : "");
    if (run_on_service(in, in->words[0], name, r, e)) return 0;
    if (e->code != ERR_ABSENT) return -1;
    return run_on_store(in, in->words[0], name, r, e) ? 0 : -1;
}

const struct command command_user = {
    .name = "user",
    .summary = "make, list and remove the accounts of staff",
    .words = "create NAME | list | role NAME | password NAME | remove NAME",
    .words_min = 1,
    .words_max = 2,
    .flags = flags,
    .about = "create and password print a password, as the last line of the output; it is shown once, and "
             "its owner has to choose\n"
             "another at the first login at /team. password also takes the authenticator app away. Works on "
             "a running peil (through\n"
             "its admin socket) and on a stopped one. Every change is a line of the audit log.",
    .examples = "  peil user create --data data --role administrator anna\n"
                "  peil user role --data data --role auditor bert\n"
                "  peil user password --data data anna\n",
    .run = run,
};
