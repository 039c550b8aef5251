// SPDX-License-Identifier: EUPL-1.2
// A set from its JSON. Each reader takes one object of the file and names the key that is wrong.
#include "kpi/set/set.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT_VERSION 1
#define TEXT_ID_MAX 80

struct reading {
    arena *arena;
    struct kpi_set *set;
    err *e;
};

static bool is_id(str s, const char *also)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                             c == '_';
        if (!is_word && !strchr(also, c)) return false;
    }
    return s.n > 0 && s.n <= TEXT_ID_MAX;
}

static bool need_id(struct reading *r, const json *j, const char *key, const char *also, str *out)
{
    const json *t;
    if (!json_need(j, str_of(key), JSON_TEXT, &t, r->e)) return false;
    *out = t->text;
    return is_id(t->text, also) ||
           err_set(r->e, ERR_SYNTAX, t->at, "an id has 1 to %d letters, digits or '_'%s%s, not '%.*s'",
                   TEXT_ID_MAX, *also ? " or any of " : "", also, STR_ARG(str_slice(t->text, 0, 40)));
}

static bool text_read(struct reading *r, const json *j, const char *key, bool is_needed, struct kpi_text *out)
{
    const json *t = json_get(j, str_of(key));
    if (!t && !is_needed) return true;
    if (!json_need(j, str_of(key), JSON_OBJECT, &t, r->e)) return false;
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        const json *in;
        if (!json_need(t, language_code(l), JSON_TEXT, &in, r->e)) return err_within(r->e, "\"%s\"", key);
        out->in[l] = in->text;
    }
    return true;
}

static bool number_read(struct reading *r, const json *j, const char *key, double fallback, double *out)
{
    const json *n = json_get(j, str_of(key));
    *out = fallback;
    if (!n) return true;
    if (!json_need(j, str_of(key), JSON_NUMBER, &n, r->e)) return false;
    return num_parse_double(n->text, out, r->e) || err_within(r->e, "\"%s\"", key);
}

static bool flag_read(const json *j, const char *key, bool fallback)
{
    const json *f = json_get(j, str_of(key));
    return f ? f->type == JSON_TRUE : fallback;
}

// What went wrong inside a text stands at that text, plus the place within it.
static bool inside(struct reading *r, const json *text, const char *what)
{
    r->e->at = text->at + 1 + (r->e->at == ERR_NOWHERE ? 0 : r->e->at);
    return err_within(r->e, "%s", what);
}

static bool unit_read(struct reading *r, const json *j, str *text, struct kpi_unit *unit,
                      struct kpi_text *label)
{
    const json *u;
    if (!json_need(j, STR("unit"), JSON_TEXT, &u, r->e)) return false;
    *text = u->text;
    if (!kpi_unit_parse(u->text, &r->set->nouns, unit, r->e)) return inside(r, u, "\"unit\"");
    label->in[LANGUAGE_NL] = label->in[LANGUAGE_EN] = u->text;
    return text_read(r, j, "unit_label", false, label);
}

// An array under `key` (absent: empty, unless needed) with room for its items.
static bool list_read(struct reading *r, const json *j, const char *key, bool is_needed, size_t most,
                      const json **out, size_t *count)
{
    *out = json_get(j, str_of(key));
    *count = 0;
    if (!*out && !is_needed) return true;
    if (!json_need(j, str_of(key), JSON_ARRAY, out, r->e)) return false;
    *count = (*out)->count;
    return *count <= most ||
           err_set(r->e, ERR_LIMIT, (*out)->at, "\"%s\" has more than %zu items", key, most);
}

#define ROOM(r, count, type) ((type *)room_for((r), (count), sizeof(type)))
static void *room_for(struct reading *r, size_t count, size_t bytes)
{
    void *p = arena_array(r->arena, count + 1, bytes);
    if (!p) err_no_memory(r->e);
    return p;
}

