// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device/check.h"

#include "base/fuzz.h"
#include "base/tz.h"
#include "base/utf8.h"
#include <math.h>

// Twice the body's length is where a position can be: text of ISO 8859-1 is read as the UTF-8 that it becomes.
#define MEMORY ((size_t)4 * 1024 * 1024)
#define RECEIVED ((instant)1767225600 * TIME_SECOND)  // 2026-01-01

static str every_header(const char *name, const void *context)
{
    (void)name, (void)context;
    return STR("7");
}

static void check_number(const value *v)
{
    FUZZ_REQUIRE(value_is_number(v) || v->type == VALUE_BOOL || v->type == VALUE_TEXT);
    if (value_is_number(v)) FUZZ_REQUIRE(isfinite(value_to_double(v)));
}

static void check_reading(const struct reading *r, str body)
{
    FUZZ_REQUIRE(r->device.n > 0 && r->device.n <= 200 && utf8_is_valid(r->device, NULL));
    FUZZ_REQUIRE(utf8_is_valid(r->sensor, NULL) && utf8_is_valid(r->why, NULL));
    FUZZ_REQUIRE(r->name.n > 0 && utf8_is_valid(r->name, NULL));
    FUZZ_REQUIRE(r->at <= 2 * body.n || r->at == ERR_NOWHERE);
    FUZZ_REQUIRE(r->time == TIME_NONE || (r->time >= TIME_MIN && r->time <= TIME_MAX));
    if (!r->quantity) return;
    check_number(&r->result);
    const double v = value_to_double(&r->result);
    if (value_is_number(&r->result) && (v < r->quantity->least || v > r->quantity->most))
        FUZZ_REQUIRE(r->flags & READING_IMPLAUSIBLE);
}

void device_check(const struct device_adapter *adapter, str body, str topic)
{
    static struct device_site site;
    const struct device_message m = {.topic = topic,
                                     .path = STR("/push/x/boxes/box/data"),
                                     .query = STR("device=d"),
                                     .body = body,
                                     .received = RECEIVED,
                                     .header = every_header,
                                     .site = &site};
    if (!site.zone) site.zone = tz_load("Europe/Amsterdam", NULL);
    arena *a = arena_new(MEMORY);
    struct device_result out = {0};
    err e = {0};
    if (adapter->decode(&m, a, &out, &e)) {
        for (size_t i = 0; i < out.reading_count; i++) check_reading(&out.readings[i], body);
        for (size_t i = 0; i < out.reject_count; i++)
            FUZZ_REQUIRE(out.rejects[i].name.n > 0 && out.rejects[i].why.code != ERR_NONE);
    } else {
        FUZZ_REQUIRE(e.code != ERR_NONE && e.text[0] != '\0' && (e.at <= 2 * body.n || e.at == ERR_NOWHERE));
    }
    arena_free(a);
}
