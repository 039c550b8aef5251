// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a packet: what is read lies inside them, and a part of a packet never says anything else than the whole.
#include "mqtt/packet.h"

#include "base/fuzz.h"
#include "mqtt/topic.h"

static bool lies_inside(str part, str whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void check_whole(const mqtt_packet *p, str bytes)
{
    FUZZ_REQUIRE(p->size <= bytes.n);
    FUZZ_REQUIRE(lies_inside(p->topic, bytes) && lies_inside(p->payload, bytes) &&
                 lies_inside(p->return_codes, bytes));
    if (p->type != MQTT_PUBLISH) return;
    FUZZ_REQUIRE(mqtt_topic_is_valid(p->topic) && p->payload.n == p->payload_size && p->qos <= 2);
    FUZZ_REQUIRE((p->id > 0) == (p->qos > 0));
}

// Reading more and more of the bytes: the verdict only ever moves from MORE over HEAD to WHOLE, or to BAD.
static void check_prefixes(str bytes, mqtt_read verdict)
{
    mqtt_read before = MQTT_READ_MORE;
    for (size_t n = 0; n < bytes.n && n < 64; n++) {
        mqtt_packet p;
        err e;
        const mqtt_read now = mqtt_packet_read(str_slice(bytes, 0, n), &p, &e);
        if (now == MQTT_READ_BAD) {
            FUZZ_REQUIRE(verdict == MQTT_READ_BAD);
            return;
        }
        FUZZ_REQUIRE(now >= before);
        before = now;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str bytes = {(const char *)data, size};
    mqtt_packet p;
    err e = {0};
    const mqtt_read verdict = mqtt_packet_read(bytes, &p, &e);
    if (verdict == MQTT_READ_WHOLE) check_whole(&p, bytes);
    if (verdict == MQTT_READ_HEAD) FUZZ_REQUIRE(p.size > size);
    if (verdict == MQTT_READ_MORE) FUZZ_REQUIRE(size < MQTT_HEAD_MAX + MQTT_TEXT_MAX);
    if (verdict == MQTT_READ_BAD) FUZZ_REQUIRE(e.code == ERR_SYNTAX && e.at <= size);
    check_prefixes(bytes, verdict);
    return 0;
}
