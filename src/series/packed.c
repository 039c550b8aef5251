// SPDX-License-Identifier: EUPL-1.2
#include "series/packed.h"

#include <endian.h>

enum { DELTA, FRAME, DELTA_FRAME, SPARSE, WAY_SHIFT = 6, WIDTH_MASK = 63 };
enum { WIDTH_FULL = 64, WIDTH_FULL_CODE = 63 };

// ---- bits ----

static unsigned width_of(uint64_t most)
{
    const unsigned width = most == 0 ? 0 : 64U - (unsigned)__builtin_clzll(most);
    return width == WIDTH_FULL_CODE ? WIDTH_FULL : width;
}

static size_t packed_bytes(size_t n, unsigned width)
{
    return (n * width + 7) / 8;
}

static size_t varint_bytes(uint64_t v)
{
    return v == 0 ? 1 : (size_t)(70 - __builtin_clzll(v)) / 7;
}

static void store_word(uint8_t *p, uint64_t v)
{
    v = htole64(v);
    memcpy(p, &v, sizeof v);
}

static uint64_t load_word(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return le64toh(v);
}

static void pack(buf *b, const uint64_t *values, size_t n, unsigned width)
{
    const size_t bytes = packed_bytes(n, width);
    if (!buf_reserve(b, bytes + 16)) return;  // whole words are written
    uint8_t *p = (uint8_t *)b->p + b->n;
    uint64_t word = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < n; i++) {
        word |= values[i] << filled;
        filled += width;
        if (filled < 64) continue;
        store_word(p, word);
        p += 8;
        filled -= 64;
        word = filled > 0 ? values[i] >> (width - filled) : 0;
    }
    store_word(p, word);
    b->n += bytes;
}

// Reads up to 8 bytes behind the packed ones: the caller sees to it that they are there.
static inline void unpack_narrow(const uint8_t *p, uint64_t *out, size_t n, unsigned width)
{
    const uint64_t mask = ((uint64_t)1 << width) - 1;
    for (size_t i = 0, at = 0; i < n; i++, at += width) out[i] = load_word(p + at / 8) >> (at % 8) & mask;
}

static void unpack_wide(const uint8_t *p, uint64_t *out, size_t n, unsigned width)
{
    const uint64_t mask = width == 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
    for (size_t i = 0, at = 0; i < n; i++, at += width) {
        const unsigned shift = at % 8;
        const uint64_t low = load_word(p + at / 8) >> shift;
        const uint64_t high = shift > 0 ? (uint64_t)p[at / 8 + 8] << (64 - shift) : 0;
        out[i] = (low | high) & mask;
    }
}

enum { WIDTH_NARROW = 57 };  // with a shift of up to 7 bits still within a word

static void unpack(const uint8_t *p, uint64_t *out, size_t n, unsigned width)
{
    if (width > WIDTH_NARROW) {
        unpack_wide(p, out, n, width);
        return;
    }
    switch (width) {  // the common widths with a constant one, which the compiler unrolls
#define NARROW(w) \
    case w: unpack_narrow(p, out, n, w); return;
        NARROW(1)
        NARROW(2)
        NARROW(3)
        NARROW(4)
        NARROW(5)
        NARROW(6)
        NARROW(7)
        NARROW(8)
        NARROW(9)
        NARROW(10)
        NARROW(11)
        NARROW(12)
#undef NARROW
    default: unpack_narrow(p, out, n, width);
    }
}

// ---- writing ----

struct block {
    const int64_t *values;
    size_t n;
    int64_t before;                // the number before the first
    int64_t deltas[COLUMN_BLOCK];  // to the number before
    int64_t least, most, least_delta, most_delta;
    unsigned differing;
    unsigned widths[3];  // of DELTA, FRAME, DELTA_FRAME
    size_t bytes[4];     // of each way, without the head byte
};

