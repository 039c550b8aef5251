// SPDX-License-Identifier: EUPL-1.2
// The twelve made-up conditions of cases_30min.csv, each held against cases_truth.csv. Exit status 1: one is wrong.
#include "series.h"
#include "sign/home.h"

#include <stdio.h>
#include <string.h>

#define CAP_H 168.0

struct seen {
    instant first[SIGN_STATE_COUNT];  // when the state was first entered at or after the onset; 0: never
    int alarms_before;
};

struct condition {
    const char *id, *home, *kind;
    const char *onset, *end;  // UTC like the file
};

static const struct condition conditions[] = {
    {"c01", "s35", "silence", "2009-04-11T10:00Z", NULL},
    {"c02", "s03", "silence", "2009-04-11T05:00Z", NULL},
    {"c03", "s05", "silence_const_load", "2009-04-11T19:00Z", NULL},
    {"c04", "s31", "silence_timer", "2009-04-11T11:30Z", NULL},
    {"c05", "s12", "outage", "2009-04-11T04:30Z", "2009-04-16T04:30Z"},
    {"c06", "s08", "outage_then_silence", "2009-04-13T19:00Z", "2009-04-15T19:00Z"},
    {"c07", "s13", "zero_supply", "2009-04-11T08:00Z", NULL},
    {"c08", "s34", "holiday_declared", "2009-04-13T15:00Z", "2009-04-23T15:00Z"},
    {"c09", "s17", "holiday_overrun", "2009-04-12T18:00Z", "2009-04-19T18:00Z"},
    {"c10", "s28", "stuck_register", "2009-04-10T09:00Z", "2009-04-16T09:00Z"},
    {"c11", "s27", "normal", NULL, NULL},
    {"c12", "s29", "late_burst", "2009-04-13T21:30Z", "2009-04-16T21:30Z"},
};

static const struct series *find(const struct series_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->homes[i].name, name) == 0) return &set->homes[i];
    return NULL;
}

static void take(struct sign_home *h, const struct sign_parameters *p, const struct series *s, size_t i)
{
    const instant start = s->start + (instant)i * SIGN_SLOT_TIME;
    if (s->wh[i] == SERIES_HOLE) return;
    sign_home_use(h, p, NULL, SIGN_ELECTRICITY, (interval){start, start + SIGN_SLOT_TIME}, (uint32_t)s->wh[i],
                  false);
}

static instant time_of(const char *text)
{
    instant t = 0;
    err e;
    return text && time_parse_utc(str_of(text), &t, &e) ? t : 0;
}

// `real`: the same home as it was, whose readings arrive late.
static void play(const struct condition *c, const struct series *s, const struct series *real,
                 struct seen *out)
{
    struct sign_home h = {0};
    const struct sign_parameters p = sign_parameters_standard();
    const instant onset = time_of(c->onset), end = time_of(c->end);
    const bool is_holiday = strncmp(c->kind, "holiday", 7) == 0, is_late = strcmp(c->kind, "late_burst") == 0;
    for (size_t i = 0; i < s->count; i++) {
        const instant start = s->start + (instant)i * SIGN_SLOT_TIME;
        if (is_holiday && start == onset) sign_home_away(&h, NULL, onset, end);
        for (size_t k = 0; is_late && start == end && k < i; k++)
            if (s->wh[k] == SERIES_HOLE) take(&h, &p, real, k);
        take(&h, &p, s, i);
        const sign_state state = sign_home_judge(&h, &p, NULL, start + SIGN_SLOT_TIME);
        if (start < onset)
            out->alarms_before += state == SIGN_QUIET || state == SIGN_CAP;
        else if (out->first[state] == 0)
            out->first[state] = start + SIGN_SLOT_TIME;
    }
}

static double hours_from(instant from, instant t)
{
    return (double)(t - from) / (double)TIME_HOUR;
}

static instant alarm_of(const struct seen *s)
{
    const instant q = s->first[SIGN_QUIET], c = s->first[SIGN_CAP];
    return q == 0 || (c != 0 && c < q) ? c : q;
}

static bool is_right(const struct condition *c, const struct seen *s)
{
    const instant onset = time_of(c->onset), end = time_of(c->end), alarm = alarm_of(s);
    if (strncmp(c->kind, "silence", 7) == 0) return alarm && hours_from(onset, alarm) <= CAP_H;
    if (strcmp(c->kind, "outage") == 0) return s->first[SIGN_METER_SILENT] && !alarm;
    if (strcmp(c->kind, "outage_then_silence") == 0)
        return s->first[SIGN_METER_SILENT] && alarm && hours_from(end, alarm) <= CAP_H &&
               alarm > s->first[SIGN_METER_SILENT];
    if (strcmp(c->kind, "zero_supply") == 0)
        return s->first[SIGN_SUPPLY_OFF] && hours_from(onset, s->first[SIGN_SUPPLY_OFF]) <= 24 && !alarm;
    if (strcmp(c->kind, "stuck_register") == 0)
        return (s->first[SIGN_SUPPLY_OFF] || s->first[SIGN_METER_SILENT]) && !alarm;
    if (strcmp(c->kind, "holiday_overrun") == 0)
        return alarm && hours_from(end, alarm) >= 24 && hours_from(end, alarm) <= CAP_H &&
               s->first[SIGN_AWAY];
    return !alarm;  // holiday_declared, normal, late_burst
}

int main(int argc, char **argv)
{
    static struct series_set cases, real;
    arena *a = arena_new((size_t)1 << 26);
    char path[2][4096];
    err e = {0};
    if (argc < 2 || !a) return 2;
    snprintf(path[0], sizeof path[0], "%s/cases_30min.csv", argv[1]);
    snprintf(path[1], sizeof path[1], "%s/scotland_30min.csv", argv[1]);
    if (!series_read(path[0], a, &cases, &e) || !series_read(path[1], a, &real, &e)) {
        fprintf(stderr, "bench-sign-cases: %s\n", e.text);
        return 2;
    }
    int wrong = 0;
    printf("| case | condition | right | alarm, hours after the onset | state first seen, hours after the "
           "onset |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
        const struct condition *c = &conditions[i];
        struct seen s = {0};
        play(c, find(&cases, c->id), find(&real, c->home), &s);
        const bool ok = is_right(c, &s);
        const instant onset = time_of(c->onset), alarm = alarm_of(&s);
        wrong += !ok;
        printf("| %s | %s | %s | ", c->id, c->kind, ok ? "yes" : "NO");
        printf(alarm ? "%.1f |" : "none |", alarm ? hours_from(onset, alarm) : 0);
        for (int k = SIGN_METER_SILENT; k <= SIGN_UNSUITABLE; k++)
            if (s.first[k]) printf(" %s %.1f", sign_state_name((sign_state)k), hours_from(onset, s.first[k]));
        printf(" |\n");
    }
    arena_free(a);
    return wrong ? 1 : 0;
}
