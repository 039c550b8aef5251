// SPDX-License-Identifier: EUPL-1.2
#include "series/coded.h"

#include "series/model.h"
#include "series/predictor.h"

#include <endian.h>
#include <math.h>
#include <stdlib.h>

// ---- tokens ----

enum { OWN_TOKENS = 16, OWN_BITS = 4, DIGITS = 2 };  // digits behind the first one that the token says

// Without a jump: which of both it is, is pure chance where numbers are noisy.
static inline unsigned token_of(uint64_t z)
{
    const unsigned exponent = 63U - (unsigned)__builtin_clzll(z | OWN_TOKENS);
    const unsigned longer = OWN_TOKENS + ((exponent - OWN_BITS) << DIGITS) +
                            (unsigned)(z >> (exponent - DIGITS) & 3);
    return z < OWN_TOKENS ? (unsigned)z : longer;
}

// The number of a token is its digits, shifted, and as many plain bits below.
static inline unsigned plain_bits(unsigned token)
{
    return token < OWN_TOKENS ? 0 : ((token - OWN_TOKENS) >> DIGITS) + OWN_BITS - DIGITS;
}

static inline unsigned digits_of(unsigned token)
{
    return token < OWN_TOKENS ? token : 4 + (token & 3);
}

// ---- writing ----

#define STATE_LEAST ((uint32_t)1 << 16)
#define STATES 2

// A token's part of the shares. A state divided by the share is its product with the inverse, shifted: exact for states
// below 2^32, for it is too large by less than a share.
#define INVERSE_BITS 63
struct span {
    uint64_t inverse, most;  // from `most` on a state gives a word away first
    uint32_t start, others;
};

static void spans_of(const struct model *m, struct span out[static TOKENS])
{
    uint32_t start = 0;
    for (size_t t = 0; t < m->used; t++) {
        const uint32_t share = m->share[t];
        if (share == 0) continue;
        out[t] = (struct span){.inverse = ((uint64_t)1 << INVERSE_BITS) / share + 1,
                               .most = (uint64_t)share << (32 - SHARE_BITS),
                               .start = start,
                               .others = SHARES - share};
        start += share;
    }
}

static inline uint32_t divided(uint32_t x, uint64_t inverse)
{
    return (uint32_t)((unsigned __int128)x * inverse >> INVERSE_BITS);
}

// Backward, for the reader gets them in turn; gives how many words it wrote to the end of `words`.
static size_t put_tokens(const struct model *m, const uint8_t *tokens, size_t count, uint16_t *words_end,
                         uint32_t states[static STATES])
{
    struct span spans[TOKENS];
    uint16_t *w = words_end;
    spans_of(m, spans);
    for (int k = 0; k < STATES; k++) states[k] = STATE_LEAST;
    for (size_t i = count; i-- > 0;) {
        const struct span *s = &spans[tokens[i]];
        uint32_t x = states[i % STATES];
        const bool is_high = x >= s->most;
        w[-1] = htole16((uint16_t)x);  // kept only where it is due: a jump would be wrong every other time
        w -= is_high;
        x >>= is_high ? 16 : 0;
        // The quotient times all shares, the remainder, and where the token's own begin.
        states[i % STATES] = x + divided(x, s->inverse) * s->others + s->start;
    }
    return (size_t)(words_end - w);
}

static void put_word32(buf *b, uint32_t v)
{
    for (int i = 0; i < 4; i++) put_byte(b, (uint8_t)(v >> (8 * i)));
}

static void put_plain(buf *b, const int64_t *surprises, const uint8_t *tokens, size_t count,
                      const uint32_t counts[static TOKENS])
{
    size_t bits = 0;
    for (unsigned t = OWN_TOKENS; t < TOKENS; t++) bits += (size_t)counts[t] * plain_bits(t);
    if (bits == 0 || !buf_reserve(b, bits / 8 + 2 * sizeof(uint64_t))) return;
    uint8_t *p = (uint8_t *)b->p + b->n;
    uint64_t word = 0;
    unsigned filled = 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned n = plain_bits(tokens[i]);
        const uint64_t plain = zigzag(surprises[i]) & (((uint64_t)1 << n) - 1);
        word |= plain << filled;
        filled += n;
        if (filled < 64) continue;
        word = htole64(word);
        memcpy(p, &word, sizeof word);
        p += sizeof word;
        filled -= 64;
        word = filled > 0 ? plain >> (n - filled) : 0;
    }
    word = htole64(word);
    memcpy(p, &word, sizeof word);
    b->n += (bits + 7) / 8;
}

// ---- choosing the predictor ----

