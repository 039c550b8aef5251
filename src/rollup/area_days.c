// SPDX-License-Identifier: EUPL-1.2
// A day of all areas from the days of the Datastreams in them, a month from days, a year from months.
#include "rollup/work.h"

#include "rollup/calendar.h"

#include <stdio.h>

// ---- a day of the areas --------------------------------------------------------------------------------------------

struct day_sum {
    struct work *w;
    struct snapshot *at;
    int32_t day;
    int year;
    instant end;  // its last moment
    struct accounts k;
    arena *a;  // of one document
};

static const struct area_spot *spot_of(struct day_sum *d, size_t i)
{
    struct stream_spot *known = &d->w->spots[i];
    const struct thing_place *place = thing_place_at(&d->w->streams->all[i].places, d->end);
    if (!place) return NULL;
    if (known->place != place || known->year != d->year)
        *known = (struct stream_spot){place, d->year, atlas_spot(d->w->atlas, place->place, d->year)};
    return &known->spot;
}

static bool add_to_area(struct day_sum *d, const struct area *area, str quantity, const struct tally *t,
                        err *e)
{
    char key[128];
    const int n = snprintf(key, sizeof key, "%.*s/%.*s", STR_ARG(quantity), STR_ARG(area->code));
    return accounts_add(&d->k, (str){key, (size_t)n}, area, t, e);
}

static bool stream_tally(struct day_sum *d, entity_id id, struct tally *t, err *e)
{
    const int32_t number = stretch_of(d->day);
    str bytes;
    struct stretch s;
    arena_reset(d->a);
    *t = (struct tally){.count = 0};
    if (!store_bytes_get(d->at, BYTES_STREAM_DAYS, stretch_number(number, id), d->a, &bytes, e) ||
        !stretch_read(bytes, &s, e))
        return false;
    const str day = s.day[d->day - stretch_first(number)];
    return day.n == 0 || tally_get(day, t, e);
}

static bool add_stream(struct day_sum *d, size_t i, err *e)
{
    const struct rollup_stream *s = &d->w->streams->all[i];
    const struct area_spot *spot = spot_of(d, i);
    const str quantity = s->quantity->key;
    struct tally t;
    if (!spot) return true;
    if (!stream_tally(d, s->id, &t, e)) return false;
    bool ok = t.count == 0 || add_to_area(d, spot->leaf, quantity, &t, e);
    ok = ok && (t.count == 0 || !spot->street || add_to_area(d, spot->street, quantity, &t, e));
    ok = ok && (t.count == 0 || !spot->town || add_to_area(d, spot->town, quantity, &t, e));
    ok = ok && (t.count == 0 || !spot->region || add_to_area(d, spot->region, quantity, &t, e));
    tally_free(&t);
    return ok;
}

// Whatever a file says about parents, the way goes up: to a larger area, at last to the world.
static const struct area *above_in_line(const struct day_sum *d, const struct area *from)
{
    const struct area *a = atlas_parent(d->w->atlas, from, d->year);
    for (int steps = 0; a && steps < AREA_LEVEL_COUNT; steps++, a = atlas_parent(d->w->atlas, a, d->year))
        if (area_level_is_in_line(a->level) && a->level > from->level) return a;
    return atlas_find(d->w->atlas, STR("001"), d->year);
}

// From the smallest level up: what a level has is whole when the one above gets it.
static bool add_upward(struct day_sum *d, err *e)
{
    for (int level = AREA_NEIGHBOURHOOD; level < AREA_WORLD; level++) {
        if (!area_level_is_in_line((area_level)level)) continue;
        const size_t count = d->k.count;  // those that come by it are larger
        for (size_t i = 0; i < count; i++) {
            const struct account a = d->k.all[i];
            const struct area *above = (int)a.area->level == level ? above_in_line(d, a.area) : NULL;
            if (above &&
                !add_to_area(d, above, str_slice(a.key, 0, a.key.n - a.area->code.n - 1), &a.tally, e))
                return false;
        }
    }
    return true;
}

static bool is_changed(str key, bool changed, void *context, err *e)
{
    bool *any = context;
    (void)key;
    (void)e;
    *any |= changed;
    return true;
}

static bool put_period(struct work *w, struct snapshot *at, const char *kind, period p, int32_t first,
                       struct accounts *k, bool *changed, err *e)
{
    char prefix[CALENDAR_KEY_MAX + 1];
    const size_t n = calendar_key(p, first, prefix);
    prefix[n] = '/';
    const struct sheet_range range = {
        .kind = str_of(kind), .prefix = {prefix, n + 1}, .note = is_changed, .context = changed};
    *changed = false;
    return sheet_put_accounts(&w->sheet, at, &range, k, e);
}

bool work_area_day(struct work *w, struct snapshot *at, int32_t day, err *e)
{
    struct day_sum d = {.w = w,
                        .at = at,
                        .day = day,
                        .year = calendar_civil(day).year,
                        .end = calendar_day_start(w->zone, day + 1) - 1,
                        .a = arena_new(1 << 22)};
    bool changed;
    if (!d.a) return err_no_memory(e);
    bool ok = accounts_open(&d.k, e);
    for (size_t i = 0; ok && i < w->streams->count; i++) ok = add_stream(&d, i, e);
    ok = ok && add_upward(&d, e) && put_period(w, at, KIND_DAY, PERIOD_DAY, day, &d.k, &changed, e);
    if (ok && changed) ok = day_set_add(&w->periods, calendar_first_of(PERIOD_MONTH, day), e);
    accounts_close(&d.k);
    arena_free(d.a);
    return ok;
}

// ---- months of days, years of months -------------------------------------------------------------------------------

static bool add_document(str key, str text, void *context, err *e)
{
    struct accounts *k = context;
    struct tally t;
    str rest = key, date;
    if (!tally_read(text, &t, e)) return false;
    const bool ok = !str_cut(&rest, '/', &date) || accounts_add(k, rest, NULL, &t, e);
    tally_free(&t);
    return ok;
}

bool work_period(struct work *w, struct snapshot *at, int32_t first, period part, const char *part_kind,
                 period whole, const char *whole_kind, err *e)
{
    const int32_t after = calendar_next(whole, first);
    char from[CALENDAR_KEY_MAX], to[CALENDAR_KEY_MAX];
    const str low = {from, calendar_key(part, first, from)}, high = {to, calendar_key(part, after, to)};
    struct accounts k;
    bool changed = false;
    if (!accounts_open(&k, e)) return false;
    const bool ok = store_document_range(at, str_of(part_kind), low, high, add_document, &k, e) &&
                    put_period(w, at, whole_kind, whole, first, &k, &changed, e);
    accounts_close(&k);
    return ok;
}
