// SPDX-License-Identifier: EUPL-1.2
#include "http/server.h"

#include "http/test_client.h"

#include "base/queue.h"
#include "base/test.h"
#include "base/time.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

// ---- the server under test ----

static struct http_server *server;
static struct queue *held;  // requests that wait for the test to answer them

static void reply_text(struct http_request *r, int status, str body)
{
    const http_reply_data d = {.status = status, .content_type = STR("text/plain"), .body = body};
    http_reply(r, &d);
}

// Method, path, query, peer and body, so that a test sees what the handler saw.
static void echo(struct http_request *r, void *context)
{
    (void)context;
    str text;
    const str path = http_request_path(r), query = http_request_query(r), body = http_request_body(r);
    assert_true(arena_print(http_request_arena(r), &text, "%d %.*s?%.*s %.*s", (int)http_request_method(r),
                            STR_ARG(path), STR_ARG(query), STR_ARG(body)));
    reply_text(r, 200, text);
}

static void count_body(struct http_request *r, void *context)
{
    (void)context;
    const str body = http_request_body(r);
    unsigned long sum = crc32(0, (const Bytef *)body.p, (uInt)body.n);
    str text;
    assert_true(arena_print(http_request_arena(r), &text, "%zu %lx", body.n, sum));
    reply_text(r, 200, text);
}

static void hold(struct http_request *r, void *context)
{
    (void)context;
    assert_true(queue_push(held, r));
}

static struct http_request *held_request(void)
{
    void *r = NULL;
    assert_int_equal(queue_take(held, &r, 1, 5 * TIME_SECOND), 1);
    return r;
}

// A kilobyte of text per line number asked for.
static void long_text(struct http_request *r, void *context)
{
    const size_t n = http_request_query(r).n ? strtoul(http_request_query(r).p, NULL, 10) : 1;
    buf b = {.max = 64 << 20};
    for (size_t i = 0; i < n; i++) buf_print(&b, "%-1023zu\n", i);
    http_reply_data d = {.status = 200, .content_type = str_of(context), .body = buf_str(&b)};
    http_reply_add_header(&d, STR("ETag"), STR("\"v1\""));
    http_reply(r, &d);
    buf_free(&b);
}

static char text_type[] = "text/plain", image_type[] = "image/png";

static void shared(struct http_request *r, void *context)
{
    const http_reply_data d = {.status = 200, .content_type = STR("image/png")};
    http_reply_piece(r, &d, context);
}

static void split_header(struct http_request *r, void *context)
{
    (void)context;
    http_reply_data d = {.status = 302};
    http_reply_add_header(&d, STR("Location"), STR("/a\r\nX-Injected: 1"));
    http_reply(r, &d);
}

// ---- streams ----

struct counted {
    size_t next, last, fails_at;
    size_t piece_bytes;
    size_t takes_us;  // to make a piece
    bool holds, is_making;
};

static atomic_int pulled, ended;
static atomic_int unrested;  // streams that have not rested since their last piece

static bool next_number(void *context, buf *out, bool *more, err *e)
{
    struct counted *c = context;
    atomic_fetch_add(&pulled, 1);
    if (!c->holds) atomic_fetch_add(&unrested, 1);
    c->holds = true;
    c->is_making = true;
    usleep((useconds_t)c->takes_us);
    c->is_making = false;
    if (c->next == c->fails_at) return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the chunk is damaged");
    buf_print(out, "%zu\n", c->next);
    for (size_t i = 0; i < c->piece_bytes; i += 16) BUF_LIT(out, "0123456789abcde\n");
    *more = ++c->next < c->last;
    return true;
}

static void rest_counted(void *context)
{
    struct counted *c = context;
    assert_false(c->is_making);
    if (c->holds) atomic_fetch_sub(&unrested, 1);
    c->holds = false;
}

static void end_counted(void *context)
{
    rest_counted(context);
    free(context);
    atomic_fetch_add(&ended, 1);
}

// ?last,fails_at,piece_bytes,takes_us
static void numbers(struct http_request *r, void *context)
{
    (void)context;
    struct counted *c = calloc(1, sizeof *c);
    str q = http_request_query(r), field;
    size_t *const fields[] = {&c->last, &c->fails_at, &c->piece_bytes, &c->takes_us};
    c->fails_at = SIZE_MAX;
    for (size_t i = 0; i < 4 && str_cut(&q, ',', &field); i++)
        if (field.n) *fields[i] = strtoul(field.p, NULL, 10);
    const http_reply_data d = {.status = 200, .content_type = STR("text/csv")};
    http_reply_stream(
        r, &d, (http_stream){.context = c, .next = next_number, .done = end_counted, .rest = rest_counted});
}

// ---- live ----

enum { LISTENERS = 128 };

struct listening {
    struct http_live *live;
    atomic_bool has_ended;
};

static struct lock *hub;  // guards the next two
static struct listening listeners[LISTENERS];
static size_t listener_count;
static atomic_int closed_count;

static void on_closed(void *context)
{
    struct listening *l = context;
    atomic_store(&l->has_ended, true);
    atomic_fetch_add(&closed_count, 1);
}

