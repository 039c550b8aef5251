// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/runner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

#define BACKOFF_FIRST_MS 100

static bool create_thread(runner *r, void *(*run)(void *), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r->is_running = pthread_create(&r->thread, NULL, run, context) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r->is_running;
}

bool runner_start(runner *r, const char *name, void *(*run)(void *), void *context, err *e)
{
    r->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (r->stop_fd < 0 || r->wake_fd < 0)
        return err_set(e, ERR_IO, ERR_NOWHERE, "no eventfd (errno %d)", errno);
    if (!create_thread(r, run, context))
        return err_set(e, ERR_IO, ERR_NOWHERE, "cannot start the thread %s", name);
    pthread_setname_np(r->thread, name);
    return true;
}

static void raise_event(int fd)
{
    const uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);  // fails only when it is raised already
}

void runner_stop(runner *r)
{
    if (!r->is_running) return;
    raise_event(r->stop_fd);
    pthread_join(r->thread, NULL);
    r->is_running = false;
}

void runner_close(runner *r)
{
    runner_stop(r);
    if (r->stop_fd >= 0) close(r->stop_fd);
    if (r->wake_fd >= 0) close(r->wake_fd);
    *r = RUNNER_NONE;
}

void runner_wake(const runner *r)
{
    raise_event(r->wake_fd);
}

void runner_awake(const runner *r)
{
    uint64_t count = 0;
    (void)!read(r->wake_fd, &count, sizeof count);
}

bool runner_stops_within(const runner *r, int timeout_ms)
{
    struct pollfd fd = {r->stop_fd, POLLIN, 0};
    return poll(&fd, 1, timeout_ms) > 0;
}

static int64_t random_below(int64_t limit)
{
    uint32_t r = 0;
    (void)!getrandom(&r, sizeof r, GRND_NONBLOCK);
    return r % limit;
}

int backoff_ms(unsigned failures, int most_ms)
{
    const unsigned doublings = failures > 1 ? failures - 1 : 0;
    const int64_t doubled = (int64_t)BACKOFF_FIRST_MS << (doublings < 16 ? doublings : 16);
    const int64_t pause = doubled < most_ms ? doubled : most_ms;
    return (int)(pause - pause / 2 + random_below(pause / 2 + 1));
}
