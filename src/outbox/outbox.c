// SPDX-License-Identifier: EUPL-1.2
#include "outbox/outbox.h"

#include "base/log.h"
#include "base/queue.h"
#include "fetch/mail.h"
#include "outbox/send.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SENDERS 2
#define FLIGHTS_MAX 16
#define RECENT_MAX 256
#define FORGET_AT_ONCE 200
#define WAIT_MAX_S (12 * 3600)
#define ASKED_WAIT_MAX (6 * TIME_HOUR)
#define MESSAGE_ARENA_BYTES ((size_t)2 << 20)
#define WITHDRAW_ARENA_BYTES ((size_t)1 << 30)  // of all that are known

// A message on its way to a sender, and the target that it keeps busy.
struct flight {
    struct outbox *outbox;
    bool is_taken;
    char id[OUTBOX_ID_MAX + 1];
    char target[TARGET_HASH_MAX];
};

struct recent {
    char target[TARGET_HASH_MAX];
    int64_t ended_us;  // monotonic
};

struct outbox {
    outbox_config config;
    struct sign_key key;
    struct workers *senders;
    struct lock *lock;  // guards what follows; held for a few instructions
    struct flight flights[FLIGHTS_MAX];
    struct recent recent[RECENT_MAX];  // a ring: a target that left it may be sent to at once
    size_t recent_next;
    bool is_stopping;
};

static metric sent = {
    .name = "peil_outbox_sent_total", .help = "Messages that arrived.", .type = METRIC_COUNTER};
static metric failed = {
    .name = "peil_outbox_failed_attempts_total", .help = "Attempts that failed.", .type = METRIC_COUNTER};
static metric given_up = {
    .name = "peil_outbox_dead_total", .help = "Messages that were given up.", .type = METRIC_COUNTER};

// ---- Configuration and key ---------------------------------------------------------------------------------------

static void with_defaults(outbox_config *c)
{
    if (!c->attempts_max) c->attempts_max = 12;
    if (!c->first_wait_s) c->first_wait_s = 5;
    if (!c->keep_days) c->keep_days = 30;
    if (!c->per_target_max) c->per_target_max = 1000;
    if (!c->target_gap_us) c->target_gap_us = TIME_SECOND;
}

#define KEYS STR("outbox_key")
#define KEY_NAME STR("ed25519")

static bool put_key(struct store_tx *tx, void *context, err *e)
{
    return store_document_put(tx, KEYS, KEY_NAME, str_of(context), e);
}

static bool make_key(struct outbox *o, unsigned char seed[static 32], err *e)
{
    char text[2 * 32 + 3] = "\"";
    randombytes_buf(seed, 32);
    sodium_bin2hex(text + 1, 2 * 32 + 1, seed, 32);
    memcpy(text + 1 + 64, "\"", 2);
    if (store_run(o->config.store, put_key, text, e)) return true;
    if (e->code != ERR_READ_ONLY && e->code != ERR_DISK_FULL) return false;
    log_warning("the key that signs webhooks could not be kept; another is made at the next start", "why=%s",
                err_code_name(e->code).p);
    return true;
}

static bool load_key(struct outbox *o, err *e)
{
    struct snapshot *at;
    unsigned char seed[32];
    size_t n = 0;
    str text;
    err why = {0};
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    bool ok = snapshot_open(o->config.store, &at, e);
    if (ok) {
        const bool is_there = store_document_get(at, KEYS, KEY_NAME, a, &text, &why);
        snapshot_close(at);
        if (is_there)
            ok = (text.n > 2 && sodium_hex2bin(seed, 32, text.p + 1, text.n - 2, NULL, &n, NULL) == 0 &&
                  n == 32) ||
                 err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the key that signs webhooks cannot be read");
        else
            ok = why.code == ERR_ABSENT ? make_key(o, seed, e)
                                        : err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    }
    arena_free(a);
    if (ok) sign_key_from_seed(seed, &o->key);
    return ok;
}

str outbox_public_key(const struct outbox *o)
{
    return str_of(o->key.public_text);
}

// ---- Putting in --------------------------------------------------------------------------------------------------