static void find_extremes(struct block *k)
{
    int64_t least = k->values[0], most = least, least_delta = INT64_MAX, most_delta = INT64_MIN;
    unsigned differing = 0;
    for (size_t i = 0; i < k->n; i++) {
        const int64_t v = k->values[i], delta = int_minus(v, i > 0 ? k->values[i - 1] : k->before);
        k->deltas[i] = delta;
        least = v < least ? v : least;
        most = v > most ? v : most;
        least_delta = delta < least_delta ? delta : least_delta;
        most_delta = delta > most_delta ? delta : most_delta;
        differing += delta != 0;
    }
    k->least = least;
    k->most = most;
    k->least_delta = least_delta;
    k->most_delta = most_delta;
    k->differing = differing;
}

static size_t smallest_of_packed(const struct block *k)
{
    const size_t least = k->bytes[DELTA] < k->bytes[FRAME] ? k->bytes[DELTA] : k->bytes[FRAME];
    return least < k->bytes[DELTA_FRAME] ? least : k->bytes[DELTA_FRAME];
}

// SIZE_MAX: too many differ, or so many that another way is smaller in any case.
static size_t sparse_bytes(const struct block *k)
{
    size_t bytes = 0;
    if (k->differing == COLUMN_BLOCK || 2 * k->differing >= smallest_of_packed(k)) return SIZE_MAX;
    for (size_t i = 0; i < k->n; i++)
        if (k->deltas[i] != 0) bytes += 1 + varint_bytes(zigzag(k->deltas[i]));
    return bytes;
}

static uint64_t widest_delta(const struct block *k)
{
    const uint64_t low = zigzag(k->least_delta), high = zigzag(k->most_delta);
    return low > high ? low : high;
}

static void block_of(struct block *k, const int64_t *values, size_t n, int64_t before)
{
    k->values = values;
    k->n = n;
    k->before = before;
    find_extremes(k);
    k->widths[DELTA] = width_of(widest_delta(k));
    k->widths[FRAME] = width_of((uint64_t)int_minus(k->most, k->least));
    k->widths[DELTA_FRAME] = width_of((uint64_t)int_minus(k->most_delta, k->least_delta));
    for (int way = DELTA; way <= DELTA_FRAME; way++) k->bytes[way] = packed_bytes(n, k->widths[way]);
    k->bytes[FRAME] += varint_bytes(zigzag(int_minus(k->least, before)));
    k->bytes[DELTA_FRAME] += varint_bytes(zigzag(k->least_delta));
    k->bytes[SPARSE] = sparse_bytes(k);
}

static int smallest_way(const struct block *k)
{
    int best = DELTA;
    for (int way = FRAME; way <= SPARSE; way++)
        if (k->bytes[way] < k->bytes[best]) best = way;
    return best;
}

static void write_sparse(buf *b, const struct block *k)
{
    put_byte(b, (uint8_t)((unsigned)SPARSE << WAY_SHIFT | k->differing));
    for (size_t i = 0; i < k->n; i++) {
        if (k->deltas[i] == 0) continue;
        put_byte(b, (uint8_t)i);
        put_zigzag(b, k->deltas[i]);
    }
}

static void write_packed(buf *b, const struct block *k, int way)
{
    const unsigned width = k->widths[way];
    uint64_t bits[COLUMN_BLOCK];
    put_byte(b, (uint8_t)((unsigned)way << WAY_SHIFT | (width == WIDTH_FULL ? WIDTH_FULL_CODE : width)));
    switch (way) {
    case DELTA:
        for (size_t i = 0; i < k->n; i++) bits[i] = zigzag(k->deltas[i]);
        break;
    case FRAME:
        put_zigzag(b, int_minus(k->least, k->before));
        for (size_t i = 0; i < k->n; i++) bits[i] = (uint64_t)int_minus(k->values[i], k->least);
        break;
    default:
        put_zigzag(b, k->least_delta);
        for (size_t i = 0; i < k->n; i++) bits[i] = (uint64_t)int_minus(k->deltas[i], k->least_delta);
    }
    pack(b, bits, k->n, width);
}

