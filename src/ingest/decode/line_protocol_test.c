// SPDX-License-Identifier: EUPL-1.2
// Expected values: the examples of InfluxDB's line protocol reference.
#include "ingest/decode/line_protocol.h"

#include "base/test.h"

static arena *memory;
static struct line_point point;
static struct line_reader reader;
static err e;

static int set_up(void **state)
{
    (void)state;
    memory = arena_new((size_t)1 << 20);
    return memory ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

static void start(const char *text)
{
    reader = (struct line_reader){.text = str_of(text)};
}

static void next(void)
{
    bool done;
    if (!line_next(&reader, memory, &point, &done, &e))
        fail_msg("%s at %zu", done ? "the end" : e.text, e.at);
}

static void refuse(const char *text, const char *why, size_t at)
{
    bool done;
    start(text);
    assert_false(line_next(&reader, memory, &point, &done, &e));
    assert_false(done);
    assert_string_equal(e.text, why);
    assert_int_equal(e.at, at);
}

TEST(a_line_has_tags_fields_and_a_time)
{
    start("myMeasurement,tag1=value1,tag2=value2 fieldKey=\"fieldValue\" 1556813561098000000");
    next();
    assert_str(point.measurement, "myMeasurement");
    assert_int_equal(point.tag_count, 2);
    assert_str(point.tags[1].key, "tag2");
    assert_str(point.tags[1].value, "value2");
    assert_int_equal(point.field_count, 1);
    assert_str(point.fields[0].value.text, "fieldValue");
    assert_int_equal(point.time, INT64_C(1556813561098000000));
    bool done;
    assert_false(line_next(&reader, memory, &point, &done, &e));
    assert_true(done);
}

TEST(values_are_numbers_truths_and_texts)
{
    start("m a=1,b=1.50,c=-1.234456e+78,d=12485903i,e=7u,f=TRUE,g=f,h=\"x, y = z\"");
    next();
    assert_int_equal(point.field_count, 8);
    assert_int_equal(point.fields[1].value.number.units, 150);
    assert_int_equal(point.fields[2].value.type, VALUE_NUMBER);
    assert_int_equal(point.fields[3].value.number.units, 12485903);
    assert_int_equal(point.fields[4].value.number.units, 7);
    assert_true(point.fields[5].value.truth);
    assert_false(point.fields[6].value.truth);
    assert_str(point.fields[7].value.text, "x, y = z");
    assert_int_equal(point.fields[3].at, 31);
    assert_int_equal(point.time, INT64_MIN);
}

TEST(a_number_may_leave_a_zero_out)
{
    static const decimal expected[] = {{5, 1}, {50, 1}, {-25, 2}, {-70, 1}};
    start("m a=.5,b=5.,c=-.25,d=-7.");
    next();
    assert_int_equal(point.field_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(point.fields[i].value.type, VALUE_DECIMAL);
        assert_int_equal(decimal_cmp(point.fields[i].value.number, expected[i]), 0);
    }
}

TEST(escapes_are_those_of_the_reference)
{
    start(
        "my\\ Measurement\\,x,tag\\ Key\\=1=va\\,lue fieldKey=\"string \\\"value\\\" \\\\ and \\n\",f\\ 2=1");
    next();
    assert_str(point.measurement, "my Measurement,x");
    assert_str(point.tags[0].key, "tag Key=1");
    assert_str(point.tags[0].value, "va,lue");
    assert_str(point.fields[0].value.text, "string \"value\" \\ and \\n");
    assert_str(point.fields[1].key, "f 2");
}

TEST(a_text_may_go_over_lines_and_comments_are_passed_over)
{
    start("# first\n\n  \nm a=\"one\ntwo\" 5\r\n#x\nn b=2  6 \n");
    next();
    assert_str(point.fields[0].value.text, "one\ntwo");
    assert_int_equal(point.time, 5);
    next();
    assert_str(point.measurement, "n");
    assert_int_equal(point.time, 6);
}

TEST(a_bad_line_leaves_its_neighbours)
{
    bool done;
    start("a b\nc d=1\n");
    assert_false(line_next(&reader, memory, &point, &done, &e));
    assert_false(done);
    next();
    assert_str(point.measurement, "c");
}

TEST(a_fault_says_where)
{
    refuse("m", "expected a space before the fields", 1);
    refuse("m f", "expected '=' behind the field's key", 3);
    refuse("m f=", "expected a name or value", 4);
    refuse("m f=abc", "expected a number, a truth or a text in quotes", 4);
    static const char *const no_numbers[] = {"m f=.", "m f=-.", "m f=.5.", "m f=..5", "m f=5.i", "m f=.x"};
    for (size_t i = 0; i < sizeof no_numbers / sizeof no_numbers[0]; i++)
        refuse(no_numbers[i], "expected a number, a truth or a text in quotes", 4);
    refuse("m f=nan", "expected a number, a truth or a text in quotes", 4);
    refuse("m f=\"abc", "the quote is never closed", 4);
    refuse("m,t f=1", "expected '=' behind the tag's key", 3);
    refuse("m,t= f=1", "expected a name or value", 4);
    refuse("m,=x f=1", "expected a name or value", 2);
    refuse("m f=1 12x", "expected a whole number as the time", 6);
    refuse("m f=1 1.5", "expected a whole number as the time", 6);
    refuse("m f=\"a\"b 1", "expected a space before the time", 7);
    refuse(",t=1 f=1", "expected a name or value", 0);
}

#define EACH(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
RUN(EACH(a_line_has_tags_fields_and_a_time), EACH(values_are_numbers_truths_and_texts),
    EACH(a_number_may_leave_a_zero_out), EACH(escapes_are_those_of_the_reference),
    EACH(a_text_may_go_over_lines_and_comments_are_passed_over), EACH(a_bad_line_leaves_its_neighbours),
    EACH(a_fault_says_where))
