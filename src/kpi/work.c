// SPDX-License-Identifier: EUPL-1.2
#include "kpi/work.h"

#include "base/tz.h"
#include "identity/audit.h"
#include "kpi/value/task.h"

#include <math.h>
#include <string.h>

#define WORK_BYTES_MAX ((size_t)128 << 20)
#define AREAS_MAX 2000
#define MEASURE_EVERY (6 * TIME_HOUR)
#define MEASURE_LOOK (5 * TIME_SECOND)
#define WHOLE_WAIT (15 * TIME_MINUTE)  // a town whose meters never pause may never be whole
#define REMIND_EVERY TIME_HOUR
// A year in progress gets a new revision when the figure, or the days behind it, have moved this much.
#define VALUE_STEP 0.05
#define CAPTURE_STEP 0.02

static const struct principal peil_itself = {.role = ROLE_EDITOR, .kind = PRINCIPAL_LOCAL, .name = "peil"};

// ---- From roll-up to entry ---------------------------------------------------------------------------------------

struct measuring {
    const struct kpi_office *office;
    struct rollups *rollups;
    struct snapshot *at;
    struct kpi_acting by;
    int year;
    interval when;
    int days;
    struct kpi_book book;
    struct kpi_entry *entries;
    size_t count, capacity;
};

static interval year_of(const struct tz *zone, int year)
{
    interval i = {TIME_NONE, TIME_NONE};
    bool skipped;
    if (!tz_instant(zone, (civil){.year = year, .month = 1, .day = 1}, TZ_EARLIER, &i.start, &skipped) ||
        !tz_instant(zone, (civil){.year = year + 1, .month = 1, .day = 1}, TZ_EARLIER, &i.end, &skipped))
        return (interval){0, 0};
    return i;
}

// Mean or sum of a year and the days behind it. False without error: no reading.
static bool figure_take(struct measuring *m, str area, const struct kpi_input *x, double *out,
                        double *capture, bool *got, err *e)
{
    const struct quantity *q = quantity_by_key(x->quantity);
    struct rollup_rows rows = {0};
    double sum = 0, count = 0;
    size_t days = 0;
    *got = false;
    if (!q || !tally_has(q)) return true;
    if (!rollup_of_area(m->rollups, m->at, area, q, PERIOD_DAY, m->when, &rows, e))
        return e->code == ERR_ABSENT;
    for (size_t i = 0; i < rows.count; i++) {
        const struct tally *t = &rows.all[i].tally;
        if (t->count == 0) continue;
        const double n = (double)t->count;
        sum += tally_mean(t, q) * n;
        count += n;
        days++;
    }
    rollup_rows_free(&rows);
    if (!days) return true;
    *out = round((x->measure == KPI_MEASURE_MEAN ? sum / count : sum) * 100) / 100;
    *capture = (double)days / m->days;
    *got = true;
    return true;
}

static bool is_news(const struct kpi_value *there, double v, double capture)
{
    if (!there) return true;
    if (there->origin != KPI_BY_SENSORS || there->status == KPI_VERIFIED)
        return false;  // people's own, or accepted by them
    return fabs(there->number - v) >= VALUE_STEP || isnan(there->capture) ||
           fabs(there->capture - capture) >= CAPTURE_STEP;
}

static bool entry_add(struct measuring *m, str area, const struct kpi_input *x, double v, double capture,
                      err *e)
{
    str note;
    const bool is_demo = m->office->config.is_demo, is_enough = capture >= KPI_CAPTURE_LEAST;
    if (m->count == m->capacity) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "too many areas with sensors");
    if (!arena_print(m->by.arena, &note, "%.0f dagen met metingen van %d / days with readings of %d",
                     capture * m->days, m->days, m->days))
        return err_no_memory(e);
    m->entries[m->count++] = (struct kpi_entry){.year = m->year,
                                                .area = area,
                                                .input = x->id,
                                                .status = is_enough || is_demo ? KPI_SUBMITTED : KPI_DRAFT,
                                                .has_number = true,
                                                .number = v,
                                                .source = STR("eigen meters"),
                                                .note = note,
                                                .method = KPI_BY_MEASUREMENT,
                                                .origin = KPI_BY_SENSORS,
                                                .is_demo = is_demo,
                                                .capture = capture};
    return true;
}

