// SPDX-License-Identifier: EUPL-1.2
// Appending observations: the memory side of an operation, its undoing and its publication.
#include "store/stream/settle.h"
#include "store/stream/row.h"

#include <stdlib.h>

// More than this in memory means that seals fail or cannot keep up.
#define TAIL_BYTES_MAX ((size_t)512 << 20)
#define OBSERVATION_BYTES_MAX ((size_t)8 << 20)  // of texts and JSON of one

// The array with room for one more, or NULL.
static void *grown(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) return items;
    const size_t more = *capacity > 0 ? *capacity * 2 : 256;
    void *p = realloc(items, more * size);
    if (p) *capacity = more;
    return p;
}

// ---- undo ----

// What is noted of each run is written where it stays: made on the stack and copied, with loads wider than the stores before them,
// it waited for all older stores to leave the processor, a tenth of the time of a run of one.
static struct undo *next_undo(struct store_tx *tx, err *e)
{
    struct undo *undos = grown(tx->undos, tx->undo_count, &tx->undo_capacity, sizeof *undos);
    if (!undos) {
        err_no_memory(e);
        return NULL;
    }
    tx->undos = undos;
    return &tx->undos[tx->undo_count++];
}

bool tx_note_undo(struct store_tx *tx, struct undo u, err *e)
{
    struct undo *const place = next_undo(tx, e);
    if (!place) return false;
    *place = u;
    if (tx->undo_count - 1 < tx->first_lasting) tx->first_lasting = tx->undo_count - 1;
    return true;
}

bool tx_save_stream(struct store_tx *tx, struct stream *s, err *e)
{
    if (s->touched == tx->operation) return true;
    struct undo *const u = next_undo(tx, e);
    if (!u) return false;
    u->kind = UNDO_STATE;
    u->stream = s;
    u->state = s->state;
    s->touched = tx->operation;
    return true;
}

// The tail begun by the seal is empty again by now. A reader may be passing over it, so that it is not freed at once.
static void undo_seal(struct store_tx *tx, const struct undo *u)
{
    atomic_store_explicit(&u->stream->tail, u->begun->older, memory_order_release);
    tx->store->load.observations += u->sealed;
    retire(tx->store, (struct retired){.tail = u->begun});
}

static void undo_one(struct store_tx *tx, const struct undo *u)
{
    struct stream *s = u->stream;
    switch (u->kind) {
    case UNDO_STATE:
        s->state = u->state;
        s->touched = 0;
        break;
    case UNDO_SEAL: undo_seal(tx, u); break;
    case UNDO_ADD:
        streams_remove(&tx->store->streams, s);
        settle_forget(tx->store, s);
        retire(tx->store, (struct retired){.stream = s});
        break;
    case UNDO_DELETE:
        atomic_store_explicit(&s->deleted, 0, memory_order_release);
        tx->store->load.observations += atomic_load_explicit(&s->tail, memory_order_relaxed)->count;
        break;
    }
}

void tx_undo(struct store_tx *tx, size_t undos, size_t appended, size_t changes)
{
    while (tx->appended_count > appended) {
        const struct appended *a = &tx->appended[--tx->appended_count];
        tail_take_back(a->tail, a->block, a->count);
        tx->store->load.observations -= a->count;
        tx->observations -= a->count;
    }
    while (tx->undo_count > undos) undo_one(tx, &tx->undos[--tx->undo_count]);
    tx->change_count = changes;
}

// ---- publication ----

static void publish_undo_item(struct store *s, const struct undo *u)
{
    if (u->kind == UNDO_SEAL) retire(s, (struct retired){.tail = u->begun->older, .newer = u->begun});
    if (u->kind == UNDO_DELETE) retire(s, (struct retired){.stream = u->stream, .is_listed = true});
    if (u->kind == UNDO_DELETE) settle_forget(s, u->stream);
}

#define PUBLISH_AHEAD 16  // blocks, each somewhere else

