// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lorawan/description.h"

#include "base/json.h"
#include "model/unit.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define TEXT_MAX_BYTES 100
#define REMARK_MAX_BYTES 1000
#define ITEM_BYTES_MAX 255  // no LoRaWAN payload is longer

// ---- objects by tables of their members --------------------------------------------------------------------------

struct member {
    str name;
    json_type type;
    bool (*read)(const json *j, void *field, err *e);  // `j` has the type
    size_t offset;                                     // of the field
};

static const struct member *member_find(const struct member *members, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(members[i].name, name)) return &members[i];
    return NULL;
}

static bool object_read(const json *object, const struct member *members, size_t count, void *into, err *e)
{
    if (object->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, object->at, "expected an object, not %.*s",
                       STR_ARG(json_type_name(object->type)));
    for (const json *j = object->first; j; j = j->next) {
        const struct member *m = member_find(members, count, j->key);
        if (!m) return err_set(e, ERR_UNKNOWN, j->at, "unknown member '%.*s'", STR_ARG(j->key));
        if (j->type != m->type)
            return err_set(e, ERR_TYPE, j->at, "'%.*s' must be %.*s, not %.*s", STR_ARG(j->key),
                           STR_ARG(json_type_name(m->type)), STR_ARG(json_type_name(j->type)));
        if (!m->read(j, (char *)into + m->offset, e)) return err_within(e, "'%.*s'", STR_ARG(j->key));
    }
    return true;
}

static bool read_text(const json *j, void *field, err *e)
{
    if (j->text.n == 0 || j->text.n > TEXT_MAX_BYTES)
        return err_set(e, ERR_RANGE, j->at, "expected 1 to %d bytes", TEXT_MAX_BYTES);
    *(str *)field = j->text;
    return true;
}

// For those who read the description; peil has no use for it.
static bool read_remark(const json *j, void *field, err *e)
{
    (void)field;
    return j->text.n <= REMARK_MAX_BYTES ||
           err_set(e, ERR_RANGE, j->at, "expected at most %d bytes", REMARK_MAX_BYTES);
}

// Read later: it needs what other members say.
static bool read_later(const json *j, void *field, err *e)
{
    (void)e;
    *(const json **)field = j;
    return true;
}

static bool read_range(const json *j, int64_t least, int64_t most, int64_t *out, err *e)
{
    if (j->type == JSON_NUMBER && num_parse_int(j->text, out, NULL) && *out >= least && *out <= most)
        return true;
    return err_set(e, ERR_RANGE, j->at, "expected a whole number from %lld to %lld", (long long)least,
                   (long long)most);
}

static bool read_size(const json *j, void *field, err *e)
{
    int64_t n;
    if (!read_range(j, 0, ITEM_BYTES_MAX, &n, e)) return false;
    *(size_t *)field = (size_t)n;
    return true;
}

static bool read_port(const json *j, void *field, err *e)
{
    return read_range(j, 1, 255, field, e);
}

static bool read_number(const json *j, void *field, err *e)
{
    return read_range(j, INT32_MIN, UINT32_MAX, field, e);
}

static bool read_decimal(const json *j, void *field, err *e)
{
    return decimal_parse(j->text, field) ||
           err_set(e, ERR_RANGE, j->at, "expected a decimal number of at most 18 digits");
}

// ---- a number in the payload -------------------------------------------------------------------------------------

static const struct {
    str name;
    size_t bytes;
    bool is_signed, is_float;
} types[] = {
    {STR("u8"), 1, false, false},  {STR("i8"), 1, true, false},   {STR("u16"), 2, false, false},
    {STR("i16"), 2, true, false},  {STR("u24"), 3, false, false}, {STR("i24"), 3, true, false},
    {STR("u32"), 4, false, false}, {STR("i32"), 4, true, false},  {STR("f32"), 4, true, true},
};

static bool read_type(const json *j, void *field, err *e)
{
    struct raw_number *raw = field;
    for (size_t i = 0; i < COUNT(types); i++) {
        if (!str_eq(types[i].name, j->text)) continue;
        raw->bytes = types[i].bytes;
        raw->is_signed = types[i].is_signed;
        raw->is_float = types[i].is_float;
        return true;
    }
    return err_set(e, ERR_UNKNOWN, j->at, "expected u8, i8, u16, i16, u24, i24, u32, i32 or f32");
}

