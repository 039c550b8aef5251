// SPDX-License-Identifier: EUPL-1.2
// Homes that take part in signs of life, all made up and marked so: two with a box, two whose readings come to the town.
#include "demo/demo.h"

#include "care/care.h"

#include <stdio.h>
#include <string.h>

#define DAYS 40
#define QUIET_FROM (44 * TIME_HOUR)  // before now, in the silent home
#define SLOTS 48

// Chance in a thousand that something is switched on in half an hour, by hour.
static const unsigned busy[24] = {20,  5,   0,   0,   0,   10,  100, 350, 400, 200, 150, 200,
                                  350, 250, 120, 150, 250, 450, 400, 300, 250, 200, 150, 60};

static bool enrol(struct care *c, const char *name, const char *address, care_way way, instant now,
                  struct care_enrolled *out, err *e)
{
    const struct deed d = {&principal_local, now};
    const struct care_identity who = {.name = str_of(name),
                                      .address = str_of(address),
                                      .phone = STR("000 000 0000"),
                                      .means = STR("phone"),
                                      .contact_name = STR("Buur Voorbeeld"),
                                      .contact_phone = STR("000 000 0001"),
                                      .is_made_up = true};
    return care_enrol(c, &d, &who, way, STR("demo"), STR("demo"), out, e);
}

static bool send_line(struct care *c, const struct care_enrolled *home, sign_word word, int quiet_h,
                      instant now, err *e)
{
    struct sign_key key;
    const civil day = time_to_civil(now);
    struct sign_message m = {
        .year = day.year, .month = day.month, .day = day.day, .word = word, .quiet_h = quiet_h, .number = 1};
    char text[SIGN_MESSAGE_BYTES + 1], signature[SIGN_SIGNATURE_CHARS + 1];
    arena *a = arena_new(1 << 16);
    str answer;
    if (!a) return err_no_memory(e);
    memcpy(m.pseudonym, home->pseudonym, sizeof m.pseudonym);
    sign_message_write(&m, text);
    bool ok = sign_key_read(str_of(home->watch_key), &key, e);
    if (ok) sign_message_seal(str_of(text), key.seed, signature);
    ok = ok && care_hear(c, str_of(text), str_of(signature), now, a, &answer, e);
    arena_free(a);
    return ok;
}

static bool send_readings(struct care *c, const struct care_enrolled *home, const struct tz *zone,
                          bool falls_silent, instant now, err *e)
{
    struct care_reading readings[SLOTS];
    uint64_t random = falls_silent ? 7 : 11;
    int64_t in = 4000000, unknown;
    const instant first = (now / SIGN_SLOT_TIME - DAYS * SLOTS) * SIGN_SLOT_TIME;
    for (int day = 0; day < DAYS; day++) {
        for (int i = 0; i < SLOTS; i++) {
            const instant at = first + (day * SLOTS + i) * SIGN_SLOT_TIME;
            readings[i] = (struct care_reading){str_of(home->pseudonym),
                                                {SIGN_ELECTRICITY, at, in, SIGN_METER_NONE}};
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const bool is_empty = falls_silent && at > now - QUIET_FROM;
            const bool acts = (random >> 33) % 1000 < busy[tz_civil(zone, at).hour];
            in += 40 + (i % 3 == 0 ? 20 : 0) + (int64_t)((random >> 20) % 5) + (acts && !is_empty ? 300 : 0);
        }
        if (!care_take(c, readings, SLOTS, first + (day + 1) * SLOTS * SIGN_SLOT_TIME, &unknown, e))
            return false;
    }
    return true;
}

bool demo_homes_fill(struct care *c, const struct tz *zone, instant now, char link[static DEMO_LINK_MAX],
                     err *e)
{
    struct care_enrolled alive, silent, box, box_silent;
    const instant before = now - DAYS * TIME_DAY;
    const bool ok = enrol(c, "Mevrouw Voorbeeld", "Demolaan 1", CARE_STREAM, before, &alive, e) &&
                    enrol(c, "De heer Verzonnen", "Demolaan 3", CARE_STREAM, before, &silent, e) &&
                    enrol(c, "Familie Proef", "Demolaan 5", CARE_WATCH, before, &box, e) &&
                    enrol(c, "Mevrouw Bedacht", "Demolaan 7", CARE_WATCH, before, &box_silent, e) &&
                    send_readings(c, &alive, zone, false, now, e) &&
                    send_readings(c, &silent, zone, true, now, e) &&
                    send_line(c, &box, SIGN_OK, 0, now - 2 * TIME_HOUR, e) &&
                    send_line(c, &box_silent, SIGN_LOOK, 31, now - TIME_HOUR, e);
    if (ok) snprintf(link, DEMO_LINK_MAX, "teken-van-leven/%s", alive.link);
    return ok;
}
