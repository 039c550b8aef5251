// SPDX-License-Identifier: EUPL-1.2
#include "render/words.h"

#include "base/json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define THIN_SPACE "\xe2\x80\xaf"  // U+202F, narrow and not to be broken
#define MINUS "\xe2\x88\x92"       // U+2212
#define FILLED_MAX 2048

struct word {
    str id, text;
};

struct words {
    language language;
    struct word *all;  // in order of id
    size_t count;
};

static const str codes[LANGUAGE_COUNT] = {[LANGUAGE_NL] = {"nl", 2}, [LANGUAGE_EN] = {"en", 2}};

str language_code(language l)
{
    return codes[l];
}

bool language_by_code(str code, language *out)
{
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        if (!str_eq(codes[l], code)) continue;
        *out = l;
        return true;
    }
    return false;
}

language words_language(const struct words *w)
{
    return w->language;
}

bool words_load(language l, str source, arena *a, struct words **out, err *e)
{
    json *all;
    if (!json_parse(source, a, &all, e)) return false;
    if (all->type != JSON_OBJECT) return err_set(e, ERR_TYPE, 0, "an object of texts is expected");
    struct words *w = ARENA_NEW(a, struct words);
    if (!w) return err_no_memory(e);
    *w = (struct words){.language = l, .all = ARENA_ARRAY(a, all->count + 1, struct word)};
    if (!w->all) return err_no_memory(e);

    for (const json *j = all->first; j; j = j->next) {
        if (j->type != JSON_TEXT)
            return err_set(e, ERR_TYPE, j->at, "%.*s: a text is expected", STR_ARG(j->key));
        if (w->count && str_cmp(w->all[w->count - 1].id, j->key) >= 0)
            return err_set(e, ERR_SYNTAX, j->at, "%.*s: ids must be in order", STR_ARG(j->key));
        w->all[w->count++] = (struct word){j->key, j->text};
    }
    *out = w;
    return true;
}

str words_get(const struct words *w, str id)
{
    size_t least = 0, most = w->count;
    while (least < most) {
        const size_t middle = least + (most - least) / 2;
        const int order = str_cmp(w->all[middle].id, id);
        if (order == 0) return w->all[middle].text;
        if (order < 0)
            least = middle + 1;
        else
            most = middle;
    }
    return id;
}

static void add_place(buf *out, str place, const struct fill *fills, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_eq(fills[i].place, place)) continue;
        buf_add(out, fills[i].text);
        return;
    }
    buf_print(out, "{%.*s}", STR_ARG(place));
}

static str keep(buf *b, arena *a)
{
    str text = {0};
    if (b->failed || !arena_copy(a, buf_str(b), &text)) text = (str){0};
    buf_free(b);
    return text;
}

str words_fill(const struct words *w, arena *a, str id, const struct fill *fills, size_t count)
{
    buf out = {.max = FILLED_MAX};
    str rest = words_get(w, id);
    size_t start, end;
    while (str_find(rest, STR("{"), &start) && str_find(rest, STR("}"), &end) && start < end) {
        buf_add(&out, str_slice(rest, 0, start));
        add_place(&out, str_slice(rest, start + 1, end), fills, count);
        rest = str_slice(rest, end + 1, rest.n);
    }
    buf_add(&out, rest);
    return keep(&out, a);
}

static void add_grouped(buf *out, str digits, char mark)
{
    for (size_t i = 0; i < digits.n; i++) {
        if (i > 0 && (digits.n - i) % 3 == 0) buf_add_char(out, mark);
        buf_add_char(out, digits.p[i]);
    }
}

// A half goes up, as in the pages' script and at school: of the decimal that was meant, so 1.005 is 1.01 although the nearest
// double lies below it. Beyond 15 digits there is nothing to round.
static double round_half_up(double v, int decimals)
{
    const double power = pow(10, decimals), scaled = v * power;
    return scaled < 1e15 ? round(scaled * (1 + 2 * DBL_EPSILON)) / power : v;
}

