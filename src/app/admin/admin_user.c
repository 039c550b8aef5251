// SPDX-License-Identifier: EUPL-1.2
// Accounts of staff by the admin listener, for `peil user`.
#include "app/admin/admin.h"

#include "base/json.h"

#define LIST_BYTES_MAX ((size_t)4 << 20)

// ---- Doing -------------------------------------------------------------------------------------------------------

static bool create(struct users *u, const struct deed *d, str name, role r, const char *hash, err *e)
{
    return user_create(u, d, name, r, hash, true, e);
}

static bool reset(struct users *u, const struct deed *d, str name, role r, const char *hash, err *e)
{
    (void)r;
    return user_set_password(u, d, name, hash, true, e) && user_set_totp(u, d, name, NULL, 0, NULL, e);
}

static bool set_role(struct users *u, const struct deed *d, str name, role r, const char *hash, err *e)
{
    (void)hash;
    return user_set_role(u, d, name, r, e);
}

static bool take_away(struct users *u, const struct deed *d, str name, role r, const char *hash, err *e)
{
    (void)r, (void)hash;
    return user_remove(u, d, name, e);
}

static const struct {
    str name;
    bool makes_password;
    bool (*run)(struct users *u, const struct deed *d, str name, role r, const char *hash, err *e);
} verbs[] = {
    {STR("create"), true, create},
    {STR("password"), true, reset},
    {STR("role"), false, set_role},
    {STR("remove"), false, take_away},
};

bool user_act(struct users *u, const password_config *c, str verb, str name, role r,
              char password[static PASSWORD_INVENTED_MAX], err *e)
{
    const struct deed d = {&principal_local, time_now()};
    char hash[crypto_pwhash_STRBYTES] = "";
    password[0] = 0;
    for (size_t k = 0; k < sizeof verbs / sizeof verbs[0]; k++) {
        if (!str_eq(verbs[k].name, verb)) continue;
        if (verbs[k].makes_password) {
            password_invent(password);
            if (!password_make_now(c, str_of(password), hash, e)) return false;
        }
        return verbs[k].run(u, &d, name, r, hash, e);
    }
    return err_set(e, ERR_USAGE, ERR_NOWHERE, "expected create, list, role, password or remove, not '%.*s'",
                   STR_ARG(verb));
}

// ---- Over the socket ---------------------------------------------------------------------------------------------

static bool put_user(const struct user *u, void *context)
{
    json_writer *w = context;
    char text[TIME_TEXT_MAX];
    json_open(w, '{');
    json_name(w, STR("name"));
    json_put_text(w, str_of(u->name));
    json_name(w, STR("role"));
    json_put_text(w, role_name(u->role));
    json_name(w, STR("state"));
    json_put_text(w, u->is_disabled ? STR("blocked") : STR("active"));
    json_name(w, STR("created"));
    json_put_text(w, (str){text, time_write(text, u->created)});
    json_close(w, '}');
    return true;
}

static void list(struct http_request *r, const struct peil *p)
{
    buf b = {.max = LIST_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '[');
    users_each(identity_users(p->identity), put_user, &w);
    json_close(&w, ']');
    admin_reply_json(r, 200, buf_str(&b));
    buf_free(&b);
}

static bool act(struct http_request *r, const struct peil *p, char password[static PASSWORD_INVENTED_MAX],
                err *e)
{
    const password_config c = peil_password_config(&p->settings);
    json *body;
    role wanted = ROLE_READER;
    if (!json_parse(http_request_body(r), http_request_arena(r), &body, e)) return false;
    const str role_text = json_text(body, STR("role"));
    if (role_text.n && !role_by_name(role_text, &wanted))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "there is no role '%.*s'", STR_ARG(role_text));
    return user_act(identity_users(p->identity), &c, json_text(body, STR("verb")),
                    json_text(body, STR("name")), wanted, password, e);
}

static void handle(struct http_request *r, void *context)
{
    char password[PASSWORD_INVENTED_MAX];
    err e;
    if (http_request_method(r) != HTTP_POST) {
        list(r, context);
        return;
    }
    if (!act(r, context, password, &e)) {
        admin_reply_error(r, &e);
        return;
    }
    buf b = {.max = 256};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("password"));
    json_put_text(&w, str_of(password));
    json_close(&w, '}');
    admin_reply_json(r, 200, buf_str(&b));
    if (b.p) sodium_memzero(b.p, b.n);
    buf_free(&b);
}

http_route admin_user_route(struct peil *p)
{
    return (http_route){
        .methods = HTTP_GET | HTTP_POST, .path = STR("/users"), .handle = handle, .context = p};
}
