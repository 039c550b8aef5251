// SPDX-License-Identifier: EUPL-1.2
// What all resources of figures say alike: sums as members and as columns, periods, quantities.
#include "api/resource/figures.h"

#include "api/csv.h"

#include <math.h>

// ---- a tally as figures --------------------------------------------------------------------------------------------

// clang-format off
static const struct { str name; double share; } quantiles[] = {
    {STR("p05"), 0.05}, {STR("p25"), 0.25}, {STR("p50"), 0.5}, {STR("p75"), 0.75}, {STR("p95"), 0.95},
};
// clang-format on

#define QUANTILES (sizeof quantiles / sizeof quantiles[0])

// As many digits as the sums have.
static double fine(const struct quantity *q, double v)
{
    const double step = (double)decimal_power[tally_scale(q)];
    return round(v * step) / step;
}

static void put_figure(json_writer *w, str name, const struct quantity *q, double v)
{
    json_name(w, name);
    json_put_double(w, fine(q, v));
}

static void put_exceedances(json_writer *w, const struct quantity *q, const struct tally *t)
{
    double limits[TALLY_LIMITS_MAX];
    const size_t n = tally_limits(q, limits);
    json_name(w, STR("exceedances"));
    json_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(w, '{');
        json_name(w, STR("above"));
        json_put_double(w, limits[i]);
        json_name(w, STR("count"));
        json_put_int(w, t->above[i]);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void figures_put_tally(json_writer *w, const struct quantity *q, const struct tally *t)
{
    json_name(w, STR("count"));
    json_put_int(w, t->count);
    if (t->count == 0) return;
    put_figure(w, STR("mean"), q, tally_mean(t, q));
    put_figure(w, STR("standardDeviation"), q, sqrt(tally_variance(t, q)));
    put_figure(w, STR("min"), q, tally_least(t, q));
    put_figure(w, STR("max"), q, tally_most(t, q));
    for (size_t i = 0; i < QUANTILES; i++)
        put_figure(w, quantiles[i].name, q, tally_quantile(t, quantiles[i].share));
    put_exceedances(w, q, t);
}

void figures_csv_tally(buf *b, const struct quantity *q, const struct tally *t)
{
    csv_int(b, t->count, CSV_NEXT);
    if (t->count == 0) {
        BUF_LIT(b, ",,,,,,,,\r\n");
        return;
    }
    csv_number(b, fine(q, tally_mean(t, q)), CSV_NEXT);
    csv_number(b, fine(q, sqrt(tally_variance(t, q))), CSV_NEXT);
    csv_number(b, fine(q, tally_least(t, q)), CSV_NEXT);
    csv_number(b, fine(q, tally_most(t, q)), CSV_NEXT);
    for (size_t i = 0; i < QUANTILES; i++)
        csv_number(b, fine(q, tally_quantile(t, quantiles[i].share)), i + 1 < QUANTILES ? CSV_NEXT : CSV_END);
}

// ---- what is asked -------------------------------------------------------------------------------------------------

bool figures_quantity(struct api_call *c, const struct quantity **out, err *e)
{
    const str key = api_text(c, "quantity");
    *out = quantity_by_key(key);
    if (!*out)
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "parameter 'quantity': peil does not know '%.*s'",
                       STR_ARG(key));
    return tally_has(*out) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE,
                   "parameter 'quantity': of '%.*s' (a direction or a meter's register) there are no sums",
                   STR_ARG(key));
}

static const struct {
    str name;
    instant usual;  // how far back when `from` is not given
} periods[] = {
    [PERIOD_HOUR] = {STR("hour"), TIME_DAY},
    [PERIOD_DAY] = {STR("day"), 30 * TIME_DAY},
    [PERIOD_MONTH] = {STR("month"), 366 * TIME_DAY},
    [PERIOD_YEAR] = {STR("year"), 3653 * TIME_DAY},
};

period figures_period(struct api_call *c)
{
    for (size_t i = 0; i < sizeof periods / sizeof periods[0]; i++)
        if (str_eq(periods[i].name, api_text(c, "period"))) return (period)i;
    return PERIOD_DAY;
}

void figures_put_quantity(json_writer *w, const struct quantity *q)
{
    json_member_text(w, STR("quantity"), q->key);
    json_member_text(w, STR("unit"), q->ucum);
}

void figures_put_time(json_writer *w, str name, instant t)
{
    char text[TIME_TEXT_MAX];
    json_member_text(w, name, (str){text, time_write(text, t)});
}

void figures_put_when(json_writer *w, interval when)
{
    figures_put_time(w, STR("start"), when.start);
    figures_put_time(w, STR("end"), when.end);
}

void figures_put_state(struct api_call *c)
{
    json_name(&c->w, STR("quantileError"));
    json_put_double(&c->w, SKETCH_ERROR);
    json_name(&c->w, STR("isUpToDate"));
    json_put_bool(&c->w, rollups_is_whole(c->parts->rollups));
}

bool figures_with_atlas(struct api_call *c, bool (*write)(struct api_call *c, const struct atlas *t, err *e),
                        err *e)
{
    const struct atlas *t = areas_take(c->parts->areas);
    const bool ok = write(c, t, e);
    areas_give(c->parts->areas, t);
    return ok;
}

str figures_period_name(period p)
{
    return periods[p].name;
}

instant figures_usual_span(period p)
{
    return periods[p].usual;
}
