// SPDX-License-Identifier: EUPL-1.2
#include "render/view.h"

static struct view *add(struct view_maker *m, struct view *parent, view_kind kind, str key)
{
    struct view *v = parent ? ARENA_NEW(m->a, struct view) : NULL;
    if (!v) {
        m->failed = true;
        return NULL;
    }
    v->kind = kind;
    v->key = key;
    if (parent->last)
        parent->last->next = v;
    else
        parent->first = v;
    parent->last = v;
    return v;
}

struct view *view_root(struct view_maker *m)
{
    struct view *v = ARENA_NEW(m->a, struct view);
    if (v)
        v->kind = VIEW_OBJECT;
    else
        m->failed = true;
    return v;
}

struct view *view_object(struct view_maker *m, struct view *parent, str key)
{
    return add(m, parent, VIEW_OBJECT, key);
}

struct view *view_list(struct view_maker *m, struct view *parent, str key)
{
    return add(m, parent, VIEW_LIST, key);
}

void view_text(struct view_maker *m, struct view *parent, str key, str text)
{
    struct view *v = add(m, parent, VIEW_TEXT, key);
    if (v) v->text = text;
}

void view_int(struct view_maker *m, struct view *parent, str key, int64_t n)
{
    str text = {0};
    if (!arena_print(m->a, &text, "%lld", (long long)n)) m->failed = true;
    view_text(m, parent, key, text);
}

void view_flag(struct view_maker *m, struct view *parent, str key, bool is_on)
{
    view_text(m, parent, key, is_on ? STR("1") : (str){0});
}

const struct view *view_find(const struct view *object, str key)
{
    for (const struct view *v = object->first; v; v = v->next)
        if (str_eq(v->key, key)) return v;
    return NULL;
}

bool view_is_empty(const struct view *v)
{
    if (!v) return true;
    switch (v->kind) {
    case VIEW_TEXT: return v->text.n == 0;
    case VIEW_LIST: return v->first == NULL;
    case VIEW_OBJECT: return false;
    }
    return true;
}
