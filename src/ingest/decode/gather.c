// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/gather.h"

#include "base/utf8.h"
#include "ingest/decode/local_time.h"
#include "ingest/decode/loose.h"
#include "model/quality.h"
#include "model/unit.h"

#include <math.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define NAME_SHOWN_MAX 200
#define COMPARED_MAX 200      // readings of one group that are compared with each other
#define LIVE (6 * TIME_HOUR)  // what is older was not sent as it was measured
#define CLOCK_UNSET ((instant)946684800 * TIME_SECOND)  // before 2000: a clock that was never set

void gather_start(struct gather *g, const struct device_message *m, size_t most, arena *a)
{
    *g = (struct gather){.m = m,
                         .a = a,
                         .out = {.state = DEVICE_STATE_NONE},
                         .most = most,
                         .time = TIME_NONE,
                         .time_flags = READING_NO_DEVICE_TIME};
}

// ---- who and when ------------------------------------------------------------------------------------------------

static bool is_printable(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f) return false;
    return utf8_is_valid(s, NULL);
}

bool gather_device(struct gather *g, str device, err *e)
{
    device = str_trim(device);
    if (device.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "the message does not say which device it is from");
    if (device.n > GATHER_DEVICE_MAX || !is_printable(device))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the device's name must be 1 to %d bytes of plain text",
                       GATHER_DEVICE_MAX);
    const bool is_another = !str_eq(device, g->device);
    g->device = device;
    if (g->out.device.n == 0) g->out.device = device;
    if (!is_another) return true;
    g->state = NULL;
    if (str_eq(device, g->out.device)) return true;
    if (!(g->state = ARENA_NEW(g->a, struct device_state))) return err_no_memory(e);
    *g->state = DEVICE_STATE_NONE;
    return true;
}

static void doubt_time(struct gather *g, unsigned flags, str why)
{
    g->time_flags = flags;
    g->time_why = why;
    if (flags & READING_NO_DEVICE_TIME) g->time = TIME_NONE;
}

bool gather_clock_is_good(instant t, instant received)
{
    return t >= CLOCK_UNSET && t <= received + CLOCK_AHEAD_MOST;
}

void gather_time(struct gather *g, instant t)
{
    const unsigned wrong = READING_CLOCK | READING_NO_DEVICE_TIME;
    g->time = t;
    if (t == TIME_NONE)
        doubt_time(g, READING_NO_DEVICE_TIME, (str){0});
    else if (t < CLOCK_UNSET)
        doubt_time(g, wrong, STR("the device's clock was never set"));
    else if (t > g->m->received + TIME_DAY)
        doubt_time(g, wrong, STR("the device's clock is more than a day ahead"));
    else if (t > g->m->received + CLOCK_AHEAD_MOST)
        doubt_time(g, READING_CLOCK, STR("the device's clock is ahead"));
    else
        doubt_time(g, 0, (str){0});
}

void gather_local_time(struct gather *g, civil local, char season)
{
    const struct device_site *site = g->m->site;
    const struct tz *zone = site ? site->zone : NULL;
    bool is_skipped;
    instant t = local_time(zone, local, season, g->m->received, &is_skipped);
    if (zone && !season && t < g->m->received - LIVE)  // of a file: its lines show more than the receipt
        t = local_time_in_file(zone, local, &g->repeated, g->device, g->a, &is_skipped);
    gather_time(g, t);
    if (!is_skipped) return;
    g->time_flags |= READING_CLOCK;
    g->time_why = STR("the clocks jumped over this time");
}

static bool read_time_text(struct gather *g, str name, const json *j, bool is_local, err *e)
{
    instant t;
    err why;
    gather_time(g, TIME_NONE);
    if (!j || j->type == JSON_NULL) return true;
    if (j->type != JSON_TEXT || !time_parse_utc(j->text, &t, &why)) {
        (void)err_set(&why, ERR_TYPE, j->at, "is not a time");
        return gather_reject(g, name, &why, e);
    }
    if (is_local && !time_parse(j->text, &t, NULL))  // it has no zone
        gather_local_time(g, time_to_civil(t), 0);
    else
        gather_time(g, t);
    return true;
}

bool gather_time_text(struct gather *g, str name, const json *j, err *e)
{
    return read_time_text(g, name, j, false, e);
}

bool gather_local_time_text(struct gather *g, str name, const json *j, err *e)
{
    return read_time_text(g, name, j, true, e);
}

// ---- growing lists -----------------------------------------------------------------------------------------------