static void subscribe(struct http_request *r, void *context)
{
    (void)context;
    const http_reply_data d = {.status = 200, .content_type = STR("text/event-stream")};
    lock_take(hub);
    struct listening *l = &listeners[listener_count++ % LISTENERS];
    assert_null(l->live);
    atomic_store(&l->has_ended, false);
    l->live = http_reply_live(r, &d, on_closed, l);
    lock_drop(hub);
}

static void end_listening(bool all)
{
    lock_take(hub);
    for (size_t i = 0; i < LISTENERS; i++) {
        if (!listeners[i].live || !(all || atomic_load(&listeners[i].has_ended))) continue;
        http_live_close(listeners[i].live);
        listeners[i].live = NULL;
    }
    lock_drop(hub);
}

static size_t broadcast(str bytes)
{
    size_t sent = 0;
    http_piece *p = http_piece_new(bytes);
    assert_non_null(p);
    lock_take(hub);
    for (size_t i = 0; i < LISTENERS; i++)
        sent += listeners[i].live && http_live_send_piece(listeners[i].live, p);
    lock_drop(hub);
    http_piece_release(p);
    end_listening(false);
    return sent;
}

static bool becomes(atomic_int *value, int wanted)
{
    for (int i = 0; i < 5000 && atomic_load(value) != wanted; i++) usleep(1000);
    return atomic_load(value) == wanted;
}

// ---- the routes ----

static http_piece *piece;

static http_route routes[] = {
    {.methods = HTTP_GET | HTTP_POST | HTTP_DELETE,
     .path = STR("/loop"),
     .flags = HTTP_ON_LOOP | HTTP_PREFIX,
     .handle = echo},
    {.methods = HTTP_GET | HTTP_POST, .path = STR("/work"), .handle = echo},
    {.methods = HTTP_POST, .path = STR("/small"), .flags = HTTP_ON_LOOP, .body_max = 10, .handle = echo},
    {.methods = HTTP_POST, .path = STR("/count"), .body_max = 4 << 20, .handle = count_body},
    {.methods = HTTP_GET | HTTP_POST, .path = STR("/hold"), .flags = HTTP_ON_LOOP, .handle = hold},
    {.methods = HTTP_GET, .path = STR("/hold-worker"), .handle = hold},
    {.methods = HTTP_GET, .path = STR("/text"), .handle = long_text, .context = text_type},
    {.methods = HTTP_GET, .path = STR("/image"), .handle = long_text, .context = image_type},
    {.methods = HTTP_GET, .path = STR("/shared"), .flags = HTTP_ON_LOOP, .handle = shared},
    {.methods = HTTP_GET, .path = STR("/split"), .flags = HTTP_ON_LOOP, .handle = split_header},
    {.methods = HTTP_GET, .path = STR("/numbers"), .handle = numbers},
    {.methods = HTTP_GET, .path = STR("/live"), .flags = HTTP_ON_LOOP, .handle = subscribe},
    {.methods = HTTP_GET, .path = STR("/live-worker"), .handle = subscribe},
};

static void add_policy(const struct http_request *r, http_reply_data *reply, void *context)
{
    (void)r, (void)context;
    http_reply_add_header(reply, STR("X-Content-Type-Options"), STR("nosniff"));
}

static http_config config_of_test(void)
{
    return (http_config){.listen = STR("127.0.0.1:0"),
                         .loops = 2,
                         .workers = 2,
                         .idle_timeout_s = 2,
                         .request_timeout_s = 1,
                         .write_timeout_s = 2,
                         .routes = routes,
                         .route_count = sizeof routes / sizeof *routes,
                         .finish = add_policy};
}

static struct http_server *start(const http_config *c)
{
    err e = {0};
    struct http_server *s = http_start(c, &e);
    if (!s) fail_msg("%s", e.text);
    return s;
}

static struct client dial(void)
{
    return client_open(http_port(server));
}

#define REQUEST(method, path) method " " path " HTTP/1.1\r\nHost: peil\r\n\r\n"

// ---- answers ----

TEST(an_answer_has_date_type_length_and_the_headers_of_finish)
{
    struct client c = dial();
    CLIENT_SEND(&c, "GET /loop/a?b=c HTTP/1.1\r\nHost: peil\r\n\r\n");
    const struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 200);
    assert_str(r.body, "1 /loop/a?b=c ");
    assert_str(client_header(&r, "Content-Type"), "text/plain");
    assert_str(client_header(&r, "Content-Length"), "14");
    assert_str(client_header(&r, "X-Content-Type-Options"), "nosniff");
    assert_int_equal(client_header(&r, "Date").n, 29);
    assert_int_equal(client_header(&r, "Connection").n, 0);
    client_close(&c);
}

TEST(a_connection_serves_many_requests_in_their_order)
{
    struct client c = dial();
    CLIENT_SEND(
        &c,
        REQUEST("GET", "/loop/1") REQUEST(
            "GET",
            "/work") "POST /loop/2 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" REQUEST("DELETE",
                                                                                                "/loop/3"));
    assert_str(client_read(&c).body, "1 /loop/1? ");
    assert_str(client_read(&c).body, "1 /work? ");
    assert_str(client_read(&c).body, "4 /loop/2? abc");
    assert_str(client_read(&c).body, "32 /loop/3? ");
    client_close(&c);
}

