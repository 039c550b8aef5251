// SPDX-License-Identifier: EUPL-1.2
// Time zone files: whatever a damaged one says, every question has an answer.
#include "base/tz.h"

#include "base/fuzz.h"

static void ask(const struct tz *z, instant t)
{
    bool is_dst, skipped;
    instant back;
    const civil c = tz_civil(z, t);
    FUZZ_REQUIRE(tz_offset(z, t, &is_dst) >= -25 * 3600 && tz_offset(z, t, &is_dst) <= 26 * 3600);
    FUZZ_REQUIRE(c.month >= 1 && c.month <= 12);
    if (tz_instant(z, c, TZ_EARLIER, &back, &skipped)) tz_instant(z, c, TZ_LATER, &back, &skipped);
    tz_day_start(z, t);
    tz_month_start(z, t);
    tz_year_start(z, t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    err e = {0};
    struct tz *z = tz_parse((str){(const char *)data, size}, &e);
    if (z) {
        for (int year = 1900; year < 2100; year += 7) ask(z, ((instant)year - 1970) * 31556952 * TIME_SECOND);
        ask(z, TIME_MIN);
        ask(z, TIME_MAX);
    }
    tz_free(z);
    return 0;
}
