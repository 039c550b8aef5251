// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a home's state: refused, or a home that goes on working and gives the same bytes back.
#include "sign/codec.h"
#include "sign/explain.h"

#include "base/fuzz.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sign_home h;
    err e;
    if (!sign_home_read((str){(const char *)data, size}, &h, &e)) {
        FUZZ_REQUIRE(e.text[0] != '\0');
        return 0;
    }
    buf b = {.max = SIGN_CODED_MAX}, text = {.max = 4096};
    sign_home_write(&h, &b);
    FUZZ_REQUIRE(!b.failed);
    if (data[0] == SIGN_CODED_VERSION) FUZZ_REQUIRE(b.n == size && memcmp(b.p, data, size) == 0);
    const struct sign_parameters p = sign_parameters_standard();
    instant now = h.newest_end ? h.newest_end : TIME_DAY;
    now -= now % SIGN_SLOT_TIME;
    for (int i = 0; i < 100; i++) {
        sign_home_use(&h, &p, NULL, (sign_channel)(i % SIGN_CHANNEL_COUNT),
                      (interval){now, now + SIGN_SLOT_TIME}, (uint32_t)(i * 7 % 300), false);
        now += SIGN_SLOT_TIME;
        FUZZ_REQUIRE(sign_home_judge(&h, &p, NULL, now) < SIGN_STATE_COUNT);
    }
    sign_explain(&h, &p, SIGN_NL, &text);
    buf_free(&b);
    buf_free(&text);
    return 0;
}
