// SPDX-License-Identifier: EUPL-1.2
#include "series/chunk.h"

#include "series/checksum.h"

#include <stdlib.h>
#include <zstd.h>

// The byte of the version is not under the checksum: none is one bit away from another.
enum { VERSION_PACKED = 1, VERSION_TOLD_RUNS = 2, VERSION = 4 };
#define PREFIX (1 + CHECKSUM_BYTES)

enum {
    FLAG_COUNTS_UP = 1,         // numbers are the least, the next, ...: no column
    FLAG_RESULT_TIME_SAME = 2,  // all are the time itself
    FLAG_RESULT_TIME_COLUMN = 4,
    FLAG_RESULT_TIME_MISSING = 8,  // some have none
    FLAG_STRIPPED = 16,
    FLAG_EXTRA = 32,
    FLAG_EXTRA_PACKED = 64,
    FLAG_NUMBER_RUNS = 128,
};

// Times are kept in the coarsest unit that holds all of them exactly; its place in this table is what is stored.
static const int64_t units_of_time[] = {1, 1000, 1000000};
#define UNITS_OF_TIME (sizeof units_of_time / sizeof units_of_time[0])

// ---- writing: times ----

#define UNIT_COARSEST ((uint8_t)(UNITS_OF_TIME - 1))

// Constants, for dividing by a variable takes ten times as long.
static inline int64_t in_unit(int64_t time, uint8_t unit)
{
    return unit == 2 ? time / 1000000 : unit == 1 ? time / 1000 : time;
}

// The coarsest unit not above this one that the time is a multiple of.
static inline uint8_t unit_for(uint8_t unit, int64_t time)
{
    while (in_unit(time, unit) * units_of_time[unit] != time) unit--;
    return unit;
}