TEST(a_thousand_requests_sent_at_once_are_all_answered)
{
    struct client c = dial();
    char text[64];
    for (int i = 0; i < 1000; i++)
        client_send(&c, (str){text, (size_t)snprintf(text, sizeof text,
                                                     "GET /loop/%d HTTP/1.1\r\nHost: a\r\n\r\n", i)});
    for (int i = 0; i < 1000; i++) {
        char expected[32];
        snprintf(expected, sizeof expected, "1 /loop/%d? ", i);
        assert_str(client_read(&c).body, expected);
    }
    client_close(&c);
}

TEST(another_thread_may_answer)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/hold") REQUEST("GET", "/loop"));
    reply_text(held_request(), 202, STR("later"));
    const struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 202);
    assert_str(r.body, "later");
    assert_int_equal(client_read(&c).status, 200);
    client_close(&c);
}

TEST(head_says_what_get_says_without_the_body)
{
    const int before = atomic_load(&ended);
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("HEAD", "/loop") REQUEST("HEAD", "/numbers?5") REQUEST("GET", "/loop"));
    const struct client_reply r = client_read_head(&c);
    assert_int_equal(r.status, 200);
    assert_str(client_header(&r, "Content-Length"), "9");
    assert_int_equal(client_read_head(&c).status, 200);
    assert_str(client_read(&c).body, "1 /loop? ");
    assert_int_equal(atomic_load(&ended), before + 1);  // the stream was not pulled, but ended
    client_close(&c);
}

TEST(other_methods_get_405_with_allow_and_options_are_answered)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("PUT", "/work") REQUEST("OPTIONS", "/work") REQUEST("OPTIONS", "*")
                        REQUEST("OPTIONS", "/none"));
    struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 405);
    assert_str(client_header(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
    assert_str(r.body,
               "{\"code\":405,\"type\":\"error\",\"message\":\"this address does not take that method\"}");
    r = client_read(&c);
    assert_int_equal(r.status, 204);
    assert_str(client_header(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
    assert_int_equal(client_read(&c).status, 204);
    r = client_read(&c);
    assert_int_equal(r.status, 404);
    assert_str(client_header(&r, "X-Content-Type-Options"), "nosniff");
    client_close(&c);
}

TEST(http_10_is_spoken)
{
    struct client c = dial();
    CLIENT_SEND(&c, "GET /loop HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /loop HTTP/1.0\r\n\r\n");
    struct client_reply r = client_read(&c);
    assert_str(client_header(&r, "Connection"), "keep-alive");
    r = client_read(&c);
    assert_str(client_header(&r, "Connection"), "close");
    assert_true(client_is_closed(&c));
    client_close(&c);
}

TEST(a_client_that_ends_its_side_still_gets_its_answer)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/hold"));
    shutdown(c.fd, SHUT_WR);
    struct http_request *r = held_request();
    usleep(20000);
    reply_text(r, 200, STR("still here"));
    assert_str(client_read(&c).body, "still here");
    assert_true(client_is_closed(&c));
    client_close(&c);
}

TEST(a_line_break_in_a_header_does_not_split_the_answer)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/split"));
    const struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 302);
    assert_int_equal(client_header(&r, "X-Injected").n, 0);
    client_close(&c);
}

// ---- bodies ----

