// SPDX-License-Identifier: EUPL-1.2
#include "render/qr.h"

#include "render/template.h"

#include <stdlib.h>
#include <string.h>

#define VERSION_MAX 10
#define CODEWORDS_MAX 346
#define BORDER 4

// Error correction M: codewords of correction in a block, and blocks of each of two sizes (the second holds one byte more).
static const struct {
    int correction, blocks, data, blocks_2;  // data: bytes in a block of the first size
} versions[VERSION_MAX + 1] = {
    {0},
    {10, 1, 16, 0},
    {16, 1, 28, 0},
    {26, 1, 44, 0},
    {18, 2, 32, 0},
    {24, 2, 43, 0},
    {16, 4, 27, 0},
    {18, 4, 31, 0},
    {22, 2, 38, 2},
    {22, 3, 36, 2},
    {26, 4, 43, 1},
};

// Middles of the alignment patterns.
static const int alignments[VERSION_MAX + 1][3] = {
    {0}, {0}, {6, 18}, {6, 22}, {6, 26}, {6, 30}, {6, 34}, {6, 22, 38}, {6, 24, 42}, {6, 26, 46}, {6, 28, 50},
};

struct maker {
    int version, side;
    uint8_t words[CODEWORDS_MAX];
    int word_count;
    bool is_fixed[QR_SIDE_MAX][QR_SIDE_MAX];  // patterns that no mask touches
    struct qr *q;
};

static int data_bytes(int version)
{
    return versions[version].blocks * versions[version].data +
           versions[version].blocks_2 * (versions[version].data + 1);
}

// ---- Bytes -------------------------------------------------------------------------------------------------------

struct bits {
    uint8_t *bytes;
    int count;
};

static void put(struct bits *b, unsigned value, int length)
{
    for (int i = length - 1; i >= 0; i--, b->count++)
        if (value >> i & 1) b->bytes[b->count / 8] |= (uint8_t)(0x80 >> b->count % 8);
}

static void write_data(const struct maker *m, str text, uint8_t out[CODEWORDS_MAX])
{
    const int room = data_bytes(m->version);
    struct bits b = {.bytes = out};
    memset(out, 0, CODEWORDS_MAX);
    put(&b, 4, 4);  // byte mode
    put(&b, (unsigned)text.n, m->version < 10 ? 8 : 16);
    for (size_t i = 0; i < text.n; i++) put(&b, (unsigned char)text.p[i], 8);
    if (b.count + 4 <= room * 8) b.count += 4;  // the end
    b.count = (b.count + 7) / 8 * 8;
    for (unsigned pad = 0xec; b.count < room * 8; pad ^= 0xec ^ 0x11) put(&b, pad, 8);
}

// In GF(256) with x^8 + x^4 + x^3 + x^2 + 1.
static uint8_t multiply(uint8_t x, uint8_t y)
{
    unsigned z = 0;
    for (int i = 7; i >= 0; i--) {
        z = z << 1 ^ (z >> 7) * 0x11d;
        z ^= (y >> i & 1) * (unsigned)x;
    }
    return (uint8_t)z;
}

// Reed-Solomon: the rest of the data divided by the product of (x - 2^i).
static void correct(const uint8_t *data, int count, uint8_t *out, int degree)
{
    uint8_t divisor[32] = {0};
    divisor[degree - 1] = 1;
    uint8_t root = 1;
    for (int i = 0; i < degree; i++, root = multiply(root, 2))
        for (int k = 0; k < degree; k++) {
            divisor[k] = multiply(divisor[k], root);
            if (k + 1 < degree) divisor[k] ^= divisor[k + 1];
        }
    memset(out, 0, (size_t)degree);
    for (int i = 0; i < count; i++) {
        const uint8_t factor = data[i] ^ out[0];
        memmove(out, out + 1, (size_t)degree - 1);
        out[degree - 1] = 0;
        for (int k = 0; k < degree; k++) out[k] ^= multiply(divisor[k], factor);
    }
}

