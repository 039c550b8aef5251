// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/chunk_scan.h"

#include <stdlib.h>

#define HELD_MOST 64  // blocks; 210 KB

bool chunk_scan_open(struct chunk_scan *scan, struct connection *c, entity_id stream,
                     const struct scan_options *options, struct point_key seek, err *e)
{
    *scan = (struct chunk_scan){.connection = c, .stream = stream, .options = *options, .seek = seek};
    // Backward two, for a chunk's last block may have but few; a window wants more (window.h).
    scan->held_most = options->is_descending ? 2 : 1;
    scan->held = scan->block = malloc(scan->held_most * sizeof *scan->held);
    return scan->held || err_no_memory(e);
}

static void end_chunk(struct chunk_scan *scan)
{
    if (scan->is_reading) chunk_close(&scan->reader);
    scan->is_reading = false;
    scan->left = scan->held_left = 0;
}

void chunk_scan_close(struct chunk_scan *scan)
{
    end_chunk(scan);
    buf_free(&scan->chunk.bytes);
    free(scan->held);
    *scan = (struct chunk_scan){.stage = CHUNKS_END};
}

// ---- from chunk to chunk ----

// Forward: full chunks, then the growing one.
static bool fetch_forward(struct chunk_scan *scan, bool *got, err *e)
{
    *got = false;
    if (scan->stage == CHUNKS_FIRST || scan->stage == CHUNKS_FULL) {
        bool (*const find)(struct connection *, entity_id, struct point_key, struct stored_chunk *, bool *,
                           err *) = scan->stage == CHUNKS_FIRST ? chunk_at : chunk_after;
        if (!find(scan->connection, scan->stream, scan->seek, &scan->chunk, got, e)) return false;
        scan->stage = CHUNKS_FULL;
        scan->seek = scan->chunk.last;
        if (*got) return true;
        scan->stage = CHUNKS_GROWING;
        return chunk_growing(scan->connection, scan->stream, &scan->chunk, got, e);
    }
    scan->stage = CHUNKS_END;
    return true;
}

// Backward: the growing one, then the first full chunk that reaches as far as the key, then those before it.
static bool fetch_backward(struct chunk_scan *scan, bool *got, err *e)
{
    *got = false;
    if (scan->stage == CHUNKS_FIRST) {
        scan->stage = CHUNKS_GROWING;
        if (!chunk_growing(scan->connection, scan->stream, &scan->chunk, got, e)) return false;
        if (*got) return true;
    }
    if (scan->stage == CHUNKS_GROWING) {
        scan->stage = CHUNKS_FULL;
        if (!chunk_at(scan->connection, scan->stream, scan->seek, &scan->chunk, got, e)) return false;
        if (!*got) scan->chunk.last = POINT_KEY_LAST;
        if (*got) return true;
    }
    if (scan->stage == CHUNKS_FULL) {
        if (!chunk_before(scan->connection, scan->stream, scan->chunk.last, &scan->chunk, got, e))
            return false;
        if (*got) return true;
    }
    scan->stage = CHUNKS_END;
    return true;
}

// Nothing of the chunk, nor of those that come after it in this direction, is in the range.
static bool is_past(const struct chunk_scan *scan, const struct chunk_head *h)
{
    return scan->options.is_descending ? h->last_time < scan->options.range.from.time
                                       : h->first_time > scan->options.range.to.time;
}

// Nothing of this chunk is.
static bool is_beside(const struct chunk_scan *scan, const struct chunk_head *h)
{
    const struct scan_options *o = &scan->options;
    return h->first_time > o->range.to.time || h->last_time < o->range.from.time ||
           h->least_number > o->number_to || h->greatest_number < o->number_from;
}

// Passes over what cannot be wanted at the chunk's start, or leaves out what cannot be at its end.
static bool begin_chunk(struct chunk_scan *scan)
{
    const struct scan_options *o = &scan->options;
    struct chunk_reader *r = &scan->reader;
    const bool counts_up = chunk_counts_up(&r->head);
    if (o->is_descending) {
        scan->blocks_left = chunk_blocks_until(r, o->range.to.time);
        const uint32_t blocks = counts_up ? (o->number_to - r->head.least_number) / COLUMN_BLOCK + 1
                                          : UINT32_MAX;
        if (blocks < scan->blocks_left) scan->blocks_left = blocks;
        return true;
    }
    r->from = o->range.from.time;
    return !counts_up || o->number_from <= r->head.least_number ||
           chunk_pass(r, (o->number_from - r->head.least_number) / COLUMN_BLOCK);
}

