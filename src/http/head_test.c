// SPDX-License-Identifier: EUPL-1.2
#include "http/head.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

static struct refusal why;
static struct head head;

// The status a whole head is refused with, 0 when it is taken.
static int refused_with(str text)
{
    struct head_scan scan = {0};
    memset(&head, 0, sizeof head);
    switch (head_find_end(&scan, text, 16384, &why)) {
    case HEAD_REFUSED: return why.status;
    case HEAD_INCOMPLETE: return -1;
    case HEAD_COMPLETE: break;
    }
    assert_int_equal(scan.at, text.n);
    return head_parse(text, &head, &why) ? 0 : why.status;
}

#define REFUSED(text) refused_with(STR(text))
#define WITH(fields) "POST /a HTTP/1.1\r\nHost: a\r\n" fields "\r\n"

TEST(a_request_is_taken_apart)
{
    const str text = STR(
        "GET /v1.1/Things?$top=1&$skip=2 HTTP/1.1\r\nHost: peil\r\nX-Two:  a b\t\r\nx-empty:\r\n\r\n");
    assert_int_equal(refused_with(text), 0);
    assert_int_equal(head.method, HTTP_GET);
    assert_str(head_span(text, head.path), "/v1.1/Things");
    assert_str(head_span(text, head.query), "$top=1&$skip=2");
    assert_true(head.keeps_alive);
    assert_int_equal(head.field_count, 3);
    assert_str(head_span(text, head_find(&head, text, STR("x-two"))->value), "a b");
    assert_str(head_span(text, head_find(&head, text, STR("X-EMPTY"))->value), "");
    assert_null(head_find(&head, text, STR("x")));
}

TEST(the_end_is_found_however_the_bytes_are_cut)
{
    const str text = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest");
    const size_t end = text.n - 4;
    for (size_t cut = 0; cut <= text.n; cut++) {
        struct head_scan scan = {0};
        const head_state first = head_find_end(&scan, str_slice(text, 0, cut), 16384, &why);
        assert_int_equal(first, cut < end ? HEAD_INCOMPLETE : HEAD_COMPLETE);
        if (first == HEAD_INCOMPLETE)
            assert_int_equal(head_find_end(&scan, text, 16384, &why), HEAD_COMPLETE);
        assert_int_equal(scan.at, end);
    }
}

TEST(an_address_with_scheme_and_host_is_a_path)
{
    const str text = STR("GET http://a.example:80/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n");
    assert_int_equal(refused_with(text), 0);
    assert_str(head_span(text, head.path), "/x");
    assert_str(head_span(text, head.query), "y");
    assert_int_equal(REFUSED("GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n"), 0);
    assert_int_equal(head.path.n, 0);
}

