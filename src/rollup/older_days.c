// SPDX-License-Identifier: EUPL-1.2
// Days of Datastreams as earlier releases kept them, a JSON document each, brought into stretches.
#include "rollup/work.h"

#include "base/log.h"
#include "rollup/calendar.h"

#define KIND_OLDER "rollup.stream"  // "0000012/20240131"
#define DAY_AT 8                    // of the key
#define BYTES_MAX ((size_t)1 << 26)

// Some of them, in order of key; those of a stretch become it in one operation of the store.
struct older {
    struct sheet sheet;
    arena *a;        // of one stretch
    int64_t number;  // of the stretch that is being put together
    struct stretch now;
    str keys[STRETCH_DAYS];  // of its documents
    size_t key_count;
    bool is_full;
};

static bool stretch_end(struct older *o, err *e)
{
    buf b = {.max = BYTES_MAX};
    if (o->key_count == 0) return true;
    stretch_write(&b, &o->now);
    bool ok = b.failed ? err_no_memory(e) : sheet_put_stretch(&o->sheet, o->number, buf_str(&b), e);
    for (size_t i = 0; ok && i < o->key_count; i++)
        ok = sheet_put(&o->sheet, STR(KIND_OLDER), o->keys[i], (str){0}, e);
    buf_free(&b);
    arena_reset(o->a);
    o->now = (struct stretch){.day = {{0}}};
    o->key_count = 0;
    return ok;
}

static bool read_key(str key, entity_id *stream, int32_t *day)
{
    *stream = 0;
    for (size_t i = 0; i + 1 < DAY_AT && i < key.n; i++) {
        if (key.p[i] < '0' || key.p[i] > '9') return false;
        *stream = *stream * 10 + (key.p[i] - '0');
    }
    return calendar_read_day(str_slice(key, DAY_AT, key.n), day);
}

static bool take_day(struct older *o, str key, int place, str text, err *e)
{
    struct tally t;
    buf b = {.max = BYTES_MAX};
    err why;
    if (!tally_read(text, &t, &why)) {  // it is left where it is
        log_warning("a sum of an earlier release is damaged", "key=%.*s", STR_ARG(key));
        return true;
    }
    tally_put(&b, &t);
    tally_free(&t);
    const bool ok = (!b.failed && arena_copy(o->a, buf_str(&b), &o->now.day[place]) &&
                     arena_copy(o->a, key, &o->keys[o->key_count++])) ||
                    err_no_memory(e);
    buf_free(&b);
    return ok;
}

static bool take_document(str key, str text, void *context, err *e)
{
    struct older *o = context;
    entity_id stream;
    int32_t day;
    if (!read_key(key, &stream, &day)) return true;
    const int64_t number = stretch_number(stretch_of(day), stream);
    if (number != o->number && !stretch_end(o, e)) return false;
    o->is_full = o->key_count == 0 && !sheet_has_room(&o->sheet, STRETCH_DAYS + 1);
    if (o->is_full) return false;
    o->number = number;
    return take_day(o, key, day - stretch_first(stretch_of(day)), text, e);
}

static bool bring_some(struct older *o, struct store *store, err *e)
{
    struct snapshot *at;
    o->is_full = false;
    o->number = -1;
    if (!snapshot_open(store, &at, e)) return false;
    const bool ok = store_document_each(at, STR(KIND_OLDER), take_document, o, e) &&
                    (o->is_full || stretch_end(o, e));
    snapshot_close(at);
    return ok && sheet_commit(&o->sheet, e);
}

bool work_bring_older(struct store *store, err *e)
{
    struct older o = {.a = arena_new(BYTES_MAX), .is_full = true};
    bool ok = (o.a || err_no_memory(e)) && sheet_open(&o.sheet, store, e);
    while (ok && o.is_full) ok = bring_some(&o, store, e);
    if (ok && o.sheet.written > 0)
        log_info("sums of days are kept in their new form", "written=%zu", o.sheet.written);
    sheet_close(&o.sheet);
    arena_free(o.a);
    return ok;
}
