// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/meter.h"

#include "ingest/decode/pseudonym.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
static void set_time(struct gather *g, const p1_time *t)
{
    if (t->is_given)
        gather_local_time(g, t->local, t->season);
    else
        gather_time(g, TIME_NONE);
}

// ---- electricity -------------------------------------------------------------------------------------------------

static value milli(int64_t v)
{
    decimal d = {v, 3};
    while (d.scale > 0 && d.units % 10 == 0) {
        d.units /= 10;
        d.scale--;
    }
    return value_decimal(d);
}

static int64_t sum(int64_t x, int64_t y)
{
    return x == P1_NONE || y == P1_NONE ? P1_NONE : x + y;
}

// What is consumed less what is returned; a meter without panels may not tell the second.
static int64_t net(int64_t in, int64_t out)
{
    return in == P1_NONE || out == P1_NONE ? in : in - out;
}

static const struct {
    const char *sensor;
    p1_register power_in, power_out, voltage, current;
} phases[] = {
    {"L1", P1_POWER_IN_L1, P1_POWER_OUT_L1, P1_VOLTAGE_L1, P1_CURRENT_L1},
    {"L2", P1_POWER_IN_L2, P1_POWER_OUT_L2, P1_VOLTAGE_L2, P1_CURRENT_L2},
    {"L3", P1_POWER_IN_L3, P1_POWER_OUT_L3, P1_VOLTAGE_L3, P1_CURRENT_L3},
};

struct put {
    struct gather *g;
    size_t at;
    err *e;
};

static bool put(const struct put *p, str quantity, int64_t thousandths, const char *unit)
{
    if (thousandths == P1_NONE) return true;
    return gather_number(p->g, quantity, quantity_by_key(quantity), milli(thousandths), str_of(unit), p->at,
                         p->e);
}

static bool read_energy(const struct put *p, const int64_t *r)
{
    const int64_t in = r[P1_ENERGY_IN] != P1_NONE ? r[P1_ENERGY_IN]
                                                  : sum(r[P1_ENERGY_IN_T1], r[P1_ENERGY_IN_T2]);
    const int64_t out = r[P1_ENERGY_OUT] != P1_NONE ? r[P1_ENERGY_OUT]
                                                    : sum(r[P1_ENERGY_OUT_T1], r[P1_ENERGY_OUT_T2]);
    return put(p, STR("energy"), in, "kWh") && put(p, STR("energy_t1"), r[P1_ENERGY_IN_T1], "kWh") &&
           put(p, STR("energy_t2"), r[P1_ENERGY_IN_T2], "kWh") &&
           put(p, STR("energy_returned"), out, "kWh") &&
           put(p, STR("energy_returned_t1"), r[P1_ENERGY_OUT_T1], "kWh") &&
           put(p, STR("energy_returned_t2"), r[P1_ENERGY_OUT_T2], "kWh");
}

// Thousandths of a kW are W: no factor is lost on the way.
static bool put_watts(const struct put *p, str quantity, int64_t watts)
{
    if (watts == P1_NONE) return true;
    return gather_number(p->g, quantity, quantity_by_key(quantity), value_decimal((decimal){watts, 0}),
                         STR("W"), p->at, p->e);
}

static bool read_phases(const struct put *p, const int64_t *r)
{
    bool ok = true;
    for (size_t i = 0; i < COUNT(phases) && ok; i++) {
        p->g->sensor = str_of(phases[i].sensor);
        ok = put_watts(p, STR("power"), net(r[phases[i].power_in], r[phases[i].power_out])) &&
             put(p, STR("voltage"), r[phases[i].voltage], "V") &&
             put(p, STR("current"), r[phases[i].current], "A");
    }
    p->g->sensor = (str){0};
    return ok;
}

static bool read_peak(const struct put *p, const struct p1_telegram *t)
{
    if (t->registers[P1_PEAK] == P1_NONE || !t->peak_time.is_given) return true;
    set_time(p->g, &t->peak_time);
    return put_watts(p, STR("power_peak"), t->registers[P1_PEAK]);
}

