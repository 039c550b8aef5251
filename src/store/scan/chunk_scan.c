// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/chunk_scan.h"

#include <stdlib.h>

bool chunk_scan_open(struct chunk_scan *scan, struct connection *c, entity_id stream,
                     const struct scan_options *options, struct point_key seek, err *e)
{
    *scan = (struct chunk_scan){.connection = c, .stream = stream, .options = *options, .seek = seek};
    scan->block = malloc(sizeof *scan->block);
    return scan->block || err_no_memory(e);
}

static void end_chunk(struct chunk_scan *scan)
{
    if (scan->is_reading) chunk_close(&scan->reader);
    scan->is_reading = false;
    scan->left = 0;
}

void chunk_scan_close(struct chunk_scan *scan)
{
    end_chunk(scan);
    buf_free(&scan->chunk.bytes);
    free(scan->block);
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
    scan->blocks_left = (scan->reader.head.count + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    return true;
}

// ---- from block to block ----

static bool next_block(struct chunk_scan *scan, err *e)
{
    if (!chunk_next(&scan->reader, scan->block)) return chunk_damaged(scan->stream, e);
    scan->left = scan->block->n;
    return true;
}

static bool previous_block(struct chunk_scan *scan, err *e)
{
    scan->left = 0;
    if (scan->blocks_left == 0) return true;
    chunk_close(&scan->reader);
    scan->is_reading = chunk_open(&scan->reader, buf_str(&scan->chunk.bytes), CHUNK_ALL);
    if (!scan->is_reading) return chunk_damaged(scan->stream, e);
    for (uint32_t i = 0; i < scan->blocks_left; i++)
        if (!next_block(scan, e)) return false;
    scan->blocks_left--;
    return true;
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

bool chunk_scan_peek(struct chunk_scan *scan, const struct point **out, err *e)
{
    for (;; scan->left--) {
        if (!fill(scan, e)) return false;
        if (scan->left == 0) break;
        const size_t i = index_of_next(scan);
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
