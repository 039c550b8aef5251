// SPDX-License-Identifier: EUPL-1.2
#include "http/multipart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct multipart m;
static struct multipart_part part;
static struct http_part request;
static bool got;
static err e;

static void assert_str(str s, const char *wanted)
{
    assert_int_equal(s.n, strlen(wanted));
    assert_memory_equal(s.p, wanted, s.n);
}

static void open_body(const char *body)
{
    assert_true(multipart_open(str_of(body), STR("multipart/mixed;boundary=b"), &m, &e));
}

static void next(void)
{
    if (!multipart_next(&m, &part, &got, &e)) fail_msg("%s", e.text);
}

static void parts_come_in_order(void **state)
{
    (void)state;
    open_body("preamble\r\n--b\r\nContent-Type: application/http\r\nContent-ID: "
              "1\r\n\r\nfirst\r\n--b\r\n\r\nsecond\r\nline\r\n--b--\r\nepilogue");
    next();
    assert_true(got);
    assert_str(part.body, "first");
    assert_str(multipart_header(part.headers, STR("content-id")), "1");
    next();
    assert_true(got);
    assert_str(part.headers, "");
    assert_str(part.body, "second\r\nline");
    next();
    assert_false(got);
    next();
    assert_false(got);
}

static void lines_may_end_in_lf_alone(void **state)
{
    (void)state;
    open_body("--b\nContent-Type: application/http\n\nGET Things HTTP/1.1\n\n\n--b--");
    next();
    assert_str(part.body, "GET Things HTTP/1.1\n\n");
    next();
    assert_false(got);
}

static void a_boundary_inside_a_line_is_no_delimiter(void **state)
{
    (void)state;
    open_body("--b\r\n\r\nx --b\r\n--bc\r\n--b--");
    next();
    assert_str(part.body, "x --b\r\n--bc");
}

static void a_part_of_headers_alone_has_an_empty_body(void **state)
{
    (void)state;
    open_body("--b\r\nContent-ID: 1\r\n--b--");
    next();
    assert_str(part.headers, "Content-ID: 1");
    assert_str(part.body, "");
}

static void a_missing_end_is_an_error(void **state)
{
    (void)state;
    open_body("--b\r\n\r\nx\r\n");
    assert_false(multipart_next(&m, &part, &got, &e));
    open_body("nothing");
    assert_false(multipart_next(&m, &part, &got, &e));
    open_body("");
    assert_false(multipart_next(&m, &part, &got, &e));
    assert_false(multipart_open(STR("x"), STR("multipart/mixed"), &m, &e));
}

static void an_empty_multipart_has_no_parts(void **state)
{
    (void)state;
    open_body("--b--");
    next();
    assert_false(got);
}

static void a_boundary_may_be_quoted(void **state)
{
    (void)state;
    assert_true(multipart_open(STR(""), STR("multipart/mixed; charset=utf-8; Boundary=\"x y\""), &m, &e));
    assert_str(m.boundary, "x y");
}

static void a_request_is_taken_apart(void **state)
{
    (void)state;
    assert_true(http_part_read(
        STR("\r\nPOST /v1.1/Things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\r\n{\"a\":1}"),
        &request, &e));
    assert_str(request.method, "POST");
    assert_str(request.url, "/v1.1/Things");
    assert_str(multipart_header(request.headers, STR("Content-Type")), "application/json");
    assert_str(request.body, "{\"a\":1}");
}

static void a_request_may_lack_what_is_not_needed(void **state)
{
    (void)state;
    assert_true(http_part_read(STR("GET Things?$filter=name eq 'x y'"), &request, &e));
    assert_str(request.url, "Things?$filter=name eq 'x y'");
    assert_str(request.body, "");
    assert_true(http_part_read(STR("GET Things HTTP/1.1"), &request, &e));
    assert_str(request.url, "Things");
    assert_false(http_part_read(STR(""), &request, &e));
    assert_false(http_part_read(STR("GET"), &request, &e));
    assert_false(http_part_read(STR("\r\n\r\n"), &request, &e));
}

static void a_field_of_a_form_has_its_name_and_perhaps_a_file(void **state)
{
    (void)state;
    struct form_part f;
    struct multipart_part p = {
        .headers = STR("Content-Disposition: form-data; name=\"bewijs\"; "
                       "filename=\"a; b%22.pdf\"\r\nContent-Type: application/pdf\r\n")};
    assert_true(form_part_read(&p, &f, &e));
    assert_str(f.name, "bewijs");
    assert_str(f.filename, "a; b%22.pdf");
    assert_str(f.media_type, "application/pdf");
    p.headers = STR("content-disposition: form-data; name=waarde\r\n");
    assert_true(form_part_read(&p, &f, &e));
    assert_str(f.name, "waarde");
    assert_null(f.filename.p);
    p.headers = STR("Content-Disposition: form-data; name=\"x\"; filename=\"\"\r\n");  // no file was chosen
    assert_true(form_part_read(&p, &f, &e));
    assert_non_null(f.filename.p);
    assert_int_equal(f.filename.n, 0);
    p.headers = STR("Content-Disposition: attachment; name=\"x\"\r\n");
    assert_false(form_part_read(&p, &f, &e));
    p.headers = STR("Content-Disposition: form-data; filename=\"x\"\r\n");
    assert_false(form_part_read(&p, &f, &e));
    p.headers = (str){0};
    assert_false(form_part_read(&p, &f, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_come_in_order),
        cmocka_unit_test(lines_may_end_in_lf_alone),
        cmocka_unit_test(a_boundary_inside_a_line_is_no_delimiter),
        cmocka_unit_test(a_part_of_headers_alone_has_an_empty_body),
        cmocka_unit_test(a_missing_end_is_an_error),
        cmocka_unit_test(an_empty_multipart_has_no_parts),
        cmocka_unit_test(a_boundary_may_be_quoted),
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(a_request_may_lack_what_is_not_needed),
        cmocka_unit_test(a_field_of_a_form_has_its_name_and_perhaps_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
