// SPDX-License-Identifier: EUPL-1.2
// number_runs.h: the numbers of a chunk's observations where requests came in another order than their times: runs that count up.
// Where a run begins and how long it is mostly follows from those before: what was passed over comes next, all of it, then what is
// behind the greatest. Only what differs from that is stored, in units that all have in common.
//
// Form     varint: runs; varint: unit; varint: length of the first run; column of two numbers a run: by how much its length
//          is more than guessed (0: the first, and the last, which takes what is left), by how much its first number; both divided by
//          the unit. Before chunks of version 4: no unit and no first length, the lengths themselves, and how far the first is from the
//          end of the run before
// Errors   false when the bytes are damaged, or without memory
#ifndef PEIL_SERIES_NUMBER_RUNS_H
#define PEIL_SERIES_NUMBER_RUNS_H

#include "series/column.h"
#include "series/point.h"

// Numbers are less the least one.
struct run_guess {
    int64_t next;            // behind the last run
    int64_t front;           // behind the greatest
    int64_t hole, hole_end;  // passed over last, and not yet there
    int64_t skip;            // how many that were
};

struct number_runs {
    struct column column;
    int64_t values[COLUMN_BLOCK];  // two a run
    size_t at, have;
    uint32_t count, left;  // all runs; those not read
    uint64_t in_run;       // numbers left of this one
    int64_t unit, first_length;
    bool is_guessed;
    struct run_guess guess;
};

bool number_runs_are_worth(const struct point *points, size_t count);
void number_runs_write(buf *b, const struct point *points, size_t count, uint32_t least, chunk_way way);

// Moves `in` behind them. is_guessed: of version 4.
NODISCARD bool number_runs_find(struct number_runs *k, reader *in, uint32_t count, bool is_guessed);
NODISCARD bool number_runs_open(struct number_runs *k);  // once, before number_runs_next
NODISCARD bool number_runs_next(struct number_runs *k, int64_t *out, size_t n);
void number_runs_close(struct number_runs *k);

#endif
