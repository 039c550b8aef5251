// SPDX-License-Identifier: EUPL-1.2
#include "series/tail_row.h"

#include "series/checksum.h"

#define VERSION 1
#define PREFIX (1 + CHECKSUM_BYTES)

enum { FORM_PARTS = 19, FORM_MASK = 31 };
enum { STREAM_SAME, STREAM_NEXT, STREAM_GIVEN, STREAM_SHIFT = 5, STREAM_MASK = 3 };
enum { HEAD_WHOLE = 128 };
enum { PART_DECIMAL = 1, PART_RESULT_TIME = 2, PART_EXTRA = 4, PART_ALL = 7 };

void tail_writer_start(struct tail_writer *w)
{
    if (w->bytes.max == 0) w->bytes.max = TAIL_ROW_MAX;
    buf_clear(&w->bytes);
    put_byte(&w->bytes, VERSION);
    for (int i = 0; i < CHECKSUM_BYTES; i++) put_byte(&w->bytes, 0);
    w->stream = 0;
    w->time = 0;
}

static unsigned stream_form(entity_id before, entity_id stream)
{
    return stream == before ? STREAM_SAME : stream == before + 1 ? STREAM_NEXT : STREAM_GIVEN;
}

static unsigned parts_of(const struct point *p)
{
    return (p->scale != POINT_NO_DECIMAL ? PART_DECIMAL : 0U) |
           (p->result_time != TIME_NONE ? PART_RESULT_TIME : 0U) | (p->extra.n > 0 ? PART_EXTRA : 0U);
}

static void put_parts(buf *b, unsigned parts, const struct point *p, int64_t units)
{
    put_byte(b, (uint8_t)parts);
    if (parts & PART_DECIMAL) {
        put_byte(b, p->scale);
        put_zigzag(b, units);
    }
    if (parts & PART_RESULT_TIME) put_zigzag(b, int_minus(p->result_time, p->time));
    if (parts & PART_EXTRA) put_bytes(b, p->extra);
}

// Most times are whole milliseconds.
static uint64_t time_code(int64_t difference)
{
    const bool is_whole = difference % 1000 == 0;
    return zigzag(is_whole ? difference / 1000 : difference) << 1 | !is_whole;
}

static int64_t get_time(reader *in)
{
    const uint64_t v = get_varint(in);
    const int64_t difference = unzigzag(v >> 1);
    return v & 1 ? difference : (int64_t)((uint64_t)difference * 1000);
}

#define MOST_OF_PLAIN (1 + 5 * VARINT_MAX)

// Inline, so that the first point of a run is never in memory: read back two members at a time, just after each was written, it
// waits for all older stores to leave the processor.
static inline __attribute__((always_inline)) void
add(struct tail_writer *w, entity_id stream, const struct point *p, struct tail_last *last, bool is_first)
{
    const bool is_whole = is_first || p->number != last->number + 1 || p->feature != last->feature;
    const unsigned way = stream_form(w->stream, stream), parts = parts_of(p);
    const bool is_plain = parts == PART_DECIMAL;
    const int64_t units = is_whole ? p->units : int_minus(p->units, last->units);
    if (!buf_reserve(&w->bytes, MOST_OF_PLAIN)) return;
    uint8_t *c = (uint8_t *)w->bytes.p + w->bytes.n;
    *c++ = (uint8_t)((is_plain ? p->scale : FORM_PARTS) | way << STREAM_SHIFT | (is_whole ? HEAD_WHOLE : 0));
    if (way == STREAM_GIVEN) c += varint_write(c, zigzag(stream - w->stream));
    if (is_whole) {
        c += varint_write(c, p->number);
        c += varint_write(c, (uint64_t)p->feature);
    }
    c += varint_write(c, time_code(int_minus(p->time, w->time)));
    if (is_plain) c += varint_write(c, zigzag(units));
    w->bytes.n = (size_t)(c - (uint8_t *)w->bytes.p);
    if (!is_plain) put_parts(&w->bytes, parts, p, units);
    w->stream = stream;
    w->time = p->time;
    *last = (struct tail_last){p->number, p->feature, p->units};
}

void tail_writer_add(struct tail_writer *w, entity_id stream, const struct point *p, struct tail_last *last,
                     bool is_first)
{
    add(w, stream, p, last, is_first);
}

#define MOST_OF_RUN (1 + 2 * VARINT_MAX)  // bytes of a reading behind the first

