// SPDX-License-Identifier: EUPL-1.2
// view.h: what a page shows, as a tree that a template walks: texts, lists and objects by key.
// Owns     nodes lie in the maker's arena; keys and texts are views that must outlive the tree
// Errors   without memory `failed` is set and what is added is dropped: check once, at the end
#ifndef PEIL_RENDER_VIEW_H
#define PEIL_RENDER_VIEW_H

#include "base/arena.h"

typedef enum { VIEW_TEXT, VIEW_LIST, VIEW_OBJECT } view_kind;

struct view {
    view_kind kind;
    str key;   // empty in a list
    str text;  // VIEW_TEXT
    struct view *first, *last, *next;
};

struct view_maker {
    arena *a;
    bool failed;
};

struct view *
view_root(struct view_maker *m);  // an object; NULL without memory, which every function below takes

// Added to an object under `key`, or to a list with the empty key.
struct view *view_object(struct view_maker *m, struct view *parent, str key);
struct view *view_list(struct view_maker *m, struct view *parent, str key);
void view_text(struct view_maker *m, struct view *parent, str key, str text);
void view_int(struct view_maker *m, struct view *parent, str key, int64_t n);
void view_flag(struct view_maker *m, struct view *parent, str key, bool is_on);  // a text, empty when off

const struct view *view_find(const struct view *object, str key);  // NULL when absent
bool view_is_empty(const struct view *v);                          // NULL, an empty text or list

#endif
