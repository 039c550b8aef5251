// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a row of the tail, with their checksum made right. What can be read is written again to the same bytes read.
#include "series/checksum.h"
#include "series/tail_row.h"

#include <stdlib.h>

static void must(bool claim)
{
    if (!claim) abort();
}

static void read_row(str row, struct tail_writer *w)
{
    struct tail_reader r;
    struct tail_item item;
    struct observation o;
    bool got = true;
    if (!tail_reader_open(&r, row)) return;
    tail_writer_start(w);
    while (tail_reader_next(&r, &item, &got) && got) {
        (void)!point_read(&item.point, item.stream, &o);
        tail_writer_add(w, &item);
    }
}

static void read_both(str row, str again)
{
    struct tail_reader r, s;
    struct tail_item x, y;
    bool got_x = true, got_y = true;
    must(tail_reader_open(&s, again));
    if (!tail_reader_open(&r, row)) return;
    while (tail_reader_next(&r, &x, &got_x) && got_x) {
        must(tail_reader_next(&s, &y, &got_y) && got_y);
        must(x.stream == y.stream && x.has_number == y.has_number && x.point.time == y.point.time);
        must(x.point.number == y.point.number && x.point.feature == y.point.feature);
        must(x.point.scale == y.point.scale && x.point.units == y.point.units && str_eq(x.point.extra, y.point.extra));
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
        read_row(buf_str(&b), &w);
        read_both(buf_str(&b), tail_writer_finish(&w));
    }
    buf_free(&w.bytes);
    buf_free(&b);
    return 0;
}
