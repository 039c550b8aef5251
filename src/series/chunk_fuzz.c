// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a chunk: with their checksum made right, so that what lies behind it is reached, and as they are. What can
// be read is written again and must come back the same.
#include "series/checksum.h"
#include "series/chunk.h"

#include <stdlib.h>

static void must(bool claim)
{
    if (!claim) abort();
}

static void read_by_blocks(str bytes, unsigned wants)
{
    struct chunk_reader r;
    struct chunk_block b = {.n = 1};
    if (!chunk_open(&r, bytes, wants)) return;
    while (b.n > 0 && chunk_next(&r, &b)) must(b.n <= COLUMN_BLOCK);
    chunk_close(&r);
}

static bool is_ordered(const struct point *p, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (point_cmp(p[i - 1].time, p[i - 1].number, p[i].time, p[i].number) >= 0) return false;
    return true;
}

static void write_again(str bytes, chunk_way way)
{
    arena *a = arena_new((size_t)64 << 20);
    struct point *p, *q;
    size_t count, again;
    if (!a) return;
    if (chunk_points(bytes, 0, a, &p, &count) && is_ordered(p, count)) {
        buf b = {.max = CHUNK_BYTES_MAX};
        if (chunk_write(p, count, way, &b)) {
            must(chunk_points(buf_str(&b), 0, a, &q, &again) && again == count);
            for (size_t i = 0; i < count; i++) {
                must(p[i].time == q[i].time && p[i].number == q[i].number &&
                     p[i].result_time == q[i].result_time);
                must(p[i].scale == q[i].scale &&
                     (p[i].scale == POINT_NO_DECIMAL || p[i].units == q[i].units));
                must(p[i].feature == q[i].feature);
            }
        }
        buf_free(&b);
    }
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t prefix = 1 + CHECKSUM_BYTES;
    struct chunk_head head;
    buf b = {.max = (size_t)1 << 20};
    read_by_blocks((str){(const char *)data, size}, CHUNK_ALL);
    buf_add(&b, (str){(const char *)data, size});
    if (size >= prefix && !b.failed) {
        checksum_write((uint8_t *)b.p + 1, str_slice(buf_str(&b), prefix, b.n));
        (void)!chunk_read_head(buf_str(&b), &head);
        read_by_blocks(buf_str(&b), 0);
        read_by_blocks(buf_str(&b), CHUNK_RESULTS);
        read_by_blocks(buf_str(&b), CHUNK_NUMBERS | CHUNK_REST);
        write_again(buf_str(&b), CHUNK_SMALL);
        write_again(buf_str(&b), CHUNK_QUICK);
        write_again(buf_str(&b), CHUNK_LEAST);
    }
    buf_free(&b);
    return 0;
}
