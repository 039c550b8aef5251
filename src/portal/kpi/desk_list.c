// SPDX-License-Identifier: EUPL-1.2
// The list: progress by department, the inputs, the years, and what was done with this one.
#include "portal/kpi/desk.h"

// ---- The list ----------------------------------------------------------------------------------------------------

static bool put_progress(struct desk *d, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    struct kpi_progress_list l;
    if (!kpi_progress_read(p->at, d->office->set, d->year, d->area, p->a, &l, e)) return false;
    struct view *list = view_list(m, p->root, STR("departments"));
    const str chosen = page_query(p, STR("afdeling"));
    for (size_t i = 0; i < l.count; i++) {
        const struct kpi_progress *x = &l.all[i];
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("name"), x->department);
        view_text(m, v, STR("href"),
                  page_href(p, "team/kpi?jaar=%d&afdeling=%.*s", d->year, STR_ARG(x->department)));
        view_flag(m, v, STR("current"), str_eq(chosen, x->department));
        view_int(m, v, STR("inputs"), (int64_t)x->inputs);
        view_int(m, v, STR("done_count"),
                 (int64_t)(x->inputs - x->missing - x->by_status[KPI_DRAFT] - x->by_status[KPI_REJECTED]));
        view_int(m, v, STR("checked"), (int64_t)x->by_status[KPI_VERIFIED]);
        view_int(m, v, STR("sent_back"), (int64_t)x->by_status[KPI_REJECTED]);
        view_text(m, v, STR("owner"), x->task.owner);
        view_text(m, v, STR("due"), x->task.due);
    }
    return true;
}

static bool put_inputs(struct desk *d, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    const struct kpi_set *s = d->office->set;
    const str department = page_query(p, STR("afdeling"));
    struct kpi_book book;
    if (!kpi_book_read(p->at, d->year, d->area, p->a, &book, e)) return false;
    struct view *list = view_list(m, p->root, STR("inputs"));
    for (size_t i = 0; i < s->input_count; i++) {
        const struct kpi_input *x = &s->inputs[i];
        const struct kpi_value *v = kpi_book_find(&book, d->area, x->id);
        if (department.n && !str_eq(department, x->department)) continue;
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("name"), desk_say(d, &x->name));
        view_text(m, row, STR("href"), desk_href(d, x->id));
        view_text(m, row, STR("value"), desk_value(d, &(struct subject){.input = x}, v));
        view_text(m, row, STR("unit"), desk_say(d, &x->unit_label));
        view_text(m, row, STR("status"),
                  desk_words(d, "kpi.status.", v ? kpi_status_name(v->status) : STR("none")));
        view_text(m, row, STR("by"), v ? v->by : (str){0});
        view_text(m, row, STR("when"), v ? page_when(p, v->at) : (str){0});
        view_text(m, row, STR("source"), v ? v->source : x->source);
    }
    return true;
}

static bool put_year(struct desk *d, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    struct kpi_year y;
    char hash[KPI_HASH_TEXT];
    str kept;
    if (!kpi_year_read(p->at, d->year, p->a, &y, e) || !kpi_year_hash(p->at, d->year, p->a, hash, e))
        return false;
    if (!arena_copy(p->a, str_of(hash), &kept)) return err_no_memory(e);
    view_text(m, p->root, STR("hash"), kept);
    view_flag(m, p->root, STR("frozen"), y.is_frozen);
    view_flag(m, p->root, STR("may_freeze"), !y.is_frozen && desk_may(d, ACTION_OPERATE));
    view_flag(m, p->root, STR("may_open"), y.is_frozen && desk_may(d, ACTION_ADMINISTER));
    view_flag(m, p->root, STR("may_sign"), y.is_frozen && desk_may(d, ACTION_SIGN_REPORT));
    view_flag(m, p->root, STR("may_enter"), !y.is_frozen && desk_may(d, ACTION_WRITE_ENTITY));
    view_flag(m, p->root, STR("may_task"), desk_may(d, ACTION_OPERATE));
    struct view *list = view_list(m, p->root, STR("acts"));
    for (size_t i = 0; i < y.count; i++) {
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("act"), desk_words(d, "team.kpi.act.", kpi_year_act_name(y.lines[i].act)));
        view_text(m, v, STR("by"), y.lines[i].by);
        view_text(m, v, STR("when"), page_when(p, y.lines[i].at));
        view_text(m, v, STR("reason"), y.lines[i].reason);
        view_flag(m, v, STR("holds"), str_eq(y.lines[i].hash, kept));
    }
    return true;
}

static bool put_years(struct desk *d, err *e)
{
    struct page *p = d->page;
    int *years;
    size_t count;
    if (!kpi_years_read(p->at, p->a, &years, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("years"));
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_int(&p->maker, v, STR("name"), years[i]);
        view_text(&p->maker, v, STR("href"), page_href(p, "team/kpi?jaar=%d", years[i]));
        view_flag(&p->maker, v, STR("current"), years[i] == d->year);
    }
    view_int(&p->maker, p->root, STR("year"), d->year);
    view_text(&p->maker, p->root, STR("report_href"), page_href(p, "kpi/rapport/%d", d->year));
    return true;
}

bool desk_show_list(struct desk *d, err *e)
{
    return put_progress(d, e) && put_inputs(d, e);
}

bool desk_put_year(struct desk *d, err *e)
{
    return put_years(d, e) && put_year(d, e);
}