static void *room_for_one(struct gather *g, void *items, size_t count, size_t *capacity, size_t item_bytes,
                          err *e)
{
    if (count < *capacity) return items;
    const size_t doubled = *capacity ? 2 * *capacity : 16, wanted = doubled < g->most ? doubled : g->most;
    void *grown = NULL;
    if (count >= g->most)
        err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %zu values in one message", g->most);
    else if (!(grown = arena_array(g->a, wanted, item_bytes)))
        err_no_memory(e);
    if (!grown) return NULL;
    if (count) memcpy(grown, items, count * item_bytes);
    *capacity = wanted;
    return grown;
}

// A name of the sender's own, as it can be shown: never empty, never long.
static str shown(str name)
{
    if (name.n == 0) return STR("?");
    return name.n > NAME_SHOWN_MAX ? utf8_slice(name, 0, NAME_SHOWN_MAX / 4) : name;
}

bool gather_reject(struct gather *g, str name, const err *why, err *e)
{
    struct device_result *o = &g->out;
    struct device_reject *all = room_for_one(g, o->rejects, o->reject_count, &g->reject_capacity, sizeof *all,
                                             e);
    if (!all) return false;
    o->rejects = all;
    all[o->reject_count] = (struct device_reject){.name = shown(name), .why = *why};
    (void)err_within(&all[o->reject_count++].why, "%.*s", STR_ARG(name));
    return true;
}

static bool keep(struct gather *g, const struct reading *r, err *e)
{
    struct device_result *o = &g->out;
    struct reading *all = room_for_one(g, o->readings, o->reading_count, &g->reading_capacity, sizeof *all,
                                       e);
    if (!all) return false;
    o->readings = all;
    all[o->reading_count++] = *r;
    return true;
}

static struct reading reading_of(const struct gather *g, str name, const struct quantity *q, size_t at)
{
    return (struct reading){.device = g->device,
                            .sensor = g->sensor,
                            .quantity = q,
                            .name = name,
                            .result = value_null(),
                            .time = g->time,
                            .period_us = g->period_us,
                            .flags = g->time_flags,
                            .why = g->time_why,
                            .at = at,
                            .stream = g->stream,
                            .state = g->state,
                            .head = g->head,
                            .field = g->field};
}

bool gather_unknown(struct gather *g, str name, value v, size_t at, err *e)
{
    struct reading r = reading_of(g, shown(name), NULL, at);
    r.result = v;
    return keep(g, &r, e);
}

// ---- one value ---------------------------------------------------------------------------------------------------

static void doubt(struct reading *r, unsigned flags, str why)
{
    r->flags |= flags;
    if (r->why.n == 0) r->why = why;
}

// Where no unit is told, the number itself can say that it cannot be in the quantity's own.
static const struct guess {
    str quantity;
    double least, most;
    str unit, instead, why;  // instead: it is another quantity
} guesses[] = {
    {STR("pressure"), 300, 1100, STR("hPa"), {0}, STR("taken as hPa")},
    {STR("pressure"), 85, 108.5, STR("kPa"), {0}, STR("taken as kPa")},
    {STR("pressure_sealevel"), 300, 1100, STR("hPa"), {0}, STR("taken as hPa")},
    {STR("battery_voltage"), 500, 20000, STR("mV"), {0}, STR("taken as mV")},
    {STR("battery"), 1.5, 4.4, {0}, STR("battery_voltage"), STR("taken as volts")},
    {STR("battery"), 1500, 4400, STR("mV"), STR("battery_voltage"), STR("taken as mV")},
};

static bool is_whole(double v)
{
    return v == floor(v);
}

// A battery at 3 % and one at 3.6 V differ by the fraction alone.
static const struct guess *guess_for(const struct reading *r)
{
    const double v = value_to_double(&r->result);
    for (size_t i = 0; i < COUNT(guesses); i++) {
        const struct guess *g = &guesses[i];
        if (!str_eq(g->quantity, r->quantity->key) || v < g->least || v > g->most) continue;
        if (g->instead.n == 0 || g->unit.n || !is_whole(v)) return g;
    }
    return NULL;
}

void gather_assume(struct gather *g, str ucum, str unit)
{
    if (unit.n == 0 || g->assumed_count == GATHER_ASSUMED_MAX) return;
    g->assumed[g->assumed_count].ucum = ucum;
    g->assumed[g->assumed_count++].unit = unit;
}

static str assumed_unit(const struct gather *g, const struct quantity *q)
{
    for (size_t i = 0; i < g->assumed_count; i++)
        if (str_eq(g->assumed[i].ucum, q->ucum)) return g->assumed[i].unit;
    return (str){0};
}

