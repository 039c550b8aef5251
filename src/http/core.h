// SPDX-License-Identifier: EUPL-1.2
// core.h: what the parts of the server share: server, loops, connections, requests, streams. Private to this folder.
//
// A connection belongs to one loop and is touched by its thread only. A request is with exactly one owner at a
// time: the loop, or (phases HANDLER and PULL) whoever is to answer it, who gives it back by loop_post. Nothing
// else crosses threads but posts, pieces (counted) and the few atomics named as such.
#ifndef PEIL_HTTP_CORE_H
#define PEIL_HTTP_CORE_H

#include "base/queue.h"
#include "http/chunk.h"
#include "http/forwarded.h"
#include "http/gzip.h"
#include "http/head.h"
#include "http/peers.h"
#include "http/route.h"
#include "http/server.h"
#include "http/tls.h"

#include <pthread.h>

enum {
    REQUEST_PARTS = 3,
    REQUEST_ARENA_MAX = 16 << 20,
    LIVE_BUFFER_MAX = 256 << 10,
    LIVE_QUIET_S = 15,  // then a comment line keeps proxies from closing
    STREAM_PIECE_MAX = 4 << 20
};

// Something for a loop to do, handed over from any thread.
struct post {
    struct post *next;
    void (*run)(struct post *p);
};

// What epoll wakes a loop for.
struct source {
    void (*ready)(struct source *s, uint32_t events);
};

struct http_piece {
    atomic_size_t holders;
    size_t n;
    char bytes[];
};

typedef enum {
    PHASE_HANDSHAKE,
    PHASE_HEAD,  // reading, or idle when there is no request yet
    PHASE_BODY,
    PHASE_HANDLER,  // waiting for the answer
    PHASE_REPLY,    // writing the request's parts
    PHASE_PULL,     // a worker makes the next piece of a stream
    PHASE_LIVE,
    // Answered for the last time: what still comes is thrown away, so that the client sees the answer, not a reset.
    PHASE_DRAIN,
    PHASE_COUNT
} conn_phase;

struct stream_piece {
    buf bytes;
    buf packed;  // compressed
    bool is_made, is_last;
    bool is_whole;  // false: making it failed
};

#define STREAM_PIECES 2  // one leaves, one is made

// Belongs to whoever has the request; but while a piece is made ahead (stream.c), `from`, `run` and the piece whose turn it is
// belong to the worker that makes it.
struct stream {
    http_stream from;
    struct stream_piece pieces[STREAM_PIECES];
    size_t turn;       // of the pieces, the next to leave
    atomic_int ahead;  // says whether one is being made
    bool is_compressed;
    bool is_chunked;
    bool has_begun;     // the head left, or is about to
    bool is_cancelled;  // set by the loop while it owns the request
    bool is_over;       // done() was called
    bool has_failed;
    struct gzip_run run;
};

struct http_request {
    struct post post;
    struct conn *conn;
    struct http_request *next_spare;
    arena *arena;

    buf in;  // head, body, and what the client sent ahead
    struct head_scan scan;
    struct head head;
    size_t head_n;  // bytes of the head; the body follows it
    size_t body_n;
    size_t next_at;  // where the next request begins in `in`
    struct chunk_reader chunks;
    size_t body_max;
    unsigned allowed;  // for 405 and OPTIONS
    const http_route *route;
    http_handler late_handler;  // of http_hand_over; NULL: the route's
    void *late_context;

    int64_t first_byte_us;
    int64_t started_us;  // given to the handler; 0: never was
    int status;
    int64_t wait_s;  // of a 429
    bool must_close;
    bool is_answered;
    buf out;                   // head of the answer, and a short body
    buf packed;                // compressed body
    http_piece *piece;         // shared body
    str parts[REQUEST_PARTS];  // what is left to write
    size_t part_count;
    struct stream *stream;
    struct http_live *live;
};

struct conn {
    struct source source;
    struct post post;
    struct loop *loop;
    struct conn *previous, *next;  // of the loop's connections
    struct conn *next_ready;
    struct conn *next_dead;
    struct http_request *request;
    struct http_live *live;
    int fd;                   // -1: closed
    void *tls;                // a gnutls_session_t; NULL: in the clear
    struct tls *certificate;  // with tls
    unsigned char peer_certificate[HTTP_CERTIFICATE_BYTES];
    bool has_certificate;  // the peer showed one
    conn_phase phase;
    bool is_ready;             // is in the loop's ready list
    bool can_read, can_write;  // as far as epoll's edges tell
    bool peer_ended;
    bool is_orphan;   // its loop has ended while it was away
    bool is_trusted;  // comes from a proxy of ours
    bool is_away;     // closed while its request is with a handler or worker
    int64_t deadline_us;
    int64_t idle_since_us;
    size_t drained;
    struct peer_key key;
    char peer[PEER_TEXT];
};

