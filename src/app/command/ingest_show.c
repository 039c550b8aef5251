// SPDX-License-Identifier: EUPL-1.2
#include "app/command/ingest_show.h"

#include "app/command/open_store.h"
#include "base/utf8.h"
#include "ingest/raw/raw.h"

#include <stdio.h>

#define BODY_SHOWN ((size_t)1000)
#define DECODE_MEMORY ((size_t)64 << 20)
#define LINE_MAX_BYTES ((size_t)8 << 20)  // a body of 256 KB, each byte as an escape

struct showing {
    const struct ingest_wish *wish;
    const struct device_site *site;
    arena *a;
    int64_t shown, passed_over;
};

// ---- whose it is -------------------------------------------------------------------------------------------------

static bool names(const struct device_result *r, str device)
{
    if (str_eq(r->device, device)) return true;
    for (size_t i = 0; i < r->reading_count; i++)
        if (str_eq(r->readings[i].device, device)) return true;
    return false;
}

static bool stands_in(const struct device_message *m, str device)
{
    const str places[] = {m->topic, m->path, m->query, m->header("X-Sensor", m->context), m->body};
    size_t at;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (str_find(places[i], device, &at)) return true;
    return false;
}

// As its adapter tells. Of a message that it cannot read, which is what one looks for here, by the bytes.
static bool is_of(struct showing *s, const struct device_adapter *d, const struct device_message *m)
{
    struct device_message read = *m;
    struct device_result r = {.state = DEVICE_STATE_NONE};
    err ignored;
    arena_reset(s->a);
    read.site = s->site;
    return d->decode(&read, s->a, &r, &ignored) ? names(&r, s->wish->device) : stands_in(m, s->wish->device);
}

// ---- a message ---------------------------------------------------------------------------------------------------

static void put_part(buf *b, const char *name, str text)
{
    if (text.n == 0) return;
    buf_print(b, "  %s: ", name);
    utf8_show(text, b);
}

static void put_message(buf *b, const struct device_adapter *d, const struct device_message *m, bool is_whole)
{
    static const char *const headers[] = {"X-Sensor", "X-PIN", "Sensor", "Node", "Pin"};
    char time[TIME_TEXT_MAX];
    const size_t shown = is_whole || m->body.n < BODY_SHOWN ? m->body.n : BODY_SHOWN;
    buf_print(b, "%.*s  %.*s  %zu bytes", (int)time_write(time, m->received), time, STR_ARG(d->name),
              m->body.n);
    put_part(b, "topic", m->topic);
    put_part(b, "path", m->path);
    put_part(b, "query", m->query);
    put_part(b, "type", m->content_type);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        put_part(b, headers[i], m->header(headers[i], m->context));
    if (m->retained) BUF_LIT(b, "  retained");
    BUF_LIT(b, "\n    ");
    utf8_show(str_slice(m->body, 0, shown), b);
    if (shown < m->body.n) buf_print(b, " ... %zu bytes more", m->body.n - shown);
    BUF_LIT(b, "\n");
}

static bool show(const struct device_adapter *d, const struct device_message *m, void *context, err *e)
{
    struct showing *s = context;
    if ((s->wish->format.n && !str_eq(s->wish->format, d->name)) || (s->wish->device.n && !is_of(s, d, m))) {
        s->passed_over++;
        return true;
    }
    buf b = {.max = LINE_MAX_BYTES};
    put_message(&b, d, m, s->wish->is_whole);
    const bool ok = b.failed ? err_no_memory(e)
                             : fwrite(b.p, 1, b.n, stdout) == b.n ||
                                   err_set(e, ERR_IO, ERR_NOWHERE, "cannot write the output");
    buf_free(&b);
    s->shown += ok;
    return ok;
}

bool ingest_show(const struct invocation *in, const struct ingest_wish *wish, const struct device_site *site,
                 err *e)
{
    struct showing s = {.wish = wish, .site = site, .a = arena_new(DECODE_MEMORY)};
    struct store *store = NULL;
    struct snapshot *at;
    bool ok = (s.a || err_no_memory(e)) && command_open_store(in, STORE_TO_READ, &store, e);
    if (ok && (ok = snapshot_open(store, &at, e))) {
        ok = raw_each(at, wish->when, show, &s, e);
        snapshot_close(at);
    }
    if (store) store_close(store);
    arena_free(s.a);
    if (ok)
        printf("%lld messages, %lld of others passed over\n", (long long)s.shown, (long long)s.passed_over);
    return ok && (fflush(stdout) == 0 || err_set(e, ERR_IO, ERR_NOWHERE, "cannot write the output"));
}
