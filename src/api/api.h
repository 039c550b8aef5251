// SPDX-License-Identifier: EUPL-1.2
// api.h: /api/v1, peil's own resources by the Dutch API Design Rules. Tables say what there is; routing, checks of what comes in,
// OpenAPI (/api/v1/openapi.json) and the tests are made from them.
//
// A new resource is one file resource/NAME.c that exports `const struct api_set api_NAME`, and NAME in the list of meson.build:
//
//     static bool get(struct api_call *c, err *e)
//     {
//         json_open(&c->w, '{');                              // the answer goes into c->w (JSON) or c->out (anything else)
//         json_name(&c->w, STR("code"));
//         json_put_text(&c->w, api_text(c, "code"));
//         json_close(&c->w, '}');
//         return true;                                        // false with e: a problem+json with the status of e->code
//     }
//     static const struct api_field parameters[] = {{"code", API_TEXT, .about = "CBS code"}, {0}};
//     static const struct api_field thing[] = {{"code", API_TEXT, .about = "CBS code", .flags = API_NEEDED}, {0}};
//     const struct api_set api_things = {
//         .tag = "things", .about = "What this set is for, in one sentence.",
//         .resources = (const struct api_resource[]){
//             {HTTP_GET, "/things/{code}", "getThing", "One thing", ACTION_READ_PUBLIC, parameters, .answer = "Thing", .run = get},
//             {0}},
//         .schemas = (const struct api_schema[]){{"Thing", "A thing.", thing}, {0}},
//     };
//
// Fields of CSV are written with api/csv.h, many areas as GeoJSON with api/stream_features.h; what is large and
// alike for all is kept (api/kept.h).
// What a handler works on, it finds in c->parts: add a pointer to struct api_parts and set it in app/serve/peil.c.
// The frame has checked before `run`: who asks and policy_allows(who, needs), every parameter (unknown ones are refused by name),
// the body against its schema. Handlers run on workers and may wait: a write is store_run, so that success is said after the commit.
// A small answer from memory need not go there at all (`at_once`): changing threads costs more than making it.
//
// Threads  any
// Errors   RFC 9457 problem+json: {"type":"urn:peil:problem:range","title","status","detail","instance"}
// Source   API Design Rules 2.0 (Logius): version in path and API-Version header, nouns in plural, no trailing slash,
//          problem details, OpenAPI 3.0 published with the service; links as in HAL (_links)
#ifndef PEIL_API_API_H
#define PEIL_API_API_H

#include "base/json.h"
#include "base/tz.h"
#include "http/server.h"
#include "identity/identity.h"

#define API_ROOT "/api/v1"
#define API_VERSION "1.0.0"
#define API_PARAMETERS_MAX 24
#define API_ANSWER_BYTES_MAX ((size_t)64 << 20)
#define API_BODY_BYTES_MAX ((size_t)1 << 20)     // of a resource that says nothing else
#define API_BODY_BYTES_LIMIT ((size_t)16 << 20)  // of all

typedef enum {
    API_TEXT,  // `detail` may name its format for OpenAPI: "date"
    API_WORD,  // one of `detail`, separated by spaces: "hour day month year"
    API_INTEGER,
    API_NUMBER,
    API_BOOLEAN,
    API_TIME,    // RFC 3339 with zone; as a parameter also a date, which is midnight in the town
    API_OBJECT,  // of the schema named in `detail`; without one: any object
    API_LIST,  // of the schema named in `detail`, or of "string", "number", "integer"; without one: of anything
    API_ANY,  // any JSON; not for parameters
    API_TYPE_COUNT
} api_type;

enum { API_NEEDED = 1, API_NULLABLE = 2 };

// A parameter, or a member of a body or an answer. Rows end with an empty one. Names are camelCase.
struct api_field {
    const char *name;
    api_type type;
    const char *detail;
    const char *about;
    unsigned flags;
    double least, most;    // of integers and numbers, where most > least
    const char *standard;  // of a parameter that is not given
};

struct api_schema {
    const char *name;  // "AreaFigures"
    const char *about;
    const struct api_field *fields;
};

typedef enum { API_JSON = 1, API_CSV = 2, API_GEOJSON = 4, API_ATOM = 8 } api_format;

struct api_call;

