// SPDX-License-Identifier: EUPL-1.2
#include "http/chunk.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

static struct refusal why;

struct outcome {
    chunk_state state;
    size_t data_n;
    size_t used;
    char data[1024];
};

// Feeds `text` in pieces of `step` bytes, as a connection does: what was decoded stays, the rest is read behind it.
static struct outcome decode(str text, size_t step, uint64_t most)
{
    struct outcome o = {.state = CHUNK_MORE};
    struct chunk_reader reader = {0};
    while (o.state == CHUNK_MORE && o.used < text.n) {
        size_t used, written;
        const str piece = str_slice(text, o.used, o.used + step);
        memcpy(o.data + o.data_n, piece.p, piece.n);
        o.state = chunk_read(&reader, o.data + o.data_n, piece.n, most - o.data_n, &used, &written, &why);
        o.data_n += written;
        o.used += used;
        if (o.state == CHUNK_MORE) assert_int_equal(used, piece.n);
    }
    return o;
}

#define REFUSED(text) refused_with(STR(text), 100)

static int refused_with(str text, uint64_t most)
{
    const struct outcome whole = decode(text, text.n, most), bytewise = decode(text, 1, most);
    assert_int_equal(whole.state, bytewise.state);
    return whole.state == CHUNK_REFUSED ? why.status : 0;
}

TEST(a_body_is_put_together_however_it_is_cut)
{
    const str text = STR(
        "4\r\npeil\r\n1 ; name=value\r\n-\r\n00B\r\n 0123456789\r\n0\r\nTrailer: x\r\n\r\nGET /next");
    for (size_t step = 1; step <= text.n; step++) {
        const struct outcome o = decode(text, step, 100);
        assert_int_equal(o.state, CHUNK_DONE);
        assert_str(((str){o.data, o.data_n}), "peil- 0123456789");
        assert_int_equal(o.used, text.n - strlen("GET /next"));
    }
}

TEST(an_empty_body_is_a_body)
{
    assert_int_equal(decode(STR("0\r\n\r\n"), 5, 100).state, CHUNK_DONE);
}

TEST(a_broken_coding_is_refused)
{
    assert_int_equal(REFUSED("\r\n"), 400);
    assert_int_equal(REFUSED("g\r\n"), 400);
    assert_int_equal(REFUSED("-1\r\n"), 400);
    assert_int_equal(REFUSED("0x4\r\n"), 400);
    assert_int_equal(REFUSED(" 4\r\n"), 400);
    assert_int_equal(REFUSED("4\npeil"), 400);
    assert_int_equal(REFUSED("4\r peil"), 400);
    assert_int_equal(REFUSED("4;a\nb\r\n"), 400);
    assert_int_equal(REFUSED("4\r\npeilX"), 400);
    assert_int_equal(REFUSED("4\r\npeil\rX"), 400);
    assert_int_equal(REFUSED("0\r\nA: b\n\r\n"), 400);
    assert_int_equal(REFUSED("0\r\n\rX"), 400);
    assert_int_equal(REFUSED("100000000\r\n"), 400);
    assert_int_equal(REFUSED("000000001\r\n"), 400);
}

TEST(a_body_over_the_limit_is_refused_before_it_comes)
{
    assert_int_equal(refused_with(STR("64\r\n"), 99), 0);  // 100 bytes: not yet seen to be too many
    assert_int_equal(refused_with(STR("64\r\nx"), 99), 413);
    assert_int_equal(refused_with(STR("2\r\nab\r\n2\r\nc"), 3), 413);
    assert_int_equal(refused_with(STR("ffffffff\r\nx"), 100), 413);
}

TEST(extensions_and_trailers_have_limits)
{
    char text[CHUNK_TRAILER_MAX + 100];
    struct chunk_reader reader = {0};
    size_t used, written;
    memset(text, 'a', sizeof text);
    memcpy(text, "1;", 2);
    assert_int_equal(chunk_read(&reader, text, CHUNK_LINE_MAX, 9, &used, &written, &why), CHUNK_MORE);
    reader = (struct chunk_reader){0};
    memcpy(text, "1;", 2);
    assert_int_equal(chunk_read(&reader, text, sizeof text, 9, &used, &written, &why), CHUNK_REFUSED);
    reader = (struct chunk_reader){0};
    memset(text, 'a', sizeof text);
    memcpy(text, "0\r\n", 3);
    assert_int_equal(chunk_read(&reader, text, sizeof text, 9, &used, &written, &why), CHUNK_REFUSED);
}

RUN(CASE(a_body_is_put_together_however_it_is_cut), CASE(an_empty_body_is_a_body),
    CASE(a_broken_coding_is_refused), CASE(a_body_over_the_limit_is_refused_before_it_comes),
    CASE(extensions_and_trailers_have_limits))
