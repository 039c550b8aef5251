// SPDX-License-Identifier: EUPL-1.2
#include "base/tz.h"

#include "base/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX_BYTES ((size_t)256 * 1024)  // the largest in Debian has 4 KiB
#define DAY_S 86400

struct local_type {
    int32_t offset_s;  // east of UTC
    bool is_dst;
};

// When a POSIX rule changes the clock in a year: Jn and n count days, Mm.w.d names a weekday.
struct change {
    enum { JULIAN_WITHOUT_LEAP, DAY_OF_YEAR, MONTH_WEEK_DAY } form;
    int day;  // 1-365, 0-365, or 0 (Sunday) to 6
    int month, week;
    int32_t time_s;  // local time of the clock before the change
};

struct rule {
    bool is_set;
    bool has_dst;
    struct local_type standard, summer;
    struct change to_summer, to_standard;
};

struct tz {
    size_t count;
    int64_t *at;  // seconds since 1970 from which types[type[i]] holds, ascending
    uint8_t *type;
    size_t type_count;
    struct local_type types[256];
    struct rule rule;  // after the last of `at`
    uint64_t fingerprint;
};

// ---- the footer: a POSIX TZ string ----

struct cursor {
    str s;
    size_t at;
    bool bad;
};

static char peek(const struct cursor *c)
{
    return c->at < c->s.n ? c->s.p[c->at] : '\0';
}

static bool take(struct cursor *c, char wanted)
{
    if (peek(c) != wanted) return false;
    c->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int take_number(struct cursor *c, int least, int most)
{
    int v = 0;
    c->bad |= !is_digit(peek(c));
    while (is_digit(peek(c)) && v <= most) v = v * 10 + (c->s.p[c->at++] - '0');
    c->bad |= v < least || v > most;
    return v;
}

static void skip_name(struct cursor *c)
{
    const size_t start = c->at;
    if (take(c, '<')) {
        while (peek(c) && peek(c) != '>') c->at++;
        c->bad |= !take(c, '>');
        return;
    }
    while ((peek(c) | 0x20) >= 'a' && (peek(c) | 0x20) <= 'z') c->at++;
    c->bad |= c->at - start < 3;
}

// [+-]hh[:mm[:ss]]; RFC 8536 section 3.3.1 allows up to 167 hours where a rule changes.
static int32_t take_hms(struct cursor *c, int most_hours)
{
    const bool negative = take(c, '-');
    if (!negative) take(c, '+');
    int32_t v = take_number(c, 0, most_hours) * 3600;
    if (take(c, ':')) v += take_number(c, 0, 59) * 60;
    if (take(c, ':')) v += take_number(c, 0, 59);
    return negative ? -v : v;
}

static struct change take_change(struct cursor *c)
{
    struct change x = {.time_s = 2 * 3600};
    if (take(c, 'M')) {
        x.form = MONTH_WEEK_DAY;
        x.month = take_number(c, 1, 12);
        c->bad |= !take(c, '.');
        x.week = take_number(c, 1, 5);
        c->bad |= !take(c, '.');
        x.day = take_number(c, 0, 6);
    } else if (take(c, 'J')) {
        x.form = JULIAN_WITHOUT_LEAP;
        x.day = take_number(c, 1, 365);
    } else {
        x.form = DAY_OF_YEAR;
        x.day = take_number(c, 0, 365);
    }
    if (take(c, '/')) x.time_s = take_hms(c, 167);
    return x;
}

static bool parse_rule(str text, struct rule *out)
{
    struct cursor c = {.s = text};
    struct rule r = {.is_set = true};
    skip_name(&c);
    r.standard.offset_s = -take_hms(&c, 24);  // POSIX counts west of Greenwich
    if (c.at < text.n) {
        r.has_dst = true;
        skip_name(&c);
        const bool has_offset = peek(&c) != ',';
        r.summer = (struct local_type){has_offset ? -take_hms(&c, 24) : r.standard.offset_s + 3600, true};
        c.bad |= !take(&c, ',');
        r.to_summer = take_change(&c);
        c.bad |= !take(&c, ',');
        r.to_standard = take_change(&c);
    }
    if (c.bad || c.at < text.n) return false;
    *out = r;
    return true;
}

// ---- the file ----

struct header {
    char version;
    size_t ut_count, standard_count, leap_count, time_count, type_count, char_count;
};

static int64_t big_endian(const char *p, size_t bytes)
{
    uint64_t v = (unsigned char)p[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < bytes; i++) v = v << 8 | (unsigned char)p[i];
    return (int64_t)v;
}

#define HEADER_BYTES 44

static bool read_header(str bytes, struct header *out)
{
    if (bytes.n < HEADER_BYTES || !str_starts(bytes, STR("TZif"))) return false;
    size_t counts[6];
    for (size_t i = 0; i < 6; i++) {
        const int64_t v = big_endian(bytes.p + 20 + 4 * i, 4);
        if (v < 0 || (size_t)v > FILE_MAX_BYTES) return false;
        counts[i] = (size_t)v;
    }
    *out = (struct header){bytes.p[4], counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
    return true;
}

static size_t body_bytes(const struct header *h, size_t time_bytes)
{
    return h->time_count * (time_bytes + 1) + h->type_count * 6 + h->char_count +
           h->leap_count * (time_bytes + 4) + h->standard_count + h->ut_count;
}

static bool read_types(struct tz *z, const char *p, size_t count)
{
    z->type_count = count;
    for (size_t i = 0; i < count; i++, p += 6) {
        const int64_t offset = big_endian(p, 4);
        if (offset < -25 * 3600 || offset > 26 * 3600) return false;
        z->types[i] = (struct local_type){(int32_t)offset, p[4] != 0};
    }
    return true;
}

static bool read_times(struct tz *z, const char *p, size_t count)
{
    const char *const types = p + 8 * count;
    for (size_t i = 0; i < count; i++) {
        z->at[i] = big_endian(p + 8 * i, 8);
        z->type[i] = (uint8_t)types[i];
        if (z->type[i] >= z->type_count || (i > 0 && z->at[i] <= z->at[i - 1])) return false;
    }
    z->count = count;
    return true;
}

static bool read_footer(struct tz *z, str footer)
{
    if (footer.n < 2 || footer.p[0] != '\n') return false;
    str text = str_slice(footer, 1, footer.n);
    str line;
    size_t end;
    if (!str_find(text, STR("\n"), &end)) return false;
    line = str_slice(text, 0, end);
    return line.n == 0 || parse_rule(line, &z->rule);
}

// RFC 8536 section 3: a header and body with 32-bit times that old readers need, then both again with 64
// bits.
static bool read_file(struct tz *z, str bytes)
{
    struct header h;
    if (!read_header(bytes, &h) || h.version < '2') return false;
    bytes = str_slice(bytes, HEADER_BYTES + body_bytes(&h, 4), bytes.n);
    if (!read_header(bytes, &h)) return false;
    const size_t body = body_bytes(&h, 8);
    bytes = str_slice(bytes, HEADER_BYTES, bytes.n);
    if (body > bytes.n || h.type_count == 0 || h.type_count > 256) return false;
    if (h.leap_count > 0) return false;  // "right/" zones count leap seconds, which our instants do not
    z->at = calloc(h.time_count + 1, sizeof *z->at);
    z->type = calloc(h.time_count + 1, sizeof *z->type);
    if (!z->at || !z->type) return false;
    return read_types(z, bytes.p + 9 * h.time_count, h.type_count) && read_times(z, bytes.p, h.time_count) &&
           read_footer(z, str_slice(bytes, body, bytes.n));
}

// FNV-1a.
static uint64_t fingerprint_of(str bytes)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < bytes.n; i++) hash = (hash ^ (unsigned char)bytes.p[i]) * 1099511628211U;
    return hash;
}