static bool check_id(str id, err *e)
{
    bool ok = id.n > 0 && id.n <= OUTBOX_ID_MAX;
    for (size_t k = 0; ok && k < id.n; k++) {
        const char c = id.p[k];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             (c && strchr("._:-", c));
    }
    return ok || err_set(e, ERR_SYNTAX, ERR_NOWHERE, "a message's id is 1 to %d of A-Z a-z 0-9 . _ : -",
                         OUTBOX_ID_MAX);
}

static bool check_url(const struct outbox *o, str url, err *e)
{
    const bool is_secure = str_starts(url, STR("https://"));
    if (!is_secure && !str_starts(url, STR("http://")))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "a webhook's address starts with https://");
    if (!is_secure && !o->config.allow_private)
        return err_set(
            e, ERR_SYNTAX, ERR_NOWHERE,
            "a webhook's address starts with https:// (http:// only where private targets are allowed)");
    if (url.n > OUTBOX_TARGET_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a webhook's address has at most %d bytes",
                       OUTBOX_TARGET_MAX);
    for (size_t k = 0; k < url.n; k++)
        if ((unsigned char)url.p[k] <= ' ' || (unsigned char)url.p[k] > '~')
            return err_set(e, ERR_SYNTAX, k, "a webhook's address has no spaces and only ASCII");
    return true;
}

bool outbox_check_target(const struct outbox *o, outbox_kind kind, str target, err *e)
{
    if (kind == OUTBOX_WEBHOOK) return check_url(o, target, e);
    if (!o->config.smtp_url)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "no mail can be sent: the setting outbox.smtp_url is empty");
    return mail_address_check(target, e);
}

static bool check_line(str s, const char *what, err *e)
{
    for (size_t k = 0; k < s.n; k++)
        if ((unsigned char)s.p[k] < ' ')
            return err_set(e, ERR_SYNTAX, k, "%s of a message is one line", what);
    return s.n <= 500 || err_set(e, ERR_LIMIT, ERR_NOWHERE, "%s of a message has at most 500 bytes", what);
}

static bool check_message(const struct outbox *o, const struct outbox_message *m, err *e)
{
    if (m->body.n > OUTBOX_BODY_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a message has at most %zu bytes", OUTBOX_BODY_MAX);
    return check_id(m->id, e) && outbox_check_target(o, m->kind, m->target, e) &&
           check_line(m->subject, "the subject", e) && check_line(m->type, "the media type", e) &&
           check_line(m->unsubscribe, "the address for stopping", e) && check_line(m->about, "'about'", e) &&
           (!m->secret.n || sign_secret_check(m->secret, e));
}

static bool is_known(struct store_tx *tx, str id, bool *known, err *e)
{
    arena *a = arena_new(MESSAGE_ARENA_BYTES);
    if (!a) return err_no_memory(e);
    str text;
    err why = {0};
    *known = store_document_get(store_tx_snapshot(tx), STR("outbox"), id, a, &text, &why);
    arena_free(a);
    return *known || why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
}

bool outbox_put(struct outbox *o, struct store_tx *tx, const struct outbox_message *m, instant now, err *e)
{
    bool known;
    int64_t waiting;
    if (!check_message(o, m, e) || !is_known(tx, m->id, &known, e)) return false;
    if (known) return true;
    if (!message_waiting_for(store_tx_snapshot(tx), m->target, &waiting, e)) return false;
    if (waiting >= o->config.per_target_max)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "%lld messages wait already for one target",
                       (long long)waiting);
    const struct message fresh = {
        .content = *m, .state = OUTBOX_WAITING, .put = now, .due = now, .end = TIME_NONE};
    return message_store(tx, NULL, &fresh, e);
}

// ---- What became of an attempt -----------------------------------------------------------------------------------

static instant next_attempt(const outbox_config *c, int64_t attempts, int64_t asked_us, instant now)
{
    int64_t wait_s = c->first_wait_s;
    for (int64_t k = 1; k < attempts && wait_s < WAIT_MAX_S; k++) wait_s *= 4;
    int64_t wait = (wait_s < WAIT_MAX_S ? wait_s : WAIT_MAX_S) * TIME_SECOND;
    if (asked_us > ASKED_WAIT_MAX) asked_us = ASKED_WAIT_MAX;
    if (wait < asked_us) wait = asked_us;
    // Up to a tenth more, so that all that failed together does not come back together.
    return now + wait + (int64_t)randombytes_uniform(1000) * (wait / 10000);
}

