// SPDX-License-Identifier: EUPL-1.2
#include "kpi/measure/inner.h"

#include "base/tz.h"
#include "identity/audit.h"

#include <math.h>

#define WORK_BYTES_MAX ((size_t)256 << 20)
#define ENTRIES_MAX 20000
// A year in progress gets a new revision when the figure, or the days behind it, have moved this much; a year that is over when
// anything did.
#define VALUE_STEP 0.05
#define VALUE_SHARE 0.01
#define CAPTURE_STEP 0.02

static const struct principal peil_itself = {.role = ROLE_EDITOR, .kind = PRINCIPAL_LOCAL, .name = "peil"};

static const measure_take ways[KPI_MEASURE_COUNT] = {
    [KPI_MEASURE_MEAN] = measure_rollup,   [KPI_MEASURE_SUM] = measure_rollup,
    [KPI_MEASURE_DAYS] = measure_rollup,   [KPI_MEASURE_STOCK] = measure_registers,
    [KPI_MEASURE_USE] = measure_registers, [KPI_MEASURE_EXPOSED] = measure_exposed};

struct gathering {
    struct measuring m;
    struct kpi_acting by;
    struct kpi_entry *entries;
    size_t count;
};

bool measure_lies_in(const struct measuring *m, str inner, str outer)
{
    if (str_eq(inner, outer)) return true;
    const struct area *a = m->atlas ? atlas_find(m->atlas, inner, m->year) : NULL,
                      *b = m->atlas ? atlas_find(m->atlas, outer, m->year) : NULL;
    return a && b && atlas_is_within(m->atlas, a, b, m->year);
}

// ---- From figure to entry ----------------------------------------------------------------------------------------

static bool is_news(const struct measuring *m, const struct kpi_value *there, const struct figure *f)
{
    if (!there) return true;
    if (there->origin != KPI_BY_SENSORS || there->status == KPI_VERIFIED)
        return false;  // people's own, or accepted by them
    const bool is_over = m->now >= m->when.end;
    const double step = is_over ? 0.005 : fmax(VALUE_STEP, VALUE_SHARE * fabs(there->number));
    return fabs(there->number - f->value) >= step || isnan(there->capture) ||
           fabs(there->capture - f->capture) >= (is_over ? 0.001 : CAPTURE_STEP);
}

static bool note_of(struct gathering *g, const struct figure *f, str *out, err *e)
{
    const int days = (int)round(f->capture * g->m.days);
    return arena_print(g->m.arena, out, "%d van %d dagen%s%.*s / %d of %d days%s%.*s", days, g->m.days,
                       f->note_nl.n ? "; " : "", STR_ARG(f->note_nl), days, g->m.days,
                       f->note_en.n ? "; " : "", STR_ARG(f->note_en)) ||
           err_no_memory(e);
}

