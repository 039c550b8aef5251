// SPDX-License-Identifier: EUPL-1.2
// Times, intervals and durations: what is read lies in the calendar and is read back from what is written; the plain form is read
// the same in one pass.
#include "base/plain.h"

#include "base/fuzz.h"

#include <stdlib.h>

static void check_instant(str text)
{
    err e = {0};
    instant t, lenient, again;
    char written[TIME_TEXT_MAX];
    if (!time_parse(text, &t, &e)) {
        FUZZ_REQUIRE(e.at <= text.n && (e.code == ERR_SYNTAX || e.code == ERR_RANGE));
        return;
    }
    FUZZ_REQUIRE(t >= TIME_MIN && t <= TIME_MAX);
    FUZZ_REQUIRE(time_parse_utc(text, &lenient, &e) && lenient == t);
    FUZZ_REQUIRE(time_parse((str){written, time_write(written, t)}, &again, &e) && again == t);
    FUZZ_REQUIRE(time_from_civil(time_to_civil(t), &again) && again == t);
    const instant later = time_add_months(t, 1);
    FUZZ_REQUIRE(later > t || later == TIME_MAX);
}

static void check_plain(str text)
{
    err e = {0};
    instant t, plain;
    char written[TIME_TEXT_MAX];
    const char *end = text.p;
    if (plain_time(&end, text.p + text.n, &plain)) {
        FUZZ_REQUIRE(end > text.p && end <= text.p + text.n);
        FUZZ_REQUIRE(time_parse((str){text.p, (size_t)(end - text.p)}, &t, &e) && t == plain);
    }
    if (!time_parse(text, &t, &e)) return;
    const str again = {written, time_write(written, t)};
    end = again.p;
    FUZZ_REQUIRE(plain_time(&end, again.p + again.n, &plain) && plain == t && end == again.p + again.n);
}

static void check_object(str text)
{
    err e = {0};
    interval i, again;
    if (!time_object_parse(text, &i, &e)) {
        FUZZ_REQUIRE(e.at <= text.n);
        return;
    }
    FUZZ_REQUIRE(interval_is_instant(i) || i.start <= i.end);
    buf b = {.max = 200};
    buf_add_interval(&b, i);
    FUZZ_REQUIRE(time_object_parse(buf_str(&b), &again, &e) && again.start == i.start && again.end == i.end);
    buf_free(&b);
}

static void check_duration(str text)
{
    err e = {0};
    int64_t months, us;
    if (!duration_parse(text, &months, &us, &e)) {
        FUZZ_REQUIRE(e.at <= text.n);
        return;
    }
    FUZZ_REQUIRE((months >= 0) == (us >= 0) || months == 0 || us == 0);
    const instant t = time_add_months(0, months);
    FUZZ_REQUIRE(t >= TIME_MIN && t <= TIME_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str text = {(const char *)data, size};
    check_instant(text);
    check_plain(text);
    check_object(text);
    check_duration(text);
    return 0;
}
