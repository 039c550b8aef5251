// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"

#include <stdlib.h>

void stream_end(struct stream *s)
{
    if (s->is_over) return;
    s->is_over = true;
    s->from.done(s->from.context);
}

void request_stream_free(struct stream *s)
{
    if (!s) return;
    stream_end(s);
    buf_free(&s->piece);
    buf_free(&s->packed);
    free(s);
}

static str chunk_end(bool has_data, bool is_last)
{
    if (has_data) return is_last ? STR("\r\n0\r\n\r\n") : STR("\r\n");
    return is_last ? STR("0\r\n\r\n") : (str){0};
}

bool stream_make(struct http_request *r, bool *more, err *e)
{
    struct stream *s = r->stream;
    *more = true;
    buf_clear(&s->piece);
    buf_clear(&s->packed);
    if (!s->from.next(s->from.context, &s->piece, more, e)) return false;
    return !s->piece.failed || err_no_memory(e);
}

bool stream_pack(struct http_request *r, bool is_last, str *out)
{
    struct stream *s = r->stream;
    *out = buf_str(&s->piece);
    if (!s->is_compressed) return true;
    if (!gzip_add(r->conn->loop->server->compressors, &s->run, *out, is_last, &s->packed)) return false;
    *out = buf_str(&s->packed);
    return true;
}

void stream_frame(struct http_request *r, str data, bool is_last)
{
    struct stream *s = r->stream;
    if (s->has_begun) buf_clear(&r->out);
    if (s->is_chunked && data.n) buf_print(&r->out, "%zx\r\n", data.n);
    r->parts[0] = buf_str(&r->out);
    r->parts[1] = data;
    r->parts[2] = s->is_chunked ? chunk_end(data.n > 0, is_last) : (str){0};
    r->part_count = 3;
    s->has_begun = true;
}

static bool next_piece(struct http_request *r, err *e)
{
    bool more;
    str data;
    if (!stream_make(r, &more, e)) return false;
    if (!stream_pack(r, !more, &data)) return err_no_memory(e);
    stream_frame(r, data, !more);
    if (!more) stream_end(r->stream);
    return true;
}

void stream_pull(struct http_request *r)
{
    struct stream *s = r->stream;
    err e = {0};
    r->part_count = 0;
    if (s->is_cancelled) {
        stream_end(s);
    } else if (!next_piece(r, &e)) {
        stream_end(s);
        s->has_failed = true;  // only a cut connection says that the answer is not whole
    }
    request_return(r);
}
