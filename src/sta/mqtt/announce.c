// SPDX-License-Identifier: EUPL-1.2
#include "sta/mqtt/announce.h"

#include "base/log.h"
#include "base/queue.h"
#include "sta/write/observation_body.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE_COMMITS 4096
#define QUEUE_BYTES_MAX ((size_t)64 << 20)
#define SCRATCH_MAX ((size_t)8 << 20)
#define FORM_ARENA_MAX ((size_t)64 << 10)
#define PAYLOAD_MAX ((size_t)4 << 20)
#define TICK_US (INT64_C(1000) * 1000)
#define TOPIC_MAX 128
#define QOS 1

static metric announced = {
    .name = "peil_mqtt_announced_total", .help = "Changes announced over MQTT", .type = METRIC_COUNTER};
static metric dropped = {.name = "peil_mqtt_announcements_dropped_total",
                         .help = "Changes not announced, because announcing fell behind",
                         .type = METRIC_COUNTER};

// Something for the announcing thread: the changes of a commit, or a topic that was asked for.
struct news {
    size_t bytes;
    str topic;  // asked for; empty: changes
    size_t count;
    struct change *changes;
};

struct announcer {
    announcer_config c;
    struct queue *queue;
    atomic_size_t queued_bytes;
    atomic_bool is_stopped;
    pthread_t thread;
    bool has_thread;
    // Of the announcing thread alone.
    struct watches watches;
    arena *scratch, *form_arena;
    struct sta_form form;  // of v1.1; made at the first change, when the service knows its own address
    buf payload;
    unsigned char *kinds;    // by stream: 0 not known, 1 Datastream, 2 MultiDatastream
    unsigned char *touched;  // by stream: 1: readings came since the last tick
    entity_id highest_touched;
};

// ---- from the writer thread ----

// Where what copied changes point to goes.
struct copier {
    struct observation *next_observation;
    struct plain_reading *next_reading;
    char *next_text;
};

static void copy_text(struct copier *c, str *s)
{
    if (s->n == 0) return;
    memcpy(c->next_text, s->p, s->n);
    s->p = c->next_text;
    c->next_text += s->n;
}

static size_t text_bytes(const struct observation *o)
{
    return o->result.text.n + o->quality.text.n + o->parameters.n;
}

static void copy_observation(struct copier *c, struct change *to)
{
    if (!to->observation) return;
    struct observation *o = c->next_observation++;
    *o = *to->observation;
    copy_text(c, &o->result.text);
    copy_text(c, &o->quality.text);
    copy_text(c, &o->parameters);
    to->observation = o;
}

static void copy_run(struct copier *c, struct change *to)
{
    if (to->run.count == 0) return;
    memcpy(c->next_reading, to->run.all, to->run.count * sizeof *to->run.all);
    to->run.all = c->next_reading;
    c->next_reading += to->run.count;
}

static struct news *news_of(const struct change *changes, size_t count)
{
    size_t observations = 0, readings = 0, texts = 0, kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].kind == CHANGE_DELETED) continue;
        kept++;
        readings += changes[i].run.count;
        if (!changes[i].observation) continue;
        observations++;
        texts += text_bytes(changes[i].observation);
    }
    if (kept == 0) return NULL;
    const size_t bytes = sizeof(struct news) + kept * sizeof(struct change) +
                         observations * sizeof(struct observation) + readings * sizeof(struct plain_reading) +
                         texts;
    struct news *n = malloc(bytes);
    if (!n) return NULL;
    *n = (struct news){.bytes = bytes, .changes = (struct change *)(n + 1)};
    struct copier c = {.next_observation = (struct observation *)(n->changes + kept)};
    c.next_reading = (struct plain_reading *)(c.next_observation + observations);
    c.next_text = (char *)(c.next_reading + readings);
    for (size_t i = 0; i < count; i++) {
        if (changes[i].kind == CHANGE_DELETED) continue;
        struct change *copy = &n->changes[n->count++];
        *copy = changes[i];
        copy_observation(&c, copy);
        copy_run(&c, copy);
    }
    return n;
}

static bool push(struct announcer *a, struct news *n)
{
    const size_t before = atomic_fetch_add(&a->queued_bytes, n->bytes);
    if (before + n->bytes <= QUEUE_BYTES_MAX && queue_push(a->queue, n)) return true;
    atomic_fetch_sub(&a->queued_bytes, n->bytes);
    free(n);
    return false;
}

static void listen(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    struct announcer *a = context;
    (void)commit;
    if (atomic_load(&a->is_stopped)) return;
    struct news *n = news_of(changes, count);
    if (!n || push(a, n)) return;
    int64_t lost = 0;
    for (size_t i = 0; i < count; i++) lost += changes[i].run.count ? (int64_t)changes[i].run.count : 1;
    metric_count(&dropped, lost);
}

