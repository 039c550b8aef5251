// SPDX-License-Identifier: EUPL-1.2
// Expected values: the examples of RFC 6902 appendix A, and its rules.
#include "sta/write/json_patch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json *parse(arena *a, const char *text)
{
    json *j;
    err e;
    if (!json_parse(str_of(text), a, &j, &e)) fail_msg("%s: %s", text, e.text);
    return j;
}

static void expect(const char *document, const char *patch, const char *wanted)
{
    arena *a = arena_new(1 << 20);
    json *d = parse(a, document);
    err e = {0};
    if (!json_patch_apply(d, parse(a, patch), a, &e)) fail_msg("%s on %s: %s", patch, document, e.text);
    if (!json_equal(d, parse(a, wanted))) {
        buf b = {.max = 1 << 16};
        json_write(&b, d);
        fail_msg("%s on %s gives %.*s", patch, document, STR_ARG(buf_str(&b)));
    }
    arena_free(a);
}

static void refuse(const char *document, const char *patch, err_code code)
{
    arena *a = arena_new(1 << 20);
    err e = {0};
    assert_false(json_patch_apply(parse(a, document), parse(a, patch), a, &e));
    assert_int_equal(e.code, code);
    assert_true(e.text[0]);
    arena_free(a);
}

static void examples_of_the_standard_hold(void **state)
{
    (void)state;
    expect("{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\"}]",
           "{\"baz\":\"qux\",\"foo\":\"bar\"}");
    expect("{\"foo\":[\"bar\",\"baz\"]}", "[{\"op\":\"add\",\"path\":\"/foo/1\",\"value\":\"qux\"}]",
           "{\"foo\":[\"bar\",\"qux\",\"baz\"]}");
    expect("{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"remove\",\"path\":\"/baz\"}]",
           "{\"foo\":\"bar\"}");
    expect("{\"foo\":[\"bar\",\"qux\",\"baz\"]}", "[{\"op\":\"remove\",\"path\":\"/foo/1\"}]",
           "{\"foo\":[\"bar\",\"baz\"]}");
    expect("{\"baz\":\"qux\",\"foo\":\"bar\"}", "[{\"op\":\"replace\",\"path\":\"/baz\",\"value\":\"boo\"}]",
           "{\"baz\":\"boo\",\"foo\":\"bar\"}");
    expect("{\"foo\":{\"bar\":\"baz\",\"waldo\":\"fred\"},\"qux\":{\"corge\":\"grault\"}}",
           "[{\"op\":\"move\",\"from\":\"/foo/waldo\",\"path\":\"/qux/thud\"}]",
           "{\"foo\":{\"bar\":\"baz\"},\"qux\":{\"corge\":\"grault\",\"thud\":\"fred\"}}");
    expect("{\"foo\":[\"all\",\"grass\",\"cows\",\"eat\"]}",
           "[{\"op\":\"move\",\"from\":\"/foo/1\",\"path\":\"/foo/3\"}]",
           "{\"foo\":[\"all\",\"cows\",\"eat\",\"grass\"]}");
    expect("{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}",
           "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"qux\"},{\"op\":\"test\",\"path\":\"/foo/"
           "1\",\"value\":2}]",
           "{\"baz\":\"qux\",\"foo\":[\"a\",2,\"c\"]}");
    expect("{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/child\",\"value\":{\"grandchild\":{}}}]",
           "{\"foo\":\"bar\",\"child\":{\"grandchild\":{}}}");
    expect("{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz\",\"value\":\"qux\",\"xyz\":123}]",
           "{\"foo\":\"bar\",\"baz\":\"qux\"}");
    expect("{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":10}]",
           "{\"/\":9,\"~1\":10}");
    expect("{\"foo\":[\"bar\"]}", "[{\"op\":\"add\",\"path\":\"/foo/-\",\"value\":[\"abc\",\"def\"]}]",
           "{\"foo\":[\"bar\",[\"abc\",\"def\"]]}");
}

