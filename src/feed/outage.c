// SPDX-License-Identifier: EUPL-1.2
// When feeds did not work: a document per interruption that is over, under its end and the feed's name; of one that lasts the state tells.
#include "feed/document.h"

#include <inttypes.h>
#include <stdio.h>

#define KEY_MAX (21 + 1 + FEED_NAME_MAX + 1)  // any time, a slash, a name
#define TIME_DIGITS 16                        // microseconds of 2001 to 2286, so none begins with a nought

static str key_of(instant end, str name, char out[static KEY_MAX])
{
    const int n = snprintf(out, KEY_MAX, "%0*" PRId64 "/%.*s", TIME_DIGITS, end, STR_ARG(name));
    return (str){out, n < 0 || n >= KEY_MAX ? 0 : (size_t)n};
}

struct forget {
    struct store_tx *tx;
};

static bool forget_one(str key, str text, void *context, err *e)
{
    (void)text;
    return store_document_delete(((struct forget *)context)->tx, FEED_OUTAGE, key, e);
}

bool feed_outage_write(struct store_tx *tx, str name, interval when, err *e)
{
    char key[KEY_MAX], oldest[KEY_MAX], text[64];
    struct forget f = {tx};
    snprintf(text, sizeof text, "{\"from\":%" PRId64 "}", when.start);
    *e = (err){0};
    const bool ok = store_document_range(store_tx_snapshot(tx), FEED_OUTAGE, STR("0"),
                                         key_of(when.end - FEED_OUTAGE_DAYS * TIME_DAY, (str){0}, oldest),
                                         forget_one, &f, e);
    return (ok || e->code == ERR_NONE) &&
           store_document_put(tx, FEED_OUTAGE, key_of(when.end, name, key), str_of(text), e);
}

// ---- Reading -------------------------------------------------------------------------------------------------------

struct reader {
    arena *a;
    feed_outage_each each;
    void *context;
};

static bool read_one(str key, str text, void *context, err *e)
{
    const struct reader *r = context;
    struct feed_outage o;
    json *j;
    if (key.n <= TIME_DIGITS || !json_parse(text, r->a, &j, e)) return false;
    const json *from = json_get(j, STR("from"));
    if (!from || !num_parse_int(from->text, &o.when.start, e) ||
        !num_parse_int(str_slice(key, 0, TIME_DIGITS), &o.when.end, e) ||
        !arena_copy(r->a, str_slice(key, TIME_DIGITS + 1, key.n), &o.name))
        return false;
    return r->each(&o, r->context, e);
}

bool feed_outages(struct snapshot *at, instant since, arena *a, feed_outage_each each, void *context, err *e)
{
    char key[KEY_MAX];
    struct reader r = {a, each, context};
    *e = (err){0};
    return store_document_range(at, FEED_OUTAGE, key_of(since, (str){0}, key), (str){0}, read_one, &r, e) ||
           e->code == ERR_NONE;
}