// What has arrived is of nobody's concern any more: only that it did, so that its id stays known.
static void strip(struct outbox_message *m)
{
    *m = (struct outbox_message){.kind = m->kind, .id = m->id, .about = m->about};
}

static void apply(const outbox_config *c, struct message *m, const struct send_answer *answer, instant now)
{
    m->attempts++;
    m->reason = str_of(answer->reason);
    if (answer->result == SEND_AGAIN && m->attempts < c->attempts_max) {
        m->due = next_attempt(c, m->attempts, answer->wait_us, now);
        return;
    }
    m->state = answer->result == SEND_ARRIVED ? OUTBOX_DELIVERED : OUTBOX_DEAD;
    m->due = TIME_NONE;
    m->end = now + c->keep_days * TIME_DAY;
    if (m->state == OUTBOX_DELIVERED) strip(&m->content);
}

struct settling {
    struct outbox *outbox;
    str id;
    const struct send_answer *answer;
    instant now;
    arena *arena;
};

static bool settle(struct store_tx *tx, void *context, err *e)
{
    const struct settling *s = context;
    struct message before, after;
    arena_reset(s->arena);
    err why;
    if (!message_get(store_tx_snapshot(tx), s->id, s->arena, &before, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);  // withdrawn
    if (before.state != OUTBOX_WAITING) return true;
    after = before;
    apply(&s->outbox->config, &after, s->answer, s->now);
    return message_store(tx, &before, &after, e);
}

static void count(const outbox_config *c, const struct send_answer *answer, int64_t attempts)
{
    const bool arrived = answer->result == SEND_ARRIVED;
    metric_count(arrived ? &sent : &failed, 1);
    if (!arrived && (answer->result == SEND_NEVER || attempts + 1 >= c->attempts_max))
        metric_count(&given_up, 1);
}

// ---- Sending -----------------------------------------------------------------------------------------------------

static bool read_waiting(struct outbox *o, str id, arena *a, struct message *out, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(o->config.store, &at, e)) return false;
    const bool ok = message_get(at, id, a, out, e);
    snapshot_close(at);
    return ok && out->state == OUTBOX_WAITING;
}

static void attempt(struct outbox *o, const struct flight *f, arena *a)
{
    struct message m;
    struct send_answer answer;
    err e = {0};
    str id;
    if (!arena_copy(a, str_of(f->id), &id) || !read_waiting(o, id, a, &m, &e)) return;
    send_message(&o->config, &o->key, &m, time_now(), &answer);
    count(&o->config, &answer, m.attempts);
    arena *inside = arena_new(MESSAGE_ARENA_BYTES);
    struct settling s = {o, id, &answer, time_now(), inside};
    if (!inside || !store_run(o->config.store, settle, &s, &e))
        log_warning("an attempt of the outbox could not be written down; it will be made again", "why=%s",
                    e.text);
    arena_free(inside);
}

static void land(struct outbox *o, struct flight *f)
{
    lock_take(o->lock);
    struct recent *r = &o->recent[o->recent_next++ % RECENT_MAX];
    memcpy(r->target, f->target, sizeof r->target);
    r->ended_us = time_monotonic_us();
    f->is_taken = false;
    lock_drop(o->lock);
}

static void fly(void *item, void *context)
{
    (void)context;
    struct flight *f = item;
    struct outbox *o = f->outbox;
    lock_take(o->lock);
    const bool is_stopping = o->is_stopping;
    lock_drop(o->lock);
    arena *a = is_stopping ? NULL : arena_new(MESSAGE_ARENA_BYTES);
    if (a) attempt(o, f, a);
    arena_free(a);
    land(o, f);
}

// Under the lock: is the target at rest?
static bool may_fly(const struct outbox *o, str id, const char *target, int64_t monotonic)
{
    for (size_t k = 0; k < FLIGHTS_MAX; k++)
        if (o->flights[k].is_taken &&
            (str_eq(str_of(o->flights[k].id), id) || strcmp(o->flights[k].target, target) == 0))
            return false;
    for (size_t k = 0; k < RECENT_MAX; k++)
        if (strcmp(o->recent[k].target, target) == 0 &&
            monotonic - o->recent[k].ended_us < o->config.target_gap_us)
            return false;
    return true;
}

