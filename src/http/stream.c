// SPDX-License-Identifier: EUPL-1.2
// The next piece of a stream is made while the one before is on its way, so that maker and socket need not wait for each other;
// one ahead and no more, so that nothing is made that nobody reads.
#include "http/core.h"

#include <stdlib.h>

// Whose turn it is while a piece is made ahead. Whoever comes second, loop or worker, takes the request further. AHEAD_FULL: it is
// being made, and the line is full.
enum { AHEAD_NOTHING, AHEAD_MAKING, AHEAD_FULL, AHEAD_MADE, AHEAD_WANTED };

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
    for (size_t i = 0; i < STREAM_PIECES; i++) {
        buf_free(&s->pieces[i].bytes);
        buf_free(&s->pieces[i].packed);
    }
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
    struct stream_piece *p = &s->pieces[s->turn];
    *more = true;
    buf_clear(&p->bytes);
    buf_clear(&p->packed);
    if (!s->from.next(s->from.context, &p->bytes, more, e)) return false;
    return !p->bytes.failed || err_no_memory(e);
}

bool stream_pack(struct http_request *r, bool is_last, str *out)
{
    struct stream *s = r->stream;
    struct stream_piece *p = &s->pieces[s->turn];
    *out = buf_str(&p->bytes);
    if (!s->is_compressed) return true;
    if (!gzip_add(r->conn->loop->server->compressors, &s->run, *out, is_last, &p->packed)) return false;
    *out = buf_str(&p->packed);
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
    s->turn = (s->turn + 1) % STREAM_PIECES;
}

// The piece whose turn it is, also while the loop has the request. That it failed is said by the cut connection alone, for
// something has left.
static void make(struct http_request *r)
{
    struct stream *s = r->stream;
    struct stream_piece *p = &s->pieces[s->turn];
    bool more;
    str ignored;
    err why;
    p->is_whole = stream_make(r, &more, &why) && stream_pack(r, !more, &ignored);
    p->is_last = !more;
    p->is_made = true;
}

// Puts the next piece into the request; false: there is none behind it.
static bool give(struct http_request *r)
{
    struct stream *s = r->stream;
    struct stream_piece *p = &s->pieces[s->turn];
    r->part_count = 0;
    if (!s->is_cancelled && !p->is_made) make(r);
    s->has_failed = !s->is_cancelled && !p->is_whole;
    if (s->is_cancelled || s->has_failed || p->is_last) stream_end(s);
    if (s->is_cancelled || s->has_failed) return false;
    p->is_made = false;
    stream_frame(r, buf_str(s->is_compressed ? &p->packed : &p->bytes), p->is_last);
    return !p->is_last;
}

static void rest(struct stream *s)
{
    if (s->from.rest) s->from.rest(s->from.context);
}

// True when the loop waits for it: the request is this worker's again.
static bool make_ahead(struct http_request *r)
{
    struct stream *s = r->stream;
    make(r);
    int is = AHEAD_MAKING;
    if (atomic_compare_exchange_strong(&s->ahead, &is, AHEAD_MADE)) return false;
    if (is == AHEAD_FULL) rest(s);
    return atomic_exchange(&s->ahead, AHEAD_MADE) == AHEAD_WANTED;
}

void stream_pull(struct http_request *r)
{
    struct workers *workers = r->conn->loop->server->workers;
    do {
        const bool more = give(r);
        if (more)
            atomic_store(&r->stream->ahead, AHEAD_MAKING);  // before the loop has the request, and may end it
        if (!request_return(r) || !more || !make_ahead(r)) return;
        // Others' turn first, as if the piece had been asked for only now.
    } while (workers_waiting(workers) == 0 || !workers_submit(workers, r));
}

bool stream_want(struct http_request *r)
{
    const int was = atomic_exchange(&r->stream->ahead, AHEAD_WANTED);
    return was == AHEAD_MAKING || was == AHEAD_FULL || workers_submit(r->conn->loop->server->workers, r);
}

// Who makes a piece rests behind it; else nobody but the loop can touch the stream.
void stream_wait(struct http_request *r)
{
    struct stream *s = r->stream;
    int is = AHEAD_MAKING;
    if (s->is_over || atomic_compare_exchange_strong(&s->ahead, &is, AHEAD_FULL) || is == AHEAD_FULL) return;
    rest(s);
}
