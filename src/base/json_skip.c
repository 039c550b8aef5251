// SPDX-License-Identifier: EUPL-1.2
// Values that nobody wants to see, yet must be right: also that no object names a member twice.
#include "base/json_inner.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

// The keys of one object as they are written, with the place of each.
struct key {
    str text;
    size_t at;
};

struct keys {
    struct key few[JSON_FEW_KEYS];
    struct key *many;  // once there are more: holds all, on the heap, freed with the object
    size_t n;
    size_t capacity;
    bool has_escape;
};

static bool keys_add(struct keys *k, struct key key)
{
    if (!k->many && k->n < JSON_FEW_KEYS) {
        k->few[k->n++] = key;
        return true;
    }
    if (k->n >= k->capacity) {
        const size_t capacity = k->n * 2;
        struct key *p = realloc(k->many, capacity * sizeof *p);
        if (!p) return false;
        if (!k->many) memcpy(p, k->few, sizeof k->few);
        k->many = p;
        k->capacity = capacity;
    }
    k->many[k->n++] = key;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    const int order = str_cmp(x->text, y->text);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool repeated(json_reader *r, struct key key)
{
    const str text = utf8_slice(key.text, 0, 40);
    return json_fail(r, ERR_SYNTAX, key.at, "the name '%.*s' is there twice in one object", STR_ARG(text));
}

static bool keys_differ(json_reader *r, struct key *k, size_t n)
{
    if (n > JSON_FEW_KEYS) {
        qsort(k, n, sizeof *k, compare_keys);
        for (size_t i = 1; i < n; i++) {
            if (str_eq(k[i - 1].text, k[i].text)) return repeated(r, k[i]);
        }
        return true;
    }
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (str_eq(k[i].text, k[j].text)) return repeated(r, k[i]);
        }
    }
    return true;
}

// "a" and "\u0061" are one name: so escapes are resolved first where there are any, into one piece of memory.
static bool keys_check(json_reader *r, struct keys *k)
{
    struct key *const all = k->many ? k->many : k->few;
    if (!k->has_escape) return keys_differ(r, all, k->n);
    size_t total = 0;
    for (size_t i = 0; i < k->n; i++) total += all[i].text.n;
    char *const room = malloc(total);
    if (!room) return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
    char *next = room;
    bool ok = true;
    for (size_t i = 0; ok && i < k->n; i++) {
        size_t n = 0;
        ok = json_unescape(r, all[i].text, next, &n);
        all[i].text = (str){next, n};
        next += n;
    }
    ok = ok && keys_differ(r, all, k->n);
    free(room);
    return ok;
}

static bool skip_value(json_reader *r);

static bool skip_members(json_reader *r, struct keys *k)
{
    bool more = false;
    while (json_more(r, '{', &more)) {
        if (!more) return keys_check(r, k);
        size_t at;
        struct json_text t;
        if (!json_scan_key(r, &t, &at) || !skip_value(r)) return false;
        k->has_escape |= t.has_escape;
        if (!keys_add(k, (struct key){t.raw, at})) {
            return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
        }
    }
    return false;
}

static bool skip_object(json_reader *r)
{
    struct keys k;
    k.many = NULL;  // not all of `few` need be set to zero
    k.n = k.capacity = 0;
    k.has_escape = false;
    if (!json_enter(r, '{')) return false;
    const bool ok = skip_members(r, &k);
    free(k.many);
    return ok;
}

static bool skip_array(json_reader *r)
{
    bool more = false;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more)) {
        if (!more) return true;
        if (!skip_value(r)) return false;
    }
    return false;
}

static bool skip_text(json_reader *r)
{
    struct json_text t;
    size_t n;
    return json_scan_text(r, &t) && (!t.has_escape || json_unescape(r, t.raw, NULL, &n));
}

static bool skip_value(json_reader *r)
{
    json_type type;
    str digits;
    bool truth;
    if (!json_peek(r, &type)) return false;
    switch (type) {
    case JSON_NULL: return json_read_null(r);
    case JSON_FALSE:
    case JSON_TRUE: return json_read_bool(r, &truth);
    case JSON_NUMBER: return json_read_number(r, &digits);
    case JSON_TEXT: return skip_text(r);
    case JSON_ARRAY: return skip_array(r);
    case JSON_OBJECT: return skip_object(r);
    }
    return false;
}

bool json_skip(json_reader *r, str *raw)
{
    json_type t;
    if (!json_peek(r, &t)) return false;
    const size_t start = r->at;
    if (!skip_value(r)) return false;
    *raw = str_slice(r->source, start, r->at);
    return true;
}
