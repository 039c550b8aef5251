// SPDX-License-Identifier: EUPL-1.2
#include "base/num.h"

#include "base/test.h"

#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static str written(double v)
{
    static char text[NUM_TEXT_MAX];
    return (str){text, num_write_double(text, v)};
}

static double read_back(str text)
{
    double v = 0;
    err e;
    assert_true(num_parse_double(text, &v, &e));
    return v;
}

// ---- decimals ----

TEST(a_decimal_keeps_its_digits)
{
    static const struct {
        const char *text;
        int64_t units;
        int scale;
    } samples[] = {
        {"0", 0, 0},
        {"0.0", 0, 1},
        {"20.0", 200, 1},
        {"-0.5", -5, 1},
        {"12.30", 1230, 2},
        {"0.001", 1, 3},
        {"-7", -7, 0},
        {"999999999999999999", 999999999999999999, 0},
        {"0.00000000000000001", 1, 17},
        {"-99999999.9999999999", -999999999999999999, 10},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        decimal d;
        char text[NUM_TEXT_MAX];
        assert_true(decimal_parse(str_of(samples[i].text), &d));
        assert_int_equal(d.units, samples[i].units);
        assert_int_equal(d.scale, samples[i].scale);
        const str again = {text, num_write_decimal(text, d)};
        assert_str(again, samples[i].text);
    }
}

TEST(what_would_not_come_back_is_no_decimal)
{
    static const char *const samples[] = {"",
                                          "-",
                                          ".",
                                          ".5",
                                          "5.",
                                          "-.5",
                                          "00",
                                          "01.5",
                                          "-0",
                                          "-0.0",
                                          "+1",
                                          "1e3",
                                          "1.2.3",
                                          " 1",
                                          "1 ",
                                          "0x1",
                                          "1,5",
                                          "NaN",
                                          "--1",
                                          "1-",
                                          "1000000000000000000",
                                          "9999999999999999999",
                                          "0.000000000000000001"};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        decimal d = {-1, -1};
        assert_false(decimal_parse(str_of(samples[i]), &d));
        assert_int_equal(d.units, -1);
    }
}

TEST(decimals_compare_by_value)
{
    assert_int_equal(decimal_cmp((decimal){200, 1}, (decimal){20, 0}), 0);
    assert_int_equal(decimal_cmp((decimal){0, 0}, (decimal){0, 18}), 0);
    assert_true(decimal_cmp((decimal){-1, 18}, (decimal){0, 0}) < 0);
    assert_true(decimal_cmp((decimal){INT64_MAX, 0}, (decimal){INT64_MAX, 18}) > 0);
    assert_true(decimal_cmp((decimal){INT64_MIN, 0}, (decimal){INT64_MIN, 18}) < 0);
    assert_true(decimal_cmp((decimal){999999999999999999, 18}, (decimal){1, 0}) < 0);
}

static void assert_decimal(decimal d, const char *expected)
{
    char text[NUM_TEXT_MAX];
    const str is = {text, num_write_decimal(text, d)};
    assert_str(is, expected);
}

TEST(decimals_add_and_multiply_exactly_or_not_at_all)
{
    decimal d;
    assert_true(decimal_add((decimal){29315, 2}, (decimal){-273150, 3}, &d));
    assert_decimal(d, "20.000");
    assert_true(decimal_add((decimal){1, 18}, (decimal){0, 0}, &d));
    assert_decimal(d, "0.000000000000000001");
    assert_true(decimal_multiply((decimal){-123, 1}, (decimal){1913, 3}, &d));
    assert_decimal(d, "-23.5299");
    assert_false(decimal_add((decimal){999999999999999999, 0}, (decimal){1, 0}, &d));
    assert_false(decimal_add((decimal){1, 18}, (decimal){1, 0}, &d));
    assert_false(decimal_add((decimal){INT64_MIN, 0}, (decimal){INT64_MIN, 18}, &d));
    assert_false(decimal_multiply((decimal){1000000000, 0}, (decimal){1000000000, 0}, &d));
    assert_false(decimal_multiply((decimal){INT64_MIN, 0}, (decimal){INT64_MIN, 0}, &d));
    assert_false(decimal_multiply((decimal){1, 10}, (decimal){1, 9}, &d));
}

