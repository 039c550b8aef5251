// SPDX-License-Identifier: EUPL-1.2
#include "http/gzip.h"

#include "base/queue.h"

#define ZLIB_CONST  // the input is not written to
#include <stdlib.h>
#include <zlib.h>

// 30,000 Observations, level 4 against the usual 6: as JSON 338 MB/s against 205, 5.3 % of the size against 4.6; as CSV
// 190 MB/s against 30, 16.0 % against 14.8.
enum { LEVEL = 4, RAW_DEFLATE = -15, MEMORY = 8, KEPT_MAX = 16 };

struct compressors {
    struct lock *lock;
    size_t kept_max;
    size_t kept;
    z_stream *idle[KEPT_MAX];
};

struct compressors *compressors_new(size_t kept)
{
    struct compressors *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->kept_max = kept < KEPT_MAX ? kept : KEPT_MAX;
    c->lock = lock_new();
    if (c->lock) return c;
    free(c);
    return NULL;
}

static void discard(z_stream *z)
{
    deflateEnd(z);
    free(z);
}

void compressors_free(struct compressors *c)
{
    if (!c) return;
    for (size_t i = 0; i < c->kept; i++) discard(c->idle[i]);
    lock_free(c->lock);
    free(c);
}

static z_stream *compressor_new(void)
{
    z_stream *z = calloc(1, sizeof *z);
    if (!z) return NULL;
    if (deflateInit2(z, LEVEL, Z_DEFLATED, RAW_DEFLATE, MEMORY, Z_DEFAULT_STRATEGY) == Z_OK) return z;
    free(z);
    return NULL;
}

static z_stream *borrow(struct compressors *c)
{
    lock_take(c->lock);
    z_stream *z = c->kept ? c->idle[--c->kept] : NULL;
    lock_drop(c->lock);
    return z ? z : compressor_new();
}

static void give_back(struct compressors *c, z_stream *z)
{
    deflateReset(z);
    lock_take(c->lock);
    const bool has_room = c->kept < c->kept_max;
    if (has_room) c->idle[c->kept++] = z;
    lock_drop(c->lock);
    if (!has_room) discard(z);
}

static void add_little_endian(buf *out, uint32_t v)
{
    for (int i = 0; i < 4; i++) buf_add_char(out, (char)(v >> 8 * i));
}

static bool deflate_into(z_stream *z, str piece, bool is_last, buf *out)
{
    // deflateBound leaves out the flush, which adds at most 5 bytes and an empty block.
    const uLong most = deflateBound(z, piece.n) + 16;
    if (piece.n > UINT32_MAX || most > UINT32_MAX || !buf_reserve(out, most)) return false;
    z->next_in = (const Bytef *)piece.p;
    z->avail_in = (uInt)piece.n;
    z->next_out = (Bytef *)out->p + out->n;
    z->avail_out = (uInt)most;
    const int result = deflate(z, is_last ? Z_FINISH : Z_SYNC_FLUSH);
    out->n += most - z->avail_out;
    return result == (is_last ? Z_STREAM_END : Z_OK) && !z->avail_in;
}

bool gzip_add(struct compressors *c, struct gzip_run *run, str piece, bool is_last, buf *out)
{
    if (!run->has_begun) BUF_LIT(out, "\x1f\x8b\x08\0\0\0\0\0\0\x03");  // no name, no time, Unix
    run->has_begun = true;
    if (piece.n) {
        run->crc = (uint32_t)crc32_z(run->crc, (const Bytef *)piece.p, piece.n);
        run->length += (uint32_t)piece.n;
    }
    if (piece.n || is_last) {
        z_stream *z = borrow(c);
        if (!z) return false;
        const bool is_done = deflate_into(z, piece, is_last, out);
        give_back(c, z);
        if (!is_done) return false;
    }
    if (is_last) {
        add_little_endian(out, run->crc);
        add_little_endian(out, run->length);
    }
    return !out->failed;
}
