// SPDX-License-Identifier: EUPL-1.2
// Makes an atlas from what is stored: versions and how long they hold, parents, indexes.
#include "area/atlas.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ATLAS_BYTES_MAX ((size_t)4 << 30)
#define AREAS_MAX 2000000

// What stands above everything that is imported; an import of the same code takes its place.
// clang-format off
static const struct { str code, name; area_level level; str parent; } built_in[] = {
    {STR("001"), STR("Wereld"),    AREA_WORLD,   STR("")},
    {STR("EU"),  STR("Europa"),    AREA_EUROPE,  STR("001")},
    {STR("NL"),  STR("Nederland"), AREA_COUNTRY, STR("EU")},
};
// clang-format on

#define BUILT_IN_COUNT (sizeof built_in / sizeof built_in[0])

struct builder {
    struct atlas *t;
    struct area *list;
    str *countries;     // beside it
    str *parent_names;  // beside it
    size_t count, capacity;
    err *e;
};

bool area_holds(const struct area *a, int year)
{
    return year >= a->from && year < a->to;
}

// ---- reading what is stored ----------------------------------------------------------------------------------------

static bool grow(struct builder *b)
{
    if (b->count < b->capacity) return true;
    if (b->count >= AREAS_MAX)
        return err_set(b->e, ERR_LIMIT, ERR_NOWHERE, "there are more than %d areas", AREAS_MAX);
    const size_t capacity = b->capacity ? b->capacity * 2 : 1024;
    struct area *list = realloc(b->list, capacity * sizeof *list);
    if (list) b->list = list;
    str *countries = realloc(b->countries, capacity * sizeof *countries);
    if (countries) b->countries = countries;
    str *names = realloc(b->parent_names, capacity * sizeof *names);
    if (names) b->parent_names = names;
    if (!list || !countries || !names) return err_no_memory(b->e);
    b->capacity = capacity;
    return true;
}

static bool list_add(struct builder *b, const struct area *a, str country, str parent_name)
{
    if (!grow(b)) return false;
    b->list[b->count] = *a;
    b->countries[b->count] = country;
    b->parent_names[b->count++] = parent_name;
    return true;
}

static bool keep(struct builder *b, str *s)
{
    return arena_copy(b->t->a, *s, s) || err_no_memory(b->e);
}

static bool take_stored(str key, str text, void *context, err *e)
{
    struct builder *b = context;
    struct stored_area s;
    if (!keep(b, &key) || !keep(b, &text) || !stored_area_read(key, text, b->t->a, &s, e)) return false;
    const struct area_feature *f = &s.feature;
    const struct area a = {.code = f->code,
                           .name = f->name,
                           .level = f->level,
                           .year = f->year,
                           .from = INT_MIN,
                           .to = INT_MAX,
                           .parent = f->parent,
                           .geometry = s.geometry,
                           .square_metres = s.square_metres,
                           .people = f->people,
                           .middle = s.middle};
    b->e = e;
    return list_add(b, &a, f->country, f->parent_name);
}

// ---- areas that are only named -------------------------------------------------------------------------------------

static int by_code(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

static bool has_code(const str *codes, size_t count, str code)
{
    return bsearch(&code, codes, count, sizeof *codes, by_code) != NULL;
}

static bool add_named(struct builder *b, str code, str name, area_level level, str parent)
{
    const struct area a = {.code = code,
                           .name = name.n ? name : code,
                           .level = level,
                           .from = INT_MIN,
                           .to = INT_MAX,
                           .parent = parent,
                           .people = -1};
    area_level dutch;
    return list_add(b, &a, area_code_level(code, &dutch) ? STR("NL") : (str){0}, (str){0});
}

// Parents that no file gave: those named so far; true when there were any.
static bool add_missing_parents(struct builder *b, bool *added)
{
    const size_t before = b->count;
    str *codes = calloc(before + 1, sizeof *codes);
    if (!codes) return err_no_memory(b->e);
    for (size_t i = 0; i < before; i++) codes[i] = b->list[i].code;
    qsort(codes, before, sizeof *codes, by_code);
    bool ok = true;
    for (size_t i = 0; ok && i < before; i++) {
        const str parent = b->list[i].parent;
        area_level level;
        str above = {0};
        if (parent.n == 0 || has_code(codes, before, parent)) continue;
        if (!area_code_level(parent, &level)) {
            b->list[i].parent = (str){0};  // geometry decides
            continue;
        }
        bool is_new = true;
        for (size_t k = before; k < b->count && is_new; k++) is_new = !str_eq(b->list[k].code, parent);
        (void)area_code_parent(parent, b->t->a, &above);
        ok = !is_new || add_named(b, parent, b->parent_names[i], level, above);
    }
    free(codes);
    *added = b->count > before;
    return ok;
}

static bool add_built_in(struct builder *b)
{
    for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
        bool is_there = false;
        for (size_t k = 0; k < b->count && !is_there; k++)
            is_there = b->list[k].level >= AREA_COUNTRY && str_eq(b->list[k].code, built_in[i].code);
        if (!is_there &&
            !add_named(b, built_in[i].code, built_in[i].name, built_in[i].level, built_in[i].parent))
            return false;
    }
    return true;
}

