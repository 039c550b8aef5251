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

static void write_shorter(buf *b, const int64_t *values, size_t count, bool is_quick)
{
    buf coded = {.max = b->max};
    const size_t from = b->n;
    put_byte(b, COLUMN_PACKED);
    packed_write(b, values, count);
    if (is_quick || count < WORTH_CODING) return;
    coded_write(&coded, values, count);
    if (!coded.failed && coded.n + 2 < b->n - from) {
        b->n = from;
        put_byte(b, COLUMN_CODED);
        put_bytes(b, buf_str(&coded));
    }
    buf_free(&coded);
}

void column_write(buf *b, const int64_t *values, size_t count, bool is_quick)
{
    if (!is_same(values, count)) {
        write_shorter(b, values, count, is_quick);
        return;
    }
    put_byte(b, COLUMN_SAME);
    put_zigzag(b, values[0]);
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
