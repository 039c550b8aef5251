// SPDX-License-Identifier: EUPL-1.2
#include "base/queue.h"

#include "base/time.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;   // something to take, or closed
    pthread_cond_t drained;  // room again, or closed
    size_t capacity;
    size_t first;
    size_t n;
    bool closed;
    void *items[];  // a ring
};

// Fails only with a broken argument, which would be our mistake.
static void must(int error)
{
    assert(error == 0);
    (void)error;
}

static void lock_mutex(pthread_mutex_t *m)
{
    must(pthread_mutex_lock(m));
}

static void unlock_mutex(pthread_mutex_t *m)
{
    must(pthread_mutex_unlock(m));
}

static void init_condition(pthread_cond_t *c)
{
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes,
                                   CLOCK_MONOTONIC));  // a corrected wall clock must not stretch a wait
    must(pthread_cond_init(c, &attributes));
    must(pthread_condattr_destroy(&attributes));
}

struct queue *queue_new(size_t capacity)
{
    assert(capacity > 0);
    if (capacity > (SIZE_MAX - sizeof(struct queue)) / sizeof(void *)) return NULL;
    struct queue *q = calloc(1, sizeof *q + capacity * sizeof q->items[0]);
    if (!q) return NULL;
    q->capacity = capacity;
    must(pthread_mutex_init(&q->mutex, NULL));
    init_condition(&q->filled);
    init_condition(&q->drained);
    return q;
}

void queue_free(struct queue *q)
{
    if (!q) return;
    must(pthread_cond_destroy(&q->drained));
    must(pthread_cond_destroy(&q->filled));
    must(pthread_mutex_destroy(&q->mutex));
    free(q);
}

static bool put(struct queue *q, void *item)
{
    if (q->closed || q->n == q->capacity) return false;
    q->items[(q->first + q->n) % q->capacity] = item;
    q->n++;
    must(pthread_cond_signal(&q->filled));
    return true;
}

bool queue_push(struct queue *q, void *item)
{
    lock_mutex(&q->mutex);
    const bool done = put(q, item);
    unlock_mutex(&q->mutex);
    return done;
}

bool queue_push_wait(struct queue *q, void *item)
{
    lock_mutex(&q->mutex);
    while (!q->closed && q->n == q->capacity) must(pthread_cond_wait(&q->drained, &q->mutex));
    const bool done = put(q, item);
    unlock_mutex(&q->mutex);
    return done;
}

static struct timespec timespec_at(int64_t monotonic_us)
{
    return (struct timespec){.tv_sec = monotonic_us / TIME_SECOND,
                             .tv_nsec = monotonic_us % TIME_SECOND * 1000};
}

// Returns with something in the queue, or closed, or after the time.
static void wait_filled(struct queue *q, int64_t timeout_us)
{
    const int64_t now = time_monotonic_us();
    const struct timespec until = timespec_at(timeout_us > INT64_MAX - now ? INT64_MAX : now + timeout_us);
    while (!q->closed && q->n == 0) {
        if (timeout_us < 0) {
            must(pthread_cond_wait(&q->filled, &q->mutex));
        } else if (timeout_us == 0 || pthread_cond_timedwait(&q->filled, &q->mutex, &until) != 0) {
            return;
        }
    }
}

size_t queue_take(struct queue *q, void **items, size_t most, int64_t timeout_us)
{
    lock_mutex(&q->mutex);
    wait_filled(q, timeout_us);
    const size_t count = q->n < most ? q->n : most;
    for (size_t i = 0; i < count; i++) items[i] = q->items[(q->first + i) % q->capacity];
    q->first = (q->first + count) % q->capacity;
    q->n -= count;
    if (count > 0) must(pthread_cond_broadcast(&q->drained));
    unlock_mutex(&q->mutex);
    return count;
}

void queue_close(struct queue *q)
{
    lock_mutex(&q->mutex);
    q->closed = true;
    must(pthread_cond_broadcast(&q->filled));
    must(pthread_cond_broadcast(&q->drained));
    unlock_mutex(&q->mutex);
}

bool queue_is_closed(struct queue *q)
{
    lock_mutex(&q->mutex);
    const bool closed = q->closed;
    unlock_mutex(&q->mutex);
    return closed;
}

size_t queue_length(struct queue *q)
{
    lock_mutex(&q->mutex);
    const size_t n = q->n;
    unlock_mutex(&q->mutex);
    return n;
}

// ---- workers ----

struct workers {
    struct queue *queue;
    void (*run)(void *item, void *context);
    void *context;
    size_t n;
    pthread_t threads[];
};

static void *work(void *arg)
{
    const struct workers *w = arg;
    void *item;
    while (queue_take(w->queue, &item, 1, -1) > 0) w->run(item, w->context);
    return NULL;
}

struct workers *workers_new(const char *name, size_t threads, size_t capacity,
                            void (*run)(void *item, void *context), void *context)
{
    struct workers *w = calloc(1, sizeof *w + threads * sizeof w->threads[0]);
    if (!w) return NULL;
    w->run = run;
    w->context = context;
    w->queue = queue_new(capacity);
    while (w->queue && w->n < threads && pthread_create(&w->threads[w->n], NULL, work, w) == 0) {
        pthread_setname_np(w->threads[w->n],
                           name);  // for top and gdb; a name over 15 bytes is refused, which harms nothing
        w->n++;
    }
    if (w->queue && w->n == threads) return w;
    workers_stop(w);
    return NULL;
}

bool workers_submit(struct workers *w, void *item)
{
    return queue_push(w->queue, item);
}

size_t workers_waiting(struct workers *w)
{
    return queue_length(w->queue);
}

void workers_stop(struct workers *w)
{
    if (!w) return;
    if (w->queue) queue_close(w->queue);
    for (size_t i = 0; i < w->n; i++) must(pthread_join(w->threads[i], NULL));
    queue_free(w->queue);
    free(w);
}

// ---- lock ----

struct lock {
    pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
    struct lock *l = calloc(1, sizeof *l);
    if (l) must(pthread_mutex_init(&l->mutex, NULL));
    return l;
}

void lock_free(struct lock *l)
{
    if (!l) return;
    must(pthread_mutex_destroy(&l->mutex));
    free(l);
}

void lock_take(struct lock *l)
{
    lock_mutex(&l->mutex);
}

void lock_drop(struct lock *l)
{
    unlock_mutex(&l->mutex);
}