static int compare_ints(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

#define SAMPLES 63

// The middle one of some of the distances: gaps and single stragglers do not move it.
static int64_t middle_distance(const int64_t *times, size_t count)
{
    int64_t samples[SAMPLES];
    const size_t distances = count - 1, n = distances < SAMPLES ? distances : SAMPLES;
    bool is_steady = true;
    for (size_t k = 0; k < n; k++) {
        const size_t i = k * distances / n;
        samples[k] = int_minus(times[i + 1], times[i]);
        is_steady = is_steady && samples[k] == samples[0];
    }
    if (!is_steady) qsort(samples, n, sizeof samples[0], compare_ints);
    return samples[n / 2];
}

static void differences_to_steps(const int64_t *times, size_t count, int64_t step, int64_t *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = int_minus(times[i], int_plus(times[0], (int64_t)((uint64_t)i * (uint64_t)step)));
}

// What the differences to these steps would take, about.
static uint64_t spread_around(const int64_t *times, size_t count, int64_t step)
{
    uint64_t spread = 0;
    for (size_t i = 1; i < count; i++) {
        const uint64_t z = zigzag(int_minus(int_minus(times[i], times[i - 1]), step));
        spread += z == 0 ? 0 : 64U - (unsigned)__builtin_clzll(z);
    }
    return spread;
}

// Times around a steady step differ from it by their jitter alone. The step is the middle distance, which gaps do not
// move, or the mean one, which jitter does not.
static int64_t choose_step(const int64_t *times, size_t count)
{
    if (count < 2) return 0;
    const int64_t middle = middle_distance(times, count);
    const int64_t mean = int_minus(times[count - 1], times[0]) / (int64_t)(count - 1);
    if (mean == middle) return mean;
    return spread_around(times, count, middle) * 10 < spread_around(times, count, mean) * 9 ? middle : mean;
}

// Writes the head of the times; leaves in `column` what stands in their column.
static void write_time_head(buf *b, const struct point *points, size_t count, int64_t *column)
{
    int64_t times[CHUNK_MOST];
    uint8_t unit = UNIT_COARSEST;
    for (size_t i = 0; i < count; i++) unit = unit_for(unit, points[i].time);
    for (size_t i = 0; i < count; i++) times[i] = in_unit(points[i].time, unit);
    const int64_t step = choose_step(times, count);
    put_byte(b, unit);
    // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): a chunk has an observation at least
    put_zigzag(b, times[0]);
    put_varint(b, (uint64_t)int_minus(times[count - 1], times[0]));
    put_zigzag(b, step);
    differences_to_steps(times, count, step, column);
}

// ---- writing: what is plain ----

// All are decimals of one scale, of one feature, and nothing else is said of any: nearly all chunks. Looked at in one pass, which spares
// one for each thing that is not there.
static bool are_plain(const struct point *points, size_t count)
{
    const uint8_t scale = points[0].scale;
    const entity_id feature = points[0].feature;
    uint64_t other = scale == POINT_NO_DECIMAL;
    for (size_t i = 0; i < count; i++) {
        const struct point *p = &points[i];
        other |= (uint64_t)(p->scale ^ scale) | p->extra.n | (uint64_t)(p->feature ^ feature) |
                 (uint64_t)(p->result_time ^ TIME_NONE);
    }
    return other == 0;
}

// ---- writing: numbers ----

static bool counts_up(const struct point *points, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (points[i].number != points[0].number + i) return false;
    return true;
}

static uint32_t write_number_head(buf *b, const struct point *points, size_t count, unsigned flags)
{
    uint32_t least = points[0].number, greatest = points[count - 1].number;
    for (size_t i = 0; !(flags & FLAG_COUNTS_UP) && i < count; i++) {
        if (points[i].number < least) least = points[i].number;
        if (points[i].number > greatest) greatest = points[i].number;
    }
    put_varint(b, least);
    put_varint(b, greatest - least);
    return least;
}

static void write_numbers(buf *b, const struct point *points, size_t count, uint32_t least, unsigned flags,
                          chunk_way way)
{
    if (flags & FLAG_COUNTS_UP) return;
    if (flags & FLAG_NUMBER_RUNS) {
        number_runs_write(b, points, count, least, way);
        return;
    }
    int64_t numbers[CHUNK_MOST];
    for (size_t i = 0; i < count; i++) numbers[i] = (int64_t)points[i].number - least;
    column_write(b, numbers, count, way);
}

static unsigned number_flags(const struct point *points, size_t count)
{
    return counts_up(points, count)               ? FLAG_COUNTS_UP
           : number_runs_are_worth(points, count) ? FLAG_NUMBER_RUNS
                                                  : 0U;
}

// ---- writing: results ----

// How the decimals are brought to one scale. Plain: those of that scale as they are. Stripped: those without a zero at
// the end of their fraction, as most programs write numbers; reading takes the zeros off again.
struct scaling {
    uint8_t scale;
    bool is_stripped;
    bool are_all;  // of that scale, as they are
};

static bool is_decimal(const struct point *p)
{
    return p->scale != POINT_NO_DECIMAL;
}

static bool scale_up(const struct point *p, uint8_t scale, int64_t *out)
{
    return p->scale <= scale && !__builtin_mul_overflow(p->units, decimal_power[scale - p->scale], out);
}

static bool has_fewest_digits(const struct point *p)
{
    return p->scale == 0 || p->units % 10 != 0;
}

// The units to store; false: this one goes to the extra.
static bool scaled(const struct scaling *s, const struct point *p, int64_t *out)
{
    if (!is_decimal(p)) return false;
    if (s->is_stripped) return has_fewest_digits(p) && scale_up(p, s->scale, out);
    *out = p->units;
    return p->scale == s->scale;
}

static struct scaling choose_scaling(const struct point *points, size_t count)
{
    size_t of_scale[DECIMAL_SCALE_MAX + 1] = {0}, fewest = 0, decimals = 0;
    uint8_t common = 0, greatest = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_decimal(&points[i])) continue;
        const uint8_t scale = points[i].scale;
        decimals++;
        of_scale[scale]++;
        if (has_fewest_digits(&points[i])) {
            fewest++;
            if (scale > greatest) greatest = scale;
        }
    }
    for (uint8_t s = 1; s <= DECIMAL_SCALE_MAX; s++)
        if (of_scale[s] > of_scale[common]) common = s;
    return fewest > of_scale[common] ? (struct scaling){greatest, true, false}
                                     : (struct scaling){common, false, false};
}

