// SPDX-License-Identifier: EUPL-1.2
// Rules: which there are, which are on, and the last alerts. One of them: rule.c.
#include "portal/team/operate/operate.h"
#include "rule/rule.h"

#define ALERT_DAYS 30
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
    view_text(&p->maker, v, STR("href"), page_href(p, "team/regel?regel=%.*s", STR_ARG(r->id)));
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
    const struct alert_filter f = {.when = {p->now - ALERT_DAYS * TIME_DAY, TIME_NONE}};
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

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct rules *rules = rules_in(c, e);
    struct rule *all;
    size_t count;
    if (!rules || !rules_list(rules, p->at, p->a, &all, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("rules"));
    for (size_t k = 0; k < count; k++) put_rule(p, list, &all[k]);
    return put_alerts(c, rules, e);
}

static bool act(struct team_call *c, err *e)
{
    struct rules *rules = rules_in(c, e);
    const str what = form_text(c->form, STR("wat")), id = form_text(c->form, STR("regel"));
    if (!rules) return false;
    c->done = STR("team.done.saved");
    if (str_eq(what, STR("aan"))) return rules_switch(rules, id, true, &c->who, c->page->now, e);
    if (str_eq(what, STR("uit"))) return rules_switch(rules, id, false, &c->who, c->page->now, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_rules = {
    .name = STR("team-rules"), .needs = ACTION_OPERATE, .show = show, .act = act};