static bool read_bits(const json *j, void *field, err *e)
{
    struct raw_number *raw = field;
    int64_t bit, bits;
    if (j->count != 2) return err_set(e, ERR_SYNTAX, j->at, "expected [first bit, number of bits]");
    if (!read_range(j->first, 0, 31, &bit, e) || !read_range(j->first->next, 1, 32, &bits, e)) return false;
    raw->bit = (unsigned)bit;
    raw->bits = (unsigned)bits;
    return true;
}

static bool raw_check(struct raw_number *raw, size_t item_bytes, size_t at, err *e)
{
    if (raw->bytes == 0) raw->bytes = 1;
    if (raw->bit + raw->bits > 8 * raw->bytes || (raw->is_float && raw->bits))
        return err_set(e, ERR_RANGE, at, "the number has no such bits");
    if (raw->at + raw->bytes > item_bytes)
        return err_set(e, ERR_RANGE, at, "the number ends behind the item, which has %zu bytes", item_bytes);
    return true;
}

// ---- a condition -------------------------------------------------------------------------------------------------

struct condition_text {
    struct payload_condition condition;
    int64_t is;
};

#define CONDITION(field) offsetof(struct condition_text, field)
static const struct member condition_members[] = {
    {STR("at"), JSON_NUMBER, read_size, CONDITION(condition.raw.at)},
    {STR("type"), JSON_TEXT, read_type, CONDITION(condition.raw)},
    {STR("bits"), JSON_ARRAY, read_bits, CONDITION(condition.raw)},
    {STR("is"), JSON_NUMBER, read_number, CONDITION(is)},
    {STR("least"), JSON_NUMBER, read_number, CONDITION(condition.least)},
    {STR("most"), JSON_NUMBER, read_number, CONDITION(condition.most)},
};

static bool condition_read(const json *j, size_t item_bytes, struct payload_condition *out, err *e)
{
    struct condition_text c = {.condition = {.least = INT64_MIN, .most = INT64_MAX}};
    if (!object_read(j, condition_members, COUNT(condition_members), &c, e)) return false;
    if (json_get(j, STR("is"))) c.condition.least = c.condition.most = c.is;
    *out = c.condition;
    return raw_check(&out->raw, item_bytes, j->at, e);
}

// ---- a value -----------------------------------------------------------------------------------------------------

struct value_text {
    struct payload_value value;
    str quantity;
    const json *none, *condition;
};

#define VALUE(field) offsetof(struct value_text, field)
static const struct member value_members[] = {
    {STR("quantity"), JSON_TEXT, read_text, VALUE(quantity)},
    {STR("name"), JSON_TEXT, read_text, VALUE(value.name)},
    {STR("sensor"), JSON_TEXT, read_text, VALUE(value.sensor)},
    {STR("unit"), JSON_TEXT, read_text, VALUE(value.unit)},
    {STR("at"), JSON_NUMBER, read_size, VALUE(value.raw.at)},
    {STR("type"), JSON_TEXT, read_type, VALUE(value.raw)},
    {STR("bits"), JSON_ARRAY, read_bits, VALUE(value.raw)},
    {STR("scale"), JSON_NUMBER, read_decimal, VALUE(value.scale)},
    {STR("add"), JSON_NUMBER, read_decimal, VALUE(value.add)},
    {STR("none"), JSON_ARRAY, read_later, VALUE(none)},
    {STR("if"), JSON_OBJECT, read_later, VALUE(condition)},
};

static bool quantity_read(const json *j, str key, struct payload_value *v, err *e)
{
    if (key.n == 0 && v->name.n == 0)
        return err_set(e, ERR_MISSING, j->at, "a value has a 'quantity' or a 'name'");
    if (v->name.n == 0) v->name = key;
    if (str_eq(key, STR("latitude"))) v->role = WORD_LATITUDE;
    if (str_eq(key, STR("longitude"))) v->role = WORD_LONGITUDE;
    if (key.n == 0 || v->role != WORD_QUANTITY) return true;
    v->quantity = quantity_by_key(key);
    return v->quantity || err_set(e, ERR_UNKNOWN, j->at, "there is no quantity '%.*s'", STR_ARG(key));
}

