// SPDX-License-Identifier: EUPL-1.2
#include "series/model.h"

#include <math.h>

#define CODE_BITS 5
#define CODE_MOST 31

// Code c stands for the weight 16 * 2^((c - 1) * 11 / 30): from one in 2,048 to all of them.
static const uint16_t weights[CODE_MOST + 1] = {
    0,   16,  21,   27,   34,   44,   57,   74,   95,   122,  158,  203,   262,   338,   436,   562,
    724, 934, 1204, 1552, 2001, 2580, 3327, 4290, 5531, 7132, 9195, 11856, 15287, 19710, 25414, 32768};

static void take_from_greatest(struct model *m, int difference)
{
    for (; difference != 0;) {
        size_t at = 0;
        for (size_t t = 1; t < m->used; t++)
            if (m->share[t] > m->share[at]) at = t;
        // A token that occurs keeps a share; with 256 tokens the greatest has eight or more.
        const int most = m->share[at] - 1, taken = difference < most ? difference : most;
        m->share[at] = (uint16_t)(m->share[at] - taken);
        difference -= taken;
    }
}

// Weights to shares that add up; false when there are none.
static bool spread(const uint8_t codes[static TOKENS], unsigned used, struct model *out)
{
    *out = (struct model){.used = used};
    uint64_t all = 0;
    int given = 0;
    for (size_t t = 0; t < used; t++) all += weights[codes[t]];
    if (all == 0) return false;
    for (size_t t = 0; t < used; t++) {
        const uint64_t share = weights[codes[t]] * (uint64_t)SHARES / all;
        out->share[t] = (uint16_t)(codes[t] > 0 && share == 0 ? 1 : share);
        given += out->share[t];
    }
    take_from_greatest(out, given - (int)SHARES);
    return true;
}

// ---- writing ----

struct bits {
    uint64_t word;
    unsigned filled;
};

static void put_code(buf *b, struct bits *k, unsigned code)
{
    k->word |= (uint64_t)code << k->filled;
    for (k->filled += CODE_BITS; k->filled >= 8; k->filled -= 8, k->word >>= 8) put_byte(b, (uint8_t)k->word);
}

static uint8_t code_of(uint32_t count, uint64_t all)
{
    if (count == 0) return 0;
    const double code = 1 + 30.0 / 11 * (log2((double)count / (double)all) + SHARE_BITS);
    return (uint8_t)(code < 1 ? 1 : code > CODE_MOST ? CODE_MOST : lround(code));
}

static size_t put_absent(buf *b, struct bits *k, const uint8_t *codes, size_t from, size_t to)
{
    size_t more = 0;
    while (more < CODE_MOST && from + 1 + more < to && codes[from + 1 + more] == 0) more++;
    put_code(b, k, 0);
    put_code(b, k, (unsigned)more);
    return from + more;
}

void model_write(buf *b, const uint32_t counts[static TOKENS], struct model *out)
{
    uint8_t codes[TOKENS];
    struct bits k = {0};
    uint64_t all = 0;
    size_t used = 0;
    for (size_t t = 0; t < TOKENS; t++) all += counts[t];
    for (size_t t = 0; t < TOKENS; t++) {
        codes[t] = code_of(counts[t], all);
        if (codes[t] > 0) used = t + 1;
    }
    put_varint(b, used);
    for (size_t t = 0; t < used; t++) {
        if (codes[t] > 0) {
            put_code(b, &k, codes[t]);
        } else {
            t = put_absent(b, &k, codes, t, used);
        }
    }
    if (k.filled > 0) put_byte(b, (uint8_t)k.word);
    (void)!spread(codes, (unsigned)used, out);
}

// ---- reading ----

static unsigned get_code(reader *in, struct bits *k)
{
    if (k->filled < CODE_BITS) {
        k->word |= (uint64_t)get_byte(in) << k->filled;
        k->filled += 8;
    }
    const unsigned code = k->word & CODE_MOST;
    k->word >>= CODE_BITS;
    k->filled -= CODE_BITS;
    return code;
}

bool model_read(reader *in, struct model *out)
{
    uint8_t codes[TOKENS] = {0};
    struct bits k = {0};
    const uint64_t used = get_varint(in);
    if (in->failed || used > TOKENS) return false;
    for (size_t t = 0; t < used; t++) {
        codes[t] = (uint8_t)get_code(in, &k);
        if (codes[t] == 0) t += get_code(in, &k);
    }
    return !in->failed && spread(codes, (unsigned)used, out);
}
