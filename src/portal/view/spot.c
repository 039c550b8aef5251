// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/spot.h"

#include "portal/past.h"

#include <stdlib.h>

const str spot_layers[] = {
    STR("pm25"),        STR("pm10"),          STR("no2"),      STR("o3"),
    STR("noise_laeq"),  STR("temperature"),   STR("humidity"), STR("wind_speed"),
    STR("rain"),        STR("pressure"),      STR("co2"),      STR("black_carbon"),
    STR("water_level"), STR("traffic_count"), STR("tilt"),
};
const size_t spot_layer_count = sizeof spot_layers / sizeof spot_layers[0];

static const struct series *series_of(const struct meter *m, str key)
{
    for (size_t i = 0; i < m->series_count; i++)
        if (m->series[i].quantity && str_eq(m->series[i].quantity->key, key)) return &m->series[i];
    return NULL;
}

static bool is_chosen(struct spot_choice from, const struct meter *m)
{
    return !from.has || from.has(m, from.context);
}

bool spot_layer_has_meters(const struct meter_list *l, str layer, struct spot_choice from)
{
    for (size_t i = 0; i < l->count; i++)
        if (series_of(&l->all[i], layer) && is_chosen(from, &l->all[i])) return true;
    return false;
}

str spot_layer_choose(const struct meter_list *l, str asked, struct spot_choice from)
{
    str first = {0};
    for (size_t i = 0; i < spot_layer_count; i++) {
        if (!str_eq(spot_layers[i], asked) && first.n) continue;
        if (!spot_layer_has_meters(l, spot_layers[i], from)) continue;
        if (str_eq(spot_layers[i], asked)) return asked;
        first = spot_layers[i];
    }
    return first.n ? first : spot_layers[0];
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double spot_median(double *values, size_t n)
{
    if (n == 0) return 0;
    qsort(values, n, sizeof values[0], by_value);
    return n % 2 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

const struct scale *spots_scale(const struct spots *s)
{
    return s->series ? s->series->scale : scale_of(quantity_by_key(s->layer));
}

void spot_take(const struct spot *s, double *values, size_t *fresh_count, instant *newest)
{
    const struct reading *r = &s->reading;
    if (r->state == READING_FRESH) values[(*fresh_count)++] = r->value;
    if (r->state != READING_NONE && (*newest == TIME_NONE || r->at > *newest)) *newest = r->at;
}

// `values` has room for all of the area's.
static void sum_up(const struct spots *s, struct spot_area *a, double *values)
{
    a->newest = TIME_NONE;
    for (size_t i = 0; i < a->count; i++) spot_take(&a->spots[i], values, &a->fresh_count, &a->newest);
    a->middle = spot_median(values, a->fresh_count);
    a->class = a->fresh_count ? scale_class_at(spots_scale(s), a->middle) : NULL;
}

// Spots come by neighbourhood already. `values` has room for all.
static bool group(struct page *p, struct spots *s, double *values, err *e)
{
    s->areas = ARENA_ARRAY(p->a, s->count + 1, struct spot_area);
    if (!s->areas) return err_no_memory(e);
    for (size_t i = 0; i < s->count;) {
        struct spot_area *a = &s->areas[s->area_count++];
        *a = (struct spot_area){.outline = s->all[i].meter->area, .spots = &s->all[i]};
        while (i < s->count && s->all[i].meter->area == a->outline) i++;
        a->count = (size_t)(&s->all[i] - a->spots);
        sum_up(s, a, values);
    }
    return true;
}

static bool read_spot(struct page *p, instant hour, struct spot *s, err *e)
{
    s->is_of_hour = hour != TIME_NONE;
    return s->is_of_hour ? past_hour_read(p->at, s->series, hour, &s->reading, e)
                         : reading_latest(p->at, s->series, p->now, p->a, &s->reading, e);
}

bool spots_read_hour(struct page *p, str layer, struct spot_choice from, instant hour, struct spots *out,
                     err *e)
{
    struct spots s = {.layer = layer,
                      .hour = hour,
                      .all = ARENA_ARRAY(p->a, p->meters->count + 1, struct spot),
                      .fresh = ARENA_ARRAY(p->a, p->meters->count + 1, double)};
    double *values = ARENA_ARRAY(p->a, p->meters->count + 1, double);
    if (!s.all || !s.fresh || !values) return err_no_memory(e);
    for (size_t i = 0; i < p->meters->count; i++) {
        struct spot one = {.meter = &p->meters->all[i], .series = series_of(&p->meters->all[i], layer)};
        if (!one.series || !is_chosen(from, one.meter)) continue;
        if (!read_spot(p, hour, &one, e)) return false;
        if (one.reading.state == READING_FRESH) s.fresh[s.fresh_count++] = one.reading.value;
        s.series = one.series;
        s.all[s.count++] = one;
    }
    s.middle = spot_median(s.fresh, s.fresh_count);
    if (!group(p, &s, values, e)) return false;
    *out = s;
    return true;
}

bool spots_read(struct page *p, str layer, struct spot_choice from, struct spots *out, err *e)
{
    return spots_read_hour(p, layer, from, TIME_NONE, out, e);
}
