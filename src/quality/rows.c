// SPDX-License-Identifier: EUPL-1.2
#include "quality/rows.h"

#include "base/json.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Observations changed in one operation, of which all may be in chunks of their own.
#define OPERATION_MAX 1000
#define FINDINGS_MAX 200000

// ---- Reading -----------------------------------------------------------------------------------------------------

#define ROWS_FIRST 256

static void *grown(arena *a, const void *old, const struct rows *r, size_t room, size_t item)
{
    void *const more = arena_array(a, room, item);
    if (more && r->count > 0) memcpy(more, old, r->count * item);
    return more;
}

// Room for ROWS_MAX of each of 100,000 streams would be 70 GB of memory to be cleared in a run; most have a few hundred.
static bool make_room(struct rows *r, arena *a, err *e)
{
    if (r->count < r->room) return true;
    const size_t twice = r->room > 0 ? 2 * r->room : ROWS_FIRST, room = twice < ROWS_MAX ? twice : ROWS_MAX;
    r->id = grown(a, r->id, r, room, sizeof *r->id);
    r->time = grown(a, r->time, r, room, sizeof *r->time);
    r->received = grown(a, r->received, r, room, sizeof *r->received);
    r->value = grown(a, r->value, r, room, sizeof *r->value);
    r->flag = grown(a, r->flag, r, room, sizeof *r->flag);
    r->has_quality = grown(a, r->has_quality, r, room, sizeof *r->has_quality);
    r->room = room;
    return (r->id && r->time && r->received && r->value && r->flag && r->has_quality) || err_no_memory(e);
}

struct reading {
    struct rows *rows;
    const struct rollup_stream *stream;
    arena *arena;
};

static double canonical(const value *result, const struct rollup_stream *s)
{
    return value_is_number(result) ? value_to_double(result) * s->factor + s->offset : (double)NAN;
}

static bool take_row(const struct observation *o, void *context, err *e)
{
    const struct reading *to = context;
    struct rows *r = to->rows;
    r->is_cut = r->count == ROWS_MAX;
    if (r->is_cut || !make_room(r, to->arena, e)) return false;
    const size_t k = r->count++;
    r->id[k] = OBSERVATION_ID(o->stream, o->number);
    r->time[k] = o->phenomenon_time.start;
    r->received[k] = o->result_time;
    r->value[k] = canonical(&o->result, to->stream);
    r->flag[k] = quality_of_value(&o->quality);
    r->has_quality[k] = o->quality.type != VALUE_NULL;
    return true;
}

bool rows_read(struct snapshot *at, const struct rollup_stream *s, interval when, arena *a, struct rows *out,
               err *e)
{
    *out = (struct rows){0};
    struct reading to = {out, s, a};
    return make_room(out, a, e) && store_observations(at, s->id, when, take_row, &to, e);
}

bool rows_last_before(struct snapshot *at, entity_id stream, instant t, instant *out, err *e)
{
    struct expr path = {.kind = EXPR_PATH,
                        .type = TYPE_TIME,
                        .path = {.set = SET_OBSERVATION, .property = OBSERVATION_PHENOMENON_TIME}};
    struct expr bound = {.kind = EXPR_VALUE, .type = TYPE_TIME, .literal = value_instant(t)};
    struct expr *both[] = {&path, &bound};
    struct expr before = {
        .kind = EXPR_CALL, .type = TYPE_BOOL, .function = OP_LT, .args = both, .arg_count = 2};
    struct query_order newest = {&path, true};
    const struct query q = {.set = SET_OBSERVATION,
                            .has_parent = true,
                            .parent_set = SET_DATASTREAM,
                            .parent_id = stream,
                            .relation = DATASTREAM_OBSERVATIONS,
                            .filter = &before,
                            .orders = &newest,
                            .order_count = 1,
                            .top = 1,
                            .properties = 1u << OBSERVATION_PHENOMENON_TIME};
    struct cursor *c;
    struct record row;
    bool got = false;
    *out = TIME_NONE;
    if (!store_query(at, &q, &c, e)) return false;
    const bool ok = cursor_next(c, &row, &got, e);
    if (ok && got) *out = row.properties[OBSERVATION_PHENOMENON_TIME].time.start;
    cursor_close(c);
    return ok;
}

// ---- Writing back ------------------------------------------------------------------------------------------------

bool findings_add(struct findings *f, const struct rows *r, size_t row, quality_flag flag, err *e,
                  const char *format, ...)
{
    if (f->count == f->capacity) {
        const size_t capacity = f->capacity ? 2 * f->capacity : 64;
        struct finding *more = capacity <= FINDINGS_MAX ? realloc(f->all, capacity * sizeof *more) : NULL;
        if (!more) return err_no_memory(e);
        f->all = more;
        f->capacity = capacity;
    }
    struct finding *x = &f->all[f->count++];
    *x = (struct finding){.id = r->id[row], .time = r->time[row], .flag = flag};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(x->reason, sizeof x->reason, format, arguments);
    va_end(arguments);
    return true;
}

struct writing {
    const struct finding *first;
    size_t count;
    arena *arena;
};

