// SPDX-License-Identifier: EUPL-1.2
// queue.h: the only place with locks: a bounded queue between threads, and a small pool of workers on one.
// Threads  any number of producers; consumers as each call says
#ifndef PEIL_BASE_QUEUE_H
#define PEIL_BASE_QUEUE_H

#include "base/str.h"
#include <stdint.h>

struct queue;

NODISCARD struct queue *queue_new(size_t capacity);
void queue_free(struct queue *q);
bool queue_push(struct queue *q, void *item);       // false: full or closed; never waits
bool queue_push_wait(struct queue *q, void *item);  // false: closed
// Waits for at least one item (or timeout_us, < 0 = for ever), then takes up to `most` at once, in order.
// 0 means timeout, or closed and empty (queue_is_closed tells).
size_t queue_take(struct queue *q, void **items, size_t most, int64_t timeout_us);
void queue_close(struct queue *q);  // wakes everyone; what is inside can still be taken
bool queue_is_closed(struct queue *q);
size_t queue_length(struct queue *q);

// Workers: `threads` threads take items one at a time and call run(item, context).
struct workers;
NODISCARD struct workers *workers_new(const char *name, size_t threads, size_t capacity,
                                      void (*run)(void *item, void *context), void *context);
bool workers_submit(struct workers *w, void *item);  // false: full
size_t workers_waiting(struct workers *w);           // items that none has taken yet
void workers_stop(struct workers *w);                // finishes what is queued, joins, frees

// A lock for state that two threads truly share; hold it for a few instructions only.
struct lock;
NODISCARD struct lock *lock_new(void);
void lock_free(struct lock *l);
void lock_take(struct lock *l);
void lock_drop(struct lock *l);

#endif
