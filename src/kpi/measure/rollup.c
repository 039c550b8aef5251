// SPDX-License-Identifier: EUPL-1.2
// Means, sums and days above a level, from the days of the roll-ups.
#include "kpi/measure/inner.h"

// Of the days that have a reading.
struct days {
    double sum, count;
    size_t with, above;
};

static bool days_read(struct measuring *m, str area, const struct quantity *q, double above, struct days *out,
                      err *e)
{
    struct rollup_rows rows = {0};
    *out = (struct days){0};
    if (!rollup_of_area(m->from->rollups, m->at, area, q, PERIOD_DAY, m->when, &rows, e))
        return e->code == ERR_ABSENT;
    for (size_t i = 0; i < rows.count; i++) {
        const struct tally *t = &rows.all[i].tally;
        if (t->count == 0) continue;
        const double n = (double)t->count, mean = tally_mean(t, q);
        out->sum += mean * n;
        out->count += n;
        out->above += mean > above;
        out->with++;
    }
    rollup_rows_free(&rows);
    return true;
}

// The Datastreams that count in the area, as they stand.
static bool name_streams(struct measuring *m, str code, const struct quantity *q, struct figure *out, err *e)
{
    const struct rollup_stream **in;
    size_t count;
    const struct area *area = m->atlas ? atlas_find(m->atlas, code, m->year) : NULL;
    if (!area) return true;
    if (!rollup_streams_in(m->streams, m->atlas, area, m->year, m->now, q, m->arena, &in, &count, e))
        return false;
    if (!(out->readings = ARENA_ARRAY(m->arena, count + 1, int64_t))) return err_no_memory(e);
    for (size_t i = 0; i < count; i++) out->readings[out->reading_count++] = (int64_t)in[i]->id;
    return true;
}

bool measure_rollup(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                    struct figure *out, bool *got, err *e)
{
    const struct kpi_sensing *how = &x->sensings[sensing];
    const struct quantity *q = quantity_by_key(how->quantity);
    struct days d;
    *got = false;
    if (!q || !tally_has(q)) return true;
    if (!days_read(m, area, q, how->above, &d, e)) return false;
    if (!d.with) return true;
    out->value = how->how == KPI_MEASURE_DAYS  ? (double)d.above
                 : how->how == KPI_MEASURE_SUM ? d.sum
                                               : d.sum / d.count;
    out->capture = (double)d.with / m->days;
    *got = true;
    return name_streams(m, area, q, out, e);
}
