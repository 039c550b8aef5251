// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a broker's side of a connection, at once and in pieces, with a receiver that refuses now and then: the
// messages given out keep their limits, and those of QoS 0 are the same both times (what becomes of the others may
// depend on whether their acknowledgement has left).
#include "mqtt/session.h"

#include "base/fuzz.h"
#include "base/log.h"
#include "mqtt/topic.h"

#define PAYLOAD_MAX 64  // small, so that payloads beyond it are met

struct outcome {
    uint64_t digest;  // of the messages of QoS 0, in order
    bool is_broken;
};

struct receiver {
    struct outcome outcome;
    struct flight *flight;
    unsigned refuse_every;  // 0: never
    unsigned offers;
};

static uint64_t mix(uint64_t digest, str s)
{
    for (size_t i = 0; i < s.n; i++) digest = (digest ^ (unsigned char)s.p[i]) * 1099511628211u;
    return (digest ^ s.n) * 1099511628211u;
}

static bool receive(const mqtt_message *m, void *context)
{
    struct receiver *r = context;
    if (r->refuse_every > 0 && ++r->offers % r->refuse_every == 0) return false;
    FUZZ_REQUIRE(mqtt_topic_is_valid(m->topic) && m->payload.n <= PAYLOAD_MAX);
    if (m->delivery.qos == 0) r->outcome.digest = mix(mix(r->outcome.digest, m->topic), m->payload);
    (void)flight_done(r->flight, m->delivery);
    return true;
}

// Offers bytes[*at..end) until nothing more is taken.
static bool offer(struct session *s, str bytes, size_t *at, size_t end)
{
    size_t taken = 0;
    err e;
    do {
        if (!session_take(s, str_slice(bytes, *at, end), 0, &taken, &e)) return false;
        *at += taken;
        session_acknowledge(s);
        session_sent(s, session_to_send(s).n, 0);
    } while (taken > 0 || session_is_held(s));
    return true;
}

static struct outcome run(str bytes, size_t piece, unsigned refuse_every)
{
    static const str topics[] = {STR("#"), STR("a/+")};
    struct receiver r = {.flight = flight_new(4), .refuse_every = refuse_every};
    const mqtt_config c = {.client_id = STR("p"),
                           .topics = topics,
                           .topic_count = 2,
                           .payload_max = PAYLOAD_MAX,
                           .in_flight_max = 4,
                           .keep_alive_s = 30,
                           .message = receive,
                           .context = &r};
    struct session *s = session_new(&c, r.flight, NULL);
    if (s == NULL) abort();
    session_begin(s, 0);
    size_t at = 0;
    for (size_t end = 0; end < bytes.n && !r.outcome.is_broken;) {
        end = end + piece < bytes.n ? end + piece : bytes.n;
        r.outcome.is_broken = !offer(s, bytes, &at, end);
    }
    session_free(s);
    flight_free(r.flight);
    return r.outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > 4096) return 0;
    log_set_level((log_level)0);  // refused subscriptions, again and again
    const str bytes = {(const char *)data + 1, size - 1};
    const size_t piece = data[0] % 16 + 1;
    const struct outcome whole = run(bytes, size, 0);
    const struct outcome pieces = run(bytes, piece, (unsigned)piece % 4 + 2);
    if (!whole.is_broken && !pieces.is_broken) FUZZ_REQUIRE(whole.digest == pieces.digest);
    return 0;
}
