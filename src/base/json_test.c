// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include "base/fuzz.h"
#include "base/test.h"
#include "base/time.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static arena *memory;

static json *parsed(const char *text)
{
    json *tree = NULL;
    err e = {0};
    if (!json_parse(str_of(text), memory, &tree, &e)) print_error("%s: %zu %s\n", text, e.at, e.text);
    assert_non_null(tree);
    return tree;
}

static str text_of(const json *tree)
{
    static buf b = {.max = 1000000};
    buf_clear(&b);
    json_write(&b, tree);
    return buf_str(&b);
}

// ---- the tree ----

TEST(a_document_becomes_a_tree_of_views)
{
    const json *j = parsed(
        " {\"result\" : 21.50, \"Datastream\":{\"@iot.id\":7},\"q\":[true,false,null,\"x\"]} ");
    assert_int_equal(j->type, JSON_OBJECT);
    assert_int_equal(j->at, 1);
    assert_int_equal(j->count, 3);
    const json *result = json_get(j, STR("result"));
    assert_int_equal(result->type, JSON_NUMBER);
    assert_str(result->text, "21.50");
    assert_int_equal(result->at, 13);
    assert_str(json_get(json_get(j, STR("Datastream")), STR("@iot.id"))->text, "7");
    assert_str(json_get(j, STR("Datastream"))->raw, "{\"@iot.id\":7}");
    const json *q = json_get(j, STR("q"));
    assert_int_equal(q->count, 4);
    assert_int_equal(q->first->type, JSON_TRUE);
    assert_int_equal(q->first->next->next->type, JSON_NULL);
    assert_str(q->first->next->next->next->text, "x");
    assert_null(json_get(j, STR("absent")));
    assert_null(json_get(q, STR("0")));
    assert_null(json_get(NULL, STR("x")));
}

TEST(escapes_stand_for_characters)
{
    const json *j = parsed(
        "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\", \"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\", \"\\u0000\", \"\"]");
    assert_str(j->first->text, "\"\\/\b\f\n\r\t");
    assert_str(j->first->next->text, "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    assert_int_equal(j->first->next->next->text.n, 1);
    assert_int_equal(j->first->next->next->text.p[0], 0);
    assert_int_equal(j->first->next->next->next->text.n, 0);
}

TEST(any_value_may_stand_alone)
{
    static const char *const samples[] = {"null",    "true",  "false", "0",  "-0",    "1e5",
                                          "-1.5E-3", "\"x\"", "[]",    "{}", " [ ] ", "\r\n\t{ }"};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) parsed(samples[i]);
}