void tx_publish(struct store_tx *tx)
{
    struct store *s = tx->store;
    for (size_t i = 0; i < tx->appended_count; i++) {
        if (i + PUBLISH_AHEAD < tx->appended_count)
            __builtin_prefetch(tx->appended[i + PUBLISH_AHEAD].block, 1);
        tail_publish(tx->appended[i].block);
    }
    if (tx->has_entities) atomic_store_explicit(&s->access_commit, tx->commit, memory_order_release);
    tx->has_entities = false;
    atomic_store_explicit(&s->published, tx->commit, memory_order_release);
    for (size_t i = tx->first_lasting; i < tx->undo_count; i++) publish_undo_item(s, &tx->undos[i]);
    tx->first_lasting = SIZE_MAX;
    tx->undo_count = tx->appended_count = tx->observations = 0;
}

// ---- changes ----

struct connection *tx_connection(struct store_tx *tx)
{
    return &tx->store->writer;
}

arena *tx_arena(struct store_tx *tx)
{
    return tx->arena;
}

struct snapshot *store_tx_snapshot(struct store_tx *tx)
{
    return &tx->snapshot;
}

uint64_t store_entity_version(struct store_tx *tx)
{
    return atomic_load_explicit(&tx->store->entity_version, memory_order_relaxed);
}

void tx_entities_changed(struct store_tx *tx)
{
    tx->has_entities = true;
    atomic_fetch_add_explicit(&tx->store->entity_version, 1, memory_order_relaxed);
}

bool tx_begin_sql(struct store_tx *tx, err *e)
{
    if (tx->has_savepoint) return true;
    if (!sql_run(tx_connection(tx), STR("SAVEPOINT operation"), e)) return false;
    tx->has_savepoint = tx->is_dirty = true;
    return true;
}

static bool copy_value(arena *a, value *v)
{
    const bool has_text = v->type == VALUE_NUMBER || v->type == VALUE_TEXT || v->type == VALUE_JSON;
    return !has_text || arena_copy(a, v->text, &v->text);
}

static const struct observation *copy_observation(arena *a, const struct observation *o)
{
    struct observation *copy = ARENA_NEW(a, struct observation);
    if (!copy) return NULL;
    *copy = *o;
    const bool ok = copy_value(a, &copy->result) && copy_value(a, &copy->quality) &&
                    (o->parameters.n == 0 || arena_copy(a, o->parameters, &copy->parameters));
    return ok ? copy : NULL;
}

static struct change *next_change(struct store_tx *tx, err *e)
{
    struct change *changes = grown(tx->changes, tx->change_count, &tx->change_capacity, sizeof *changes);
    if (!changes) {
        err_no_memory(e);
        return NULL;
    }
    tx->changes = changes;
    return &tx->changes[tx->change_count++];
}

bool tx_changed(struct store_tx *tx, change_kind kind, entity_set set, entity_id id,
                const struct observation *observation, err *e)
{
    if (set != SET_OBSERVATION) tx_entities_changed(tx);
    if (tx->store->listener_count == 0) return true;
    struct change change = {.kind = kind, .set = set, .id = id, .oldest = TIME_NONE};
    if (observation) {
        change.oldest = observation->phenomenon_time.start;
        if (!(change.observation = copy_observation(tx->arena, observation))) return err_no_memory(e);
    }
    struct change *const place = next_change(tx, e);
    if (place) *place = change;
    return place != NULL;
}

// ---- append ----

static struct stream *live_stream(struct store_tx *tx, entity_id id)
{
    struct stream *s = streams_find(&tx->store->streams, id);
    return s && atomic_load_explicit(&s->deleted, memory_order_relaxed) == 0 ? s : NULL;
}

