// SPDX-License-Identifier: EUPL-1.2
#include "rollup/stretch.h"

#include "series/checksum.h"
#include "series/varint.h"

#define VERSION 1
#define PREFIX (1 + CHECKSUM_BYTES)

// ---- bytes ---------------------------------------------------------------------------------------------------------

static bool is_empty(const struct stretch *s)
{
    for (int i = 0; i < STRETCH_DAYS; i++)
        if (s->day[i].n > 0) return false;
    return true;
}

void stretch_write(buf *b, const struct stretch *s)
{
    const size_t start = b->n;
    if (is_empty(s)) return;
    put_byte(b, VERSION);
    for (int i = 0; i < CHECKSUM_BYTES; i++) put_byte(b, 0);
    for (int i = 0; i < STRETCH_DAYS; i++) {
        if (s->day[i].n == 0) continue;
        put_byte(b, (uint8_t)i);
        put_bytes(b, s->day[i]);
    }
    if (!b->failed) checksum_write((uint8_t *)b->p + start + 1, str_slice(buf_str(b), start + PREFIX, b->n));
}

static bool read_days(reader *r, struct stretch *out)
{
    int least = 0;
    while (reader_left(r) > 0) {
        const int place = get_byte(r);
        const str day = get_bytes(r);
        if (place < least || place >= STRETCH_DAYS || day.n == 0) return false;
        out->day[place] = day;
        least = place + 1;
    }
    return !r->failed && least > 0;
}

bool stretch_read(str bytes, struct stretch *out, err *e)
{
    struct stretch s = {.day = {{0}}};
    reader r = reader_of(str_slice(bytes, PREFIX, bytes.n));
    if (bytes.n > 0 && (bytes.n <= PREFIX || bytes.p[0] != VERSION ||
                        !checksum_matches((const uint8_t *)bytes.p + 1, str_slice(bytes, PREFIX, bytes.n)) ||
                        !read_days(&r, &s)))
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "stored sums of days are damaged");
    *out = s;
    return true;
}

// ---- numbers -------------------------------------------------------------------------------------------------------

#define STREAM_BITS 32

int32_t stretch_of(int32_t day)
{
    return day >= 0 ? day / STRETCH_DAYS : -((STRETCH_DAYS - 1 - day) / STRETCH_DAYS);
}

int32_t stretch_first(int32_t stretch)
{
    return stretch * STRETCH_DAYS;
}

int64_t stretch_number(int32_t stretch, entity_id stream)
{
    return (int64_t)(stretch - STRETCH_LEAST) << STREAM_BITS | stream;
}

int32_t stretch_of_number(int64_t number)
{
    return (int32_t)(number >> STREAM_BITS) + STRETCH_LEAST;
}

entity_id stretch_stream_of_number(int64_t number)
{
    return number & (((int64_t)1 << STREAM_BITS) - 1);
}

// ---- in the store --------------------------------------------------------------------------------------------------

struct finding {
    entity_id stream;
    int64_t at;  // where to look on
    bool is_over, goes_on;
    bool (*each)(int32_t stretch, str bytes, void *context, err *e);
    void *context;
};

// Hears of the next one of any stream: from there it is seen where the stream's own could be.
static bool find(int64_t number, str bytes, void *context, err *e)
{
    struct finding *f = context;
    const int32_t stretch = stretch_of_number(number);
    const entity_id stream = stretch_stream_of_number(number);
    f->is_over = false;
    f->at = stretch_number(stream < f->stream ? stretch : stretch + 1, f->stream);
    if (stream == f->stream) f->goes_on = f->each(stretch, bytes, f->context, e);
    return false;
}

bool stretch_each(struct snapshot *at, entity_id stream, int32_t first, int32_t last,
                  bool (*each)(int32_t stretch, str bytes, void *context, err *e), void *context, err *e)
{
    struct finding f = {.stream = stream,
                        .at = stretch_number(first, stream),
                        .goes_on = true,
                        .each = each,
                        .context = context};
    const int64_t end = stretch_number(last, stream) + 1;
    while (!f.is_over && f.goes_on && f.at < end) {
        f.is_over = true;
        if (!store_bytes_range(at, BYTES_STREAM_DAYS, f.at, end, find, &f, e)) return false;
    }
    return true;
}
