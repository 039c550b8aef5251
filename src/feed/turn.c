// SPDX-License-Identifier: EUPL-1.2
#include "feed/turn.h"

#include "ingest/ingest.h"
#include "outage/outage.h"

#include <string.h>

#define ANSWER_MAX ((size_t)16 << 20)
#define TIMEOUT_S 60
#define FIRST_WAIT TIME_MINUTE
#define LONGEST_WAIT (6 * TIME_HOUR)

struct work {
    const feeds_config *c;
    const atomic_bool *cancel;
    str document;  // as it was read: one that was put anew since then has a state of its own
    struct feed_turn turn;
    const struct feed_kind *kind;
    struct feed_state state;
    struct feed_answer answer;
    struct ingest_outcome outcome;
    struct outage outage;  // that ends with this turn; empty: none does
    arena *a;
};

// ---- what stands in the store ------------------------------------------------------------------------------------

// False without an error: there is no feed to run.
static bool load(struct work *w, struct snapshot *at, err *e)
{
    str text;
    json *document;
    err why;
    *e = (err){0};
    if (!store_document_get(at, FEED, w->turn.name, w->a, &text, &why)) {
        if (why.code != ERR_ABSENT) *e = why;
        return false;
    }
    w->document = text;
    if (!json_parse(text, w->a, &document, e) || !feed_check(w->turn.name, document, e)) return false;
    w->turn.options = document;
    w->kind = feed_kind_by_name(json_text(document, STR("kind")));
    if (feed_is_paused(document) || !feed_state_read(at, w->turn.name, w->a, &w->state, e)) return false;
    json *position = NULL;
    if (w->state.position.n && !json_parse(w->state.position, w->a, &position, e)) return false;
    w->turn.position = position;
    return true;
}

static bool write_state(struct store_tx *tx, void *context, err *e)
{
    const struct work *w = context;
    str text;
    // Deleted or put anew in the meantime: nothing of it comes back.
    if (!store_document_get(store_tx_snapshot(tx), FEED, w->turn.name, w->a, &text, e))
        return e->code == ERR_ABSENT;
    if (!str_eq(text, w->document)) return true;
    return feed_state_write(tx, w->turn.name, &w->state, e) &&
           (w->outage.when.end == w->outage.when.start || outage_write(tx, OUTAGE_FEED, &w->outage, e));
}

static bool store_answer(struct store_tx *tx, void *context, err *e)
{
    struct work *w = context;
    w->outcome = (struct ingest_outcome){0};
    if (w->kind->keep && !w->kind->keep(&w->turn, tx, &w->answer, e)) return false;
    w->answer.readings.is_vouched = true;  // the operator named the source
    if (!ingest_readings(w->c->ingest, tx, &w->kind->adapter, &w->answer.readings, w->turn.now, w->a,
                         &w->outcome, e))
        return false;
    struct work after = *w;
    after.state.stored += w->outcome.stored;
    return write_state(tx, &after, e);
}

// ---- failures ----------------------------------------------------------------------------------------------------

static int64_t wait_after(int64_t failures, int64_t retry_after_s)
{
    int64_t wait = FIRST_WAIT;
    for (int64_t i = 1; i < failures && wait < LONGEST_WAIT; i++) wait *= 2;
    if (wait > LONGEST_WAIT) wait = LONGEST_WAIT;
    const int64_t asked = retry_after_s < LONGEST_WAIT / TIME_SECOND ? retry_after_s * TIME_SECOND
                                                                     : LONGEST_WAIT;
    return asked > wait ? asked : wait;
}

static bool note_failure(struct work *w, const err *why, int64_t retry_after_s, struct turn_result *out,
                         err *e)
{
    const err cause = *why;
    w->state.failures++;
    if (w->state.failing_since == TIME_NONE) w->state.failing_since = w->turn.now;
    w->outage = (struct outage){0};
    w->state.error = str_of(cause.text);
    w->state.next = w->turn.now + wait_after(w->state.failures, retry_after_s);
    out->step = STEP_FAILED;
    return store_run(w->c->store, write_state, w, e);
}

// ---- a request ---------------------------------------------------------------------------------------------------

static bool fetch(struct work *w, struct fetcher *f, fetch_answer *got, err *e)
{
    str url, condition = {0};
    const bool has_tag = w->state.tag.n && str_eq(w->state.tag_url, w->turn.url);
    if (!arena_copy(w->a, w->turn.url, &url) ||
        (has_tag && !arena_print(w->a, &condition, "If-None-Match: %.*s", STR_ARG(w->state.tag))))
        return err_no_memory(e);
    const char *const headers[] = {"User-Agent: peil/" PEIL_VERSION,
                                   "Accept: application/json, text/csv;q=0.9, */*;q=0.5", condition.p, NULL};
    const fetch_request q = {.method = "GET",
                             .url = url.p,
                             .headers = headers,
                             .timeout_s = TIMEOUT_S,
                             .answer_max = ANSWER_MAX,
                             .is_public_only = !feed_is_local(w->turn.options),
                             .cancel = w->cancel,
                             .takes_gzip = true};
    return fetch_run(f, &q, got, e);
}

