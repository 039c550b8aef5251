// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/task.h"

#include "identity/audit.h"
#include "outbox/outbox.h"

#include <stdio.h>

#define KIND STR("kpi.task")
#define DEPARTMENTS_MAX 200

static bool task_read(str text, arena *a, struct kpi_task *t, err *e)
{
    json *j;
    double year;
    if (!json_parse(text, a, &j, e)) return false;
    t->year = json_number(j, STR("year"), &year) ? (int)year : 0;
    t->department = json_text(j, STR("department"));
    t->owner = json_text(j, STR("owner"));
    t->mail = json_text(j, STR("mail"));
    t->due = json_text(j, STR("due"));
    t->reminded = TIME_NONE;
    const str reminded = json_text(j, STR("reminded")), at = json_text(j, STR("at"));
    t->at = TIME_NONE;
    if (at.n && !time_parse(at, &t->at, e)) return false;
    return !reminded.n || time_parse(reminded, &t->reminded, e);
}

static bool key_of(int year, str department, arena *a, str *out, err *e)
{
    return arena_print(a, out, "%04d/%.*s", year, STR_ARG(department)) || err_no_memory(e);
}

static bool task_put(struct store_tx *tx, const struct kpi_task *t, arena *a, err *e)
{
    str key;
    char time[TIME_TEXT_MAX], at[TIME_TEXT_MAX];
    const struct {
        str name, text;
    } texts[] = {{STR("department"), t->department},
                 {STR("at"), {at, t->at == TIME_NONE ? 0 : time_write(at, t->at)}},
                 {STR("owner"), t->owner},
                 {STR("mail"), t->mail},
                 {STR("due"), t->due},
                 {STR("reminded"), {time, t->reminded == TIME_NONE ? 0 : time_write(time, t->reminded)}}};
    buf b = {.max = 8192};
    json_writer w = json_writer_on(&b);
    if (!key_of(t->year, t->department, a, &key, e)) return false;
    json_open(&w, '{');
    json_name(&w, STR("year"));
    json_put_int(&w, t->year);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_name(&w, texts[i].name);
        json_put_text(&w, texts[i].text);
    }
    json_close(&w, '}');
    const bool ok = b.failed ? err_no_memory(e) : store_document_put(tx, KIND, key, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

// ---- Progress ----------------------------------------------------------------------------------------------------

static struct kpi_progress *department_take(struct kpi_progress_list *l, str department)
{
    for (size_t i = 0; i < l->count; i++)
        if (str_eq(l->all[i].department, department)) return &l->all[i];
    if (l->count == DEPARTMENTS_MAX) return &l->all[l->count - 1];
    l->all[l->count].department = department;
    return &l->all[l->count++];
}

static bool task_attach(struct snapshot *at, int year, struct kpi_progress *p, arena *a, err *e)
{
    str key, text;
    err absent = {0};
    if (!key_of(year, p->department, a, &key, e)) return false;
    if (!store_document_get(at, KIND, key, a, &text, &absent))
        return absent.code == ERR_ABSENT || (*e = absent, false);
    p->has_task = true;
    return task_read(text, a, &p->task, e);
}

bool kpi_progress_read(struct snapshot *at, const struct kpi_set *s, int year, str area, arena *a,
                       struct kpi_progress_list *out, err *e)
{
    struct kpi_book book;
    struct kpi_progress_list l = {.all = ARENA_ARRAY(a, DEPARTMENTS_MAX, struct kpi_progress)};
    if (!l.all) return err_no_memory(e);
    if (!kpi_book_read(at, year, area, a, &book, e)) return false;
    for (size_t i = 0; i < s->input_count; i++) {
        const struct kpi_value *v = kpi_book_find(&book, area, s->inputs[i].id);
        struct kpi_progress *p = department_take(&l, s->inputs[i].department);
        p->inputs++;
        if (v)
            p->by_status[v->status]++;
        else
            p->missing++;
    }
    for (size_t i = 0; i < l.count; i++)
        if (!task_attach(at, year, &l.all[i], a, e)) return false;
    *out = l;
    return true;
}

// ---- Tasks -------------------------------------------------------------------------------------------------------

static bool department_is_known(const struct kpi_set *s, str department)
{
    for (size_t i = 0; i < s->input_count; i++)
        if (str_eq(s->inputs[i].department, department)) return true;
    return false;
}

static bool due_read(str due, instant *out, err *e)
{
    return (due.n == 10 && time_parse_utc(due, out, NULL)) ||
           err_set(e, ERR_SYNTAX, ERR_NOWHERE, "'%.*s' is no date such as 2026-03-01", STR_ARG(due));
}

bool kpi_task_set(struct store_tx *tx, const struct kpi_acting *by, const struct kpi_task *t, err *e)
{
    size_t at;
    instant due;
    struct kpi_task kept = *t;
    kept.reminded = TIME_NONE;
    kept.at = by->now;
    if (!department_is_known(by->set, t->department))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "no input of the set is of the department '%.*s'",
                       STR_ARG(t->department));
    if (t->year < KPI_YEAR_LEAST || t->year > KPI_YEAR_MOST || t->owner.n > 200 || t->mail.n > 200)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the year, the name or the address cannot be");
    if (t->mail.n && !str_find(t->mail, STR("@"), &at))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "'%.*s' is no mail address", STR_ARG(t->mail));
    if (t->due.n && !due_read(t->due, &due, e)) return false;
    str which;
    if (!key_of(t->year, t->department, by->arena, &which, e)) return false;
    const struct audit_event event = {by->who, STR("kpi-task.set"), which, t->due, by->now};
    return task_put(tx, &kept, by->arena, e) && audit_record(tx, &event, e);
}

