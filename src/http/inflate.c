// SPDX-License-Identifier: EUPL-1.2
#include "http/inflate.h"

#define ZLIB_CONST  // the input is not written to
#include <zlib.h>

#define PIECE ((size_t)64 << 10)
#define INPUT_MAX ((size_t)1 << 30)

enum { GZIP = 15 + 16, ZLIB = 15, RAW = -15 };

bool http_is_plain(str coding)
{
    return coding.n == 0 || str_eq_nocase(coding, STR("identity"));
}

static bool broken(err *e, const z_stream *z)
{
    return err_set(e, ERR_SYNTAX, (size_t)z->total_in, "the compressed body is broken: %s",
                   z->msg ? z->msg : "it ends too early");
}

// One stream, to its end. What comes out may be `max` bytes.
static bool inflate_one(z_stream *z, size_t max, buf *out, err *e)
{
    for (;;) {
        const size_t room = max + 1 - out->n, piece = room < PIECE ? room : PIECE;
        if (!buf_reserve(out, piece)) return err_no_memory(e);
        z->next_out = (unsigned char *)out->p + out->n;
        z->avail_out = (unsigned)piece;
        const int done = inflate(z, Z_NO_FLUSH);
        out->n += piece - z->avail_out;
        if (out->n > max)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the body has more than %zu bytes when unpacked", max);
        if (done == Z_STREAM_END) return true;
        if (done != Z_OK || (z->avail_in == 0 && z->avail_out > 0)) return broken(e, z);
    }
}

static int window_of(str body, str coding)
{
    if (!str_eq_nocase(coding, STR("deflate"))) return GZIP;
    // RFC 1950: the first two bytes are a multiple of 31, the method is 8. Some senders leave them out.
    const unsigned char *b = (const unsigned char *)body.p;
    return body.n > 1 && (b[0] & 15) == 8 && (b[0] * 256 + b[1]) % 31 == 0 ? ZLIB : RAW;
}

bool http_inflate(str body, str coding, size_t max, buf *out, err *e)
{
    static const str known[] = {STR("gzip"), STR("x-gzip"), STR("deflate")};
    bool is_known = false;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        is_known = is_known || str_eq_nocase(coding, known[i]);
    if (http_is_plain(coding)) {
        buf_add(out, body);
        return !out->failed || err_no_memory(e);
    }
    if (!is_known)
        return err_set(e, ERR_MEDIA, ERR_NOWHERE,
                       "a body comes as it is, or as gzip or deflate, not as '%.*s'", STR_ARG(coding));
    if (body.n > INPUT_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the body is too large");
    z_stream z = {.next_in = (const unsigned char *)body.p, .avail_in = (unsigned)body.n};
    if (inflateInit2(&z, window_of(body, coding)) != Z_OK) return err_no_memory(e);
    bool ok = inflate_one(&z, max, out, e);
    while (ok && z.avail_in > 0) ok = inflateReset(&z) == Z_OK && inflate_one(&z, max, out, e);
    inflateEnd(&z);
    return ok;
}
