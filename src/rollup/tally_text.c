// SPDX-License-Identifier: EUPL-1.2
// A tally as JSON and back. What is zero or empty is left out, so that equal tallies are equal bytes.
#include "rollup/tally.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

// ---- writing -------------------------------------------------------------------------------------------------------

static void put_int(json_writer *w, str name, int64_t v)
{
    if (v == 0) return;
    json_name(w, name);
    json_put_int(w, v);
}

// Decimal digits of 128 bits, as a JSON number.
static void put_wide(json_writer *w, str name, wide v)
{
    char text[48];
    size_t at = sizeof text;
    if (v == 0) return;
    unsigned __int128 left = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
    for (; left > 0; left /= 10) text[--at] = (char)('0' + (int)(left % 10));
    if (v < 0) text[--at] = '-';
    json_name(w, name);
    json_put_raw(w, (str){text + at, sizeof text - at});
}

static void put_side(json_writer *w, str name, const struct sketch_side *s)
{
    if (s->count == 0) return;
    json_name(w, name);
    json_open(w, '[');
    json_put_int(w, s->first);
    for (int i = 0; i < s->count; i++) json_put_int(w, (int64_t)s->counts[i]);
    json_close(w, ']');
}

static void put_above(json_writer *w, const struct tally *t)
{
    size_t n = TALLY_LIMITS_MAX;
    while (n > 0 && t->above[n - 1] == 0) n--;
    if (n == 0) return;
    json_name(w, STR("a"));
    json_open(w, '[');
    for (size_t i = 0; i < n; i++) json_put_int(w, t->above[i]);
    json_close(w, ']');
}

void tally_write(buf *b, const struct tally *t)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    put_int(&w, STR("n"), t->count);
    put_wide(&w, STR("s"), t->sum);
    put_wide(&w, STR("q"), t->squares);
    put_int(&w, STR("l"), t->least);
    put_int(&w, STR("m"), t->most);
    put_wide(&w, STR("e"), t->energy);
    put_above(&w, t);
    put_int(&w, STR("z"), (int64_t)t->sketch.zeros);
    put_side(&w, STR("p"), &t->sketch.positive);
    put_side(&w, STR("g"), &t->sketch.negative);
    json_close(&w, '}');
}

// ---- reading -------------------------------------------------------------------------------------------------------

static bool read_int(json_reader *r, int64_t least, int64_t *out)
{
    str digits;
    return json_read_number(r, &digits) && num_parse_int(digits, out, r->e) &&
           (*out >= least || json_fail(r, ERR_RANGE, r->at, "a number is too small"));
}

static bool read_wide(json_reader *r, wide *out)
{
    str digits;
    wide v = 0;
    if (!json_read_number(r, &digits)) return false;
    const bool negative = digits.n > 0 && digits.p[0] == '-';
    for (size_t i = negative; i < digits.n; i++) {
        const int digit = digits.p[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, digit, &v))
            return json_fail(r, ERR_RANGE, r->at, "not a whole number of 128 bits");
    }
    if (!negative && __builtin_sub_overflow((wide)0, v, &v))
        return json_fail(r, ERR_RANGE, r->at, "beyond 128 bits");
    *out = v;
    return true;
}

static bool side_grow(struct sketch_side *s)
{
    if (s->count < s->capacity) return true;
    const int capacity = s->capacity ? s->capacity * 2 : 64;
    uint64_t *counts = realloc(s->counts, (size_t)capacity * sizeof *counts);
    if (!counts) return false;
    s->counts = counts;
    s->capacity = capacity;
    return true;
}

static bool read_side(json_reader *r, struct sketch_side *s, uint64_t *total)
{
    bool more;
    int64_t v;
    if (!json_enter(r, '[') || !json_more(r, '[', &more) || !more || !read_int(r, TALLY_BUCKET_LEAST, &v))
        return false;
    if (v > TALLY_BUCKET_MOST) return json_fail(r, ERR_RANGE, r->at, "no bucket of a sketch");
    s->first = (int)v;
    while (json_more(r, '[', &more)) {
        if (!more) return s->count > 0 && s->counts[0] > 0 && s->counts[s->count - 1] > 0;
        if (!read_int(r, 0, &v)) return false;
        if (s->first + s->count > TALLY_BUCKET_MOST)
            return json_fail(r, ERR_RANGE, r->at, "too many buckets");
        if (!side_grow(s)) return json_fail(r, ERR_LIMIT, r->at, "no memory");
        s->counts[s->count++] = (uint64_t)v;
        *total += (uint64_t)v;
    }
    return false;
}

static bool read_above(json_reader *r, struct tally *t)
{
    bool more;
    size_t n = 0;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more)) {
        if (!more) return true;
        if (n == TALLY_LIMITS_MAX) return json_fail(r, ERR_RANGE, r->at, "too many limits");
        if (!read_int(r, 0, &t->above[n++])) return false;
    }
    return false;
}

static bool read_member(json_reader *r, char name, struct tally *t, uint64_t *total)
{
    int64_t zeros;
    switch (name) {
    case 'n': return read_int(r, 1, &t->count);
    case 's': return read_wide(r, &t->sum);
    case 'q': return read_wide(r, &t->squares);
    case 'l': return read_int(r, INT64_MIN, &t->least);
    case 'm': return read_int(r, INT64_MIN, &t->most);
    case 'e': return read_wide(r, &t->energy);
    case 'a': return read_above(r, t);
    case 'z':
        if (!read_int(r, 1, &zeros)) return false;
        t->sketch.zeros = (uint64_t)zeros;
        *total += t->sketch.zeros;
        return true;
    case 'p': return t->sketch.positive.count == 0 && read_side(r, &t->sketch.positive, total);
    case 'g': return t->sketch.negative.count == 0 && read_side(r, &t->sketch.negative, total);
    default: return false;
    }
}

static bool read_all(json_reader *r, arena *a, struct tally *t)
{
    bool more;
    str key;
    uint64_t total = 0;
    uint32_t seen = 0;  // bit per letter: what stands twice would count twice
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more)) {
        if (!more) {
            t->sketch.count = total;
            return json_end(r) && total == (uint64_t)t->count;
        }
        if (!json_key(r, a, &key) || key.n != 1 || key.p[0] < 'a' || key.p[0] > 'z') return false;
        const uint32_t bit = 1u << (key.p[0] - 'a');
        if ((seen & bit) || !read_member(r, key.p[0], t, &total)) return false;
        seen |= bit;
    }
    return false;
}

bool tally_read(str text, struct tally *out, err *e)
{
    struct tally t = {.count = 0};
    err why = {0};
    json_reader r = json_reader_of(text, &why);
    const bool is_plain = !memchr(text.p ? text.p : "", '\\', text.n);  // then keys need no arena
    if (is_plain && read_all(&r, NULL, &t)) {
        *out = t;
        return true;
    }
    tally_free(&t);
    return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a stored sum cannot be read: %s", why.text);
}