static bool texts_read(struct reading *r, const json *j, const char *key, str **out, size_t *count)
{
    const json *list;
    if (!list_read(r, j, key, false, 100, &list, count)) return false;
    *out = ROOM(r, *count, str);
    if (!*out) return false;
    size_t n = 0;
    for (const json *t = list ? list->first : NULL; t; t = t->next) {
        if (t->type != JSON_TEXT) return err_set(r->e, ERR_TYPE, t->at, "\"%s\" holds texts only", key);
        (*out)[n++] = t->text;
    }
    return true;
}

// ---- Nouns, inputs -----------------------------------------------------------------------------------------------

static bool nouns_read(struct reading *r, const json *root)
{
    const json *list;
    size_t count;
    if (!list_read(r, root, "nouns", true, KPI_NOUNS_MAX, &list, &count)) return false;
    for (const json *n = list->first; n; n = n->next) {
        if (n->type != JSON_TEXT || !is_id(n->text, ""))
            return err_set(r->e, ERR_TYPE, n->at, "a noun is a text of letters, such as \"household\"");
        r->set->nouns.names[r->set->nouns.count++] = n->text;
    }
    return true;
}

static bool conversions_read(struct reading *r, const json *j, struct kpi_input *i)
{
    const json *list = json_get(j, STR("conversions"));
    if (!list) return true;
    if (!json_need(j, STR("conversions"), JSON_OBJECT, &list, r->e)) return false;
    i->conversions = ROOM(r, list->count, struct kpi_conversion);
    if (!i->conversions) return false;
    for (const json *c = list->first; c; c = c->next) {
        double factor = 0;
        if (c->type != JSON_NUMBER || !num_parse_double(c->text, &factor, NULL) || factor == 0)
            return err_set(r->e, ERR_TYPE, c->at, "a conversion is a number other than zero");
        i->conversions[i->conversion_count++] = (struct kpi_conversion){c->key, factor};
    }
    return true;
}

static bool measure_read(struct reading *r, const json *j, struct kpi_input *i)
{
    static const struct {
        str name;
        kpi_measure measure;
    } measures[] = {{STR("mean"), KPI_MEASURE_MEAN}, {STR("sum"), KPI_MEASURE_SUM}};
    const json *m = json_get(j, STR("measured")), *how;
    if (!m) return true;
    if (!json_need(j, STR("measured"), JSON_OBJECT, &m, r->e) ||
        !need_id(r, m, "quantity", "", &i->quantity) ||
        !json_need(m, STR("statistic"), JSON_TEXT, &how, r->e))
        return false;
    for (size_t k = 0; k < sizeof measures / sizeof measures[0]; k++)
        if (str_eq(measures[k].name, how->text)) i->measure = measures[k].measure;
    return i->measure ? (i->can_be_measured = true)
                      : err_set(r->e, ERR_UNKNOWN, how->at, "\"statistic\" is \"mean\" or \"sum\"");
}

static bool input_read(struct reading *r, const json *j, struct kpi_input *i)
{
    i->part_of = -1;
    if (j->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, j->at, "an input is an object");
    i->source = json_text(j, STR("source"));
    i->department = json_text(j, STR("department"));
    i->is_whole = flag_read(j, "whole", false);
    i->can_be_measured = flag_read(j, "sensor", false);
    return need_id(r, j, "id", "", &i->id) && text_read(r, j, "name", true, &i->name) &&
           text_read(r, j, "definition", true, &i->definition) &&
           unit_read(r, j, &i->unit_text, &i->unit, &i->unit_label) &&
           number_read(r, j, "least", 0, &i->least) && number_read(r, j, "most", INFINITY, &i->most) &&
           conversions_read(r, j, i) && measure_read(r, j, i);
}

static int by_input_id(const void *a, const void *b, void *context)
{
    const struct kpi_set *s = context;
    return str_cmp(s->inputs[*(const int *)a].id, s->inputs[*(const int *)b].id);
}

