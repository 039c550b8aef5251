// SPDX-License-Identifier: EUPL-1.2
#include "outbox/message.h"

#include "base/json.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define MESSAGES STR("outbox")
#define TARGETS STR("outbox_target")
#define LISTED STR("{}")

static const struct {
    str kind;
    size_t offset;  // of its instant in struct message
} lists[] = {{{"outbox_due", 10}, offsetof(struct message, due)},
             {{"outbox_end", 10}, offsetof(struct message, end)}};
enum { LIST_DUE, LIST_END, LIST_COUNT };

static const str state_names[] = {{"waiting", 7}, {"delivered", 9}, {"dead", 4}};

str outbox_state_name(outbox_state s)
{
    return state_names[s];
}

// ---- The texts of a message, one table for reading and writing ---------------------------------------------------

static const struct {
    str name;
    size_t offset;  // in struct message
} texts[] = {
#define CONTENT(field)                                                                 \
    {                                                                                  \
        {#field, sizeof #field - 1},                                                   \
            offsetof(struct message, content) + offsetof(struct outbox_message, field) \
    }
    CONTENT(target), CONTENT(subject),     CONTENT(type),  CONTENT(body),
    CONTENT(secret), CONTENT(unsubscribe), CONTENT(about), {{"reason", 6}, offsetof(struct message, reason)},
#undef CONTENT
};

static const struct {
    str name;
    size_t offset;
} times[] = {{{"put", 3}, offsetof(struct message, put)},
             {{"due", 3}, offsetof(struct message, due)},
             {{"end", 3}, offsetof(struct message, end)}};

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

static outbox_state state_of(str name)
{
    for (size_t k = 0; k < COUNT_OF(state_names); k++)
        if (str_eq(state_names[k], name)) return (outbox_state)k;
    return OUTBOX_DEAD;
}

bool message_read(str id, str text, arena *a, struct message *out, err *e)
{
    json *j;
    double attempts = 0;
    if (!json_parse(text, a, &j, e)) return err_within(e, "message '%.*s' in the outbox", STR_ARG(id));
    struct message m = {.state = state_of(json_text(j, STR("state")))};
    if (!arena_copy(a, id, &m.content.id)) return err_no_memory(e);
    m.content.kind = str_eq(json_text(j, STR("kind")), STR("mail")) ? OUTBOX_MAIL : OUTBOX_WEBHOOK;
    (void)json_number(j, STR("attempts"), &attempts);
    m.attempts = (int64_t)attempts;
    for (size_t k = 0; k < COUNT_OF(texts); k++)
        *(str *)((char *)&m + texts[k].offset) = json_text(j, texts[k].name);
    for (size_t k = 0; k < COUNT_OF(times); k++) {
        instant *t = (instant *)((char *)&m + times[k].offset);
        if (!time_parse(json_text(j, times[k].name), t, NULL)) *t = TIME_NONE;
    }
    *out = m;
    return true;
}

static void message_write(buf *b, const struct message *m)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("kind"));
    json_put_text(&w, m->content.kind == OUTBOX_MAIL ? STR("mail") : STR("webhook"));
    json_name(&w, STR("state"));
    json_put_text(&w, state_names[m->state]);
    json_name(&w, STR("attempts"));
    json_put_int(&w, m->attempts);
    for (size_t k = 0; k < COUNT_OF(texts); k++) {
        const str *s = (const str *)((const char *)m + texts[k].offset);
        if (!s->n) continue;
        json_name(&w, texts[k].name);
        json_put_text(&w, *s);
    }
    for (size_t k = 0; k < COUNT_OF(times); k++) {
        const instant t = *(const instant *)((const char *)m + times[k].offset);
        char text[TIME_TEXT_MAX];
        if (t == TIME_NONE) continue;
        json_name(&w, times[k].name);
        json_put_text(&w, (str){text, time_write(text, t)});
    }
    json_close(&w, '}');
}

bool message_get(struct snapshot *at, str id, arena *a, struct message *out, err *e)
{
    str text;
    return store_document_get(at, MESSAGES, id, a, &text, e) && message_read(id, text, a, out, e);
}

// ---- Lists in order of time --------------------------------------------------------------------------------------

// Sixteen hexadecimal digits sort as the numbers do, for our times are after 1970.
#define PLACE_TIME 16
#define PLACE_MAX (PLACE_TIME + 1 + OUTBOX_ID_MAX + 1)

static str place_of(char out[static PLACE_MAX], instant t, str id)
{
    const int n = snprintf(out, PLACE_MAX, "%016" PRIx64 "-%.*s", (uint64_t)(t > 0 ? t : 0), STR_ARG(id));
    return (str){out, (size_t)n};
}