static void write_results(buf *b, const struct point *points, size_t count, const struct scaling *s,
                          chunk_way way)
{
    int64_t units[CHUNK_MOST], last = 0;
    for (size_t i = 0; i < count; i++) {
        if (s->are_all)
            units[i] = points[i].units;
        else if (!scaled(s, &points[i], &units[i]))
            units[i] = last;
        last = units[i];
    }
    put_byte(b, s->scale);
    column_write(b, units, count, way);
}

// ---- writing: the rest ----

static unsigned result_time_flags(const struct point *points, size_t count)
{
    size_t none = 0, same = 0;
    for (size_t i = 0; i < count; i++) {
        none += points[i].result_time == TIME_NONE;
        same += points[i].result_time == points[i].time;
    }
    if (none == count) return 0;
    if (same == count) return FLAG_RESULT_TIME_SAME;
    return FLAG_RESULT_TIME_COLUMN | (none > 0 ? FLAG_RESULT_TIME_MISSING : 0U);
}

static void write_result_times(buf *b, const struct point *points, size_t count, unsigned flags,
                               chunk_way way)
{
    if (!(flags & FLAG_RESULT_TIME_COLUMN)) return;
    int64_t column[CHUNK_MOST], last = 0;
    uint8_t unit = UNIT_COARSEST;
    for (size_t i = 0; i < count; i++) {
        const bool is_there = points[i].result_time != TIME_NONE;
        last = column[i] = is_there ? int_minus(points[i].result_time, points[i].time) : last;
        unit = unit_for(unit, last);
    }
    for (size_t i = 0; i < count; i++) column[i] = in_unit(column[i], unit);
    put_byte(b, unit);
    column_write(b, column, count, way);
    if (!(flags & FLAG_RESULT_TIME_MISSING)) return;
    for (size_t i = 0; i < count; i++) column[i] = points[i].result_time != TIME_NONE;
    column_write(b, column, count, way);
}

static void write_features(buf *b, const struct point *points, size_t count)
{
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && points[to].feature == points[from].feature;) to++;
        put_varint(b, to - from);
        put_varint(b, (uint64_t)points[from].feature);
    }
}

// The extra bytes of a point, its decimal included where the column of results does not say it.
static bool put_extra(buf *b, const struct point *p, const struct scaling *s)
{
    int64_t ignored;
    if (!is_decimal(p) || scaled(s, p, &ignored)) {
        put_bytes(b, p->extra);
        return true;
    }
    struct extra x = {.fields = 0};
    if (p->extra.n > 0 && !extra_read(p->extra, p->time, &x)) return false;
    x.fields |= EXTRA_RESULT;
    x.result = value_decimal((decimal){p->units, (int8_t)p->scale});
    buf one = {.max = CHUNK_BYTES_MAX};
    extra_write(&one, p->time, &x);
    put_bytes(b, buf_str(&one));
    const bool ok = !one.failed;
    buf_free(&one);
    return ok;
}

static bool gather_extra(const struct point *points, size_t count, const struct scaling *s, buf *out)
{
    size_t before = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t ignored;
        if (points[i].extra.n == 0 && scaled(s, &points[i], &ignored)) continue;
        put_varint(out, i - before);
        if (!put_extra(out, &points[i], s)) return false;
        before = i;
    }
    return !out->failed;
}

#define WORTH_PACKING 64
#define PACK_LEVEL 3

