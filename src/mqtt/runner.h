// SPDX-License-Identifier: EUPL-1.2
// runner.h: a thread that waits for files with poll, can be woken and can be stopped; signals stay with the
// main thread. Zero is not a valid start: use RUNNER_NONE.
#ifndef PEIL_MQTT_RUNNER_H
#define PEIL_MQTT_RUNNER_H

#include "base/err.h"
#include <pthread.h>

typedef struct {
    pthread_t thread;
    bool is_running;
    int stop_fd;  // readable for good once runner_stop was called
    int wake_fd;  // readable after runner_wake, until runner_awake
} runner;

#define RUNNER_NONE ((runner){.stop_fd = -1, .wake_fd = -1})

// The context must hold until runner_stop. The name has at most 15 bytes.
NODISCARD bool runner_start(runner *r, const char *name, void *(*run)(void *context), void *context, err *e);
void runner_stop(runner *r);   // waits until the thread has ended; fine when it never began, or has ended
void runner_close(runner *r);  // stops, and frees what it has; no runner_wake any more
void runner_wake(const runner *r);   // any thread
void runner_awake(const runner *r);  // the thread has heard it
bool runner_stops_within(const runner *r, int timeout_ms);

// Pause after `failures` attempts in a row: doubles from 0.1 s up to `most_ms`, of which the half is left to
// chance, so that clients of a broker that comes back do not all arrive at once.
int backoff_ms(unsigned failures, int most_ms);

#endif
