// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <stdlib.h>

str json_type_name(json_type t)
{
    static const str names[] = {
        [JSON_NULL] = STR("null"),        [JSON_FALSE] = STR("a boolean"), [JSON_TRUE] = STR("a boolean"),
        [JSON_NUMBER] = STR("a number"),  [JSON_TEXT] = STR("a text"),     [JSON_ARRAY] = STR("an array"),
        [JSON_OBJECT] = STR("an object"),
    };
    return names[t];
}

// ---- the tree, from the pull reader ----

static bool no_memory(json_reader *r)
{
    return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
}

// json_skip finds the same two names, and knows where they are written.
static bool repeated(json_reader *r, const json *object)
{
    str raw;
    r->at = object->at;
    return json_skip(r, &raw) && json_fail(r, ERR_INTERNAL, object->at, "two readings of one object differ");
}

static int compare_children(const void *a, const void *b)
{
    const json *x = *(json *const *)a, *y = *(json *const *)b;
    const int order = str_cmp(x->key, y->key);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool sort_keys(json_reader *r, arena *a, json *object)
{
    json **sorted = ARENA_ARRAY(a, object->count, json *);
    if (!sorted) return no_memory(r);
    size_t n = 0;
    for (json *c = object->first; c; c = c->next) sorted[n++] = c;
    qsort(sorted, n, sizeof *sorted, compare_children);
    for (size_t i = 1; i < n; i++) {
        if (str_eq(sorted[i - 1]->key, sorted[i]->key)) return repeated(r, object);
    }
    object->by_key = sorted;
    return true;
}

static bool keys_differ(json_reader *r, arena *a, json *object)
{
    if (object->count > JSON_FEW_KEYS) return sort_keys(r, a, object);
    for (const json *c = object->first; c; c = c->next) {
        for (const json *before = object->first; before != c; before = before->next) {
            if (str_eq(before->key, c->key)) return repeated(r, object);
        }
    }
    return true;
}

static bool read_value(json_reader *r, arena *a, json *out);

static bool read_children(json_reader *r, arena *a, json *parent, char bracket)
{
    json **last = &parent->first;
    bool more;
    if (!json_enter(r, bracket)) return false;
    while (json_more(r, bracket, &more)) {
        if (!more) return bracket == '[' || keys_differ(r, a, parent);
        json *child = ARENA_NEW(a, json);
        if (!child) return no_memory(r);
        if (bracket == '{' && !json_key(r, a, &child->key)) return false;
        if (!read_value(r, a, child)) return false;
        *last = child;
        last = &child->next;
        parent->count++;
    }
    return false;
}

static bool read_scalar(json_reader *r, arena *a, json *out)
{
    bool truth;
    if (out->type == JSON_NUMBER) return json_read_number(r, &out->text);
    if (out->type == JSON_TEXT) return json_read_text(r, a, &out->text);
    if (out->type == JSON_NULL) return json_read_null(r);
    return json_read_bool(r, &truth);
}

static bool read_value(json_reader *r, arena *a, json *out)
{
    if (!json_peek(r, &out->type)) return false;
    out->at = r->at;
    const bool ok = out->type == JSON_OBJECT  ? read_children(r, a, out, '{')
                    : out->type == JSON_ARRAY ? read_children(r, a, out, '[')
                                              : read_scalar(r, a, out);
    if (ok) out->raw = str_slice(r->source, out->at, r->at);
    return ok;
}

bool json_parse(str source, arena *a, json **out, err *e)
{
    json_reader r = json_reader_of(source, e);
    json *root = ARENA_NEW(a, json);
    if (!root) return no_memory(&r);
    if (!read_value(&r, a, root) || !json_end(&r)) return false;
    *out = root;
    return true;
}

// ---- asking the tree ----

static const json *search(const json *object, str key)
{
    size_t from = 0, to = object->count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const int order = str_cmp(object->by_key[middle]->key, key);
        if (order == 0) return object->by_key[middle];
        if (order < 0) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    return NULL;
}

const json *json_get(const json *object, str key)
{
    if (!object || object->type != JSON_OBJECT) return NULL;
    if (object->by_key) return search(object, key);
    for (const json *c = object->first; c; c = c->next) {
        if (str_eq(c->key, key)) return c;
    }
    return NULL;
}

str json_text(const json *object, str key)
{
    const json *j = json_get(object, key);
    return j && j->type == JSON_TEXT ? j->text : (str){0};
}

bool json_number(const json *object, str key, double *out)
{
    const json *j = json_get(object, key);
    return j && j->type == JSON_NUMBER && num_parse_double(j->text, out, NULL);
}

static bool arrays_equal(const json *a, const json *b)
{
    const json *y = b->first;
    for (const json *x = a->first; x; x = x->next, y = y->next) {
        if (!json_equal(x, y)) return false;
    }
    return true;
}

static bool objects_equal(const json *a, const json *b)
{
    for (const json *x = a->first; x; x = x->next) {
        const json *y = json_get(b, x->key);
        if (!y || !json_equal(x, y)) return false;
    }
    return true;
}

bool json_equal(const json *a, const json *b)
{
    if (a->type != b->type || a->count != b->count) return false;
    if (a->type == JSON_NUMBER) return num_equal(a->text, b->text);
    if (a->type == JSON_TEXT) return str_eq(a->text, b->text);
    if (a->type == JSON_ARRAY) return arrays_equal(a, b);
    return a->type != JSON_OBJECT || objects_equal(a, b);
}

static bool is_boolean(json_type t)
{
    return t == JSON_TRUE || t == JSON_FALSE;
}

bool json_need(const json *object, str key, json_type t, const json **out, err *e)
{
    const json *found = json_get(object, key);
    if (!found) {
        return err_set(e, ERR_MISSING, object ? object->at : ERR_NOWHERE, "'%.*s' is missing", STR_ARG(key));
    }
    if (found->type != t && !(is_boolean(found->type) && is_boolean(t))) {
        return err_set(e, ERR_TYPE, found->at, "'%.*s' must be %s, not %s", STR_ARG(key), json_type_name(t).p,
                       json_type_name(found->type).p);
    }
    *out = found;
    return true;
}
