// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/take.h"

// ---- finding the chunk ----

static bool has_number(str bytes, uint32_t number, bool *has)
{
    struct chunk_head head;
    struct chunk_reader r;
    struct chunk_block b;
    *has = false;
    if (!chunk_read_head(bytes, &head)) return false;
    if (number < head.least_number || number > head.greatest_number) return true;
    if (!chunk_open(&r, bytes, CHUNK_NUMBERS)) return false;
    bool ok;
    while ((ok = chunk_next(&r, &b)) && b.n > 0 && !*has)
        for (size_t i = 0; i < b.n; i++) *has = *has || b.number[i] == number;
    chunk_close(&r);
    return ok;
}

// Full chunks from the first on; in a stream whose numbers count up with times from the one that must have it.
static bool find_full(struct sealing *k, uint32_t number, struct stored_chunk *out, bool *got, err *e)
{
    struct point_key key = POINT_KEY_FIRST;
    if (!k->row.is_unordered && !chunk_key_of_number(k->connection, k->stream->id, number, &key, e))
        return false;
    if (!chunk_at(k->connection, k->stream->id, key, out, got, e)) return false;
    while (*got) {
        bool has;
        if (!has_number(buf_str(&out->bytes), number, &has)) return chunk_damaged(k->stream->id, e);
        if (has) return true;
        if (!chunk_after(k->connection, k->stream->id, out->last, out, got, e)) return false;
    }
    return true;
}

// ---- taking out ----

// The first of the numbers that is not smaller.
static size_t place_of(const struct take_filter *f, uint32_t number)
{
    size_t low = 0, high = f->number_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (f->numbers[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Whether one of the numbers is from `least` to `greatest`.
static bool has_any(const struct take_filter *f, uint32_t least, uint32_t greatest)
{
    const size_t at = place_of(f, least);
    return at < f->number_count && f->numbers[at] <= greatest;
}

static bool is_by_time(const struct take_filter *f)
{
    return f->number_count == 0 && f->feature == 0;
}

static bool is_taken(const struct take_filter *f, const struct point *p)
{
    if (f->number_count > 0) return has_any(f, p->number, p->number);
    if (f->feature != 0) return p->feature == f->feature;
    return p->time >= f->when.start && p->time < f->when.end;
}

// Nothing of the chunk is taken; all of it is.
static bool is_beside(const struct take_filter *f, const struct chunk_head *h)
{
    if (f->number_count > 0) return !has_any(f, h->least_number, h->greatest_number);
    return is_by_time(f) && (h->last_time < f->when.start || h->first_time >= f->when.end);
}

static bool is_inside(const struct take_filter *f, const struct chunk_head *h)
{
    return is_by_time(f) && h->first_time >= f->when.start && h->last_time < f->when.end;
}

static size_t keep_others(struct take_filter *f, struct point *points, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_taken(f, &points[i])) {
            f->last = points[i];
            f->taken++;
        } else {
            points[kept++] = points[i];
        }
    }
    return kept;
}

// The points that stay, in *points; *is_same: all of them.
static bool filter_points(struct sealing *k, str bytes, struct take_filter *f, struct point **points,
                          size_t *kept, bool *is_same, err *e)
{
    struct chunk_head head;
    size_t count;
    if (!chunk_read_head(bytes, &head)) return chunk_damaged(k->stream->id, e);
    *is_same = is_beside(f, &head);
    if (*is_same) return true;
    if (is_inside(f, &head)) {
        f->taken += head.count;
        *kept = 0;
        return true;
    }
    if (!chunk_points(bytes, 0, k->memory, points, &count)) return chunk_damaged(k->stream->id, e);
    *kept = keep_others(f, *points, count);
    *is_same = *kept == count;
    return true;
}

static bool filter_full(struct sealing *k, const struct stored_chunk *chunk, struct take_filter *f, err *e)
{
    struct point *points = NULL;
    size_t kept = 0;
    bool is_same = false;
    if (!filter_points(k, buf_str(&chunk->bytes), f, &points, &kept, &is_same, e)) return false;
    if (is_same) return true;
    if (kept == 0) return chunk_delete(k->connection, chunk->id, e);
    return sealing_rewrite(k, chunk, points, kept, e);
}

static bool filter_growing(struct sealing *k, struct take_filter *f, err *e)
{
    struct point *points = NULL;
    size_t kept = 0;
    bool is_same = false;
    if (k->row.growing_count == 0) return true;
    if (!filter_points(k, buf_str(&k->growing), f, &points, &kept, &is_same, e)) return false;
    return is_same || sealing_keep_growing(k, points, kept, e);
}

bool take_number(struct sealing *k, const uint32_t *number, struct take_filter *f, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    bool got = false;
    *f = (struct take_filter){.numbers = number, .number_count = 1};
    bool ok = find_full(k, *number, &chunk, &got, e);
    if (ok) ok = got ? filter_full(k, &chunk, f, e) : filter_growing(k, f, e);
    buf_free(&chunk.bytes);
    return ok;
}

bool take_from(struct sealing *k, struct point_key from, struct take_filter *f, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    bool got;
    bool ok = chunk_at(k->connection, k->stream->id, from, &chunk, &got, e);
    while (ok && got) {
        const struct point_key last = chunk.last;
        ok = filter_full(k, &chunk, f, e);
        if (!ok || (is_by_time(f) && last.time >= f->when.end)) break;
        ok = chunk_after(k->connection, k->stream->id, last, &chunk, &got, e);
    }
    buf_free(&chunk.bytes);
    return ok && filter_growing(k, f, e);
}
