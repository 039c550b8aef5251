// SPDX-License-Identifier: EUPL-1.2
#include "identity/reads.h"

#include "base/log.h"
#include "base/queue.h"
#include "identity/audit.h"
#include "store/hidden.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define NOTED 4096  // reader and thing pairs that are remembered; of those that fall together the last one is
#define WHICH_MAX 200
#define DETAIL_MAX 100

struct noted {
    uint64_t key;
    instant at;
};

struct reads {
    struct store *store;
    struct lock *lock;  // guards `noted`
    unsigned char secret[crypto_shorthash_KEYBYTES];
    struct line *kept;  // without a store
    struct noted noted[NOTED];
};

struct line {
    struct store_op op;
    struct principal who;
    char what[32], which[WHICH_MAX], detail[DETAIL_MAX];
    size_t what_n, which_n, detail_n;
    instant at;
};

struct reads *reads_new(struct store *s)
{
    struct reads *r = calloc(1, sizeof *r);
    if (!r || !(r->lock = lock_new())) {
        free(r);
        return NULL;
    }
    r->store = s;
    randombytes_buf(r->secret, sizeof r->secret);
    return r;
}

void reads_free(struct reads *r)
{
    if (!r) return;
    free(r->kept);
    lock_free(r->lock);
    free(r);
}

static size_t take(char *out, size_t room, str text)
{
    const size_t n = text.n < room ? text.n : room;
    if (n) memcpy(out, text.p, n);
    return n;
}

static bool write_line(struct store_tx *tx, void *context, err *e)
{
    const struct line *l = context;
    const struct audit_event event = {.who = &l->who,
                                      .what = {l->what, l->what_n},
                                      .which = {l->which, l->which_n},
                                      .detail = {l->detail, l->detail_n},
                                      .at = l->at};
    return audit_record(tx, &event, e);
}

static void line_is_written(void *context, const err *e)
{
    if (e) log_error("a read of what is private could not be logged", "error=%s", err_code_name(e->code).p);
    free(context);
}

static uint64_t key_of(const struct reads *r, const struct line *l)
{
    unsigned char bytes[sizeof l->who.name + sizeof l->what + WHICH_MAX + DETAIL_MAX + 1] = {0}, hash[8];
    size_t n = 0;
    uint64_t key;
    bytes[n++] = (unsigned char)l->who.kind;
    memcpy(bytes + n, l->who.name, sizeof l->who.name);
    n += sizeof l->who.name;
    memcpy(bytes + n, l->what, sizeof l->what);
    n += sizeof l->what;
    memcpy(bytes + n, l->which, l->which_n);
    n += WHICH_MAX;
    memcpy(bytes + n, l->detail, l->detail_n);
    crypto_shorthash(hash, bytes, sizeof bytes, r->secret);
    memcpy(&key, hash, sizeof key);
    return key ? key : 1;
}

static bool is_new(struct reads *r, const struct line *l)
{
    const uint64_t key = key_of(r, l);
    struct noted *const place = &r->noted[key % NOTED];
    lock_take(r->lock);
    const bool was_told = place->key == key && l->at - place->at < READS_QUIET;
    if (!was_told) *place = (struct noted){key, l->at};
    lock_drop(r->lock);
    return !was_told;
}

void reads_note(struct reads *r, const struct principal *who, str what, str which, str detail, instant now)
{
    struct line *l = r ? calloc(1, sizeof *l) : NULL;
    err e = {.code = ERR_LIMIT};
    if (!l) return;
    l->who = *who;
    l->at = now;
    l->what_n = take(l->what, sizeof l->what, what);
    l->which_n = take(l->which, sizeof l->which, which);
    l->detail_n = take(l->detail, sizeof l->detail, detail);
    l->op = (struct store_op){.run = write_line, .done = line_is_written, .context = l};
    if (!r->store && !r->kept)
        r->kept = l;
    else if (!r->store || !is_new(r, l))
        free(l);
    else if (!store_submit(r->store, &l->op, &e))
        line_is_written(l, &e);
}

bool reads_kept(const struct reads *r, str *which, str *detail)
{
    if (!r->kept) return false;
    *which = (str){r->kept->which, r->kept->which_n};
    *detail = (str){r->kept->detail, r->kept->detail_n};
    return true;
}

void reads_note_stream(struct reads *r, struct snapshot *at, const struct principal *who, entity_id stream,
                       str which, str detail, instant now)
{
    bool is_private;
    err e;
    if (!r || policy_sees(who) != ACCESS_PRIVATE) return;
    // What cannot be told is told of: rather a line too many.
    if (!snapshot_hides(at, ACCESS_INTERNAL, stream, &is_private, &e)) is_private = true;
    if (is_private) reads_note(r, who, STR("data.read"), which, detail, now);
}

void reads_note_right(struct reads *r, const struct principal *who, action needs, str path, instant now)
{
    if (needs == ACTION_CARE)
        reads_note(r, who, STR("care.read"), path, (str){0}, now);
    else if (needs == ACTION_AUDIT)
        reads_note(r, who, STR("audit.read"), path, (str){0}, now);
}