static bool area_measure(struct measuring *m, str area, err *e)
{
    const struct kpi_set *s = m->office->set;
    for (size_t i = 0; i < s->input_count; i++) {
        const struct kpi_input *x = &s->inputs[i];
        double v, capture;
        bool got;
        if (x->measure == KPI_MEASURE_NONE) continue;
        if (!figure_take(m, area, x, &v, &capture, &got, e)) return false;
        if (got && is_news(kpi_book_find(&m->book, area, x->id), v, capture) &&
            !entry_add(m, area, x, v, capture, e))
            return false;
    }
    return true;
}

// The town and everything below it in the line that roll-ups follow.
static bool areas_measure(struct measuring *m, err *e)
{
    const str town = m->office->config.area;
    struct areas *tree = m->office->config.areas;
    if (!area_measure(m, town, e) || !tree) return tree == NULL;
    const struct atlas *t = areas_take(tree);
    const struct area *self = atlas_find(t, town, m->year);
    size_t count;
    bool ok = true;
    const struct area *all = atlas_all(t, &count);
    for (size_t i = 0; ok && self && i < count; i++) {
        str code;
        if (&all[i] == self || !area_level_is_in_line(all[i].level) ||
            atlas_find(t, all[i].code, m->year) != &all[i] || !atlas_is_within(t, &all[i], self, m->year))
            continue;
        ok = (arena_copy(m->by.arena, all[i].code, &code) || err_no_memory(e)) && area_measure(m, code, e);
    }
    areas_give(tree, t);
    return ok;
}

static bool entries_store(struct store_tx *tx, void *context, err *e)
{
    struct measuring *m = context;
    for (size_t i = 0; i < m->count; i++) {
        struct kpi_value v;
        struct kpi_doubts doubts;
        str codes[KPI_DOUBTS_MAX];
        struct kpi_entry *x = &m->entries[i];
        if (!kpi_entry_check(&m->by, store_tx_snapshot(tx), x, &v, &doubts, e)) return false;
        // Nobody is there to confirm: what is doubtful waits as a draft, with the doubt on record.
        for (size_t k = 0; k < doubts.count; k++) codes[k] = str_of(doubts.all[k].code);
        x->confirmed = codes;
        x->confirmed_count = doubts.count;
        if (doubts.count) v.status = KPI_DRAFT;
        if (!kpi_entry_store(tx, &m->by, x, &doubts, &v, e)) return false;
    }
    const struct audit_event event = {NULL, STR("kpi.measure"), STR("sensors"), {0}, m->by.now};
    return audit_record(tx, &event, e);
}

static bool year_takes_more(struct measuring *m, bool *out, err *e)
{
    struct kpi_year y;
    if (!kpi_year_read(m->at, m->year, m->by.arena, &y, e)) return false;
    *out = !y.is_frozen;
    return true;
}

static bool measure(struct measuring *m, err *e)
{
    bool is_open;
    if (!year_takes_more(m, &is_open, e) || !is_open) return !is_open;
    return kpi_book_read(m->at, m->year, (str){0}, m->by.arena, &m->book, e) && areas_measure(m, e);
}

bool kpi_work_measure(const struct kpi_office *o, struct rollups *r, int year, instant now, size_t *stored,
                      err *e)
{
    arena *a = arena_new(WORK_BYTES_MAX);
    if (!a) return err_no_memory(e);
    struct measuring m = {.office = o,
                          .rollups = r,
                          .by = kpi_office_acting(o, &peil_itself, now, a),
                          .year = year,
                          .when = year_of(o->config.zone, year),
                          .capacity = AREAS_MAX * 8};
    m.days = (int)((m.when.end - m.when.start + TIME_DAY / 2) / TIME_DAY);
    m.entries = ARENA_ARRAY(a, m.capacity, struct kpi_entry);
    bool ok = (m.entries || err_no_memory(e)) && snapshot_open(o->config.store, &m.at, e);
    if (ok) {
        ok = measure(&m, e);
        snapshot_close(m.at);
    }
    ok = ok && (m.count == 0 || store_run(o->config.store, entries_store, &m, e));
    *stored = m.count;
    arena_free(a);
    return ok;
}

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
    return rollups_is_whole(w->rollups) || now - w->asked >= WHOLE_WAIT;
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
        if (!kpi_work_measure(w->office, w->rollups, year - back, now, &stored, e)) return JOB_FAILED;
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
    if (w->rollups && !schedule_add(s, &measure_job, e)) return false;
    return schedule_add(s, &remind_job, e);
}
