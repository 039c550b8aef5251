// SPDX-License-Identifier: EUPL-1.2
// The checks at work on a real store: eight dust meters with hygrometers, and faults whose place is known.
#include "quality/quality.h"

#include "base/num.h"
#include "base/test.h"
#include "outage/outage.h"
#include "quality/humidity.h"
#include "quality/rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METERS 8
#define HOURS 40
#define STEP (10 * TIME_MINUTE)
enum { STUCK = 5, BIASED = 3, GAP = 6, LONG_GAP = 7, SPIKED = 1, DAMP = 0 };

static char directory[TEST_DIRECTORY_MAX];
static struct store *store;
static struct tz *zone;
static struct areas *areas;
static struct rollups *rollups;
static struct qualities *qualities;
static arena *a;
static entity_id things[METERS], dust[METERS], damp[METERS];
static instant end;  // a whole hour

static void must(bool ok, const err *e)
{
    if (!ok) fail_msg("%s", e->text);
}

static void hear(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    (void)commit;
    (void)context;
    if (qualities) qualities_hear(qualities, changes, count);
}

// ---- Making it ---------------------------------------------------------------------------------------------------

static bool make_stream(struct store_tx *tx, entity_id thing, entity_id sensor, const char *key,
                        entity_id *out, err *e)
{
    const struct quantity *q = quantity_by_key(str_of(key));
    entity_id property;
    str unit;
    const struct record p = {.set = SET_OBSERVED_PROPERTY,
                             .properties = {[OBSERVED_PROPERTY_NAME] = value_text(q->key),
                                            [OBSERVED_PROPERTY_DESCRIPTION] = value_text(STR("d")),
                                            [OBSERVED_PROPERTY_DEFINITION] = value_text(q->definition)}};
    if (!store_insert(tx, &p, &property, e)) return false;
    assert_true(arena_print(a, &unit, "{\"name\":\"u\",\"symbol\":\"%.*s\",\"definition\":\"d\"}",
                            STR_ARG(q->symbol)));
    struct record d = {.set = SET_DATASTREAM,
                       .properties = {[DATASTREAM_NAME] = value_text(q->key),
                                      [DATASTREAM_DESCRIPTION] = value_text(STR("d")),
                                      [DATASTREAM_OBSERVATION_TYPE] = value_text(STR("t")),
                                      [DATASTREAM_PROPERTIES] = value_json(STR("{\"access\":\"public\"}")),
                                      [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(unit)}};
    d.links[DATASTREAM_THING] = thing;
    d.links[DATASTREAM_SENSOR] = sensor;
    d.links[DATASTREAM_OBSERVED_PROPERTY] = property;
    return store_insert(tx, &d, out, e);
}

static bool make_sensor(struct store_tx *tx, entity_id *out, err *e)
{
    const struct record s = {.set = SET_SENSOR,
                             .properties = {[SENSOR_NAME] = value_text(STR("s")),
                                            [SENSOR_DESCRIPTION] = value_text(STR("d")),
                                            [SENSOR_ENCODING_TYPE] = value_text(STR("text/html")),
                                            [SENSOR_METADATA] = value_text(STR("m"))}};
    return store_insert(tx, &s, out, e);
}

static bool make_thing(struct store_tx *tx, str properties, entity_id *out, err *e)
{
    const struct record thing = {.set = SET_THING,
                                 .properties = {[THING_NAME] = value_text(STR("t")),
                                                [THING_DESCRIPTION] = value_text(STR("d")),
                                                [THING_PROPERTIES] = value_json(properties)}};
    return store_insert(tx, &thing, out, e);
}

static bool make_all(struct store_tx *tx, void *context, err *e)
{
    entity_id sensor;
    (void)context;
    if (!make_sensor(tx, &sensor, e)) return false;
    for (int i = 0; i < METERS; i++)
        if (!make_thing(tx, STR("{\"access\":\"public\"}"), &things[i], e) ||
            !make_stream(tx, things[i], sensor, "pm25", &dust[i], e) ||
            !make_stream(tx, things[i], sensor, "humidity", &damp[i], e))
            return false;
    return true;
}

// The air goes up and down by ten; each meter adds a little unrest of its own.
static double dust_of(int i, int k)
{
    const int from_end = HOURS * 6 - k;
    if (i == STUCK && from_end <= 8 * 6) return 17.3;
    if (i == SPIKED && from_end == 60) return 300;
    const double air = 20 + 10 * sin(k / 20.0) + ((k * 7 + i * 13) % 11) / 10.0;
    return i == BIASED ? air + 18 : air;
}

static double damp_of(int i, int k)
{
    return i == DAMP && HOURS * 6 - k <= 6 ? 99 : 60 + (k + i) % 5;
}

static bool append(struct store_tx *tx, entity_id stream, instant t, double v, err *e)
{
    struct observation o = {.stream = stream,
                            .phenomenon_time = {t, TIME_NONE},
                            .result_time = t,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_decimal((decimal){(int64_t)lround(v * 10), 1})};
    return store_append(tx, &o, e);
}

static bool append_all(struct store_tx *tx, void *context, err *e)
{
    (void)context;
    for (int k = 0; k < HOURS * 6; k++) {
        const instant t = end - (HOURS * 6 - k) * STEP;
        const int from_end = HOURS * 6 - k;
        for (int i = 0; i < METERS; i++) {
            if (i == GAP && from_end <= 20 * 6 && from_end > 17 * 6) continue;
            if (i == LONG_GAP && from_end <= 37 * 6 && from_end > 5 * 6) continue;
            if (!append(tx, dust[i], t, dust_of(i, k), e) || !append(tx, damp[i], t, damp_of(i, k), e))
                return false;
        }
    }
    return true;
}

static int start(void **state)
{
    (void)state;
    err e;
    end = time_now();
    end -= end % TIME_HOUR;
    a = arena_new((size_t)64 << 20);
    test_directory_make(directory);
    const store_config c = {.directory = directory, .create = true};
    must(store_open(&c, &store, &e), &e);
    store_listen(store, hear, NULL);
    zone = tz_load("Europe/Amsterdam", &e);
    must(zone && areas_open(store, zone, &areas, &e), &e);
    const rollup_config r = {.store = store, .areas = areas, .zone = zone, .interval_s = 60};
    must(rollups_open(&r, &rollups, &e), &e);
    const quality_config q = {.store = store, .rollups = rollups, .correct_humidity = true};
    must(qualities_open(&q, &qualities, &e), &e);
    must(store_run(store, make_all, NULL, &e), &e);
    must(rollups_catch_up(rollups, &e), &e);
    must(store_run(store, append_all, NULL, &e), &e);
    bool more = true;
    while (more) must(qualities_check_points(qualities, end, &more, &e), &e);
    must(qualities_check_hours(qualities, end, &e), &e);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    rollups_stop(rollups);
    store_close(store);
    qualities_close(qualities);
    rollups_close(rollups);
    areas_close(areas);
    tz_free(zone);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

// ---- What must hold ----------------------------------------------------------------------------------------------

static struct rows rows_of(entity_id stream, instant from)
{
    struct snapshot *at;
    struct rows r;
    err e;
    const struct rollup_stream s = {.id = stream, .quantity = quantity_by_key(STR("pm25")), .factor = 1};
    must(snapshot_open(store, &at, &e), &e);
    must(rows_read(at, &s, (interval){from, end}, a, &r, &e), &e);
    snapshot_close(at);
    return r;
}

static size_t flagged(entity_id stream, instant from, quality_flag flag)
{
    const struct rows r = rows_of(stream, from);
    size_t n = 0;
    for (size_t k = 0; k < r.count; k++) n += r.flag[k] == flag;
    return n;
}

static struct quality_state state_of(entity_id stream)
{
    struct snapshot *at;
    struct quality_state q;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    must(quality_read(at, stream, a, &q, &e), &e);
    snapshot_close(at);
    return q;
}

TEST(a_spike_is_flagged_and_nothing_else_of_a_good_meter)
{
    assert_int_equal(flagged(dust[SPIKED], 0, QUALITY_SPIKE), 1);
    for (quality_flag f = QUALITY_GOOD + 1; f < QUALITY_COUNT; f++)
        if (f != QUALITY_SPIKE) assert_int_equal(flagged(dust[SPIKED], 0, f), 0);
    const struct rows r = rows_of(dust[SPIKED], end - 60 * STEP);
    assert_true(fabs(r.value[0] - 300) < 1e-9);  // as it came
}

TEST(a_meter_that_stands_still_while_the_others_move_is_flagged)
{
    assert_int_equal(flagged(dust[STUCK], end - 8 * TIME_HOUR, QUALITY_STUCK), 48);
    assert_int_equal(flagged(dust[STUCK], 0, QUALITY_STUCK), 48);
    assert_true(state_of(dust[STUCK]).stuck.since == end - 8 * TIME_HOUR);
}

TEST(a_meter_that_differs_for_a_day_is_marked_with_how_much)
{
    const struct quality_state q = state_of(dust[BIASED]);
    assert_int_equal(flagged(dust[BIASED], end - TIME_HOUR, QUALITY_BIASED), 6);
    assert_true(q.biased.since != TIME_NONE && fabs(q.biased.difference - 18) < 1);
    for (int i = 0; i < METERS; i++)
        if (i != BIASED) assert_true(state_of(dust[i]).biased.since == TIME_NONE);
}

TEST(a_gap_is_told_with_its_ends)
{
    const struct quality_state q = state_of(dust[GAP]);
    assert_int_equal(q.gap_count, 1);
    assert_true(q.gaps[0].start == end - 20 * TIME_HOUR - STEP);
    assert_true(q.gaps[0].end == end - 17 * TIME_HOUR);
}

TEST(a_gap_longer_than_the_hours_that_are_looked_at_is_told_too)
{
    const struct quality_state q = state_of(dust[LONG_GAP]);
    assert_int_equal(q.gap_count, 1);
    assert_true(q.gaps[0].start == end - 37 * TIME_HOUR - STEP);
    assert_true(q.gaps[0].end == end - 5 * TIME_HOUR);
}

// ---- Silences of devices -----------------------------------------------------------------------------------------

struct told {
    struct outage all[8];
    size_t count;
};

static bool tell_one(const struct outage *o, void *context, err *e)
{
    struct told *t = context;
    (void)e;
    assert_true(t->count < sizeof t->all / sizeof t->all[0]);
    t->all[t->count++] = *o;
    return true;
}

static struct told silences(void)
{
    struct snapshot *at;
    struct told t = {0};
    err e;
    must(snapshot_open(store, &at, &e), &e);
    must(outages_each(at, OUTAGE_DEVICE, TIME_MIN, a, tell_one, &t, &e), &e);
    snapshot_close(at);
    return t;
}

static bool is_of(const struct outage *o, entity_id thing)
{
    int64_t id;
    err e;
    return num_parse_int(o->name, &id, &e) && id == thing;
}

TEST(a_device_that_gave_nothing_for_longer_than_it_is_used_to_was_silent)
{
    const struct told t = silences();
    assert_int_equal(t.count, 2);
    assert_true(is_of(&t.all[0], things[GAP]) && is_of(&t.all[1], things[LONG_GAP]));
    assert_true(t.all[0].when.start == end - 20 * TIME_HOUR - STEP &&
                t.all[0].when.end == end - 17 * TIME_HOUR);
    assert_true(t.all[1].when.start == end - 37 * TIME_HOUR - STEP &&
                t.all[1].when.end == end - 5 * TIME_HOUR);
}

TEST(a_silence_is_kept_when_its_hours_have_gone_by)
{
    err e;
    must(qualities_check_hours(qualities, end + 20 * TIME_HOUR, &e), &e);
    must(qualities_check_hours(qualities, end + 40 * TIME_HOUR, &e), &e);
    assert_int_equal(silences().count, 2);
}

TEST(dust_in_damp_air_is_marked_and_counts)
{
    assert_int_equal(flagged(dust[DAMP], 0, QUALITY_HUMID), 6);
    assert_true(quality_counts(QUALITY_HUMID));
}

struct looking {
    entity_id found;
    str properties;
};

static bool find_corrected(struct looking *l, struct snapshot *at, err *e)
{
    for (entity_id id = damp[METERS - 1] + 1; id < damp[METERS - 1] + 50; id++) {
        struct record r;
        size_t where;
        if (!store_get(at, SET_DATASTREAM, id, a, &r, NULL)) continue;
        const str p = r.properties[DATASTREAM_PROPERTIES].text;
        char raw[64];
        snprintf(raw, sizeof raw, "\"raw\":%lld,", (long long)dust[SPIKED]);
        if (!str_find(p, str_of(raw), &where)) continue;
        *l = (struct looking){id, p};
        return true;
    }
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no corrected Datastream");
}

TEST(corrected_values_stand_in_a_stream_of_their_own_that_names_its_method)
{
    struct snapshot *at;
    struct looking l = {0};
    size_t where;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    must(find_corrected(&l, at, &e), &e);
    snapshot_close(at);
    assert_true(str_find(l.properties, STR(HUMIDITY_METHOD), &where));
    assert_true(str_find(l.properties, STR("\"access\":\"public\""),
                         &where));  // who may see it is who may see the raw one
    const struct rows raw = rows_of(dust[SPIKED], end - TIME_HOUR), dry = rows_of(l.found, end - TIME_HOUR);
    assert_int_equal(dry.count, 6);
    for (size_t k = 0; k < 6; k++) {
        const double rh = damp_of(SPIKED, HOURS * 6 - 6 + (int)k);
        assert_true(fabs(dry.value[k] - humidity_dry(raw.value[k], rh)) < 0.0051);
    }
    assert_int_equal(rows_of(l.found, end - TIME_DAY).count, 24 * 6 - 1);  // all but the spike
}

TEST(looking_again_changes_nothing)
{
    err e;
    bool more;
    const size_t before = flagged(dust[STUCK], 0, QUALITY_STUCK) + flagged(dust[BIASED], 0, QUALITY_BIASED);
    must(qualities_check_points(qualities, end, &more, &e), &e);
    must(qualities_check_hours(qualities, end, &e), &e);
    assert_int_equal(flagged(dust[STUCK], 0, QUALITY_STUCK) + flagged(dust[BIASED], 0, QUALITY_BIASED),
                     before);
}

struct two_meters {
    entity_id official, other;
};

static bool make_two(struct store_tx *tx, void *context, err *e)
{
    struct two_meters *m = context;
    entity_id sensor, thing;
    return make_sensor(tx, &sensor, e) &&
           make_thing(tx, STR("{\"access\":\"public\",\"origin\":\"reference\"}"), &thing, e) &&
           make_stream(tx, thing, sensor, "pm25", &m->official, e) &&
           make_thing(tx, STR("{\"access\":\"public\",\"origin\":\"citizen\"}"), &thing, e) &&
           make_stream(tx, thing, sensor, "pm25", &m->other, e);
}

static bool append_two(struct store_tx *tx, void *context, err *e)
{
    const struct two_meters *m = context;
    return append(tx, m->official, end - 2 * STEP, -6.2, e) && append(tx, m->official, end - STEP, -11, e) &&
           append(tx, m->other, end - STEP, -0.1, e);
}

TEST(dust_a_little_below_zero_is_the_noise_of_an_official_station_and_a_fault_of_others)
{
    struct two_meters m;
    err e;
    must(store_run(store, make_two, &m, &e), &e);
    must(rollups_catch_up(rollups, &e), &e);
    must(store_run(store, append_two, &m, &e), &e);
    bool more = true;
    while (more) must(qualities_check_points(qualities, end, &more, &e), &e);
    const struct rows r = rows_of(m.official, 0);
    assert_int_equal(r.count, 2);
    assert_int_equal(r.flag[0], QUALITY_GOOD);
    assert_int_equal(r.flag[1], QUALITY_IMPLAUSIBLE);
    assert_int_equal(flagged(m.other, 0, QUALITY_IMPLAUSIBLE), 1);
}

RUN_WITH(start, stop, CASE(a_spike_is_flagged_and_nothing_else_of_a_good_meter),
         CASE(a_meter_that_stands_still_while_the_others_move_is_flagged),
         CASE(a_meter_that_differs_for_a_day_is_marked_with_how_much), CASE(a_gap_is_told_with_its_ends),
         CASE(a_gap_longer_than_the_hours_that_are_looked_at_is_told_too),
         CASE(a_device_that_gave_nothing_for_longer_than_it_is_used_to_was_silent),
         CASE(dust_in_damp_air_is_marked_and_counts),
         CASE(corrected_values_stand_in_a_stream_of_their_own_that_names_its_method),
         CASE(looking_again_changes_nothing), CASE(a_silence_is_kept_when_its_hours_have_gone_by),
         CASE(dust_a_little_below_zero_is_the_noise_of_an_official_station_and_a_fault_of_others))