struct loop {
    struct http_server *server;
    pthread_t thread;
    int epoll;
    int wake;
    _Atomic(struct post *) inbox;  // newest first; &inbox_closed after the loop has ended
    atomic_bool is_asleep;
    atomic_size_t conn_count;
    atomic_size_t posting;  // threads inside loop_post
    struct source wake_source;
    struct post stop_post;
    int64_t now_us;
    int64_t next_tick_us;
    int64_t stop_at_us;  // 0: not stopping
    struct conn *conns;
    struct conn *ready;  // have more to do without another event
    struct conn *live_ready,
        *live_ready_last;  // of live streams, oldest first: a broadcast makes thousands ready at once
    struct conn *dead;     // freed when nothing of this turn can point to them
    struct http_request *spare;
    size_t spare_count;
    const struct http_request *dispatching;  // on-loop handler under way
};

struct listener {
    struct source source;
    struct http_server *server;
    int fd;
    bool is_paused;
    size_t next_loop;
    char unix_path[108];
};

struct http_server {
    http_config config;
    struct listener listener;
    struct loop *loops;
    size_t loops_started;
    struct workers *workers;
    struct compressors *compressors;
    struct peers *peers;
    struct trusted trusted;
    struct tls_bay *tls;    // NULL: in the clear
    atomic_size_t waiting;  // requests in the workers' queue
    atomic_size_t conn_count;
    atomic_size_t
        holders;  // http_stop, live streams, and requests that are still with somebody after the loops ended
    atomic_bool is_stopping;
    atomic_int grace_s;
    int port;
    http_route none_route, method_route, options_route;
};

// loop.c
NODISCARD bool loop_start(struct loop *l, struct http_server *s, err *e);  // on failure nothing to free
bool loop_post(struct loop *l, struct post *p);  // false: the loop has ended; the post is still the caller's
void loop_make_ready(struct loop *l, struct conn *c);
NODISCARD bool loop_watch(struct loop *l, int fd, uint32_t events, struct source *s);
void loop_stop(struct loop *l);  // asks; join the thread
void loop_join(struct loop *l);
void loop_free(struct loop *l);  // when nobody can post to it any more

// listen.c
NODISCARD bool listener_open(struct listener *n, struct http_server *s, err *e);
NODISCARD bool listener_start(struct listener *n, err *e);
void listener_tick(struct listener *n);
void listener_close(struct listener *n);

// conn.c
void conn_accept(struct http_server *s, struct loop *l, int fd, const struct peer_key *key, const char *peer);
void conn_run(struct conn *c);
void conn_tick(struct conn *c);
void conn_stop(struct conn *c);  // idle: close now; else after the answer
void conn_close(struct conn *c);
void conn_free(struct conn *c);
void conn_abandon(struct conn *c);      // the loop ends: close, let go
void conn_begin_drain(struct conn *c);  // nothing more will be sent
void conn_on_return(struct post *p);    // its request comes back answered
int64_t conn_time_after(const struct conn *c, int64_t seconds);
const http_config *conn_config(const struct conn *c);

// A step of a phase: go on with the (perhaps next) phase, wait for an event, or close.
typedef enum { STEP_AGAIN, STEP_WAIT, STEP_CLOSE } step;

// read.c
step step_head(struct conn *c);
step step_body(struct conn *c);
step conn_refuse(struct conn *c, const struct refusal *why);
void conn_note_first_byte(struct conn *c);

// write.c
step step_reply(struct conn *c);

// request.c
struct http_request *request_take(struct loop *l, struct conn *c);  // NULL: no memory
void request_clear(struct http_request *r);  // for the next request; what the client sent ahead is kept
void request_spare(struct loop *l, struct http_request *r);  // back to the loop's spares
void request_free(struct http_request *r);
// Answered: back to its loop. False: the loop has ended, and the request with it.
bool request_return(struct http_request *r);

// answer.c
void answer_refuse(struct http_request *r, const struct refusal *why);
void answer_method(struct http_request *r, void *context);
void answer_options(struct http_request *r, void *context);
void answer_none(struct http_request *r, void *context);

// stream.c
void stream_pull(struct http_request *r);  // on a worker: the next pieces, as long as the loop takes them
// On the loop, which gives the request away for the next piece. False: the workers' queue is full.
bool stream_want(struct http_request *r);
void stream_wait(struct http_request *r);  // on the loop, which has the request: the client's line is full
NODISCARD bool stream_make(struct http_request *r, bool *more, err *e);  // the piece whose turn it is
NODISCARD bool stream_pack(struct http_request *r, bool is_last,
                           str *out);  // the piece, compressed where that is wanted
void stream_frame(
    struct http_request *r, str data,
    bool is_last);  // into r->parts, the first one behind the head; then it is the next one's turn
void stream_end(struct stream *s);
void request_stream_free(struct stream *s);

// live.c
struct http_live *live_new(struct loop *l, void (*closed)(void *context), void *context);
void live_attach(struct http_live *l, struct conn *c);
void live_end(struct http_live *l);      // tells the caller, then lets go
void live_discard(struct http_live *l);  // the caller never got it
void live_finish(struct http_live *l);   // end it after what waits
bool live_write(struct http_live *l);    // as much as the client takes; false: the connection is lost
bool live_has_more(const struct http_live *l);
bool live_is_over(const struct http_live *l);
void live_tick(struct http_live *l);

// server.c
bool server_submit(struct http_server *s, struct http_request *r);
void server_release(struct http_server *s);

#endif