// ---- Reminders ---------------------------------------------------------------------------------------------------

// What its people still have to do: nothing there, not handed in yet, or sent back.
static size_t undone(const struct kpi_progress *p)
{
    return p->missing + p->by_status[KPI_DRAFT] + p->by_status[KPI_REJECTED];
}

static bool is_due(const struct kpi_progress *p, instant now)
{
    instant due;
    if (!p->has_task || !p->task.mail.n || !p->task.due.n || undone(p) == 0 ||
        !due_read(p->task.due, &due, NULL))
        return false;
    return now >= due - KPI_REMIND_BEFORE &&
           (p->task.reminded == TIME_NONE || now - p->task.reminded >= KPI_REMIND_AGAIN);
}

static bool remind_one(struct store_tx *tx, const struct kpi_acting *by, struct outbox *o,
                       struct kpi_progress *p, str page, err *e)
{
    str id, subject, body;
    char now[TIME_TEXT_MAX];
    time_write(now, by->now);
    const int year = p->task.year;
    if (!arena_print(by->arena, &id, "kpi-reminder:%d:%.*s:%.10s", year, STR_ARG(p->department), now) ||
        !arena_print(by->arena, &subject, "Cijfers %d: nog %zu van %zu voor %.*s", year, undone(p), p->inputs,
                     STR_ARG(p->task.due)) ||
        !arena_print(
            by->arena, &body,
            "Beste %.*s,\n\nVoor de indicatoren van %d ontbreken nog %zu van de %zu cijfers van '%.*s'.\n"
            "Ze worden gevraagd voor %.*s. U kunt ze hier invullen:\n%.*s\n\n"
            "Dear colleague, %zu of %zu figures of '%.*s' for %d are still missing; they are due on %.*s.\n",
            STR_ARG(p->task.owner), year, undone(p), p->inputs, STR_ARG(p->department), STR_ARG(p->task.due),
            STR_ARG(page), undone(p), p->inputs, STR_ARG(p->department), year, STR_ARG(p->task.due)))
        return err_no_memory(e);
    const struct outbox_message m = {.kind = OUTBOX_MAIL,
                                     .id = id,
                                     .target = p->task.mail,
                                     .subject = subject,
                                     .body = body,
                                     .about = STR("kpi:reminder")};
    p->task.reminded = by->now;
    return outbox_put(o, tx, &m, by->now, e) && task_put(tx, &p->task, by->arena, e);
}

bool kpi_remind(struct store_tx *tx, const struct kpi_acting *by, struct outbox *o, int year, str area,
                str page, size_t *sent, err *e)
{
    struct kpi_progress_list l;
    *sent = 0;
    if (!kpi_progress_read(store_tx_snapshot(tx), by->set, year, area, by->arena, &l, e)) return false;
    for (size_t i = 0; i < l.count; i++) {
        // Without a mail server the date still stands on the staff's page.
        if (!is_due(&l.all[i], by->now) || !outbox_check_target(o, OUTBOX_MAIL, l.all[i].task.mail, NULL))
            continue;
        if (!remind_one(tx, by, o, &l.all[i], page, e)) return false;
        ++*sent;
    }
    return true;
}
