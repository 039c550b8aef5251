// SPDX-License-Identifier: EUPL-1.2
// server.h: HTTP/1.1 server: bytes and limits, no city in it. How the bytes are read is hidden here.
//
// A request with its whole body (bounded) is given to a route's handler. The handler answers now or later, from any
// thread, exactly once, by one of the http_reply functions; after that call the request is gone. Handlers of
// routes marked HTTP_ON_LOOP run on the event loop and must not wait; the others run on a worker thread.
//
// Threads  one event loop per core, a pool of workers; http_reply* may be called from any thread
// Owns     request, headers and body live until the reply call returns (stream: until its `done` is called)
// Errors   answered by the server itself, as {"code":413,"type":"error","message":"..."}: 400, 404, 405, 408,
//          401, 411, 413, 414, 417, 431, 501, 503, 505; never a crash, never an unbounded buffer; a client slower than
//          the deadlines is closed. What two readers could frame differently is refused
// Source   RFC 9110, RFC 9112; server-sent events: WHATWG HTML section 9.2
#ifndef PEIL_HTTP_SERVER_H
#define PEIL_HTTP_SERVER_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/metrics.h"

typedef enum {
    HTTP_GET = 1,
    HTTP_HEAD = 2,
    HTTP_POST = 4,
    HTTP_PUT = 8,
    HTTP_PATCH = 16,
    HTTP_DELETE = 32,
    HTTP_OPTIONS = 64
} http_method;

struct http_server;
struct http_request;
typedef struct http_piece http_piece;

typedef struct {
    str name;
    str value;
} http_header;

#define HTTP_REPLY_HEADERS_MAX 24
#define HTTP_STRANGER_BYTES ((size_t)64 << 10)

typedef struct {
    int status;
    str content_type;  // empty: no Content-Type
    http_header headers[HTTP_REPLY_HEADERS_MAX];
    size_t header_count;
    str body;  // copied by http_reply
} http_reply_data;

// A body made piece by piece, on a worker thread, at most one piece ahead of what the client reads; the first inside http_reply_stream. A body
// of one piece leaves with its length, as other replies do.
typedef struct {
    void *context;
    // Adds the next piece to `out` (aim for 16 to 64 KiB). *more = false on the last. False: the connection is
    // cut, so that the client sees that the answer is incomplete (or, while nothing has left yet, `e` is answered
    // as an error).
    bool (*next)(void *context, buf *out, bool *more, err *e);
    // Called once, also when the client went away; on a worker, or in http_reply_stream.
    void (*done)(void *context);
    // NULL, or: the client takes nothing more for now, and may not for minutes: let go what others wait for (a snapshot). Never while
    // `next` runs; perhaps several times between two pieces; on a worker or the loop, so it must not take long.
    void (*rest)(void *context);
} http_stream;

typedef void (*http_handler)(struct http_request *r, void *context);

typedef enum { HTTP_ON_LOOP = 1, HTTP_PREFIX = 2 } http_route_flags;

typedef struct {
    unsigned methods;  // http_method bits; GET brings HEAD. OPTIONS goes to the handler only if named here
    str path;          // "/healthz"; with HTTP_PREFIX "/v1.1" takes /v1.1 and /v1.1/Things, not /v1.10
    unsigned flags;
    size_t body_max;  // 0: the server's default
    http_handler handle;
    void *context;
} http_route;

typedef struct {
    // "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0" (port 0: any free one); "unix:PATH" for its owner only.
    str listen;
    size_t loops;            // 0: one per core
    size_t workers;          // 0: 4
    size_t worker_queue;     // waiting requests before 503 with Retry-After; 0: 1024
    size_t connections_max;  // more get 503; 0: 12000; fewer when the limit on open files does not allow it
    size_t connections_per_address_max;  // an IPv6 /64 is one address; 0: no limit
    // Whose X-Forwarded-For and X-Forwarded-Proto count: "127.0.0.1, ::1, 10.0.0.0/8"; empty: nobody's.
    str trusted_proxies;
    str tls_cert_file, tls_key_file;  // PEM; both empty: in the clear
    bool tls_asks_certificate;        // of clients, which need not have one
    // Whether a request is taken; asked on the loop before its handler, so be quick. False: 429 with Retry-After, *wait_s.
    bool (*admit)(const struct http_request *r, int64_t *wait_s, void *context);
    // Whether who asks may send a body of more than HTTP_STRANGER_BYTES, as far as the route allows one; asked on the loop when the head
    // is there, before the body is read. False: 401, or 413 when the body does not say how long it is. NULL: everybody may.
    bool (*may_send)(struct http_request *r, void *context);
    size_t header_bytes_max;  // besides the address, which may have 16 KiB; 0: 16 KiB; at most 40 KiB
    size_t body_bytes_max;    // 0: 1 MiB
    int idle_timeout_s;  // keep-alive without a request; 5 when nine tenths of the connections are taken; 0: 60
    int request_timeout_s;  // from its first byte to its last, and a second more per 64 KiB of body; 0: 20
    int write_timeout_s;    // without progress; 0: 30
    // The longest matching path that takes the method wins, 405 when none does. Outlives the server.
    const http_route *routes;
    size_t route_count;
    void (*not_found)(struct http_request *r, void *context);  // on a worker; NULL: 404 as JSON
    // Called in the http_reply functions (any thread, several at once), to add headers that every answer carries
    // (security, CORS); also for the server's own refusals, whose request may have no method and no headers.
    void (*finish)(const struct http_request *r, http_reply_data *reply, void *context);
    void *context;            // for admit, may_send, not_found and finish
    struct metrics *metrics;  // all servers of the process share the counters: give it to one; NULL: none
} http_config;