uint64_t tz_fingerprint(const struct tz *z)
{
    return z->fingerprint;
}

struct tz *tz_parse(str tzif_bytes, err *e)
{
    struct tz *z = calloc(1, sizeof *z);
    if (z) z->fingerprint = fingerprint_of(tzif_bytes);
    if (z && read_file(z, tzif_bytes)) return z;
    tz_free(z);
    err_set(e, ERR_SYNTAX, ERR_NOWHERE,
            "this is not time zone data (TZif version 2 or later, without leap seconds)");
    return NULL;
}

void tz_free(struct tz *z)
{
    if (!z) return;
    free(z->at);
    free(z->type);
    free(z);
}

static bool is_zone_name(str name)
{
    size_t at;
    if (name.n == 0 || name.n > 100 || name.p[0] == '/' || str_find(name, STR(".."), &at)) return false;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        const bool ok = is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("/_+-", c));
        if (!ok) return false;
    }
    return true;
}

struct tz *tz_load(const char *name, err *e)
{
    if (!is_zone_name(str_of(name))) {
        err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "a time zone has a name like Europe/Amsterdam");
        return NULL;
    }
    char path[160];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", name);
    buf bytes = {.max = FILE_MAX_BYTES};
    struct tz *z = NULL;
    if (file_read(path, &bytes, e)) {
        z = tz_parse(buf_str(&bytes), e);
        if (!z) err_within(e, "%s", path);
    } else if (e && e->code == ERR_ABSENT) {
        err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no time zone '%s' on this machine (package tzdata)",
                name);
    }
    buf_free(&bytes);
    return z;
}

