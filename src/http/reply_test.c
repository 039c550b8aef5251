// SPDX-License-Identifier: EUPL-1.2
#include "http/reply.h"

#include "base/test.h"

static buf out = {.max = 4096};

static str written(const struct reply_head *h)
{
    buf_clear(&out);
    reply_write_head(&out, h);
    return buf_str(&out);
}

// RFC 9110 section 5.6.7's own example.
TEST(a_date_is_written_as_the_rfc_does)
{
    char date[REPLY_DATE_TEXT];
    reply_write_date(date, (instant)784111777 * TIME_SECOND);
    assert_str(((str){date, sizeof date}), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(a_head_is_status_date_type_headers_and_length)
{
    http_reply_data d = {.status = 201, .content_type = STR("text/plain")};
    http_reply_add_header(&d, STR("Location"), STR("/x"));
    const struct reply_head h = {.data = &d, .length = 5, .now = 0};
    assert_str(written(&h),
               "HTTP/1.1 201 Created\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Type: text/plain\r\n"
               "Location: /x\r\nContent-Length: 5\r\n\r\n");
}

TEST(no_length_where_there_can_be_no_body)
{
    http_reply_data d = {.status = 204};
    const struct reply_head h = {.data = &d, .closes = true};
    assert_str(written(&h),
               "HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: close\r\n\r\n");
}

TEST(a_header_that_would_break_out_of_its_line_is_left_out)
{
    http_reply_data d = {.status = 302};
    http_reply_add_header(&d, STR("Location"), STR("/x\r\nSet-Cookie: a=b"));
    http_reply_add_header(&d, STR("Bad Name"), STR("x"));
    const struct reply_head h = {.data = &d, .framing = REPLY_CHUNKED};
    assert_str(
        written(&h),
        "HTTP/1.1 302 Found\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST(more_headers_than_fit_are_left_out)
{
    http_reply_data d = {.status = 200};
    for (int i = 0; i < HTTP_REPLY_HEADERS_MAX + 5; i++) http_reply_add_header(&d, STR("A"), STR("b"));
    assert_int_equal(d.header_count, HTTP_REPLY_HEADERS_MAX);
}

TEST(text_is_compressible_and_the_rest_is_not)
{
    static const struct {
        const char *type;
        bool is;
    } cases[] = {{"text/html; charset=utf-8", true},
                 {"application/json", true},
                 {"application/geo+json", true},
                 {"image/svg+xml", true},
                 {"text/event-stream", true},
                 {"image/png", false},
                 {"application/zip", false},
                 {"application/octet-stream", false},
                 {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const http_reply_data d = {.status = 200, .content_type = str_of(cases[i].type)};
        assert_int_equal(reply_is_compressible(&d), cases[i].is);
    }
    http_reply_data d = {.status = 200, .content_type = STR("text/css")};
    http_reply_add_header(&d, STR("content-encoding"), STR("br"));
    assert_false(reply_is_compressible(&d));
    assert_false(reply_is_compressible(&(http_reply_data){.status = 304, .content_type = STR("text/css")}));
}

static int after(void **state)
{
    (void)state;
    buf_free(&out);
    return 0;
}

RUN_WITH(NULL, after, CASE(a_date_is_written_as_the_rfc_does),
         CASE(a_head_is_status_date_type_headers_and_length), CASE(no_length_where_there_can_be_no_body),
         CASE(a_header_that_would_break_out_of_its_line_is_left_out),
         CASE(more_headers_than_fit_are_left_out), CASE(text_is_compressible_and_the_rest_is_not))
