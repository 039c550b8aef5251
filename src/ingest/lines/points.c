// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lines/points.h"

#include "base/plain.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/line_protocol.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN ((size_t)1024)
#define REST_MAX ((size_t)64 << 20)

struct scan {
    const struct line_series_table *table;
    struct points *out;
    const char *end;  // of the text
    struct line_precision precision;
    str sender;
    instant received;
};

// ---- numbers -----------------------------------------------------------------------------------------------------

// A number as it stands in a line: "12", "-1.50", "3i"; *p moves behind it.
static inline bool read_decimal(const char **p, const char *end, decimal *out)
{
    if (!plain_decimal(p, end, out)) return false;
    if (out->scale == 0 && *p < end && (**p == 'i' || **p == 'u')) ++*p;
    return true;
}

// Eight digits at once: pairs, then fours, then all.
static inline bool read_eight(const char *p, int64_t *out)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    v -= UINT64_C(0x3030303030303030);
    if ((v | (v + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) return false;
    v = v * 10 + (v >> 8);
    v = ((v & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064) +
         ((v >> 16) & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001)) >>
        32;
    *out = (int64_t)(v & 0xffffffff);
    return true;
}

// A time is not negative here and has at most 19 digits.
static inline bool read_time(const char **p, const char *end, int64_t *out)
{
    int64_t v = 0, eight;
    size_t digits = 0;
    const char *c = *p;
    while (digits <= 8 && end - c >= 8 && read_eight(c, &eight)) {
        v = v * 100000000 + eight;
        c += 8;
        digits += 8;
    }
    for (; c < end && (unsigned)(*c - '0') < 10; c++, digits++) {
        if (digits >= 18 && (v > INT64_MAX / 10 || (v == INT64_MAX / 10 && *c > '7'))) return false;
        v = v * 10 + (*c - '0');
    }
    *p = c;
    *out = v;
    return digits > 0;
}

// ---- lines -------------------------------------------------------------------------------------------------------

static struct point *room(struct points *p)
{
    if (p->count < p->capacity) return &p->all[p->count];
    const size_t capacity = p->capacity ? 2 * p->capacity : CAPACITY_MIN;
    struct point *all = realloc(p->all, capacity * sizeof *all);
    if (!all) return NULL;
    p->all = all;
    p->capacity = capacity;
    return &all[p->count];
}

static inline bool is_plain(const struct line_series *s, decimal d)
{
    const double v = (double)d.units / (double)decimal_power[d.scale];
    return v >= s->least && v <= s->most && !atomic_load_explicit(&s->is_stale, memory_order_relaxed);
}

static inline bool may_write(const struct scan *s, const struct line_series *series)
{
    if (s->sender.n == 0) return true;
    const char *owner = atomic_load_explicit(&series->device->owner, memory_order_acquire);
    return owner && str_eq(str_of(owner), s->sender);
}

// "key=1.5,other=2": points without a time. False: some field needs thought, or there is no room.
static bool read_fields(struct scan *s, const char **at, str head, uint64_t hash)
{
    const char *c = *at;
    bool has_compared = false;
    do {
        const char *const key = c;
        while (c<s->end && * c> ',' && *c != '=') c++;
        if (c >= s->end || *c != '=' || c == key) return false;
        const str field = {key, (size_t)(c++ - key)};
        struct point *p = room(s->out);
        if (!p || !read_decimal(&c, s->end, &p->value)) return false;
        p->series = line_series_find(s->table, line_series_hash(hash, field), head, field);
        if (!p->series || !is_plain(p->series, p->value) || !may_write(s, p->series)) return false;
        if (p->series->is_compared && has_compared) return false;
        has_compared = has_compared || p->series->is_compared;
        s->out->count++;
    } while (c < s->end && *c == ',' && ++c);
    *at = c;
    return true;
}

static bool set_time(struct scan *s, const char **at, size_t from)
{
    const char *c = *at;
    int64_t t = s->received;
    if (c < s->end && *c == ' ' && c + 1 < s->end && c[1] != '\n' && c[1] != '\r') {
        c++;
        if (!read_time(&c, s->end, &t) || __builtin_mul_overflow(t, s->precision.times, &t)) return false;
        t = s->precision.by == 1000 ? t / 1000 : t / s->precision.by;
        if (!gather_clock_is_good(t, s->received)) return false;
    }
    if (c < s->end && *c == '\r') c++;
    if (c < s->end && *c != '\n') return false;
    for (size_t i = from; i < s->out->count; i++) s->out->all[i].time = t;
    *at = c;
    return true;
}

// The line at *at, whose end is where *at then stands. False: it needs thought; nothing of it is kept.
static bool read_line(struct scan *s, const char **at)
{
    const char *c = *at, *const space = memchr(c, ' ', (size_t)(s->end - c));
    const size_t before = s->out->count;
    bool has_escape;
    if (!space || space == c || *c == '#') return false;
    const str head = {c, (size_t)(space - c)};
    const uint64_t hash = line_series_hash_head(s->table, head, &has_escape);
    c = space + 1;
    if (!has_escape && read_fields(s, &c, head, hash) && set_time(s, &c, before)) {
        *at = c;
        return true;
    }
    s->out->count = before;
    return false;
}

// ---- the text ----------------------------------------------------------------------------------------------------

// Leaves [from, to) for the adapter, and blanks what lies between it and what was left before.
static void leave(struct points *p, str text, size_t from, size_t to)
{
    if (!buf_reserve(&p->rest, to - p->rest.n)) return;
    memset(p->rest.p + p->rest.n, ' ', from - p->rest.n);
    if (from > p->rest.n && from > 0) p->rest.p[from - 1] = '\n';
    p->rest.n = from;
    buf_add(&p->rest, str_slice(text, from, to));
}

bool points_read(const struct line_series_table *t, str text, struct line_precision precision, str sender,
                 instant received, struct points *out)
{
    struct scan s = {t, out, text.p + text.n, precision, sender, received};
    out->count = out->lines = 0;
    buf_clear(&out->rest);
    out->rest.max = REST_MAX;
    for (const char *c = text.p; c < s.end; c++) {  // over the line feed
        const char *const from = c;
        if (read_line(&s, &c)) {
            out->lines++;
            continue;
        }
        c = line_end(from, s.end);
        if (c != from) leave(out, text, (size_t)(from - text.p), (size_t)(c - text.p));
    }
    return !out->rest.failed;
}

void points_free(struct points *p)
{
    free(p->all);
    free(p->readings);
    free(p->runs);
    buf_free(&p->rest);
}
