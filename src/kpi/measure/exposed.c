// SPDX-License-Identifier: EUPL-1.2
// People who live with too much noise: from the long-term levels of each noise meter and the inhabitants of its neighbourhood.
#include "kpi/measure/inner.h"

#include <math.h>

#define SCRATCH_BYTES ((size_t)256 << 20)

// ---- The meters --------------------------------------------------------------------------------------------------

static str neighbourhood_of(const struct measuring *m, const struct rollup_stream *s)
{
    const struct thing_place *p = thing_place_at(&s->places, m->now);
    const struct area *leaf = p ? atlas_spot(m->atlas, p->place, m->year).leaf : NULL;
    return leaf && leaf->level == AREA_NEIGHBOURHOOD ? leaf->code : (str){0};
}

// Long-term levels of the dates there are; how many these are is the capture.
static void levels_take(const struct measuring *m, const struct index_noise *n, struct noise_meter *out)
{
    size_t whole = 0;
    struct noise_date all;
    for (size_t i = 0; i < n->count; i++) whole += !isnan(n->dates[i].lden) && !isnan(n->dates[i].lnight);
    noise_long_term(n->dates, n->count, whole, &all);
    out->lden = all.lden;
    out->lnight = all.lnight;
    out->captured = (double)whole / m->days;
}

static bool meter_look(struct measuring *m, const struct rollup_stream *s, arena *scratch, err *e)
{
    struct noise_meter x = {.stream = s->id};
    struct index_noise n;
    const interval when = {m->when.start, m->now < m->when.end ? m->now : m->when.end};
    const str code = neighbourhood_of(m, s);
    if (!code.n || when.end <= when.start) return true;
    arena_reset(scratch);
    if (!index_noise(m->from->indices, m->at, s->thing, when, scratch, &n, e)) return e->code == ERR_ABSENT;
    levels_take(m, &n, &x);
    if (isnan(x.lden) || isnan(x.lnight)) return true;
    if (!arena_copy(m->arena, code, &x.area)) return err_no_memory(e);
    m->noise[m->noise_count++] = x;
    return true;
}

static bool meters_read(struct measuring *m, err *e)
{
    const struct quantity *laeq = quantity_by_key(STR("noise_laeq"));
    arena *scratch = arena_new(SCRATCH_BYTES);
    size_t count = 0;
    for (size_t i = 0; i < m->streams->count; i++) count += m->streams->all[i].quantity == laeq;
    m->noise = ARENA_ARRAY(m->arena, count + 1, struct noise_meter);
    bool ok = (scratch && m->noise) || err_no_memory(e);
    for (size_t i = 0; ok && i < m->streams->count; i++)
        if (m->streams->all[i].quantity == laeq) ok = meter_look(m, &m->streams->all[i], scratch, e);
    arena_free(scratch);
    m->has_noise = ok;
    return ok;
}

// ---- The people --------------------------------------------------------------------------------------------------

static double inhabitants(const struct measuring *m, str area)
{
    const struct kpi_set *s = m->office->set;
    const struct kpi_value *v = kpi_book_find(&m->book, area, s->inputs[s->population].id);
    return v && v->has_number && v->status != KPI_REJECTED ? v->number : 0;
}

struct counting {
    double exposed, measured, captured;  // people; captured is weighed by the days
    size_t areas;
};

// The meters of one neighbourhood stand side by side nowhere in the list, so it is gone through for each.
static void neighbourhood_add(const struct measuring *m, const struct kpi_sensing *how, size_t first,
                              struct counting *c, struct figure *out)
{
    const str code = m->noise[first].area;
    const double people = inhabitants(m, code);
    size_t meters = 0, above = 0;
    double captured = 0;
    for (size_t i = 0; i < first; i++)
        if (str_eq(m->noise[i].area, code)) return;  // counted
    if (people <= 0) return;
    for (size_t i = first; i < m->noise_count; i++) {
        const struct noise_meter *x = &m->noise[i];
        if (!str_eq(x->area, code)) continue;
        meters++;
        above += x->lden >= how->lden || x->lnight >= how->lnight;
        captured += x->captured;
        out->readings[out->reading_count++] = (int64_t)x->stream;
    }
    c->exposed += people * (double)above / (double)meters;
    c->measured += people;
    c->captured += people * captured / (double)meters;
    c->areas++;
}

static bool say_where(struct measuring *m, const struct kpi_sensing *how, const struct counting *c,
                      double people, struct figure *out, err *e)
{
    const int share = (int)round(100 * c->measured / people);
    return (arena_print(
                m->arena, &out->note_nl,
                "Lden vanaf %g of Lnight vanaf %g dB(A); gemeten in %zu buurten met %d %% van de inwoners",
                how->lden, how->lnight, c->areas, share) &&
            arena_print(
                m->arena, &out->note_en,
                "Lden from %g or Lnight from %g dB(A); measured in %zu neighbourhoods with %d %% of the "
                "inhabitants",
                how->lden, how->lnight, c->areas, share)) ||
           err_no_memory(e);
}

bool measure_exposed(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                     struct figure *out, bool *got, err *e)
{
    const struct kpi_sensing *how = &x->sensings[sensing];
    struct counting c = {0};
    *got = false;
    if (!m->atlas || !m->from->indices) return true;
    if (!m->has_noise && !meters_read(m, e)) return false;
    if (!(out->readings = ARENA_ARRAY(m->arena, m->noise_count + 1, int64_t))) return err_no_memory(e);
    for (size_t i = 0; i < m->noise_count; i++)
        if (measure_lies_in(m, m->noise[i].area, area)) neighbourhood_add(m, how, i, &c, out);
    const double people = inhabitants(m, area);
    if (!c.areas || people <= 0) return true;
    // Neighbourhoods are rounded apart and may come to a little more than the whole.
    const double of = people > c.measured ? people : c.measured;
    out->value = round(c.exposed * people / c.measured);
    out->capture = c.captured / of;
    *got = true;
    return say_where(m, how, &c, of, out, e);
}
