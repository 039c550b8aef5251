// SPDX-License-Identifier: EUPL-1.2
// Tokens of devices and programs: making one, which shows it once, and withdrawing.
#include "portal/team/frame.h"

static const role roles[] = {ROLE_DEVICE,  ROLE_READER,   ROLE_EDITOR,       ROLE_OPERATOR,
                             ROLE_AUDITOR, ROLE_VERIFIER, ROLE_ADMINISTRATOR};

struct listing {
    struct page *page;
    struct view *list;
};

static bool put_token(const char *name, role r, instant created, void *context)
{
    const struct listing *l = context;
    struct page *p = l->page;
    str copy = {0};
    if (!arena_copy(p->a, str_of(name), &copy)) p->maker.failed = true;
    struct view *v = view_object(&p->maker, l->list, (str){0});
    view_text(&p->maker, v, STR("name"), copy);
    view_text(&p->maker, v, STR("role"), team_role_label(p, r));
    view_text(&p->maker, v, STR("created"), page_when(p, created));
    return !p->maker.failed;
}

static bool show(struct team_call *c, err *e)
{
    (void)e;
    struct page *p = c->page;
    struct listing l = {p, view_list(&p->maker, p->root, STR("tokens"))};
    (void)token_each(c->team->identity, put_token, &l);
    struct view *list = view_list(&p->maker, p->root, STR("roles"));
    for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("value"), role_name(roles[k]));
        view_text(&p->maker, v, STR("label"), team_role_label(p, roles[k]));
    }
    if (c->form) view_text(&p->maker, p->root, STR("naam"), form_text(c->form, STR("naam")));
    return true;
}

static bool create(struct team_call *c, err *e)
{
    struct page *p = c->page;
    char text[TOKEN_TEXT_MAX];
    const str role_text = form_text(c->form, STR("rol"));
    role r;
    str copy = {0};
    if (!role_by_name(role_text, &r))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no role '%.*s'", STR_ARG(role_text));
    if (!token_create(c->team->identity, &c->who, form_text(c->form, STR("naam")), r, p->now, text, e))
        return false;
    if (!arena_copy(p->a, str_of(text), &copy)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("new_token"), copy);
    c->stays = true;
    return true;
}

static bool act(struct team_call *c, err *e)
{
    const str what = form_text(c->form, STR("wat"));
    if (str_eq(what, STR("maken"))) return create(c, e);
    if (!str_eq(what, STR("intrekken")))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
    c->done = STR("team.done.withdrawn");
    return token_withdraw(c->team->identity, &c->who, form_text(c->form, STR("naam")), c->page->now, e);
}

const struct team_page team_tokens = {
    .name = STR("team-tokens"), .needs = ACTION_ADMINISTER, .show = show, .act = act};