// ---- UTC to local ----

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t year_start_s(int year)
{
    instant t = 0;
    // a rule may reach into the years before and after the calendar: these two have no times of ours
    if (!time_from_civil((civil){.year = year, .month = 1, .day = 1}, &t))
        t = year < 1 ? TIME_MIN - 366 * TIME_DAY : TIME_MAX + 1;
    return t / TIME_SECOND;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Day within the year, from 0.
static int change_day(const struct change *c, int year)
{
    static const int month_start[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = is_leap(year);
    if (c->form == DAY_OF_YEAR) return c->day;
    if (c->form == JULIAN_WITHOUT_LEAP) return c->day - 1 + (leap && c->day >= 60);
    const int start = month_start[c->month - 1] + (leap && c->month > 2);
    const int days = month_days[c->month - 1] + (leap && c->month == 2);
    const int64_t start_day = floor_div(year_start_s(year), DAY_S) + start;
    const int weekday = (int)(((start_day + 4) % 7 + 7) % 7);  // Sunday is 0; 1970-01-01 was a Thursday
    const int first = (c->day - weekday + 7) % 7;
    const int day = first + (c->week - 1) * 7;
    return start + (day < days ? day : day - 7);  // week 5 is the last, which may be the fourth
}

static int64_t change_s(const struct change *c, int year, int32_t offset_before_s)
{
    return year_start_s(year) + (int64_t)change_day(c, year) * DAY_S + c->time_s - offset_before_s;
}

// The last change at or before `s` decides. Where the end of summer time is also the start of the next, it
// goes on.
static struct local_type rule_at(const struct rule *r, int64_t s)
{
    if (!r->has_dst) return r->standard;
    const int year = time_to_civil((s + r->standard.offset_s) * TIME_SECOND).year;
    struct local_type found = r->standard;
    int64_t latest = INT64_MIN;
    for (int y = year - 1; y <= year + 1; y++) {
        const int64_t to_standard = change_s(&r->to_standard, y, r->summer.offset_s);
        if (to_standard <= s && to_standard > latest) {
            latest = to_standard;
            found = r->standard;
        }
        const int64_t to_summer = change_s(&r->to_summer, y, r->standard.offset_s);
        if (to_summer <= s && to_summer >= latest) {
            latest = to_summer;
            found = r->summer;
        }
    }
    return found;
}

static struct local_type type_at(const struct tz *z, int64_t s)
{
    if (z->count == 0 || s < z->at[0])
        return z->count == 0 && z->rule.is_set ? rule_at(&z->rule, s) : z->types[0];
    if (s >= z->at[z->count - 1] && z->rule.is_set) return rule_at(&z->rule, s);
    size_t from = 0, to = z->count;  // at[from] <= s < at[to]
    while (to - from > 1) {
        const size_t middle = from + (to - from) / 2;
        if (z->at[middle] <= s) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return z->types[z->type[from]];
}

static instant clamp(instant t)
{
    return t < TIME_MIN ? TIME_MIN : t > TIME_MAX ? TIME_MAX : t;
}

int32_t tz_offset(const struct tz *z, instant t, bool *is_dst)
{
    const struct local_type type = type_at(z, floor_div(clamp(t), TIME_SECOND));
    if (is_dst) *is_dst = type.is_dst;
    return type.offset_s;
}

civil tz_civil(const struct tz *z, instant t)
{
    const instant c = clamp(t);
    return time_to_civil(c + tz_offset(z, c, NULL) * TIME_SECOND);
}

// ---- local to UTC ----

// The first second after `from`, where the offset is `before`, that has another; up to `to`.
static int64_t find_jump(const struct tz *z, int64_t from, int64_t to, int32_t before)
{
    while (to - from > 1) {
        const int64_t middle = from + (to - from) / 2;
        if (type_at(z, middle).offset_s == before) {
            from = middle;
        } else {
            to = middle;
        }
    }
    return to;
}

bool tz_instant(const struct tz *z, civil local, enum tz_choice which, instant *out, bool *skipped)
{
    instant as_utc;
    if (!time_from_civil(local, &as_utc)) return false;
    const int64_t s = floor_div(as_utc, TIME_SECOND);
    const int64_t within_second = as_utc - s * TIME_SECOND;
    // No zone changes its clock twice within two days: so one of these two offsets holds, both, or neither.
    const int32_t before = type_at(z, s - DAY_S).offset_s;
    const int32_t after = type_at(z, s + DAY_S).offset_s;
    const bool before_holds = type_at(z, s - before).offset_s == before;
    const bool after_holds = type_at(z, s - after).offset_s == after;
    if (skipped) *skipped = !before_holds && !after_holds;
    if (!before_holds && !after_holds) {
        *out = find_jump(z, s - after, s - before, before) * TIME_SECOND;
        return true;
    }
    const bool use_before = before_holds && (!after_holds || which == TZ_EARLIER);
    *out = (s - (use_before ? before : after)) * TIME_SECOND + within_second;
    return true;
}

static instant start_at(const struct tz *z, instant t, int month, int day)
{
    civil c = tz_civil(z, t);
    c = (civil){.year = c.year, .month = month ? month : c.month, .day = day ? day : c.day};
    instant start;
    return tz_instant(z, c, TZ_EARLIER, &start, NULL) ? start : t;
}

instant tz_day_start(const struct tz *z, instant t)
{
    return start_at(z, t, 0, 0);
}

instant tz_month_start(const struct tz *z, instant t)
{
    return start_at(z, t, 0, 1);
}

instant tz_year_start(const struct tz *z, instant t)
{
    return start_at(z, t, 1, 1);
}
