// SPDX-License-Identifier: EUPL-1.2
// The first line is an announcement, the rest what then comes on the topic that it names.
#include "base/fuzz.h"
#include "base/utf8.h"
#include "ingest/topic/discovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = {(const char *)data, size}, first, state;
    err e;
    if (!str_cut(&rest, '\n', &first)) return 0;
    struct discovery *d = discovery_new();
    arena *a = arena_new((size_t)8 << 20);
    if (d && a && discovery_take(d, STR("homeassistant/sensor/node/temp/config"), first, &state, &e) &&
        state.n) {
        const struct device_message m = {.topic = state, .body = rest, .received = TIME_DAY};
        struct device_result out;
        FUZZ_REQUIRE(topic_rules_match(discovery_rules(d), state));
        if (topic_rules_decode(discovery_rules(d), &m, a, &out, &e)) {
            for (size_t i = 0; i < out.reading_count; i++)
                FUZZ_REQUIRE(utf8_is_valid(out.readings[i].device, NULL));
        }
    }
    discovery_free(d);
    arena_free(a);
    return 0;
}