TEST(the_largest_decimals_are_written)
{
    char text[NUM_TEXT_MAX];
    assert_str(((str){text, num_write_decimal(text, (decimal){INT64_MIN, 0})}), "-9223372036854775808");
    assert_str(((str){text, num_write_decimal(text, (decimal){INT64_MIN, 18})}), "-9.223372036854775808");
    assert_str(((str){text, num_write_decimal(text, (decimal){-1, 18})}), "-0.000000000000000001");
}

TEST(integers_are_written_as_printf_writes_them)
{
    char ours[NUM_TEXT_MAX], theirs[NUM_TEXT_MAX];
    for (int shift = 0; shift < 64; shift++) {
        for (int64_t power = 1; power > 0 && power <= INT64_MAX / 10; power *= 10) {
            const int64_t samples[] = {(int64_t)((uint64_t)1 << shift),
                                       power,
                                       power - 1,
                                       power + 1,
                                       power * 9,
                                       INT64_MIN,
                                       INT64_MAX};
            for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
                snprintf(theirs, sizeof theirs, "%" PRId64, samples[i]);
                assert_str(((str){ours, num_write_int(ours, samples[i])}), theirs);
                const int64_t negative = (int64_t) - (uint64_t)samples[i];
                snprintf(theirs, sizeof theirs, "%" PRId64, negative);
                assert_str(((str){ours, num_write_int(ours, negative)}), theirs);
            }
        }
    }
}

TEST(a_decimal_becomes_the_double_that_its_text_reads_as)
{
    srandom(1);
    for (int i = 0; i < 200000; i++) {
        const int64_t units = (int64_t)((uint64_t)random() << 32 ^ (uint64_t)random()) >> (random() % 62);
        const decimal d = {i % 2 ? units : -units, (int8_t)(random() % 19)};
        char text[NUM_TEXT_MAX + 1];
        text[num_write_decimal(text, d)] = '\0';
        assert_true(decimal_to_double(d) == strtod(text, NULL));
    }
}

// ---- doubles to text ----

