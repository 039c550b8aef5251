// SPDX-License-Identifier: EUPL-1.2
// time.h: instants and intervals.
// Units    microseconds since 1970-01-01T00:00:00Z, proleptic Gregorian, no leap seconds; intervals half-open
//          [start, end)
// Source   ISO 8601-1:2019, RFC 3339
#ifndef PEIL_BASE_TIME_H
#define PEIL_BASE_TIME_H

#include "base/buf.h"
#include "base/err.h"

typedef int64_t instant;

#define TIME_NONE INT64_MIN                     // absent
#define TIME_MIN ((instant)-62135596800000000)  // 0001-01-01T00:00:00Z
#define TIME_MAX ((instant)253402300799999999)  // 9999-12-31T23:59:59.999999Z
#define TIME_SECOND ((instant)1000000)
#define TIME_MINUTE (60 * TIME_SECOND)
#define TIME_HOUR (60 * TIME_MINUTE)
#define TIME_DAY (24 * TIME_HOUR)
#define TIME_TEXT_MAX 40

// An instant is an interval whose end is TIME_NONE; an interval of no length keeps end == start.
typedef struct {
    instant start;
    instant end;
} interval;

typedef struct {
    int year, month, day;  // month and day from 1
    int hour, minute, second, microsecond;
} civil;

bool interval_is_instant(interval i);
bool interval_is_none(interval i);            // start == TIME_NONE
civil time_to_civil(instant t);               // in UTC
bool time_from_civil(civil c, instant *out);  // false when no such date or time exists
int time_weekday(instant t);                  // 0 = Monday, in UTC

// Instant with a zone: 2026-01-01T09:00:00.5Z, +01:00, +0100, +01; any number of fraction digits (beyond
// microseconds cut); comma as the fraction mark; ' ' for 'T'; second 60 becomes the next minute; basic form
// 20260101T090000Z. Without a zone: ERR_SYNTAX that says so.
NODISCARD bool time_parse(str s, instant *out, err *e);
// Same, but a missing zone means UTC and a bare date (2026-01-01, 20260101) its midnight: for sources known
// to write so.
NODISCARD bool time_parse_utc(str s, instant *out, err *e);
// "start/end"; start after end is ERR_RANGE.
NODISCARD bool interval_parse(str s, interval *out, err *e);     // only an interval
NODISCARD bool time_object_parse(str s, interval *out, err *e);  // an instant or an interval
// ISO 8601 duration: PnYnMnDTnHnMnS, PnW, a minus before it; the last part may have a fraction (not years and
// months). Months are kept apart, for they differ in length.
NODISCARD bool duration_parse(str s, int64_t *months, int64_t *microseconds, err *e);
// The day is clamped to the month's last; saturates at TIME_MIN and TIME_MAX.
instant time_add_months(instant t, int64_t months);

// 2026-01-01T09:00:00Z, with .000 or .000000 only as far as the value needs it. TIME_NONE gives no text; what
// lies outside TIME_MIN..TIME_MAX is written as these.
size_t time_write(char out[static TIME_TEXT_MAX], instant t);
void buf_add_time(buf *b, instant t);
void buf_add_interval(buf *b, interval i);  // an instant alone, or start/end

instant time_now(void);           // wall clock; pass it down, call it only at the edge
int64_t time_monotonic_us(void);  // for measuring

#endif
