// SPDX-License-Identifier: EUPL-1.2
// What staff does with a feed: now, later, on, and no more.
#include "feed/document.h"

#include "identity/audit.h"

#define ARENA_BYTES ((size_t)1 << 20)

struct changing {
    str name;
    const json *document;  // FEED_PUT
    feed_action what;
    const struct principal *by;
    instant now;
    arena *a;
};

static bool begin_now(struct store_tx *tx, const struct changing *c, err *e)
{
    struct feed_state s;
    if (!feed_state_read(store_tx_snapshot(tx), c->name, c->a, &s, e)) return false;
    s.next = TIME_NONE;
    return feed_state_write(tx, c->name, &s, e);
}

static bool put_paused(struct store_tx *tx, const struct changing *c, const json *document, err *e)
{
    buf b = {.max = 65536};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (const json *j = document->first; j; j = j->next) {
        if (str_eq(j->key, STR("paused"))) continue;
        json_name(&w, j->key);
        json_put_raw(&w, j->raw);
    }
    json_name(&w, STR("paused"));
    json_put_bool(&w, c->what == FEED_PAUSE);
    json_close(&w, '}');
    const bool ok = (!b.failed || err_no_memory(e)) && store_document_put(tx, FEED, c->name, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

static bool change(struct store_tx *tx, const struct changing *c, err *e)
{
    if (c->what == FEED_PUT) return feed_put(tx, c->name, c->document, c->a, e);
    str text;
    json *document;
    err why;
    if (!store_document_get(store_tx_snapshot(tx), FEED, c->name, c->a, &text, &why)) {
        if (why.code != ERR_ABSENT) *e = why;
        return why.code != ERR_ABSENT
                   ? false
                   : err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no feed '%.*s'", STR_ARG(c->name));
    }
    if (!json_parse(text, c->a, &document, e)) return err_within(e, "document feed %.*s", STR_ARG(c->name));
    switch (c->what) {
    case FEED_END: return feed_delete(tx, c->name, e);
    case FEED_RUN: return begin_now(tx, c, e);
    case FEED_PAUSE: return put_paused(tx, c, document, e);
    case FEED_RESUME: return put_paused(tx, c, document, e) && begin_now(tx, c, e);
    case FEED_PUT: break;
    }
    return false;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    static const str words[] = {[FEED_RUN] = STR("feed.run"),
                                [FEED_PAUSE] = STR("feed.pause"),
                                [FEED_RESUME] = STR("feed.resume"),
                                [FEED_END] = STR("feed.delete"),
                                [FEED_PUT] = STR("feed.put")};
    struct changing *c = context;
    str which;
    if (!change(tx, c, e)) return false;
    if (!arena_print(c->a, &which, "feed/%.*s", STR_ARG(c->name))) return err_no_memory(e);
    const struct audit_event event = {.who = c->by,
                                      .what = words[c->what],
                                      .which = which,
                                      .detail = c->document ? json_text(c->document, STR("url")) : (str){0},
                                      .at = c->now};
    return audit_record(tx, &event, e);
}

bool feed_change_run(struct store *s, str name, feed_action what, const json *document,
                     const struct principal *by, instant now, err *e)
{
    struct changing c = {name, document, what, by, now, arena_new(ARENA_BYTES)};
    if (document && !feed_check(name, document, e)) {
        arena_free(c.a);
        return false;
    }
    const bool ok = (c.a || err_no_memory(e)) && store_run(s, run, &c, e);
    arena_free(c.a);
    return ok;
}