void announcer_note(struct announcer *a, str topic)
{
    struct news *n = malloc(sizeof *n + topic.n);
    if (!n) return;
    *n = (struct news){.bytes = sizeof *n + topic.n, .topic = {(char *)(n + 1), topic.n}};
    memcpy(n + 1, topic.p, topic.n);
    push(a, n);
}

// ---- publishing ----

static void publish(struct announcer *a, str topic, str payload)
{
    if (mqtt_publish(a->c.publisher, topic, payload, QOS, false))
        metric_count(&announced, 1);
    else
        metric_count(&dropped, 1);
}

// On a topic that needs no asking, unless only what is asked for is announced.
static void publish_basic(struct announcer *a, const char *topic, int n)
{
    const str t = {topic, (size_t)n};
    if (!a->c.only_asked || watches_ask(&a->watches, t)) publish(a, t, buf_str(&a->payload));
}

static void publish_always(struct announcer *a, const struct record *r)
{
    const str set = entity_schema_of(r->set)->set_name;
    char topic[TOPIC_MAX];
    buf_clear(&a->payload);
    sta_form_entity(&a->payload, &a->form, r, NULL);
    if (a->payload.failed) return;
    int n = snprintf(topic, sizeof topic, "v1.1/%.*s", STR_ARG(set));
    publish_basic(a, topic, n);
    if (r->set == SET_OBSERVATION) {
        const bool is_one = r->links[OBSERVATION_DATASTREAM];
        n = snprintf(topic, sizeof topic, "v1.1/%s(%lld)/Observations",
                     is_one ? "Datastreams" : "MultiDatastreams", (long long)OBSERVATION_STREAM(r->id));
    } else {
        n = snprintf(topic, sizeof topic, "v1.1/%.*s(%lld)", STR_ARG(set), (long long)r->id);
    }
    publish_basic(a, topic, n);
}

// What publish_always has told already.
static bool is_told(const struct watch *w)
{
    const struct sta_path *p = &w->path;
    if (w->is_filter || w->version != STA_V1_1 || w->query) return false;
    if (p->kind == PATH_SET && p->hop_count == 1) return true;
    const bool is_observation = sta_path_last(p)->set == SET_OBSERVATION;
    if (p->kind == PATH_ENTITY) return p->hop_count == 1 && !is_observation;
    return p->kind == PATH_SET && p->hop_count == 2 && is_observation && p->hops[0].has_key &&
           (p->hops[0].set == SET_DATASTREAM || p->hops[0].set == SET_MULTI_DATASTREAM);
}

static void publish_asked(struct announcer *a, struct snapshot *at, const struct record *r,
                          bool is_told_always)
{
    for (struct watch *w = a->watches.first; w; w = w->next) {
        if (is_told_always && is_told(w)) continue;
        if (!watch_matches(w, at, r, a->scratch) || !watch_payload(w, a->c.sta, r, a->scratch, &a->payload))
            continue;
        publish(a, w->topic, buf_str(&a->payload));
    }
}

// ---- changes ----

enum { KIND_UNKNOWN, KIND_DATASTREAM, KIND_MULTI };

static entity_set kind_of(struct announcer *a, struct snapshot *at, entity_id stream)
{
    unsigned char *kind = &a->kinds[stream];
    if (*kind == KIND_UNKNOWN) {
        *kind = store_exists(at, SET_MULTI_DATASTREAM, stream, NULL) ? KIND_MULTI : KIND_DATASTREAM;
    }
    return *kind == KIND_MULTI ? SET_MULTI_DATASTREAM : SET_DATASTREAM;
}

static void touch(struct announcer *a, entity_id stream)
{
    a->touched[stream] = 1;
    if (stream > a->highest_touched) a->highest_touched = stream;
}

static bool entity_of(struct announcer *a, struct snapshot *at, const struct change *c, struct record *out)
{
    return c->set != SET_OBSERVATION && store_get(at, c->set, c->id, a->scratch, out, NULL);
}

static void publish_record(struct announcer *a, struct snapshot *at, const struct record *r)
{
    publish_always(a, r);
    publish_asked(a, at, r, true);
}

static void tell_observations(struct announcer *a, struct snapshot *at, const struct change *c)
{
    const entity_id stream = OBSERVATION_STREAM(c->id);
    if (!store_shows_stream(at, stream)) return;  // the broker's readers are the public
    touch(a, stream);
    for (size_t i = 0; i < change_observations(c); i++) {
        arena_reset(a->scratch);
        const struct observation o = change_observation(c, i);
        const struct record r = observation_record(&o, kind_of(a, at, stream));
        publish_record(a, at, &r);
    }
}

