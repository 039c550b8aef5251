// SPDX-License-Identifier: EUPL-1.2
#include "base/utf8.h"

#include "base/test.h"

// Well-formed and ill-formed sequences of Unicode 15, table 3-7, and its neighbours.
static const struct {
    str bytes;
    size_t bad_at;  // ERR_NOWHERE: valid
} samples[] = {
    {STR(""), ERR_NOWHERE},
    {STR("plain ascii that is longer than a word"), ERR_NOWHERE},
    {STR("\x00\x7F"), ERR_NOWHERE},
    {STR("\xC2\x80 \xDF\xBF"), ERR_NOWHERE},
    {STR("\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"), ERR_NOWHERE},
    {STR("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"), ERR_NOWHERE},
    {STR("\xC0\x80"), 0},          // overlong NUL
    {STR("\xC1\xBF"), 0},          // overlong
    {STR("\xE0\x9F\xBF"), 0},      // overlong
    {STR("\xF0\x8F\xBF\xBF"), 0},  // overlong
    {STR("\xED\xA0\x80"), 0},      // surrogate D800
    {STR("\xED\xBF\xBF"), 0},      // surrogate DFFF
    {STR("\xF4\x90\x80\x80"), 0},  // U+110000
    {STR("\xF5\x80\x80\x80"), 0},
    {STR("\xFF"), 0},
    {STR("\x80"), 0},                  // continuation alone
    {STR("12345678901\xE2\x82"), 11},  // cut
    {STR("\xE2\x82\xAC\xE2\x28\xAC"), 3},
    {STR("\xF0\x9F\x98\x28"), 0},
};

TEST(validity_is_that_of_unicode_table_3_7)
{
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        size_t bad_at = ERR_NOWHERE;
        assert_int_equal(utf8_is_valid(samples[i].bytes, &bad_at), samples[i].bad_at == ERR_NOWHERE);
        assert_int_equal(bad_at, samples[i].bad_at);
    }
}

TEST(every_code_point_encodes_to_what_is_valid)
{
    for (uint32_t c = 0; c < 0x110800; c++) {
        char text[4];
        const size_t n = utf8_encode(c, text);
        const bool exists = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
        assert_int_equal(n > 0, exists);
        if (exists) assert_true(utf8_is_valid((str){text, n}, NULL));
    }
    char text[4];
    const str euro = {text, utf8_encode(0x20AC, text)};
    assert_str(euro, "\xE2\x82\xAC");
}

TEST(length_and_slice_count_characters)
{
    const str s = STR("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");  // a é € 😀 z
    assert_int_equal(utf8_length(s), 5);
    assert_str(utf8_slice(s, 1, 2), "\xC3\xA9\xE2\x82\xAC");
    assert_str(utf8_slice(s, 3, 99), "\xF0\x9F\x98\x80z");
    assert_str(utf8_slice(s, 9, 1), "");
}

TEST(case_maps_beyond_ascii)
{
    arena *a = arena_new(1000);
    str out;
    err e;
    assert_true(utf8_lower(STR("\xC3\x89\xC3\x89N \xCE\xA9 \xC8\xBA"), a, &out, &e));  // ÉÉN Ω Ⱥ
    assert_str(out, "\xC3\xA9\xC3\xA9n \xCF\x89 \xE2\xB1\xA5");  // the last grows by a byte
    assert_true(utf8_upper(STR("stra\xC3\xA7"
                               "e"),
                           a, &out, &e));
    assert_str(out, "STRA\xC3\x87"
                    "E");
    assert_true(utf8_upper(STR(""), a, &out, &e));
    assert_str(out, "");
    arena_free(a);
}

TEST(case_of_rubbish_is_an_error_with_its_place)
{
    arena *a = arena_new(64);
    str out;
    err e;
    assert_false(utf8_lower(STR("ab\xFF"), a, &out, &e));
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_int_equal(e.at, 2);
    assert_false(utf8_lower(STR("0123456789012345678901234567890123456789012345678901234567890123456789"), a,
                            &out, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    arena_free(a);
}

TEST(folding_takes_away_case_and_accents)
{
    arena *a = arena_new(1 << 12);
    str out;
    err e;
    assert_true(utf8_fold(STR("Cura\xc3\xa7"
                              "aostraat \xc3\x89\xc3\xa9n"),
                          a, &out, &e));
    assert_str(out, "curacaostraat een");
    assert_true(utf8_fold((str){0}, a, &out, &e));
    assert_int_equal(out.n, 0);
    assert_false(utf8_fold(STR("\xff"), a, &out, &e));
    arena_free(a);
}

TEST(what_is_shown_can_neither_move_nor_hide)
{
    static const struct {
        str in;
        const char *shown;
    } cases[] = {
        {STR("{\"pm\": 1.5} na\xc3\xafve"), "{\"pm\": 1.5} na\xc3\xafve"},
        {STR("a\nb\tc\rd"), "a\\nb\\tc\\rd"},
        {STR("\x1b[2J\x1b]0;title\x07"), "\\u{1b}[2J\\u{1b}]0;title\\u{7}"},
        {STR("back\\n"), "back\\\\n"},
        {STR("tnr"), "tnr"},
        {{"a\0b", 3}, "a\\u{0}b"},
        {STR("\x7f\xc2\x9b"), "\\u{7f}\\u{9b}"},                      // DEL, CSI in one character
        {STR("\xe2\x80\xaegpj.exe"), "\\u{202e}gpj.exe"},             // right-to-left override
        {STR("a\xe2\x80\xa8z\xef\xbb\xbf"), "a\\u{2028}z\\u{feff}"},  // line separator, byte order mark
        {STR("\xff\xc3"), "\\xff\\xc3"},
        {STR("\xed\xa0\x80"), "\\xed\\xa0\\x80"},  // a surrogate is no character
        {STR("\xf0\x9f\x8c\xb3"), "\xf0\x9f\x8c\xb3"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf b = {.max = 256};
        utf8_show(cases[i].in, &b);
        assert_str(buf_str(&b), cases[i].shown);
        buf_free(&b);
    }
}

RUN(CASE(what_is_shown_can_neither_move_nor_hide), CASE(folding_takes_away_case_and_accents),
    CASE(validity_is_that_of_unicode_table_3_7), CASE(every_code_point_encodes_to_what_is_valid),
    CASE(length_and_slice_count_characters), CASE(case_maps_beyond_ascii),
    CASE(case_of_rubbish_is_an_error_with_its_place))
