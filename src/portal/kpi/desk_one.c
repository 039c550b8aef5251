// SPDX-License-Identifier: EUPL-1.2
// One input, or one result that the town gives itself: its history with evidence, what it is used in.
#include "portal/kpi/desk.h"

#include <math.h>

static void put_files(struct desk *d, struct view *row, const struct kpi_value *v)
{
    struct view_maker *m = &d->page->maker;
    struct view *list = view_list(m, row, STR("files"));
    for (size_t i = 0; i < v->evidence_count; i++) {
        struct view *x = view_object(m, list, (str){0});
        str href = {0};
        if (!arena_print(d->page->a, &href, "/api/v1/kpi/evidence/%.*s?year=%d&area=%.*s&input=%.*s",
                         STR_ARG(v->evidence[i].hash), v->year, STR_ARG(v->area), STR_ARG(v->input)))
            m->failed = true;
        view_text(m, x, STR("name"), v->evidence[i].name);
        view_text(m, x, STR("href"), href);
    }
    struct view *confirmed = view_list(m, row, STR("confirmed"));
    for (size_t i = 0; i < v->confirmed_count; i++)
        view_text(m, view_object(m, confirmed, (str){0}), STR("text"), v->confirmed[i].text);
}

static void put_readings(struct desk *d, struct view *row, const struct kpi_value *v)
{
    struct view_maker *m = &d->page->maker;
    struct view *list = view_list(m, row, STR("readings"));
    for (size_t i = 0; i < v->reading_count; i++)
        view_int(m, view_object(m, list, (str){0}), STR("stream"), v->readings[i]);
    view_flag(m, row, STR("has_readings"), v->reading_count > 0);
}

static str share_text(struct desk *d, double share)
{
    str out = {0};
    if (!arena_print(d->page->a, &out, "%.0f %%", 100 * share)) d->page->maker.failed = true;
    return out;
}

static bool put_history(struct desk *d, const struct subject *s, const struct kpi_value **out, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    struct kpi_book book;
    if (!kpi_history_read(p->at, d->year, d->area, s->id, p->a, &book, e)) return false;
    struct view *list = view_list(m, p->root, STR("history"));
    view_flag(m, p->root, STR("has_history"), book.count > 0);
    for (size_t i = book.count; i-- > 0;) {
        const struct kpi_value *v = &book.values[i];
        struct view *row = view_object(m, list, (str){0});
        view_int(m, row, STR("revision"), v->revision);
        view_text(m, row, STR("value"), desk_value(d, s, v));
        view_text(m, row, STR("status"), desk_words(d, "kpi.status.", kpi_status_name(v->status)));
        view_text(m, row, STR("by"), v->by);
        view_text(m, row, STR("when"), page_when(p, v->at));
        view_text(m, row, STR("source"), v->source);
        view_text(m, row, STR("method"), desk_words(d, "kpi.method.", kpi_method_name(v->method)));
        view_text(m, row, STR("origin"), desk_words(d, "kpi.origin.", kpi_origin_name(v->origin)));
        view_text(m, row, STR("note"), v->note);
        view_text(m, row, STR("reason"), v->reason);
        if (!isnan(v->capture)) view_text(m, row, STR("capture"), share_text(d, v->capture));
        if (v->reference_year != v->year) view_int(m, row, STR("reference_year"), v->reference_year);
        view_text(m, row, STR("given"), v->given);
        put_files(d, row, v);
        put_readings(d, row, v);
    }
    const struct kpi_value *last = book.count ? &book.values[book.count - 1] : NULL;
    view_flag(m, p->root, STR("can_submit"), last && last->status == KPI_DRAFT);
    view_flag(m, p->root, STR("can_judge"), last && last->status == KPI_SUBMITTED);
    view_text(m, p->root, STR("now"), last ? desk_value(d, s, last) : (str){0});
    view_text(m, p->root, STR("now_status"),
              desk_words(d, "kpi.status.", last ? kpi_status_name(last->status) : STR("none")));
    *out = last;
    return true;
}

