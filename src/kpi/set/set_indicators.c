// SPDX-License-Identifier: EUPL-1.2
// Groups, indicators with their data points, and rules of plausibility of a set's file.
#include "kpi/set/reader.h"

#include <math.h>

// ---- Groups ------------------------------------------------------------------------------------------------------

static int group_find(const struct kpi_set *s, str id)
{
    for (size_t i = 0; i < s->group_count; i++)
        if (str_eq(s->groups[i].id, id)) return (int)i;
    return -1;
}

static bool group_read(struct reading *r, const json *j, struct kpi_group *g)
{
    if (j->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, j->at, "a group is an object");
    if (!need_id(r, j, "id", "/-", &g->id) || !text_read(r, j, "name", true, &g->name)) return false;
    g->parent = -1;
    size_t last = g->id.n;
    while (last > 0 && g->id.p[last - 1] != '/') last--;
    if (last == 0) return true;
    g->parent = group_find(r->set, str_slice(g->id, 0, last - 1));
    if (g->parent < 0)
        return err_set(r->e, ERR_UNKNOWN, j->at, "group '%.*s' stands before the group around it",
                       STR_ARG(g->id));
    g->depth = r->set->groups[g->parent].depth + 1;
    return true;
}

bool groups_read(struct reading *r, const json *root)
{
    const json *list;
    size_t count;
    struct kpi_set *s = r->set;
    if (!list_read(r, root, "groups", true, 500, &list, &count)) return false;
    if (!(s->groups = ROOM(r, count, struct kpi_group))) return false;
    for (const json *j = list->first; j; j = j->next) {
        struct kpi_group g = {0};
        if (!group_read(r, j, &g)) return false;
        if (group_find(s, g.id) >= 0)
            return err_set(r->e, ERR_CONFLICT, j->at, "two groups have the id '%.*s'", STR_ARG(g.id));
        s->groups[s->group_count++] = g;
    }
    return true;
}

// ---- Indicators --------------------------------------------------------------------------------------------------

static bool formula_read(struct reading *r, const json *j, const char *key, struct kpi_formula *out)
{
    const json *text;
    const struct kpi_names names = kpi_set_names(r->set);
    if (!json_need(j, str_of(key), JSON_TEXT, &text, r->e)) return false;
    return kpi_formula_parse(text->text, &names, r->arena, out, r->e) || inside(r, text, key);
}

static bool direction_read(struct reading *r, const json *j, kpi_direction *out)
{
    static const str names[] = {{"up", 2}, {"down", 4}, {"none", 4}};
    const json *d;
    if (!json_need(j, STR("direction"), JSON_TEXT, &d, r->e)) return false;
    for (size_t i = 0; i < 3; i++) {
        if (!str_eq(names[i], d->text)) continue;
        *out = (kpi_direction)i;
        return true;
    }
    return err_set(r->e, ERR_UNKNOWN, d->at, "\"direction\" is \"up\", \"down\" or \"none\"");
}

static bool point_read(struct reading *r, const json *j, struct kpi_point *p)
{
    double decimals;
    const struct kpi_names names = kpi_set_names(r->set);
    if (j->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, j->at, "a data point is an object");
    if (!need_id(r, j, "id", "-", &p->id) || !text_read(r, j, "name", false, &p->name) ||
        !unit_read(r, j, &p->unit_text, &p->unit, &p->unit_label) ||
        !formula_read(r, j, "formula", &p->formula) || !direction_read(r, j, &p->direction) ||
        !number_read(r, j, "decimals", 2, &decimals) || !number_read(r, j, "most", INFINITY, &p->most))
        return false;
    p->decimals = decimals >= 0 && decimals <= 9 ? (int)decimals : 2;
    p->is_scored = flag_read(j, "scored", true);
    return kpi_formula_check(&p->formula, &p->unit, &names, r->e) ||
           inside(r, json_get(j, STR("formula")), "formula");
}

