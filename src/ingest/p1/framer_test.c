// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/framer.h"

#include "base/test.h"

#include <string.h>

static struct p1_framer framer;

// All telegrams of a stream that comes in pieces of `piece` bytes, with a '|' behind each.
static const char *frames(const char *stream, size_t piece)
{
    static char out[4 * P1_TELEGRAM_MAX];
    size_t n = 0;
    memset(&framer, 0, sizeof framer);
    str all = str_of(stream), telegram;
    for (size_t at = 0; at < all.n; at += piece) {
        str rest = str_slice(all, at, at + piece);
        while (p1_framer_take(&framer, &rest, &telegram)) {
            memcpy(out + n, telegram.p, telegram.n);
            n += telegram.n;
            out[n++] = '|';
        }
    }
    if (p1_framer_end(&framer, &telegram)) {
        memcpy(out + n, telegram.p, telegram.n);
        n += telegram.n;
        out[n++] = '|';
    }
    out[n] = '\0';
    return out;
}

TEST(telegrams_come_out_of_any_pieces)
{
    for (size_t piece = 1; piece < 30; piece++) {
        assert_string_equal(frames("ab\r\n/A\r\nx\r\n!12AF\r\n/B\r\n!\r\n/C\r\n!b9f", piece),
                            "/A\r\nx\r\n!12AF|/B\r\n!|/C\r\n!b9f|");
        assert_int_equal(framer.dropped, 0);
    }
}

TEST(one_that_breaks_off_is_dropped_and_the_next_is_read)
{
    assert_string_equal(frames("/A\r\nx/B\r\n!1234\r\n/C\r\n", 5), "/B\r\n!1234|");
    assert_int_equal(framer.dropped, 2);
}

TEST(an_exclamation_mark_within_a_line_is_no_end)
{
    assert_string_equal(frames("/A!1\r\n!00\r\n", 3), "/A!1\r\n!00|");
}

TEST(a_flood_without_an_end_is_dropped)
{
    static char flood[2 * P1_TELEGRAM_MAX];
    memset(flood, 'x', sizeof flood - 1);
    flood[0] = '/';
    assert_string_equal(frames(flood, 1000), "");
    assert_int_equal(framer.dropped, 1);
}

RUN(CASE(telegrams_come_out_of_any_pieces), CASE(one_that_breaks_off_is_dropped_and_the_next_is_read),
    CASE(an_exclamation_mark_within_a_line_is_no_end), CASE(a_flood_without_an_end_is_dropped))