static bool entry_add(struct gathering *g, str area, const struct kpi_input *x, const struct figure *f,
                      err *e)
{
    str note;
    const bool is_demo = g->m.office->config.is_demo, is_enough = f->capture >= KPI_CAPTURE_LEAST;
    if (g->count == ENTRIES_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many areas with sensors");
    if (!note_of(g, f, &note, e)) return false;
    g->entries[g->count++] = (struct kpi_entry){.year = g->m.year,
                                                .area = area,
                                                .input = x->id,
                                                .status = is_enough || is_demo ? KPI_SUBMITTED : KPI_DRAFT,
                                                .has_number = true,
                                                .number = f->value,
                                                .source = STR("eigen meters"),
                                                .note = note,
                                                .method = KPI_BY_MEASUREMENT,
                                                .origin = KPI_BY_SENSORS,
                                                .is_demo = is_demo,
                                                .capture = f->capture,
                                                .readings = f->readings,
                                                .reading_count = f->reading_count};
    return true;
}

static bool input_measure(struct gathering *g, str area, const struct kpi_input *x, err *e)
{
    for (size_t k = 0; k < x->sensing_count; k++) {
        struct figure f = {0};
        bool got;
        if (!ways[x->sensings[k].how](&g->m, area, x, k, &f, &got, e)) return false;
        if (!got) continue;
        f.value = x->is_whole ? round(f.value) : round(f.value * 100) / 100;
        f.capture = fmin(f.capture, 1);
        return !is_news(&g->m, kpi_book_find(&g->m.book, area, x->id), &f) || entry_add(g, area, x, &f, e);
    }
    return true;
}

// ---- Which areas -------------------------------------------------------------------------------------------------

static bool area_measure(struct gathering *g, str area, err *e)
{
    const struct kpi_set *s = g->m.office->set;
    for (size_t i = 0; i < s->input_count; i++)
        if (!input_measure(g, area, &s->inputs[i], e)) return false;
    return true;
}

// The town and everything below it in the line that roll-ups follow.
static bool areas_measure(struct gathering *g, err *e)
{
    struct measuring *m = &g->m;
    const str town = m->office->config.area;
    const struct area *self = m->atlas ? atlas_find(m->atlas, town, m->year) : NULL;
    size_t count = 0;
    const struct area *all = m->atlas ? atlas_all(m->atlas, &count) : NULL;
    bool ok = area_measure(g, town, e);
    for (size_t i = 0; ok && self && i < count; i++) {
        str code;
        if (&all[i] == self || !area_level_is_in_line(all[i].level) ||
            atlas_find(m->atlas, all[i].code, m->year) != &all[i] ||
            !atlas_is_within(m->atlas, &all[i], self, m->year))
            continue;
        ok = (arena_copy(m->arena, all[i].code, &code) || err_no_memory(e)) && area_measure(g, code, e);
    }
    return ok;
}

static bool all_measure(struct gathering *g, err *e)
{
    struct measuring *m = &g->m;
    if (!kpi_book_read(m->at, m->year, (str){0}, m->arena, &m->book, e) ||
        !rollup_streams_take(m->from->rollups, &m->streams, e))
        return false;
    m->atlas = m->office->config.areas ? areas_take(m->office->config.areas) : NULL;
    const bool ok = areas_measure(g, e);
    if (m->atlas) areas_give(m->office->config.areas, m->atlas);
    rollup_streams_give(m->from->rollups, m->streams);
    return ok;
}

// ---- Storing -----------------------------------------------------------------------------------------------------

static bool entries_store(struct store_tx *tx, void *context, err *e)
{
    struct gathering *g = context;
    for (size_t i = 0; i < g->count; i++) {
        struct kpi_value v;
        struct kpi_doubts doubts;
        str codes[KPI_DOUBTS_MAX];
        struct kpi_entry *x = &g->entries[i];
        if (!kpi_entry_check(&g->by, store_tx_snapshot(tx), x, &v, &doubts, e)) return false;
        // Nobody is there to confirm: what is doubtful waits as a draft, with the doubt on record.
        for (size_t k = 0; k < doubts.count; k++) codes[k] = str_of(doubts.all[k].code);
        x->confirmed = codes;
        x->confirmed_count = doubts.count;
        if (doubts.count) v.status = KPI_DRAFT;
        if (!kpi_entry_store(tx, &g->by, x, &doubts, &v, e)) return false;
    }
    const struct audit_event event = {NULL, STR("kpi.measure"), STR("sensors"), {0}, g->by.now};
    return audit_record(tx, &event, e);
}

// ---- The year ----------------------------------------------------------------------------------------------------

static interval year_span(const struct tz *zone, int year)
{
    interval i = {TIME_NONE, TIME_NONE};
    bool skipped;
    if (!tz_instant(zone, (civil){.year = year, .month = 1, .day = 1}, TZ_EARLIER, &i.start, &skipped) ||
        !tz_instant(zone, (civil){.year = year + 1, .month = 1, .day = 1}, TZ_EARLIER, &i.end, &skipped))
        return (interval){0, 0};
    return i;
}

static bool measure_open_year(struct gathering *g, err *e)
{
    struct kpi_year y;
    if (!kpi_year_read(g->m.at, g->m.year, g->m.arena, &y, e)) return false;
    return y.is_frozen || all_measure(g, e);
}

bool kpi_measure_year(const struct kpi_office *o, const struct kpi_sensors *from, int year, instant now,
                      size_t *stored, err *e)
{
    arena *a = arena_new(WORK_BYTES_MAX);
    if (!a) return err_no_memory(e);
    struct gathering g = {.m = {.office = o,
                                .from = from,
                                .arena = a,
                                .year = year,
                                .when = year_span(o->config.zone, year),
                                .now = now},
                          .by = kpi_office_acting(o, &peil_itself, now, a)};
    g.m.days = (int)((g.m.when.end - g.m.when.start + TIME_DAY / 2) / TIME_DAY);
    g.entries = ARENA_ARRAY(a, ENTRIES_MAX, struct kpi_entry);
    bool ok = (g.entries || err_no_memory(e)) && snapshot_open(o->config.store, &g.m.at, e);
    if (ok) {
        ok = measure_open_year(&g, e);
        snapshot_close(g.m.at);
    }
    ok = ok && (g.count == 0 || store_run(o->config.store, entries_store, &g, e));
    *stored = g.count;
    arena_free(a);
    return ok;
}
