// SPDX-License-Identifier: EUPL-1.2
#include "ingest/raw/block.h"

#include "base/json.h"

#include <zstd.h>

#define LEVEL 3
#define HEAD_MEMORY ((size_t)1 << 20)

// What a decoder may ask for; no header holds a secret.
static const char *const headers[] = {"X-Sensor", "X-PIN", "Sensor", "Node", "Pin"};
#define HEADERS (sizeof headers / sizeof headers[0])

// ---- writing -----------------------------------------------------------------------------------------------------

// Without the parameters in which InfluxDB's clients send a name and a token.
static void put_query(json_writer *w, str query)
{
    buf b = {.max = 4096};
    str part;
    while (str_cut(&query, '&', &part)) {
        if (str_starts(part, STR("p=")) || str_starts(part, STR("u=")) || str_starts(part, STR("token=")))
            continue;
        if (b.n) buf_add_char(&b, '&');
        buf_add(&b, part);
    }
    json_member_given(w, STR("query"), buf_str(&b));
    buf_free(&b);
}

static void write_head(buf *b, const struct device_adapter *d, const struct device_message *m)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_member_int(&w, STR("received"), m->received);
    json_member_text(&w, STR("adapter"), d->name);
    json_member_given(&w, STR("topic"), m->topic);
    if (str_starts(m->path, STR("/boxes/")))
        json_member_text(&w, STR("path"), m->path);  // others may end in a token
    put_query(&w, m->query);
    json_member_given(&w, STR("type"), m->content_type);
    for (size_t i = 0; i < HEADERS && m->header; i++)
        json_member_given(&w, str_of(headers[i]), m->header(headers[i], m->context));
    if (m->retained) json_member_int(&w, STR("retained"), 1);
    json_member_int(&w, STR("bytes"), (int64_t)m->body.n);
    json_close(&w, '}');
}

void raw_block_add(buf *b, const struct device_adapter *d, const struct device_message *m)
{
    write_head(b, d, m);
    buf_add_char(b, '\n');
    buf_add(b, m->body);
    buf_add_char(b, '\n');
}

bool raw_block_pack(str text, arena *a, str *out, err *e)
{
    const size_t bound = ZSTD_compressBound(text.n);
    char *to = arena_alloc(a, bound);
    const size_t n = to ? ZSTD_compress(to, bound, text.p, text.n, LEVEL) : 0;
    if (!to || ZSTD_isError(n)) return err_no_memory(e);
    *out = (str){to, n};
    return true;
}

// ---- reading -----------------------------------------------------------------------------------------------------

int64_t raw_number(const json *j, str name)
{
    int64_t n = 0;
    const json *m = json_get(j, name);
    return m && num_parse_int(m->text, &n, NULL) ? n : 0;
}

static str kept_header(const char *name, const void *context)
{
    return json_text(context, str_of(name));
}

static bool corrupt(err *e)
{
    return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a block of raw messages cannot be read");
}

// Takes the message at the start of *text off it. *adapter NULL: of a kind that peil no longer reads.
static bool take_message(str *text, arena *a, struct device_message *m, const struct device_adapter **adapter,
                         err *e)
{
    str head;
    json *j;
    if (!str_cut(text, '\n', &head) || !json_parse(head, a, &j, e)) return corrupt(e);
    const int64_t bytes = raw_number(j, STR("bytes"));
    if (j->type != JSON_OBJECT || bytes < 0 || (size_t)bytes >= text->n || text->p[bytes] != '\n')
        return corrupt(e);
    *adapter = device_by_name(json_text(j, STR("adapter")));
    *m = (struct device_message){.topic = json_text(j, STR("topic")),
                                 .path = json_text(j, STR("path")),
                                 .query = json_text(j, STR("query")),
                                 .content_type = json_text(j, STR("type")),
                                 .body = str_slice(*text, 0, (size_t)bytes),
                                 .received = raw_number(j, STR("received")),
                                 .retained = raw_number(j, STR("retained")) != 0,
                                 .is_replayed = true,
                                 .header = kept_header,
                                 .context = j};
    *text = str_slice(*text, (size_t)bytes + 1, text->n);
    return true;
}

bool raw_block_each(str text, raw_each_message each, void *context, err *e)
{
    arena *heads = arena_new(HEAD_MEMORY);
    bool ok = heads || err_no_memory(e);
    while (ok && text.n > 0) {
        const struct device_adapter *d;
        struct device_message m;
        arena_reset(heads);
        ok = take_message(&text, heads, &m, &d, e) && (!d || each(d, &m, context, e));
    }
    arena_free(heads);
    return ok;
}

bool raw_block_read(str packed, arena *a, raw_each_message each, void *context, err *e)
{
    const unsigned long long n = ZSTD_getFrameContentSize(packed.p, packed.n);
    if (n > RAW_BLOCK_MAX) return corrupt(e);  // "not told" and "no frame" are greater too
    char *to = arena_alloc(a, (size_t)n + 1);
    if (!to) return err_no_memory(e);
    if (ZSTD_decompress(to, (size_t)n, packed.p, packed.n) != n) return corrupt(e);
    return raw_block_each((str){to, (size_t)n}, each, context, e);
}