static const struct {
    const char *source;
    err_code code;
    size_t at;
    const char *says;
} malformed[] = {
    {"", ERR_SYNTAX, 0, "expected a value, but the text ends here"},
    {"  ", ERR_SYNTAX, 2, "expected a value, but the text ends here"},
    {"{\"result\":1 \"a\":2}", ERR_SYNTAX, 12, "expected ',' or '}' after the value of 'result', not '\"'"},
    {"{\"a\":{\"b\":1,\"c\":[1,2]} 3}", ERR_SYNTAX, 23,
     "expected ',' or '}' after the value of 'a', not '3'"},
    {"{\"result\":}", ERR_SYNTAX, 10, "expected a value for 'result', not '}'"},
    {"{\"result\" 1}", ERR_SYNTAX, 10, "expected ':' before the value for 'result', not '1'"},
    {"{\"result\":tru}", ERR_SYNTAX, 10, "expected true, false or null for 'result'"},
    {"{\"result\":NaN}", ERR_SYNTAX, 10, "expected a value for 'result': JSON has no NaN or Infinity"},
    {"[1,-Infinity]", ERR_SYNTAX, 3, "expected a value as item 2 of the array: JSON has no NaN or Infinity"},
    {"{result:1}", ERR_SYNTAX, 1, "expected a name in double quotes, not 'r'"},
    {"{'result':1}", ERR_SYNTAX, 1, "expected a name in double quotes, not '''"},
    {"{\"a\":1,}", ERR_SYNTAX, 7, "there must be no ',' before '}'"},
    {"[1,]", ERR_SYNTAX, 3, "there must be no ',' before ']'"},
    {"[1 2]", ERR_SYNTAX, 3, "expected ',' or ']' after item 1 of the array, not '2'"},
    {"[1,2", ERR_SYNTAX, 4, "expected ',' or ']' after item 2 of the array, but the text ends here"},
    {"[1}", ERR_SYNTAX, 2, "expected ',' or ']' after item 1 of the array, not '}'"},
    {"1 2", ERR_SYNTAX, 2, "expected nothing more after the end of the JSON text"},
    {"[01]", ERR_SYNTAX, 1, "a number must not start with a needless 0"},
    {"[-]", ERR_SYNTAX, 2, "expected digits after '-' as item 1 of the array, not ']'"},
    {"[1.]", ERR_SYNTAX, 3, "expected digits after the point of a number as item 1 of the array, not ']'"},
    {"[1e+]", ERR_SYNTAX, 4, "expected digits in the exponent of a number as item 1 of the array, not ']'"},
    {"[+1]", ERR_SYNTAX, 1, "expected a value as item 1 of the array, not '+'"},
    {"[\"abc", ERR_SYNTAX, 5, "the text that starts at byte 1 has no closing quote"},
    {"[\"a\tb\"]", ERR_SYNTAX, 3, "a control character (0x09) must be escaped in a text"},
    {"[\"a\\x\"]", ERR_SYNTAX, 3, "there is no such escape in JSON"},
    {"[\"\\u12g4\"]", ERR_SYNTAX, 2, "there is no such escape in JSON"},
    {"[\"\\ud800\"]", ERR_SYNTAX, 2, "there is no such escape in JSON"},
    {"[\"\\udc00\"]", ERR_SYNTAX, 2, "there is no such escape in JSON"},
    {"[\"\\ud800\\u0041\"]", ERR_SYNTAX, 2, "there is no such escape in JSON"},
    {"[\"a\xFF\"]", ERR_SYNTAX, 3, "the text is not valid UTF-8"},
    {"[\"\xED\xA0\x80\"]", ERR_SYNTAX, 2, "the text is not valid UTF-8"},
    {"\xEF\xBB\xBF{}", ERR_SYNTAX, 0, "expected a value, not '\xEF\xBB\xBF'"},
    {"{\"a\":1,\"b\":2,\"a\":3}", ERR_SYNTAX, 13, "the name 'a' is there twice in one object"},
    {"{\"a\":1,\"\\u0061\":3}", ERR_SYNTAX, 7, "the name 'a' is there twice in one object"},
    {"[{\"x\":{\"\":1,\"\":3}}]", ERR_SYNTAX, 12, "the name '' is there twice in one object"},
};

TEST(malformed_documents_say_where_and_what)
{
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        json *tree = NULL;
        err e = {0};
        assert_false(json_parse(str_of(malformed[i].source), memory, &tree, &e));
        assert_str(str_of(e.text), malformed[i].says);
        assert_int_equal(e.code, malformed[i].code);
        assert_int_equal(e.at, malformed[i].at);
        assert_null(tree);
    }
}

static str nested(size_t depth)
{
    static char text[200001];
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return (str){text, 2 * depth};
}

