// SPDX-License-Identifier: EUPL-1.2
// reader.h: what the readers of a set's file share: each takes one object of the file and names the key that is wrong, with its
// position. Private to src/kpi/set.
#ifndef PEIL_KPI_SET_READER_H
#define PEIL_KPI_SET_READER_H

#include "kpi/set/set.h"

struct reading {
    arena *arena;
    struct kpi_set *set;
    err *e;
};

// A text of letters, digits, '_' and those in `also`.
bool is_id(str s, const char *also);
bool need_id(struct reading *r, const json *j, const char *key, const char *also, str *out);
bool text_read(struct reading *r, const json *j, const char *key, bool is_needed, struct kpi_text *out);
bool number_read(struct reading *r, const json *j, const char *key, double fallback, double *out);
bool flag_read(const json *j, const char *key, bool fallback);
bool texts_read(struct reading *r, const json *j, const char *key, str **out, size_t *count);
// What went wrong inside a text stands at that text, plus the place within it. Always false.
bool inside(struct reading *r, const json *text, const char *what);
bool unit_read(struct reading *r, const json *j, str *text, struct kpi_unit *unit, struct kpi_text *label);
// An array under `key` (absent: empty, unless needed) with at most `most` items.
bool list_read(struct reading *r, const json *j, const char *key, bool is_needed, size_t most,
               const json **out, size_t *count);
// Room for `count` things and one more.
#define ROOM(r, count, type) ((type *)room_for((r), (count), sizeof(type)))
void *room_for(struct reading *r, size_t count, size_t bytes);

bool nouns_read(struct reading *r, const json *root);
bool inputs_read(struct reading *r, const json *root);
bool groups_read(struct reading *r, const json *root);
bool indicators_read(struct reading *r, const json *root);
bool checks_read(struct reading *r, const json *root);

#endif