// Blocks by turns: the first bytes of all, the second bytes of all ...; then their correction likewise.
static void interleave(struct maker *m, const uint8_t *data)
{
    const int n = versions[m->version].blocks + versions[m->version].blocks_2;
    const int degree = versions[m->version].correction, least = versions[m->version].data;
    uint8_t correction[5][32];
    const uint8_t *starts[5];
    for (int b = 0; b < n; b++) {
        const int length = least + (b >= versions[m->version].blocks);
        starts[b] = data;
        correct(data, length, correction[b], degree);
        data += length;
    }
    for (int i = 0; i <= least; i++)
        for (int b = 0; b < n; b++)
            if (i < least || b >= versions[m->version].blocks) m->words[m->word_count++] = starts[b][i];
    for (int i = 0; i < degree; i++)
        for (int b = 0; b < n; b++) m->words[m->word_count++] = correction[b][i];
}

// ---- Patterns ----------------------------------------------------------------------------------------------------

static void fix(struct maker *m, int row, int column, bool is_dark)
{
    if (row < 0 || column < 0 || row >= m->side || column >= m->side) return;
    m->q->dark[row][column] = is_dark;
    m->is_fixed[row][column] = true;
}

static void draw_finder(struct maker *m, int row, int column)
{
    for (int y = -4; y <= 4; y++)
        for (int x = -4; x <= 4; x++) {
            const int ring = abs(y) > abs(x) ? abs(y) : abs(x);
            fix(m, row + y, column + x, ring != 2 && ring != 4);
        }
}

static void draw_alignments(struct maker *m)
{
    const int *at = alignments[m->version], last = m->version == 1 ? 0 : m->version < 7 ? 2 : 3;
    for (int i = 0; i < last; i++)
        for (int k = 0; k < last; k++) {
            const bool is_corner = (i == 0 && k == 0) || (i == 0 && k == last - 1) ||
                                   (i == last - 1 && k == 0);
            for (int y = -2; y <= 2 && !is_corner; y++)
                for (int x = -2; x <= 2; x++) {
                    const int ring = abs(y) > abs(x) ? abs(y) : abs(x);
                    fix(m, at[i] + y, at[k] + x, ring != 1);
                }
        }
}

static unsigned remainder_of(unsigned value, int bits, unsigned divisor)
{
    unsigned rest = value;
    for (int i = 0; i < bits; i++) rest = rest << 1 ^ (rest >> (bits - 1)) * divisor;
    return rest;
}

// 15 bits beside the finders, twice: correction M and the mask.
static void draw_format(struct maker *m, int mask)
{
    const unsigned rest = remainder_of((unsigned)mask, 10, 0x537);  // M is 00
    const unsigned bits = ((unsigned)mask << 10 | rest) ^ 0x5412;
    for (int i = 0; i < 15; i++) {
        const bool is_dark = bits >> i & 1;
        if (i < 6)
            fix(m, i, 8, is_dark);
        else if (i < 8)
            fix(m, i + 1, 8, is_dark);
        else if (i == 8)
            fix(m, 8, 7, is_dark);
        else
            fix(m, 8, 14 - i, is_dark);
        if (i < 8)
            fix(m, 8, m->side - 1 - i, is_dark);
        else
            fix(m, m->side - 15 + i, 8, is_dark);
    }
    fix(m, m->side - 8, 8, true);
}

static void draw_version(struct maker *m)
{
    if (m->version < 7) return;
    const unsigned bits = (unsigned)m->version << 12 | remainder_of((unsigned)m->version, 12, 0x1f25);
    for (int i = 0; i < 18; i++) {
        const bool is_dark = bits >> i & 1;
        fix(m, m->side - 11 + i % 3, i / 3, is_dark);
        fix(m, i / 3, m->side - 11 + i % 3, is_dark);
    }
}

static void draw_patterns(struct maker *m)
{
    for (int i = 0; i < m->side; i++) {
        fix(m, 6, i, i % 2 == 0);
        fix(m, i, 6, i % 2 == 0);
    }
    draw_finder(m, 3, 3);
    draw_finder(m, 3, m->side - 4);
    draw_finder(m, m->side - 4, 3);
    draw_alignments(m);
    draw_format(m, 0);  // keeps its place
    draw_version(m);
}

// Up and down in columns two wide, from the right, past the timing column.
static void draw_words(struct maker *m)
{
    int bit = 0;
    for (int right = m->side - 1; right >= 1; right -= 2) {
        if (right == 6) right = 5;
        for (int step = 0; step < m->side; step++)
            for (int k = 0; k < 2; k++) {
                const int column = right - k;
                const bool goes_up = ((right + 1) & 2) == 0;
                const int row = goes_up ? m->side - 1 - step : step;
                if (m->is_fixed[row][column] || bit >= m->word_count * 8) continue;
                m->q->dark[row][column] = m->words[bit / 8] >> (7 - bit % 8) & 1;
                bit++;
            }
    }
}

