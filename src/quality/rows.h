// SPDX-License-Identifier: EUPL-1.2
// rows.h: readings of a Datastream with what is known of them, and doubts on their way back. Private to quality/.
#ifndef PEIL_QUALITY_ROWS_H
#define PEIL_QUALITY_ROWS_H

#include "quality/quality.h"

#define ROWS_MAX 20000

struct rows {
    size_t count, room;
    entity_id *id;
    instant *time, *received;
    double *value;       // canonical unit; NAN: no number
    quality_flag *flag;  // as it stands
    bool *has_quality;   // of ours or somebody's
    bool is_cut;         // there are more behind ROWS_MAX
};
// Those with phenomenonTime in [when.start, when.end), oldest first. In the arena.
NODISCARD bool rows_read(struct snapshot *at, const struct rollup_stream *s, interval when, arena *a,
                         struct rows *out, err *e);
// The time of the newest one before `t`; TIME_NONE: there is none.
NODISCARD bool rows_last_before(struct snapshot *at, entity_id stream, instant t, instant *out, err *e);

struct finding {
    entity_id id;
    instant time;
    quality_flag flag;
    char reason[160];
};
struct findings {
    struct finding *all;
    size_t count, capacity;
};
// For the observation of this row, which has no resultQuality. False: no memory.
NODISCARD bool findings_add(struct findings *f, const struct rows *r, size_t row, quality_flag flag, err *e,
                            const char *format, ...) __attribute__((format(printf, 6, 7)));
// Writes them, in operations of a bounded size, and forgets them. Not on the writer thread.
NODISCARD bool findings_write(struct findings *f, struct store *s, err *e);
void findings_free(struct findings *f);

NODISCARD bool state_write(struct store_tx *tx, entity_id stream, const struct quality_state *q, err *e);

#endif
