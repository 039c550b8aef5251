// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a row of the tail, with their checksum made right. What can be read is written again to the same bytes read.
#include "series/checksum.h"
#include "series/tail_row.h"

#include <stdlib.h>

static void must(bool claim)
{
    if (!claim) abort();
}

#define STREAMS 64  // told apart by their last bits: that is enough to mix them up

// Reads all that can be read, completes it and writes it anew.
static void copy_row(str row, struct tail_writer *w)
{
    struct tail_last read[STREAMS] = {{0}}, written[STREAMS] = {{0}};
    struct tail_reader r;
    struct tail_item item;
    struct observation o;
    bool got = true;
    if (!tail_reader_open(&r, row)) return;
    while (tail_reader_next(&r, &item, &got) && got) {
        const size_t k = (size_t)item.stream % STREAMS;
        (void)!point_read(&item.point, item.stream, &o);
        const bool is_whole = item.is_whole;
        tail_item_complete(&item, &read[k]);
        tail_writer_add(w, item.stream, &item.point, &written[k], is_whole);
    }
}

static void must_be_same(str row, str again)
{
    struct tail_last x_last[STREAMS] = {{0}}, y_last[STREAMS] = {{0}};
    struct tail_reader r, s;
    struct tail_item x, y;
    bool got_x = true, got_y = true;
    must(tail_reader_open(&s, again));
    if (!tail_reader_open(&r, row)) return;
    while (tail_reader_next(&r, &x, &got_x) && got_x) {
        must(tail_reader_next(&s, &y, &got_y) && got_y && x.stream == y.stream);
        tail_item_complete(&x, &x_last[x.stream % STREAMS]);
        tail_item_complete(&y, &y_last[y.stream % STREAMS]);
        must(x.point.time == y.point.time && x.point.number == y.point.number &&
             x.point.feature == y.point.feature);
        must(x.point.scale == y.point.scale && x.point.result_time == y.point.result_time);
        must(x.point.scale == POINT_NO_DECIMAL || x.point.units == y.point.units);
        must(str_eq(x.point.extra, y.point.extra));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const size_t prefix = 1 + CHECKSUM_BYTES;
    buf b = {.max = (size_t)1 << 20};
    struct tail_writer w = {.stream = 0};
    buf_add(&b, (str){(const char *)data, size});
    if (size >= prefix && !b.failed) {
        checksum_write((uint8_t *)b.p + 1, str_slice(buf_str(&b), prefix, b.n));
        tail_writer_start(&w);
        copy_row(buf_str(&b), &w);
        must_be_same(buf_str(&b), tail_writer_finish(&w));
    }
    buf_free(&w.bytes);
    buf_free(&b);
    return 0;
}
