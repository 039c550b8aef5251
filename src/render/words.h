// SPDX-License-Identifier: EUPL-1.2
// words.h: the texts of one language by id, and numbers and times as that language writes them.
// Owns     what is made lies in the arena given; without memory it is the empty text
// Threads  read only after words_load
// Source   web/messages: every text that a person reads stands there
#ifndef PEIL_RENDER_WORDS_H
#define PEIL_RENDER_WORDS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/tz.h"

typedef enum { LANGUAGE_NL, LANGUAGE_EN, LANGUAGE_COUNT } language;

struct words;

str language_code(language l);  // "nl"
bool language_by_code(str code, language *out);

// `json` is an object of id and text, as web/build.mjs writes it, ids in order; it must outlive the words.
NODISCARD bool words_load(language l, str json, arena *a, struct words **out, err *e);
language words_language(const struct words *w);

str words_get(const struct words *w, str id);  // the id itself when there is no such text

struct fill {
    str place;  // "town" for {town}
    str text;
};
#define FILLS(...) \
    (const struct fill[]){__VA_ARGS__}, sizeof((const struct fill[]){__VA_ARGS__}) / sizeof(struct fill)
// The text with its {places} filled in; a place that is not given stays as it is.
str words_fill(const struct words *w, arena *a, str id, const struct fill *fills, size_t count);

// 1234.5 with one decimal: "1.234,5" in nl, "1,234.5" in en; a true minus sign.
str words_number(const struct words *w, arena *a, double v, int decimals);
// How many decimals a reader needs: two significant digits, so none from 10 on.
int shown_decimals(double v, int decimals);
str words_reading(const struct words *w, arena *a, double v, int decimals, str unit);  // "8,4 µg/m³"

str words_clock(const struct words *w, arena *a, const struct tz *zone, instant t);  // "14.05 uur", "14:05"
str words_time(const struct words *w, arena *a, const struct tz *zone, instant t);   // "14.05", "14:05"
// Clock time today; else with "gisteren", or day and month.
str words_when(const struct words *w, arena *a, const struct tz *zone, instant t, instant now);
str words_day(const struct words *w, arena *a, const struct tz *zone, instant t);   // "donderdag 26 november"
str words_hour(const struct words *w, arena *a, const struct tz *zone, instant t);  // with the clock time
str words_weekday_short(const struct words *w, const struct tz *zone, instant t);   // "do"

#endif
