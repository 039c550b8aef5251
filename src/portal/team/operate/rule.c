// SPDX-License-Identifier: EUPL-1.2
// One rule: its form, what it would have raised, and what it was before.
#include "portal/team/operate/rule_form.h"

#define EPISODES_SHOWN 30
#define MONTHS_MOST 13

static struct rules *rules_in(const struct team_call *c, err *e)
{
    struct rules *r = c->page->portal->config.rules;
    if (!r) err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "rules do not run here");
    return r;
}

// ---- Showing -----------------------------------------------------------------------------------------------------

static bool put_versions(struct page *p, str id, err *e)
{
    struct rule_version *all;
    size_t count;
    if (!rules_versions(p->at, id, p->a, &all, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("versions"));
    view_flag(&p->maker, p->root, STR("has_versions"), count > 0);
    for (size_t k = 0; k < count; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_int(&p->maker, v, STR("number"), all[k].number);
        view_text(&p->maker, v, STR("when"), all[k].at == TIME_NONE ? (str){0} : page_when(p, all[k].at));
        view_text(&p->maker, v, STR("by"), all[k].by);
        view_text(&p->maker, v, STR("text"), all[k].text);
        view_flag(&p->maker, v, STR("is_gone"), all[k].text.n == 0);
        view_flag(&p->maker, v, STR("can_return"), k > 0 && all[k].text.n > 0);
    }
    return true;
}

static bool put_known(struct page *p, struct rules *rules, str id, err *e)
{
    struct rule r;
    if (!rules_get(rules, p->at, id, p->a, &r, e)) return false;
    view_flag(&p->maker, p->root, STR("is_known"), true);
    view_flag(&p->maker, p->root, STR("is_built_in"), r.is_built_in);
    view_text(&p->maker, p->root, STR("name"),
              words_language(p->words) == LANGUAGE_NL ? r.name_nl : r.name_en);
    return true;
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct rules *rules = rules_in(c, e);
    const str id = page_query(p, STR("regel"));
    struct rule r;
    if (!rules || (id.n && (!put_known(p, rules, id, e) || !put_versions(p, id, e)))) return false;
    view_text(&p->maker, p->root, STR("regel"), c->form && !id.n ? form_text(c->form, STR("regel")) : id);
    if (c->form)
        rule_form_put_sent(p, c->form);
    else if (id.n && !rules_get(rules, p->at, id, p->a, &r, e))
        return false;
    else
        rule_form_put(p, id.n ? &r : NULL);
    return true;
}

// ---- A trial -----------------------------------------------------------------------------------------------------

// How many began in each month, oldest first.
static void put_months(struct page *p, struct view *v, const struct rule_trial *t, interval when)
{
    struct view *list = view_list(&p->maker, v, STR("months"));
    civil month = tz_civil(p->portal->zone, when.start);
    for (int n = 0; n < MONTHS_MOST; n++) {
        int64_t count = 0;
        str label = {0}, id = {0};
        for (size_t k = 0; k < t->count; k++) {
            const civil c = tz_civil(p->portal->zone, t->all[k].episode.start);
            count += c.year == month.year && c.month == month.month;
        }
        if (!arena_print(p->a, &id, "month.%d", month.month) ||
            !arena_print(p->a, &label, "%.*s %d", STR_ARG(page_text(p, id)), month.year))
            p->maker.failed = true;
        struct view *x = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, x, STR("month"), label);
        view_int(&p->maker, x, STR("count"), count);
        const civil last = tz_civil(p->portal->zone, when.end);
        if (month.year == last.year && month.month == last.month) break;
        month.month = month.month == 12 ? 1 : month.month + 1;
        month.year += month.month == 1;
    }
}

static void put_episodes(struct page *p, struct view *v, const struct rule_trial *t)
{
    struct view *list = view_list(&p->maker, v, STR("episodes"));
    for (size_t k = 0; k < t->count && k < EPISODES_SHOWN; k++) {
        struct view *x = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, x, STR("subject"), t->all[k].place.n ? t->all[k].place : t->all[k].subject);
        view_text(&p->maker, x, STR("start"), page_when(p, t->all[k].episode.start));
        if (t->all[k].episode.end != TIME_NONE)
            view_text(&p->maker, x, STR("end"), page_when(p, t->all[k].episode.end));
    }
    view_flag(&p->maker, v, STR("has_more"), t->found > EPISODES_SHOWN);
}

