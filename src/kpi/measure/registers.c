// SPDX-License-Identifier: EUPL-1.2
// What marked Datastreams say of a year: the rise of meters that only count up, and stocks.
#include "kpi/measure/inner.h"

#include "model/unit.h"

#include <stdlib.h>

#define SCRATCH_BYTES ((size_t)16 << 20)

// ---- Which Datastreams are marked --------------------------------------------------------------------------------

struct finding {
    struct measuring *m;
    size_t capacity;
    arena *scratch;
};

static str symbol_of(const value *unit, arena *scratch)
{
    json *j;
    return unit->type == VALUE_JSON && json_parse(unit->text, scratch, &j, NULL) ? json_text(j, STR("symbol"))
                                                                                 : (str){0};
}

// Where the Thing stands: the smallest area of the line; empty without a tree or a place.
static bool place_of(struct finding *f, entity_id thing, str *out, err *e)
{
    struct thing_places places;
    *out = f->m->atlas ? (str){0} : f->m->office->config.area;
    if (!f->m->atlas) return true;
    if (!area_thing_places(f->m->at, thing, f->scratch, &places, e)) return false;
    const struct thing_place *p = thing_place_at(&places, f->m->now);
    if (!p) return true;
    return arena_copy(f->m->arena, atlas_spot(f->m->atlas, p->place, f->m->year).leaf->code, out) ||
           err_no_memory(e);
}

static bool room_for_one(struct finding *f, err *e)
{
    struct measuring *m = f->m;
    if (m->register_count < f->capacity) return true;
    const size_t capacity = f->capacity ? 2 * f->capacity : 64;
    struct register_year *grown = ARENA_ARRAY(m->arena, capacity, struct register_year);
    if (!grown) return err_no_memory(e);
    for (size_t i = 0; i < m->register_count; i++) grown[i] = m->registers[i];
    m->registers = grown;
    f->capacity = capacity;
    return true;
}

static bool stream_look(struct finding *f, const struct record *r, err *e)
{
    struct measuring *m = f->m;
    struct register_year x = {.stream = r->id};
    struct record property;
    const value *properties = &r->properties[DATASTREAM_PROPERTIES];
    str kept;
    json *j;
    double offset;
    size_t at;
    arena_reset(f->scratch);
    if (properties->type != VALUE_JSON || !str_find(properties->text, STR("\"kpi\""), &at)) return true;
    if (!arena_copy(m->arena, properties->text, &kept)) return err_no_memory(e);
    if (!json_parse(kept, m->arena, &j, NULL) || !(x.marks = json_get(j, STR("kpi")))) return true;
    if (!store_get(m->at, SET_OBSERVED_PROPERTY, r->links[DATASTREAM_OBSERVED_PROPERTY], f->scratch,
                   &property, e))
        return false;
    x.quantity = quantity_by_definition(property.properties[OBSERVED_PROPERTY_DEFINITION].text);
    const str symbol = symbol_of(&r->properties[DATASTREAM_UNIT_OF_MEASUREMENT], f->scratch);
    if (!x.quantity || !unit_line(symbol, x.quantity, f->scratch, &x.factor, &offset)) return true;
    x.area = json_text(j, STR("kpi_area"));
    if (!x.area.n && !place_of(f, r->links[DATASTREAM_THING], &x.area, e)) return false;
    if (!room_for_one(f, e)) return false;
    m->registers[m->register_count++] = x;
    return true;
}

static bool registers_find(struct measuring *m, err *e)
{
    const struct query q = {.set = SET_DATASTREAM,
                            .top = -1,
                            .properties = 1u << DATASTREAM_UNIT_OF_MEASUREMENT | 1u << DATASTREAM_PROPERTIES,
                            .links = 1u << DATASTREAM_THING | 1u << DATASTREAM_OBSERVED_PROPERTY};
    struct finding f = {.m = m, .scratch = arena_new(SCRATCH_BYTES)};
    struct cursor *c;
    struct record row;
    bool got = true, ok = f.scratch || err_no_memory(e);
    m->has_registers = true;
    if (ok && (ok = store_query(m->at, &q, &c, e))) {
        while ((ok = cursor_next(c, &row, &got, e)) && got)
            if (!(ok = stream_look(&f, &row, e))) break;
        cursor_close(c);
    }
    arena_free(f.scratch);
    return ok;
}

// ---- Their year --------------------------------------------------------------------------------------------------

struct climbing {
    instant first, last;
    double before, rise, sum, count;
    instant lost;  // time in which a register was replaced: nobody knows what it counted
};