// Appends the packed bytes; false: not smaller, nothing appended.
static bool pack_extra(buf *b, str raw)
{
    if (raw.n < WORTH_PACKING) return false;
    const size_t bound = ZSTD_compressBound(raw.n), from = b->n;
    put_varint(b, raw.n);
    if (!buf_reserve(b, bound)) return false;
    const size_t packed = ZSTD_compress(b->p + b->n, bound, raw.p, raw.n, PACK_LEVEL);
    b->n = ZSTD_isError(packed) || packed >= raw.n ? from : b->n + packed;
    return b->n > from;
}

// ---- writing: the whole ----

static unsigned write_extra(buf *b, str raw)
{
    if (raw.n == 0) return 0;
    if (pack_extra(b, raw)) return FLAG_EXTRA | FLAG_EXTRA_PACKED;
    buf_add(b, raw);
    return FLAG_EXTRA;
}

bool chunk_write(const struct point *points, size_t count, chunk_way way, buf *out)
{
    if (count == 0 || count > CHUNK_MOST) return false;
    const bool is_plain = are_plain(points, count);
    const struct scaling s = is_plain ? (struct scaling){points[0].scale, false, true}
                                      : choose_scaling(points, count);
    buf extra = {.max = CHUNK_BYTES_MAX};
    if (!is_plain && !gather_extra(points, count, &s, &extra)) {
        buf_free(&extra);
        return false;
    }
    unsigned flags = (is_plain ? 0U : result_time_flags(points, count)) | number_flags(points, count) |
                     (s.is_stripped ? FLAG_STRIPPED : 0U);
    int64_t column[CHUNK_MOST];
    const size_t start = out->n;
    put_byte(out, VERSION);
    for (int i = 0; i < CHECKSUM_BYTES; i++) put_byte(out, 0);
    const size_t flags_at = out->n;
    put_byte(out, 0);
    put_varint(out, count);
    write_time_head(out, points, count, column);
    const uint32_t least = write_number_head(out, points, count, flags);
    column_write(out, column, count, way);
    write_numbers(out, points, count, least, flags, way);
    write_results(out, points, count, &s, way);
    write_result_times(out, points, count, flags, way);
    write_features(out, points, count);
    flags |= write_extra(out, buf_str(&extra));
    buf_free(&extra);
    if (out->failed || out->n - start > CHUNK_BYTES_MAX) return false;
    out->p[flags_at] = (char)flags;
    checksum_write((uint8_t *)out->p + start + 1, str_slice(buf_str(out), start + PREFIX, out->n));
    return true;
}

// ---- reading: the head ----

struct layout {
    struct chunk_head head;
    uint8_t version, unit;
    int64_t first, step;  // in units
    struct column times;
    reader in;  // behind the numbers' head, and of version 1 behind the times
};

static bool read_numbers(reader *in, struct chunk_head *h)
{
    const uint64_t least = get_varint(in), more = get_varint(in);
    h->least_number = (uint32_t)least;
    h->greatest_number = (uint32_t)(least + more);
    return !in->failed && least <= UINT32_MAX && more <= UINT32_MAX - least;
}

static bool find_column(const struct layout *l, struct column *out, reader *in)
{
    return (l->version == VERSION_PACKED ? column_find_packed : column_find)(out, in, l->head.count);
}

static bool read_layout(str bytes, struct layout *l)
{
    if (bytes.n < PREFIX + 1 || bytes.n > CHUNK_BYTES_MAX) return false;
    reader *in = &l->in;
    *in = reader_of(bytes);
    l->version = get_byte(in);
    if (l->version != VERSION && l->version != VERSION_TOLD_RUNS && l->version != VERSION_PACKED)
        return false;
    in->p += CHECKSUM_BYTES;
    l->head.flags = get_byte(in);
    const uint64_t count = get_varint(in);
    l->unit = get_byte(in);
    l->first = get_zigzag(in);
    const int64_t last = int_plus(l->first, (int64_t)get_varint(in));
    l->step = get_zigzag(in);
    if (in->failed || count == 0 || count > CHUNK_MOST || l->unit >= UNITS_OF_TIME) return false;
    const int64_t unit = units_of_time[l->unit];
    l->head.count = (uint32_t)count;
    return !__builtin_mul_overflow(l->first, unit, &l->head.first_time) &&
           !__builtin_mul_overflow(last, unit, &l->head.last_time) &&
           l->head.first_time <= l->head.last_time &&
           (l->version != VERSION_PACKED || find_column(l, &l->times, in)) && read_numbers(in, &l->head);
}

