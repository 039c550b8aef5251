// SPDX-License-Identifier: EUPL-1.2
// The care desk's work list, and one case of it: why, what to do now, until when, what was done. Pseudonyms, until two people
// open an identity.
#include "care/care.h"
#include "portal/care/care_pages.h"
#include "portal/team/frame.h"

static struct care *care_of(const struct team_call *c)
{
    return c->page->portal->config.care;
}

static bool is_nl(const struct page *p)
{
    return words_language(p->words) == LANGUAGE_NL;
}

static str short_name(str pseudonym)
{
    return str_slice(pseudonym, 0, 8);
}

static str case_href(struct page *p, str id)
{
    return page_href(p, "team/zorg?zaak=%.*s", STR_ARG(id));
}

static void put_case(struct page *p, struct view *v, const struct care_case *x)
{
    const struct ladder_rung *rung = ladder_rung(x->step);
    const bool is_open = x->closed == TIME_NONE;
    view_text(&p->maker, v, STR("id"), x->id);
    view_text(&p->maker, v, STR("href"), case_href(p, x->id));
    view_text(&p->maker, v, STR("home"),
              x->pseudonym.n ? short_name(x->pseudonym) : page_text(p, STR("team.care.many")));
    view_text(&p->maker, v, STR("cause"), care_word(p, "cause", x->cause));
    view_text(&p->maker, v, STR("reason"), is_nl(p) ? x->reason_nl : x->reason_en);
    view_text(&p->maker, v, STR("opened"), page_when(p, x->opened));
    view_text(&p->maker, v, STR("step"), care_word(p, "step", str_of(rung->name)));
    view_flag(&p->maker, v, STR("is_open"), is_open);
    view_flag(&p->maker, v, STR("made_up"), x->is_made_up);
    if (is_open) view_text(&p->maker, v, STR("todo"), str_of(is_nl(p) ? rung->text_nl : rung->text_en));
    if (is_open) view_text(&p->maker, v, STR("due"), page_when(p, x->due));
    if (x->late_count > 0) view_int(&p->maker, v, STR("late"), x->late_count);
    if (!is_open) view_text(&p->maker, v, STR("closed"), page_when(p, x->closed));
    view_text(&p->maker, v, STR("closed_reason"), care_word(p, "closed", x->closed_reason));
}

static bool show_list(struct team_call *c, err *e)
{
    struct page *p = c->page;
    const struct care_case *cases;
    size_t count;
    if (!care_cases(care_of(c), &c->who, true, p->now, p->a, &cases, &count, e)) return false;
    struct view *open = view_list(&p->maker, p->root, STR("open")),
                *done = view_list(&p->maker, p->root, STR("done_cases"));
    int64_t open_count = 0;
    for (size_t i = 0; i < count; i++) {
        const bool is_open = cases[i].closed == TIME_NONE;
        if (!is_open && i > 200) continue;
        put_case(p, view_object(&p->maker, is_open ? open : done, (str){0}), &cases[i]);
        open_count += is_open;
    }
    view_flag(&p->maker, p->root, STR("is_list"), true);
    view_int(&p->maker, p->root, STR("open_count"), open_count);
    return true;
}

static void put_ladder(struct page *p, struct view *v, const struct care_case *x)
{
    struct view *list = view_list(&p->maker, v, STR("ladder"));
    for (int i = 0; i < LADDER_STEP_COUNT; i++) {
        const struct ladder_rung *rung = ladder_rung((ladder_step)i);
        // A technician comes first when it is the meter, and not at all when it is the home.
        if (i == LADDER_TECHNICIAN && !str_eq(x->cause, STR("meter"))) continue;
        struct view *y = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, y, STR("name"), care_word(p, "step", str_of(rung->name)));
        view_text(&p->maker, y, STR("text"), str_of(is_nl(p) ? rung->text_nl : rung->text_en));
        view_int(&p->maker, y, STR("hours"), rung->deadline_h);
        view_flag(&p->maker, y, STR("current"), x->closed == TIME_NONE && i == (int)x->step);
    }
    size_t count;
    const struct ladder_outcome *outcomes = ladder_outcomes(&count);
    list = view_list(&p->maker, v, STR("outcomes"));
    for (size_t i = 0; i < count; i++) {
        if (!(outcomes[i].steps & (1u << x->step))) continue;
        struct view *y = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, y, STR("value"), str_of(outcomes[i].name));
        view_text(&p->maker, y, STR("label"), str_of(is_nl(p) ? outcomes[i].text_nl : outcomes[i].text_en));
    }
}