static bool next_chunk(struct chunk_scan *scan, err *e)
{
    end_chunk(scan);
    bool got;
    struct chunk_head head;
    do {
        if (!(scan->options.is_descending ? fetch_backward : fetch_forward)(scan, &got, e)) return false;
        if (!got) return true;
        if (!chunk_read_head(buf_str(&scan->chunk.bytes), &head)) return chunk_damaged(scan->stream, e);
        if (is_past(scan, &head)) {
            scan->stage = CHUNKS_END;
            return true;
        }
    } while (is_beside(scan, &head));
    if (!chunk_open(&scan->reader, buf_str(&scan->chunk.bytes), CHUNK_ALL))
        return chunk_damaged(scan->stream, e);
    scan->is_reading = true;
    return begin_chunk(scan) || chunk_damaged(scan->stream, e);
}

// ---- from block to block ----

static bool next_block(struct chunk_scan *scan, err *e)
{
    if (!chunk_next(&scan->reader, scan->block)) return chunk_damaged(scan->stream, e);
    scan->left = scan->block->n;
    return true;
}

// More room than before, once what was held did not reach.
static bool hold_more(struct chunk_scan *scan, err *e)
{
    const bool is_first = !scan->has_held;
    scan->has_held = true;
    if (is_first || scan->held_most == HELD_MOST) return true;
    const size_t most = 4 * scan->held_most < HELD_MOST ? 4 * scan->held_most : HELD_MOST;
    struct chunk_block *held = malloc(most * sizeof *held);
    if (!held) return err_no_memory(e);
    free(scan->held);
    scan->held = scan->block = held;
    scan->held_most = most;
    return true;
}

// Those before the ones that were held; as many as there is room for.
static bool hold_blocks(struct chunk_scan *scan, err *e)
{
    if (!hold_more(scan, e)) return false;
    if (scan->reader.at > 0) {
        chunk_close(&scan->reader);
        scan->is_reading = chunk_open(&scan->reader, buf_str(&scan->chunk.bytes), CHUNK_ALL);
        if (!scan->is_reading) return chunk_damaged(scan->stream, e);
    }
    const uint32_t room = (uint32_t)scan->held_most, n = scan->blocks_left < room ? scan->blocks_left : room;
    scan->blocks_left -= n;
    if (!chunk_pass(&scan->reader, scan->blocks_left)) return chunk_damaged(scan->stream, e);
    for (uint32_t i = 0; i < n; i++) {
        scan->block = &scan->held[i];
        if (!next_block(scan, e)) return false;
    }
    scan->held_left = n - 1;
    return true;
}

static bool previous_block(struct chunk_scan *scan, err *e)
{
    scan->left = 0;
    if (scan->held_left > 0) {
        scan->held_left--;
        scan->block--;
        scan->left = scan->block->n;
        return true;
    }
    return scan->blocks_left == 0 || hold_blocks(scan, e);
}

// Has an observation in the block, or is at the end.
static bool fill(struct chunk_scan *scan, err *e)
{
    while (scan->left == 0 && scan->stage != CHUNKS_END) {
        if (!scan->is_reading && !next_chunk(scan, e)) return false;
        if (!scan->is_reading) continue;
        if (!(scan->options.is_descending ? previous_block : next_block)(scan, e)) return false;
        if (scan->left == 0) end_chunk(scan);
    }
    return true;
}

static size_t index_of_next(const struct chunk_scan *scan)
{
    return scan->options.is_descending ? scan->left - 1 : scan->block->n - scan->left;
}

static bool is_wanted(const struct chunk_scan *scan, size_t i)
{
    return scan_includes(&scan->options, scan->block->time[i], scan->block->number[i]);
}

// Nor are those behind it.
static bool is_behind_all(const struct chunk_scan *scan, size_t i)
{
    const struct point_range *range = &scan->options.range;
    return scan->options.is_descending ? scan->block->time[i] < range->from.time
                                       : scan->block->time[i] > range->to.time;
}

bool chunk_scan_peek(struct chunk_scan *scan, const struct point **out, err *e)
{
    for (;; scan->left--) {
        if (!fill(scan, e)) return false;
        if (scan->left == 0) break;
        const size_t i = index_of_next(scan);
        if (is_behind_all(scan, i)) {
            end_chunk(scan);
            scan->stage = CHUNKS_END;
            break;
        }
        if (!is_wanted(scan, i)) continue;
        chunk_point(&scan->reader, scan->block, i, &scan->point);
        *out = &scan->point;
        return true;
    }
    *out = NULL;
    return true;
}

void chunk_scan_move(struct chunk_scan *scan)
{
    scan->left--;
}