static struct flight *take_off(struct outbox *o, str id, const char *target)
{
    struct flight *f = NULL;
    lock_take(o->lock);
    for (size_t k = 0; k < FLIGHTS_MAX && !f; k++)
        if (!o->flights[k].is_taken) f = &o->flights[k];
    if (f && may_fly(o, id, target, time_monotonic_us())) {
        memcpy(f->id, id.p, id.n);
        f->id[id.n] = '\0';
        memcpy(f->target, target, TARGET_HASH_MAX);
        f->is_taken = true;
    } else
        f = NULL;
    lock_drop(o->lock);
    return f;
}

static bool has_room(struct outbox *o)
{
    size_t taken = 0;
    lock_take(o->lock);
    for (size_t k = 0; k < FLIGHTS_MAX; k++) taken += o->flights[k].is_taken;
    lock_drop(o->lock);
    return taken < FLIGHTS_MAX;
}

struct round {
    struct outbox *outbox;
    struct snapshot *at;
    arena *arena;
};

static bool start_one(str id, void *context, err *e)
{
    const struct round *r = context;
    struct message m;
    char target[TARGET_HASH_MAX];
    arena_reset(r->arena);
    if (id.n > OUTBOX_ID_MAX || !message_get(r->at, id, r->arena, &m, e))
        return true;  // the next one may be whole
    message_target_hash(m.content.target, target);
    struct flight *f = take_off(r->outbox, id, target);
    if (f && !workers_submit(r->outbox->senders, f)) land(r->outbox, f);
    return has_room(r->outbox);
}

// ---- Forgetting --------------------------------------------------------------------------------------------------

struct forgetting {
    struct store_tx *tx;
    arena *arena;
    instant now;
    str ids[FORGET_AT_ONCE];
    size_t count;
};

static bool collect_one(str id, void *context, err *e)
{
    struct forgetting *f = context;
    if (!arena_copy(f->arena, id, &f->ids[f->count])) return err_no_memory(e);
    return ++f->count < FORGET_AT_ONCE;
}

static bool forget(struct store_tx *tx, void *context, err *e)
{
    struct forgetting *f = context;
    arena *a = arena_new(MESSAGE_ARENA_BYTES);
    bool ok = a || err_no_memory(e);
    for (size_t k = 0; ok && k < f->count; k++) {
        struct message m;
        arena_reset(a);
        ok = message_get(store_tx_snapshot(tx), f->ids[k], a, &m, e) && message_forget(tx, &m, e);
    }
    arena_free(a);
    return ok;
}

static bool send_due(struct outbox *o, struct snapshot *at, arena *a, instant now, err *e)
{
    struct round r = {o, at, a};
    return message_due(at, now, start_one, &r, e);
}

void outbox_tick(struct outbox *o, instant now)
{
    struct snapshot *at;
    err e = {0};
    struct forgetting f = {.arena = arena_new(MESSAGE_ARENA_BYTES), .now = now};
    arena *a = arena_new(MESSAGE_ARENA_BYTES);
    bool ok = a && f.arena && snapshot_open(o->config.store, &at, &e);
    if (ok) {
        ok = send_due(o, at, a, now, &e) && message_ended(at, now, collect_one, &f, &e);
        snapshot_close(at);
    }
    if (ok && f.count) ok = store_run(o->config.store, forget, &f, &e);
    if (!ok) log_warning("the outbox could not be looked through", "why=%s", e.text);
    arena_free(a);
    arena_free(f.arena);
}

// ---- Looking and trying again ------------------------------------------------------------------------------------

static struct outbox_status status_of(const struct message *m)
{
    return (struct outbox_status){.kind = m->content.kind,
                                  .state = m->state,
                                  .id = m->content.id,
                                  .about = m->content.about,
                                  .attempts = m->attempts,
                                  .put = m->put,
                                  .due = m->due,
                                  .reason = m->reason};
}

bool outbox_status(struct snapshot *at, str id, arena *a, struct outbox_status *out, err *e)
{
    struct message m;
    if (!message_get(at, id, a, &m, e)) return false;
    *out = status_of(&m);
    return true;
}

