// SPDX-License-Identifier: EUPL-1.2
#include "series/column.h"

// ---- writing ----

static bool is_same(const int64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] != values[0]) return false;
    return true;
}

// Fewer numbers than this hardly pay for a model, and with many slow streams columns are short and written often.
#define WORTH_CODING 128

static void write_packed(buf *b, const int64_t *values, size_t count)
{
    put_byte(b, COLUMN_PACKED);
    packed_write(b, values, count);
}

#define SAMPLE ((size_t)4 * COLUMN_BLOCK)

// Packed they would take a quarter more at least, to judge by those in the middle. Nearly always so where numbers are noisy,
// and spares packing them all.
static bool is_clearly_shorter(size_t coded, const int64_t *values, size_t count)
{
    if (count < 4 * SAMPLE) return false;
    buf sample = {.max = SAMPLE * sizeof *values * 2};
    packed_write(&sample, values + (count - SAMPLE) / 2, SAMPLE);
    const bool is_shorter = !sample.failed && coded * 5 * SAMPLE < sample.n * 4 * count;
    buf_free(&sample);
    return is_shorter;
}

static void write_shorter(buf *b, const int64_t *values, size_t count, bool by_all)
{
    buf coded = {.max = b->max};
    const size_t from = b->n;
    coded_write(&coded, values, count, by_all);
    const bool is_clear = !coded.failed && is_clearly_shorter(coded.n, values, count);
    if (!is_clear) write_packed(b, values, count);
    if (is_clear || (!coded.failed && coded.n + 2 < b->n - from)) {
        b->n = from;
        put_byte(b, COLUMN_CODED);
        put_bytes(b, buf_str(&coded));
    }
    buf_free(&coded);
}

static void write_column(buf *b, const int64_t *values, size_t count, chunk_way way)
{
    if (is_same(values, count)) {
        put_byte(b, COLUMN_SAME);
        put_zigzag(b, values[0]);
    } else if (way == CHUNK_QUICK) {
        write_packed(b, values, count);
    } else {
        write_shorter(b, values, count, way == CHUNK_LEAST);
    }
}

void column_write(buf *b, const int64_t *values, size_t count, chunk_way way)
{
    write_column(b, values, count, count >= WORTH_CODING ? way : CHUNK_QUICK);
}

void column_write_few(buf *b, const int64_t *values, size_t count, chunk_way way)
{
    write_column(b, values, count, way);
}

// ---- reading ----

bool column_find_packed(struct column *c, reader *in, size_t count)
{
    *c = (struct column){.form = COLUMN_PACKED, .in = *in};
    for (size_t at = 0; at < count; at += COLUMN_BLOCK)
        if (!packed_skip(in, count - at < COLUMN_BLOCK ? count - at : COLUMN_BLOCK)) return false;
    return true;
}

bool column_find(struct column *c, reader *in, size_t count)
{
    const uint8_t form = get_byte(in);
    if (form == COLUMN_PACKED) return column_find_packed(c, in, count);
    if (form > COLUMN_CODED) return false;
    *c = (struct column){.form = form};
    if (form == COLUMN_SAME) c->same = get_zigzag(in);
    if (form == COLUMN_CODED) c->bytes = get_bytes(in);
    return !in->failed;
}

bool column_open(struct column *c)
{
    if (c->form == COLUMN_CODED) c->coded = coded_open(c->bytes);
    return c->form != COLUMN_CODED || c->coded;
}

bool column_next(struct column *c, int64_t *out, size_t n)
{
    switch (c->form) {
    case COLUMN_SAME:
        for (size_t i = 0; i < n; i++) out[i] = c->same;
        return true;
    case COLUMN_PACKED: return packed_next(&c->packed, &c->in, out, n);
    case COLUMN_CODED: return coded_next(c->coded, out, n);
    }
    return false;
}

void column_close(struct column *c)
{
    coded_close(c->coded);
    c->coded = NULL;
}