TEST(a_request_line_must_be_whole)
{
    assert_int_equal(REFUSED("GET\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET /\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET / x HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET * HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
}

TEST(other_methods_and_versions_are_named)
{
    assert_int_equal(REFUSED("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    assert_int_equal(REFUSED("get / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    assert_int_equal(REFUSED("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
    assert_int_equal(REFUSED("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
    assert_int_equal(REFUSED("GET / HTTP/0.9\r\nHost: a\r\n\r\n"), 505);
    assert_int_equal(REFUSED("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), 0);
    assert_int_equal(REFUSED("GET / http/1.1\r\nHost: a\r\n\r\n"), 400);
    assert_int_equal(REFUSED("PRI * HTTP/2.0\r\n\r\n"), 501);  // how HTTP/2 introduces itself
}

// RFC 9112 section 11.2, and the shapes that smuggling tools try.
TEST(what_two_readers_could_frame_differently_is_refused)
{
    assert_int_equal(REFUSED(WITH("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: 3\r\nContent-Length: 4\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: 3, 3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: +3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: -3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: 0x3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length:\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length: 99999999999999999999\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Content-Length : 3\r\n")), 400);
    assert_int_equal(REFUSED(WITH(" Content-Length: 3\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X: a\r\n b\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X: a\r\n\tb\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X: a\0b\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X: a\rb\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X: a\nb: c\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X\r\n")), 400);
    assert_int_equal(REFUSED(WITH(": a\r\n")), 400);
    assert_int_equal(REFUSED(WITH("X\x7f: a\r\n")), 400);
    assert_int_equal(REFUSED(WITH("Host: b\r\n")), 400);
    assert_int_equal(REFUSED("GET / HTTP/1.1\r\n\r\n"), 400);
    assert_int_equal(REFUSED("GET / HTTP/1.1\nHost: a\n\n"), 400);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")), 400);
    assert_int_equal(REFUSED("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(equal_content_lengths_are_one)
{
    assert_int_equal(REFUSED(WITH("Content-Length: 3\r\nContent-Length: 3\r\n")), 0);
    assert_int_equal(head.length, 3);
}

TEST(other_transfer_codings_and_expectations_are_refused_as_such)
{
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: gzip, chunked\r\n")), 501);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: xchunked\r\n")), 501);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: chunked, identity\r\n")), 501);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding:\r\n")), 501);
    assert_int_equal(REFUSED(WITH("Transfer-Encoding: Chunked\r\n")), 0);
    assert_true(head.is_chunked);
    assert_int_equal(REFUSED(WITH("Expect: 200-ok\r\n")), 417);
    assert_int_equal(REFUSED(WITH("Expect: 100-Continue\r\nContent-Length: 1\r\n")), 0);
    assert_true(head.expects_continue);
}

TEST(http_10_closes_unless_asked_and_needs_a_length)
{
    assert_int_equal(REFUSED("GET / HTTP/1.0\r\n\r\n"), 0);
    assert_false(head.keeps_alive);
    assert_int_equal(REFUSED("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"), 0);
    assert_true(head.keeps_alive);
    assert_int_equal(REFUSED("POST / HTTP/1.0\r\n\r\n"), 411);
    assert_int_equal(REFUSED(WITH("Connection: x, CLOSE\r\n")), 0);
    assert_false(head.keeps_alive);
}

static str repeated(const char *before, size_t times, char c, const char *after)
{
    const size_t b = strlen(before), a = strlen(after);
    char *p = malloc(b + times + a);
    if (!p) abort();
    memcpy(p, before, b);
    memset(p + b, c, times);
    memcpy(p + b + times, after, a);
    return (str){p, b + times + a};
}

static int refused_and_freed(str text)
{
    const int status = refused_with(text);
    free((char *)(uintptr_t)text.p);
    return status;
}

TEST(sizes_have_limits)
{
    assert_int_equal(refused_and_freed(repeated("GET /", 16383, 'a', " HTTP/1.1\r\nHost: a\r\n\r\n")), 0);
    assert_int_equal(refused_and_freed(repeated("GET /", 16384, 'a', " HTTP/1.1\r\nHost: a\r\n\r\n")), 414);
    assert_int_equal(refused_and_freed(repeated("GET /", 40000, 'a', "")), 414);
    assert_int_equal(refused_and_freed(repeated("GET / HTTP/1.1\r\nHost: a\r\nX: ", 16340, 'a', "\r\n\r\n")),
                     0);
    assert_int_equal(refused_and_freed(repeated("GET / HTTP/1.1\r\nHost: a\r\nX: ", 16384, 'a', "\r\n\r\n")),
                     431);
    assert_int_equal(refused_and_freed(repeated("GET / HTTP/1.1\r\nHost: a\r\nX: ", 17000, 'a', "")), 431);
}

TEST(more_than_64_fields_are_refused)
{
    char text[2048] = "GET / HTTP/1.1\r\nHost: a\r\n";
    size_t n = strlen(text);
    for (int i = 0; i < 63; i++, n += 6) memcpy(text + n, "A: b\r\n", 6);
    memcpy(text + n, "\r\n", 2);
    assert_int_equal(refused_with((str){text, n + 2}), 0);
    memcpy(text + n, "A: b\r\n\r\n", 8);
    assert_int_equal(refused_with((str){text, n + 8}), 431);
}

TEST(rubbish_is_refused_at_its_first_impossible_byte)
{
    struct head_scan scan = {0};
    assert_int_equal(head_find_end(&scan, STR("\x16\x03\x01"), 16384, &why), HEAD_REFUSED);  // TLS
    scan = (struct head_scan){0};
    assert_int_equal(head_find_end(&scan, STR("\x10\x16\0\4MQTT"), 16384, &why), HEAD_REFUSED);
    assert_int_equal(why.status, 400);
}

RUN(CASE(a_request_is_taken_apart), CASE(the_end_is_found_however_the_bytes_are_cut),
    CASE(an_address_with_scheme_and_host_is_a_path), CASE(a_request_line_must_be_whole),
    CASE(other_methods_and_versions_are_named), CASE(what_two_readers_could_frame_differently_is_refused),
    CASE(equal_content_lengths_are_one), CASE(other_transfer_codings_and_expectations_are_refused_as_such),
    CASE(http_10_closes_unless_asked_and_needs_a_length), CASE(sizes_have_limits),
    CASE(more_than_64_fields_are_refused), CASE(rubbish_is_refused_at_its_first_impossible_byte))