static bool no_stream(entity_id id, err *e)
{
    return err_set(e, ERR_LINK, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld", (long long)id);
}

bool store_stream_info(struct store_tx *tx, entity_id stream, const struct stream_info **out, err *e)
{
    const struct stream *s = live_stream(tx, stream);
    if (!s) return no_stream(stream, e);
    *out = &s->state.info;
    return true;
}

bool store_next_number(struct store_tx *tx, entity_id stream, uint32_t *out, err *e)
{
    const struct stream *s = live_stream(tx, stream);
    if (!s) return no_stream(stream, e);
    *out = s->state.next_number;
    return true;
}

// The stream gets observations of a feature that it may not have had before.
static bool meet_feature(struct store_tx *tx, entity_id stream, entity_id feature, err *e)
{
    if (!store_exists(&tx->snapshot, SET_FEATURE_OF_INTEREST, feature, e))
        return e->code != ERR_ABSENT && e->code != ERR_GONE
                   ? false
                   : err_set(e, ERR_LINK, ERR_NOWHERE, "there is no FeatureOfInterest %lld",
                             (long long)feature);
    return stream_feature_add(tx, stream, feature, e);
}

static bool check_times(const struct observation *o, err *e)
{
    const interval t = o->phenomenon_time;
    if (t.start < TIME_MIN || t.start > TIME_MAX ||
        (t.end != TIME_NONE && (t.end < t.start || t.end > TIME_MAX)))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "phenomenonTime is outside the years 1 to 9999 or ends before it starts");
    return true;
}

static bool give_number(struct store_tx *tx, struct stream *s, struct observation *o, err *e)
{
    if (o->number == 0) {
        if (s->state.next_number == 0)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                           "this Datastream has had all 4,294,967,295 Observations that it can");
        o->number = s->state.next_number;
        return true;
    }
    if (o->number >= s->state.next_number) return true;
    struct observation found;
    err absent;
    if (!store_get_observation(&tx->snapshot, OBSERVATION_ID(o->stream, o->number), tx->arena, &found,
                               &absent)) {
        if (absent.code == ERR_ABSENT || absent.code == ERR_GONE) return true;
        *e = absent;
        return false;
    }
    return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "there is an Observation with this id already");
}

static void write_row(struct store_tx *tx, struct stream *s, const struct point *p)
{
    struct stream_state *t = &s->state;
    const bool is_first = t->row_commit != tx->commit;
    tail_writer_add(&tx->row, s->id, p, &t->row_last, is_first);
    t->row_commit = tx->commit;
    t->row_count = is_first ? 1 : t->row_count + 1;
}

// There is room in memory for more, and in tx->appended for one more line of it.
static bool prepare_append(struct store_tx *tx, err *e)
{
    if (tx->store->tails.bytes > TAIL_BYTES_MAX)
        return err_set(e, ERR_BUSY, ERR_NOWHERE, "too many readings wait to be packed: try again");
    struct appended *appended = grown(tx->appended, tx->appended_count, &tx->appended_capacity,
                                      sizeof *appended);
    if (!appended) return err_no_memory(e);
    tx->appended = appended;
    return true;
}

static void note_appended(struct store_tx *tx, struct tail *t, struct tail_block *block, uint32_t count)
{
    tx->appended[tx->appended_count++] = (struct appended){t, block, count};
    tx->observations += count;
    tx->store->load.observations += count;
}

static bool append_point(struct store_tx *tx, struct stream *s, const struct point *p, err *e)
{
    struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed);
    if (!prepare_append(tx, e)) return false;
    struct tail_block *block = tail_append(t, p, tx->commit, &tx->store->tails);
    if (!block) return err_no_memory(e);
    note_appended(tx, t, block, 1);
    settle_note(tx->store, s, t);
    return true;
}

static bool has_room_for(const struct store_tx *tx, err *e)
{
    if (!tx->row.bytes.failed && !tx->extra.failed && tx->extra.n <= OBSERVATION_BYTES_MAX) return true;
    return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the Observations are too large to store at once");
}

// What must hold of an observation before it is stored, whether it comes or is changed. Its stream, or NULL.
struct stream *observation_check(struct store_tx *tx, const struct observation *o, err *e)
{
    struct stream *s = live_stream(tx, o->stream);
    if (!s) {
        no_stream(o->stream, e);
        return NULL;
    }
    if (!check_times(o, e)) return NULL;
    const bool is_met = o->feature == 0 || o->feature == s->state.arrival_feature;
    return is_met || meet_feature(tx, s->id, o->feature, e) ? s : NULL;
}

