// SPDX-License-Identifier: EUPL-1.2
#include "kpi/office.h"

#include "base/file.h"
#include "base/tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)8 << 20)
#define OFFICE_BYTES_MAX ((size_t)64 << 20)
#define YEARS_MAX 200
#define AREAS_MAX 20000

// ---- The set -----------------------------------------------------------------------------------------------------

static bool file_take(const char *path, arena *a, str *out, err *e)
{
    buf b = {.max = FILE_BYTES_MAX};
    const bool ok = file_read(path, &b, e) && (arena_copy(a, buf_str(&b), out) || err_no_memory(e));
    buf_free(&b);
    return ok;
}

static bool at_line(const char *path, str text, err *e)
{
    size_t line = 1, column = 1;
    const size_t at = e->at < text.n ? e->at : text.n;
    const char *slash = strrchr(path, '/');
    if (e->at == ERR_NOWHERE) return err_within(e, "%s", slash ? slash + 1 : path);
    for (size_t i = 0; i < at; i++) {
        column = text.p[i] == '\n' ? 1 : column + 1;
        line += text.p[i] == '\n';
    }
    return err_within(e, "%s:%zu:%zu", slash ? slash + 1 : path, line, column);
}

bool kpi_set_load(const char *path, arena *a, struct kpi_set **out, err *e)
{
    str text;
    *e = (err){.at = ERR_NOWHERE};
    if (!file_take(path, a, &text, e)) return false;
    return kpi_set_read(text, a, out, e) || at_line(path, text, e);
}

static bool office_load(struct kpi_office *o, err *e)
{
    str path, text;
    if (!arena_print(o->a, &path, "%s/%.*s.json", o->config.directory, STR_ARG(o->config.set)))
        return err_no_memory(e);
    if (!kpi_set_load(path.p, o->a, &o->set, e)) return false;
    if (!arena_print(o->a, &path, "%s/published.tsv", o->config.directory)) return err_no_memory(e);
    err absent = {0};
    if (!file_take(path.p, o->a, &text, &absent)) return absent.code == ERR_ABSENT || (*e = absent, false);
    return kpi_published_read(text, o->a, &o->published, e) || at_line(path.p, text, e);
}

bool kpi_office_open(const kpi_office_config *c, struct kpi_office **out, err *e)
{
    struct kpi_office *o = calloc(1, sizeof *o);
    if (!o || !(o->a = arena_new(OFFICE_BYTES_MAX))) {
        free(o);
        return err_no_memory(e);
    }
    o->config = *c;
    if (!office_load(o, e)) {
        if (e->code != ERR_ABSENT) e->code = ERR_CONFIG;
        kpi_office_close(o);
        return false;
    }
    *out = o;
    return true;
}

void kpi_office_close(struct kpi_office *o)
{
    if (!o) return;
    arena_free(o->a);
    free(o);
}

int kpi_office_year(const struct kpi_office *o, instant now)
{
    return tz_civil(o->config.zone, now).year;
}

struct kpi_acting kpi_office_acting(const struct kpi_office *o, const struct principal *who, instant now,
                                    arena *a)
{
    return (struct kpi_acting){o->set, who, now, kpi_office_year(o, now), a, &o->reports};
}

// ---- A year and area ---------------------------------------------------------------------------------------------

static bool below_take(const struct kpi_office *o, struct kpi_picture *p, arena *a, err *e)
{
    const struct area **children = NULL;
    size_t count = 0;
    if (!o->config.areas) return true;
    const struct atlas *t = areas_take(o->config.areas);
    const struct area *self = atlas_find(t, p->reading.area, p->book.year);
    bool ok = !self || atlas_children(t, self, p->book.year, a, &children, &count, e);
    str *codes = ok ? ARENA_ARRAY(a, count + 1, str) : NULL;
    for (size_t i = 0; codes && i < count; i++) {
        if (!area_level_is_in_line(children[i]->level)) continue;
        if (!arena_copy(a, children[i]->code, &codes[p->reading.below_count])) ok = err_no_memory(e);
        p->reading.below_count++;
    }
    p->reading.below = codes;
    areas_give(o->config.areas, t);
    return ok && (codes || err_no_memory(e));
}