static instant list_time(const struct message *m, size_t list)
{
    return m ? *(const instant *)((const char *)m + lists[list].offset) : TIME_NONE;
}

static bool relist(struct store_tx *tx, size_t list, str id, instant from, instant to, err *e)
{
    char place[PLACE_MAX];
    if (from == to) return true;
    if (from != TIME_NONE && !store_document_delete(tx, lists[list].kind, place_of(place, from, id), e))
        return false;
    return to == TIME_NONE || store_document_put(tx, lists[list].kind, place_of(place, to, id), LISTED, e);
}

struct listing {
    str now;  // the place of this moment
    message_each each;
    void *context;
};

static bool listed(str key, str text, void *context, err *e)
{
    (void)text;
    const struct listing *l = context;
    if (key.n <= PLACE_TIME + 1 || str_cmp(str_slice(key, 0, PLACE_TIME), l->now) > 0) return false;
    return l->each(str_slice(key, PLACE_TIME + 1, key.n), l->context, e);
}

static bool each_until(struct snapshot *at, size_t list, instant now, message_each each, void *context,
                       err *e)
{
    char place[PLACE_MAX];
    const struct listing l = {str_slice(place_of(place, now, (str){0}), 0, PLACE_TIME), each, context};
    struct listing mutable = l;
    return store_document_each(at, lists[list].kind, listed, &mutable, e);
}

bool message_due(struct snapshot *at, instant now, message_each each, void *context, err *e)
{
    return each_until(at, LIST_DUE, now, each, context, e);
}

bool message_ended(struct snapshot *at, instant now, message_each each, void *context, err *e)
{
    return each_until(at, LIST_END, now, each, context, e);
}

// ---- How much waits for a target ---------------------------------------------------------------------------------

void message_target_hash(str target, char out[static TARGET_HASH_MAX])
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)target.p, target.n, NULL, 0);
    sodium_bin2hex(out, TARGET_HASH_MAX, hash, (TARGET_HASH_MAX - 1) / 2);
}

bool message_waiting_for(struct snapshot *at, str target, int64_t *out, err *e)
{
    char hash[TARGET_HASH_MAX];
    str text;
    err why = {0};
    arena *a = arena_new(4096);
    if (!a) return err_no_memory(e);
    message_target_hash(target, hash);
    *out = 0;
    bool ok = store_document_get(at, TARGETS, str_of(hash), a, &text, &why);
    if (ok)
        ok = num_parse_int(text, out, e);
    else if (why.code == ERR_ABSENT)
        ok = true;
    else if (e)
        *e = why;
    arena_free(a);
    return ok;
}

static bool count_for(struct store_tx *tx, str target, int64_t by, err *e)
{
    char hash[TARGET_HASH_MAX], text[NUM_TEXT_MAX];
    int64_t waiting;
    if (!by) return true;
    if (!message_waiting_for(store_tx_snapshot(tx), target, &waiting, e)) return false;
    message_target_hash(target, hash);
    waiting += by;
    if (waiting <= 0) return store_document_delete(tx, TARGETS, str_of(hash), e);
    return store_document_put(tx, TARGETS, str_of(hash), (str){text, num_write_int(text, waiting)}, e);
}

// ---- All of it together ------------------------------------------------------------------------------------------

static int64_t waits(const struct message *m)
{
    return m && m->state == OUTBOX_WAITING;
}

bool message_store(struct store_tx *tx, const struct message *before, const struct message *m, err *e)
{
    buf text = {.max = MESSAGE_DOCUMENT_MAX};
    const str id = m->content.id;
    message_write(&text, m);
    bool ok = !text.failed || err_no_memory(e);
    ok = ok && store_document_put(tx, MESSAGES, id, buf_str(&text), e);
    for (size_t k = 0; ok && k < LIST_COUNT; k++)
        ok = relist(tx, k, id, list_time(before, k), list_time(m, k), e);
    buf_free(&text);
    const str target = before ? before->content.target
                              : m->content.target;  // what has arrived no longer names it
    return ok && count_for(tx, target, waits(m) - waits(before), e);
}

bool message_forget(struct store_tx *tx, const struct message *m, err *e)
{
    if (!store_document_delete(tx, MESSAGES, m->content.id, e)) return false;
    for (size_t k = 0; k < LIST_COUNT; k++)
        if (!relist(tx, k, m->content.id, list_time(m, k), TIME_NONE, e)) return false;
    return count_for(tx, m->content.target, -waits(m), e);
}