static bool inputs_sort(struct reading *r, const json *list)
{
    struct kpi_set *s = r->set;
    if (!(s->by_id = ROOM(r, s->input_count, int))) return false;
    for (size_t i = 0; i < s->input_count; i++) s->by_id[i] = (int)i;
    qsort_r(s->by_id, s->input_count, sizeof *s->by_id, by_input_id, s);
    for (size_t i = 1; i < s->input_count; i++)
        if (str_eq(s->inputs[s->by_id[i - 1]].id, s->inputs[s->by_id[i]].id))
            return err_set(r->e, ERR_CONFLICT, list->at, "two inputs have the id '%.*s'",
                           STR_ARG(s->inputs[s->by_id[i]].id));
    return true;
}

static bool parts_read(struct reading *r, const json *list)
{
    struct kpi_input *i = r->set->inputs;
    for (const json *j = list->first; j; j = j->next, i++) {
        const json *whole = json_get(j, STR("part_of"));
        if (!whole) continue;
        if (!json_need(j, STR("part_of"), JSON_TEXT, &whole, r->e)) return false;
        i->part_of = kpi_input_find(r->set, whole->text);
        if (i->part_of < 0)
            return err_set(r->e, ERR_UNKNOWN, whole->at, "'%.*s' is part of '%.*s', which is no input",
                           STR_ARG(i->id), STR_ARG(whole->text));
        const struct kpi_input *w = &r->set->inputs[i->part_of];
        if (!kpi_unit_same_kind(&i->unit, &w->unit) || !kpi_unit_same_scale(&i->unit, &w->unit))
            return err_set(r->e, ERR_TYPE, whole->at,
                           "'%.*s' (%.*s) cannot be part of '%.*s' (%.*s): other units", STR_ARG(i->id),
                           STR_ARG(i->unit_text), STR_ARG(w->id), STR_ARG(w->unit_text));
    }
    return true;
}

static bool inputs_read(struct reading *r, const json *root)
{
    const json *list;
    struct kpi_set *s = r->set;
    size_t count;
    if (!list_read(r, root, "inputs", true, KPI_INPUTS_MAX, &list, &count)) return false;
    if (!(s->inputs = ROOM(r, count, struct kpi_input))) return false;
    for (const json *j = list->first; j; j = j->next)
        if (!input_read(r, j, &s->inputs[s->input_count++]))
            return err_within(r->e, "input %zu", s->input_count);
    if (!inputs_sort(r, list) || !parts_read(r, list)) return false;
    const json *population = json_get(root, STR("population"));
    s->population = population ? kpi_input_find(s, population->text) : -1;
    return !population || s->population >= 0 ||
           err_set(r->e, ERR_UNKNOWN, population->at, "\"population\" names no input");
}

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

static bool groups_read(struct reading *r, const json *root)
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

static bool indicators_read(struct reading *r, const json *root)
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

static bool checks_read(struct reading *r, const json *root)
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

static bool head_read(struct reading *r, const json *root)
{
    const json *version;
    double number;
    if (root->type != JSON_OBJECT) return err_set(r->e, ERR_TYPE, root->at, "a set is an object");
    if (!json_need(root, STR("peil_kpi_set"), JSON_NUMBER, &version, r->e)) return false;
    if (!num_parse_double(version->text, &number, r->e) || number != FORMAT_VERSION)
        return err_set(r->e, ERR_UNSUPPORTED, version->at, "this peil reads version %d of the format",
                       FORMAT_VERSION);
    r->set->version = json_text(root, STR("version"));
    r->set->source = json_text(root, STR("source"));
    return need_id(r, root, "id", "-", &r->set->id) && text_read(r, root, "name", true, &r->set->name);
}

bool kpi_set_read(str source, arena *a, struct kpi_set **out, err *e)
{
    json *root;
    struct reading r = {.arena = a, .set = ARENA_NEW(a, struct kpi_set), .e = e};
    if (!r.set) return err_no_memory(e);
    r.set->population = -1;
    if (!json_parse(source, a, &root, e)) return false;
    if (!head_read(&r, root) || !nouns_read(&r, root) || !inputs_read(&r, root) || !groups_read(&r, root) ||
        !indicators_read(&r, root) || !checks_read(&r, root))
        return false;
    *out = r.set;
    return true;
}
