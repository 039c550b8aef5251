// SPDX-License-Identifier: EUPL-1.2
#include "portal/live.h"

#include "base/queue.h"
#include "identity/who.h"
#include "portal/page.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BURSTS_WAITING_MAX 4096  // commits that wait for the thread
#define CLIENTS_WAITING_MAX 4096
#define TAKEN_MAX 256
#define RING_EVENTS 8192                    // kept for who comes back
#define TEXT_BYTES_MAX ((size_t)192 << 10)  // a client that has more waiting is closed by the server
#define TICK_ARENA_BYTES ((size_t)16 << 20)
#define THINGS_MAX 64  // in ?things=

struct heard {
    uint64_t commit;
    entity_id stream;
    interval when;
    value result;
    quality_flag reject;
};

// What one commit brought.
struct burst {
    uint64_t commit;
    size_t count;
    struct heard all[];
};

struct event {
    uint64_t commit;
    entity_id thing;
    char *text;  // of the whole event, NUL-terminated
    size_t length;
};

struct client {
    struct http_live *stream;
    _Atomic bool is_gone;
    struct stay stay;    // where more is shown than to the public
    uint64_t place;      // wants what came after this commit
    size_t thing_count;  // 0: all
    entity_id things[THINGS_MAX];
    struct client *next;
};

struct live {
    struct store *store;
    struct meter_book *book;
    struct identity *identity;
    access_level sees;
    pthread_t thread;
    bool is_running;
    struct queue *bursts;      // of struct burst
    struct queue *arrivals;    // of struct client
    _Atomic size_t listeners;  // while nobody listens nothing is kept
    _Atomic uint64_t heard;    // the last commit with a reading
    _Atomic uint64_t lost;     // the last of them that was not kept

    // The thread's own.
    struct client *clients;
    struct event *ring;  // RING_EVENTS of them; numbers count up, the place is modulo RING_EVENTS
    uint64_t ring_start, ring_end;
    uint64_t complete_after;  // the ring has everything that came after this commit
    uint64_t last_commit;
    uint64_t lost_seen;
    arena *scratch;
};

static metric clients_now = {"peil_live_clients", "Open live streams.", NULL, METRIC_GAUGE};
static metric events_sent = {"peil_live_events_total", "Readings given to live streams.", NULL,
                             METRIC_COUNTER};

// ---- On the writer thread ----------------------------------------------------------------------------------------

static bool can_be_heard(const value *result)
{
    return value_is_number(result) || result->type == VALUE_BOOL;
}

// How many readings of the change are passed on: all of them or none.
static size_t heard_of(const struct change *c)
{
    if (c->set != SET_OBSERVATION || c->kind == CHANGE_DELETED) return 0;
    if (c->run.count) return c->run.count;
    if (!c->observation) return 0;
    return can_be_heard(&c->observation->result);
}

static struct burst *burst_of(uint64_t commit, const struct change *changes, size_t count, size_t heard)
{
    struct burst *b = malloc(sizeof *b + heard * sizeof b->all[0]);
    const instant now = time_now();
    if (!b) return NULL;
    *b = (struct burst){.commit = commit};
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < heard_of(&changes[i]); k++) {
            const struct observation o = change_observation(&changes[i], k);
            if (reading_is_to_come(&o, now)) continue;
            struct heard *h = &b->all[b->count++];
            *h = (struct heard){commit, o.stream, o.phenomenon_time, o.result, reject_in(&o.quality)};
            h->result.text = (str){0};  // a view that ends with this call; the number stays
        }
    }
    return b;
}

void live_hear(struct live *l, uint64_t commit, const struct change *changes, size_t count)
{
    size_t heard = 0;
    for (size_t i = 0; i < count; i++) heard += heard_of(&changes[i]);
    if (heard == 0) return;
    l->heard = commit;
    struct burst *b = l->listeners ? burst_of(commit, changes, count, heard) : NULL;
    if (b && queue_push(l->bursts, b)) return;
    l->lost = commit;
    free(b);
}

// ---- Events ------------------------------------------------------------------------------------------------------

static void write_event(buf *out, const struct series *s, const struct heard *h)
{
    struct reading r;
    const struct observation o = {.phenomenon_time = h->when, .result = h->result};
    const bool is_number = reading_of(s, &o, h->when.start, &r);
    const quality_flag reject = h->reject != QUALITY_GOOD || !is_number ? h->reject : r.reject;
    buf_print(out, "event: observation\ndata: {\"stream\":%lld,\"thing\":%lld,\"time\":\"", (long long)s->id,
              (long long)s->meter->id);
    buf_add_time(out, interval_is_instant(h->when) ? h->when.start : h->when.end);
    BUF_LIT(out, "\",\"result\":");
    value_write_json(out, &h->result);
    if (reject != QUALITY_GOOD)
        buf_print(out, ",\"rejected\":\"%.*s\"", STR_ARG(quality_name(reject)));
    else if (is_number && r.class)
        buf_print(out, ",\"class\":\"%.*s\"", STR_ARG(r.class->name));
    if (is_number && s->factor < 1) buf_print(out, ",\"factor\":%g", s->factor);
    if (s->quantity) buf_print(out, ",\"quantity\":\"%.*s\"", STR_ARG(s->quantity->key));
    BUF_LIT(out, "}\n\n");
}

