// SPDX-License-Identifier: EUPL-1.2
#include "series/extra.h"

// Codes on disk: they never change.
enum { CODE_NULL, CODE_FALSE, CODE_TRUE, CODE_DECIMAL, CODE_NUMBER, CODE_TEXT, CODE_JSON };

static void put_value(buf *b, const value *v)
{
    switch (v->type) {
    case VALUE_BOOL: put_byte(b, v->truth ? CODE_TRUE : CODE_FALSE); return;
    case VALUE_DECIMAL:
        put_byte(b, CODE_DECIMAL);
        put_byte(b, (uint8_t)v->number.scale);
        put_zigzag(b, v->number.units);
        return;
    case VALUE_NUMBER:
        put_byte(b, CODE_NUMBER);
        put_bytes(b, v->text);
        return;
    case VALUE_TEXT:
        put_byte(b, CODE_TEXT);
        put_bytes(b, v->text);
        return;
    case VALUE_JSON:
        put_byte(b, CODE_JSON);
        put_bytes(b, v->text);
        return;
    case VALUE_NULL:
    case VALUE_TIME:
    case VALUE_DURATION:
    case VALUE_GEOMETRY: put_byte(b, CODE_NULL); return;
    }
}

static bool get_decimal(reader *r, value *out)
{
    const uint8_t scale = get_byte(r);
    *out = value_decimal((decimal){.units = get_zigzag(r), .scale = (int8_t)scale});
    return scale <= DECIMAL_SCALE_MAX;
}

static bool get_value(reader *r, value *out)
{
    switch (get_byte(r)) {
    case CODE_NULL: *out = value_null(); return true;
    case CODE_FALSE: *out = value_bool(false); return true;
    case CODE_TRUE: *out = value_bool(true); return true;
    case CODE_DECIMAL: return get_decimal(r, out);
    case CODE_NUMBER: *out = value_of_number(get_bytes(r)); return out->type == VALUE_NUMBER || r->failed;
    case CODE_TEXT: *out = value_text(get_bytes(r)); return true;
    case CODE_JSON: *out = value_json(get_bytes(r)); return true;
    default: return false;
    }
}

void extra_write(buf *b, instant phen_start, const struct extra *x)
{
    put_varint(b, x->fields);
    if (x->fields & EXTRA_RESULT) put_value(b, &x->result);
    if (x->fields & EXTRA_END) put_zigzag(b, int_minus(x->end, phen_start));
    if (x->fields & EXTRA_VALID) {
        put_zigzag(b, int_minus(x->valid.start, phen_start));
        put_zigzag(b, int_minus(x->valid.end, x->valid.start));
    }
    if (x->fields & EXTRA_QUALITY) put_value(b, &x->quality);
    if (x->fields & EXTRA_PARAMETERS) put_bytes(b, x->parameters);
}

bool extra_read(str bytes, instant phen_start, struct extra *out)
{
    reader r = reader_of(bytes);
    struct extra x = {.end = TIME_NONE, .valid = {TIME_NONE, TIME_NONE}};
    const uint64_t fields = get_varint(&r);
    if (fields >= EXTRA_FIELDS) return false;
    x.fields = (unsigned)fields;
    if ((x.fields & EXTRA_RESULT) && !get_value(&r, &x.result)) return false;
    if (x.fields & EXTRA_END) x.end = int_plus(phen_start, get_zigzag(&r));
    if (x.fields & EXTRA_VALID) {
        x.valid.start = int_plus(phen_start, get_zigzag(&r));
        x.valid.end = int_plus(x.valid.start, get_zigzag(&r));
    }
    if ((x.fields & EXTRA_QUALITY) && !get_value(&r, &x.quality)) return false;
    if (x.fields & EXTRA_PARAMETERS) x.parameters = get_bytes(&r);
    if (r.failed || reader_left(&r) > 0) return false;
    *out = x;
    return true;
}

bool extra_has_result(str bytes)
{
    return bytes.n > 0 && (bytes.p[0] & EXTRA_RESULT);  // the fields are one byte: there are fewer than eight
}

unsigned extra_fields_of(const struct observation *o)
{
    return (o->result.type != VALUE_DECIMAL ? EXTRA_RESULT : 0U) |
           (o->phenomenon_time.end != TIME_NONE ? EXTRA_END : 0U) |
           (o->valid_time.start != TIME_NONE ? EXTRA_VALID : 0U) |
           (o->quality.type != VALUE_NULL ? EXTRA_QUALITY : 0U) |
           (o->parameters.n > 0 ? EXTRA_PARAMETERS : 0U);
}

struct extra extra_of(const struct observation *o)
{
    return (struct extra){.fields = extra_fields_of(o),
                          .result = o->result,
                          .end = o->phenomenon_time.end,
                          .valid = o->valid_time,
                          .quality = o->quality,
                          .parameters = o->parameters};
}

void extra_apply(const struct extra *x, struct observation *o)
{
    if (x->fields & EXTRA_RESULT) o->result = x->result;
    if (x->fields & EXTRA_END) o->phenomenon_time.end = x->end;
    if (x->fields & EXTRA_VALID) o->valid_time = x->valid;
    if (x->fields & EXTRA_QUALITY) o->quality = x->quality;
    if (x->fields & EXTRA_PARAMETERS) o->parameters = x->parameters;
}
