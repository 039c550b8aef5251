// SPDX-License-Identifier: EUPL-1.2
#include "portal/reading.h"

#define LOOK_BACK (7 * TIME_DAY)  // for a number behind what is none

instant series_fresh_for(const struct series *s)
{
    return 2 * s->period + TIME_MINUTE;  // a minute for the way here
}

quality_flag reject_in(const value *quality)
{
    const quality_flag found = quality_of_value(quality);
    return quality_counts(found) ? QUALITY_GOOD : found;
}

quality_flag reject_of(const struct series *s, const value *result, const value *quality)
{
    const quality_flag found = reject_in(quality);
    if (found != QUALITY_GOOD || !s->is_canonical) return found;
    const double v = value_to_double(result);
    const double least = quantity_least(s->quantity, s->meter->kind == METER_REFERENCE);
    return v < least || v > s->quantity->most ? QUALITY_IMPLAUSIBLE : QUALITY_GOOD;
}

static reading_state state_at(const struct series *s, const struct reading *r, instant now)
{
    const instant age = now - r->at;
    if (age >= READING_OLD_MOST) return READING_SILENT;
    if (r->reject != QUALITY_GOOD) return READING_REJECTED;
    return age < series_fresh_for(s) ? READING_FRESH : READING_OLD;
}

bool reading_of(const struct series *s, const struct observation *o, instant now, struct reading *out)
{
    if (!value_is_number(&o->result)) return false;
    const interval when = o->phenomenon_time;
    *out = (struct reading){.at = interval_is_instant(when) ? when.start : when.end,
                            .value = value_to_double(&o->result) * s->factor,
                            .reject = reject_of(s, &o->result, &o->quality)};
    out->state = state_at(s, out, now);
    if (out->reject == QUALITY_GOOD) out->class = scale_class_at(s->scale, out->value);
    return true;
}

bool reading_has_value(const struct reading *r)
{
    return r->state == READING_FRESH || r->state == READING_OLD;
}

bool reading_is_to_come(const struct observation *o, instant now)
{
    return o->phenomenon_time.start > now + CLOCK_AHEAD_MOST;
}

struct looking {
    const struct series *series;
    instant now;
    struct reading *newest;
};

static bool take_newer(const struct observation *o, void *context, err *e)
{
    const struct looking *l = context;
    (void)e;
    (void)reading_of(l->series, o, l->now, l->newest);
    return true;
}

bool reading_latest(struct snapshot *at, const struct series *s, instant now, arena *a, struct reading *out,
                    err *e)
{
    struct observation o;
    *out = (struct reading){.state = READING_NONE};
    if (!store_latest(at, s->id, a, &o, e)) return e->code == ERR_ABSENT;
    if (!reading_is_to_come(&o, now) && reading_of(s, &o, now, out)) return true;
    if (!s->quantity && !value_is_number(&o.result)) return true;  // words throughout, most likely
    struct looking l = {s, now, out};
    return store_observations(at, s->id, (interval){now - LOOK_BACK, now + CLOCK_AHEAD_MOST}, take_newer, &l,
                              e);
}

str reading_state_name(reading_state s)
{
    static const str names[] = {[READING_NONE] = {"none", 4},
                                [READING_FRESH] = {"fresh", 5},
                                [READING_OLD] = {"old", 3},
                                [READING_SILENT] = {"silent", 6},
                                [READING_REJECTED] = {"rejected", 8}};
    return names[s];
}
