// SPDX-License-Identifier: EUPL-1.2
#include "kpi/work.h"

#include "kpi/value/task.h"

#define WORK_BYTES_MAX ((size_t)128 << 20)
#define MEASURE_EVERY (6 * TIME_HOUR)
#define MEASURE_LOOK (5 * TIME_SECOND)
#define WHOLE_WAIT (15 * TIME_MINUTE)  // a town whose meters never pause may never be whole
#define REMIND_EVERY TIME_HOUR

static const struct principal peil_itself = {.role = ROLE_EDITOR, .kind = PRINCIPAL_LOCAL, .name = "peil"};

// ---- Reminders ---------------------------------------------------------------------------------------------------

struct reminding {
    const struct kpi_office *office;
    struct kpi_acting by;
    int year;
    size_t sent;
};

static bool remind(struct store_tx *tx, void *context, err *e)
{
    struct reminding *r = context;
    const struct kpi_office *o = r->office;
    return kpi_remind(tx, &r->by, o->config.outbox, r->year, o->config.area, o->config.page, &r->sent, e);
}

// Last year's figures are asked in this year; some towns ask this year's already.
bool kpi_work_remind(const struct kpi_office *o, instant now, size_t *sent, err *e)
{
    *sent = 0;
    if (!o->config.outbox) return true;
    for (int back = 1; back >= 0; back--) {
        arena *a = arena_new(WORK_BYTES_MAX);
        if (!a) return err_no_memory(e);
        struct reminding r = {.office = o, .by = kpi_office_acting(o, &peil_itself, now, a)};
        r.year = r.by.this_year - back;
        const bool ok = store_run(o->config.store, remind, &r, e);
        arena_free(a);
        if (!ok) return false;
        *sent += r.sent;
    }
    return true;
}

// ---- Jobs --------------------------------------------------------------------------------------------------------

// Every six hours, when the roll-ups have caught up with what came in.
static bool is_time_to_measure(struct kpi_work *w, instant now)
{
    if (w->measured && now - w->measured < MEASURE_EVERY) return false;
    if (!w->asked) w->asked = now;
    return rollups_is_whole(w->from.rollups) || now - w->asked >= WHOLE_WAIT;
}

static job_result run_measure(void *context, instant now, err *e)
{
    struct kpi_work *w = context;
    size_t stored;
    const int year = kpi_office_year(w->office, now);
    if (!is_time_to_measure(w, now)) return JOB_DONE;
    w->measured = now;
    w->asked = 0;
    for (int back = 1; back >= 0; back--)
        if (!kpi_measure_year(w->office, &w->from, year - back, now, &stored, e)) return JOB_FAILED;
    return JOB_DONE;
}

static job_result run_remind(void *context, instant now, err *e)
{
    const struct kpi_work *w = context;
    size_t sent;
    return kpi_work_remind(w->office, now, &sent, e) ? JOB_DONE : JOB_FAILED;
}

bool kpi_work_schedule(struct kpi_work *w, struct schedule *s, err *e)
{
    const struct job measure_job = {
        .name = "kpi-measure", .every_us = MEASURE_LOOK, .run = run_measure, .context = w};
    const struct job remind_job = {
        .name = "kpi-remind", .every_us = REMIND_EVERY, .run = run_remind, .context = w};
    if (w->from.rollups && !schedule_add(s, &measure_job, e)) return false;
    return schedule_add(s, &remind_job, e);
}
