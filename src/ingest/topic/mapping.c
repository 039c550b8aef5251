// SPDX-License-Identifier: EUPL-1.2
#include "ingest/topic/mapping.h"

#include "base/file.h"
#include "base/utf8.h"
#include "ingest/decode/gather.h"
#include "model/unit.h"
#include "mqtt/topic.h"

#include <stdlib.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define MEMORY_MAX ((size_t)8 << 20)
#define COLUMNS 4  // the others are options

struct mapping {
    arena *a;
    const struct topic_rule *all[MAPPING_RULES_MAX];
    struct topic_rules rules;
};

// One line while it is read.
struct line {
    arena *a;
    struct topic_rule *rule;
    str quantity;
    err *e;
};

static bool fault(const struct line *l, const char *what, str text)
{
    return err_set(l->e, ERR_CONFIG, ERR_NOWHERE, "%s '%.*s'", what, STR_ARG(text));
}

// ---- columns -----------------------------------------------------------------------------------------------------

// "garden/{device}/air" as the filter "garden/+/air" and the level of the device.
static bool read_topic(struct line *l, str topic)
{
    buf b = {.max = MQTT_TEXT_MAX};
    int number = 0;
    l->rule->device_level = l->rule->sensor_level = -1;
    for (size_t from = 0, to; from <= topic.n; from = to + 1, number++) {
        for (to = from; to < topic.n && topic.p[to] != '/';) to++;
        const str level = str_slice(topic, from, to);
        const bool is_device = str_eq(level, STR("{device}")), is_sensor = str_eq(level, STR("{sensor}"));
        if (is_device) l->rule->device_level = number;
        if (is_sensor) l->rule->sensor_level = number;
        if (from) buf_add_char(&b, '/');
        buf_add(&b, is_device || is_sensor ? STR("+") : level);
    }
    const bool ok = !b.failed && arena_copy(l->a, buf_str(&b), &l->rule->filter);
    buf_free(&b);
    if (!ok) return err_no_memory(l->e);
    size_t ignored;
    return (mqtt_filter_is_valid(l->rule->filter) && !str_find(l->rule->filter, STR("{"), &ignored)) ||
           fault(l, "is no topic filter:", topic);
}

static bool read_value(struct line *l, str pointer)
{
    l->rule->name = pointer;
    return json_place_parse(pointer, l->a, &l->rule->value, l->e);
}

static bool read_quantity(struct line *l, str key)
{
    if (str_eq(key, STR("-"))) return true;
    l->rule->quantity = quantity_by_key(key);
    return l->rule->quantity || fault(l, "there is no quantity", key);
}

static bool read_unit(struct line *l, str unit)
{
    value one = value_int(1);
    bool converted;
    l->rule->unit = unit;
    if (unit_code(unit).n == 0) return fault(l, "is no unit:", unit);
    if (!l->rule->quantity) return fault(l, "a value that is taken as it comes has no unit:", unit);
    return unit_to_quantity(&one, unit, l->rule->quantity, l->a, &converted, l->e) ||
           err_within(l->e, "%.*s", STR_ARG(l->rule->quantity->key));
}

static bool (*const columns[COLUMNS])(struct line *l, str text) = {read_topic, read_value, read_quantity,
                                                                   read_unit};

// ---- options -----------------------------------------------------------------------------------------------------

static bool read_device(struct line *l, str text)
{
    l->rule->device = text;
    l->rule->is_vouched = true;
    return (text.n > 0 && text.n <= GATHER_DEVICE_MAX) || fault(l, "is no name of a device:", text);
}

static bool read_sensor(struct line *l, str text)
{
    l->rule->sensor = text;
    return true;
}

static bool read_name(struct line *l, str text)
{
    l->rule->name = text;
    return text.n > 0 || fault(l, "is no name:", text);
}

static bool read_time(struct line *l, str pointer)
{
    l->rule->has_time = true;
    return json_place_parse(pointer, l->a, &l->rule->time, l->e);
}