static void refusals_of_the_standard_hold(void **state)
{
    (void)state;
    refuse("{\"baz\":\"qux\"}", "[{\"op\":\"test\",\"path\":\"/baz\",\"value\":\"bar\"}]", ERR_CONFLICT);
    refuse("{\"foo\":\"bar\"}", "[{\"op\":\"add\",\"path\":\"/baz/bat\",\"value\":\"qux\"}]", ERR_RANGE);
    refuse("{\"/\":9,\"~1\":10}", "[{\"op\":\"test\",\"path\":\"/~01\",\"value\":\"10\"}]", ERR_CONFLICT);
    refuse("{\"a\":{\"b\":1}}", "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b\"}]", ERR_RANGE);
    refuse("{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"/b\"}]", ERR_RANGE);
    refuse("{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"/b\",\"value\":1}]", ERR_RANGE);
}

static void copying_leaves_the_source(void **state)
{
    (void)state;
    expect("{\"a\":{\"x\":[1]}}",
           "[{\"op\":\"copy\",\"from\":\"/a\",\"path\":\"/b\"},{\"op\":\"add\",\"path\":\"/b/x/"
           "0\",\"value\":0}]",
           "{\"a\":{\"x\":[1]},\"b\":{\"x\":[0,1]}}");
}

static void moving_to_its_own_place_changes_nothing(void **state)
{
    (void)state;
    expect("{\"a\":[1,2]}", "[{\"op\":\"move\",\"from\":\"/a/1\",\"path\":\"/a/1\"}]", "{\"a\":[1,2]}");
}

static void the_whole_can_be_replaced(void **state)
{
    (void)state;
    expect("{\"a\":1}", "[{\"op\":\"replace\",\"path\":\"\",\"value\":{\"b\":2}}]", "{\"b\":2}");
}

static void numbers_are_tested_by_value(void **state)
{
    (void)state;
    expect("{\"a\":1.0}", "[{\"op\":\"test\",\"path\":\"/a\",\"value\":10e-1}]", "{\"a\":1}");
}

static void indexes_are_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "/a/01", "/a/+1", "/a/-1", "/a/1e0", "/a/3", "/a/ 1", "/a/99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char patch[120];
        snprintf(patch, sizeof patch, "[{\"op\":\"add\",\"path\":\"%s\",\"value\":1}]", bad[i]);
        refuse("{\"a\":[1,2]}", patch, ERR_RANGE);
    }
}

static void malformed_operations_are_named(void **state)
{
    (void)state;
    refuse("{}", "{}", ERR_TYPE);
    refuse("{}", "[1]", ERR_TYPE);
    refuse("{}", "[{\"path\":\"/a\"}]", ERR_MISSING);
    refuse("{}", "[{\"op\":\"add\",\"path\":\"/a\"}]", ERR_MISSING);
    refuse("{}", "[{\"op\":\"add\",\"path\":\"a\",\"value\":1}]", ERR_SYNTAX);
    refuse("{}", "[{\"op\":\"add\",\"path\":\"/a~2\",\"value\":1}]", ERR_SYNTAX);
    refuse("{}", "[{\"op\":\"add\",\"path\":\"/a~\",\"value\":1}]", ERR_SYNTAX);
    refuse("{}", "[{\"op\":\"spam\",\"path\":\"/a\"}]", ERR_SYNTAX);
    refuse("{\"a\":1}", "[{\"op\":\"remove\",\"path\":\"\"}]", ERR_RANGE);
}

// Copying a value into itself again and again makes it one deeper each time.
static void depth_is_bounded(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    buf b = {.max = 1 << 16};
    buf_add_char(&b, '[');
    for (int i = 0; i < 200; i++)
        buf_print(&b, "%s{\"op\":\"copy\",\"from\":\"/x\",\"path\":\"/x/y\"}", i ? "," : "");
    buf_add_char(&b, ']');
    json *patch;
    err e = {0};
    assert_true(json_parse(buf_str(&b), a, &patch, &e));
    assert_false(json_patch_apply(parse(a, "{\"x\":{}}"), patch, a, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_free(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_the_standard_hold),
        cmocka_unit_test(refusals_of_the_standard_hold),
        cmocka_unit_test(copying_leaves_the_source),
        cmocka_unit_test(moving_to_its_own_place_changes_nothing),
        cmocka_unit_test(the_whole_can_be_replaced),
        cmocka_unit_test(numbers_are_tested_by_value),
        cmocka_unit_test(indexes_are_strict),
        cmocka_unit_test(malformed_operations_are_named),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
