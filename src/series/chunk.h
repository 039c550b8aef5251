// SPDX-License-Identifier: EUPL-1.2
// chunk.h: up to CHUNK_MOST observations of one stream, in order of time, as one run of bytes.
// Read in blocks of 64, and of these only what is wanted. What all observations have in common (no result time, the
// same feature, numbers that count up) takes no room at all.
//
// Form     version, CRC-32 of the rest, then in this order (varints unless said otherwise; see chunk.c):
//          flags, count, times: unit, first, last less first, step; numbers: least, greatest less least
//          times: column of what they differ from first + i * step
//          numbers: column of what they differ from the least, unless they count up or are runs that do (number_runs.h)
//          results: scale (byte), column of units
//          result times, when there are any: unit, column of differences to the time, column of 0 and 1 when some have none
//          features: pairs of how many and which
//          extra: pairs of distance to the one before and bytes (extra.h), compressed with zstd where that is smaller
//          Still read: version 2, whose runs have another form, and version 1: the column of times before the numbers, and all columns
//          packed (packed.h)
// Owns     what chunk_next gives is valid until the next call or chunk_close
// Errors   reading: false when the bytes are damaged; nothing of them is trusted, the checksum included
#ifndef PEIL_SERIES_CHUNK_H
#define PEIL_SERIES_CHUNK_H

#include "base/arena.h"
#include "series/column.h"
#include "series/number_runs.h"
#include "series/point.h"

#define CHUNK_MOST 8192
#define CHUNK_BYTES_MAX ((size_t)64 << 20)  // as stored, and of the extra unpacked

// Appends the chunk to `out`; points are in order of (time, number), at least one. False: out of memory or too large.
NODISCARD bool chunk_write(const struct point *points, size_t count, chunk_way way, buf *out);

struct chunk_head {
    uint32_t count;
    instant first_time, last_time;
    uint32_t least_number, greatest_number;
    unsigned flags;
};
NODISCARD bool chunk_read_head(str bytes, struct chunk_head *out);  // does not look at the checksum
// The numbers count up with the times: the last observation has the greatest number.
bool chunk_counts_up(const struct chunk_head *h);
typedef enum { RESULT_TIMES_NONE, RESULT_TIMES_SAME, RESULT_TIMES_OWN } result_times;
result_times chunk_result_times(const struct chunk_head *h);  // same: each is its phenomenonTime
bool chunk_is_plain(
    const struct chunk_head *h);  // all are decimals of the chunk's scale without anything extra

enum {  // what a reader wants; times always come
    CHUNK_NUMBERS = 1,
    CHUNK_RESULTS = 2,
    CHUNK_REST = 4,  // result times, features, extra
    CHUNK_ALL = 7
};

struct chunk_block {
    size_t n;
    instant time[COLUMN_BLOCK];
    uint32_t number[COLUMN_BLOCK];
    int64_t units[COLUMN_BLOCK];  // to the scale of the chunk
    instant result_time[COLUMN_BLOCK];
    entity_id feature[COLUMN_BLOCK];
    str extra[COLUMN_BLOCK];
};

struct feature_run {
    reader in;
    uint64_t left;
    entity_id feature;
};

struct extra_cursor {
    reader in;
    bool has_next;
    uint64_t at;  // index of the next observation with extra
    str bytes;
    uint8_t *unpacked;  // NULL: the bytes are in the chunk
};

struct chunk_reader {
    struct chunk_head head;
    unsigned wants;
    uint8_t scale;
    bool is_stripped;  // the digits of a decimal are the fewest that say it
    instant time_unit, result_unit;
    instant first, step;
    uint32_t at;   // observations given or passed over
    instant from;  // blocks that end before it are passed over; set by chunk_open to the least of all
    struct column times, numbers, units, result_times, have_result_time;
    struct number_runs runs;
    struct feature_run feature;
    struct extra_cursor extra;
};
NODISCARD bool chunk_open(struct chunk_reader *r, str bytes, unsigned wants);
NODISCARD bool chunk_next(struct chunk_reader *r, struct chunk_block *out);  // out->n == 0: the end
// Passes over so many whole blocks: their columns are read, nothing is put together from them.
NODISCARD bool chunk_pass(struct chunk_reader *r, uint32_t blocks);
// How many blocks from the first one on can have a time up to `to`, as far as that can be told without reading them. At least one.
uint32_t chunk_blocks_until(const struct chunk_reader *r, instant to);
void chunk_close(struct chunk_reader *r);

// One of a block as a point (all must have been wanted).
void chunk_point(const struct chunk_reader *r, const struct chunk_block *b, size_t i, struct point *out);

// All of a chunk, with their extra in the arena; behind them is room for `more`.
NODISCARD bool chunk_points(str bytes, size_t more, arena *a, struct point **out, size_t *count);

#endif