static bool points_read(struct reading *r, const json *j, struct kpi_indicator *k)
{
    const json *list;
    size_t count;
    struct kpi_set *s = r->set;
    if (!list_read(r, j, "points", true, KPI_POINTS_MAX, &list, &count)) return false;
    if (!count) return err_set(r->e, ERR_MISSING, list->at, "an indicator has at least one data point");
    if (!(k->points = ROOM(r, count, struct kpi_point))) return false;
    for (const json *p = list->first; p; p = p->next) {
        struct kpi_point *out = &k->points[k->point_count++];
        if (!point_read(r, p, out)) return err_within(r->e, "data point %zu", k->point_count);
        for (size_t i = 0; i + 1 < k->point_count; i++)
            if (str_eq(k->points[i].id, out->id))
                return err_set(r->e, ERR_CONFLICT, p->at, "two data points have the id '%.*s'",
                               STR_ARG(out->id));
        out->indicator = (int)(k - s->indicators);
        out->index = (int)s->point_count;
        s->points[s->point_count++] = out;
    }
    return true;
}

static bool blanks_removed(struct reading *r, str shown, str *out)
{
    char *p = arena_alloc(r->arena, shown.n + 1);
    if (!p) return err_no_memory(r->e);
    size_t n = 0;
    for (size_t i = 0; i < shown.n; i++)
        if (shown.p[i] != ' ') p[n++] = shown.p[i];
    *out = (str){p, n};
    return true;
}

static bool indicator_group(struct reading *r, const json *j, struct kpi_indicator *k)
{
    const json *g;
    if (!json_need(j, STR("group"), JSON_TEXT, &g, r->e)) return false;
    k->group = group_find(r->set, g->text);
    return k->group >= 0 || err_set(r->e, ERR_UNKNOWN, g->at, "there is no group '%.*s'", STR_ARG(g->text));
}

static bool indicator_read(struct reading *r, const json *j, struct kpi_indicator *k)
{
    if (j->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, j->at, "an indicator is an object");
    if (!need_id(r, j, "id", " :.-", &k->shown_id) || !blanks_removed(r, k->shown_id, &k->id)) return false;
    if (kpi_indicator_find(r->set, k->id))
        return err_set(r->e, ERR_CONFLICT, j->at, "two indicators have the id '%.*s'", STR_ARG(k->id));
    k->kind = json_text(j, STR("kind"));
    k->type = json_text(j, STR("type"));
    k->note = json_text(j, STR("note"));
    k->is_confirmed = str_eq(json_text(j, STR("confidence")), STR("seen"));
    return text_read(r, j, "name", true, &k->name) && text_read(r, j, "definition", true, &k->definition) &&
           indicator_group(r, j, k) && texts_read(r, j, "aliases", &k->aliases, &k->alias_count) &&
           texts_read(r, j, "sdg", &k->sdg, &k->sdg_count) && points_read(r, j, k);
}

bool indicators_read(struct reading *r, const json *root)
{
    const json *list;
    size_t count;
    struct kpi_set *s = r->set;
    if (!list_read(r, root, "indicators", true, KPI_INDICATORS_MAX, &list, &count)) return false;
    s->indicators = ROOM(r, count, struct kpi_indicator);
    s->points = ROOM(r, count * KPI_POINTS_MAX, struct kpi_point *);
    if (!s->indicators || !s->points) return false;
    for (const json *j = list->first; j; j = j->next) {
        // Counted when it is whole: until then its own id must not be found.
        if (!indicator_read(r, j, &s->indicators[s->indicator_count]))
            return err_within(r->e, "indicator %zu", s->indicator_count + 1);
        s->indicator_count++;
    }
    return true;
}

bool checks_read(struct reading *r, const json *root)
{
    const json *list;
    size_t count;
    struct kpi_set *s = r->set;
    if (!list_read(r, root, "checks", false, KPI_CHECKS_MAX, &list, &count)) return false;
    if (!(s->checks = ROOM(r, count, struct kpi_check))) return false;
    for (const json *j = list ? list->first : NULL; j; j = j->next) {
        struct kpi_check *c = &s->checks[s->check_count++];
        const bool ok = j->type == JSON_OBJECT || err_set(r->e, ERR_TYPE, j->at, "a check is an object");
        if (!ok || !formula_read(r, j, "claim", &c->claim) || !text_read(r, j, "text", true, &c->text))
            return err_within(r->e, "check %zu", s->check_count);
        if (!c->claim.unit.is_claim)
            return err_set(r->e, ERR_TYPE, json_get(j, STR("claim"))->at, "a check is a comparison");
    }
    return true;
}