// Where the town can give the result itself, for when it has only that.
static void put_own_href(struct desk *d, struct view *v, const struct kpi_point *point)
{
    char id[KPI_POINT_ID_MAX];
    str own = {0};
    if (!arena_print(d->page->a, &own, "=%.*s", STR_ARG(kpi_point_id(d->office->set, point, id))))
        d->page->maker.failed = true;
    view_text(&d->page->maker, v, STR("own_href"), desk_href(d, own));
}

static bool put_used_by(struct desk *d, const struct kpi_input *input, err *e)
{
    struct page *p = d->page;
    struct kpi_picture *picture;
    const struct kpi_set *s = d->office->set;
    if (!kpi_picture_take(d->office, p->at, d->year, d->area, true, p->a, &picture, e)) return false;
    const int index = input ? (int)(input - s->inputs) : -1;
    struct view *list = view_list(&p->maker, p->root, STR("used"));
    for (size_t i = 0; i < s->point_count; i++) {
        const struct kpi_formula *f = &s->points[i]->formula;
        bool names_it = false;
        for (size_t n = 0; n < f->input_count; n++) names_it = names_it || f->inputs[n] == index;
        if (!names_it) continue;
        const struct kpi_filling filling = {&picture->reading, d->language};
        const struct kpi_result *r = &picture->results.points[i];
        buf b = {.max = 8192};
        kpi_formula_fill(s->points[i], &filling, &b);
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), desk_say(d, &s->indicators[s->points[i]->indicator].name));
        view_text(&p->maker, v, STR("part"), desk_say(d, &s->points[i]->name));
        view_text(&p->maker, v, STR("filled"), page_buf(p, &b));
        view_text(&p->maker, v, STR("result"), r->has_value ? desk_number(d, r->value) : (str){0});
        put_own_href(d, v, s->points[i]);
    }
    return true;
}

static void put_input(struct desk *d, const struct kpi_input *input)
{
    struct view_maker *m = &d->page->maker;
    struct view *root = d->page->root;
    view_text(m, root, STR("name"), desk_say(d, &input->name));
    view_text(m, root, STR("definition"), desk_say(d, &input->definition));
    view_text(m, root, STR("unit"), desk_say(d, &input->unit_label));
    view_text(m, root, STR("usual"), input->source);
    view_text(m, root, STR("department"), input->department);
    view_text(m, root, STR("list_href"),
              page_href(d->page, "team/kpi?jaar=%d&afdeling=%.*s", d->year, STR_ARG(input->department)));
}

static void put_point(struct desk *d, const struct kpi_point *point)
{
    struct view_maker *m = &d->page->maker;
    struct view *root = d->page->root;
    const struct kpi_indicator *k = &d->office->set->indicators[point->indicator];
    str name = desk_say(d, &k->name);
    const str part = desk_say(d, &point->name);
    if (part.n && !arena_print(d->page->a, &name, "%.*s – %.*s", STR_ARG(name), STR_ARG(part)))
        m->failed = true;
    view_text(m, root, STR("name"), name);
    view_text(m, root, STR("definition"), desk_say(d, &k->definition));
    view_text(m, root, STR("unit"), desk_say(d, &point->unit_label));
    view_text(m, root, STR("list_href"), page_href(d->page, "team/kpi?jaar=%d", d->year));
    view_flag(m, root, STR("is_override"), true);
}

bool desk_show_one(struct desk *d, str id, err *e)
{
    struct view_maker *m = &d->page->maker;
    struct subject s;
    const struct kpi_value *last;
    str area;
    if (!desk_subject(d, id, &s, e) || !kpi_area_name(d->office, d->area, d->year, d->page->a, &area, e))
        return false;
    view_flag(m, d->page->root, STR("is_one"), true);
    view_text(m, d->page->root, STR("id"), s.id);
    view_text(m, d->page->root, STR("area"), area);
    if (s.input)
        put_input(d, s.input);
    else
        put_point(d, s.point);
    if (!put_history(d, &s, &last, e)) return false;
    desk_put_form(d, last);
    return put_used_by(d, s.input, e);
}
