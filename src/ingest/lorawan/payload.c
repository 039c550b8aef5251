// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lorawan/payload.h"

#include "model/unit.h"

#include <math.h>
#include <string.h>

struct reading_payload {
    const struct description *d;
    str payload;
    size_t at;  // in the message
    struct gather *g;
    err *e;
};

// ---- one number --------------------------------------------------------------------------------------------------

static uint32_t raw_bytes(const struct description *d, const struct raw_number *raw, str item)
{
    uint32_t v = 0;
    for (size_t i = 0; i < raw->bytes; i++) {
        const size_t from_high = d->is_big_endian ? i : raw->bytes - 1 - i;
        v = v << 8 | (unsigned char)item.p[raw->at + from_high];
    }
    return v;
}

static int64_t raw_int(const struct description *d, const struct raw_number *raw, str item)
{
    const unsigned bits = raw->bits ? raw->bits : (unsigned)(8 * raw->bytes);
    const uint64_t range = UINT64_C(1) << bits;
    const uint64_t v = ((uint64_t)raw_bytes(d, raw, item) >> raw->bit) & (range - 1);
    const bool is_negative = raw->is_signed && v >= range / 2;
    return (int64_t)v - (is_negative ? (int64_t)range : 0);
}

static bool fits(const struct raw_number *raw, str item)
{
    return raw->at + raw->bytes <= item.n;
}

static bool holds(const struct description *d, const struct payload_condition *c, str item)
{
    if (!fits(&c->raw, item)) return false;
    const int64_t v = raw_int(d, &c->raw, item);
    return v >= c->least && v <= c->most;
}

static bool is_none(const struct payload_value *v, int64_t raw)
{
    for (size_t i = 0; i < v->none_count; i++)
        if (v->none[i] == raw) return true;
    return false;
}

static bool float_value(const struct description *d, const struct raw_number *raw, str item, arena *a,
                        value *out)
{
    const uint32_t bits = raw_bytes(d, raw, item);
    float f;
    char text[NUM_TEXT_MAX];
    str copy;
    memcpy(&f, &bits, sizeof f);
    if (!arena_copy(a, (str){text, num_write_double(text, (double)f)}, &copy)) return false;
    *out = isfinite(f) ? value_of_number(copy) : value_null();
    return true;
}

// raw * scale + add; the description's decimals may have more digits than fit: then the nearest double.
static bool scaled(const struct payload_value *v, value *x, arena *a)
{
    decimal d;
    char text[NUM_TEXT_MAX];
    str copy;
    if (!unit_scale(x, v->scale, a)) return false;
    if (v->add.units == 0) return true;
    if (x->type == VALUE_DECIMAL && decimal_add(x->number, v->add, &d)) {
        *x = value_decimal(d);
        return true;
    }
    const double sum = value_to_double(x) + decimal_to_double(v->add);
    if (!arena_copy(a, (str){text, num_write_double(text, sum)}, &copy)) return false;
    *x = value_of_number(copy);
    return true;
}

// ---- one value ---------------------------------------------------------------------------------------------------

static bool reject(struct reading_payload *p, str name, err_code code, const char *why)
{
    err e;
    (void)err_set(&e, code, p->at, "%s", why);
    return gather_reject(p->g, name, &e, p->e);
}

static bool put(struct reading_payload *p, const struct payload_value *v, value x)
{
    struct gather *g = p->g;
    if (v->role == WORD_LATITUDE) g->out.state.latitude = value_to_double(&x);
    if (v->role == WORD_LONGITUDE) g->out.state.longitude = value_to_double(&x);
    if (v->role != WORD_QUANTITY) return true;
    return v->quantity ? gather_number(g, v->name, v->quantity, x, v->unit.n ? v->unit : v->quantity->ucum,
                                       p->at, p->e)
                       : gather_unknown(g, v->name, x, p->at, p->e);
}

static bool value_read(struct reading_payload *p, const struct payload_value *v, str item)
{
    value x;
    if (!fits(&v->raw, item)) return reject(p, v->name, ERR_MISSING, "the payload ends before it");
    if (v->condition && !holds(p->d, v->condition, item)) return true;
    const int64_t raw = raw_int(p->d, &v->raw, item);
    if (is_none(v, raw)) return reject(p, v->name, ERR_MISSING, "the sensor has no value");
    x = value_decimal((decimal){raw, 0});
    if (v->raw.is_float && !float_value(p->d, &v->raw, item, p->g->a, &x)) return err_no_memory(p->e);
    if (x.type == VALUE_NULL) return reject(p, v->name, ERR_MISSING, "the sensor has no value");
    return scaled(v, &x, p->g->a) ? put(p, v, x) : err_no_memory(p->e);
}

// ---- items -------------------------------------------------------------------------------------------------------

static bool tag_matches(const struct payload_item *item, size_t tag_bytes, const char *at)
{
    for (size_t i = 0; i < tag_bytes; i++)
        if (!item->is_any[i] && item->tag[i] != (unsigned char)at[i]) return false;
    return true;
}

static const struct payload_item *item_at(const struct description *d, str payload, size_t at)
{
    if (at + d->tag_bytes > payload.n) return NULL;
    for (size_t i = 0; i < d->item_count; i++)
        if (tag_matches(&d->items[i], d->tag_bytes, payload.p + at)) return &d->items[i];
    return NULL;
}

// The free byte of a tag is the number of the sensor.
static bool number_of(const struct payload_item *item, size_t tag_bytes, const char *tag, arena *a, str *out)
{
    *out = (str){0};
    for (size_t i = 0; i < tag_bytes; i++)
        if (item->is_any[i]) return arena_print(a, out, "%u", (unsigned)(unsigned char)tag[i]);
    return true;
}

static bool item_read(struct reading_payload *p, const struct payload_item *item, str tag, str content)
{
    struct gather *g = p->g;
    const str outer = g->sensor;
    str number;
    if (!number_of(item, tag.n, tag.p, g->a, &number)) return err_no_memory(p->e);
    bool ok = true;
    for (size_t i = 0; i < item->value_count && ok; i++) {
        const struct payload_value *v = &item->values[i];
        g->sensor = v->sensor.n ? v->sensor : number.n ? number : outer;
        ok = value_read(p, v, content);
    }
    g->sensor = outer;
    return ok;
}

static bool stop(struct reading_payload *p, size_t at, const char *why)
{
    err e;
    (void)err_set(&e, ERR_SYNTAX, p->at, "byte %zu: %s '%.*s'", at, why, STR_ARG(p->d->name));
    return gather_reject(p->g, STR("payload"), &e, p->e);
}

bool payload_read(const struct description *d, str payload, size_t at, struct gather *g, err *e)
{
    struct reading_payload p = {d, payload, at, g, e};
    size_t from = 0;
    if (payload.n == 0) return stop(&p, from, "there is nothing to read for");
    do {
        const struct payload_item *item = item_at(d, payload, from);
        if (!item) return stop(&p, from, "what stands here is not in the description");
        const str tag = str_slice(payload, from, from + d->tag_bytes);
        const size_t start = from + d->tag_bytes, rest = payload.n - start;
        const size_t bytes = item->bytes == SIZE_MAX ? rest : item->bytes;
        if (bytes > rest) return stop(&p, from, "the payload ends within an item of");
        if (!item_read(&p, item, tag, str_slice(payload, start, start + bytes))) return false;
        from = start + bytes;
    } while (d->tag_bytes && from < payload.n);
    return true;
}