struct listing {
    arena *arena;
    bool (*each)(const struct outbox_status *s, void *context, err *e);
    void *context;
};

static bool list_one(str key, str text, void *context, err *e)
{
    const struct listing *l = context;
    struct message m;
    if (!message_read(key, text, l->arena, &m, e)) return false;
    const struct outbox_status s = status_of(&m);
    return l->each(&s, l->context, e);
}

bool outbox_each(struct snapshot *at, arena *a,
                 bool (*each)(const struct outbox_status *s, void *context, err *e), void *context, err *e)
{
    struct listing l = {a, each, context};
    return store_document_each(at, STR("outbox"), list_one, &l, e);
}

bool outbox_retry(struct outbox *o, struct store_tx *tx, str id, instant now, err *e)
{
    (void)o;
    struct message before, after;
    arena *a = arena_new(MESSAGE_ARENA_BYTES);
    if (!a) return err_no_memory(e);
    bool ok = message_get(store_tx_snapshot(tx), id, a, &before, e);
    if (ok && before.state != OUTBOX_DEAD)
        ok = err_set(e, ERR_CONFLICT, ERR_NOWHERE,
                     "this message is %.*s; only one that was given up can be tried again",
                     STR_ARG(outbox_state_name(before.state)));
    if (ok) {
        after = before;
        after.state = OUTBOX_WAITING;
        after.attempts = 0;
        after.due = now;
        after.end = TIME_NONE;
        ok = message_store(tx, &before, &after, e);
    }
    arena_free(a);
    return ok;
}

// ---- Withdrawing -------------------------------------------------------------------------------------------------

struct withdrawing {
    arena *arena;
    outbox_goes goes;
    const void *context;
    struct withdrawn_id {
        str id;
        struct withdrawn_id *next;
    } * first;
};

static bool note_if_goes(str key, str text, void *context, err *e)
{
    struct withdrawing *w = context;
    struct message m;
    if (!message_read(key, text, w->arena, &m, e)) return false;
    if (m.state == OUTBOX_DELIVERED || !w->goes(&m.content, w->context)) return true;
    struct withdrawn_id *one = ARENA_NEW(w->arena, struct withdrawn_id);
    if (!one || !arena_copy(w->arena, key, &one->id)) return err_no_memory(e);
    one->next = w->first;
    w->first = one;
    return true;
}

bool outbox_withdraw(struct store_tx *tx, outbox_goes goes, const void *context, err *e)
{
    struct withdrawing w = {.arena = arena_new(WITHDRAW_ARENA_BYTES), .goes = goes, .context = context};
    bool ok = w.arena || err_no_memory(e);
    ok = ok && store_document_each(store_tx_snapshot(tx), STR("outbox"), note_if_goes, &w, e);
    for (struct withdrawn_id *one = w.first; ok && one; one = one->next) {
        struct message m;
        ok = message_get(store_tx_snapshot(tx), one->id, w.arena, &m, e) && message_forget(tx, &m, e);
    }
    if (w.first) store_cut_log(tx);
    arena_free(w.arena);
    return ok;
}

// ---- Life --------------------------------------------------------------------------------------------------------

struct outbox *outbox_new(const outbox_config *c, err *e)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o || sodium_init() < 0) {
        err_no_memory(e);
        free(o);
        return NULL;
    }
    o->config = *c;
    with_defaults(&o->config);
    for (size_t k = 0; k < FLIGHTS_MAX; k++) o->flights[k].outbox = o;
    o->lock = lock_new();
    o->senders = workers_new("outbox", SENDERS, FLIGHTS_MAX, fly, NULL);
    const bool ok = (o->lock && o->senders) || err_no_memory(e);
    if (!ok || !load_key(o, e)) {
        outbox_stop(o);
        return NULL;
    }
    if (c->metrics) {
        metrics_add(c->metrics, &sent);
        metrics_add(c->metrics, &failed);
        metrics_add(c->metrics, &given_up);
    }
    return o;
}

void outbox_stop(struct outbox *o)
{
    if (!o) return;
    if (o->lock) {
        lock_take(o->lock);
        o->is_stopping = true;
        lock_drop(o->lock);
    }
    if (o->senders) workers_stop(o->senders);
    lock_free(o->lock);
    sodium_memzero(&o->key, sizeof o->key);
    free(o);
}
