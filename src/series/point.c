// SPDX-License-Identifier: EUPL-1.2
#include "series/point.h"

#include "series/varint.h"

#include <math.h>

void point_of(const struct observation *o, buf *bytes, struct point *out)
{
    const bool is_decimal = o->result.type == VALUE_DECIMAL;
    *out = (struct point){.time = o->phenomenon_time.start,
                          .units = is_decimal ? o->result.number.units : 0,
                          .result_time = o->result_time,
                          .feature = o->feature,
                          .number = o->number,
                          .scale = is_decimal ? (uint8_t)o->result.number.scale : POINT_NO_DECIMAL};
    if (extra_fields_of(o) == 0) return;
    const struct extra x = extra_of(o);
    const size_t from = bytes->n;
    extra_write(bytes, out->time, &x);
    out->extra = str_slice(buf_str(bytes), from, bytes->n);
}

bool point_read(const struct point *p, entity_id stream, struct observation *out)
{
    struct extra x;
    if (p->extra.n > 0 && !extra_read(p->extra, p->time, &x)) return false;
    *out = (struct observation){.stream = stream,
                                .number = p->number,
                                .phenomenon_time = {p->time, TIME_NONE},
                                .result_time = p->result_time,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .feature = p->feature};
    if (p->scale != POINT_NO_DECIMAL) out->result = value_decimal((decimal){p->units, (int8_t)p->scale});
    if (p->extra.n > 0) extra_apply(&x, out);
    return true;
}

// A decimal that a chunk's column could not say stands in the extra too: each point has one form here, wherever it comes from.
static void put_extra(buf *b, const struct point *p)
{
    struct extra x;
    if (p->scale == POINT_NO_DECIMAL || !extra_has_result(p->extra) || !extra_read(p->extra, p->time, &x)) {
        buf_add(b, p->extra);
        return;
    }
    x.fields &= ~(unsigned)EXTRA_RESULT;
    if (x.fields) extra_write(b, p->time, &x);
}

void point_write_rest(buf *b, const struct point *p)
{
    put_byte(b, p->scale);
    put_zigzag(b, p->units);
    put_byte(b, p->result_time != TIME_NONE);
    if (p->result_time != TIME_NONE) put_zigzag(b, int_minus(p->result_time, p->time));
    if (p->extra.n > 0) put_extra(b, p);
}

bool point_read_rest(str bytes, struct point *p)
{
    reader in = reader_of(bytes);
    p->scale = get_byte(&in);
    p->units = get_zigzag(&in);
    const uint8_t has_result_time = get_byte(&in);
    p->result_time = has_result_time ? int_plus(p->time, get_zigzag(&in)) : TIME_NONE;
    p->extra = get_raw(&in, reader_left(&in));
    return !in.failed && has_result_time <= 1 &&
           (p->scale <= DECIMAL_SCALE_MAX || p->scale == POINT_NO_DECIMAL);
}

bool point_number(const struct point *p, double *out)
{
    if (p->scale != POINT_NO_DECIMAL) {
        *out = decimal_to_double((decimal){p->units, (int8_t)p->scale});
        return true;
    }
    struct extra x;
    if (!extra_read(p->extra, p->time, &x) || x.result.type != VALUE_NUMBER) return false;
    *out = x.result.real;
    return isfinite(x.result.real);
}
