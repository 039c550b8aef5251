// SPDX-License-Identifier: EUPL-1.2
#include "http/chunk.h"

#include "http/field.h"

#include <string.h>

enum { SIZE_DIGITS_MAX = 8 };

// Each reader takes one byte and says whether it may stand there.
typedef bool (*byte_reader)(struct chunk_reader *c, char byte);

static bool read_size(struct chunk_reader *c, char byte)
{
    const int digit = field_hex_digit(byte);
    if (digit >= 0) {
        c->left = c->left * 16 + (uint64_t)digit;
        return ++c->digits <= SIZE_DIGITS_MAX;
    }
    if (!c->digits) return false;
    c->line = 0;
    if (byte == '\r')
        c->place = CHUNK_SIZE_LF;
    else if (byte == ';' || byte == ' ' || byte == '\t')
        c->place = CHUNK_EXTENSION;
    else
        return false;
    return true;
}

static bool read_extension(struct chunk_reader *c, char byte)
{
    if (byte == '\r')
        c->place = CHUNK_SIZE_LF;
    else if ((unsigned char)byte < ' ' && byte != '\t')
        return false;
    return ++c->line <= CHUNK_LINE_MAX;
}

static bool read_size_lf(struct chunk_reader *c, char byte)
{
    c->place = c->left ? CHUNK_DATA : CHUNK_TRAILER;
    c->line = 0;
    return byte == '\n';
}

static bool read_data_cr(struct chunk_reader *c, char byte)
{
    c->place = CHUNK_DATA_LF;
    return byte == '\r';
}

static bool read_data_lf(struct chunk_reader *c, char byte)
{
    c->place = CHUNK_SIZE;
    c->digits = 0;
    return byte == '\n';
}

static bool read_trailer(struct chunk_reader *c, char byte)
{
    if (++c->trailer > CHUNK_TRAILER_MAX) return false;
    if (c->saw_cr) {
        c->saw_cr = false;
        if (!c->line) c->place = CHUNK_END;
        c->line = 0;
        return byte == '\n';
    }
    if (byte == '\r') {
        c->saw_cr = true;
        return true;
    }
    c->line++;
    return (unsigned char)byte >= ' ' || byte == '\t';
}

static const byte_reader readers[] = {
    [CHUNK_SIZE] = read_size,       [CHUNK_EXTENSION] = read_extension, [CHUNK_SIZE_LF] = read_size_lf,
    [CHUNK_DATA_CR] = read_data_cr, [CHUNK_DATA_LF] = read_data_lf,     [CHUNK_TRAILER] = read_trailer,
};

static chunk_state refuse(struct refusal *why, int status, const char *message)
{
    *why = (struct refusal){status, message};
    return CHUNK_REFUSED;
}

// Moves what is there of the chunk's data to its place.
static void move_data(struct chunk_reader *c, char *p, size_t n, size_t *used, size_t *written)
{
    const size_t there = n - *used;
    const size_t part = c->left < there ? (size_t)c->left : there;
    memmove(p + *written, p + *used, part);
    *used += part;
    *written += part;
    c->left -= part;
    if (!c->left) c->place = CHUNK_DATA_CR;
}

chunk_state chunk_read(struct chunk_reader *c, char *p, size_t n, uint64_t data_left, size_t *used,
                       size_t *written, struct refusal *why)
{
    *used = *written = 0;
    while (*used < n && c->place != CHUNK_END) {
        if (c->place == CHUNK_DATA) {
            if (c->left > data_left - *written) return refuse(why, 413, "the body is larger than allowed");
            move_data(c, p, n, used, written);
        } else if (!readers[c->place](c, p[(*used)++])) {
            return refuse(why, 400, "the chunked coding of the body is broken");
        }
    }
    return c->place == CHUNK_END ? CHUNK_DONE : CHUNK_MORE;
}