// ---- how long they hold --------------------------------------------------------------------------------------------

struct edition {
    int level;
    str country;
    str municipality;  // of CBS codes of neighbourhoods and districts
    int year;
    size_t area;
};

static int group_cmp(const struct edition *x, const struct edition *y)
{
    if (x->level != y->level) return x->level < y->level ? -1 : 1;
    const int order = str_cmp(x->country, y->country);
    return order ? order : str_cmp(x->municipality, y->municipality);
}

static int by_edition(const void *a, const void *b)
{
    const struct edition *x = a, *y = b;
    const int order = group_cmp(x, y);
    return order ? order : (x->year > y->year) - (x->year < y->year);
}

static struct edition edition_of(const struct builder *b, size_t i)
{
    const struct area *a = &b->list[i];
    str ignored;
    const bool is_cbs = area_code_parent(a->code, b->t->a, &ignored);
    return (struct edition){(int)a->level, b->countries[i], is_cbs ? str_slice(a->code, 2, 6) : (str){0},
                            a->year, i};
}

// Editions in order: one holds until the next of its group; the first of a group for all years before.
static bool set_years(struct builder *b)
{
    struct edition *all = calloc(b->count + 1, sizeof *all);
    size_t n = 0;
    if (!all) return err_no_memory(b->e);
    for (size_t i = 0; i < b->count; i++)
        if (b->list[i].year != 0) all[n++] = edition_of(b, i);
    qsort(all, n, sizeof *all, by_edition);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && by_edition(&all[i], &all[end]) == 0;) end++;
        const bool is_first = i == 0 || group_cmp(&all[i - 1], &all[i]) != 0;
        const bool is_last = end == n || group_cmp(&all[i], &all[end]) != 0;
        for (size_t k = i; k < end; k++) {
            b->list[all[k].area].from = is_first ? INT_MIN : all[i].year;
            b->list[all[k].area].to = is_last ? INT_MAX : all[end].year;
        }
    }
    free(all);
    return true;
}

// ---- orders --------------------------------------------------------------------------------------------------------

static int by_code_and_year(const void *a, const void *b)
{
    const struct area *x = a, *y = b;
    const int order = str_cmp(x->code, y->code);
    return order ? order : (x->year > y->year) - (x->year < y->year);
}

