// SPDX-License-Identifier: EUPL-1.2
#include "base/str.h"

#include "base/test.h"

TEST(an_absent_c_string_is_empty)
{
    assert_true(str_eq(str_of(NULL), (str){0}));
    assert_true(str_eq(str_of(""), STR("")));
}

TEST(equality_is_byte_for_byte)
{
    assert_true(str_eq(STR("Things"), STR("Things")));
    assert_false(str_eq(STR("Things"), STR("things")));
    assert_false(str_eq(STR("Thing"), STR("Things")));
    assert_true(str_eq(STR("a\0b"), STR("a\0b")));
    assert_false(str_eq(STR("a\0b"), STR("a\0c")));
}

TEST(case_is_ignored_for_ascii_letters_only)
{
    assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
    assert_false(str_eq_nocase(STR("\xC3\x89"), STR("\xC3\xA9")));  // É, é
    assert_false(str_eq_nocase(STR("@"), STR("`")));                // the bytes beside the letters
    assert_false(str_eq_nocase(STR("["), STR("{")));
}

TEST(order_is_by_bytes_then_by_length)
{
    assert_true(str_cmp(STR("a"), STR("b")) < 0);
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_cmp(STR("\x7F"), STR("\x80")) < 0);  // bytes are unsigned
    assert_int_equal(str_cmp((str){0}, STR("")), 0);
}

TEST(prefix_and_suffix_may_be_empty_or_all)
{
    assert_true(str_starts(STR("v1.1/Things"), STR("v1.1/")));
    assert_true(str_starts(STR("v"), STR("")));
    assert_false(str_starts(STR("v"), STR("v1")));
    assert_true(str_ends(STR("a.json"), STR(".json")));
    assert_true(str_ends(STR(".json"), STR(".json")));
    assert_false(str_ends(STR("json"), STR(".json")));
}

TEST(find_gives_the_first_occurrence)
{
    size_t at = 99;
    assert_true(str_find(STR("abcabc"), STR("ca"), &at));
    assert_int_equal(at, 2);
    assert_true(str_find((str){0}, STR(""), &at));
    assert_int_equal(at, 0);
    assert_false(str_find(STR("abc"), STR("abcd"), &at));
    assert_false(str_find((str){0}, STR("a"), &at));
}

TEST(slice_is_clamped)
{
    assert_str(str_slice(STR("abcdef"), 1, 3), "bc");
    assert_str(str_slice(STR("abc"), 1, 99), "bc");
    assert_str(str_slice(STR("abc"), 3, 2), "");
    assert_str(str_slice(STR("abc"), 99, 100), "");
}

TEST(trim_takes_white_space_at_both_ends_only)
{
    assert_str(str_trim(STR(" \t\r\n a b \n")), "a b");
    assert_str(str_trim(STR("  ")), "");
    assert_str(str_trim((str){0}), "");
}

TEST(cut_gives_every_field_also_empty_ones)
{
    str rest = STR("a,,b,"), field;
    const char *const expected[] = {"a", "", "b", ""};
    for (size_t i = 0; i < 4; i++) {
        assert_true(str_cut(&rest, ',', &field));
        assert_str(field, expected[i]);
    }
    assert_false(str_cut(&rest, ',', &field));
}

RUN(CASE(an_absent_c_string_is_empty), CASE(equality_is_byte_for_byte),
    CASE(case_is_ignored_for_ascii_letters_only), CASE(order_is_by_bytes_then_by_length),
    CASE(prefix_and_suffix_may_be_empty_or_all), CASE(find_gives_the_first_occurrence),
    CASE(slice_is_clamped), CASE(trim_takes_white_space_at_both_ends_only),
    CASE(cut_gives_every_field_also_empty_ones))
