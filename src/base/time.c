// SPDX-License-Identifier: EUPL-1.2
#include "base/plain.h"

#include <string.h>
#include <time.h>

#define DAYS_TO_1970 719468  // from 0000-03-01
#define DAYS_PER_ERA 146097  // 400 years

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t floor_mod(int64_t a, int64_t b)
{
    return (a % b + b) % b;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

// Years are counted from March, so that the leap day is the last of a year; months then begin at day (153 m +
// 2) / 5.
static int64_t days_from_date(int year, int month, int day)
{
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t era = floor_div(y, 400);
    const int64_t year_of_era = y - era * 400;
    const int64_t m = month > 2 ? month - 3 : month + 9;
    const int64_t day_of_year = (153 * m + 2) / 5 + day - 1;
    return era * DAYS_PER_ERA + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           DAYS_TO_1970;
}

static void date_from_days(int64_t days, civil *c)
{
    const int64_t z = days + DAYS_TO_1970;
    const int64_t era = floor_div(z, DAYS_PER_ERA);
    const int64_t day_of_era = z - era * DAYS_PER_ERA;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
                                 day_of_era / (DAYS_PER_ERA - 1)) /
                                365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t m = (5 * day_of_year + 2) / 153;
    c->day = (int)(day_of_year - (153 * m + 2) / 5 + 1);
    c->month = (int)(m < 10 ? m + 3 : m - 9);
    c->year = (int)(era * 400 + year_of_era + (c->month <= 2));
}

bool interval_is_instant(interval i)
{
    return i.end == TIME_NONE;
}

bool interval_is_none(interval i)
{
    return i.start == TIME_NONE;
}

civil time_to_civil(instant t)
{
    const int64_t days = floor_div(t, TIME_DAY);
    const int64_t rest = floor_mod(t, TIME_DAY);
    civil c = {.hour = (int)(rest / TIME_HOUR),
               .minute = (int)(rest / TIME_MINUTE % 60),
               .second = (int)(rest / TIME_SECOND % 60),
               .microsecond = (int)(rest % TIME_SECOND)};
    date_from_days(days, &c);
    return c;
}

bool time_from_civil(civil c, instant *out)
{
    if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12) return false;
    if (c.day < 1 || c.day > days_in_month(c.year, c.month)) return false;
    if (c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 || c.second < 0 || c.second > 59)
        return false;
    if (c.microsecond < 0 || c.microsecond > 999999) return false;
    *out = days_from_date(c.year, c.month, c.day) * TIME_DAY + c.hour * TIME_HOUR + c.minute * TIME_MINUTE +
           c.second * TIME_SECOND + c.microsecond;
    return true;
}

int time_weekday(instant t)
{
    return (int)floor_mod(floor_div(t, TIME_DAY) + 3, 7);  // 1970-01-01 was a Thursday
}

// ---- reading ----

