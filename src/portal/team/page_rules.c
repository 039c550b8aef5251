// SPDX-License-Identifier: EUPL-1.2
// Rules: which are on, a trial over the last month before one is switched on, changing one, and the last alerts.
#include "portal/team/frame.h"
#include "rule/rule.h"

#define TRIAL_DAYS 30
#define EPISODES_SHOWN 20
#define ALERTS_SHOWN 20

static struct rules *rules_in(const struct team_call *c, err *e)
{
    struct rules *r = c->page->portal->config.rules;
    if (!r) err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "rules do not run here");
    return r;
}

static str name_of(const struct page *p, str nl, str en)
{
    return words_language(p->words) == LANGUAGE_NL ? nl : en;
}

static void put_rule(struct page *p, struct view *list, const struct rule *r)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("id"), r->id);
    view_text(&p->maker, v, STR("name"), name_of(p, r->name_nl, r->name_en));
    view_flag(&p->maker, v, STR("is_on"), r->is_on);
    view_flag(&p->maker, v, STR("is_public"), r->is_public);
    view_int(&p->maker, v, STR("targets"), (int64_t)r->delivery_count);
}

static bool put_alerts(struct team_call *c, struct rules *rules, err *e)
{
    struct page *p = c->page;
    struct alert *all;
    size_t count;
    const struct alert_filter f = {.when = {p->now - TRIAL_DAYS * TIME_DAY, TIME_NONE}};
    if (!alerts_list(rules, p->at, &f, ALERTS_SHOWN, p->a, &all, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("alerts"));
    for (size_t k = 0; k < count; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), name_of(p, all[k].name_nl, all[k].name_en));
        view_text(&p->maker, v, STR("subject"), all[k].subject_name);
        view_text(&p->maker, v, STR("start"), page_when(p, all[k].start));
        if (all[k].end != TIME_NONE) view_text(&p->maker, v, STR("end"), page_when(p, all[k].end));
    }
    return true;
}

// What stands in the form: what was sent, or the rule that is asked for.
static void put_form(struct team_call *c, const struct rule *all, size_t count)
{
    struct page *p = c->page;
    str id = page_query(p, STR("regel")), text = {0};
    for (size_t k = 0; k < count; k++)
        if (str_eq(all[k].id, id)) text = all[k].text;
    if (c->form && form_text(c->form, STR("tekst")).n) {
        id = form_text(c->form, STR("regel"));
        text = form_text(c->form, STR("tekst"));
    }
    view_text(&p->maker, p->root, STR("regel"), id);
    view_text(&p->maker, p->root, STR("tekst"), text);
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct rules *rules = rules_in(c, e);
    struct rule *all;
    size_t count;
    if (!rules || !rules_list(rules, p->at, p->a, &all, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("rules"));
    for (size_t k = 0; k < count; k++) put_rule(p, list, &all[k]);
    put_form(c, all, count);
    return put_alerts(c, rules, e);
}

static void put_trial(struct page *p, const struct rule_trial *t)
{
    struct view *v = view_object(&p->maker, p->root, STR("trial"));
    view_int(&p->maker, v, STR("found"), (int64_t)t->found);
    view_int(&p->maker, v, STR("subjects"), (int64_t)t->subjects);
    view_int(&p->maker, v, STR("hours"), t->lasted_us / TIME_HOUR);
    struct view *list = view_list(&p->maker, v, STR("episodes"));
    for (size_t k = 0; k < t->count && k < EPISODES_SHOWN; k++) {
        struct view *x = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, x, STR("subject"), t->all[k].subject);
        view_text(&p->maker, x, STR("start"), page_when(p, t->all[k].episode.start));
        if (t->all[k].episode.end != TIME_NONE)
            view_text(&p->maker, x, STR("end"), page_when(p, t->all[k].episode.end));
    }
}

static bool try_rule(struct team_call *c, struct rules *rules, err *e)
{
    struct page *p = c->page;
    struct rule r;
    struct rule_trial t;
    const interval when = {p->now - TRIAL_DAYS * TIME_DAY, p->now};
    c->stays = true;
    if (!rule_parse(STR("trial"), form_text(c->form, STR("tekst")), NULL, p->a, &r, e) ||
        !rules_try(rules, p->at, &r, when, p->a, &t, e))
        return false;
    put_trial(p, &t);
    return true;
}

static bool act(struct team_call *c, err *e)
{
    struct rules *rules = rules_in(c, e);
    const str what = form_text(c->form, STR("wat")), id = form_text(c->form, STR("regel"));
    if (!rules) return false;
    if (str_eq(what, STR("proberen"))) return try_rule(c, rules, e);
    c->done = STR("team.done.saved");
    if (str_eq(what, STR("bewaren")))
        return rules_put(rules, id, form_text(c->form, STR("tekst")), &c->who, c->page->now, e);
    if (str_eq(what, STR("aan"))) return rules_switch(rules, id, true, &c->who, c->page->now, e);
    if (str_eq(what, STR("uit"))) return rules_switch(rules, id, false, &c->who, c->page->now, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_rules = {
    .name = STR("team-rules"), .needs = ACTION_OPERATE, .show = show, .act = act};
