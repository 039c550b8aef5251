// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/flight.h"

#include "base/queue.h"
#include "mqtt/packet.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint16_t packet;
    uint8_t qos;
    uint8_t before;  // stage to return to when the connection ends before the acknowledgement
} waiting;

struct flight {
    waiting *ring;  // in order of arrival; this line and the next belong to the connection's thread
    size_t capacity, first, count;
    struct lock *lock;  // guards what follows
    uint64_t connection;
    bool is_awake;  // flight_acknowledge will be called
    uint8_t stage[UINT16_MAX + 1];
};

struct flight *flight_new(size_t most)
{
    struct flight *f = calloc(1, sizeof *f);
    if (f == NULL) return NULL;
    f->capacity = most;
    f->ring = calloc(most, sizeof *f->ring);
    f->lock = lock_new();
    if (f->ring && f->lock) return f;
    flight_free(f);
    return NULL;
}

void flight_free(struct flight *f)
{
    if (f == NULL) return;
    if (f->lock) lock_free(f->lock);
    free(f->ring);
    free(f);
}

static waiting drop_oldest(struct flight *f)
{
    const waiting w = f->ring[f->first];
    f->first = (f->first + 1) % f->capacity;
    f->count--;
    return w;
}

void flight_begin(struct flight *f)
{
    lock_take(f->lock);
    f->connection++;
    f->is_awake = false;
    while (f->count > 0) {
        const waiting w = drop_oldest(f);
        f->stage[w.packet] = w.before;
    }
    lock_drop(f->lock);
}

void flight_forget_session(struct flight *f)
{
    assert(f->count == 0);
    lock_take(f->lock);
    memset(f->stage, FLIGHT_UNKNOWN, sizeof f->stage);
    lock_drop(f->lock);
}

bool flight_is_full(const struct flight *f)
{
    return f->count == f->capacity;
}

size_t flight_count(const struct flight *f)
{
    return f->count;
}

flight_stage flight_stage_of(struct flight *f, uint16_t packet)
{
    lock_take(f->lock);
    const flight_stage stage = (flight_stage)f->stage[packet];
    lock_drop(f->lock);
    return stage;
}

static mqtt_delivery add(struct flight *f, uint16_t packet, uint8_t qos, uint8_t stage)
{
    assert(!flight_is_full(f));
    const size_t at = (f->first + f->count++) % f->capacity;
    lock_take(f->lock);
    f->ring[at] = (waiting){.packet = packet, .qos = qos, .before = f->stage[packet]};
    f->stage[packet] = stage;
    const mqtt_delivery d = {.connection = f->connection, .packet = packet, .qos = qos};
    lock_drop(f->lock);
    return d;
}

mqtt_delivery flight_add(struct flight *f, uint16_t packet, uint8_t qos)
{
    return add(f, packet, qos, FLIGHT_GIVEN_OUT);
}

void flight_add_done(struct flight *f, uint16_t packet, uint8_t qos)
{
    (void)add(f, packet, qos, FLIGHT_DONE);
}

void flight_take_back(struct flight *f)
{
    assert(f->count > 0);
    const waiting w = f->ring[(f->first + --f->count) % f->capacity];
    lock_take(f->lock);
    f->stage[w.packet] = w.before;
    lock_drop(f->lock);
}

bool flight_done(struct flight *f, mqtt_delivery d)
{
    if (d.qos == 0) return false;
    lock_take(f->lock);
    const bool is_ours = d.connection == f->connection && f->stage[d.packet] == FLIGHT_GIVEN_OUT;
    if (is_ours) f->stage[d.packet] = FLIGHT_DONE;
    const bool must_wake = is_ours && !f->is_awake;
    if (must_wake) f->is_awake = true;
    lock_drop(f->lock);
    return must_wake;
}

void flight_awake(struct flight *f)
{
    lock_take(f->lock);
    f->is_awake = true;
    lock_drop(f->lock);
}

size_t flight_acknowledge(struct flight *f, buf *out)
{
    size_t n = 0;
    lock_take(f->lock);
    f->is_awake = false;
    for (; f->count > 0 && f->stage[f->ring[f->first].packet] == FLIGHT_DONE; n++) {
        const waiting w = drop_oldest(f);
        f->stage[w.packet] = w.qos == 2 ? FLIGHT_RECEIVED : FLIGHT_UNKNOWN;
        mqtt_write_ack(out, w.qos == 2 ? MQTT_PUBREC : MQTT_PUBACK, w.packet);
    }
    lock_drop(f->lock);
    return n;
}

void flight_release(struct flight *f, uint16_t packet)
{
    lock_take(f->lock);
    if (f->stage[packet] == FLIGHT_RECEIVED) f->stage[packet] = FLIGHT_UNKNOWN;
    lock_drop(f->lock);
}