bool chunk_read_head(str bytes, struct chunk_head *out)
{
    struct layout l;
    if (!read_layout(bytes, &l)) return false;
    *out = l.head;
    return true;
}

bool chunk_counts_up(const struct chunk_head *h)
{
    return h->flags & FLAG_COUNTS_UP;
}

result_times chunk_result_times(const struct chunk_head *h)
{
    if (h->flags & FLAG_RESULT_TIME_COLUMN) return RESULT_TIMES_OWN;
    return h->flags & FLAG_RESULT_TIME_SAME ? RESULT_TIMES_SAME : RESULT_TIMES_NONE;
}

bool chunk_is_plain(const struct chunk_head *h)
{
    return !(h->flags & FLAG_EXTRA);
}

// ---- reading: opening ----

static bool open_column(const struct layout *l, bool is_wanted, struct column *out, reader *in)
{
    return find_column(l, out, in) && (!is_wanted || column_open(out));
}

static bool open_result_times(struct chunk_reader *r, const struct layout *l, reader *in)
{
    const unsigned flags = r->head.flags;
    if (!(flags & FLAG_RESULT_TIME_COLUMN)) return !(flags & FLAG_RESULT_TIME_MISSING);
    const uint8_t unit = get_byte(in);
    if (unit >= UNITS_OF_TIME) return false;
    r->result_unit = units_of_time[unit];
    const bool is_wanted = r->wants & CHUNK_REST;
    if (!open_column(l, is_wanted, &r->result_times, in)) return false;
    return !(flags & FLAG_RESULT_TIME_MISSING) || open_column(l, is_wanted, &r->have_result_time, in);
}

static bool skip_features(reader *in, uint32_t count)
{
    uint64_t sum = 0;
    while (sum < count && !in->failed) {
        const uint64_t n = get_varint(in), feature = get_varint(in);
        if (n == 0 || n > count - sum || feature > (uint64_t)ENTITY_ID_MAX) return false;
        sum += n;
    }
    return !in->failed;
}

static bool unpack_extra(struct chunk_reader *r, reader *in)
{
    const uint64_t bytes = get_varint(in);
    if (in->failed || bytes > CHUNK_BYTES_MAX) return false;
    r->extra.unpacked = malloc((size_t)bytes + 1);
    if (!r->extra.unpacked) return false;
    const size_t got = ZSTD_decompress(r->extra.unpacked, (size_t)bytes, in->p, reader_left(in));
    if (ZSTD_isError(got) || got != bytes) return false;
    r->extra.in = reader_of((str){(const char *)r->extra.unpacked, got});
    return true;
}

static bool next_extra(struct extra_cursor *x, uint32_t count)
{
    x->has_next = reader_left(&x->in) > 0;
    if (!x->has_next) return true;
    const uint64_t distance = get_varint(&x->in);
    x->bytes = get_bytes(&x->in);
    if (x->in.failed || distance >= count - x->at) return false;
    x->at += distance;
    return true;
}

static bool open_extra(struct chunk_reader *r, reader *in)
{
    if (!(r->head.flags & FLAG_EXTRA)) return reader_left(in) == 0;
    if (r->head.flags & FLAG_EXTRA_PACKED) {
        if (!unpack_extra(r, in)) return false;
    } else {
        r->extra.in = *in;
    }
    return next_extra(&r->extra, r->head.count);
}

static bool open_times(struct chunk_reader *r, const struct layout *l, reader *in)
{
    if (l->version != VERSION_PACKED) return open_column(l, true, &r->times, in);
    r->times = l->times;
    return column_open(&r->times);
}