TEST(doubles_are_written_as_ecmascript_does)
{
    static const struct {  // right: what node prints, but for the plus of an exponent
        double v;
        const char *text;
    } samples[] = {
        {0.0, "0"},
        {-0.0, "-0"},
        {0.1, "0.1"},
        {20.0, "20"},
        {-273.15, "-273.15"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1000000000000000"},
        {123456789012345680.0, "123456789012345680"},
        {1e20, "100000000000000000000"},
        {1e21, "1e21"},
        {1.5e300, "1.5e300"},
        {0.000001, "0.000001"},
        {0.0000015, "0.0000015"},
        {1e-7, "1e-7"},
        {1.234e-10, "1.234e-10"},
        {5e-324, "5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {1.7976931348623157e308, "1.7976931348623157e308"},
        {9007199254740993.0, "9007199254740992"},
        {5.684341886080802e-14,
         "5.684341886080802e-14"},  // 2^-44: the nearest 16 digits, ...801, read as another
        {-1.2345678901234567e-100, "-1.2345678901234567e-100"},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_str(written(samples[i].v), samples[i].text);
}

TEST(what_json_cannot_say_is_null)
{
    assert_str(written((double)NAN), "null");
    assert_str(written((double)INFINITY), "null");
    assert_str(written((double)-INFINITY), "null");
}

static double random_double(void)
{
    const uint64_t bits = (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

// Of every size, powers of two, and quotients such as a mean is.
static double sample(int i)
{
    if (i % 3 == 0) return random_double();
    if (i % 3 == 1) return ldexp(1.0, (int)(random() % 2098) - 1074);
    return (double)(random() % 1000000000) / (double)(random() % (i % 2 ? 1000 : 1000000000) + 1);
}

TEST(every_double_reads_back_the_same)
{
    srandom(2);
    for (int i = 0; i < 600000; i++) {
        const double v = sample(i);
        if (!isfinite(v)) continue;
        const str text = written(v);
        assert_true(text.n < NUM_TEXT_MAX);
        assert_true(read_back(text) == v);
    }
}

static int digit_count(const char *text)
{
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0')) continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        n++;
    }
    return n - zeros;
}

TEST(no_text_with_fewer_digits_reads_back_the_same)
{
    srandom(3);
    for (int i = 0; i < 200000; i++) {
        const double v = sample(i);
        if (!isfinite(v) || v == 0) continue;
        char text[NUM_TEXT_MAX + 1], shorter[64];
        text[num_write_double(text, v)] = '\0';
        const int digits = digit_count(text);
        if (digits == 1) continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, v);
        assert_true(strtod(shorter, NULL) != v);
    }
}

TEST(of_the_shortest_texts_the_nearest_is_written)
{
    srandom(6);
    for (int i = 2; i < 600000; i += 3) {
        const double v = sample(i);
        char text[NUM_TEXT_MAX + 1], nearest[64];
        text[num_write_double(text, v)] = '\0';
        const int digits = digit_count(text);
        snprintf(nearest, sizeof nearest, "%.*e", digits ? digits - 1 : 0, v);
        int exponent;
        if (frexp(v, &exponent) == 0.5) continue;  // a power of two: there the nearest can read as another
        const long double x = strtold(text, NULL), y = strtold(nearest, NULL);
        assert_true(x == y);
    }
}

TEST(readings_with_few_decimals_come_back_as_they_were)
{
    srandom(4);
    for (int i = 0; i < 200000; i++) {
        char text[NUM_TEXT_MAX + 1];
        const int decimals = (int)(random() % 7);
        snprintf(text, sizeof text, "%.*f", decimals,
                 (double)(random() % 2000000000 - 1000000000) / pow(10, decimals));
        char *end = text + strlen(text);
        while (decimals && end[-1] == '0') *--end = '\0';
        if (end[-1] == '.') *--end = '\0';
        if (strcmp(text, "-0") == 0) continue;
        assert_str(written(strtod(text, NULL)), text);
    }
}

TEST(the_locale_changes_nothing)
{
    const char *const comma[] = {"nl_NL.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++) found = setlocale(LC_NUMERIC, comma[i]);
    if (!found) skip();
    assert_str(written(0.1 + 0.2), "0.30000000000000004");
    assert_true(read_back(STR("0.30000000000000004")) == 0.1 + 0.2);
    setlocale(LC_NUMERIC, "C");
}

// ---- text to numbers ----

TEST(numbers_read_as_strtod_reads_them)
{
    srandom(5);
    for (int i = 0; i < 300000; i++) {
        char text[80];
        int n = 0;
        const int whole = (int)(random() % (i % 3 ? 5 : 25)), decimals = (int)(random() % (i % 3 ? 5 : 25));
        n += snprintf(text, sizeof text, "%s%ld", random() % 2 ? "-" : "", random() % 10);
        if (text[n - 1] != '0') {
            for (int k = 0; k < whole; k++) text[n++] = (char)('0' + random() % 10);
        }
        if (decimals) text[n++] = '.';
        for (int k = 0; k < decimals; k++) text[n++] = (char)('0' + random() % 10);
        text[n] = '\0';
        if (random() % 2) n += snprintf(text + n, 8, "e%ld", random() % 640 - 330);
        const double expected = strtod(text, NULL);
        double v;
        const bool ok = num_parse_double((str){text, (size_t)n}, &v, NULL);
        assert_int_equal(ok, !isinf(expected));
        if (ok) assert_true(v == expected && signbit(v) == signbit(expected));
    }
}

TEST(half_way_cases_are_rounded_to_even)
{
    assert_true(read_back(STR("9007199254740993")) == 9007199254740992.0);
    assert_true(read_back(STR("9007199254740993.0000000000000000000000000000000000001")) ==
                9007199254740994.0);
    assert_true(read_back(STR("2.4703282292062327208e-324")) == 0);
    assert_true(read_back(STR("2.4703282292062328e-324")) == 5e-324);
}

TEST(a_digit_behind_a_thousand_others_still_counts)
{
    char text[2100] = "9007199254740993.";
    memset(text + 17, '0', 2000);
    assert_true(read_back((str){text, 2017}) == 9007199254740992.0);
    text[2016] = '1';
    assert_true(read_back((str){text, 2017}) == 9007199254740994.0);
}

TEST(hostile_lengths_and_exponents_are_quick_and_right)
{
    enum { LENGTH = 200000 };
    static char text[LENGTH];
    memset(text, '9', LENGTH);
    double v = -1;
    err e;
    assert_false(num_parse_double((str){text, LENGTH}, &v, &e));
    assert_int_equal(e.code, ERR_RANGE);
    memset(text, '0', LENGTH);
    memcpy(text, "0.", 2);
    memcpy(text + LENGTH - 8, "1e199992", 8);
    assert_true(read_back((str){text, LENGTH}) == 10);
    assert_true(read_back(STR("0e99999999999999999999")) == 0);
    assert_true(read_back(STR("1e-99999999999999999999")) == 0);
    assert_false(num_parse_double(STR("1e99999999999999999999"), &v, &e));
}

TEST(only_json_numbers_are_numbers)
{
    static const struct {
        const char *text;
        size_t at;
    } samples[] = {{"", 0},     {"-", 1},     {"+1", 0},  {".5", 0},       {"5.", 2},  {"01", 0},
                   {"1e", 2},   {"1e+", 3},   {"1 ", 1},  {" 1", 0},       {"inf", 0}, {"NaN", 0},
                   {"0x10", 1}, {"1_000", 1}, {"1,5", 1}, {"-Infinity", 1}};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        double v = 7;
        err e;
        assert_false(num_parse_double(str_of(samples[i].text), &v, &e));
        assert_int_equal(e.code, ERR_SYNTAX);
        assert_int_equal(e.at, samples[i].at);
        assert_true(v == 7);
    }
}

TEST(integers_are_read_up_to_64_bits)
{
    int64_t v;
    err e;
    assert_true(num_parse_int(STR("9223372036854775807"), &v, &e));
    assert_true(v == INT64_MAX);
    assert_true(num_parse_int(STR("-9223372036854775808"), &v, &e));
    assert_true(v == INT64_MIN);
    assert_false(num_parse_int(STR("9223372036854775808"), &v, &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_false(num_parse_int(STR("-9223372036854775809"), &v, &e));
    assert_int_equal(e.code, ERR_RANGE);
    static const char *const wrong[] = {"", "-", "+1", "1.0", "1e3", "007", " 1", "1 ", "x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(num_parse_int(str_of(wrong[i]), &v, &e));
        assert_int_equal(e.code, ERR_SYNTAX);
    }
}

TEST(numbers_are_equal_by_value_whatever_their_form)
{
    assert_true(num_equal(STR("1"), STR("1.000")));
    assert_true(num_equal(STR("100"), STR("1e2")));
    assert_true(num_equal(STR("1.5e-3"), STR("0.0015")));
    assert_true(num_equal(STR("-0.0"), STR("0e7")));
    assert_true(num_equal(STR("123.4500E+1"), STR("1234.5")));
    assert_false(num_equal(STR("1"), STR("-1")));
    assert_false(num_equal(STR("1"), STR("10")));
    assert_false(num_equal(STR("9007199254740992"), STR("9007199254740993")));  // one double, two numbers
    assert_false(num_equal(STR("1"), STR("x")));
}

RUN(CASE(a_decimal_keeps_its_digits), CASE(what_would_not_come_back_is_no_decimal),
    CASE(decimals_compare_by_value), CASE(decimals_add_and_multiply_exactly_or_not_at_all),
    CASE(the_largest_decimals_are_written), CASE(integers_are_written_as_printf_writes_them),
    CASE(a_decimal_becomes_the_double_that_its_text_reads_as), CASE(doubles_are_written_as_ecmascript_does),
    CASE(what_json_cannot_say_is_null), CASE(every_double_reads_back_the_same),
    CASE(no_text_with_fewer_digits_reads_back_the_same), CASE(of_the_shortest_texts_the_nearest_is_written),
    CASE(readings_with_few_decimals_come_back_as_they_were), CASE(the_locale_changes_nothing),
    CASE(numbers_read_as_strtod_reads_them), CASE(half_way_cases_are_rounded_to_even),
    CASE(a_digit_behind_a_thousand_others_still_counts),
    CASE(hostile_lengths_and_exponents_are_quick_and_right), CASE(only_json_numbers_are_numbers),
    CASE(integers_are_read_up_to_64_bits), CASE(numbers_are_equal_by_value_whatever_their_form))
