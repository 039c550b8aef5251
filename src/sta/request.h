// SPDX-License-Identifier: EUPL-1.2
// request.h: a question to SensorThings and its answer, whatever carried it: HTTP, a part of a batch, MQTT.
//
// sta_handle answers exactly once by `done`, now or later, on any thread. Reads run where sta_handle is
// called (never call it on an event loop); writes are submitted to the store and answered from the writer
// thread, after the commit.
//
// Owns     request and arena live until `done` is called, which may free them; for a streamed reply until stream.done was called.
//          A reply and its body are valid during the call of `done` (a stream: until stream.done)
// Threads  any; one request on one thread at a time
// Errors   are replies: {"code":400,"type":"error","message":"..."}
// Source   OGC 18-088; form of errors: FROST-Server
#ifndef PEIL_STA_REQUEST_H
#define PEIL_STA_REQUEST_H

#include "http/server.h"
#include "identity/identity.h"
#include "ingest/ingest.h"
#include "store/store.h"

typedef enum { STA_V1_0, STA_V1_1 } sta_version;

str sta_version_name(sta_version v);  // "v1.1": first segment of the path

// Zero means the default.
struct sta_limits {
    size_t query_bytes;    // of the query string; 16 KiB
    size_t filter_nodes;   // operators, paths and literals of one request; 500
    int expand_depth;      // levels of $expand; 6
    int64_t top_max;       // a larger $top silently becomes this; 10000
    int64_t top_default;   // page without $top; 100
    int64_t entities_max;  // one answer could hold by its $top at every level; 1,000,000,000
    size_t batch_parts;    // requests of one $batch; 1000
    int64_t snapshot_us;   // a streamed answer lets its snapshot go after this long; 0.1 s
    size_t large_bytes;    // body of CreateObservations and $batch; 64 MiB
};

struct sta_limits sta_limits_or_default(const struct sta_limits *l);  // NULL: all defaults

// The service. A plain record: filled once by app, then only read.
struct sta {
    struct store *store;
    struct ingest *ingest;
    str root_url;  // "https://meten.example.nl": what links start with; no version, no slash at the end
    struct sta_limits limits;
    const str *mqtt_endpoints;  // "mqtt://host:1883"; none: the MQTT conformance classes are not listed
    size_t mqtt_endpoint_count;
    struct reads *reads;  // told who reads what is private; NULL: nobody is
};

struct sta_request {
    http_method method;
    sta_version version;
    str path;   // behind the version, still percent-encoded: "/Things(1)/Datastreams", "" or "/" for the root
    str query;  // behind '?', still percent-encoded
    str content_type, accept, prefer, if_match, if_none_match;
    str body;
    const struct principal *who;  // NULL: the public
    instant received;             // now, for the server's own times
    arena *arena;
};

#define STA_REPLY_HEADERS_MAX 8

struct sta_reply {
    int status;
    str content_type;                            // empty: no body
    http_header headers[STA_REPLY_HEADERS_MAX];  // Location, ETag, Cache-Control, Allow, ...
    size_t header_count;
    str body;
    bool is_stream;  // the body is pulled from `stream` instead; its done must then be called once
    http_stream stream;
};

typedef void (*sta_done)(const struct sta_reply *reply, void *context);

void sta_handle(const struct sta *sta, const struct sta_request *r, sta_done done, void *context);

// The two halves sta_handle chooses from: GET and HEAD, and all other methods.
void sta_read(const struct sta *sta, const struct sta_request *r, sta_done done, void *context);
void sta_write(const struct sta *sta, const struct sta_request *r, sta_done done, void *context);

// A write that does not wait and has little to parse: sta_write may then be called on an event loop.
#define STA_QUICK_BODY ((size_t)16 << 10)
bool sta_write_is_quick(const struct sta_request *r);

void sta_reply_add_header(struct sta_reply *reply, str name, str text);
void sta_error_write(buf *b, const err *e);  // the body of an error
void sta_reply_error(const struct sta_request *r, const err *e, sta_done done, void *context);
// The whole body of a reply, streamed or not, into `out` (a batch part); calls stream.done.
NODISCARD bool sta_reply_collect(const struct sta_reply *reply, buf *out, err *e);

// An entity tag of an entity is a hash of its stored content, so that it can be checked before a write.
#define STA_ETAG_MAX 24
// With its quotes; `out` is what it points into.
str sta_etag_of(const struct record *r, char out[static STA_ETAG_MAX]);
// `header`: the list of If-Match or If-None-Match; "*" matches; W/ is no difference.
bool sta_etag_matches(str header, str etag);

// Routes of /v1.1 and /v1.0 for http_start. h must outlive the server. Small writes are taken in on the event loop: they only
// submit an operation to the store.
#define STA_ROUTES 9
struct sta_http {
    const struct sta *sta;
    struct identity *identity;  // NULL: everybody is the public
};
void sta_routes(struct sta_http *h, http_route out[static STA_ROUTES]);

#endif