static bool open_runs(struct chunk_reader *r, const struct layout *l, reader *in)
{
    return l->version != VERSION_PACKED &&
           number_runs_find(&r->runs, in, r->head.count, l->version == VERSION) &&
           (!(r->wants & CHUNK_NUMBERS) || number_runs_open(&r->runs));
}

static bool open_numbers(struct chunk_reader *r, const struct layout *l, reader *in)
{
    if (r->head.flags & FLAG_NUMBER_RUNS) return !chunk_counts_up(&r->head) && open_runs(r, l, in);
    if (!chunk_counts_up(&r->head)) return open_column(l, r->wants & CHUNK_NUMBERS, &r->numbers, in);
    return r->head.greatest_number - r->head.least_number == r->head.count - 1;
}

static bool open_columns(struct chunk_reader *r, const struct layout *l)
{
    reader in = l->in;
    if (!open_times(r, l, &in) || !open_numbers(r, l, &in)) return false;
    r->scale = get_byte(&in);
    if (r->scale > DECIMAL_SCALE_MAX || !open_column(l, r->wants & CHUNK_RESULTS, &r->units, &in) ||
        !open_result_times(r, l, &in))
        return false;
    r->feature.in = in;
    return skip_features(&in, r->head.count) && open_extra(r, &in);
}

bool chunk_open(struct chunk_reader *r, str bytes, unsigned wants)
{
    struct layout l;
    if (!read_layout(bytes, &l)) return false;
    if (!checksum_matches((const uint8_t *)bytes.p + 1, str_slice(bytes, PREFIX, bytes.n))) return false;
    *r = (struct chunk_reader){.head = l.head,
                               .wants = wants,
                               .is_stripped = l.head.flags & FLAG_STRIPPED,
                               .time_unit = units_of_time[l.unit],
                               .first = l.first,
                               .step = l.step,
                               .from = INT64_MIN};
    if (open_columns(r, &l)) return true;
    chunk_close(r);
    return false;
}

void chunk_close(struct chunk_reader *r)
{
    struct column *const columns[] = {&r->times, &r->numbers, &r->units, &r->result_times,
                                      &r->have_result_time};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) column_close(columns[i]);
    number_runs_close(&r->runs);
    free(r->extra.unpacked);
    r->extra.unpacked = NULL;
}

// ---- reading: blocks ----

// Of the observation at this index, which differs from the steady step by so much.
static inline instant time_at(const struct chunk_reader *r, uint64_t index, int64_t difference)
{
    const int64_t steady = int_plus(r->first, (int64_t)(index * (uint64_t)r->step));
    return (int64_t)((uint64_t)int_plus(steady, difference) * (uint64_t)r->time_unit);
}

static bool next_times(struct chunk_reader *r, struct chunk_block *b)
{
    if (!column_next(&r->times, b->time, b->n)) return false;
    for (size_t i = 0; i < b->n; i++) b->time[i] = time_at(r, r->at + i, b->time[i]);
    return true;
}

static bool next_differences(struct chunk_reader *r, size_t n, int64_t *more)
{
    return r->head.flags & FLAG_NUMBER_RUNS ? number_runs_next(&r->runs, more, n)
                                            : column_next(&r->numbers, more, n);
}

static bool next_numbers(struct chunk_reader *r, struct chunk_block *b)
{
    if (chunk_counts_up(&r->head)) {
        for (size_t i = 0; i < b->n; i++) b->number[i] = r->head.least_number + r->at + (uint32_t)i;
        return true;
    }
    int64_t more[COLUMN_BLOCK];
    if (!next_differences(r, b->n, more)) return false;
    const int64_t most = (int64_t)r->head.greatest_number - r->head.least_number;
    for (size_t i = 0; i < b->n; i++) {
        if (more[i] < 0 || more[i] > most) return false;
        b->number[i] = r->head.least_number + (uint32_t)more[i];
    }
    return true;
}