static void ring_drop_oldest(struct live *l)
{
    struct event *e = &l->ring[l->ring_start++ % RING_EVENTS];
    l->complete_after = e->commit;
    free(e->text);
    *e = (struct event){0};
}

static void ring_add(struct live *l, const struct series *s, const struct heard *h)
{
    buf b = {.max = 1024};
    write_event(&b, s, h);
    if (b.failed) {
        buf_free(&b);
        return;
    }
    if (l->ring_end - l->ring_start == RING_EVENTS) ring_drop_oldest(l);
    l->ring[l->ring_end++ % RING_EVENTS] = (struct event){h->commit, s->meter->id, b.p, b.n};
    metric_count(&events_sent, 1);
}

static bool wants(const struct client *c, entity_id thing)
{
    for (size_t i = 0; i < c->thing_count; i++)
        if (c->things[i] == thing) return true;
    return c->thing_count == 0;
}

static void add_place(buf *out, uint64_t commit)
{
    buf_print(out, "id: %llu\n\n", (unsigned long long)commit);
}

// Events from number `from` on that the client wants, and the place after them.
static void write_from(struct live *l, const struct client *c, uint64_t from, buf *out)
{
    const size_t before = out->n;
    for (uint64_t i = from; i < l->ring_end; i++) {
        const struct event *e = &l->ring[i % RING_EVENTS];
        if (wants(c, e->thing)) buf_add(out, (str){e->text, e->length});
    }
    if (out->n > before) add_place(out, l->last_commit);
}

// ---- Clients -----------------------------------------------------------------------------------------------------

static void client_end(struct live *l, struct client *c)
{
    http_live_close(c->stream);
    free(c);
    l->listeners--;
    metric_count(&clients_now, -1);
}

static const str behind = {"event: behind\ndata: {}\n\n", 24};

static void give(struct client *c, str text)
{
    if (text.n && !http_live_send(c->stream, text)) c->is_gone = true;
}

// More than a client can take at once: it should read anew.
static str text_or_behind(const buf *b)
{
    return b->failed ? behind : buf_str(b);
}

static void end_gone(struct live *l)
{
    for (struct client **at = &l->clients; *at;) {
        struct client *c = *at;
        if (!c->is_gone) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        client_end(l, c);
    }
}

// Those whose session or token has ended.
static void end_unwelcome(struct live *l)
{
    if (l->sees == ACCESS_PUBLIC) return;
    const instant now = time_now();
    for (struct client *c = l->clients; c; c = c->next)
        if (!identity_may_stay(l->identity, &c->stay, now)) c->is_gone = true;
    end_gone(l);
}

// The latest reading of each stream, for who was away too long.
static void write_latest(struct live *l, const struct client *c, buf *out)
{
    const struct meter_list *meters;
    struct snapshot *at;
    err e;
    if (!meters_take(l->book, &meters, &e)) return;
    if (snapshot_open(l->store, &at, &e)) {
        const bool is_shown = snapshot_show(at, l->sees, &e);
        for (size_t i = 0; is_shown && i < meters->series_count; i++) {
            const struct series *s = meters->by_id[i];
            struct observation o;
            arena_reset(l->scratch);
            if (!wants(c, s->meter->id) || !store_latest(at, s->id, l->scratch, &o, &e)) continue;
            const struct heard h = {0, s->id, o.phenomenon_time, o.result, reject_in(&o.quality)};
            if (can_be_heard(&o.result) && !reading_is_to_come(&o, time_now())) write_event(out, s, &h);
        }
        add_place(out, snapshot_commit(at));
        snapshot_close(at);
    }
    meters_give(l->book, meters);
}

static uint64_t first_after(const struct live *l, uint64_t commit)
{
    uint64_t i = l->ring_end;
    while (i > l->ring_start && l->ring[(i - 1) % RING_EVENTS].commit > commit) i--;
    return i;
}

static void welcome(struct live *l, struct client *c)
{
    buf text = {.max = TEXT_BYTES_MAX};
    if (c->place >= l->complete_after)
        write_from(l, c, first_after(l, c->place), &text);
    else
        write_latest(l, c, &text);
    give(c, STR("retry: 2000\n\n"));
    give(c, text_or_behind(&text));
    buf_free(&text);
    c->next = l->clients;
    l->clients = c;
    metric_count(&clients_now, 1);
}