// ---- Masks -------------------------------------------------------------------------------------------------------

static bool is_masked(int mask, int y, int x)
{
    switch (mask) {
    case 0: return (y + x) % 2 == 0;
    case 1: return y % 2 == 0;
    case 2: return x % 3 == 0;
    case 3: return (y + x) % 3 == 0;
    case 4: return (y / 2 + x / 3) % 2 == 0;
    case 5: return y * x % 2 + y * x % 3 == 0;
    case 6: return (y * x % 2 + y * x % 3) % 2 == 0;
    default: return ((y + x) % 2 + y * x % 3) % 2 == 0;
    }
}

static void apply(struct maker *m, int mask)
{
    for (int y = 0; y < m->side; y++)
        for (int x = 0; x < m->side; x++)
            if (!m->is_fixed[y][x] && is_masked(mask, y, x)) m->q->dark[y][x] = !m->q->dark[y][x];
}

static bool at(const struct maker *m, int line, int i, bool is_column)
{
    return is_column ? m->q->dark[i][line] : m->q->dark[line][i];
}

// Runs of five and more, and what looks like a finder, in one row or column.
static int line_penalty(const struct maker *m, int line, bool is_column)
{
    int penalty = 0, run = 0;
    unsigned window = 0;
    for (int i = 0; i < m->side; i++) {
        const bool is_dark = at(m, line, i, is_column);
        run = i > 0 && is_dark == at(m, line, i - 1, is_column) ? run + 1 : 1;
        if (run == 5) penalty += 3;
        if (run > 5) penalty++;
        window = (window << 1 | is_dark) & 0x7ff;
        if (i >= 10 && (window == 0x5d0 || window == 0x05d)) penalty += 40;
    }
    return penalty;
}

static int penalty_of(const struct maker *m)
{
    int penalty = 0, dark = 0;
    for (int y = 0; y < m->side; y++) {
        penalty += line_penalty(m, y, false) + line_penalty(m, y, true);
        for (int x = 0; x < m->side; x++) {
            const bool d = m->q->dark[y][x];
            dark += d;
            if (y + 1 < m->side && x + 1 < m->side && d == m->q->dark[y][x + 1] &&
                d == m->q->dark[y + 1][x] && d == m->q->dark[y + 1][x + 1])
                penalty += 3;
        }
    }
    return penalty + abs(dark * 20 / (m->side * m->side) - 10) * 10;
}

static void choose_mask(struct maker *m)
{
    int best = 0, least = 0;
    for (int mask = 0; mask < 8; mask++) {
        apply(m, mask);
        draw_format(m, mask);
        const int penalty = penalty_of(m);
        if (mask == 0 || penalty < least) {
            least = penalty;
            best = mask;
        }
        apply(m, mask);  // undoes it
    }
    apply(m, best);
    draw_format(m, best);
}

bool qr_make(str text, struct qr *out, err *e)
{
    struct maker m = {.version = 1, .q = out};
    while (m.version <= VERSION_MAX && (int)text.n > data_bytes(m.version) - (m.version < 10 ? 2 : 3))
        m.version++;
    if (m.version > VERSION_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a QR code holds %d bytes at most", QR_BYTES_MAX);
    *out = (struct qr){.side = m.side = 17 + 4 * m.version};
    uint8_t data[CODEWORDS_MAX];
    write_data(&m, text, data);
    interleave(&m, data);
    draw_patterns(&m);
    draw_words(&m);
    choose_mask(&m);
    return true;
}

// One path of horizontal strokes.
void qr_svg(buf *out, const struct qr *q, str title)
{
    const int whole = q->side + 2 * BORDER;
    buf_print(out,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"",
              whole, whole);
    html_escape(out, title);
    buf_print(out,
              "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h%dv%dH0z\"/><path "
              "stroke=\"#000\" d=\"",
              whole, whole);
    for (int y = 0; y < q->side; y++)
        for (int x = 0, from = 0; x < q->side; x = from + 1) {
            for (from = x; from < q->side && q->dark[y][from];) from++;
            if (from > x) buf_print(out, "M%d %d.5h%d", x + BORDER, y + BORDER, from - x);
        }
    BUF_LIT(out, "\"/></svg>");
}