static bool uses_sums(const struct kpi_set *s)
{
    for (size_t i = 0; i < s->point_count; i++) {
        size_t at;
        if (str_find(s->points[i]->formula.text, STR("sum("), &at)) return true;
    }
    return false;
}

bool kpi_picture_take(const struct kpi_office *o, struct snapshot *at, int year, str area, bool with_drafts,
                      arena *a, struct kpi_picture **out, err *e)
{
    struct kpi_picture *p = ARENA_NEW(a, struct kpi_picture);
    if (!p) return err_no_memory(e);
    const bool needs_all = uses_sums(o->set);
    if (!kpi_book_read(at, year, needs_all ? (str){0} : area, a, &p->book, e) ||
        !kpi_targets_read(at, o->set, a, &p->targets, e))
        return false;
    p->reading = (struct kpi_reading){
        .set = o->set, .book = &p->book, .targets = &p->targets, .area = area, .with_drafts = with_drafts};
    if (needs_all && !below_take(o, p, a, e)) return false;
    if (!kpi_results_compute(&p->reading, a, &p->results, e)) return false;
    *out = p;
    return true;
}

// ---- Which years and areas ---------------------------------------------------------------------------------------

// Keys are skipped through: behind the first key of a year stands the first of the next.
struct first {
    char key[KPI_AREA_MAX + 16];
    size_t n;
};

static bool first_take(str key, str text, void *context, err *e)
{
    struct first *f = context;
    (void)text;
    (void)e;
    f->n = key.n < sizeof f->key ? key.n : sizeof f->key;
    memcpy(f->key, key.p, f->n);
    return false;
}

static bool first_after(struct snapshot *at, str from, str to, struct first *f, err *e)
{
    f->n = 0;
    return store_document_range(at, STR("kpi.value"), from, to, first_take, f, e);
}

bool kpi_years_read(struct snapshot *at, arena *a, int **out, size_t *count, err *e)
{
    int *years = ARENA_ARRAY(a, YEARS_MAX, int);
    size_t n = 0;
    char from[8] = "";
    struct first f;
    if (!years) return err_no_memory(e);
    while (n < YEARS_MAX) {
        int64_t year;
        if (!first_after(at, str_of(from), (str){0}, &f, e)) return false;
        if (f.n < 4 || !num_parse_int((str){f.key, 4}, &year, NULL)) break;
        years[n++] = (int)year;
        snprintf(from, sizeof from, "%04d0", (int)year);  // '0' stands behind '/'
    }
    *out = years;
    *count = n;
    return true;
}

bool kpi_areas_read(struct snapshot *at, int year, arena *a, str **out, size_t *count, err *e)
{
    str *areas = ARENA_ARRAY(a, AREAS_MAX, str), from, to;
    size_t n = 0;
    struct first f;
    if (!areas || !arena_print(a, &from, "%04d/", year) || !arena_print(a, &to, "%04d0", year))
        return err_no_memory(e);
    while (n < AREAS_MAX) {
        if (!first_after(at, from, to, &f, e)) return false;
        if (f.n < 5) break;
        str rest = {f.key + 5, f.n - 5}, area;
        str_cut(&rest, '/', &area);
        if (!arena_copy(a, area, &areas[n]) || !arena_print(a, &from, "%04d/%.*s0", year, STR_ARG(areas[n])))
            return err_no_memory(e);
        n++;
    }
    *out = areas;
    *count = n;
    return true;
}

int kpi_year_choose(const int *years, size_t count, int this_year)
{
    int chosen = count ? years[count - 1] : 0;
    for (size_t i = 0; i < count; i++)
        if (years[i] < this_year) chosen = years[i];
    return chosen;
}

bool kpi_area_name(const struct kpi_office *o, str code, int year, arena *a, str *out, err *e)
{
    if (!o->config.areas) return arena_copy(a, code, out) || err_no_memory(e);
    const struct atlas *t = areas_take(o->config.areas);
    const struct area *found = atlas_find(t, code, year);
    const bool ok = arena_copy(a, found ? found->name : code, out) || err_no_memory(e);
    areas_give(o->config.areas, t);
    return ok;
}