static void welcome_all(struct live *l)
{
    void *taken[TAKEN_MAX];
    for (size_t n; (n = queue_take(l->arrivals, taken, TAKEN_MAX, 0)) > 0;)
        for (size_t i = 0; i < n; i++) welcome(l, taken[i]);
}

// The same bytes to all who want everything, made and kept once.
static void tell_same(struct live *l, str text)
{
    http_piece *piece = text.n ? http_piece_new(text) : NULL;
    if (!piece) return;
    for (struct client *c = l->clients; c; c = c->next)
        if (c->thing_count == 0 && !http_live_send_piece(c->stream, piece)) c->is_gone = true;
    http_piece_release(piece);
}

static void tell_each(struct live *l, uint64_t from)
{
    buf text = {.max = TEXT_BYTES_MAX};
    for (struct client *c = l->clients; c; c = c->next) {
        if (c->thing_count == 0) continue;
        buf_clear(&text);
        write_from(l, c, from, &text);
        give(c, text_or_behind(&text));
    }
    buf_free(&text);
}

static void tell_all(struct live *l, uint64_t from)
{
    const struct client everything = {0};
    buf text = {.max = TEXT_BYTES_MAX};
    write_from(l, &everything, from, &text);
    tell_same(l, text_or_behind(&text));
    buf_free(&text);
    tell_each(l, from);
}

// ---- The thread --------------------------------------------------------------------------------------------------

struct tick {
    struct heard *all;
    size_t count, capacity;
};

static bool tick_add(struct tick *t, const struct burst *b)
{
    if (t->count + b->count > t->capacity) {
        const size_t capacity = (t->count + b->count) * 2;
        struct heard *all = realloc(t->all, capacity * sizeof *all);
        if (!all) return false;
        t->all = all;
        t->capacity = capacity;
    }
    for (size_t i = 0; i < b->count; i++) t->all[t->count++] = b->all[i];
    return true;
}

static int by_stream_and_time(const void *a, const void *b)
{
    const struct heard *x = a, *y = b;
    if (x->stream != y->stream) return x->stream < y->stream ? -1 : 1;
    if (x->when.start != y->when.start) return x->when.start < y->when.start ? -1 : 1;
    return (x->commit > y->commit) - (x->commit < y->commit);
}

static int64_t tick_us(const struct live *l)
{
    const int64_t wanted = (int64_t)l->listeners * LIVE_CLIENT_US;
    if (wanted < LIVE_TICK_US) return LIVE_TICK_US;
    return wanted < LIVE_TICK_MOST_US ? wanted : LIVE_TICK_MOST_US;
}

// Takes what is committed in one tick from its first burst on, or less when a client comes in. False: stopped.
static bool gather(struct live *l, struct tick *t)
{
    void *taken[TAKEN_MAX];
    int64_t until = 0, wait = LIVE_LOOK_US;
    for (;;) {
        const size_t n = queue_take(l->bursts, taken, TAKEN_MAX, wait);
        if (n && !until) until = time_monotonic_us() + tick_us(l);
        bool has_guest = false;
        for (size_t i = 0; i < n; i++) {
            struct burst *b = taken[i];
            has_guest |= b->count == 0;
            if (b->count) l->last_commit = b->commit;
            if (!tick_add(t, b)) l->lost = b->commit;
            free(b);
        }
        if (n == 0 && queue_is_closed(l->bursts)) return false;
        wait = until - time_monotonic_us();
        if (wait <= 0 || has_guest) return true;
    }
}

// The newest reading of each stream goes into the ring.
static void keep_newest(struct live *l, struct tick *t)
{
    const struct meter_list *meters;
    err e;
    if (t->count == 0 || !meters_take_newest(l->book, &meters, &e)) return;
    qsort(t->all, t->count, sizeof t->all[0], by_stream_and_time);
    for (size_t i = 0; i < t->count; i++) {
        if (i + 1 < t->count && t->all[i + 1].stream == t->all[i].stream) continue;
        const struct series *s = series_find(meters, t->all[i].stream);
        if (s) ring_add(l, s, &t->all[i]);
    }
    meters_give(l->book, meters);
}

static void note_losses(struct live *l)
{
    const uint64_t lost = l->lost;
    if (lost == l->lost_seen) return;
    l->lost_seen = lost;
    if (lost > l->complete_after) l->complete_after = lost;
    if (lost > l->last_commit) l->last_commit = lost;
    for (struct client *c = l->clients; c; c = c->next) give(c, behind);
}

static void *run(void *context)
{
    struct live *l = context;
    struct tick t = {0};
    while (gather(l, &t)) {
        const uint64_t from = l->ring_end;
        keep_newest(l, &t);
        t.count = 0;
        end_unwelcome(l);
        tell_all(l, from);
        note_losses(l);
        welcome_all(l);
        end_gone(l);
    }
    free(t.all);
    welcome_all(l);
    for (struct client *c = l->clients; c; c = c->next) c->is_gone = true;
    end_gone(l);
    return NULL;
}