TEST(a_chunked_body_arrives_whole_and_the_next_request_after_it)
{
    struct client c = dial();
    CLIENT_SEND(&c,
                "POST /loop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                "chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nT: t\r\n\r\n" REQUEST("GET", "/loop/next"));
    assert_str(client_read(&c).body, "4 /loop? abcdefg");
    assert_str(client_read(&c).body, "1 /loop/next? ");
    client_close(&c);
}

TEST(a_large_body_arrives_whole_by_either_coding)
{
    enum { N = 3 << 20 };
    char *body = malloc(N), head[128], expected[64];
    for (size_t i = 0; i < N; i++) body[i] = (char)(i * 31 >> 3);
    snprintf(expected, sizeof expected, "%d %lx", N, crc32(0, (const Bytef *)body, N));
    struct client c = dial();
    client_send(&c, (str){head, (size_t)snprintf(
                                    head, sizeof head,
                                    "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", N)});
    client_send(&c, (str){body, N});
    assert_str(client_read(&c).body, expected);
    CLIENT_SEND(&c, "POST /count HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < N; at += 4096) {
        CLIENT_SEND(&c, "1000\r\n");
        client_send(&c, (str){body + at, 4096});
        CLIENT_SEND(&c, "\r\n");
    }
    CLIENT_SEND(&c, "0\r\n\r\n");
    assert_str(client_read(&c).body, expected);
    client_close(&c);
    free(body);
}

TEST(a_client_that_asks_may_send_its_body)
{
    struct client c = dial();
    CLIENT_SEND(&c, "POST /loop HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_int_equal(client_read(&c).status, 100);
    CLIENT_SEND(&c, "abc");
    assert_str(client_read(&c).body, "4 /loop? abc");
    CLIENT_SEND(&c, "POST /small HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
    assert_int_equal(client_read(&c).status, 413);
    client_close(&c);
}

TEST(a_route_limits_its_bodies)
{
    struct client c = dial();
    CLIENT_SEND(&c, "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789");
    assert_int_equal(client_read(&c).status, 200);
    CLIENT_SEND(&c, "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n01234567890");
    const struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 413);
    assert_str(r.body, "{\"code\":413,\"type\":\"error\",\"message\":\"the body is larger than allowed\"}");
    assert_true(client_is_closed(&c));
    client_close(&c);
}

TEST(a_refusal_reaches_a_client_that_goes_on_sending)
{
    static char block[65536];
    struct client c = dial();
    CLIENT_SEND(&c, "POST /small HTTP/1.1\r\nHost: a\r\nContent-Length: 2097152\r\n\r\n");
    for (int i = 0; i < 32; i++) client_send(&c, (str){block, sizeof block});
    assert_int_equal(client_read(&c).status, 413);
    client_close(&c);
}

// ---- compression ----

static str unzipped(str packed, char *to, size_t most)
{
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)packed.p;
    z.avail_in = (uInt)packed.n;
    z.next_out = (Bytef *)to;
    z.avail_out = (uInt)most;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    inflateEnd(&z);
    return (str){to, most - z.avail_out};
}

TEST(text_is_compressed_for_who_takes_it)
{
    static char text[200 << 10];
    struct client c = dial();
    CLIENT_SEND(&c, "GET /text?100 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\n\r\n");
    struct client_reply r = client_read(&c);
    assert_str(client_header(&r, "Content-Encoding"), "gzip");
    assert_str(client_header(&r, "Vary"), "Accept-Encoding");
    assert_str(client_header(&r, "ETag"), "W/\"v1\"");
    assert_true(r.body.n < 10 << 10);
    assert_int_equal(unzipped(r.body, text, sizeof text).n, 100 << 10);
    CLIENT_SEND(&c, REQUEST("GET", "/text?100"));
    r = client_read(&c);
    assert_int_equal(client_header(&r, "Content-Encoding").n, 0);
    assert_str(client_header(&r, "Vary"), "Accept-Encoding");
    assert_str(client_header(&r, "ETag"), "\"v1\"");
    assert_int_equal(r.body.n, 100 << 10);
    client_close(&c);
}

TEST(images_and_short_texts_are_not_compressed)
{
    struct client c = dial();
    CLIENT_SEND(&c, "GET /image?100 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
                    "GET /text?1 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    for (int i = 0; i < 2; i++) {
        const struct client_reply r = client_read(&c);
        assert_int_equal(client_header(&r, "Content-Encoding").n, 0);
        assert_int_equal(client_header(&r, "Vary").n, 0);
    }
    client_close(&c);
}

TEST(a_shared_body_is_sent_to_many)
{
    struct client c = dial();
    for (int i = 0; i < 3; i++) CLIENT_SEND(&c, REQUEST("GET", "/shared"));
    for (int i = 0; i < 3; i++) assert_int_equal(client_read(&c).body.n, 100000);
    client_close(&c);
}

// ---- streams ----

TEST(a_stream_arrives_whole)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/numbers?5") REQUEST("GET", "/loop"));
    const struct client_reply r = client_read(&c);
    assert_str(client_header(&r, "Transfer-Encoding"), "chunked");
    assert_str(r.body, "0\n1\n2\n3\n4\n");
    assert_str(client_read(&c).body, "1 /loop? ");
    client_close(&c);
}

TEST(a_stream_of_one_piece_leaves_with_its_length)
{
    const int before = atomic_load(&ended);
    struct client c = dial();
    CLIENT_SEND(
        &c,
        REQUEST(
            "GET",
            "/numbers?1") "GET /numbers?1,,2048 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n"
                          "GET /numbers?1,,16 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n" REQUEST(
                              "GET", "/loop"));
    struct client_reply r = client_read(&c);
    assert_str(client_header(&r, "Content-Length"), "2");
    assert_int_equal(client_header(&r, "Transfer-Encoding").n, 0);
    assert_str(r.body, "0\n");
    static char text[4096];
    r = client_read(&c);
    assert_str(client_header(&r, "Content-Encoding"), "gzip");
    assert_int_equal(unzipped(r.body, text, sizeof text).n, 2048 + 2);
    r = client_read(&c);  // too short to be worth it
    assert_int_equal(client_header(&r, "Content-Encoding").n, 0);
    assert_str(client_header(&r, "Vary"), "Accept-Encoding");
    assert_str(r.body, "0\n0123456789abcde\n");
    assert_str(client_read(&c).body, "1 /loop? ");
    assert_int_equal(atomic_load(&ended), before + 3);
    client_close(&c);
}