// In bits, but for the model.
static double cost_of_tokens(const uint32_t counts[static TOKENS], size_t count)
{
    double bits = 0;
    for (unsigned t = 0; t < TOKENS; t++)
        if (counts[t] > 0) bits += counts[t] * (log2((double)count / counts[t]) + plain_bits(t));
    return bits;
}

// By what all values would take with each.
static struct predictor choose_by_all(const int64_t *values, size_t count, int64_t *surprises, int64_t *first)
{
    double least = INFINITY;
    uint8_t best = 0;
    for (uint8_t kind = 0; kind < PREDICTORS; kind++) {
        uint32_t counts[TOKENS] = {0};
        struct predictor p = predictor_for(kind, values, count, first);
        predictor_subtract(&p, values, surprises, count);
        for (size_t i = 0; i < count; i++) counts[token_of(zigzag(surprises[i]))]++;
        const double cost = cost_of_tokens(counts, count);
        if (cost >= least) continue;
        least = cost;
        best = kind;
    }
    return predictor_for(best, values, count, first);
}

// ---- the column ----

void coded_write(buf *b, const int64_t *values, size_t count, bool by_all)
{
    int64_t *surprises = malloc(count * (sizeof *surprises + sizeof(uint16_t) + 1));
    if (!surprises) {
        b->failed = true;
        return;
    }
    uint16_t *words = (uint16_t *)(surprises + count);
    uint8_t *tokens = (uint8_t *)(words + count);
    uint32_t counts[TOKENS] = {0}, states[STATES];
    int64_t first;
    struct predictor p = by_all ? choose_by_all(values, count, surprises, &first)
                                : predictor_choose(values, count, &first);
    struct model m;
    put_byte(b, p.kind);
    put_zigzag(b, first);
    predictor_subtract(&p, values, surprises, count);
    for (size_t i = 0; i < count; i++) counts[tokens[i] = (uint8_t)token_of(zigzag(surprises[i]))]++;
    model_write(b, counts, &m);
    const size_t n = put_tokens(&m, tokens, count, words + count, states);
    put_varint(b, STATES * sizeof states[0] + n * sizeof *words);
    for (int k = 0; k < STATES; k++) put_word32(b, states[k]);
    buf_add(b, (str){(const char *)(words + count - n), n * sizeof *words});
    put_plain(b, surprises, tokens, count, counts);
    free(surprises);
}

// ---- reading ----

// What stands behind the bytes, so that a block can be read without looking whether it ends in the middle.
#define BEHIND (COLUMN_BLOCK * 8 + 16)

// Of each of the 2,048 shares: whose it is. In 32 bits, so that the table of a column takes 8 KiB.
struct slot {
    uint32_t share : SHARE_BITS;  // less one
    uint32_t offset : SHARE_BITS;
    uint32_t digits : 4;
    uint32_t plain : 6;  // bits
};

struct coded {
    struct slot slots[SHARES];
    uint32_t states[STATES];
    struct predictor predictor;
    bool has_plain;  // some tokens have plain bits
    const uint8_t *words, *words_end, *plain, *end;
    size_t bit;  // of the plain ones, the next
    uint8_t bytes[];
};

static void fill_slots(const struct model *m, struct slot *slots)
{
    for (unsigned t = 0; t < m->used; t++) {
        const unsigned share = m->share[t];
        struct slot s = {
            .share = (share - 1) & (SHARES - 1), .digits = digits_of(t) & 15, .plain = plain_bits(t) & 63};
        for (unsigned i = 0; i < share; i++) {
            s.offset = i & (SHARES - 1);
            *slots++ = s;
        }
    }
}

static uint32_t get_word32(reader *in)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) v |= (uint32_t)get_byte(in) << (8 * i);
    return v;
}

static bool start(struct coded *c, str bytes)
{
    reader in = reader_of(bytes);
    struct model m;
    const uint8_t kind = get_byte(&in);
    c->predictor = predictor_of(kind, get_zigzag(&in));
    if (in.failed || kind >= PREDICTORS || !model_read(&in, &m)) return false;
    fill_slots(&m, c->slots);
    c->has_plain = m.used > OWN_TOKENS;
    const str coded = get_bytes(&in);
    if (in.failed || coded.n < STATES * sizeof c->states[0]) return false;
    reader tokens = reader_of(coded);
    for (int k = 0; k < STATES; k++) c->states[k] = get_word32(&tokens);
    c->words = tokens.p;
    c->words_end = tokens.end;
    c->plain = in.p;
    c->end = in.end;
    return true;
}