static int by_parent(const void *a, const void *b, void *all)
{
    const struct area *x = (const struct area *)all + *(const size_t *)a,
                      *y = (const struct area *)all + *(const size_t *)b;
    const int order = str_cmp(x->parent, y->parent);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int by_level(const void *a, const void *b, void *all)
{
    const struct area *x = (const struct area *)all + *(const size_t *)a,
                      *y = (const struct area *)all + *(const size_t *)b;
    if (x->level != y->level) return x->level < y->level ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool set_orders(struct atlas *t, err *e)
{
    t->by_parent = ARENA_ARRAY(t->a, t->count + 1, size_t);
    t->by_level = ARENA_ARRAY(t->a, t->count + 1, size_t);
    if (!t->by_parent || !t->by_level) return err_no_memory(e);
    for (size_t i = 0; i < t->count; i++) t->by_parent[i] = t->by_level[i] = i;
    qsort_r(t->by_parent, t->count, sizeof *t->by_parent, by_parent, t->all);
    qsort_r(t->by_level, t->count, sizeof *t->by_level, by_level, t->all);
    return true;
}

// The countries beside each area follow it into its new place.
static bool settle(struct builder *b, str **countries, err *e)
{
    struct atlas *t = b->t;
    t->count = b->count;
    t->all = ARENA_ARRAY(t->a, b->count + 1, struct area);
    *countries = ARENA_ARRAY(t->a, b->count + 1, str);
    if (!t->all || !*countries) return err_no_memory(e);
    for (size_t i = 0; i < b->count; i++) b->list[i].index = i;
    memcpy(t->all, b->list, b->count * sizeof *t->all);
    qsort(t->all, t->count, sizeof *t->all, by_code_and_year);
    for (size_t i = 0; i < t->count; i++) {
        (*countries)[i] = b->countries[t->all[i].index];
        t->all[i].index = i;
    }
    return true;
}

// Whose parent is not known by name lies in the smallest larger area around it, else in its country, else in the world. An area
// that is only named lies where its first part with a place does.
static void set_parent(struct atlas *t, struct area *a, str country)
{
    struct area_place place = a->middle;
    if (a->parent.n || a->level == AREA_WORLD) return;
    bool has_place = a->geometry.n > 0;
    for (size_t i = 0; !has_place && i < t->count; i++) {
        const struct area *part = &t->all[i];
        if (!part->geometry.n ||
            !str_starts(str_slice(part->code, 2, part->code.n), str_slice(a->code, 2, a->code.n)))
            continue;
        if (a->level != AREA_MUNICIPALITY || part->level >= AREA_MUNICIPALITY) continue;
        place = part->middle;
        has_place = true;
    }
    const int year = a->year ? a->year : 9999;
    const struct area *above = has_place ? atlas_above(t, place, year, a->level) : NULL;
    if (above)
        a->parent = above->code;
    else if (country.n && a->level < AREA_COUNTRY && atlas_knows(t, country))
        a->parent = country;
    else
        a->parent = STR("001");
}

static bool build(struct builder *b, struct snapshot *at, err *e)
{
    struct atlas *t = b->t;
    str *countries;
    bool added = true;
    if (!store_document_each(at, STR(AREA_KIND), take_stored, b, e)) return false;
    b->e = e;
    if (!add_built_in(b)) return false;
    while (added)
        if (!add_missing_parents(b, &added)) return false;
    if (!set_years(b) || !settle(b, &countries, e) || !atlas_index_outlines(t, e)) return false;
    for (size_t i = 0; i < t->count; i++) set_parent(t, &t->all[i], countries[i]);
    return set_orders(t, e);
}

bool atlas_build(struct snapshot *at, uint64_t version, struct atlas **out, err *e)
{
    struct atlas *t = calloc(1, sizeof *t);
    if (!t) return err_no_memory(e);
    *t = (struct atlas){.version = version, .users = 1, .a = arena_new(ATLAS_BYTES_MAX), .lock = lock_new()};
    struct builder b = {.t = t, .e = e};
    const bool ok = ((t->a && t->lock) || err_no_memory(e)) && (t->shapes = shape_maker_new(e)) &&
                    build(&b, at, e);
    free(b.list);
    free(b.countries);
    free(b.parent_names);
    if (ok)
        *out = t;
    else
        atlas_free(t);
    return ok;
}

void atlas_free(struct atlas *t)
{
    if (!t) return;
    GEOSContextHandle_t geos = t->shapes ? shape_geos(t->shapes) : NULL;
    for (size_t i = 0; t->prepared && i < t->count; i++)
        if (t->prepared[i]) GEOSPreparedGeom_destroy_r(geos, t->prepared[i]);
    if (t->tree) GEOSSTRtree_destroy_r(geos, t->tree);
    for (size_t i = 0; t->outlines && i < t->count; i++) shape_free(t->shapes, t->outlines[i]);
    shape_maker_free(t->shapes);
    lock_free(t->lock);
    arena_free(t->a);
    free(t);
}