// ---- gas, heat, water --------------------------------------------------------------------------------------------

static const struct kind {
    int type;
    const char *name, *quantity, *unit;
} kinds[] = {
    // types of M-Bus devices, EN 13757-3
    {3, "gas", "gas", "m3"},     {4, "heat", "heat", "GJ"},  {6, "warm-water", "water", "m3"},
    {7, "water", "water", "m3"}, {12, "heat", "heat", "GJ"}, {13, "heat", "heat", "GJ"},
};

static const struct kind *kind_of(const struct p1_channel *c)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].type == c->type) return &kinds[i];
    return NULL;
}

static bool has_reading(const struct p1_channel *c)
{
    return c->time.is_given && c->milli != P1_NONE && c->unit.n > 0;
}

static int64_t order_of(const p1_time *t)
{
    instant i = 0;
    (void)time_from_civil(t->local, &i);
    return i;
}

// After a swap the old meter may stay on its channel, at zero: the one that counts and spoke last is right.
static bool is_best(const struct p1_telegram *t, const struct p1_channel *c)
{
    for (size_t i = 0; i < t->channel_count; i++) {
        const struct p1_channel *x = &t->channels[i];
        if (x == c || x->type != c->type || !has_reading(x)) continue;
        if ((x->milli != 0) != (c->milli != 0)) {
            if (x->milli) return false;
            continue;
        }
        const int64_t other = order_of(&x->time), own = order_of(&c->time);
        if (other > own || (other == own && x->number < c->number)) return false;
    }
    return true;
}

static bool read_channel(const struct put *p, const struct p1_channel *c)
{
    struct gather *g = p->g;
    const struct kind *kind = kind_of(c);
    const struct put here = {g, p->at + c->at, p->e};
    if (!kind) return true;
    const bool named = c->id.n ? pseudonym(kind->name, c->id, g->m->site, g->a, &g->sensor)
                               : arena_print(g->a, &g->sensor, "%s, channel %d", kind->name, c->number);
    if (!named) return err_no_memory(p->e);
    set_time(g, &c->time);
    const str quantity = str_of(kind->quantity);
    const bool ok = gather_number(g, quantity, quantity_by_key(quantity), milli(c->milli), c->unit, here.at,
                                  p->e);
    g->sensor = (str){0};
    return ok;
}

// ---- the whole ---------------------------------------------------------------------------------------------------

static bool name_device(const struct p1_telegram *t, str device, struct gather *g, err *e)
{
    if (device.n == 0 && t->id.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE,
                       "the telegram has no number of its meter: name it with ?device=NAME");
    if (device.n == 0 && !pseudonym("meter", t->id, g->m->site, g->a, &device)) return err_no_memory(e);
    return gather_device(g, device, e);
}

static bool list_unknown(const struct put *p, const struct p1_telegram *t)
{
    for (size_t i = 0; i < t->unknown_count; i++)
        if (!gather_unknown(p->g, t->unknown[i], value_null(), p->at, p->e)) return false;
    return t->bad_lines == 0 || gather_reject(p->g, STR("telegram"), &t->first_bad, p->e);
}

bool p1_meter_read(const struct p1_telegram *t, str device, size_t at, struct gather *g, err *e)
{
    const struct put p = {g, at, e};
    const int64_t *r = t->registers;
    if (!name_device(t, device, g, e)) return false;
    set_time(g, &t->time);
    if (!read_energy(&p, r) || !put_watts(&p, STR("power"), net(r[P1_POWER_IN], r[P1_POWER_OUT])) ||
        !put_watts(&p, STR("power_demand"), r[P1_DEMAND]) || !read_phases(&p, r) || !list_unknown(&p, t) ||
        !read_peak(&p, t))
        return false;
    for (size_t i = 0; i < t->channel_count; i++) {
        const struct p1_channel *c = &t->channels[i];
        if (has_reading(c) && is_best(t, c) && !read_channel(&p, c)) return false;
    }
    gather_group(g);
    return true;
}