struct cursor {
    str s;
    size_t at;
    err *e;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool fail(struct cursor *c, const char *expected)
{
    if (c->at >= c->s.n)
        return err_set(c->e, ERR_SYNTAX, c->at, "the time ends too early: expected %s", expected);
    return err_set(c->e, ERR_SYNTAX, c->at, "expected %s in a time like 2026-01-31T09:00:00Z", expected);
}

static char peek(const struct cursor *c)
{
    return c->at < c->s.n ? c->s.p[c->at] : '\0';
}

static bool take(struct cursor *c, char wanted)
{
    if (c->at >= c->s.n || c->s.p[c->at] != wanted) return false;
    c->at++;
    return true;
}

static bool two_digits(struct cursor *c, int *out, const char *name)
{
    if (c->at + 2 > c->s.n || !is_digit(c->s.p[c->at]) || !is_digit(c->s.p[c->at + 1])) return fail(c, name);
    *out = (c->s.p[c->at] - '0') * 10 + (c->s.p[c->at + 1] - '0');
    c->at += 2;
    return true;
}

// Digits after the mark; what is finer than a microsecond is cut.
static bool fraction(struct cursor *c, int *microsecond)
{
    if (!is_digit(peek(c))) return fail(c, "digits after the decimal mark");
    int value = 0;
    int unit = 100000;
    for (; is_digit(peek(c)); c->at++, unit /= 10) value += (c->s.p[c->at] - '0') * unit;
    *microsecond = value;
    return true;
}

static bool parse_date(struct cursor *c, civil *out, bool *extended)
{
    int century, year;
    if (!two_digits(c, &century, "a year of four digits")) return false;
    if (!two_digits(c, &year, "a year of four digits")) return false;
    out->year = century * 100 + year;
    *extended = take(c, '-');
    if (!two_digits(c, &out->month, "a month of two digits")) return false;
    if (*extended && !take(c, '-')) return fail(c, "'-' between month and day");
    return two_digits(c, &out->day, "a day of two digits");
}

static bool parse_clock(struct cursor *c, civil *out, bool extended)
{
    if (!two_digits(c, &out->hour, "an hour of two digits")) return false;
    if (extended && !take(c, ':')) return fail(c, "':' between hour and minute");
    if (!two_digits(c, &out->minute, "a minute of two digits")) return false;
    if (extended ? !take(c, ':') : !is_digit(peek(c))) return true;  // seconds may be left out
    if (!two_digits(c, &out->second, "a second of two digits")) return false;
    if (take(c, '.') || take(c, ',')) return fraction(c, &out->microsecond);
    return true;
}

static bool parse_zone(struct cursor *c, bool zone_needed, int64_t *offset_us)
{
    *offset_us = 0;
    if (take(c, 'Z') || take(c, 'z')) return true;
    if (c->at == c->s.n && !zone_needed) return true;
    if (c->at == c->s.n) {
        return err_set(c->e, ERR_SYNTAX, c->at,
                       "the time has no zone: add Z for UTC, or an offset like +01:00");
    }
    const size_t start = c->at;
    const bool west = peek(c) == '-';
    int hour, minute = 0;
    if (!take(c, '+') && !take(c, '-')) return fail(c, "a zone: Z, or an offset like +01:00");
    if (!two_digits(c, &hour, "the hours of the zone")) return false;
    const bool colon = take(c, ':');
    if ((colon || is_digit(peek(c))) && !two_digits(c, &minute, "the minutes of the zone")) return false;
    if (hour > 23 || minute > 59) return err_set(c->e, ERR_RANGE, start, "there is no such zone offset");
    *offset_us = (hour * TIME_HOUR + minute * TIME_MINUTE) * (west ? -1 : 1);
    return true;
}

// Where no such date or time exists, says which part is wrong.
static bool to_instant(struct cursor *c, civil t, int64_t offset_us, instant *out)
{
    const bool leap_second = t.second == 60;
    if (leap_second) t.second = 59;
    instant v;
    if (!time_from_civil(t, &v)) {
        return err_set(c->e, ERR_RANGE, 0, "there is no such date or time: %04d-%02d-%02d %02d:%02d:%02d",
                       t.year, t.month, t.day, t.hour, t.minute, t.second);
    }
    v += (leap_second ? TIME_SECOND : 0) - offset_us;
    if (v < TIME_MIN || v > TIME_MAX)
        return err_set(c->e, ERR_RANGE, 0, "the time is outside the years 1 to 9999");
    *out = v;
    return true;
}

static bool parse(str s, bool zone_needed, instant *out, err *e)
{
    struct cursor c = {.s = s, .e = e};
    civil t = {0};
    bool extended;
    int64_t offset_us = 0;
    if (!parse_date(&c, &t, &extended)) return false;
    if (c.at < s.n || zone_needed) {
        if (!take(&c, 'T') && !take(&c, 't') && !take(&c, ' ')) return fail(&c, "'T' between date and time");
        if (!parse_clock(&c, &t, extended) || !parse_zone(&c, zone_needed, &offset_us)) return false;
        if (c.at < s.n) return err_set(e, ERR_SYNTAX, c.at, "expected nothing more after the time");
    }
    return to_instant(&c, t, offset_us, out);
}

bool time_parse(str s, instant *out, err *e)
{
    return parse(s, true, out, e);
}

bool time_parse_utc(str s, instant *out, err *e)
{
    return parse(s, false, out, e);
}

bool interval_parse(str s, interval *out, err *e)
{
    size_t slash;
    if (!str_find(s, STR("/"), &slash)) {
        return err_set(e, ERR_SYNTAX, s.n, "expected an interval: two times with '/' between them");
    }
    interval i;
    if (!time_parse(str_slice(s, 0, slash), &i.start, e)) return false;
    if (!time_parse(str_slice(s, slash + 1, s.n), &i.end, e)) {
        if (e && e->at != ERR_NOWHERE) e->at += slash + 1;
        return false;
    }
    if (i.start > i.end) return err_set(e, ERR_RANGE, 0, "the interval starts after it ends");
    *out = i;
    return true;
}

bool time_object_parse(str s, interval *out, err *e)
{
    size_t slash;
    if (str_find(s, STR("/"), &slash)) return interval_parse(s, out, e);
    instant t;
    if (!time_parse(s, &t, e)) return false;
    *out = (interval){t, TIME_NONE};
    return true;
}

// ---- reading the plain form ----

#define PLAIN_LEAST (sizeof "2026-01-01T09:00:00Z" - 1)
#define NO_PAIR 100  // beyond what any part of a time may be

static inline int pair_at(const char *p)
{
    const unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');
    return tens < 10 && ones < 10 ? (int)(tens * 10 + ones) : NO_PAIR;
}

static inline bool plain_fraction(const char **p, const char *end, int *microsecond)
{
    static const int parts[] = {0, 100000, 10000, 1000, 100, 10, 1};
    const char *c = *p;
    int value = 0, digits = 0;
    for (; c < end && is_digit(*c); c++) {
        if (digits == 6) continue;  // what is finer than a microsecond is cut
        value = value * 10 + (*c - '0');
        digits++;
    }
    *p = c;
    *microsecond = value * parts[digits];
    return digits > 0;
}

bool plain_time(const char **p, const char *end, instant *out)
{
    const char *c = *p;
    if ((size_t)(end - c) < PLAIN_LEAST || c[4] != '-' || c[7] != '-' || c[10] != 'T' || c[13] != ':' ||
        c[16] != ':')
        return false;
    const int century = pair_at(c), year = pair_at(c + 2);
    if (century == NO_PAIR || year == NO_PAIR) return false;
    civil t = {.year = century * 100 + year,
               .month = pair_at(c + 5),
               .day = pair_at(c + 8),
               .hour = pair_at(c + 11),
               .minute = pair_at(c + 14),
               .second = pair_at(c + 17)};
    c += PLAIN_LEAST - 1;
    if (*c == '.' && (++c, !plain_fraction(&c, end, &t.microsecond))) return false;
    if (c == end || *c != 'Z' || !time_from_civil(t, out)) return false;
    *p = c + 1;
    return true;
}

// ---- durations ----

// In the order in which they may stand.
static const struct part {
    char letter;
    bool after_t;
    int64_t months;
    int64_t microseconds;
} parts[] = {
    {'Y', false, 12, 0},         {'M', false, 1, 0},        {'W', false, 0, 7 * TIME_DAY},
    {'D', false, 0, TIME_DAY},   {'H', true, 0, TIME_HOUR}, {'M', true, 0, TIME_MINUTE},
    {'S', true, 0, TIME_SECOND},
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

struct amount {
    int64_t whole;
    int64_t millionths;
    bool has_fraction;
};

static bool parse_amount(struct cursor *c, struct amount *out)
{
    *out = (struct amount){0};
    if (!is_digit(peek(c)))
        return err_set(c->e, ERR_SYNTAX, c->at, "expected digits in a duration like P1DT12H");
    for (; is_digit(peek(c)); c->at++) {
        if (__builtin_mul_overflow(out->whole, 10, &out->whole) ||
            __builtin_add_overflow(out->whole, c->s.p[c->at] - '0', &out->whole)) {
            return err_set(c->e, ERR_RANGE, c->at, "the duration is too long");
        }
    }
    if (!take(c, '.') && !take(c, ',')) return true;
    int millionths;
    if (!fraction(c, &millionths)) return false;
    out->millionths = millionths;
    out->has_fraction = true;
    return true;
}

static char upper(char letter)
{
    return letter >= 'a' && letter <= 'z' ? (char)(letter - 'a' + 'A') : letter;
}

// Clients write P1d, too.
static bool take_letter(struct cursor *c, char wanted)
{
    if (upper(peek(c)) != wanted) return false;
    c->at++;
    return true;
}

static const struct part *find_part(char letter, bool after_t, size_t from)
{
    for (size_t i = from; i < PART_COUNT; i++) {
        if (parts[i].letter == letter && parts[i].after_t == after_t) return &parts[i];
    }
    return NULL;
}

static bool add_part(struct cursor *c, const struct part *p, struct amount a, int64_t *months,
                     int64_t *microseconds)
{
    if (a.has_fraction && p->months) {
        return err_set(c->e, ERR_SYNTAX, c->at, "a fraction of a year or month has no fixed length");
    }
    const __int128 m = (__int128)*months + (__int128)a.whole * p->months;
    const __int128 us = (__int128)*microseconds + (__int128)a.whole * p->microseconds +
                        a.millionths * (__int128)p->microseconds / 1000000;
    if (m > INT64_MAX || us > INT64_MAX) return err_set(c->e, ERR_RANGE, c->at, "the duration is too long");
    *months = (int64_t)m;
    *microseconds = (int64_t)us;
    return true;
}

bool duration_parse(str s, int64_t *months, int64_t *microseconds, err *e)
{
    struct cursor c = {.s = s, .e = e};
    const bool negative = take(&c, '-');
    if (!take_letter(&c, 'P'))
        return err_set(e, ERR_SYNTAX, c.at, "expected 'P' at the start of a duration like P1DT12H");
    int64_t m = 0, us = 0;
    size_t next = 0;
    bool after_t = false, fraction_seen = false;
    do {
        if (!after_t && take_letter(&c, 'T')) after_t = true;
        struct amount a;
        if (fraction_seen)
            return err_set(e, ERR_SYNTAX, c.at, "only the last part of a duration may have a fraction");
        if (!parse_amount(&c, &a)) return false;
        const struct part *p = find_part(upper(peek(&c)), after_t, next);
        if (!p) {
            return err_set(e, ERR_SYNTAX, c.at, "expected %s, each once and in this order",
                           after_t ? "H, M or S" : "Y, M, W or D, then T with H, M or S");
        }
        if (!add_part(&c, p, a, &m, &us)) return false;
        c.at++;
        next = (size_t)(p - parts) + 1;
        fraction_seen = a.has_fraction;
    } while (c.at < s.n);
    *months = negative ? -m : m;
    *microseconds = negative ? -us : us;
    return true;
}

instant time_add_months(instant t, int64_t months)
{
    const civil c = time_to_civil(t);
    int64_t count;
    if (__builtin_add_overflow(months, (int64_t)c.year * 12 + c.month - 1, &count))
        count = months < 0 ? 0 : INT64_MAX;
    const int64_t year = floor_div(count, 12);
    if (year < 1) return TIME_MIN;
    if (year > 9999) return TIME_MAX;
    const int month = (int)(count - year * 12) + 1;
    const int last = days_in_month((int)year, month);
    const instant within_day = floor_mod(t, TIME_DAY);
    return days_from_date((int)year, month, c.day < last ? c.day : last) * TIME_DAY + within_day;
}

// ---- writing ----

static char *put_digits(char *p, int value, int count)
{
    for (int i = count - 1; i >= 0; i--, value /= 10) p[i] = (char)('0' + value % 10);
    return p + count;
}

static char *put_pair(char *p, int value, char mark)
{
    p = put_digits(p, value, 2);
    *p++ = mark;
    return p;
}

size_t time_write(char out[static TIME_TEXT_MAX], instant t)
{
    if (t == TIME_NONE) return 0;
    const civil c = time_to_civil(t < TIME_MIN ? TIME_MIN : t > TIME_MAX ? TIME_MAX : t);
    char *p = put_digits(out, c.year, 4);
    *p++ = '-';
    p = put_pair(p, c.month, '-');
    p = put_pair(p, c.day, 'T');
    p = put_pair(p, c.hour, ':');
    p = put_pair(p, c.minute, ':');
    p = put_digits(p, c.second, 2);
    if (c.microsecond) *p++ = '.';
    if (c.microsecond % 1000) {
        p = put_digits(p, c.microsecond, 6);
    } else if (c.microsecond) {
        p = put_digits(p, c.microsecond / 1000, 3);
    }
    *p++ = 'Z';
    return (size_t)(p - out);
}

void buf_add_time(buf *b, instant t)
{
    char text[TIME_TEXT_MAX];
    buf_add(b, (str){text, time_write(text, t)});
}

void buf_add_interval(buf *b, interval i)
{
    buf_add_time(b, i.start);
    if (interval_is_instant(i)) return;
    buf_add_char(b, '/');
    buf_add_time(b, i.end);
}

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);  // cannot fail with these clocks
    return (int64_t)now.tv_sec * TIME_SECOND + now.tv_nsec / 1000;
}

instant time_now(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t time_monotonic_us(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