static bool next_result_times(struct chunk_reader *r, struct chunk_block *b)
{
    const unsigned flags = r->head.flags;
    int64_t is_there[COLUMN_BLOCK];
    for (size_t i = 0; i < b->n; i++)
        b->result_time[i] = flags & FLAG_RESULT_TIME_SAME ? b->time[i] : TIME_NONE;
    if (!(flags & FLAG_RESULT_TIME_COLUMN)) return true;
    if (!column_next(&r->result_times, b->result_time, b->n)) return false;
    for (size_t i = 0; i < b->n; i++)
        b->result_time[i] = int_plus(b->time[i],
                                     (int64_t)((uint64_t)b->result_time[i] * (uint64_t)r->result_unit));
    if (!(flags & FLAG_RESULT_TIME_MISSING)) return true;
    if (!column_next(&r->have_result_time, is_there, b->n)) return false;
    for (size_t i = 0; i < b->n; i++)
        if (is_there[i] == 0) b->result_time[i] = TIME_NONE;
    return true;
}

static void next_features(struct chunk_reader *r, struct chunk_block *b)
{
    struct feature_run *f = &r->feature;
    for (size_t i = 0; i < b->n; i++) {
        if (f->left == 0) {
            f->left = get_varint(&f->in);
            f->feature = (entity_id)get_varint(&f->in);
        }
        f->left--;
        b->feature[i] = f->feature;
    }
}

static bool next_extras(struct chunk_reader *r, struct chunk_block *b)
{
    for (size_t i = 0; i < b->n; i++) b->extra[i] = (str){NULL, 0};
    while (r->extra.has_next && r->extra.at < r->at + b->n) {
        const uint64_t at = r->extra.at;
        b->extra[at - r->at] = r->extra.bytes;
        if (!next_extra(&r->extra, r->head.count) || (r->extra.has_next && r->extra.at == at)) return false;
    }
    return true;
}

static size_t next_size(const struct chunk_reader *r)
{
    const uint32_t left = r->head.count - r->at;
    return left < COLUMN_BLOCK ? left : COLUMN_BLOCK;
}

// ---- reading: passing over ----

static bool pass_column(struct column *c, size_t n)
{
    int64_t ignored[COLUMN_BLOCK];
    return c->form == COLUMN_SAME || column_next(c, ignored, n);
}

static bool pass_numbers(struct chunk_reader *r, size_t n)
{
    int64_t ignored[COLUMN_BLOCK];
    if (chunk_counts_up(&r->head)) return true;
    return r->head.flags & FLAG_NUMBER_RUNS ? number_runs_next(&r->runs, ignored, n)
                                            : pass_column(&r->numbers, n);
}

static void pass_features(struct feature_run *f, size_t n)
{
    while (n > 0) {
        if (f->left == 0) {
            f->left = get_varint(&f->in);
            f->feature = (entity_id)get_varint(&f->in);
        }
        const size_t of_this = f->left < n ? (size_t)f->left : n;
        f->left -= of_this;
        n -= of_this;
    }
}

static bool pass_extras(struct chunk_reader *r, size_t n)
{
    while (r->extra.has_next && r->extra.at < r->at + n) {
        const uint64_t at = r->extra.at;
        if (!next_extra(&r->extra, r->head.count) || (r->extra.has_next && r->extra.at == at)) return false;
    }
    return true;
}

// All of a block but its times.
static bool pass_rest(struct chunk_reader *r, size_t n)
{
    const unsigned flags = r->head.flags;
    if ((r->wants & CHUNK_NUMBERS) && !pass_numbers(r, n)) return false;
    if ((r->wants & CHUNK_RESULTS) && !pass_column(&r->units, n)) return false;
    if (r->wants & CHUNK_REST) {
        if ((flags & FLAG_RESULT_TIME_COLUMN) && !pass_column(&r->result_times, n)) return false;
        if ((flags & FLAG_RESULT_TIME_MISSING) && !pass_column(&r->have_result_time, n)) return false;
        if (!pass_extras(r, n)) return false;
        pass_features(&r->feature, n);
    }
    r->at += (uint32_t)n;
    return true;
}