TEST(depth_has_a_limit)
{
    json *tree;
    err e = {0};
    assert_true(json_parse(nested(JSON_DEPTH_MAX), memory, &tree, &e));
    assert_false(json_parse(nested(JSON_DEPTH_MAX + 1), memory, &tree, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    assert_int_equal(e.at, JSON_DEPTH_MAX);
    assert_false(json_parse(nested(100000), memory, &tree, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

TEST(memory_has_a_limit)
{
    arena *small = arena_new(1000);
    json *tree;
    err e = {0};
    assert_false(json_parse(STR("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]"), small, &tree, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    arena_free(small);
}

// {"k0":0,"k1":1,...}; the key of the last is `last`.
static buf wide(size_t keys, const char *last)
{
    buf b = {.max = 100000000};
    for (size_t i = 0; i + 1 < keys; i++) buf_print(&b, "%c\"k%zu\":%zu", i ? ',' : '{', i, i);
    buf_print(&b, ",\"%s\":%zu}", last, keys - 1);
    return b;
}

TEST(objects_of_many_keys_are_searched_and_checked_quickly)
{
    const size_t keys = 300000;
    arena *a = arena_new(200000000);
    json *tree = NULL;
    err e = {0};
    str raw;
    const int64_t start = time_monotonic_us();
    buf good = wide(keys, "last"), bad = wide(keys, "k123456");
    assert_true(json_parse(buf_str(&good), a, &tree, &e));
    for (size_t i = 0; i < 100; i++) {
        char key[20];
        const int n = snprintf(key, sizeof key, "k%zu", i * 2999);
        assert_str(json_get(tree, (str){key, (size_t)n})->text, key + 1);
    }
    assert_null(json_get(tree, STR("k300000")));
    assert_true(json_equal(tree, tree));
    arena_reset(a);
    assert_false(json_parse(buf_str(&bad), a, &tree, &e));
    assert_str(str_of(e.text), "the name 'k123456' is there twice in one object");
    assert_int_equal(e.at, bad.n - 17);
    json_reader r = json_reader_of(buf_str(&good), &e);
    assert_true(json_skip(&r, &raw) && json_end(&r));
    r = json_reader_of(buf_str(&bad), &e);
    assert_false(json_skip(&r, &raw));
    assert_true(time_monotonic_us() - start <
                20 * TIME_SECOND);  // comparing each with each would take minutes
    buf_free(&good);
    buf_free(&bad);
    arena_free(a);
}

TEST(a_needed_member_says_what_is_wrong_with_it)
{
    const json *j = parsed("{\"name\":7,\"on\":false}"), *out = NULL;
    err e = {0};
    assert_false(json_need(j, STR("result"), JSON_NUMBER, &out, &e));
    assert_int_equal(e.code, ERR_MISSING);
    assert_string_equal(e.text, "'result' is missing");
    assert_false(json_need(j, STR("name"), JSON_TEXT, &out, &e));
    assert_int_equal(e.code, ERR_TYPE);
    assert_string_equal(e.text, "'name' must be a text, not a number");
    assert_int_equal(e.at, 8);
    assert_true(json_need(j, STR("on"), JSON_TRUE, &out, &e));
    assert_int_equal(out->type, JSON_FALSE);
    assert_true(json_need(j, STR("name"), JSON_NUMBER, &out, &e));
}

TEST(equality_is_of_values)
{
    assert_true(
        json_equal(parsed("{\"a\":1.0,\"b\":[1,\"\\u0041\"]}"), parsed("{ \"b\":[1e0,\"A\"], \"a\":1 }")));
    assert_false(json_equal(parsed("[1,2]"), parsed("[2,1]")));
    assert_false(json_equal(parsed("[1]"), parsed("[1,1]")));
    assert_false(json_equal(parsed("{\"a\":1}"), parsed("{\"b\":1}")));
    assert_false(json_equal(parsed("\"1\""), parsed("1")));
    assert_false(json_equal(parsed("true"), parsed("false")));
}

// ---- the pull reader ----

TEST(the_pull_reader_goes_through_an_observation)
{
    err e = {0};
    json_reader r = json_reader_of(STR("{\"phenomenonTime\":\"2026-01-01T09:00:00Z\",\"result\":21.50,"
                                       "\"ok\":true,\"none\":null,\"parameters\":{\"a\":[1,{}]}}"),
                                   &e);
    json_type t;
    bool more, ok;
    str key, value = {0};
    assert_true(json_peek(&r, &t) && t == JSON_OBJECT);
    assert_true(json_enter(&r, '{'));
    assert_true(json_more(&r, '{', &more) && more && json_key(&r, memory, &key) &&
                json_read_text(&r, memory, &value));
    assert_str(value, "2026-01-01T09:00:00Z");
    assert_true(json_more(&r, '{', &more) && more && json_key(&r, memory, &key) &&
                json_read_number(&r, &value));
    assert_str(key, "result");
    assert_str(value, "21.50");
    assert_true(json_more(&r, '{', &more) && more && json_key(&r, memory, &key) && json_read_bool(&r, &ok) &&
                ok);
    assert_true(json_more(&r, '{', &more) && more && json_key(&r, memory, &key) && json_read_null(&r));
    assert_true(json_more(&r, '{', &more) && more && json_key(&r, memory, &key) && json_skip(&r, &value));
    assert_str(value, "{\"a\":[1,{}]}");
    assert_true(json_more(&r, '{', &more) && !more);
    assert_true(json_end(&r));
}

TEST(a_wrong_type_names_the_member)
{
    err e = {0};
    json_reader r = json_reader_of(STR("{\"a\":{\"b\":2},\"result\":\"x\"}"), &e);
    bool more;
    str key, value = {0};
    assert_true(json_enter(&r, '{') && json_more(&r, '{', &more) && json_key(&r, memory, &key) &&
                json_skip(&r, &value));
    assert_true(json_more(&r, '{', &more) && json_key(&r, memory, &key));
    assert_false(json_read_number(&r, &value));
    assert_int_equal(e.code, ERR_TYPE);
    assert_int_equal(e.at, 22);
    assert_string_equal(e.text, "expected a number for 'result', not a text");
    assert_false(json_skip(&r, &value));  // an error stays
    assert_string_equal(e.text, "expected a number for 'result', not a text");
}

TEST(an_error_of_the_caller_stays_too)
{
    err e = {0};
    json_reader r = json_reader_of(STR("1"), &e);
    str digits;
    assert_false(json_fail(&r, ERR_UNKNOWN, 5, "there is no property '%s'", "x"));
    assert_false(json_read_number(&r, &digits));
    assert_int_equal(e.code, ERR_UNKNOWN);
    assert_string_equal(e.text, "there is no property 'x'");
}

// ---- writing ----

TEST(a_tree_is_written_compactly_with_digits_as_sent)
{
    assert_str(text_of(parsed(" { \"a\" : [ 1.50 , -0 , 1E5 , true , null ] , \"\\u00e9\\n\" : { } } ")),
               "{\"a\":[1.50,-0,1E5,true,null],\"\xC3\xA9\\n\":{}}");
}

TEST(texts_are_escaped_and_made_valid)
{
    buf b = {.max = 1000};
    json_write_text(&b, STR("\"\\\b\f\n\r\t/\x01\x1F\x7F<>&\xC3\xA9\x00"));
    assert_str(buf_str(&b), "\"\\\"\\\\\\b\\f\\n\\r\\t/\\u0001\\u001f\x7F<>&\xC3\xA9\\u0000\"");
    buf_clear(&b);
    json_write_text(&b, STR("a\xFFz\xE2\x82"));
    assert_str(buf_str(&b), "\"a\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
    buf_free(&b);
}

TEST(the_writer_sets_the_commas)
{
    buf b = {.max = 1000};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("value"));
    json_open(&w, '[');
    json_put_int(&w, 1);
    json_open(&w, '{');
    json_close(&w, '}');
    json_open(&w, '[');
    json_close(&w, ']');
    json_put_double(&w, 0.1);
    json_put_double(&w, (double)NAN);
    json_put_text(&w, STR("x"));
    json_close(&w, ']');
    json_name(&w, STR("b"));
    json_put_bool(&w, true);
    json_name(&w, STR("n"));
    json_put_null(&w);
    json_name(&w, STR("r"));
    json_put_raw(&w, STR("[1]"));
    json_close(&w, '}');
    assert_str(buf_str(&b), "{\"value\":[1,{},[],0.1,null,\"x\"],\"b\":true,\"n\":null,\"r\":[1]}");
    buf_free(&b);
}

TEST(members_that_there_are_none_of_are_left_out)
{
    buf b = {.max = 1000};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_given(&w, STR("none"), (str){0});
    json_member_time(&w, STR("never"), TIME_NONE);
    json_member_double(&w, STR("unknown"), (double)NAN);
    json_member_double(&w, STR("half"), 0.5);
    json_member_text(&w, STR("empty"), (str){0});
    json_member_given(&w, STR("name"), STR("a\"b"));
    json_member_int(&w, STR("n"), -7);
    json_member_time(&w, STR("at"), 1500000);
    json_close(&w, '}');
    assert_str(
        buf_str(&b),
        "{\"half\":0.5,\"empty\":\"\",\"name\":\"a\\\"b\",\"n\":-7,\"at\":\"1970-01-01T00:00:01.500Z\"}");
    buf_free(&b);
}

TEST(the_writer_refuses_what_is_too_deep)
{
    buf b = {.max = 1000};
    json_writer w = json_writer_on(&b);
    for (int i = 0; i < 63; i++) json_open(&w, '[');
    assert_false(b.failed);
    json_open(&w, '[');
    assert_true(b.failed);
    buf_free(&b);
}

// ---- against jansson ----

static size_t at_random(size_t below)
{
    return (size_t)random() % below;
}

static void make_text(buf *b)
{
    static const char *const pieces[] = {"a",        "result",       "\\n",       "\\u0041", "\\ud83d\\ude00",
                                         "\xC3\xA9", "\xE2\x82\xAC", "\\\"",      " ",       "/",
                                         "\\/",      "\\u0000",      "0123456789"};
    buf_add_char(b, '"');
    for (size_t n = at_random(4); n > 0; n--)
        buf_add(b, str_of(pieces[at_random(sizeof pieces / sizeof pieces[0])]));
    buf_add_char(b, '"');
}

static void make_value(buf *b, int depth)
{
    static const char *const plain[] = {"null", "true", "false",        "0",      "-1",   "21.5",
                                        "1e5",  "-0.0", "123456789012", "1.5E-7", "1e999"};
    static const char *const spaces[] = {"", "", " ", "\n", "\t\r "};
    buf_add(b, str_of(spaces[at_random(5)]));
    const size_t kind = at_random(depth > 5 ? 2 : 4);
    if (kind == 0) buf_add(b, str_of(plain[at_random(sizeof plain / sizeof plain[0])]));
    if (kind == 1) make_text(b);
    if (kind > 1) {
        buf_add_char(b, kind == 2 ? '[' : '{');
        const size_t count = at_random(20) == 0 ? 20 + at_random(20) : at_random(4);
        for (size_t i = 0; i < count; i++) {
            if (i > 0) buf_add_char(b, ',');
            if (kind == 3) {
                if (count > 4) {
                    buf_print(b, "\"k%zu\"", at_random(1000));
                } else {
                    make_text(b);
                }
                buf_add_char(b, ':');
            }
            make_value(b, depth + 1);
        }
        buf_add_char(b, kind == 2 ? ']' : '}');
    }
    buf_add(b, str_of(spaces[at_random(5)]));
}

static void mutate(buf *b)
{
    static const char likely[] = "{}[]\",:\\0129.-eEtfnu \n\x80\xC3\xFF\x01";
    const size_t at = at_random(b->n + 1);
    switch (at_random(3)) {
    case 0:
        if (at < b->n) b->p[at] = likely[at_random(sizeof likely - 1)];
        break;
    case 1:
        if (at < b->n) memmove(b->p + at, b->p + at + 1, b->n-- - at - 1);
        break;
    default:
        buf_add_char(b, ' ');
        memmove(b->p + at + 1, b->p + at, b->n - at - 1);
        b->p[at] = likely[at_random(sizeof likely - 1)];
    }
}

TEST(random_and_damaged_documents_are_judged_as_jansson_does)
{
    buf b = {.max = 10000000};
    srandom(7);
    for (int i = 0; i < 20000; i++) {
        buf_clear(&b);
        make_value(&b, 0);
        for (size_t k = 0; k < 4 && b.n > 0; k++, mutate(&b))
            LLVMFuzzerTestOneInput((const uint8_t *)b.p, b.n);
    }
    buf_free(&b);
}

static int make_memory(void **state)
{
    (void)state;
    memory = arena_new(10000000);
    return memory ? 0 : -1;
}

static int free_memory(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

RUN_WITH(make_memory, free_memory, CASE(a_document_becomes_a_tree_of_views),
         CASE(escapes_stand_for_characters), CASE(any_value_may_stand_alone),
         CASE(malformed_documents_say_where_and_what), CASE(depth_has_a_limit), CASE(memory_has_a_limit),
         CASE(objects_of_many_keys_are_searched_and_checked_quickly),
         CASE(a_needed_member_says_what_is_wrong_with_it), CASE(equality_is_of_values),
         CASE(the_pull_reader_goes_through_an_observation), CASE(a_wrong_type_names_the_member),
         CASE(an_error_of_the_caller_stays_too), CASE(a_tree_is_written_compactly_with_digits_as_sent),
         CASE(texts_are_escaped_and_made_valid), CASE(the_writer_sets_the_commas),
         CASE(members_that_there_are_none_of_are_left_out), CASE(the_writer_refuses_what_is_too_deep),
         CASE(random_and_damaged_documents_are_judged_as_jansson_does))
