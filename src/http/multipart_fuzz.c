// SPDX-License-Identifier: EUPL-1.2
// A body with the boundary "b": its parts lie in it, one behind the other.
#include "base/fuzz.h"
#include "http/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str body = {(const char *)data, size};
    struct multipart m;
    struct multipart_part part;
    struct http_part http;
    struct form_part field;
    bool got = true;
    size_t at = 0;
    err e = {0};
    FUZZ_REQUIRE(multipart_open(body, STR("multipart/mixed; boundary=b"), &m, &e));
    while (got && multipart_next(&m, &part, &got, &e)) {
        if (!got) break;
        FUZZ_REQUIRE(part.at >= at && part.at <= size);
        FUZZ_REQUIRE(part.headers.n + part.body.n <= size - part.at);
        at = part.at;
        (void)multipart_header(part.headers, STR("Content-Type"));
        if (form_part_read(&part, &field, &e))
            FUZZ_REQUIRE(field.name.n + field.filename.n + field.media_type.n <= part.headers.n);
        if (http_part_read(part.body, &http, &e)) FUZZ_REQUIRE(http.method.n > 0 && http.url.n > 0);
    }
    return 0;
}