bool chunk_pass(struct chunk_reader *r, uint32_t blocks)
{
    for (; blocks > 0 && r->at < r->head.count; blocks--) {
        const size_t n = next_size(r);
        if (!pass_column(&r->times, n) || !pass_rest(r, n)) return false;
    }
    return true;
}

uint32_t chunk_blocks_until(const struct chunk_reader *r, instant to)
{
    uint32_t blocks = (r->head.count + COLUMN_BLOCK - 1) / COLUMN_BLOCK;
    if (r->times.form != COLUMN_SAME) return blocks;
    while (blocks > 1 && time_at(r, (uint64_t)(blocks - 1) * COLUMN_BLOCK, r->times.same) > to) blocks--;
    return blocks;
}

// ---- reading: a block ----

static bool read_rest(struct chunk_reader *r, struct chunk_block *b)
{
    if ((r->wants & CHUNK_NUMBERS) && !next_numbers(r, b)) return false;
    if ((r->wants & CHUNK_RESULTS) && !column_next(&r->units, b->units, b->n)) return false;
    if (r->wants & CHUNK_REST) {
        if (!next_result_times(r, b) || !next_extras(r, b)) return false;
        next_features(r, b);
    }
    r->at += (uint32_t)b->n;
    return true;
}

bool chunk_next(struct chunk_reader *r, struct chunk_block *b)
{
    for (;;) {
        b->n = next_size(r);
        if (b->n == 0) return true;
        if (!next_times(r, b)) return false;
        if (b->time[b->n - 1] >= r->from) return read_rest(r, b);
        if (!pass_rest(r, b->n)) return false;
    }
}

// ---- one observation ----

static void take_off_zeros(struct point *p)
{
    while (p->scale > 0 && p->units % 10 == 0) {
        p->units /= 10;
        p->scale--;
    }
}

// A decimal that the column could not say comes back from the extra into its place.
static void take_result_from_extra(struct point *p)
{
    struct extra x;
    p->scale = POINT_NO_DECIMAL;
    p->units = 0;
    if (!extra_read(p->extra, p->time, &x) || x.result.type != VALUE_DECIMAL) return;
    p->units = x.result.number.units;
    p->scale = (uint8_t)x.result.number.scale;
    if (x.fields == EXTRA_RESULT) p->extra = (str){NULL, 0};
}

void chunk_point(const struct chunk_reader *r, const struct chunk_block *b, size_t i, struct point *out)
{
    *out = (struct point){.time = b->time[i],
                          .units = b->units[i],
                          .result_time = b->result_time[i],
                          .feature = b->feature[i],
                          .extra = b->extra[i],
                          .number = b->number[i],
                          .scale = r->scale};
    if (extra_has_result(out->extra)) {
        take_result_from_extra(out);
    } else if (r->is_stripped) {
        take_off_zeros(out);
    }
}

static bool copy_points(struct chunk_reader *r, arena *a, struct point *points)
{
    struct chunk_block b;
    for (size_t at = 0; at < r->head.count; at += b.n) {
        if (!chunk_next(r, &b)) return false;
        for (size_t i = 0; i < b.n; i++) {
            struct point *p = &points[at + i];
            chunk_point(r, &b, i, p);
            if (p->extra.n > 0 && !arena_copy(a, p->extra, &p->extra)) return false;
        }
    }
    return true;
}

bool chunk_points(str bytes, size_t more, arena *a, struct point **out, size_t *count)
{
    struct chunk_reader r;
    if (!chunk_open(&r, bytes, CHUNK_ALL)) return false;
    struct point *points = ARENA_ARRAY(a, r.head.count + more, struct point);
    const bool ok = points && copy_points(&r, a, points);
    *count = r.head.count;
    *out = points;
    chunk_close(&r);
    return ok;
}
