// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a stream: what the framer delivers is a stretch of it that starts with '/', whatever way it is cut; what is
// said of a telegram lies within it. Checksums are made right, so that the lines are reached.
#include "ingest/p1/framer.h"
#include "ingest/p1/telegram.h"

#include "base/fuzz.h"

#include <string.h>

static void check_telegram(str text)
{
    static struct p1_telegram t;
    err e;
    if (!p1_telegram_read(text, &t, &e)) {
        FUZZ_REQUIRE(e.text[0] != '\0' && (e.at <= text.n || e.at == ERR_NOWHERE));
        return;
    }
    FUZZ_REQUIRE(t.channel_count <= P1_CHANNELS_MAX && t.failure_count <= P1_LOG_MAX &&
                 t.unknown_count <= P1_UNKNOWN_MAX);
    for (size_t i = 0; i < P1_REGISTER_COUNT; i++)
        FUZZ_REQUIRE(t.registers[i] == P1_NONE || t.registers[i] >= 0);
    for (size_t i = 0; i < t.channel_count; i++) FUZZ_REQUIRE(t.channels[i].at <= text.n);
    FUZZ_REQUIRE((t.bad_lines > 0) == (t.first_bad.code != ERR_NONE));
}

static void check_with_right_checksum(str text)
{
    char copy[P1_TELEGRAM_MAX + 8];
    const char *end = memchr(text.p, '!', text.n);
    if (!end) return;
    const size_t n = (size_t)(end - text.p) + 1;
    memcpy(copy, text.p, n);
    snprintf(copy + n, 5, "%04X", p1_checksum((str){copy, n}));
    check_telegram((str){copy, n + 4});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct p1_framer whole, cut;
    const str stream = {(const char *)data, size};
    str rest = stream, first = str_slice(stream, 0, size / 2), second = str_slice(stream, size / 2, size),
        telegram;
    int64_t count = 0;
    memset(&whole, 0, sizeof whole);
    memset(&cut, 0, sizeof cut);
    while (p1_framer_take(&whole, &rest, &telegram) || p1_framer_end(&whole, &telegram)) {
        FUZZ_REQUIRE(telegram.n > 1 && telegram.p[0] == '/' && telegram.n <= P1_TELEGRAM_MAX);
        check_telegram(telegram);
        check_with_right_checksum(telegram);
        count++;
    }
    while (p1_framer_take(&cut, &first, &telegram)) count--;
    while (p1_framer_take(&cut, &second, &telegram) || p1_framer_end(&cut, &telegram)) count--;
    FUZZ_REQUIRE(count == 0 && whole.dropped == cut.dropped);
    return 0;
}
