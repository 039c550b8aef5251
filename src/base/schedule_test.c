// SPDX-License-Identifier: EUPL-1.2
#include "base/schedule.h"

#include "base/queue.h"
#include "base/test.h"

#include <stdatomic.h>

struct counted {
    _Atomic int runs;
    int parts;  // JOB_MORE until that many runs
    bool fails;
    struct queue *told;  // each run puts a token here
};

static job_result count(void *context, instant now, err *e)
{
    struct counted *c = context;
    assert_true(now > 0);
    const int n = atomic_fetch_add(&c->runs, 1) + 1;
    (void)queue_push(c->told, c);
    if (c->fails) {
        err_set(e, ERR_IO, ERR_NOWHERE, "the pump is dry");
        return JOB_FAILED;
    }
    return n < c->parts ? JOB_MORE : JOB_DONE;
}

static struct schedule *start(struct counted *c, int64_t every_us)
{
    err e;
    c->told = queue_new(64);
    struct schedule *s = schedule_new();
    assert_true(schedule_add(s, &(struct job){"counted", every_us, count, c}, &e));
    assert_true(schedule_start(s, &e));
    return s;
}

static void wait_runs(struct counted *c, size_t n)
{
    void *token;
    for (size_t i = 0; i < n; i++) assert_int_equal(queue_take(c->told, &token, 1, 10 * TIME_SECOND), 1);
}

static void stop(struct schedule *s, struct counted *c)
{
    schedule_free(s);
    queue_free(c->told);
}

static void keep_state(const struct job_state *j, void *context)
{
    *(struct job_state *)context = *j;
}

TEST(a_job_runs_at_the_start_and_then_each_interval)
{
    struct counted c = {0};
    struct schedule *s = start(&c, 1000);
    wait_runs(&c, 5);
    stop(s, &c);
}

TEST(a_job_with_more_to_do_goes_on_at_once)
{
    struct counted c = {.parts = 3};
    struct schedule *s = start(&c, TIME_DAY);
    wait_runs(&c, 3);
    schedule_stop(s);
    assert_int_equal(atomic_load(&c.runs), 3);
    stop(s, &c);
}

TEST(a_job_without_interval_runs_only_when_woken)
{
    struct counted c = {0};
    struct schedule *s = start(&c, 0);
    void *token;
    assert_int_equal(queue_take(c.told, &token, 1, 20 * 1000), 0);
    schedule_wake(s, "counted");
    wait_runs(&c, 1);
    schedule_wake(s, "counted");
    wait_runs(&c, 1);
    stop(s, &c);
}

TEST(a_busy_job_does_not_starve_another)
{
    struct counted busy = {.parts = INT32_MAX}, other = {0};
    busy.told = queue_new(1);
    other.told = queue_new(64);
    err e;
    struct schedule *s = schedule_new();
    assert_true(schedule_add(s, &(struct job){"busy", TIME_DAY, count, &busy}, &e));
    assert_true(schedule_add(s, &(struct job){"other", 1000, count, &other}, &e));
    assert_true(schedule_start(s, &e));
    wait_runs(&other, 5);
    schedule_free(s);
    queue_free(busy.told);
    queue_free(other.told);
}

TEST(a_failure_is_kept_for_the_status_and_the_job_runs_again)
{
    struct counted c = {.fails = true};
    struct schedule *s = start(&c, 1000);
    wait_runs(&c, 2);
    schedule_stop(s);
    struct job_state job;
    schedule_each(s, keep_state, &job);
    assert_string_equal(job.last_error.text, "the pump is dry");
    assert_true(job.failures >= 2 && job.failures == job.runs);
    assert_false(job.is_running);
    assert_true(job.last_start != TIME_NONE);
    stop(s, &c);
}

TEST(too_many_jobs_are_refused)
{
    struct counted c = {0};
    err e;
    struct schedule *s = schedule_new();
    for (int i = 0; i < SCHEDULE_JOBS_MAX; i++)
        assert_true(schedule_add(s, &(struct job){"one", 0, count, &c}, &e));
    assert_false(schedule_add(s, &(struct job){"one more", 0, count, &c}, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    schedule_free(s);
}

RUN(CASE(a_job_runs_at_the_start_and_then_each_interval), CASE(a_job_with_more_to_do_goes_on_at_once),
    CASE(a_job_without_interval_runs_only_when_woken), CASE(a_busy_job_does_not_starve_another),
    CASE(a_failure_is_kept_for_the_status_and_the_job_runs_again), CASE(too_many_jobs_are_refused))
