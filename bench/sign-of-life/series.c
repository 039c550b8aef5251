// SPDX-License-Identifier: EUPL-1.2
#include "series.h"

#include "base/file.h"
#include "base/num.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define NIGHTS 14
#define NIGHT_FROM 4  // half hours: 02:00
#define NIGHT_SLOTS 6
#define DAYS_MAX 1000

uint64_t series_random(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

// ---- The file ----------------------------------------------------------------------------------------------------

static bool read_head(str line, struct series_set *out, err *e)
{
    str rest = line, name;
    str_cut(&rest, ',', &name);
    while (str_cut(&rest, ',', &name)) {
        if (out->count == SERIES_HOMES_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d homes", SERIES_HOMES_MAX);
        struct series *s = &out->homes[out->count++];
        const str cut = str_slice(str_trim(name), 0, SERIES_NAME_MAX);
        memcpy(s->name, cut.p, cut.n);
    }
    return true;
}

static bool read_row(str line, struct series_set *out, size_t rows_max, err *e)
{
    str rest = line, field;
    instant t;
    double kwh;
    if (!str_cut(&rest, ',', &field) || !time_parse_utc(field, &t, e)) return false;
    for (size_t i = 0; i < out->count; i++) {
        struct series *s = &out->homes[i];
        if (!str_cut(&rest, ',', &field)) field = (str){0};
        if (s->count == 0) s->start = t;
        const int64_t at = (t - s->start) / (30 * TIME_MINUTE);
        if (at < 0 || (size_t)at >= rows_max) return err_set(e, ERR_RANGE, ERR_NOWHERE, "row out of order");
        while (s->count < (size_t)at) s->wh[s->count++] = SERIES_HOLE;
        if (s->count > (size_t)at) continue;  // a time that comes twice
        field = str_trim(field);
        if (field.n > 0 && !num_parse_double(field, &kwh, e)) return false;
        s->wh[s->count++] = field.n > 0 ? (int32_t)lround(kwh * 1000) : SERIES_HOLE;
    }
    return true;
}

bool series_read(const char *path, arena *a, struct series_set *out, err *e)
{
    buf b = {.max = FILE_BYTES_MAX};
    bool ok = file_read(path, &b, e);
    str rest = buf_str(&b), line;
    const size_t rows_max = 50000;
    memset(out, 0, sizeof *out);
    ok = ok && str_cut(&rest, '\n', &line) && read_head(str_trim(line), out, e);
    for (size_t i = 0; ok && i < out->count; i++) {
        out->homes[i].wh = ARENA_ARRAY(a, rows_max, int32_t);
        ok = out->homes[i].wh || err_no_memory(e);
    }
    for (size_t row = 2; ok && str_cut(&rest, '\n', &line); row++)
        if (str_trim(line).n > 0)
            ok = read_row(str_trim(line), out, rows_max, e) || err_within(e, "%s:%zu", path, row);
    buf_free(&b);
    return ok;
}

void series_to_local(struct series *s, int hours)
{
    const instant start = s->start + hours * TIME_HOUR;
    const size_t into_day = (size_t)(start % TIME_DAY / (30 * TIME_MINUTE));
    const size_t skipped = into_day ? SERIES_DAY - into_day : 0;
    if (skipped > s->count) return;
    s->start = start + (instant)skipped * 30 * TIME_MINUTE;
    s->wh += skipped;
    s->count -= skipped;
}

// ---- Silence -----------------------------------------------------------------------------------------------------

struct night {
    size_t day;
    int64_t sum;
};

static int compare_nights(const void *a, const void *b)
{
    const struct night *x = a, *y = b;
    return x->sum < y->sum ? -1 : x->sum > y->sum;
}

static size_t calm_nights(const struct series *s, size_t from_day, struct night *out)
{
    size_t count = 0;
    for (size_t day = from_day; day < from_day + 28 && (day + 1) * SERIES_DAY <= s->count && count < DAYS_MAX;
         day++) {
        struct night x = {day, 0};
        bool whole = true;
        for (size_t i = 0; i < NIGHT_SLOTS; i++) {
            const int32_t v = s->wh[day * SERIES_DAY + NIGHT_FROM + i];
            whole = whole && v != SERIES_HOLE;
            x.sum += v;
        }
        if (whole) out[count++] = x;
    }
    qsort(out, count, sizeof *out, compare_nights);
    return count < NIGHTS ? count : NIGHTS;
}

bool series_plant(const struct series *s, size_t onset, struct series_nights nights, uint64_t seed,
                  int32_t *out)
{
    struct night calm[DAYS_MAX];
    const size_t count = calm_nights(s, nights.are_recent ? onset / SERIES_DAY - 28 : 0, calm);
    if (count == 0) return false;
    memcpy(out, s->wh, s->count * sizeof *out);
    size_t night = 0;
    for (size_t i = onset; i < s->count; i++) {
        const size_t k = (i - onset) % NIGHT_SLOTS;
        if (k == 0 || !nights.in_order) night = calm[series_random(&seed) % count].day;
        const size_t at = nights.in_order ? k : series_random(&seed) % NIGHT_SLOTS;
        out[i] = s->wh[night * SERIES_DAY + NIGHT_FROM + at];
    }
    return true;
}