void packed_write(buf *b, const int64_t *values, size_t count)
{
    int64_t before = 0;
    for (size_t at = 0; at < count; at += COLUMN_BLOCK) {
        const size_t n = count - at < COLUMN_BLOCK ? count - at : COLUMN_BLOCK;
        struct block k;
        block_of(&k, values + at, n, before);
        const int way = smallest_way(&k);
        if (way == SPARSE) {
            write_sparse(b, &k);
        } else {
            write_packed(b, &k, way);
        }
        before = values[at + n - 1];
    }
}

// ---- reading ----

static bool read_sparse(reader *in, unsigned differing, int64_t last, int64_t *out, size_t n)
{
    size_t filled = 0;
    for (unsigned k = 0; k < differing; k++) {
        const size_t at = get_byte(in);
        const int64_t delta = get_zigzag(in);
        if (in->failed || at >= n || at < filled) return false;
        for (; filled < at; filled++) out[filled] = last;
        last = int_plus(last, delta);
        out[filled++] = last;
    }
    for (; filled < n; filled++) out[filled] = last;
    return true;
}

// The bits of a block; near the end of the bytes they are read from a copy, for unpack reads whole words.
static bool read_bits(reader *in, uint64_t *bits, size_t n, unsigned width)
{
    uint8_t copy[COLUMN_BLOCK * 8 + 16] = {0};
    const size_t bytes = packed_bytes(n, width);
    if (bytes > reader_left(in)) return false;
    const uint8_t *p = in->p;
    if (reader_left(in) < bytes + 9) {
        memcpy(copy, p, bytes);
        p = copy;
    }
    unpack(p, bits, n, width);
    in->p += bytes;
    return true;
}

static void sum_up(int64_t *out, const uint64_t *bits, size_t n, int64_t last, int64_t base)
{
    for (size_t i = 0; i < n; i++) out[i] = last = int_plus(last, int_plus((int64_t)bits[i], base));
}

static bool read_packed(reader *in, unsigned way, unsigned code, int64_t last, int64_t *out, size_t n)
{
    const unsigned width = code == WIDTH_FULL_CODE ? WIDTH_FULL : code;
    uint64_t bits[COLUMN_BLOCK] = {0};
    const int64_t base = way == DELTA ? 0 : get_zigzag(in);
    if (in->failed || (width > 0 && !read_bits(in, bits, n, width))) return false;
    switch (way) {
    case DELTA:
        for (size_t i = 0; i < n; i++) out[i] = last = int_plus(last, unzigzag(bits[i]));
        return true;
    case FRAME:
        for (size_t i = 0; i < n; i++) out[i] = int_plus(int_plus(last, base), (int64_t)bits[i]);
        return true;
    default: sum_up(out, bits, n, last, base); return true;
    }
}

bool packed_next(struct packed_reader *c, reader *in, int64_t *out, size_t n)
{
    const unsigned head = get_byte(in), way = head >> WAY_SHIFT, code = head & WIDTH_MASK;
    if (in->failed || n == 0 || n > COLUMN_BLOCK) return false;
    const bool ok = way == SPARSE ? read_sparse(in, code, c->last, out, n)
                                  : read_packed(in, way, code, c->last, out, n);
    if (ok) c->last = out[n - 1];
    return ok;
}

bool packed_skip(reader *in, size_t n)
{
    const unsigned head = get_byte(in), way = head >> WAY_SHIFT, code = head & WIDTH_MASK;
    if (way == SPARSE) {
        for (unsigned k = 0; k < code; k++) {
            get_byte(in);
            get_varint(in);
        }
        return !in->failed;
    }
    if (way != DELTA) get_varint(in);
    get_raw(in, packed_bytes(n, code == WIDTH_FULL_CODE ? WIDTH_FULL : code));
    return !in->failed;
}