static bool climb(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct climbing *c = context;
    (void)e;
    for (size_t i = 0; i < count; i++) {
        if (!c->count) c->first = times[i];
        if (c->count && values[i] >= c->before) c->rise += values[i] - c->before;
        if (c->count && values[i] < c->before) c->lost += times[i] - c->last;
        c->before = values[i];
        c->last = times[i];
        c->sum += values[i];
        c->count++;
    }
    return true;
}

static bool register_read(struct measuring *m, struct register_year *x, err *e)
{
    struct climbing c = {0};
    if (x->is_read) return true;
    if (!store_values(m->at, x->stream, m->when, climb, &c, e)) return false;
    x->is_read = true;
    const double year = (double)(m->when.end - m->when.start),
                 covered = c.count ? (double)(c.last - c.first - c.lost) : 0;
    x->has_any = covered >= (double)TIME_DAY;  // less says nothing of a year
    x->covered = covered / year;
    x->rise = c.rise * x->factor;
    x->mean = c.count ? c.sum / c.count * x->factor : 0;
    return true;
}

static bool is_marked(const struct register_year *x, str input)
{
    if (x->marks->type == JSON_TEXT) return str_eq(x->marks->text, input);
    for (const json *j = x->marks->type == JSON_ARRAY ? x->marks->first : NULL; j; j = j->next)
        if (j->type == JSON_TEXT && str_eq(j->text, input)) return true;
    return false;
}

// ---- Together ----------------------------------------------------------------------------------------------------

struct adding {
    double value, measured, covered;
};

// In the input's unit, as of a whole year; `measured` is what was really counted.
static bool add_one(const struct measuring *m, const struct kpi_input *x, const struct kpi_sensing *how,
                    const struct register_year *r, struct adding *sum, err *e)
{
    const bool is_use = how->how == KPI_MEASURE_USE;
    double given = is_use ? r->rise : r->mean, v;
    if (!kpi_input_convert(m->office->set, x, given, how->unit, &v, e)) return false;
    sum->measured += v;
    sum->value += is_use && r->covered < 1 ? v / r->covered : v;
    sum->covered += r->covered < 1 ? r->covered : 1;
    return true;
}

static bool kind_add(struct measuring *m, str area, const struct kpi_input *x, const struct kpi_sensing *how,
                     struct adding *sum, struct figure *out, err *e)
{
    for (size_t i = 0; i < m->register_count; i++) {
        struct register_year *r = &m->registers[i];
        if (!str_eq(r->quantity->key, how->quantity) || !is_marked(r, x->id) || !r->area.n ||
            !measure_lies_in(m, r->area, area))
            continue;
        if (!register_read(m, r, e)) return false;
        if (r->has_any && !add_one(m, x, how, r, sum, e)) return false;
        // One that is silent is part of what should be measured.
        out->readings[out->reading_count++] = (int64_t)r->stream;
    }
    return true;
}

static bool say_measured(struct measuring *m, const struct kpi_input *x, const struct adding *sum,
                         struct figure *out, err *e)
{
    buf nl = {.max = 256}, en = {.max = 256};
    str rest = x->unit_text, unit;
    str_cut(&rest, '/', &unit);  // what was counted is not per year
    kpi_number_write(&nl, LANGUAGE_NL, sum->measured, 0, false);
    kpi_number_write(&en, LANGUAGE_EN, sum->measured, 0, false);
    const bool ok = arena_print(m->arena, &out->note_nl, "geteld is %.*s %.*s, omgerekend naar een heel jaar",
                                STR_ARG(buf_str(&nl)), STR_ARG(unit)) &&
                    arena_print(m->arena, &out->note_en, "%.*s %.*s was counted, scaled to a whole year",
                                STR_ARG(buf_str(&en)), STR_ARG(unit));
    buf_free(&nl);
    buf_free(&en);
    return ok || err_no_memory(e);
}

bool measure_registers(struct measuring *m, str area, const struct kpi_input *x, size_t sensing,
                       struct figure *out, bool *got, err *e)
{
    struct adding sum = {0};
    *got = false;
    if (!m->has_registers && !registers_find(m, e)) return false;
    if (sensing > 0 && x->sensings[sensing].how == x->sensings[sensing - 1].how)
        return true;  // was added up with the first
    if (!(out->readings = ARENA_ARRAY(m->arena, m->register_count + 1, int64_t))) return err_no_memory(e);
    for (size_t k = sensing; k < x->sensing_count; k++)
        if (x->sensings[k].how == x->sensings[sensing].how &&
            !kind_add(m, area, x, &x->sensings[k], &sum, out, e))
            return false;
    if (sum.covered <= 0) return true;
    out->value = sum.value;
    out->capture = sum.covered / (double)out->reading_count;
    *got = true;
    return x->sensings[sensing].how != KPI_MEASURE_USE || out->capture > 0.995 ||
           say_measured(m, x, &sum, out, e);
}