static bool convert(struct gather *g, struct reading *r, str unit, err *e)
{
    bool converted;
    if (unit.n == 0) unit = assumed_unit(g, r->quantity);
    const struct guess *guess = unit.n ? NULL : guess_for(r);
    if (guess) {
        doubt(r, READING_CONVERTED, guess->why);
        if (guess->instead.n) r->quantity = quantity_by_key(guess->instead);
        unit = guess->unit;
    }
    if (unit.n == 0) return true;
    if (!unit_to_quantity(&r->result, unit, r->quantity, g->a, &converted, e)) {
        e->at = r->at;
        return false;
    }
    if (!converted || guess) return true;
    str why;
    if (!arena_print(g->a, &why, "sent in %.*s", STR_ARG(unit))) return err_no_memory(e);
    doubt(r, READING_CONVERTED, why);
    return true;
}

static bool is_soaked(const struct reading *r, double v)
{
    static const str sensors[] = {STR("DHT22"), STR("AM2301"), STR("AM2302"), STR("pin 7")};
    if (v < 99.9 || v > 100 || !str_eq(r->quantity->key, STR("humidity"))) return false;
    for (size_t i = 0; i < COUNT(sensors); i++)
        if (str_eq(r->sensor, sensors[i])) return true;
    return false;
}

static bool judge(struct gather *g, struct reading *r, err *e)
{
    const struct quantity *q = r->quantity;
    const double v = value_to_double(&r->result);
    if (is_soaked(r, v)) doubt(r, READING_SATURATED, STR("a DHT22 that shows 99.9 % is wet"));
    if (v >= q->least && v <= q->most) return true;
    str why;
    if (!arena_print(g->a, &why, "outside %g to %g %.*s", q->least, q->most, STR_ARG(q->symbol)))
        return err_no_memory(e);
    doubt(r, READING_IMPLAUSIBLE, why);
    return true;
}

bool gather_number(struct gather *g, str name, const struct quantity *q, value v, str unit, size_t at, err *e)
{
    struct reading r = reading_of(g, name, q, at);
    err why;
    r.result = v;
    if (!convert(g, &r, unit, &why)) return gather_reject(g, name, &why, e);
    if (str_eq(r.quantity->key, STR("battery")))
        gather_state(g)->battery_percent = value_to_double(&r.result);
    return judge(g, &r, e) && keep(g, &r, e);
}

bool gather_json(struct gather *g, str name, const struct quantity *q, const json *j, str unit, err *e)
{
    value v;
    str sent_unit;
    err why;
    const bool is_truth = j && (j->type == JSON_TRUE || j->type == JSON_FALSE) && str_eq(q->ucum, STR("1"));
    if (is_truth)
        return gather_number(g, name, q, value_decimal((decimal){j->type == JSON_TRUE, 0}), unit, j->at, e);
    if (!loose_number(j, &v, &sent_unit, &why)) return gather_reject(g, name, &why, e);
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): no JSON is no number
    return gather_number(g, name, q, v, sent_unit.n ? sent_unit : unit, j->at, e);
}

// ---- together ----------------------------------------------------------------------------------------------------

static void compare(struct reading *x, struct reading *y, str smaller, str larger)
{
    if (!str_eq(x->quantity->key, smaller) || !str_eq(y->quantity->key, larger) ||
        !str_eq(x->sensor, y->sensor))
        return;
    if (value_to_double(&x->result) <= value_to_double(&y->result)) return;
    doubt(x, READING_IMPLAUSIBLE, STR("more fine dust than coarse and fine dust together"));
    doubt(y, READING_IMPLAUSIBLE, STR("less coarse and fine dust together than fine dust"));
}

// One optical counter sorts the same particles: each class holds the smaller ones. Where it does not, one of the two is
// wrong, or a sender mixed up two names.
void gather_group(struct gather *g)
{
    struct device_result *o = &g->out;
    const size_t from = g->group, to = o->reading_count;
    g->group = to;
    if (to - from > COMPARED_MAX) return;
    for (size_t i = from; i < to; i++) {
        for (size_t k = from; k < to; k++) {
            struct reading *x = &o->readings[i], *y = &o->readings[k];
            if (!x->quantity || !y->quantity) continue;
            compare(x, y, STR("pm1"), STR("pm25"));
            compare(x, y, STR("pm25"), STR("pm10"));
        }
    }
}

struct device_state *gather_state(struct gather *g)
{
    return g->state ? g->state : &g->out.state;
}

void gather_end(struct gather *g, struct device_result *out)
{
    gather_group(g);
    *out = g->out;
}