static bool read_datastream(struct line *l, str id)
{
    l->rule->is_vouched = true;
    return (num_parse_int(id, &l->rule->stream, NULL) && l->rule->stream > 0) ||
           fault(l, "is no id of a Datastream:", id);
}

static bool read_optional(struct line *l, str text)
{
    l->rule->is_optional = str_eq(text, STR("yes"));
    return l->rule->is_optional || str_eq(text, STR("no")) || fault(l, "optional is yes or no, not", text);
}

static const struct {
    str name;
    bool (*read)(struct line *l, str text);
} options[] = {
    {STR("device"), read_device}, {STR("sensor"), read_sensor},         {STR("name"), read_name},
    {STR("time"), read_time},     {STR("datastream"), read_datastream}, {STR("optional"), read_optional},
};

static bool read_option(struct line *l, str word)
{
    str text = word, name;
    str_cut(&text, '=', &name);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (str_eq(options[i].name, name)) return options[i].read(l, text);
    return fault(l, "there is no option", name);
}

// ---- lines -------------------------------------------------------------------------------------------------------

static bool next_word(str *rest, str *word)
{
    *rest = str_trim(*rest);
    size_t n = 0;
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t') n++;
    *word = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n, rest->n);
    return n > 0;
}

static bool read_rule(struct line *l, str text)
{
    str word;
    size_t column = 0, ignored;
    while (next_word(&text, &word)) {
        const bool is_option = column >= COLUMNS - 1 && str_find(word, STR("="), &ignored);
        if (is_option) {
            column = COLUMNS;
            if (!read_option(l, word)) return false;
        } else if (column == COLUMNS) {
            return fault(l, "expected an option such as device=NAME, not", word);
        } else if (!columns[column++](l, word)) {
            return false;
        }
    }
    if (column < COLUMNS - 1)
        return err_set(l->e, ERR_CONFIG, ERR_NOWHERE,
                       "expected TOPIC VALUE QUANTITY, then a unit and options");
    if (!l->rule->quantity && !l->rule->stream)
        return err_set(l->e, ERR_CONFIG, ERR_NOWHERE,
                       "a value without a quantity needs the Datastream that it goes to: datastream=ID");
    return true;
}

static bool add_line(struct mapping *m, str text, err *e)
{
    struct line l = {.a = m->a, .rule = ARENA_NEW(m->a, struct topic_rule), .e = e};
    if (!l.rule) return err_no_memory(e);
    if (!read_rule(&l, text)) {
        e->code = ERR_CONFIG;
        return false;
    }
    if (m->rules.count == MAPPING_RULES_MAX)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "more than %d rules", MAPPING_RULES_MAX);
    m->all[m->rules.count++] = l.rule;
    return true;
}

static bool read_lines(struct mapping *m, str text, const char *name, err *e)
{
    str rest, line;
    if (!utf8_is_valid(text, NULL))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: not a text file in UTF-8", name);
    if (!arena_copy(m->a, text, &rest)) return err_no_memory(e);
    for (int number = 1; str_cut(&rest, '\n', &line); number++) {
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#') continue;
        if (!add_line(m, line, e)) return err_within(e, "%s:%d", name, number);
    }
    return true;
}

bool mapping_parse(str text, const char *name, struct mapping **out, err *e)
{
    struct mapping *m = calloc(1, sizeof *m);
    if (!m || !(m->a = arena_new(MEMORY_MAX))) {
        free(m);
        return err_no_memory(e);
    }
    m->rules.all = m->all;
    if (!read_lines(m, text, name, e)) {
        mapping_free(m);
        return false;
    }
    *out = m;
    return true;
}

bool mapping_load(const char *path, struct mapping **out, err *e)
{
    buf b = {.max = FILE_BYTES_MAX};
    bool ok = file_read(path, &b, e);
    if (!ok) e->code = ERR_CONFIG;
    ok = ok && mapping_parse(buf_str(&b), path, out, e);
    buf_free(&b);
    return ok;
}

void mapping_free(struct mapping *m)
{
    if (!m) return;
    arena_free(m->a);
    free(m);
}

const struct topic_rules *mapping_rules(const struct mapping *m)
{
    return &m->rules;
}
