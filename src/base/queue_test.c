// SPDX-License-Identifier: EUPL-1.2
#include "base/queue.h"

#include "base/test.h"
#include "base/time.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

static int numbers[100000];

TEST(items_come_out_in_order)
{
    struct queue *q = queue_new(3);
    void *out[8];
    for (int round = 0; round < 5; round++) {
        assert_true(queue_push(q, &numbers[1]));
        assert_true(queue_push(q, &numbers[2]));
        assert_int_equal(queue_length(q), 2);
        assert_int_equal(queue_take(q, out, 8, 0), 2);
        assert_ptr_equal(out[0], &numbers[1]);
        assert_ptr_equal(out[1], &numbers[2]);
    }
    queue_free(q);
}

TEST(a_full_queue_refuses_at_once)
{
    struct queue *q = queue_new(2);
    void *out[1];
    assert_true(queue_push(q, &numbers[0]));
    assert_true(queue_push(q, &numbers[1]));
    assert_false(queue_push(q, &numbers[2]));
    assert_int_equal(queue_take(q, out, 1, 0), 1);
    assert_true(queue_push(q, &numbers[2]));
    queue_free(q);
}

TEST(waiting_ends_after_the_given_time)
{
    struct queue *q = queue_new(1);
    void *out[1];
    const int64_t start = time_monotonic_us();
    assert_int_equal(queue_take(q, out, 1, 20000), 0);
    const int64_t waited = time_monotonic_us() - start;
    assert_true(waited >= 20000 && waited < 5000000);
    assert_false(queue_is_closed(q));
    queue_free(q);
}

TEST(a_closed_queue_gives_what_is_inside_and_takes_nothing)
{
    struct queue *q = queue_new(4);
    void *out[4];
    assert_true(queue_push(q, &numbers[0]));
    queue_close(q);
    assert_true(queue_is_closed(q));
    assert_false(queue_push(q, &numbers[1]));
    assert_false(queue_push_wait(q, &numbers[1]));
    assert_int_equal(queue_take(q, out, 4, -1), 1);
    assert_int_equal(queue_take(q, out, 4, -1), 0);
    queue_free(q);
}

static void *take_one(void *q)
{
    void *item = NULL;
    return queue_take(q, &item, 1, -1) ? item : NULL;
}

TEST(closing_wakes_who_waits)
{
    struct queue *q = queue_new(1);
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, take_one, q);
    queue_close(q);
    for (int i = 0; i < 3; i++) {
        void *result = q;
        pthread_join(threads[i], &result);
        assert_null(result);
    }
    queue_free(q);
}

static void *push_range(void *q)
{
    static _Atomic int next;
    const int first = atomic_fetch_add(&next, 25000);
    for (int i = first; i < first + 25000; i++) queue_push_wait(q, &numbers[i]);
    return NULL;
}

TEST(four_producers_lose_and_double_nothing)
{
    struct queue *q = queue_new(64);
    pthread_t threads[4];
    static unsigned char seen[100000];
    int last[4] = {-1, -1, -1, -1};
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, push_range, q);
    for (size_t total = 0; total < 100000;) {
        void *out[16];
        const size_t n = queue_take(q, out, 16, -1);
        total += n;
        for (size_t i = 0; i < n; i++) {
            const int at = (int)((int *)out[i] - numbers);
            seen[at]++;
            assert_true(at > last[at / 25000]);  // of each producer in its order
            last[at / 25000] = at;
        }
    }
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 100000; i++) assert_int_equal(seen[i], 1);
    queue_free(q);
}

struct sum {
    struct lock *lock;
    int total;
};

static void add(void *item, void *context)
{
    struct sum *s = context;
    lock_take(s->lock);
    s->total += *(int *)item;
    lock_drop(s->lock);
}

TEST(workers_finish_what_is_queued_before_they_stop)
{
    struct sum s = {.lock = lock_new()};
    int one = 1, accepted = 0;
    struct workers *w = workers_new("test", 3, 50, add, &s);
    assert_non_null(w);
    for (int i = 0; i < 10000; i++) accepted += workers_submit(w, &one);
    workers_stop(w);
    assert_int_equal(s.total, accepted);
    assert_true(accepted >= 50);
    lock_free(s.lock);
    workers_stop(NULL);
    queue_free(NULL);
    lock_free(NULL);
}

RUN(CASE(items_come_out_in_order), CASE(a_full_queue_refuses_at_once),
    CASE(waiting_ends_after_the_given_time), CASE(a_closed_queue_gives_what_is_inside_and_takes_nothing),
    CASE(closing_wakes_who_waits), CASE(four_producers_lose_and_double_nothing),
    CASE(workers_finish_what_is_queued_before_they_stop))