static bool has_form(struct announcer *a, err *e)
{
    return a->form.root.n || sta_form_make(a->c.sta, STA_V1_1, a->form_arena, a->scratch, &a->form, e);
}

static void tell(struct announcer *a, const struct change *changes, size_t count)
{
    struct snapshot *at;
    struct record r;
    err e;
    if (!has_form(a, &e) || !snapshot_open(a->c.sta->store, &at, &e)) {
        log_warning("changes are not announced", "reason=%s", e.text);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        arena_reset(a->scratch);
        if (change_observations(&changes[i]) > 0)
            tell_observations(a, at, &changes[i]);
        else if (entity_of(a, at, &changes[i], &r))
            publish_record(a, at, &r);
    }
    snapshot_close(at);
}

// Readings change their Datastream's phenomenonTime, resultTime and observedArea: told once a second, to
// those who asked.
static void tell_touched(struct announcer *a)
{
    struct snapshot *at;
    const entity_id highest = a->highest_touched;
    const bool is_wanted = watches_want(&a->watches, SET_DATASTREAM) ||
                           watches_want(&a->watches, SET_MULTI_DATASTREAM);
    a->highest_touched = 0;
    if (highest == 0) return;
    if (is_wanted && snapshot_open(a->c.sta->store, &at, NULL)) {
        for (entity_id stream = 1; stream <= highest; stream++) {
            struct record r;
            if (!a->touched[stream]) continue;
            arena_reset(a->scratch);
            if (store_get(at, kind_of(a, at, stream), stream, a->scratch, &r, NULL))
                publish_asked(a, at, &r, false);
        }
        snapshot_close(at);
    }
    memset(a->touched, 0, (size_t)highest + 1);
}

// ---- the thread ----

static void handle(struct announcer *a, struct news *n)
{
    if (n->topic.n) {
        struct watch *w = watch_parse(a->c.sta, n->topic, time_now());
        if (w) watches_add(&a->watches, a->c.sta, w);
    } else {
        tell(a, n->changes, n->count);
    }
    atomic_fetch_sub(&a->queued_bytes, n->bytes);
    free(n);
}

static void *run(void *context)
{
    struct announcer *a = context;
    int64_t next_tick = time_monotonic_us() + TICK_US;
    for (;;) {
        void *item;
        const int64_t now = time_monotonic_us();
        if (now >= next_tick) {
            tell_touched(a);
            a->c.tick(a->c.context);
            next_tick = now + TICK_US;
        }
        if (queue_take(a->queue, &item, 1, next_tick > now ? next_tick - now : 0))
            handle(a, item);
        else if (queue_is_closed(a->queue))
            return NULL;
    }
}

static bool prepare(struct announcer *a, err *e)
{
    a->queue = queue_new(QUEUE_COMMITS);
    a->scratch = arena_new(SCRATCH_MAX);
    a->form_arena = arena_new(FORM_ARENA_MAX);
    a->kinds = calloc(STREAM_ID_MAX + 1, 1);
    a->touched = calloc(STREAM_ID_MAX + 1, 1);
    if (!a->queue || !a->scratch || !a->form_arena || !a->kinds || !a->touched) return err_no_memory(e);
    if (!watches_load(&a->watches, a->c.sta, e)) return false;
    a->has_thread = pthread_create(&a->thread, NULL, run, a) == 0;
    return a->has_thread || err_set(e, ERR_INTERNAL, ERR_NOWHERE, "no thread for announcing");
}

struct announcer *announcer_new(const announcer_config *c, err *e)
{
    struct announcer *a = calloc(1, sizeof *a);
    if (!a) {
        err_no_memory(e);
        return NULL;
    }
    *a = (struct announcer){.c = *c, .payload = {.max = PAYLOAD_MAX}};
    if (!prepare(a, e)) {
        announcer_free(a);
        return NULL;
    }
    if (c->metrics) {
        metrics_add(c->metrics, &announced);
        metrics_add(c->metrics, &dropped);
    }
    if (c->publisher) store_listen(c->sta->store, listen, a);
    return a;
}

void announcer_stop(struct announcer *a)
{
    if (!a->has_thread) return;
    atomic_store(&a->is_stopped, true);
    queue_close(a->queue);
    pthread_join(a->thread, NULL);
    a->has_thread = false;
}

void announcer_free(struct announcer *a)
{
    if (!a) return;
    announcer_stop(a);
    watches_free(&a->watches);
    arena_free(a->scratch);
    arena_free(a->form_arena);
    free(a->kinds);
    free(a->touched);
    buf_free(&a->payload);
    if (a->queue) queue_free(a->queue);
    free(a);
}
