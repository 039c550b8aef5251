// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/json_patch.h"

#include <string.h>

#define TOKENS_MAX JSON_DEPTH_MAX

// A JSON Pointer taken apart; `at` is its byte offset in the patch.
struct pointer {
    str tokens[TOKENS_MAX];
    size_t count;
    str text;
    size_t at;
};

static bool fail(err *e, err_code code, const struct pointer *p, const char *what)
{
    return err_set(e, code, p->at, "'%.*s' %s", STR_ARG(p->text), what);
}

// ~1 stands for '/', ~0 for '~'.
static bool unescape(str token, arena *a, str *out)
{
    *out = token;
    if (!token.n || !memchr(token.p, '~', token.n)) return true;
    char *p = arena_alloc(a, token.n);
    if (!p) return false;
    size_t n = 0;
    for (size_t i = 0; i < token.n; i++) {
        char c = token.p[i];
        if (c == '~') {
            if (i + 1 == token.n || (token.p[i + 1] != '0' && token.p[i + 1] != '1')) return false;
            c = token.p[++i] == '1' ? '/' : '~';
        }
        p[n++] = c;
    }
    *out = (str){p, n};
    return true;
}

static bool pointer_read(const json *operation, str name, arena *a, struct pointer *out, err *e)
{
    const json *j;
    if (!json_need(operation, name, JSON_TEXT, &j, e)) return false;
    out->text = j->text;
    out->at = j->at;
    out->count = 0;
    str rest = j->text;
    if (!rest.n) return true;
    if (rest.p[0] != '/') return fail(e, ERR_SYNTAX, out, "must be empty or start with '/'");
    while (rest.n) {
        rest = str_slice(rest, 1, rest.n);
        const char *slash = rest.n ? memchr(rest.p, '/', rest.n) : NULL;
        const size_t length = slash ? (size_t)(slash - rest.p) : rest.n;
        if (out->count == TOKENS_MAX) return fail(e, ERR_LIMIT, out, "goes too deep");
        if (!unescape(str_slice(rest, 0, length), a, &out->tokens[out->count++])) {
            return fail(e, ERR_SYNTAX, out, "has a '~' that is neither ~0 nor ~1");
        }
        rest = str_slice(rest, length, rest.n);
    }
    return true;
}

static bool index_read(str token, size_t *out)
{
    if (!token.n || token.n > 9 || (token.p[0] == '0' && token.n > 1)) return false;
    size_t v = 0;
    for (size_t i = 0; i < token.n; i++) {
        if (token.p[i] < '0' || token.p[i] > '9') return false;
        v = v * 10 + (size_t)(token.p[i] - '0');
    }
    *out = v;
    return true;
}

// Where a child hangs in its parent, or would be put: *slot is the child, or NULL behind the last one. NULL:
// no such place.
static json **slot_of(json *parent, str token)
{
    json **slot = &parent->first;
    size_t wanted = parent->count;
    if (parent->type == JSON_OBJECT) {
        while (*slot && !str_eq((*slot)->key, token)) slot = &(*slot)->next;
        return slot;
    }
    if (parent->type != JSON_ARRAY) return NULL;
    if (!str_eq(token, STR("-")) && !index_read(token, &wanted)) return NULL;
    while (*slot && wanted) slot = &(*slot)->next, wanted--;
    return wanted == 0 ? slot : NULL;
}

static json *nothing_there(err *e, const struct pointer *p)
{
    fail(e, ERR_RANGE, p, "leads to nothing in this entity");
    return NULL;
}

// The node that the first `count` tokens lead to.
static json *walk(json *document, const struct pointer *p, size_t count, err *e)
{
    json *here = document;
    for (size_t i = 0; i < count; i++) {
        json **slot = slot_of(here, p->tokens[i]);
        if (!slot || !*slot) return nothing_there(e, p);
        here = *slot;
    }
    return here;
}

static size_t depth_of(const json *j)
{
    size_t deepest = 0;
    for (const json *c = j->first; c; c = c->next) {
        const size_t d = depth_of(c);
        if (d > deepest) deepest = d;
    }
    return deepest + (j->type == JSON_ARRAY || j->type == JSON_OBJECT);
}

static json *copy(const json *j, arena *a)
{
    json *out = ARENA_NEW(a, json);
    if (!out) return NULL;
    *out = *j;
    out->next = out->first = NULL;
    out->by_key = NULL;
    json **last = &out->first;
    for (const json *c = j->first; c; c = c->next) {
        *last = copy(c, a);
        if (!*last) return NULL;
        last = &(*last)->next;
    }
    return out;
}

// Puts `value` into the place of `node`, which keeps its key and its place among its siblings.
static void replace_node(json *node, const json *value)
{
    const str key = node->key;
    json *next = node->next;
    *node = *value;
    node->key = key;
    node->next = next;
}