static bool unit_check(const json *j, const struct payload_value *v, arena *a, err *e)
{
    value one = value_decimal((decimal){1, 0});
    bool ignored;
    if (v->unit.n == 0) return true;
    if (!v->quantity) return err_set(e, ERR_RANGE, j->at, "a unit goes with a quantity");
    if (unit_to_quantity(&one, v->unit, v->quantity, a, &ignored, e)) return true;
    return err_set(e, ERR_UNKNOWN, j->at, "'%.*s' is no unit of %.*s", STR_ARG(v->unit),
                   STR_ARG(v->quantity->key));
}

static bool none_read(const json *j, struct payload_value *v, err *e)
{
    if (j->count > DESCRIPTION_NONE_MAX)
        return err_set(e, ERR_LIMIT, j->at, "'none': at most %d numbers", DESCRIPTION_NONE_MAX);
    for (const json *n = j->first; n; n = n->next)
        if (!read_number(n, &v->none[v->none_count++], e)) return err_within(e, "'none'");
    return true;
}

static bool value_read(const json *j, size_t item_bytes, struct payload_value *out, arena *a, err *e)
{
    struct value_text t = {.value = {.scale = {1, 0}}};
    if (!object_read(j, value_members, COUNT(value_members), &t, e) ||
        !quantity_read(j, t.quantity, &t.value, e) || !raw_check(&t.value.raw, item_bytes, j->at, e) ||
        !unit_check(j, &t.value, a, e))
        return false;
    if (t.none && !none_read(t.none, &t.value, e)) return false;
    if (t.condition) {
        struct payload_condition *c = ARENA_NEW(a, struct payload_condition);
        if (!c) return err_no_memory(e);
        if (!condition_read(t.condition, item_bytes, c, e)) return err_within(e, "'if'");
        t.value.condition = c;
    }
    *out = t.value;
    return true;
}

// ---- an item -----------------------------------------------------------------------------------------------------

struct item_text {
    struct payload_item item;
    const json *tag, *values;
};

#define ITEM(field) offsetof(struct item_text, field)
static const struct member item_members[] = {
    {STR("tag"), JSON_TEXT, read_later, ITEM(tag)},
    {STR("name"), JSON_TEXT, read_remark},
    {STR("bytes"), JSON_NUMBER, read_size, ITEM(item.bytes)},
    {STR("values"), JSON_ARRAY, read_later, ITEM(values)},
};

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *p = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return p ? (int)(p - digits) : -1;
}

// "01 75", ".. 67"
static bool tag_read(const json *j, size_t tag_bytes, struct payload_item *item, err *e)
{
    str rest = j->text, byte;
    size_t n = 0;
    while (n < tag_bytes && str_cut(&rest, ' ', &byte) && byte.n == 2) {
        const int high = hex_digit(byte.p[0]), low = hex_digit(byte.p[1]);
        item->is_any[n] = str_eq(byte, STR(".."));
        if (!item->is_any[n] && (high < 0 || low < 0)) break;
        if (!item->is_any[n]) item->tag[n] = (uint8_t)(high * 16 + low);
        n++;
    }
    if (n == tag_bytes && rest.n == 0) return true;
    return err_set(e, ERR_SYNTAX, j->at,
                   "'tag': expected %zu bytes in hex with a space between them, '..' for any", tag_bytes);
}

