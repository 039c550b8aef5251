// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"
#include "app/command/open_store.h"
#include "app/command/told.h"
#include "base/json.h"
#include "identity/reads.h"
#include "sta/request.h"

#include <stdio.h>

#define REQUEST_BYTES ((size_t)64 << 20)
#define PIECE_BYTES_MAX ((size_t)16 << 20)

struct exporting {
    bool ok;
    arena *arena;
    err *e;
};

static bool bytes_write(str s, err *e)
{
    return fwrite(s.p, 1, s.n, stdout) == s.n || err_set(e, ERR_IO, ERR_NOWHERE, "cannot write the output");
}

static bool stream_write(const http_stream *s, err *e)
{
    buf piece = {.max = PIECE_BYTES_MAX};
    bool more = true, ok = true;
    while (ok && more) {
        buf_clear(&piece);
        ok = s->next(s->context, &piece, &more, e) && bytes_write(buf_str(&piece), e);
    }
    buf_free(&piece);
    return ok;
}

// The sentence of a refusal, without the JSON around it.
static str message_of(str body, arena *a)
{
    json *root;
    const json *message;
    err ignored;
    const bool is_found = json_parse(body, a, &root, &ignored) &&
                          json_need(root, STR("message"), JSON_TEXT, &message, &ignored);
    return is_found ? message->text : body;
}

static void answered(const struct sta_reply *reply, void *context)
{
    struct exporting *x = context;
    if (reply->status >= 300)
        x->ok = err_set(x->e, reply->status == 404 ? ERR_ABSENT : ERR_RANGE, ERR_NOWHERE, "%.*s",
                        STR_ARG(message_of(reply->body, x->arena)));
    else if (reply->is_stream)
        x->ok = stream_write(&reply->stream, x->e);
    else
        x->ok = bytes_write(reply->body, x->e);
    if (reply->is_stream) reply->stream.done(reply->stream.context);
}

static bool question_read(struct invocation *in, str *path, str *query, err *e)
{
    str rest;
    if (!arena_print(in->arena, &rest, "%s%s", in->words[0][0] == '/' ? "" : "/", in->words[0]))
        return err_no_memory(e);
    str_cut(&rest, '?', path);
    *query = rest.p ? rest : (str){0};
    return true;
}

static int run(struct invocation *in, err *e)
{
    str path, query;
    struct store *s;
    if (!question_read(in, &path, &query, e) || !command_open_store(in, STORE_TO_READ, &s, e)) return -1;
    struct reads *const reads = reads_new(NULL);
    const struct sta sta = {.store = s, .root_url = in->settings.http.root_url, .reads = reads};
    const struct principal everything = {.role = ROLE_ADMINISTRATOR};
    struct sta_request r = {.method = HTTP_GET,
                            .version = STA_V1_1,
                            .path = path,
                            .query = query,
                            .who = &everything,
                            .received = time_now(),
                            .arena = arena_new(REQUEST_BYTES)};
    struct exporting x = {.ok = (r.arena && reads) || err_no_memory(e), .arena = in->arena, .e = e};
    if (x.ok) sta_handle(&sta, &r, answered, &x);
    arena_free(r.arena);
    store_close(s);
    str which, detail;
    if (reads && reads_kept(reads, &which, &detail)) command_tell_read(in, STR("data.read"), which, detail);
    reads_free(reads);
    if (x.ok && fflush(stdout) != 0) x.ok = err_set(e, ERR_IO, ERR_NOWHERE, "cannot write the output");
    return x.ok ? 0 : -1;
}

const struct command command_export = {
    .name = "export",
    .summary = "write what a SensorThings query answers to the standard output",
    .words = "QUERY",
    .words_min = 1,
    .words_max = 1,
    .about =
        "QUERY is a SensorThings path with its options, as behind /v1.1. The answer is streamed: any number "
        "of observations\n"
        "runs in little memory. With $resultFormat=CSV all rows come, without paging. Works while peil runs. "
        "What holds readings of private Datastreams\n"
        "is a line of the audit log.",
    .examples =
        "  peil export --data data 'Datastreams(12)/Observations?$resultFormat=CSV' > 12.csv\n"
        "  peil export --data data 'Things?$expand=Locations&$resultFormat=GeoJSON' > things.geojson\n",
    .run = run,
};