TEST(a_compressed_stream_arrives_whole)
{
    static char text[1 << 20];
    struct client c = dial();
    CLIENT_SEND(&c, "GET /numbers?20,,32768 HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    const struct client_reply r = client_read(&c);
    assert_str(client_header(&r, "Content-Encoding"), "gzip");
    assert_int_equal(unzipped(r.body, text, sizeof text).n, 20 * 32768 + 10 * 2 + 10 * 3);
    client_close(&c);
}

TEST(a_stream_to_http_10_ends_with_the_connection)
{
    struct client c = dial();
    CLIENT_SEND(&c, "GET /numbers?3 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const struct client_reply r = client_read(&c);
    assert_int_equal(client_header(&r, "Transfer-Encoding").n, 0);
    assert_str(client_header(&r, "Connection"), "close");
    assert_str(r.body, "0\n1\n2\n");
    client_close(&c);
}

TEST(a_stream_that_fails_at_once_is_an_error)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/numbers?5,0") REQUEST("GET", "/loop"));
    const struct client_reply r = client_read(&c);
    assert_int_equal(r.status, 500);
    assert_str(r.body, "{\"code\":500,\"type\":\"error\",\"message\":\"the chunk is damaged\"}");
    assert_int_equal(client_read(&c).status, 200);
    client_close(&c);
}

TEST(a_stream_that_fails_later_is_cut)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/numbers?5,2"));
    assert_int_equal(client_read_head(&c).status, 200);
    client_read_until(&c, "1\n\r\n");
    assert_true(client_is_closed(&c));  // no last chunk came
    client_close(&c);
}

// Reads on until the numbers of all pieces were there, in their order.
static void read_numbers(struct client *c, int count)
{
    char line[16];
    for (int i = 0; i < count; i++) {
        snprintf(line, sizeof line, "\n%d\n", i);
        client_read_until(c, line);
    }
    client_read_until(c, "\r\n0\r\n\r\n");
}

TEST(streams_that_share_workers_all_arrive_whole)
{
    struct client c[6];  // three times as many as there are workers
    for (int i = 0; i < 6; i++) {
        c[i] = dial();
        CLIENT_SEND(&c[i], REQUEST("GET", "/numbers?200,,8192"));
    }
    for (int i = 6; i-- > 0;) {
        read_numbers(&c[i], 200);
        CLIENT_SEND(&c[i], REQUEST("GET", "/loop"));
        assert_str(client_read(&c[i]).body, "1 /loop? ");
        client_close(&c[i]);
    }
}

TEST(a_stream_ends_once_whenever_its_client_leaves)
{
    const int before = atomic_load(&ended), streams = 60;
    for (int i = 0; i < streams; i++) {
        struct client c = dial();
        CLIENT_SEND(&c, REQUEST("GET", "/numbers?100000,,4096"));
        client_read_until(&c, "0123456789abcde");
        usleep((useconds_t)(i * 40));
        client_close(&c);
    }
    assert_true(becomes(&ended, before + streams));
    usleep(50000);
    assert_int_equal(atomic_load(&ended), before + streams);
}

TEST(a_stream_is_pulled_only_as_fast_as_it_is_read)
{
    const int before = atomic_load(&ended);
    struct client slow[4];
    atomic_store(&pulled, 0);
    for (int i = 0; i < 4; i++) {  // twice as many as there are workers
        slow[i] = dial();
        CLIENT_SEND(&slow[i], REQUEST("GET", "/numbers?1000,,65536"));
    }
    usleep(300000);
    const int first = atomic_load(&pulled);
    assert_true(first < 4 * 200);  // what the sockets hold, not 4 times 64 MB
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/work"));
    assert_int_equal(client_read(&c).status, 200);  // the workers are free
    client_close(&c);
    client_close(&slow[0]);
    client_close(&slow[1]);
    assert_true(becomes(&ended, before + 2));  // those who left have ended
    assert_true(becomes(&ended, before + 4));  // and those who do not read, after write_timeout_s
    client_close(&slow[2]);
    client_close(&slow[3]);
}

// Whether the line is full before the next piece is made, or only after.
TEST(a_stream_whose_client_does_not_read_rests)
{
    static const str asked[] = {STR(REQUEST("GET", "/numbers?1000,,65536")),
                                STR(REQUEST("GET", "/numbers?64,,1048576,20000"))};
    assert_true(becomes(&unrested, 0));
    for (size_t i = 0; i < 2; i++) {
        struct client c = dial();
        client_send(&c, asked[i]);
        client_read_until(&c, "0123456789abcde");
        usleep(500000);
        assert_int_equal(atomic_load(&unrested), 0);
        client_close(&c);
    }
}

// ---- live ----

TEST(live_pieces_arrive_in_their_order)
{
    struct client c = dial(), d = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/live"));
    CLIENT_SEND(&d, REQUEST("GET", "/live-worker"));
    const struct client_reply r = client_read_head(&c);
    assert_str(client_header(&r, "Content-Type"), "text/event-stream");
    assert_int_equal(client_read_head(&d).status, 200);
    assert_int_equal(broadcast(STR("data: 1\n\n")), 2);
    assert_int_equal(broadcast(STR("data: 2\n\n")), 2);
    assert_str(client_read_until(&c, "2\n\n"), "data: 1\n\ndata: 2\n\n");
    assert_str(client_read_until(&d, "2\n\n"), "data: 1\n\ndata: 2\n\n");
    const int before = atomic_load(&closed_count);
    client_close(&c);
    assert_true(becomes(&closed_count, before + 1));
    assert_int_equal(broadcast(STR("data: 3\n\n")), 1);
    end_listening(true);
    assert_str(client_read_until(&d, "3\n\n"), "data: 3\n\n");  // what was queued is sent before the end
    assert_true(client_is_closed(&d));
    assert_int_equal(atomic_load(&closed_count), before + 1);  // who closes is not told
    client_close(&d);
}

