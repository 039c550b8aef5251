// SPDX-License-Identifier: EUPL-1.2
#include "outage/outage.h"

#include "base/json.h"
#include "base/num.h"

#include <inttypes.h>
#include <stdio.h>

#define KEY_MAX (21 + 1 + OUTAGE_NAME_MAX + 1)  // any time, a slash, a name
#define TIME_DIGITS 16                          // microseconds of 2001 to 2286, so none begins with a nought

static const str documents[OUTAGE_KIND_COUNT] = {
    [OUTAGE_FEED] = STR("feed_outage"),
    [OUTAGE_SERVICE] = STR("service_outage"),
    [OUTAGE_DEVICE] = STR("device_outage"),
};

static str key_of(instant end, str name, char out[static KEY_MAX])
{
    const int n = snprintf(out, KEY_MAX, "%0*" PRId64 "/%.*s", TIME_DIGITS, end, STR_ARG(name));
    return (str){out, n < 0 || n >= KEY_MAX ? 0 : (size_t)n};
}

struct forget {
    struct store_tx *tx;
    str documents;
};

static bool forget_one(str key, str text, void *context, err *e)
{
    const struct forget *f = context;
    (void)text;
    return store_document_delete(f->tx, f->documents, key, e);
}

bool outage_write(struct store_tx *tx, outage_kind k, const struct outage *o, err *e)
{
    char key[KEY_MAX], oldest[KEY_MAX], text[64];
    struct forget f = {tx, documents[k]};
    snprintf(text, sizeof text, "{\"from\":%" PRId64 "%s}", o->when.start,
             o->is_planned ? ",\"planned\":true" : "");
    *e = (err){0};
    const bool ok = store_document_range(store_tx_snapshot(tx), f.documents, STR("0"),
                                         key_of(o->when.end - OUTAGE_DAYS * TIME_DAY, (str){0}, oldest),
                                         forget_one, &f, e);
    return (ok || e->code == ERR_NONE) &&
           store_document_put(tx, f.documents, key_of(o->when.end, o->name, key), str_of(text), e);
}

bool outage_delete(struct store_tx *tx, outage_kind k, instant end, str name, err *e)
{
    char key[KEY_MAX];
    return store_document_delete(tx, documents[k], key_of(end, name, key), e);
}

// ---- Reading -------------------------------------------------------------------------------------------------------

struct reader {
    const str *name;  // NULL: of all
    arena *a;
    outage_each each;
    void *context;
};

static bool read_one(str key, str text, void *context, err *e)
{
    const struct reader *r = context;
    struct outage o;
    json *j;
    if (key.n <= TIME_DIGITS) return false;
    const str name = str_slice(key, TIME_DIGITS + 1, key.n);
    if (r->name && !str_eq(name, *r->name)) return true;
    if (!json_parse(text, r->a, &j, e)) return false;
    const json *from = json_get(j, STR("from")), *planned = json_get(j, STR("planned"));
    if (!from || !num_parse_int(from->text, &o.when.start, e) ||
        !num_parse_int(str_slice(key, 0, TIME_DIGITS), &o.when.end, e) || !arena_copy(r->a, name, &o.name))
        return false;
    o.is_planned = planned && planned->type == JSON_TRUE;
    return r->each(&o, r->context, e);
}

static bool read_since(struct snapshot *at, outage_kind k, instant since, struct reader *r, err *e)
{
    char key[KEY_MAX];
    *e = (err){0};
    return store_document_range(at, documents[k], key_of(since, (str){0}, key), (str){0}, read_one, r, e) ||
           e->code == ERR_NONE;
}

bool outages_each(struct snapshot *at, outage_kind k, instant since, arena *a, outage_each each,
                  void *context, err *e)
{
    return read_since(at, k, since, &(struct reader){NULL, a, each, context}, e);
}

bool outages_of(struct snapshot *at, outage_kind k, str name, instant since, arena *a, outage_each each,
                void *context, err *e)
{
    return read_since(at, k, since, &(struct reader){&name, a, each, context}, e);
}