str words_number(const struct words *w, arena *a, double v, int decimals)
{
    char digits[400];
    const int shown = decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
    snprintf(digits, sizeof digits, "%.*f", shown, round_half_up(fabs(v), shown));
    str rest = str_of(digits), whole;
    const bool is_dutch = w->language == LANGUAGE_NL;
    const bool is_zero = strtod(digits, NULL) == 0;

    buf out = {.max = sizeof digits * 2};
    if (v < 0 && !is_zero) BUF_LIT(&out, MINUS);
    if (!isfinite(v)) return (str){0};
    str_cut(&rest, '.', &whole);
    add_grouped(&out, whole, is_dutch ? '.' : ',');
    if (rest.n) {
        buf_add_char(&out, is_dutch ? ',' : '.');
        buf_add(&out, rest);
    }
    return keep(&out, a);
}

int shown_decimals(double v, int decimals)
{
    return fabs(v) >= 9.95 ? 0 : decimals;
}

str words_reading(const struct words *w, arena *a, double v, int decimals, str unit)
{
    const str number = words_number(w, a, v, shown_decimals(v, decimals));
    str text = number;
    if (unit.n && !arena_print(a, &text, "%.*s" THIN_SPACE "%.*s", STR_ARG(number), STR_ARG(unit)))
        return (str){0};
    return text;
}

// When clocks go back an hour occurs twice; the second time says so.
static bool is_second_time(const struct tz *zone, instant t)
{
    bool is_summer, was_summer;
    tz_offset(zone, t, &is_summer);
    tz_offset(zone, t - TIME_HOUR, &was_summer);
    return was_summer && !is_summer;
}

str words_time(const struct words *w, arena *a, const struct tz *zone, instant t)
{
    const civil c = tz_civil(zone, t);
    str text = {0};
    const char mark = w->language == LANGUAGE_NL ? '.' : ':';
    if (!arena_print(a, &text, "%02d%c%02d", c.hour, mark, c.minute)) return (str){0};
    return is_second_time(zone, t) ? words_fill(w, a, STR("time.again"), FILLS({STR("time"), text})) : text;
}

str words_clock(const struct words *w, arena *a, const struct tz *zone, instant t)
{
    return words_fill(w, a, STR("time.clock"), FILLS({STR("time"), words_time(w, a, zone, t)}));
}

static str numbered(const struct words *w, const char *kind, int number)
{
    char id[40];
    snprintf(id, sizeof id, "%s.%d", kind, number);
    const str text = words_get(w, str_of(id));
    return text.p == id ? (str){0} : text;  // the id's bytes end with this function
}

// 0 = Monday, in the zone.
static int weekday(const struct tz *zone, instant t)
{
    return time_weekday(t + tz_offset(zone, t, NULL) * TIME_SECOND);
}

static str filled_date(const struct words *w, arena *a, const struct tz *zone, instant t, str id)
{
    const civil c = tz_civil(zone, t);
    str day = {0};
    if (!arena_print(a, &day, "%d", c.day)) return (str){0};
    return words_fill(w, a, id,
                      FILLS({STR("day"), day}, {STR("month"), numbered(w, "month", c.month)},
                            {STR("mon"), numbered(w, "month.short", c.month)},
                            {STR("weekday"), numbered(w, "weekday", weekday(zone, t) + 1)},
                            {STR("time"), words_time(w, a, zone, t)}));
}

str words_when(const struct words *w, arena *a, const struct tz *zone, instant t, instant now)
{
    const instant today = tz_day_start(zone, now);
    if (t >= today && t < today + TIME_DAY) return words_clock(w, a, zone, t);
    if (t < today && t >= tz_day_start(zone, today - TIME_HOUR))
        return filled_date(w, a, zone, t, STR("time.yesterday"));
    return filled_date(w, a, zone, t, STR("time.date"));
}

str words_day(const struct words *w, arena *a, const struct tz *zone, instant t)
{
    return filled_date(w, a, zone, t, STR("time.day"));
}

str words_hour(const struct words *w, arena *a, const struct tz *zone, instant t)
{
    return filled_date(w, a, zone, t, STR("time.hour"));
}

str words_weekday_short(const struct words *w, const struct tz *zone, instant t)
{
    return numbered(w, "weekday.short", weekday(zone, t) + 1);
}