// More than a loop writes to in one turn; requests and pieces come between.
TEST(a_broadcast_to_many_reaches_all_in_its_order)
{
    enum { MANY = 100 };
    struct client c[MANY];
    for (size_t i = 0; i < MANY; i++) {
        c[i] = dial();
        CLIENT_SEND(&c[i], REQUEST("GET", "/live"));
        assert_int_equal(client_read_head(&c[i]).status, 200);
    }
    struct client other = dial();
    for (int n = 0; n < 3; n++) {
        assert_int_equal(broadcast(STR("data: 1\n\n")), MANY);
        CLIENT_SEND(&other, REQUEST("GET", "/loop"));
        assert_int_equal(client_read(&other).status, 200);
    }
    assert_int_equal(broadcast(STR("data: 2\n\n")), MANY);
    end_listening(true);
    for (size_t i = 0; i < MANY; i++) {
        assert_str(client_read_until(&c[i], "2\n\n"), "data: 1\n\ndata: 1\n\ndata: 1\n\ndata: 2\n\n");
        assert_true(client_is_closed(&c[i]));
        client_close(&c[i]);
    }
    client_close(&other);
}

TEST(a_live_client_that_does_not_read_is_closed)
{
    static char block[64 << 10];
    struct client c = dial();
    const int before = atomic_load(&closed_count);
    memset(block, 'a', sizeof block);
    CLIENT_SEND(&c, REQUEST("GET", "/live"));
    assert_int_equal(client_read_head(&c).status, 200);
    size_t sent = 0;
    while (broadcast((str){block, sizeof block}) && sent < 1000) {
        sent++;
        usleep(1000);
    }
    assert_true(sent < 1000);  // 64 MB would be without a bound
    assert_true(becomes(&closed_count, before + 1));
    client_close(&c);
}

TEST(head_of_a_live_stream_ends_at_once)
{
    struct client c = dial();
    const int before = atomic_load(&closed_count);
    CLIENT_SEND(&c, REQUEST("HEAD", "/live"));
    assert_int_equal(client_read_head(&c).status, 200);
    assert_true(client_is_closed(&c));
    assert_int_equal(atomic_load(&closed_count), before);
    client_close(&c);
}

// ---- time ----

TEST(an_idle_connection_is_closed_without_a_word)
{
    struct client c = dial(), d = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c).status, 200);
    assert_true(client_is_closed(&c));  // after idle_timeout_s
    assert_true(client_is_closed(&d));  // which never said anything
    client_close(&c);
    client_close(&d);
}

static void drip(const char *start)
{
    struct client c = dial();
    client_send(&c, str_of(start));
    const int64_t began = time_monotonic_us();
    char byte[] = "a";
    int status = 0;
    // A byte every 100 ms keeps any timer of silence from running out; the request as a whole must end.
    for (int i = 0; i < 40 && !status; i++) {
        client_send(&c, (str){byte, 1});
        usleep(100000);
        if (recv(c.fd, byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1) status = client_read(&c).status;
        byte[0] = 'a';
    }
    assert_int_equal(status, 408);
    assert_true(time_monotonic_us() - began < 3 * TIME_SECOND);
    client_close(&c);
}

TEST(a_head_that_drips_is_refused_after_the_request_timeout)
{
    drip("GET /loop HTTP/1.1\r\nHost: a\r\nX: ");
}

TEST(a_body_that_drips_is_refused_after_the_request_timeout)
{
    drip("POST /loop HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
    drip("POST /loop HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n");
}

TEST(a_client_that_does_not_read_its_answer_is_closed)
{
    struct client c = dial();
    CLIENT_SEND(&c, REQUEST("GET", "/image?20000"));  // 20 MB
    usleep(100000);
    const int64_t start = time_monotonic_us();
    sleep(4);                            // write_timeout_s and the tick
    assert_false(client_is_closed(&c));  // what the sockets held came, and then the end
    assert_true(c.in.n < 20000 << 10);
    assert_true(time_monotonic_us() - start < 6 * TIME_SECOND);
    client_close(&c);
}

// ---- limits ----

TEST(connections_over_the_limit_are_told_so)
{
    http_config config = config_of_test();
    config.connections_max = 3;
    struct http_server *s = start(&config);
    struct client c[3], refused;
    for (int i = 0; i < 3; i++) {
        c[i] = client_open(http_port(s));
        CLIENT_SEND(&c[i], REQUEST("GET", "/loop"));
        assert_int_equal(client_read(&c[i]).status, 200);
    }
    refused = client_open(http_port(s));
    struct client_reply r = client_read(&refused);
    assert_int_equal(r.status, 503);
    assert_true(client_header(&r, "Retry-After").n > 0);
    assert_true(client_is_closed(&refused));
    client_close(&refused);
    client_close(&c[0]);
    usleep(100000);
    c[0] = client_open(http_port(s));
    CLIENT_SEND(&c[0], REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c[0]).status, 200);
    for (int i = 0; i < 3; i++) client_close(&c[i]);
    http_stop(s, 1);
}

TEST(idle_connections_make_room_when_it_is_crowded)
{
    http_config config = config_of_test();
    config.connections_max = 10;
    config.idle_timeout_s = config.request_timeout_s = 60;
    struct http_server *s = start(&config);
    struct client c[10];
    for (int i = 0; i < 10; i++) c[i] = client_open(http_port(s));
    sleep(4);  // nobody has been idle for longer than 5 s
    CLIENT_SEND(&c[0], REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c[0]).status, 200);
    sleep(3);  // now those who said nothing have
    CLIENT_SEND(&c[0], REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c[0]).status, 200);
    struct client late = client_open(http_port(s));
    CLIENT_SEND(&late, REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&late).status, 200);
    client_close(&late);
    for (int i = 0; i < 10; i++) client_close(&c[i]);
    http_stop(s, 1);
}