struct coded *coded_open(str bytes)
{
    struct coded *c = malloc(sizeof *c + bytes.n + BEHIND);
    if (!c) return NULL;
    c->bit = 0;
    memcpy(c->bytes, bytes.p, bytes.n);
    memset(c->bytes + bytes.n, 0, BEHIND);
    if (start(c, (str){(const char *)c->bytes, bytes.n})) return c;
    free(c);
    return NULL;
}

void coded_close(struct coded *c)
{
    free(c);
}

// What is read on while a block is: in registers.
struct reading {
    uint32_t states[STATES];
    const uint8_t *words;
    size_t bit;
};

// The next n bits, n < 64.
static inline uint64_t plain_at(const uint8_t *p, size_t bit, unsigned n)
{
    uint64_t low;
    memcpy(&low, p + bit / 8, sizeof low);
    const unsigned shift = bit % 8;
    uint64_t v = le64toh(low) >> shift;
    if (__builtin_expect(n + shift > 64, 0)) v |= (uint64_t)p[bit / 8 + 8] << (64 - shift);
    return v & (((uint64_t)1 << n) - 1);
}

// One surprise: a token by the state, which takes a word when it ran low, and plain bits. Reads at most a word and 61 bits,
// so that a block never reads further than BEHIND.
static inline __attribute__((always_inline)) int64_t next_surprise(const struct coded *c, struct reading *k,
                                                                   unsigned state, bool has_plain)
{
    const uint32_t x = k->states[state];
    const struct slot s = c->slots[x & (SHARES - 1)];
    const uint32_t low = (s.share + 1U) * (x >> SHARE_BITS) + s.offset;
    uint16_t word;
    memcpy(&word, k->words, sizeof word);
    const bool is_low = low < STATE_LEAST;
    k->states[state] = is_low ? low << 16 | le16toh(word) : low;
    k->words += is_low ? sizeof word : 0;
    if (!has_plain) return unzigzag(s.digits);
    const uint64_t z = ((uint64_t)s.digits << s.plain) | plain_at(c->plain, k->bit, s.plain);
    k->bit += s.plain;
    return unzigzag(z);
}

static inline __attribute__((always_inline)) int64_t next_value(const struct coded *c, struct reading *k,
                                                                struct predictor *p, unsigned state,
                                                                bool has_plain, unsigned fraction,
                                                                unsigned level, unsigned trend)
{
    const int64_t surprise = next_surprise(c, k, state, has_plain);
    const int64_t value = int_plus(predictor_guess(p, fraction), surprise);
    predictor_learn(p, surprise, fraction, level, trend);
    return value;
}

// Coder and predictor in one loop: each waits for its own last step, so that two run in the time of one. The two states take
// turns; only the last block of a column has an odd length.
static inline __attribute__((always_inline)) void next_block(const struct coded *c, struct reading *reading,
                                                             struct predictor *predictor, int64_t *out,
                                                             size_t n, bool has_plain, unsigned fraction,
                                                             unsigned level, unsigned trend)
{
    struct reading k = *reading;
    struct predictor p = *predictor;
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        out[i] = next_value(c, &k, &p, 0, has_plain, fraction, level, trend);
        out[i + 1] = next_value(c, &k, &p, 1, has_plain, fraction, level, trend);
    }
    if (i < n) out[i] = next_value(c, &k, &p, 0, has_plain, fraction, level, trend);
    *reading = k;
    *predictor = p;
}

static void next_steady(const struct coded *c, struct reading *k, int64_t level, int64_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) out[i] = int_plus(level, next_surprise(c, k, i % STATES, true));
}

static void next_of_kind(struct coded *c, struct reading *k, int64_t *out, size_t n)
{
    switch (c->predictor.kind * 2 + c->has_plain) {
#define PREDICTOR_KIND(kind, fraction, level, trend)                                               \
    case 2 * kind: next_block(c, k, &c->predictor, out, n, false, fraction, level, trend); return; \
    case 2 * kind + 1: next_block(c, k, &c->predictor, out, n, true, fraction, level, trend); return;
        PREDICTOR_KINDS
#undef PREDICTOR_KIND
    default: next_steady(c, k, c->predictor.ahead, out, n);
    }
}

bool coded_next(struct coded *c, int64_t *out, size_t n)
{
    if (n > COLUMN_BLOCK) return false;
    struct reading k = {.states = {c->states[0], c->states[1]}, .words = c->words, .bit = c->bit};
    next_of_kind(c, &k, out, n);
    if (k.words > c->words_end || k.bit > (size_t)(c->end - c->plain) * 8) return false;
    c->states[0] = k.states[0];
    c->states[1] = k.states[1];
    c->words = k.words;
    c->bit = k.bit;
    return true;
}