NODISCARD bool http_address_check(str where, err *e);  // the form of http_config.listen; ERR_CONFIG
NODISCARD bool http_proxies_check(str list, err *e);   // that of http_config.trusted_proxies
NODISCARD struct http_server *http_start(const http_config *c, err *e);
NODISCARD bool http_reload_certificate(struct http_server *s,
                                       err *e);  // reads the files anew; fails: the old one stays
NODISCARD bool http_certificate_check(str cert_file, str key_file, err *e);
int http_port(const struct http_server *s);
// Stops accepting, lets requests under way finish (at most grace_s), ends live streams, closes, joins its threads.
// A request that is still with somebody then may be answered later as always; the answer goes nowhere.
void http_stop(struct http_server *s, int grace_s);

http_method http_request_method(const struct http_request *r);
str http_request_path(const struct http_request *r);   // raw, still percent-encoded, without query
str http_request_query(const struct http_request *r);  // raw, without '?'
// The first of that name, without case; empty when absent.
str http_request_header(const struct http_request *r, const char *name);
bool http_request_has_header(const struct http_request *r, const char *name);
str http_request_body(const struct http_request *r);
str http_request_peer(const struct http_request *r);  // "127.0.0.1"; of the client behind a trusted proxy
bool http_request_is_secure(const struct http_request *r);  // came over TLS, to us or to a trusted proxy
// SHA-256 of the certificate that the client showed and holds the key of; NULL: none. Whoever signed it was not looked at.
#define HTTP_CERTIFICATE_BYTES 32
const unsigned char *http_request_certificate(const struct http_request *r);
// From this machine itself, and through no proxy that says otherwise.
bool http_request_is_local(const struct http_request *r);
arena *http_request_arena(struct http_request *r);  // freed with the request; at most 16 MiB
const http_route *http_request_route(const struct http_request *r);

// For an on-loop handler that finds long work in its request: `handle` is called on a worker instead, and the
// request is its to answer. False: the workers' queue is full; the request is still the caller's, who answers
// 503.
NODISCARD bool http_hand_over(struct http_request *r, http_handler handle, void *context);

void http_reply(struct http_request *r, const http_reply_data *reply);
// As JSON, in the form of the server's own refusals.
void http_reply_error(struct http_request *r, int status, str message);
void http_reply_stream(struct http_request *r, const http_reply_data *head,
                       http_stream from);  // on a worker

// Bytes shared by many answers or live clients: made once, counted, never copied. Any thread.
NODISCARD http_piece *http_piece_new(str bytes);  // NULL: no memory
void http_piece_release(http_piece *p);           // the maker's hold; those who still send it have their own
void http_piece_hold(http_piece *p);              // once more
str http_piece_bytes(const http_piece *p);
// As http_reply, with the piece for body; reply->body is not looked at.
void http_reply_piece(struct http_request *r, const http_reply_data *reply, http_piece *body);

// Server-sent events. The connection stays open; pieces are sent from any thread. A client that does not read
// loses its place: when more than 256 KiB wait, the connection is closed (it reconnects with Last-Event-ID). A
// comment line every 15 s of silence keeps proxies from closing.
//
// l is valid until http_live_close, which must be called once. `closed` is called on a loop's thread when the
// stream ended by itself: the client left or was too slow, or the server stops; at most once, and not after
// http_live_close has returned. It may call http_live_close; otherwise do not hold a lock over http_live_close
// that `closed` takes, for one waits for the other. NULL: no memory, a HEAD request or a stopped server; the
// request is answered, nothing is to be closed.
struct http_live;
NODISCARD struct http_live *http_reply_live(struct http_request *r, const http_reply_data *head,
                                            void (*closed)(void *context), void *context);
bool http_live_send(struct http_live *l, str bytes);  // false: it has ended, or will because it is too slow
bool http_live_send_piece(struct http_live *l,
                          http_piece *piece);  // the same, without a copy: for a broadcast
void http_live_close(struct http_live *l);     // the caller's last use of l; what is queued is still sent

str http_reason(int status);  // "Not Found"; empty for a status without one

// The views must live until the reply call returns; more than fit are left out.
void http_reply_add_header(http_reply_data *reply, str name, str value);
// Refuses broken escapes, %00 and bad UTF-8.
NODISCARD bool http_percent_decode(str s, bool plus_is_space, arena *a, str *out, err *e);
bool http_query_get(str query, str key, arena *a, str *out);  // first `key=value`, decoded
bool http_accepts(str accept_encoding, str coding);           // RFC 9110 12.5.3: gzip;q=0 is no

// Compression (gzip, when accepted, for text types: whole replies over 1 KiB, and streams) is done by the server,
// which then sets Vary and weakens an ETag. A reply with a Content-Encoding of its own is left alone.

#endif
