// SPDX-License-Identifier: EUPL-1.2
#include "base/test.h"
#include "portal/postcode.h"

static arena *a;
static struct postcode_row *rows;
static size_t count;
static int64_t refused;

static bool read_table(const char *text, err *e)
{
    arena_reset(a);
    return postcode_table_read(str_of(text), a, &rows, &count, &refused, e);
}

static void a_table_of_cbs_counts_house_numbers(void **state)
{
    (void)state;
    err e;
    assert_true(
        read_table("PC6;Huisnummer;Buurt2024;Wijk2024\r\n2281AB;1;6030111;60301\r\n2281AB;3;6030112;60301\r\n"
                   "2281AB;5;6030112;60301\r\n2281AC;1;6030111;60301\r\n",
                   &e));
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].postcode, "2281AB");
    assert_true(str_eq(rows[0].area, STR("BU06030112")));
    assert_string_equal(rows[1].postcode, "2281AC");
    assert_true(str_eq(rows[1].area, STR("BU06030111")));
}

static void an_own_table_may_have_remarks_quotes_and_spaces(void **state)
{
    (void)state;
    err e;
    assert_true(read_table(
        "\xEF\xBB\xBF# made up\n\"postcode\", area\n\"0101 aa\",BU06030111\n\nwrong,BU06030111\n0102AB,\n",
        &e));
    assert_int_equal(count, 1);
    assert_int_equal(refused, 2);
    assert_string_equal(rows[0].postcode, "0101AA");
}

static void without_names_of_columns_it_is_refused(void **state)
{
    (void)state;
    err e;
    assert_false(read_table("2281AB,BU06030111\n", &e));
    assert_int_equal(e.code, ERR_MISSING);
    assert_false(read_table("", &e));
}

static void a_postcode_is_four_digits_and_up_to_two_letters(void **state)
{
    (void)state;
    char plain[7];
    size_t n;
    assert_true(postcode_plain(STR(" 2281 ab"), plain, &n));
    assert_string_equal(plain, "2281AB");
    assert_true(postcode_plain(STR("2281"), plain, &n));
    assert_false(postcode_plain(STR("228"), plain, &n));
    assert_false(postcode_plain(STR("2281ABC"), plain, &n));
    assert_false(postcode_plain(STR("A281AB"), plain, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_cbs_counts_house_numbers),
        cmocka_unit_test(an_own_table_may_have_remarks_quotes_and_spaces),
        cmocka_unit_test(without_names_of_columns_it_is_refused),
        cmocka_unit_test(a_postcode_is_four_digits_and_up_to_two_letters),
    };
    a = arena_new((size_t)1 << 20);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