bool store_append(struct store_tx *tx, struct observation *o, err *e)
{
    struct stream *s = observation_check(tx, o, e);
    if (!s || !give_number(tx, s, o, e) || !tx_save_stream(tx, s, e)) return false;

    struct point p;
    buf_clear(&tx->extra);
    point_of(o, &tx->extra, &p);
    if (!has_room_for(tx, e)) return false;
    if (!append_point(tx, s, &p, e)) return false;
    write_row(tx, s, &p);
    stream_note_arrival(s, &p);
    tx->is_dirty = true;
    return tx_changed(tx, CHANGE_CREATED, SET_OBSERVATION, OBSERVATION_ID(o->stream, o->number), o, e);
}

// ---- append a run ----

// What observation_check and give_number ask of each.
static bool check_run(struct store_tx *tx, const struct stream *s, const struct reading_run *run, err *e)
{
    for (size_t i = 0; i < run->count; i++)
        if (run->all[i].time < TIME_MIN || run->all[i].time > TIME_MAX)
            return err_set(e, ERR_RANGE, ERR_NOWHERE, "phenomenonTime is outside the years 1 to 9999");
    if (s->state.next_number == 0 || run->count > UINT32_MAX - s->state.next_number)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE,
                       "this Datastream has had all 4,294,967,295 Observations that it can");
    const bool is_met = run->feature == 0 || run->feature == s->state.arrival_feature;
    return is_met || meet_feature(tx, s->id, run->feature, e);
}

static bool append_points(struct store_tx *tx, struct tail *t, const struct reading_run *run, uint32_t first,
                          err *e)
{
    uint32_t taken;
    for (size_t i = 0; i < run->count; i += taken) {
        if (!prepare_append(tx, e)) return false;
        struct tail_block *block = tail_append_plain(t, run->all + i, run->count - i, first + (uint32_t)i,
                                                     run->feature, tx->commit, &tx->store->tails, &taken);
        if (!block) return err_no_memory(e);
        note_appended(tx, t, block, taken);
    }
    return true;
}

static bool changed_run(struct store_tx *tx, const struct reading_run *run, uint32_t first, err *e)
{
    if (tx->store->listener_count == 0) return true;
    struct change *const c = next_change(tx, e);
    if (!c) return false;
    c->kind = CHANGE_CREATED;
    c->set = SET_OBSERVATION;
    c->id = OBSERVATION_ID(run->stream, first);
    c->oldest = run->all[0].time;
    c->observation = NULL;
    c->run.stream = run->stream;
    c->run.feature = run->feature;
    c->run.all = run->all;
    c->run.count = run->count;
    return true;
}

// What cannot fail: the row, the stream's state, and the oldest time of the change that was noted.
static void note_run(struct store_tx *tx, struct stream *s, const struct reading_run *run, uint32_t first)
{
    struct stream_state *t = &s->state;
    const bool is_first = t->row_commit != tx->commit;
    tail_writer_add_run(&tx->row, run, first, &t->row_last, is_first);
    t->row_commit = tx->commit;
    t->row_count = (is_first ? 0 : t->row_count) + (uint32_t)run->count;
    const instant oldest = stream_note_run(s, run, first);
    if (tx->store->listener_count > 0) tx->changes[tx->change_count - 1].oldest = oldest;
}

void store_expect_run(const struct store_tx *tx, entity_id stream, unsigned ahead)
{
    const struct stream *s = streams_find(&tx->store->streams, stream);
    if (s) stream_expect(s, ahead);
}

bool store_append_run(struct store_tx *tx, const struct reading_run *run, uint32_t *first, err *e)
{
    struct stream *s = live_stream(tx, run->stream);
    if (!s) return no_stream(run->stream, e);
    if (run->count == 0) return true;
    if (!check_run(tx, s, run, e) || !tx_save_stream(tx, s, e) || !has_room_for(tx, e)) return false;

    const size_t before = tx->appended_count, changes = tx->change_count;
    const uint32_t number = s->state.next_number;
    struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed);
    if (!append_points(tx, t, run, number, e) || !changed_run(tx, run, number, e)) {
        tx_undo(tx, tx->undo_count, before, changes);
        return false;
    }
    note_run(tx, s, run, number);
    settle_note(tx->store, s, t);
    tx->is_dirty = true;
    *first = number;
    return true;
}
