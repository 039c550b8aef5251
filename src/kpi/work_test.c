// SPDX-License-Identifier: EUPL-1.2
#include "kpi/work.h"

#include "base/test.h"
#include "base/tz.h"
#include "kpi/testing.h"
#include "kpi/value/task.h"
#include "outbox/outbox.h"

#include <stdlib.h>

static struct testing t;
static struct principal chief;
static struct kpi_office *office;
static struct outbox *outbox;
static struct tz *zone;
static struct areas *areas;
static struct rollups *rollups;

static void must(bool ok, const err *e)
{
    if (!ok) fail_msg("%s", e->text);
}

static int before(void **state)
{
    (void)state;
    err e = {0};
    testing_start(&t);
    chief = testing_person("chief", ROLE_OPERATOR);
    must((zone = tz_load("Europe/Amsterdam", &e)) != NULL, &e);
    const outbox_config mail = {
        .store = t.store, .smtp_url = "smtp://127.0.0.1:9", .mail_from = "peil@example.nl"};
    must((outbox = outbox_new(&mail, &e)) != NULL, &e);
    must(areas_open(t.store, zone, &areas, &e), &e);
    const rollup_config r = {.store = t.store, .areas = areas, .zone = zone, .interval_s = 10};
    must(rollups_open(&r, &rollups, &e), &e);
    const kpi_office_config c = {.store = t.store,
                                 .zone = zone,
                                 .outbox = outbox,
                                 .areas = areas,
                                 .directory = SHARE,
                                 .set = STR("u4ssc"),
                                 .area = STR("GM0603"),
                                 .page = STR("https://peil.example.nl/team/kpi")};
    must(kpi_office_open(&c, &office, &e), &e);
    return 0;
}

static int after(void **state)
{
    (void)state;
    kpi_office_close(office);
    outbox_stop(outbox);
    rollups_stop(rollups);
    testing_end(&t);
    rollups_close(rollups);
    areas_close(areas);
    tz_free(zone);
    return 0;
}

// ---- Reminders ---------------------------------------------------------------------------------------------------

static bool set_task(struct store_tx *tx, void *context, err *e)
{
    const struct kpi_acting by = testing_acting(&t, &chief);
    return kpi_task_set(tx, &by, context, e);
}

static bool count_mail(const struct outbox_status *s, void *context, err *e)
{
    (void)e;
    if (str_eq(s->about, STR("kpi:reminder"))) ++*(int *)context;
    return true;
}

static int mails(void)
{
    struct snapshot *at;
    err e;
    int n = 0;
    must(snapshot_open(t.store, &at, &e), &e);
    must(outbox_each(at, t.a, count_mail, &n, &e), &e);
    snapshot_close(at);
    return n;
}

TEST(a_department_is_reminded_near_its_date_and_not_again_within_a_week)
{
    err e;
    size_t sent;
    const instant now = testing_acting(&t, &chief).now;  // 26 November 2026
    struct kpi_task far = {.year = 2025,
                           .department = STR("water"),
                           .owner = STR("Wim"),
                           .mail = STR("wim@example.nl"),
                           .due = STR("2027-03-01")};
    must(store_run(t.store, set_task, &far, &e), &e);
    must(kpi_work_remind(office, now, &sent, &e), &e);
    assert_int_equal(sent, 0);
    far.due = STR("2026-12-05");
    must(store_run(t.store, set_task, &far, &e), &e);
    must(kpi_work_remind(office, now, &sent, &e), &e);
    assert_int_equal(sent, 1);
    must(kpi_work_remind(office, now + TIME_DAY, &sent, &e), &e);
    assert_int_equal(sent, 0);
    must(kpi_work_remind(office, now + 8 * TIME_DAY, &sent, &e), &e);
    assert_int_equal(sent, 1);
    assert_int_equal(mails(), 2);
}

// ---- Sensors -----------------------------------------------------------------------------------------------------

TEST(without_readings_nothing_is_measured)
{
    err e;
    size_t stored;
    must(kpi_measure_year(office, &(struct kpi_sensors){.rollups = rollups}, 2026,
                          testing_acting(&t, &chief).now, &stored, &e),
         &e);
    assert_int_equal(stored, 0);
}

RUN_WITH(before, after, CASE(a_department_is_reminded_near_its_date_and_not_again_within_a_week),
         CASE(without_readings_nothing_is_measured))