// `value` is a node of its own, not yet part of the document.
static bool add(json *document, const struct pointer *p, json *value, err *e)
{
    if (depth_of(value) + p->count > JSON_DEPTH_MAX) return fail(e, ERR_LIMIT, p, "would become too deep");
    if (!p->count) {
        replace_node(document, value);
        return true;
    }
    const str token = p->tokens[p->count - 1];
    json *parent = walk(document, p, p->count - 1, e);
    if (!parent) return false;
    json **slot = slot_of(parent, token);
    if (!slot) return fail(e, ERR_RANGE, p, "is no place where a value can be added");
    if (parent->type == JSON_OBJECT && *slot) {
        replace_node(*slot, value);
        return true;
    }
    value->key = parent->type == JSON_OBJECT ? token : (str){0};
    value->next = *slot;
    *slot = value;
    parent->count++;
    parent->by_key = NULL;
    return true;
}

static json *take(json *document, const struct pointer *p, err *e)
{
    if (!p->count) {
        fail(e, ERR_RANGE, p, "is the whole entity: it cannot be taken away");
        return NULL;
    }
    json *parent = walk(document, p, p->count - 1, e);
    if (!parent) return NULL;
    json **slot = slot_of(parent, p->tokens[p->count - 1]);
    if (!slot || !*slot) return nothing_there(e, p);
    json *taken = *slot;
    *slot = taken->next;
    parent->count--;
    parent->by_key = NULL;
    return taken;
}

static bool is_inside(const struct pointer *outer, const struct pointer *inner)
{
    if (inner->count <= outer->count) return false;
    for (size_t i = 0; i < outer->count; i++)
        if (!str_eq(outer->tokens[i], inner->tokens[i])) return false;
    return true;
}

// ---- the operations ----

struct operation {
    const json *source;
    struct pointer path;
    arena *a;
};

static json *value_of(const struct operation *o, err *e)
{
    const json *value = json_get(o->source, STR("value"));
    if (!value) {
        err_set(e, ERR_MISSING, o->source->at, "'value' is missing");
        return NULL;
    }
    json *out = copy(value, o->a);
    if (!out) err_no_memory(e);
    return out;
}

static bool op_add(json *document, struct operation *o, err *e)
{
    json *value = value_of(o, e);
    return value && add(document, &o->path, value, e);
}

static bool op_remove(json *document, struct operation *o, err *e)
{
    return take(document, &o->path, e);
}

static bool op_replace(json *document, struct operation *o, err *e)
{
    json *value = value_of(o, e), *target = walk(document, &o->path, o->path.count, e);
    if (!value || !target) return false;
    if (depth_of(value) + o->path.count > JSON_DEPTH_MAX)
        return fail(e, ERR_LIMIT, &o->path, "would become too deep");
    replace_node(target, value);
    return true;
}

static bool op_move(json *document, struct operation *o, err *e)
{
    struct pointer from;
    if (!pointer_read(o->source, STR("from"), o->a, &from, e)) return false;
    if (is_inside(&from, &o->path)) return fail(e, ERR_RANGE, &from, "cannot be moved into itself");
    if (str_eq(from.text, o->path.text)) return walk(document, &from, from.count, e);
    json *moved = take(document, &from, e);
    return moved && add(document, &o->path, moved, e);
}

static bool op_copy(json *document, struct operation *o, err *e)
{
    struct pointer from;
    if (!pointer_read(o->source, STR("from"), o->a, &from, e)) return false;
    const json *found = walk(document, &from, from.count, e);
    if (!found) return false;
    json *copied = copy(found, o->a);
    return copied ? add(document, &o->path, copied, e) : err_no_memory(e);
}

static bool op_test(json *document, struct operation *o, err *e)
{
    const json *value = json_get(o->source, STR("value")),
               *found = walk(document, &o->path, o->path.count, e);
    if (!found) return false;
    if (!value) return err_set(e, ERR_MISSING, o->source->at, "'value' is missing");
    return json_equal(value, found) ||
           fail(e, ERR_CONFLICT, &o->path, "does not have the value that 'test' asks for");
}

static const struct {
    str name;
    bool (*run)(json *document, struct operation *o, err *e);
} operations[] = {
    {STR("add"), op_add},   {STR("remove"), op_remove}, {STR("replace"), op_replace},
    {STR("move"), op_move}, {STR("copy"), op_copy},     {STR("test"), op_test},
};

static bool run_one(json *document, const json *source, arena *a, err *e)
{
    const json *name;
    struct operation o = {.source = source, .a = a};
    if (source->type != JSON_OBJECT) {
        return err_set(e, ERR_TYPE, source->at, "expected an object, found %s",
                       json_type_name(source->type).p);
    }
    if (!json_need(source, STR("op"), JSON_TEXT, &name, e) ||
        !pointer_read(source, STR("path"), a, &o.path, e))
        return false;
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (str_eq(operations[i].name, name->text)) return operations[i].run(document, &o, e);
    }
    return err_set(e, ERR_SYNTAX, name->at, "'%.*s' is not one of add, remove, replace, move, copy, test",
                   STR_ARG(name->text));
}

bool json_patch_apply(json *document, const json *patch, arena *a, err *e)
{
    if (patch->type != JSON_ARRAY) {
        return err_set(e, ERR_TYPE, patch->at, "a JSON Patch is an array of operations, not %s",
                       json_type_name(patch->type).p);
    }
    size_t i = 0;
    for (const json *o = patch->first; o; o = o->next, i++) {
        if (!run_one(document, o, a, e)) return err_within(e, "operation %zu", i);
    }
    return true;
}