static bool item_read(const json *j, size_t tag_bytes, struct payload_item *out, arena *a, err *e)
{
    struct item_text t = {.item = {.bytes = SIZE_MAX}};
    if (!object_read(j, item_members, COUNT(item_members), &t, e)) return false;
    if (tag_bytes && (!t.tag || t.item.bytes == SIZE_MAX))
        return err_set(e, ERR_MISSING, j->at, "an item has a 'tag' and its length in 'bytes'");
    if (t.tag && !tag_read(t.tag, tag_bytes, &t.item, e)) return false;
    const size_t count = t.values ? t.values->count : 0;
    if (count > DESCRIPTION_VALUES_MAX)
        return err_set(e, ERR_LIMIT, j->at, "an item has at most %d values", DESCRIPTION_VALUES_MAX);
    t.item.values = ARENA_ARRAY(a, count + 1, struct payload_value);
    if (!t.item.values) return err_no_memory(e);
    for (const json *v = t.values ? t.values->first : NULL; v; v = v->next)
        if (!value_read(v, t.item.bytes, &t.item.values[t.item.value_count++], a, e)) return false;
    *out = t.item;
    return true;
}

// ---- the whole ---------------------------------------------------------------------------------------------------

struct description_text {
    struct description description;
    const json *models, *byte_order, *items;
};

#define DESCRIPTION(field) offsetof(struct description_text, field)
static const struct member description_members[] = {
    {STR("title"), JSON_TEXT, read_text, DESCRIPTION(description.title)},
    {STR("source"), JSON_TEXT, read_remark},
    {STR("models"), JSON_ARRAY, read_later, DESCRIPTION(models)},
    {STR("f_port"), JSON_NUMBER, read_port, DESCRIPTION(description.f_port)},
    {STR("byte_order"), JSON_TEXT, read_later, DESCRIPTION(byte_order)},
    {STR("tag_bytes"), JSON_NUMBER, read_size, DESCRIPTION(description.tag_bytes)},
    {STR("items"), JSON_ARRAY, read_later, DESCRIPTION(items)},
};

static bool models_read(const json *j, struct description *d, err *e)
{
    if (j->count > DESCRIPTION_MODELS_MAX)
        return err_set(e, ERR_LIMIT, j->at, "at most %d models", DESCRIPTION_MODELS_MAX);
    for (const json *m = j->first; m; m = m->next) {
        if (m->type != JSON_TEXT) return err_set(e, ERR_TYPE, m->at, "'models': expected a text");
        if (!read_text(m, &d->models[d->model_count++], e)) return err_within(e, "'models'");
    }
    return true;
}

static bool byte_order_read(const json *j, struct description *d, err *e)
{
    d->is_big_endian = str_eq(j->text, STR("big"));
    return d->is_big_endian || str_eq(j->text, STR("little")) ||
           err_set(e, ERR_UNKNOWN, j->at, "'byte_order': expected \"big\" or \"little\"");
}

static bool items_read(const json *j, const json *items, struct description *d, arena *a, err *e)
{
    if (!items || items->count == 0) return err_set(e, ERR_MISSING, j->at, "a description has 'items'");
    if (items->count > DESCRIPTION_ITEMS_MAX)
        return err_set(e, ERR_LIMIT, items->at, "at most %d items", DESCRIPTION_ITEMS_MAX);
    if (d->tag_bytes > DESCRIPTION_TAG_MAX)
        return err_set(e, ERR_RANGE, j->at, "'tag_bytes': a tag has at most %d bytes", DESCRIPTION_TAG_MAX);
    if (d->tag_bytes == 0 && items->count > 1)
        return err_set(e, ERR_RANGE, items->at, "without 'tag_bytes' there is one item: the whole payload");
    d->items = ARENA_ARRAY(a, items->count, struct payload_item);
    if (!d->items) return err_no_memory(e);
    for (const json *i = items->first; i; i = i->next)
        if (!item_read(i, d->tag_bytes, &d->items[d->item_count++], a, e))
            return err_within(e, "item %zu", d->item_count);
    return true;
}

bool description_read(str name, str text, arena *a, struct description **out, err *e)
{
    json *j;
    struct description_text *t = ARENA_NEW(a, struct description_text);
    if (!t) return err_no_memory(e);
    t->description.name = name;
    t->description.f_port = -1;
    if (!json_parse(text, a, &j, e) || !object_read(j, description_members, COUNT(description_members), t, e))
        return false;
    if (t->models && !models_read(t->models, &t->description, e)) return false;
    if (t->byte_order && !byte_order_read(t->byte_order, &t->description, e)) return false;
    if (!items_read(j, t->items, &t->description, a, e)) return false;
    *out = &t->description;
    return true;
}