TEST(connections_of_one_address_have_a_limit)
{
    http_config config = config_of_test();
    config.connections_per_address_max = 2;
    struct http_server *s = start(&config);
    struct client c[3];
    for (int i = 0; i < 3; i++) c[i] = client_open(http_port(s));
    assert_int_equal(client_read(&c[2]).status, 503);
    for (int i = 0; i < 3; i++) client_close(&c[i]);
    http_stop(s, 1);
}

TEST(a_full_worker_queue_is_answered_503_and_the_connection_goes_on)
{
    http_config config = config_of_test();
    config.workers = 1;
    config.worker_queue = 1;
    struct http_server *s = start(&config);
    lock_take(hub);  // the one worker waits here
    struct client c[3];
    int refused = 0;
    for (int i = 0; i < 3; i++) {
        c[i] = client_open(http_port(s));
        CLIENT_SEND(&c[i], REQUEST("GET", "/live-worker"));
        usleep(100000);
    }
    const struct client_reply r = client_read(&c[2]);
    refused = r.status;
    const bool has_retry = client_header(&r, "Retry-After").n > 0;
    CLIENT_SEND(&c[2], REQUEST("GET", "/loop"));
    const int after = client_read(&c[2]).status;
    lock_drop(hub);
    assert_int_equal(refused, 503);
    assert_true(has_retry);
    assert_int_equal(after, 200);
    assert_int_equal(client_read_head(&c[0]).status, 200);
    assert_int_equal(client_read_head(&c[1]).status, 200);
    for (int i = 0; i < 3; i++) client_close(&c[i]);
    http_stop(s, 1);
}

// ---- start and stop ----

TEST(what_cannot_be_listened_on_is_said)
{
    err e = {0};
    http_config config = config_of_test();
    static const char *const wrong[] = {
        "", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:123456", "unix:", ":80"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        config.listen = str_of(wrong[i]);
        assert_null(http_start(&config, &e));
    }
    char taken[32];
    snprintf(taken, sizeof taken, "127.0.0.1:%d", http_port(server));
    config.listen = str_of(taken);
    assert_null(http_start(&config, &e));
    assert_non_null(strstr(e.text, "Address already in use"));
}

TEST(ipv6_and_unix_sockets_are_served)
{
    char address[64], path[48];
    snprintf(path, sizeof path, "/tmp/peil-http-test.%ld", (long)getpid());
    snprintf(address, sizeof address, "unix:%s", path);
    http_config config = config_of_test();
    config.listen = str_of(address);
    struct http_server *s = start(&config);
    struct client c = client_open_at(path, 0);
    CLIENT_SEND(&c, REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c).status, 200);
    err e = {0};
    assert_null(http_start(&config, &e));  // in use
    client_close(&c);
    http_stop(s, 1);
    assert_int_equal(access(path, F_OK), -1);

    config.listen = STR("[::1]:0");
    s = http_start(&config, &e);
    if (!s) return;  // a machine without IPv6
    c = client_open_at("::1", http_port(s));
    CLIENT_SEND(&c, REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&c).status, 200);
    client_close(&c);
    http_stop(s, 1);
}

static void *stop_it(void *s)
{
    http_stop(s, 5);
    return NULL;
}

TEST(a_stop_lets_requests_finish_and_ends_the_rest)
{
    const http_config config = config_of_test();
    struct http_server *s = start(&config);
    struct client idle = client_open(http_port(s)), busy = client_open(http_port(s)),
                  listening = client_open(http_port(s));
    CLIENT_SEND(&idle, REQUEST("GET", "/loop"));
    assert_int_equal(client_read(&idle).status, 200);
    CLIENT_SEND(&listening, REQUEST("GET", "/live"));
    assert_int_equal(client_read_head(&listening).status, 200);
    CLIENT_SEND(&busy, REQUEST("GET", "/hold"));
    struct http_request *r = held_request();
    pthread_t stopper;
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, s), 0);
    assert_true(client_is_closed(&idle));
    assert_true(client_is_closed(&listening));
    reply_text(r, 200, STR("finished"));
    const struct client_reply last = client_read(&busy);
    assert_str(last.body, "finished");
    assert_str(client_header(&last, "Connection"), "close");
    client_close(&busy);
    pthread_join(stopper, NULL);
    client_close(&idle);
    client_close(&listening);
}

TEST(an_answer_after_the_stop_goes_nowhere)
{
    const http_config config = config_of_test();
    struct http_server *s = start(&config);
    struct client c = client_open(http_port(s)), gone = client_open(http_port(s));
    CLIENT_SEND(&c, REQUEST("GET", "/hold"));
    struct http_request *first = held_request();
    CLIENT_SEND(&gone, REQUEST("GET", "/hold-worker"));
    struct http_request *second = held_request();
    http_stop(s, 0);
    assert_true(client_is_closed(&c));
    reply_text(first, 200, STR("too late"));
    http_reply_error(second, 500, STR("too late"));
    client_close(&c);
    client_close(&gone);
}

