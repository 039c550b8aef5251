// SPDX-License-Identifier: EUPL-1.2
#include "model/value.h"

#include "base/json.h"

#include <math.h>

value value_of_number(str digits)
{
    decimal d;
    if (decimal_parse(digits, &d)) return value_decimal(d);
    value v = {.type = VALUE_NUMBER, .text = digits};
    err e;
    if (!num_parse_double(digits, &v.real, &e))
        v.real = digits.n > 0 && digits.p[0] == '-' ? -INFINITY : INFINITY;
    return v;
}

double value_to_double(const value *v)
{
    return v->type == VALUE_DECIMAL ? decimal_to_double(v->number) : v->real;
}

static void add_count(buf *b, int64_t count, char unit)
{
    if (count == 0) return;
    buf_add_int(b, count);
    buf_add_char(b, unit);
}

void value_write_duration(buf *b, int64_t months, int64_t microseconds)
{
    if (months < 0 || microseconds < 0) {
        buf_add_char(b, '-');
        months = -months;
        microseconds = -microseconds;
    }
    buf_add_char(b, 'P');
    add_count(b, months / 12, 'Y');
    add_count(b, months % 12, 'M');
    add_count(b, microseconds / TIME_DAY, 'D');
    const int64_t rest = microseconds % TIME_DAY;
    if (rest == 0) {
        if (months == 0 && microseconds == 0) BUF_LIT(b, "T0S");
        return;
    }
    buf_add_char(b, 'T');
    add_count(b, rest / TIME_HOUR, 'H');
    add_count(b, rest % TIME_HOUR / TIME_MINUTE, 'M');
    const int64_t second = rest % TIME_MINUTE;
    if (second == 0) return;
    if (second % TIME_SECOND == 0) {
        buf_add_int(b, second / TIME_SECOND);
    } else {
        buf_add_decimal(b, (decimal){second, 6});
    }
    buf_add_char(b, 'S');
}

void value_write_number(buf *b, const value *v)
{
    if (v->text.n > 0) {
        buf_add(b, v->text);
    } else if (isfinite(v->real)) {
        buf_add_double(b, v->real);
    } else {
        BUF_LIT(b, "null");
    }
}

static void write_time(buf *b, interval t)
{
    if (interval_is_none(t)) {
        BUF_LIT(b, "null");
        return;
    }
    buf_add_char(b, '"');
    buf_add_interval(b, t);
    buf_add_char(b, '"');
}

void value_write_json(buf *b, const value *v)
{
    switch (v->type) {
    case VALUE_NULL:
    case VALUE_GEOMETRY: BUF_LIT(b, "null"); return;
    case VALUE_BOOL: buf_add(b, v->truth ? STR("true") : STR("false")); return;
    case VALUE_DECIMAL: buf_add_decimal(b, v->number); return;
    case VALUE_NUMBER: value_write_number(b, v); return;
    case VALUE_TEXT: json_write_text(b, v->text); return;
    case VALUE_JSON: buf_add(b, v->text); return;
    case VALUE_TIME: write_time(b, v->time); return;
    case VALUE_DURATION:
        buf_add_char(b, '"');
        value_write_duration(b, v->months, v->microseconds);
        buf_add_char(b, '"');
        return;
    }
}
