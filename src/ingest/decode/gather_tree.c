// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/gather.h"

#include "ingest/decode/loose.h"

#define NAME_MAX_BYTES 200
#define TREE_DEPTH_MAX 8

// ---- names of the sender's own -----------------------------------------------------------------------------------

// "temperature_2" is the second temperature. False: the name ends otherwise.
static bool cut_number(str name, str *rest, str *number)
{
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9') n--;
    if (n == name.n || n < 2 || name.p[n - 1] != '_') return false;
    *rest = str_slice(name, 0, n - 1);
    *number = str_slice(name, n, name.n);
    return true;
}

static bool note_state(struct gather *g, str name, word_role role, const json *j, err *e)
{
    value v;
    str unit;
    err why;
    if (!loose_number(j, &v, &unit, &why)) return gather_reject(g, name, &why, e);
    const double real = value_to_double(&v);
    if (role == WORD_LATITUDE) gather_state(g)->latitude = real;
    if (role == WORD_LONGITUDE) gather_state(g)->longitude = real;
    if (role == WORD_SIGNAL) gather_state(g)->rssi_dbm = real;
    return true;
}

// `label` is the part of `name` that says what it is.
static bool read_label(struct gather *g, str name, str label, const json *j, err *e)
{
    struct word w;
    str rest, number;
    const str outer = g->sensor;
    bool is_known = word_find(label, &w);
    if (!is_known && cut_number(label, &rest, &number) && (is_known = word_find(rest, &w)) && outer.n == 0)
        g->sensor = number;
    const bool ok = !is_known                 ? gather_unknown(g, name, loose_value(j), j->at, e)
                    : w.role == WORD_QUANTITY ? gather_json(g, name, w.quantity, j, w.unit, e)
                                              : note_state(g, name, w.role, j, e);
    g->sensor = outer;
    return ok;
}

static bool check_name(str name, size_t at, err *e)
{
    if (name.n > 0 && name.n <= NAME_MAX_BYTES) return true;
    return err_set(e, ERR_RANGE, at, "a value's name has 1 to %d bytes", NAME_MAX_BYTES);
}

bool gather_named(struct gather *g, str name, const json *j, err *e)
{
    err why;
    if (!check_name(name, j->at, &why)) return gather_reject(g, STR("name"), &why, e);
    return read_label(g, name, name, j, e);
}

static bool is_index(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] < '0' || name.p[i] > '9') return false;
    return name.n > 0;
}

static str last_part(str path, str *before)
{
    size_t at = path.n;
    while (at > 0 && path.p[at - 1] != '.') at--;
    *before = str_slice(path, 0, at ? at - 1 : 0);
    return str_slice(path, at, path.n);
}

// {"temperatureSensor": {"3": 20.5}}: the key is the number of the sensor, the name before it what it measures.
static bool read_leaf(struct gather *g, str path, str key, str name, const json *j, err *e)
{
    const str outer = g->sensor;
    str label = key, sensor = path, before;
    if (is_index(key) && path.n) {
        label = last_part(path, &before);
        if (!before.n)
            sensor = key;
        else if (!arena_print(g->a, &sensor, "%.*s.%.*s", STR_ARG(before), STR_ARG(key)))
            return err_no_memory(e);
    }
    if (sensor.n) g->sensor = sensor;
    const bool ok = read_label(g, name, label, j, e);
    g->sensor = outer;
    return ok;
}

static bool name_of(struct gather *g, str path, const json *child, size_t index, str *key, str *name, err *e)
{
    *key = child->key;
    if (key->n == 0 && !arena_print(g->a, key, "%zu", index)) return err_no_memory(e);
    *name = *key;
    return path.n == 0 || arena_print(g->a, name, "%.*s.%.*s", STR_ARG(path), STR_ARG(*key)) ||
           err_no_memory(e);
}

static bool walk(struct gather *g, const json *node, str path, int depth, err *e)
{
    size_t index = 0;
    for (const json *c = node->first; c; c = c->next) {
        str key, name;
        err why;
        if (!name_of(g, path, c, ++index, &key, &name, e)) return false;
        const bool is_deep = c->type == JSON_OBJECT || c->type == JSON_ARRAY;
        bool ok;
        if (!check_name(name, c->at, &why))
            ok = gather_reject(g, STR("name"), &why, e);
        else if (is_deep && depth == TREE_DEPTH_MAX)
            ok = err_set(e, ERR_LIMIT, c->at, "values lie more than %d deep", TREE_DEPTH_MAX);
        else
            ok = is_deep ? walk(g, c, name, depth + 1, e) : read_leaf(g, path, key, name, c, e);
        if (!ok) return false;
    }
    return true;
}

bool gather_tree(struct gather *g, const json *object, err *e)
{
    if (object->type != JSON_OBJECT)
        return err_set(e, ERR_TYPE, object->at, "expected an object of values, not %.*s",
                       STR_ARG(json_type_name(object->type)));
    return walk(g, object, (str){0}, 1, e);
}