// ---- Requests ----------------------------------------------------------------------------------------------------

static void client_closed(void *context)
{
    struct client *c = context;
    c->is_gone = true;
}

static bool read_things(struct client *c, str list, err *e)
{
    str one;
    while (str_cut(&list, ',', &one)) {
        if (c->thing_count == THINGS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "things: at most %d", THINGS_MAX);
        if (!num_parse_int(str_trim(one), &c->things[c->thing_count++], e)) return err_within(e, "things");
    }
    return true;
}

// The header wins: it is what the browser saw last, the address is what the page was made with.
static bool read_wishes(struct http_request *r, struct client *c, err *e)
{
    str things, after = http_request_header(r, "Last-Event-ID");
    arena *a = http_request_arena(r);
    if (http_query_get(http_request_query(r), STR("things"), a, &things) && !read_things(c, things, e))
        return false;
    if (after.n == 0 && !http_query_get(http_request_query(r), STR("after"), a, &after)) return true;
    int64_t place;
    if (!num_parse_int(after, &place, e)) return err_within(e, "after");
    c->place = place < 0 ? 0 : (uint64_t)place;
    return true;
}

// Wakes the thread: a burst of nothing says that a client waits.
static bool hand_over(struct live *l, struct client *c)
{
    struct burst *wake = calloc(1, sizeof *wake);
    if (!wake || !queue_push(l->arrivals, c)) {
        free(wake);
        return false;
    }
    if (!queue_push(l->bursts, wake)) free(wake);  // it is full, so the thread is awake
    return true;
}

static bool begin(struct http_request *r, const struct principal *who, struct client *c, err *e)
{
    return c ? read_wishes(r, c, e) && identity_stay(r, who, &c->stay, e) : err_no_memory(e);
}

void live_handle(struct http_request *r, const struct principal *who, struct live *l)
{
    err e;
    struct client *c = calloc(1, sizeof *c);
    l->listeners++;  // from here on commits are kept
    if (c) c->place = l->heard;
    if (!begin(r, who, c, &e)) {
        l->listeners--;
        page_refuse(r, &e);
        free(c);
        return;
    }
    http_reply_data head = {.status = 200, .content_type = STR("text/event-stream")};
    if (l->sees == ACCESS_PUBLIC)
        http_reply_add_header(&head, STR("Cache-Control"), STR("no-store"));
    else
        private_answer(&head);
    http_reply_add_header(&head, STR("X-Accel-Buffering"), STR("no"));
    c->stream = http_reply_live(r, &head, client_closed, c);
    if (c->stream && hand_over(l, c)) return;
    if (c->stream) http_live_close(c->stream);
    l->listeners--;
    free(c);
}

// ---- Life --------------------------------------------------------------------------------------------------------

struct live *live_start(struct store *s, struct meter_book *b, struct identity *i, access_level sees, err *e)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l) {
        err_no_memory(e);
        return NULL;
    }
    *l = (struct live){.store = s,
                       .book = b,
                       .identity = i,
                       .sees = sees,
                       .bursts = queue_new(BURSTS_WAITING_MAX),
                       .arrivals = queue_new(CLIENTS_WAITING_MAX),
                       .ring = calloc(RING_EVENTS, sizeof(struct event)),
                       .scratch = arena_new(TICK_ARENA_BYTES)};
    struct snapshot *at;
    bool ok = (l->bursts && l->arrivals && l->ring && l->scratch) || err_no_memory(e);
    if (ok && (ok = snapshot_open(s, &at, e))) {
        l->heard = l->lost = l->lost_seen = l->complete_after = l->last_commit = snapshot_commit(at);
        snapshot_close(at);
    }
    if (ok && pthread_create(&l->thread, NULL, run, l) != 0)
        ok = err_set(e, ERR_INTERNAL, ERR_NOWHERE, "the thread for live updates does not start");
    if (!ok) {
        live_free(l);
        return NULL;
    }
    l->is_running = true;
    return l;
}

void live_metrics(struct metrics *m)
{
    metrics_add(m, &clients_now);
    metrics_add(m, &events_sent);
}

void live_stop(struct live *l)
{
    if (!l || !l->is_running) return;
    queue_close(l->arrivals);
    queue_close(l->bursts);
    pthread_join(l->thread, NULL);
    l->is_running = false;
}

void live_free(struct live *l)
{
    if (!l) return;
    live_stop(l);
    if (l->ring)
        while (l->ring_start < l->ring_end) ring_drop_oldest(l);
    free(l->ring);
    queue_free(l->bursts);
    queue_free(l->arrivals);
    arena_free(l->scratch);
    free(l);
}
