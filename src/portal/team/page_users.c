// SPDX-License-Identifier: EUPL-1.2
// Who has an account: making one, its role, letting it in or not, a new password, away with it.
#include "portal/team/frame.h"

static const role roles[] = {ROLE_READER,  ROLE_EDITOR,   ROLE_OPERATOR,     ROLE_CARE,
                             ROLE_AUDITOR, ROLE_VERIFIER, ROLE_ADMINISTRATOR};

static void put_roles(struct page *p, struct view *parent, role chosen)
{
    struct view *list = view_list(&p->maker, parent, STR("roles"));
    for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("value"), role_name(roles[k]));
        view_text(&p->maker, v, STR("label"), team_role_label(p, roles[k]));
        view_flag(&p->maker, v, STR("selected"), roles[k] == chosen);
    }
}

struct listing {
    struct page *page;
    struct view *list;
};

static bool put_user(const struct user *u, void *context)
{
    const struct listing *l = context;
    struct page *p = l->page;
    struct view *v = view_object(&p->maker, l->list, (str){0});
    str name;
    if (!arena_copy(p->a, str_of(u->name), &name)) p->maker.failed = true;
    view_text(&p->maker, v, STR("name"), name);
    view_flag(&p->maker, v, STR("is_disabled"), u->is_disabled);
    view_flag(&p->maker, v, STR("is_local"), u->password[0] != 0);
    view_flag(&p->maker, v, STR("has_app"), u->has_totp);
    view_text(&p->maker, v, STR("last"),
              u->last_login == TIME_NONE ? page_text(p, STR("team.never")) : page_when(p, u->last_login));
    put_roles(p, v, u->role);
    return !p->maker.failed;
}

static bool show(struct team_call *c, err *e)
{
    (void)e;
    struct page *p = c->page;
    struct listing l = {p, view_list(&p->maker, p->root, STR("users"))};
    users_each(c->team->users, put_user, &l);
    put_roles(p, p->root, ROLE_READER);
    if (c->form) view_text(&p->maker, p->root, STR("naam"), form_text(c->form, STR("naam")));
    return true;
}

// ---- Passwords that are given out --------------------------------------------------------------------------------

static bool make_password(struct team_call *c, char text[static PASSWORD_INVENTED_MAX],
                          char hash[static crypto_pwhash_STRBYTES], err *e)
{
    password_invent(text);
    return password_make_wait(c->team->passwords, str_of(text), hash, e);
}

static void tell_password(struct team_call *c, str name, const char *text)
{
    struct page *p = c->page;
    str copy = {0};
    if (!arena_copy(p->a, str_of(text), &copy)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("new_password"), copy);
    view_text(&p->maker, p->root, STR("new_name"), name);
    c->stays = true;
}

// ---- Deeds -------------------------------------------------------------------------------------------------------

static bool role_of_form(const struct team_call *c, role *out, err *e)
{
    const str text = form_text(c->form, STR("rol"));
    return role_by_name(text, out) ||
           err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no role '%.*s'", STR_ARG(text));
}

static bool create(struct team_call *c, str name, err *e)
{
    role r;
    char text[PASSWORD_INVENTED_MAX], hash[crypto_pwhash_STRBYTES];
    if (!role_of_form(c, &r, e) || !make_password(c, text, hash, e) ||
        !user_create(c->team->users, &c->deed, name, r, hash, true, e))
        return false;
    tell_password(c, name, text);
    return true;
}

static bool new_password(struct team_call *c, str name, err *e)
{
    char text[PASSWORD_INVENTED_MAX], hash[crypto_pwhash_STRBYTES];
    if (!make_password(c, text, hash, e) || !user_set_password(c->team->users, &c->deed, name, hash, true, e))
        return false;
    tell_password(c, name, text);
    return true;
}

static bool change_role(struct team_call *c, str name, err *e)
{
    role r;
    return role_of_form(c, &r, e) && user_set_role(c->team->users, &c->deed, name, r, e);
}

static bool disable(struct team_call *c, str name, err *e)
{
    return user_set_disabled(c->team->users, &c->deed, name, true, e);
}

static bool enable(struct team_call *c, str name, err *e)
{
    return user_set_disabled(c->team->users, &c->deed, name, false, e);
}

static bool remove_user(struct team_call *c, str name, err *e)
{
    if (!user_remove(c->team->users, &c->deed, name, e)) return false;
    session_close_user(c->team->sessions, name);
    return true;
}

static bool forget_app(struct team_call *c, str name, err *e)
{
    return user_set_totp(c->team->users, &c->deed, name, NULL, 0, NULL, e);
}

static bool act(struct team_call *c, err *e)
{
    static const struct {
        str what;
        bool (*run)(struct team_call *c, str name, err *e);
    } deeds[] = {{STR("maken"), create},    {STR("wachtwoord"), new_password},
                 {STR("rol"), change_role}, {STR("uit"), disable},
                 {STR("aan"), enable},      {STR("weg"), remove_user},
                 {STR("app"), forget_app}};
    const str what = form_text(c->form, STR("wat"));
    c->done = STR("team.done.saved");
    for (size_t k = 0; k < sizeof deeds / sizeof deeds[0]; k++)
        if (str_eq(deeds[k].what, what)) return deeds[k].run(c, form_text(c->form, STR("naam")), e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_users = {
    .name = STR("team-users"), .needs = ACTION_ADMINISTER, .show = show, .act = act};