void tail_writer_add_run(struct tail_writer *w, const struct reading_run *run, uint32_t number,
                         struct tail_last *last, bool is_first)
{
    const struct plain_reading *r = run->all;
    const struct point first = {.time = r->time,
                                .units = r->value.units,
                                .result_time = TIME_NONE,
                                .feature = run->feature,
                                .number = number,
                                .scale = (uint8_t)r->value.scale};
    add(w, run->stream, &first, last, is_first);
    if (!buf_reserve(&w->bytes, (run->count - 1) * MOST_OF_RUN)) return;
    uint8_t *p = (uint8_t *)w->bytes.p + w->bytes.n;
    for (size_t i = 1; i < run->count; i++) {
        *p++ = (uint8_t)r[i].value.scale;  // the stream as before
        p += varint_write(p, time_code(int_minus(r[i].time, r[i - 1].time)));
        p += varint_write(p, zigzag(int_minus(r[i].value.units, r[i - 1].value.units)));
    }
    w->bytes.n = (size_t)(p - (uint8_t *)w->bytes.p);
    w->time = r[run->count - 1].time;
    last->number = number + (uint32_t)(run->count - 1);
    last->units = r[run->count - 1].value.units;
}

str tail_writer_finish(struct tail_writer *w)
{
    const str row = buf_str(&w->bytes);
    if (row.n >= PREFIX) checksum_write((uint8_t *)w->bytes.p + 1, str_slice(row, PREFIX, row.n));
    return row;
}

bool tail_reader_open(struct tail_reader *r, str row)
{
    *r = (struct tail_reader){.in = reader_of(row)};
    if (row.n < PREFIX || get_byte(&r->in) != VERSION) return false;
    r->in.p += CHECKSUM_BYTES;
    return checksum_matches((const uint8_t *)row.p + 1, str_slice(row, PREFIX, row.n));
}

static bool get_stream(struct tail_reader *r, unsigned form)
{
    if (form == STREAM_NEXT) r->stream++;
    if (form == STREAM_GIVEN) r->stream = int_plus(r->stream, get_zigzag(&r->in));
    return form <= STREAM_GIVEN && r->stream >= 1 && r->stream <= STREAM_ID_MAX;
}

static bool get_number(reader *in, struct point *p)
{
    const uint64_t number = get_varint(in), feature = get_varint(in);
    p->number = (uint32_t)number;
    p->feature = (entity_id)feature;
    return number <= UINT32_MAX && feature <= (uint64_t)ENTITY_ID_MAX;
}

static bool get_parts(reader *in, struct point *p)
{
    const unsigned parts = get_byte(in);
    if (parts > PART_ALL) return false;
    if (parts & PART_DECIMAL) {
        p->scale = get_byte(in);
        p->units = get_zigzag(in);
        if (p->scale > DECIMAL_SCALE_MAX) return false;
    }
    if (parts & PART_RESULT_TIME) p->result_time = int_plus(p->time, get_zigzag(in));
    if (parts & PART_EXTRA) p->extra = get_bytes(in);
    return true;
}

// In place: a copy of what was just written piece by piece waits for all pieces.
bool tail_reader_next(struct tail_reader *r, struct tail_item *out, bool *got)
{
    *got = reader_left(&r->in) > 0;
    if (!*got) return true;
    const unsigned head = get_byte(&r->in), form = head & FORM_MASK;
    struct point *p = &out->point;
    *out = (struct tail_item){.is_whole = head & HEAD_WHOLE,
                              .point = {.result_time = TIME_NONE, .scale = POINT_NO_DECIMAL}};
    if (!get_stream(r, head >> STREAM_SHIFT & STREAM_MASK)) return false;
    out->stream = r->stream;
    if (out->is_whole && !get_number(&r->in, p)) return false;
    p->time = r->time = int_plus(r->time, get_time(&r->in));
    if (p->time < TIME_MIN || p->time > TIME_MAX) return false;
    if (form < FORM_PARTS) {
        p->scale = (uint8_t)form;
        p->units = get_zigzag(&r->in);
    } else if (form > FORM_PARTS || !get_parts(&r->in, p)) {
        return false;
    }
    return !r->in.failed;
}

void tail_item_complete(struct tail_item *item, struct tail_last *last)
{
    struct point *p = &item->point;
    if (!item->is_whole) {
        p->number = last->number + 1;
        p->feature = last->feature;
        p->units = int_plus(last->units, p->units);
    }
    *last = (struct tail_last){p->number, p->feature, p->units};
}
