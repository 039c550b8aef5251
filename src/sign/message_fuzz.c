// SPDX-License-Identifier: EUPL-1.2
// Any bytes as what a home sends, as its key, and as the saved state of a watch: refused, or read the way it was written.
#include "sign/message.h"
#include "sign/watch.h"

#include "base/fuzz.h"

#include <string.h>

static void check_message(str text)
{
    struct sign_message m;
    char again[SIGN_MESSAGE_BYTES + 1];
    err e;
    if (!sign_message_read(text, &m, &e)) {
        FUZZ_REQUIRE(e.text[0] != '\0');
        return;
    }
    sign_message_write(&m, again);
    FUZZ_REQUIRE(str_eq(text, str_of(again)) && sign_pseudonym_is_valid(str_of(m.pseudonym)));
}

static void check_state(str bytes)
{
    static struct sign_watch w;
    const struct sign_parameters p = sign_parameters_standard();
    struct sign_message out;
    err e;
    sign_watch_begin(&w, &p, NULL, 0);
    if (!sign_watch_load(&w, bytes, &e)) return;
    (void)sign_watch_tick(&w, w.home.newest_end + TIME_DAY, &out);
    str telegram = STR("/x\r\n\r\n1-0:1.8.0(000001.000*kWh)\r\n!\r\n");
    while (sign_watch_take(&w, &telegram, w.home.newest_end + TIME_DAY)) {}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str text = {(const char *)data, size};
    struct sign_key k;
    err e;
    check_message(text);
    if (sign_key_read(text, &k, &e)) FUZZ_REQUIRE(sign_pseudonym_is_valid(str_of(k.pseudonym)));
    check_state(text);
    return 0;
}
