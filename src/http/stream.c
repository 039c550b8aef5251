// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

#include <stdlib.h>

static void end(struct stream *s)
{
    if (s->is_over) return;
    s->is_over = true;
    s->from.done(s->from.context);
}

void request_stream_free(struct stream *s)
{
    if (!s) return;
    end(s);
    buf_free(&s->piece);
    buf_free(&s->packed);
    free(s);
}

static str chunk_end(bool has_data, bool is_last)
{
    if (has_data) return is_last ? STR("\r\n0\r\n\r\n") : STR("\r\n");
    return is_last ? STR("0\r\n\r\n") : (str){0};
}

// Puts the piece between what its framing needs, behind the head when that has not left yet.
static bool frame(struct http_request *r, bool is_last)
{
    struct stream *s = r->stream;
    str data = buf_str(&s->piece);
    if (s->is_compressed) {
        if (!gzip_add(r->conn->loop->server->compressors, &s->run, data, is_last, &s->packed)) return false;
        data = buf_str(&s->packed);
    }
    if (s->has_begun) buf_clear(&r->out);
    if (s->is_chunked && data.n) buf_print(&r->out, "%zx\r\n", data.n);
    r->parts[0] = buf_str(&r->out);
    r->parts[1] = data;
    r->parts[2] = s->is_chunked ? chunk_end(data.n > 0, is_last) : (str){0};
    r->part_count = 3;
    s->has_begun = true;
    return true;
}

static bool next_piece(struct http_request *r, err *e)
{
    struct stream *s = r->stream;
    bool more = true;
    buf_clear(&s->piece);
    buf_clear(&s->packed);
    if (!s->from.next(s->from.context, &s->piece, &more, e)) return false;
    if (s->piece.failed || !frame(r, !more)) return err_no_memory(e);
    if (!more) end(s);
    return true;
}

void stream_pull(struct http_request *r)
{
    struct stream *s = r->stream;
    err e = {0};
    r->part_count = 0;
    if (s->is_cancelled) {
        end(s);
    } else if (!next_piece(r, &e)) {
        end(s);
        // Nothing has left yet: the client can still be told. Later only a cut connection says that the answer is
        // not whole.
        s->has_failed = s->has_begun;
        if (!s->has_begun) answer_failed_stream(r, &e);
    }
    request_return(r);
}
