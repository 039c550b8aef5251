// SPDX-License-Identifier: EUPL-1.2
// answer.h: an answer under way: a snapshot, the levels of the question, and the form that writes them. Private to this folder.
// Owns     everything lies in the request's arena; answer_free closes what the arena cannot
// Threads  one at a time, not always the same
#ifndef PEIL_STA_READ_ANSWER_H
#define PEIL_STA_READ_ANSWER_H

#include "sta/form.h"
#include "sta/read/level.h"

struct answer;

// How rows become bytes. Each call adds a piece to `out`.
struct answer_format {
    str content_type;
    bool (*begin)(struct answer *r, buf *out, err *e);
    // About one row; *more = false behind the last.
    bool (*step)(struct answer *r, buf *out, bool *more, err *e);
    bool (*end)(struct answer *r, buf *out, err *e);
    void (*done)(struct answer *r);  // NULL: nothing of its own to free
};
extern const struct answer_format answer_json, answer_csv, answer_geojson, answer_data_array;

struct answer {
    const struct sta *sta;
    arena *arena;
    struct snapshot *at;  // NULL: let go between two pieces
    access_level most;    // that the reader is shown, in a fresh snapshot too; set by whoever made it
    int64_t first_us;     // when the first piece of this snapshot was made; 0: not yet
    int64_t snapshot_us;  // let go between two pieces when that is longer ago
    struct sta_form form, nested;
    arena *scratch;  // emptied for every row
    const struct answer_format *format;
    bool is_ref;  // selfLinks only
    struct level top;
    struct level *now;  // of answer_json: where it is in the tree
    bool is_lost;       // there was no memory to rest
    enum { ANSWER_BEGINS, ANSWER_GOES_ON, ANSWER_ENDED } stage;
    buf ready;  // the first piece, made before the reply
    void *own;  // of the format
};

NODISCARD bool answer_make(const struct sta *sta, sta_version v, struct snapshot *at, const struct query *q,
                           bool is_ref, arena *a, struct answer **out, err *e);
void answer_free(struct answer *r);  // the snapshot too
NODISCARD bool answer_piece(struct answer *r, buf *out, bool *more, err *e);
// Between two pieces, when the next may be long in coming: no snapshot is held until then.
void answer_rest(struct answer *r);

// For the formats.
NODISCARD bool answer_next_row(struct answer *r, bool *got, err *e);  // of the top level; renews the snapshot
void add_next_link(struct answer *r, const struct level *l, buf *out);  // the URL alone
NODISCARD bool json_step(struct answer *r, buf *out, bool *more, err *e);
// One whole entity of the top level, expansions and all.
NODISCARD bool json_row(struct answer *r, buf *out, bool *got, err *e);

#endif
