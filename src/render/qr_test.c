// SPDX-License-Identifier: EUPL-1.2
#include "render/qr.h"

#include "base/test.h"

#include <string.h>

static struct qr make(str text)
{
    struct qr q;
    err e;
    assert_true(qr_make(text, &q, &e));
    return q;
}

// ISO/IEC 18004, table 7: bytes that each version holds with correction M.
TEST(the_smallest_version_that_holds_the_text_is_taken)
{
    static const int most[] = {14, 26, 42, 62, 84, 106, 122, 152, 180, 213};
    char text[QR_BYTES_MAX + 1];
    memset(text, 'a', sizeof text);
    for (int v = 1; v <= 10; v++) {
        assert_int_equal(make((str){text, (size_t)most[v - 1]}).side, 17 + 4 * v);
        if (v < 10) assert_int_equal(make((str){text, (size_t)most[v - 1] + 1}).side, 21 + 4 * v);
    }
}

TEST(a_longer_text_is_refused)
{
    char text[QR_BYTES_MAX + 1] = {0};
    struct qr q;
    err e;
    assert_false(qr_make((str){text, sizeof text}, &q, &e));
    assert_int_equal(e.code, ERR_LIMIT);
}

TEST(the_corners_hold_the_finders_and_the_timing_alternates)
{
    const struct qr q = make(STR("https://peil.rijswijk.nl/meter/12"));
    static const char *const finder[] = {"1111111", "1000001", "1011101", "1011101",
                                         "1011101", "1000001", "1111111"};
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 7; x++) {
            assert_int_equal(q.dark[y][x], finder[y][x] == '1');
            assert_int_equal(q.dark[y][q.side - 7 + x], finder[y][x] == '1');
            assert_int_equal(q.dark[q.side - 7 + y][x], finder[y][x] == '1');
        }
    for (int i = 8; i < q.side - 8; i++) assert_int_equal(q.dark[6][i], i % 2 == 0);
}

TEST(the_picture_has_a_white_border_of_four)
{
    buf b = {.max = 1 << 16};
    const struct qr q = make(STR("a"));
    qr_svg(&b, &q, STR("a \"title\""));
    size_t at;
    assert_true(str_find(buf_str(&b), STR("viewBox=\"0 0 29 29\""), &at));
    assert_true(str_find(buf_str(&b), STR("aria-label=\"a &quot;title&quot;\""), &at));
    assert_true(str_find(buf_str(&b), STR("d=\"M4 4.5h7"), &at));
    buf_free(&b);
}

RUN(CASE(the_smallest_version_that_holds_the_text_is_taken), CASE(a_longer_text_is_refused),
    CASE(the_corners_hold_the_finders_and_the_timing_alternates),
    CASE(the_picture_has_a_white_border_of_four))
