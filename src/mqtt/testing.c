// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/testing.h"

#include "base/num.h"
#include "base/queue.h"
#include "base/time.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE (20 * TIME_SECOND)

bool comes_true(bool (*holds)(void *context), void *context)
{
    const instant deadline = time_monotonic_us() + PATIENCE;
    while (!holds(context)) {
        if (time_monotonic_us() > deadline) return false;
        (void)poll(NULL, 0, 5);
    }
    return true;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

int64_t resident_bytes(void)
{
    if (IS_SANITIZED) return 0;
    FILE *f = fopen("/proc/self/statm", "re");
    long size = 0;
    long resident = 0;
    if (f == NULL || fscanf(f, "%ld %ld", &size, &resident) != 2) abort();
    fclose(f);
    return (int64_t)resident * sysconf(_SC_PAGESIZE);
}

struct receiver *receiver_new(void)
{
    struct receiver *r = calloc(1, sizeof *r);
    if (r) r->lock = lock_new();
    if (r == NULL || r->lock == NULL) abort();
    return r;
}

void receiver_free(struct receiver *r)
{
    lock_free(r->lock);
    free(r);
}

static void note(struct receiver *r, int64_t number)
{
    r->received++;
    if (number < 0 || number >= NUMBERS_MAX) return;
    if (r->times[number] == 0) r->distinct++;
    if (r->times[number] < 255) r->times[number]++;
    if (number < r->last) r->out_of_order++;
    r->last = (int)number;
}

bool receiver_message(const mqtt_message *m, void *context)
{
    struct receiver *r = context;
    int64_t number = -1;
    err ignored;
    (void)!num_parse_int(m->payload, &number, &ignored);
    lock_take(r->lock);
    const bool takes = r->refuse_most == 0 || r->offers++ % (r->refuse_most + 1) == r->refuse_most;
    if (takes) note(r, number);
    const bool is_done = takes && !r->holds;
    lock_drop(r->lock);
    if (is_done) mqtt_done(m->subscriber, m->delivery);
    return takes;
}

void receiver_state(bool connected, const char *why, void *context)
{
    struct receiver *r = context;
    lock_take(r->lock);
    r->states++;
    snprintf(r->why, sizeof r->why, "%s%s", connected ? "" : "not connected: ", why);
    lock_drop(r->lock);
}

void receiver_expect(struct receiver *r, int count)
{
    lock_take(r->lock);
    r->wanted = count;
    lock_drop(r->lock);
}

bool receiver_has_all(void *context)
{
    struct receiver *r = context;
    lock_take(r->lock);
    const bool has = r->distinct >= r->wanted;
    lock_drop(r->lock);
    return has;
}

bool receiver_knows_why(void *context)
{
    struct receiver *r = context;
    lock_take(r->lock);
    const bool knows = r->states > 0;
    lock_drop(r->lock);
    return knows;
}

int receiver_count(struct receiver *r)
{
    lock_take(r->lock);
    const int n = r->received;
    lock_drop(r->lock);
    return n;
}

mqtt_config receiver_config(struct receiver *r, int port)
{
    static const str topics[] = {STR("test/#")};
    return (mqtt_config){.host = STR("127.0.0.1"),
                         .port = port,
                         .client_id = STR("receiver"),
                         .topics = topics,
                         .topic_count = 1,
                         .pause_max_ms = 100,
                         .message = receiver_message,
                         .state = receiver_state,
                         .context = r};
}