TEST(a_client_that_leaves_while_it_waits_does_no_harm)
{
    for (int i = 0; i < 20; i++) {
        struct client c = dial();
        CLIENT_SEND(&c, REQUEST("GET", "/hold"));
        struct http_request *r = held_request();
        const struct linger reset = {.l_onoff = 1};
        if (i % 2) setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        client_close(&c);
        if (i % 3) usleep(5000);
        reply_text(r, 200, STR("nobody hears"));
    }
}

// ---- counting ----

TEST(what_happened_is_counted)
{
    struct metrics *m = metrics_new();
    http_config config = config_of_test();
    config.metrics = m;
    struct http_server *s = start(&config);
    struct client c = client_open(http_port(s));
    CLIENT_SEND(&c, REQUEST("GET", "/loop") "GET / HTTP/3.0\r\n\r\n");
    assert_int_equal(client_read(&c).status, 200);
    assert_int_equal(client_read(&c).status, 505);
    buf text = {.max = 1 << 20};
    metrics_write(m, &text);
    size_t at;
    static const char *const names[] = {"peil_http_requests_total{status=\"2xx\"} ",
                                        "peil_http_refused_total{reason=\"unsupported\"} ",
                                        "peil_http_request_duration_seconds_bucket{le=\"0.001\"} ",
                                        "peil_http_connections ", "peil_http_live_clients 0"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!str_find(buf_str(&text), str_of(names[i]), &at)) fail_msg("no %s", names[i]);
    buf_free(&text);
    client_close(&c);
    http_stop(s, 1);
    metrics_free(m);
}

static int before(void **state)
{
    (void)state;
    static char image[100000];
    held = queue_new(100);
    hub = lock_new();
    piece = http_piece_new((str){image, sizeof image});
    if (!held || !hub || !piece) return -1;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (routes[i].handle == shared) routes[i].context = piece;
    const http_config config = config_of_test();
    server = start(&config);
    return 0;
}

static int after(void **state)
{
    (void)state;
    http_stop(server, 1);
    end_listening(true);  // may be closed after the server has gone
    http_piece_release(piece);
    queue_free(held);
    lock_free(hub);
    return 0;
}

RUN_WITH(before, after, CASE(an_answer_has_date_type_length_and_the_headers_of_finish),
         CASE(a_connection_serves_many_requests_in_their_order),
         CASE(a_thousand_requests_sent_at_once_are_all_answered), CASE(another_thread_may_answer),
         CASE(head_says_what_get_says_without_the_body),
         CASE(other_methods_get_405_with_allow_and_options_are_answered), CASE(http_10_is_spoken),
         CASE(a_client_that_ends_its_side_still_gets_its_answer),
         CASE(a_line_break_in_a_header_does_not_split_the_answer),
         CASE(a_chunked_body_arrives_whole_and_the_next_request_after_it),
         CASE(a_large_body_arrives_whole_by_either_coding), CASE(a_client_that_asks_may_send_its_body),
         CASE(a_route_limits_its_bodies), CASE(a_refusal_reaches_a_client_that_goes_on_sending),
         CASE(text_is_compressed_for_who_takes_it), CASE(images_and_short_texts_are_not_compressed),
         CASE(a_shared_body_is_sent_to_many), CASE(a_stream_arrives_whole),
         CASE(a_stream_of_one_piece_leaves_with_its_length), CASE(a_compressed_stream_arrives_whole),
         CASE(a_stream_to_http_10_ends_with_the_connection), CASE(a_stream_that_fails_at_once_is_an_error),
         CASE(streams_that_share_workers_all_arrive_whole),
         CASE(a_stream_ends_once_whenever_its_client_leaves), CASE(a_stream_that_fails_later_is_cut),
         CASE(a_stream_is_pulled_only_as_fast_as_it_is_read), CASE(a_stream_whose_client_does_not_read_rests),
         CASE(live_pieces_arrive_in_their_order), CASE(a_broadcast_to_many_reaches_all_in_its_order),
         CASE(a_live_client_that_does_not_read_is_closed), CASE(head_of_a_live_stream_ends_at_once),
         CASE(an_idle_connection_is_closed_without_a_word),
         CASE(a_head_that_drips_is_refused_after_the_request_timeout),
         CASE(a_body_that_drips_is_refused_after_the_request_timeout),
         CASE(a_client_that_does_not_read_its_answer_is_closed), CASE(connections_over_the_limit_are_told_so),
         CASE(idle_connections_make_room_when_it_is_crowded), CASE(connections_of_one_address_have_a_limit),
         CASE(a_full_worker_queue_is_answered_503_and_the_connection_goes_on),
         CASE(what_cannot_be_listened_on_is_said), CASE(ipv6_and_unix_sockets_are_served),
         CASE(a_stop_lets_requests_finish_and_ends_the_rest), CASE(an_answer_after_the_stop_goes_nowhere),
         CASE(a_client_that_leaves_while_it_waits_does_no_harm), CASE(what_happened_is_counted))
