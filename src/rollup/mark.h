// SPDX-License-Identifier: EUPL-1.2
// mark.h: which days of which streams changed since they were last added up. Private.
// Threads  marks_hear on the store's writer thread; the others from any
// Errors   too many marks, or no memory for one: everything counts as marked
#ifndef PEIL_ROLLUP_MARK_H
#define PEIL_ROLLUP_MARK_H

#include "base/tz.h"
#include "store/store.h"

#define MARK_WHOLE INT32_MAX  // all days of a stream: its readings are others
#define MARK_AGAIN \
    (INT32_MAX -   \
     1)  // likewise, but days before its first reading stay: their readings went by retention, not by hand

struct mark {
    entity_id stream;
    int32_t day;  // of the town, or one of the above
};

struct marks;

NODISCARD struct marks *marks_new(const struct tz *zone);
void marks_free(struct marks *m);
void marks_hear(struct marks *m, const struct change *changes, size_t count);
void marks_add(struct marks *m, entity_id stream, int32_t day);
void marks_everything(struct marks *m);
bool marks_are_none(struct marks *m);
bool marks_have_entities(struct marks *m);  // an entity changed

struct marks_taken {
    struct mark *all;  // by stream, then by day; free()
    size_t count;
    bool everything;        // whatever `all` says
    bool entities_changed;  // Things, their places, Datastreams: who counts where may be another
};
// All there are; from now on they count as done. False: no memory; they stay.
bool marks_take(struct marks *m, struct marks_taken *out);
void marks_sort(struct marks_taken *t);

#endif
