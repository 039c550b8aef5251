// SPDX-License-Identifier: EUPL-1.2
#include "http/chunk.h"
#include "http/head.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 1000 };

struct body {
    chunk_state state;
    size_t n;
    size_t used;
};

// Decodes a copy of the coded bytes, `step` at a time, into `to`.
static struct body decode(str coded, size_t step, char *to)
{
    struct body b = {.state = CHUNK_MORE};
    struct chunk_reader reader = {0};
    struct refusal why;
    while (b.state == CHUNK_MORE && b.used < coded.n) {
        const str piece = str_slice(coded, b.used, b.used + step);
        size_t used, written;
        memcpy(to + b.n, piece.p, piece.n);
        b.state = chunk_read(&reader, to + b.n, piece.n, BODY_MAX - b.n, &used, &written, &why);
        assert(used <= piece.n && written <= used);
        b.used += used;
        b.n += written;
    }
    return b;
}

static void check_chunks(str coded)
{
    char *whole = malloc(coded.n + 1), *bytewise = malloc(coded.n + 1);
    if (!whole || !bytewise) abort();
    const struct body a = decode(coded, coded.n, whole), b = decode(coded, 1, bytewise);
    assert(a.state == b.state);
    // How far a refused body came before depends on how it was cut; a good one is the same however it came.
    if (a.state != CHUNK_REFUSED)
        assert(a.n == b.n && a.used == b.used && !memcmp(whole, bytewise, a.n) && a.n <= BODY_MAX);
    free(whole);
    free(bytewise);
}

static void check_span(str bytes, span s)
{
    assert((size_t)s.at + s.n <= bytes.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str in = {(const char *)data, size};
    struct head_scan scan = {0}, slow = {0};
    struct refusal why;
    const head_state state = head_find_end(&scan, in, 16384, &why);
    head_state slowly = HEAD_INCOMPLETE;
    for (size_t n = 0; n <= size && slowly == HEAD_INCOMPLETE; n++)
        slowly = head_find_end(&slow, str_slice(in, 0, n), 16384, &why);
    assert(state == slowly);
    if (state != HEAD_COMPLETE) return 0;
    assert(scan.at == slow.at && scan.at <= size);
    static struct head head;
    const str bytes = str_slice(in, 0, scan.at);
    memset(&head, 0, sizeof head);
    if (!head_parse(bytes, &head, &why)) {
        assert(why.status >= 400 && why.status <= 505 && why.message);
        return 0;
    }
    check_span(bytes, head.path);
    check_span(bytes, head.query);
    assert(head.field_count <= HEAD_FIELDS_MAX && !(head.is_chunked && head.has_length));
    for (size_t i = 0; i < head.field_count; i++) {
        check_span(bytes, head.fields[i].name);
        check_span(bytes, head.fields[i].value);
    }
    if (head.is_chunked) check_chunks(str_slice(in, scan.at, in.n));
    return 0;
}