struct api_resource {
    http_method method;
    const char *path;  // below API_ROOT: "/areas/{code}"
    const char *id;    // operationId: "getArea"
    const char *summary;
    action needs;
    const struct api_field *parameters;  // those named in the path, and those of the query; NULL: none
    const char *body;    // schema of the JSON body; NULL: none is read (http_request_body has it)
    const char *answer;  // schema of the answer; NULL: none (204 unless `status` says else)
    unsigned formats;    // bits of api_format; more than one adds the parameter `format`; 0: API_JSON
    int status;          // of success; 0: 200, or 204 without an answer
    size_t body_max;     // 0: API_BODY_BYTES_MAX
    bool (*run)(struct api_call *c, err *e);
    // Of a GET that anybody may ask: answers as `run` would, on the event loop, from what is in memory, in a few dozen microseconds and
    // without compression. False: `run` does it. NULL: always.
    bool (*at_once)(struct api_call *c);
};

struct api_set {
    const char *tag;
    const char *about;
    const struct api_resource *resources;
    const struct api_schema *schemas;  // NULL: none; names are unique over all sets
};

// What handlers work on. Pointers may be NULL where peil runs without that part.
struct api_parts {
    struct store *store;
    struct identity *identity;
    const struct tz *zone;
    const str *root_url;  // "https://peil.rijswijk.nl"
    str town;
    str contact_mail;  // of who answers for the interface; empty: not said
    struct areas *areas;
    struct rollups *rollups;
    struct feeds *feeds;
    struct outbox *outbox;
    struct ingest *ingest;
    struct indices *indices;
    struct rules *rules;
    struct care *care;
    struct kpi_office *kpi;
    struct api_kept *kept;  // large answers (api/kept.h)
};

struct api_value {
    bool is_given;
    str text;
    int64_t integer;  // of API_TIME the instant
    double number;
};

struct api_call {
    const struct api_parts *parts;
    const struct api_resource *resource;
    struct http_request *request;
    struct principal who;
    arena *a;  // of the request
    instant now;
    api_format format;
    const json *body;  // NULL: the resource has no body schema
    buf out;           // the answer
    json_writer w;     // on `out`
    int status;
    // the frame's own
    struct api_value values[API_PARAMETERS_MAX];
    struct snapshot *at;
    http_reply_data head;
    http_piece *piece;
    http_stream stream;
};

// Parameters by name; naming one that the resource has not is our mistake (assert). Not given: `standard`, else empty or 0.
bool api_given(const struct api_call *c, const char *name);
str api_text(const struct api_call *c, const char *name);
int64_t api_integer(const struct api_call *c, const char *name);
double api_number(const struct api_call *c, const char *name);
bool api_flag(const struct api_call *c, const char *name);
instant api_time(const struct api_call *c, const char *name, instant otherwise);

// One snapshot for the whole call; the frame closes it after `run`.
NODISCARD bool api_snapshot(struct api_call *c, struct snapshot **out, err *e);

// Instead of c->out. The piece's hold passes to the frame; of a stream `done` is called once whatever happens.
void api_answer_piece(struct api_call *c, http_piece *piece);
void api_answer_stream(struct api_call *c, http_stream from);
void api_header(struct api_call *c, str name, str text);  // views must live as long as the request (c->a)
// True: the client has this version already; 304 is set and `run` returns true without an answer. `tag` without quotes.
bool api_unchanged(struct api_call *c, str tag);

// "https://.../api/v1/areas/GM0603" in the call's arena; `path` begins with '/'.
str api_url(struct api_call *c, str path);
// Writes the member "_links" {"self":{"href"}, "next":{"href"}}; `next` is the value for the parameter `after`; empty: no next page.
// Also sets the Link header.
void api_put_links(struct api_call *c, str next);

// ---- For app/ and tests ------------------------------------------------------------------------------------------

http_route api_route(const struct api_parts *parts);  // parts must outlive the server
const struct api_set *const *api_sets(void);          // ends with NULL
// A resource for this method and path (below API_ROOT), the values of its path parameters; NULL: *allowed says which methods there are.
const struct api_resource *api_find(http_method m, str path, arena *a,
                                    struct api_value values[static API_PARAMETERS_MAX], unsigned *allowed);
NODISCARD bool api_read_query(struct api_call *c, str query, err *e);  // fills what api_find left
NODISCARD bool api_check_body(const json *body, const char *schema, err *e);
void api_write_openapi(const struct api_parts *parts, json_writer *w);
void api_write_problem(buf *b, const err *e, str instance);

#endif