static int by_stream_and_time(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    const entity_id of_x = OBSERVATION_STREAM(x->id), of_y = OBSERVATION_STREAM(y->id);
    if (of_x != of_y) return of_x < of_y ? -1 : 1;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static bool verdict_of(const struct finding *f, arena *a, struct quality_verdict *out, err *e)
{
    char text[400];
    buf b = {.max = sizeof text};
    *out = (struct quality_verdict){.id = f->id, .time = f->time};
    const bool ok = quality_write(&b, f->flag, str_of(f->reason)) &&
                    arena_copy(a, buf_str(&b), &out->quality);
    buf_free(&b);
    return ok || err_no_memory(e);
}

// Of one Datastream after the other.
static bool write_some(struct store_tx *tx, void *context, err *e)
{
    const struct writing *w = context;
    struct quality_verdict all[OPERATION_MAX];
    arena_reset(w->arena);
    for (size_t k = 0; k < w->count; k++)
        if (!verdict_of(&w->first[k], w->arena, &all[k], e)) return false;
    for (size_t k = 0, n; k < w->count; k += n) {
        const entity_id stream = OBSERVATION_STREAM(all[k].id);
        for (n = 1; k + n < w->count && OBSERVATION_STREAM(all[k + n].id) == stream;) n++;
        if (!store_qualify(tx, stream, all + k, n, e)) return false;
    }
    return true;
}

bool findings_write(struct findings *f, struct store *s, err *e)
{
    arena *a = arena_new((size_t)4 << 20);
    bool ok = a || err_no_memory(e);
    if (f->count > 0) qsort(f->all, f->count, sizeof *f->all, by_stream_and_time);
    for (size_t done = 0; ok && done < f->count; done += OPERATION_MAX) {
        const size_t left = f->count - done;
        struct writing w = {f->all + done, left < OPERATION_MAX ? left : OPERATION_MAX, a};
        ok = store_run(s, write_some, &w, e);
    }
    arena_free(a);
    f->count = 0;
    return ok;
}

void findings_free(struct findings *f)
{
    free(f->all);
    *f = (struct findings){0};
}

// ---- What is true for longer -------------------------------------------------------------------------------------

#define STATES STR("quality")

static str key_of(char out[static NUM_TEXT_MAX], entity_id stream)
{
    return (str){out, num_write_int(out, stream)};
}

static void put_time(json_writer *w, str name, instant t)
{
    char text[TIME_TEXT_MAX];
    json_name(w, name);
    json_put_text(w, (str){text, time_write(text, t)});
}

static void put_doubt(json_writer *w, str name, const struct quality_doubt *d)
{
    if (d->since == TIME_NONE) return;
    json_name(w, name);
    json_open(w, '{');
    put_time(w, STR("since"), d->since);
    json_name(w, STR("difference"));
    json_put_double(w, d->difference);
    json_close(w, '}');
}

bool state_write(struct store_tx *tx, entity_id stream, const struct quality_state *q, err *e)
{
    buf b = {.max = 8192};
    char key[NUM_TEXT_MAX];
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    put_doubt(&w, STR("biased"), &q->biased);
    put_doubt(&w, STR("drifting"), &q->drifting);
    put_doubt(&w, STR("stuck"), &q->stuck);
    json_name(&w, STR("gaps"));
    json_open(&w, '[');
    for (size_t k = 0; k < q->gap_count; k++) {
        json_open(&w, '{');
        put_time(&w, STR("from"), q->gaps[k].start);
        put_time(&w, STR("to"), q->gaps[k].end);
        json_close(&w, '}');
    }
    json_close(&w, ']');
    put_time(&w, STR("checked"), q->checked);
    json_close(&w, '}');
    bool ok = !b.failed || err_no_memory(e);
    ok = ok && store_document_put(tx, STATES, key_of(key, stream), buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static instant time_in(const json *j, str key)
{
    instant t;
    return time_parse(json_text(j, key), &t, NULL) ? t : TIME_NONE;
}

static struct quality_doubt doubt_in(const json *j, str name)
{
    const json *d = json_get(j, name);
    struct quality_doubt out = {.since = d ? time_in(d, STR("since")) : TIME_NONE, .difference = NAN};
    if (d) (void)json_number(d, STR("difference"), &out.difference);
    return out;
}

bool quality_read(struct snapshot *at, entity_id stream, arena *a, struct quality_state *out, err *e)
{
    char key[NUM_TEXT_MAX];
    str text;
    json *j;
    err why = {0};
    struct quality_state q = {.biased = {.since = TIME_NONE},
                              .drifting = {.since = TIME_NONE},
                              .stuck = {.since = TIME_NONE},
                              .checked = TIME_NONE};
    if (!store_document_get(at, STATES, key_of(key, stream), a, &text, &why)) {
        *out = q;
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    }
    if (!json_parse(text, a, &j, e)) return false;
    q.biased = doubt_in(j, STR("biased"));
    q.drifting = doubt_in(j, STR("drifting"));
    q.stuck = doubt_in(j, STR("stuck"));
    q.checked = time_in(j, STR("checked"));
    const json *gaps = json_get(j, STR("gaps"));
    for (const json *g = gaps ? gaps->first : NULL; g && q.gap_count < QUALITY_GAPS_MAX; g = g->next)
        q.gaps[q.gap_count++] = (interval){time_in(g, STR("from")), time_in(g, STR("to"))};
    *out = q;
    return true;
}