static void put_identity_state(struct team_call *c, struct view *v, const struct care_case *x)
{
    struct page *p = c->page;
    const str me = str_of(c->who.name);
    const bool is_open = x->opened_until != TIME_NONE && x->opened_until > p->now;
    const bool is_asked = x->asked_at != TIME_NONE && !is_open;
    const bool has_home = x->pseudonym.n > 0 && x->closed == TIME_NONE;
    view_text(&p->maker, v, STR("asked_by"), x->asked_by);
    view_text(&p->maker, v, STR("asked_why"), x->asked_why);
    view_flag(&p->maker, v, STR("may_reach"), has_home);
    view_flag(&p->maker, v, STR("may_ask"), has_home && !is_open && !is_asked);
    view_flag(&p->maker, v, STR("waits"), has_home && is_asked && str_eq(me, x->asked_by));
    view_flag(&p->maker, v, STR("may_agree"), has_home && is_asked && !str_eq(me, x->asked_by));
    view_flag(&p->maker, v, STR("may_see"),
              has_home && is_open && (str_eq(me, x->asked_by) || str_eq(me, x->opened_by)));
    if (is_open) view_text(&p->maker, v, STR("open_until"), page_when(p, x->opened_until));
}

static bool show_case(struct team_call *c, str id, err *e)
{
    struct page *p = c->page;
    struct care_case x;
    if (!care_case(care_of(c), &c->who, id, p->a, &x, e)) return false;
    struct view *v = view_object(&p->maker, p->root, STR("case"));
    put_case(p, v, &x);
    put_ladder(p, v, &x);
    put_identity_state(c, v, &x);
    care_put_events(p, v, x.events, x.event_count);
    return true;
}

static str case_id(struct team_call *c)
{
    const str posted = c->form ? form_text(c->form, STR("zaak")) : (str){0};
    return posted.n ? posted : page_query(c->page, STR("zaak"));
}

static bool show(struct team_call *c, err *e)
{
    const str id = case_id(c);
    view_flag(&c->page->maker, c->page->root, STR("is_off"), care_of(c) == NULL);
    if (!care_of(c)) return true;
    return id.n ? show_case(c, id, e) : show_list(c, e);
}

// ---- Deeds -------------------------------------------------------------------------------------------------------

static bool step(struct team_call *c, str id, err *e)
{
    c->done = STR("team.done.saved");
    return care_case_step(care_of(c), &c->deed, id, form_text(c->form, STR("uitkomst")), e);
}

static bool reach(struct team_call *c, str id, err *e)
{
    str way;
    if (!care_case_reach(care_of(c), &c->deed, id, c->page->a, &way, e)) return false;
    view_text(&c->page->maker, c->page->root, STR("reach"),
              way.n ? way : page_text(c->page, STR("team.care.none.given")));
    c->stays = true;
    return true;
}

static bool ask(struct team_call *c, str id, err *e)
{
    c->location = case_href(c->page, id);
    return care_case_ask_identity(care_of(c), &c->deed, id, form_text(c->form, STR("waarom")), e);
}

static bool agree(struct team_call *c, str id, err *e)
{
    c->location = case_href(c->page, id);
    return care_case_open_identity(care_of(c), &c->deed, id, e);
}

static bool see(struct team_call *c, str id, err *e)
{
    struct page *p = c->page;
    struct care_identity who;
    if (!care_case_identity(care_of(c), &c->deed, id, p->a, &who, e)) return false;
    struct view *v = view_object(&p->maker, p->root, STR("identity"));
    view_text(&p->maker, v, STR("name"), who.name);
    view_text(&p->maker, v, STR("address"), who.address);
    view_text(&p->maker, v, STR("phone"), who.phone);
    view_text(&p->maker, v, STR("contact_name"), who.contact_name);
    view_text(&p->maker, v, STR("contact_phone"), who.contact_phone);
    c->stays = true;
    return true;
}

static const struct {
    str what;
    bool (*run)(struct team_call *c, str id, err *e);
} deeds[] = {{STR("stap"), step},
             {STR("bereik"), reach},
             {STR("vraag"), ask},
             {STR("akkoord"), agree},
             {STR("inzien"), see}};

static bool act(struct team_call *c, err *e)
{
    const str what = form_text(c->form, STR("wat")), id = form_text(c->form, STR("zaak"));
    if (!care_of(c)) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "this peil keeps no signs of life");
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (!str_eq(deeds[i].what, what)) continue;
        if (!deeds[i].run(c, id, e)) return false;
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_care = {.name = STR("team-care"), .needs = ACTION_CARE, .show = show, .act = act};