static void put_trial(struct page *p, const struct rule_trial *t, interval when)
{
    struct view *v = view_object(&p->maker, p->root, STR("trial"));
    view_int(&p->maker, v, STR("days"), (when.end - when.start) / TIME_DAY);
    view_int(&p->maker, v, STR("trial_found"), (int64_t)t->found);
    view_int(&p->maker, v, STR("subjects"), (int64_t)t->subjects);
    view_int(&p->maker, v, STR("without_data"), (int64_t)t->without_data);
    view_int(&p->maker, v, STR("hours"), t->lasted_us / TIME_HOUR);
    view_flag(&p->maker, v, STR("is_counted"), t->found > 0 && t->found == t->count);
    put_months(p, v, t, when);
    put_episodes(p, v, t);
}

static bool try_rule(struct team_call *c, struct rules *rules, int64_t days, err *e)
{
    struct page *p = c->page;
    struct snapshot *at;
    struct rule r;
    struct rule_trial t;
    str text;
    const interval when = {p->now - days * TIME_DAY, p->now};
    c->stays = true;
    if (!rule_form_text(c->form, p->a, &text, e) || !rule_parse(STR("trial"), text, NULL, p->a, &r, e) ||
        !snapshot_open(p->portal->config.store, &at, e))
        return false;
    const bool ok = snapshot_show(at, policy_sees(&c->who), e) && rules_try(rules, at, &r, when, p->a, &t, e);
    snapshot_close(at);
    if (ok) put_trial(p, &t, when);
    return ok;
}

// ---- Deeds -------------------------------------------------------------------------------------------------------

static bool save(struct team_call *c, struct rules *rules, str id, err *e)
{
    str text;
    if (!rule_form_text(c->form, c->page->a, &text, e) ||
        !rules_put(rules, id, text, &c->who, c->page->now, e))
        return false;
    c->location = page_href(c->page, "team/regel?regel=%.*s", STR_ARG(id));
    return true;
}

static bool text_of_version(struct team_call *c, str id, int64_t number, str *out, err *e)
{
    struct snapshot *at;
    struct rule_version *all;
    size_t count;
    if (!snapshot_open(c->page->portal->config.store, &at, e)) return false;
    const bool ok = rules_versions(at, id, c->page->a, &all, &count, e);
    snapshot_close(at);
    for (size_t k = 0; ok && k < count; k++) {
        if (all[k].number != number || !all[k].text.n) continue;
        *out = all[k].text;
        return true;
    }
    return ok &&
           err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no version %lld of this rule", (long long)number);
}

static bool go_back(struct team_call *c, struct rules *rules, str id, err *e)
{
    int64_t number;
    str text;
    if (!form_int(c->form, STR("versie"), &number))
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the form does not say to which version");
    if (!text_of_version(c, id, number, &text, e) || !rules_put(rules, id, text, &c->who, c->page->now, e))
        return false;
    c->location = page_href(c->page, "team/regel?regel=%.*s", STR_ARG(id));
    return true;
}

static bool act(struct team_call *c, err *e)
{
    struct rules *rules = rules_in(c, e);
    const str what = form_text(c->form, STR("wat")), asked = page_query(c->page, STR("regel"));
    const str id = asked.n ? asked : str_trim(form_text(c->form, STR("regel")));
    if (!rules) return false;
    c->done = STR("team.done.saved");
    if (str_eq(what, STR("maand"))) return try_rule(c, rules, 30, e);
    if (str_eq(what, STR("jaar"))) return try_rule(c, rules, 365, e);
    if (str_eq(what, STR("bewaren"))) return save(c, rules, id, e);
    if (str_eq(what, STR("terug"))) return go_back(c, rules, id, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_rule = {
    .name = STR("team-rule"), .needs = ACTION_OPERATE, .show = show, .act = act, .is_within = true};