static bool ask(struct work *w, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(w->c->store, &at, e)) return false;
    w->turn.at = at;
    const bool ok = w->kind->ask(&w->turn, &w->turn.url, e);
    snapshot_close(at);
    return ok;
}

// What the answer holds, and the position after it.
static bool read_answer(struct work *w, const fetch_answer *got, err *e)
{
    struct snapshot *at;
    if (!snapshot_open(w->c->store, &at, e)) return false;
    w->turn.at = at;
    const bool ok = got->status == 200 ? w->kind->read(&w->turn, got->body, &w->answer, e)
                                       : w->kind->absent(&w->turn, &w->answer, e);
    snapshot_close(at);
    return ok;
}

static bool is_absent(const struct work *w, const fetch_answer *got)
{
    return w->kind->absent && (got->status == 404 || got->status == 410);
}

static bool rest(struct work *w, struct turn_result *out, err *e)
{
    w->state.next = w->turn.now + feed_every_us(w->turn.options);
    out->step = STEP_DONE;
    return store_run(w->c->store, write_state, w, e);
}

static void note_success(struct work *w, const fetch_answer *got)
{
    if (w->state.failing_since != TIME_NONE)
        w->outage = (struct outage){.name = w->turn.name, .when = {w->state.failing_since, w->turn.now}};
    w->state.failures = 0;
    w->state.failing_since = TIME_NONE;
    w->state.error = (str){0};
    w->state.last_worked = w->turn.now;
    if (got->status != 304) {
        w->state.tag_url = w->turn.url;
        if (!arena_copy(w->a, got->etag.n < 200 ? got->etag : (str){0}, &w->state.tag))
            w->state.tag = (str){0};
    }
}

static bool take(struct work *w, const fetch_answer *got, struct turn_result *out, err *e)
{
    err why;
    if (!read_answer(w, got, &why)) return note_failure(w, &why, 0, out, e);
    const bool stands_still = w->answer.position.n && str_eq(w->answer.position, w->state.position) &&
                              !w->answer.is_last;
    if (stands_still) {
        (void)err_set(&why, ERR_CONFLICT, ERR_NOWHERE,
                      "the answer of %.*s leads nowhere: the same would be asked again",
                      STR_ARG(w->turn.url));
        return note_failure(w, &why, 0, out, e);
    }
    const struct feed_state before = w->state;
    note_success(w, got);
    if (w->answer.position.n) w->state.position = w->answer.position;
    out->step = w->answer.is_last ? STEP_DONE : STEP_MORE;
    if (w->answer.is_last) w->state.next = w->turn.now + feed_every_us(w->turn.options);
    if (store_run(w->c->store, store_answer, w, &why)) return true;
    w->state = before;
    return note_failure(w, &why, 0, out, e);
}

static bool answered(struct work *w, const fetch_answer *got, struct turn_result *out, err *e)
{
    err why;
    if (got->status == 200 || is_absent(w, got)) return take(w, got, out, e);
    if (got->status == 304) {
        note_success(w, got);
        return rest(w, out, e);
    }
    (void)err_set(&why, ERR_IO, ERR_NOWHERE, "%.*s answered with status %d", STR_ARG(w->turn.url),
                  got->status);
    return note_failure(w, &why, got->retry_after_s, out, e);
}

bool turn_step(const feeds_config *c, struct fetcher *f, str name, const atomic_bool *cancel, arena *a,
               struct turn_result *out, err *e)
{
    struct work w = {
        .c = c, .cancel = cancel, .turn = {.name = name, .site = c->site, .now = time_now(), .a = a}, .a = a};
    struct snapshot *at;
    fetch_answer got;
    err why;
    *out = (struct turn_result){.step = STEP_GONE};
    if (!snapshot_open(c->store, &at, e)) return false;
    const bool is_there = load(&w, at, e);
    snapshot_close(at);
    if (!is_there) return e->code == ERR_NONE;
    out->pause_us = feed_pause_us(w.turn.options);
    w.state.last_tried = w.turn.now;
    if (!ask(&w, &why)) return note_failure(&w, &why, 0, out, e);
    if (w.turn.url.n == 0) return rest(&w, out, e);
    w.state.requests++;
    if (!fetch(&w, f, &got, &why)) return atomic_load(cancel) || note_failure(&w, &why, 0, out, e);
    return answered(&w, &got, out, e);
}
