// SPDX-License-Identifier: EUPL-1.2
// The assessment for staff and the verifier: progress, inputs with their history and evidence, entering, judging, freezing, signing.
#include "kpi/import/table.h"
#include "kpi/value/task.h"
#include "portal/kpi/parts.h"
#include "portal/team/frame.h"

#include <math.h>

struct desk {
    struct team_call *call;
    struct page *page;
    const struct kpi_office *office;
    language language;
    int year;
    struct kpi_acting by;
};

static bool desk_begin(struct team_call *c, struct desk *d, err *e)
{
    struct page *p = c->page;
    int64_t year = 0;
    *d = (struct desk){
        .call = c, .page = p, .office = p->portal->config.kpi, .language = words_language(p->words)};
    if (!d->office) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no set of indicators is installed here");
    if (!num_parse_int(page_query(p, STR("jaar")), &year, NULL)) year = 0;
    d->by = kpi_office_acting(d->office, &c->who, p->now, p->a);
    d->year = year >= KPI_YEAR_LEAST && year <= KPI_YEAR_MOST ? (int)year : d->by.this_year - 1;
    return true;
}

static str say(const struct desk *d, const struct kpi_text *t)
{
    return t->in[d->language];
}

static str words_by(struct desk *d, const char *prefix, str name)
{
    str id = {0};
    if (!arena_print(d->page->a, &id, "%s%.*s", prefix, STR_ARG(name))) d->page->maker.failed = true;
    return page_text(d->page, id);
}

static bool may(const struct desk *d, action a)
{
    return policy_allows(&d->call->who, a, NULL);
}

static str number_text(struct desk *d, double v)
{
    buf b = {.max = 512};
    kpi_number_write(&b, d->language, v, 6, true);
    return page_buf(d->page, &b);
}

static str shown_value(struct desk *d, const struct kpi_input *i, const struct kpi_value *v)
{
    if (!v || !v->has_number) return (str){0};
    if (i && i->unit.is_claim) return page_text(d->page, v->number != 0 ? STR("kpi.yes") : STR("kpi.no"));
    return number_text(d, v->number);
}

static str href_of(struct desk *d, str input)
{
    return page_href(d->page, "team/kpi?jaar=%d&invoer=%.*s", d->year, STR_ARG(input));
}

// ---- The list ----------------------------------------------------------------------------------------------------

static bool put_progress(struct desk *d, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    struct kpi_progress_list l;
    if (!kpi_progress_read(p->at, d->office->set, d->year, d->office->config.area, p->a, &l, e)) return false;
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
    if (!kpi_book_read(p->at, d->year, d->office->config.area, p->a, &book, e)) return false;
    struct view *list = view_list(m, p->root, STR("inputs"));
    for (size_t i = 0; i < s->input_count; i++) {
        const struct kpi_input *x = &s->inputs[i];
        const struct kpi_value *v = kpi_book_find(&book, d->office->config.area, x->id);
        if (department.n && !str_eq(department, x->department)) continue;
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("name"), say(d, &x->name));
        view_text(m, row, STR("href"), href_of(d, x->id));
        view_text(m, row, STR("value"), shown_value(d, x, v));
        view_text(m, row, STR("unit"), say(d, &x->unit_label));
        view_text(m, row, STR("status"),
                  words_by(d, "kpi.status.", v ? kpi_status_name(v->status) : STR("none")));
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
    view_flag(m, p->root, STR("may_freeze"), !y.is_frozen && may(d, ACTION_OPERATE));
    view_flag(m, p->root, STR("may_open"), y.is_frozen && may(d, ACTION_ADMINISTER));
    view_flag(m, p->root, STR("may_sign"), y.is_frozen && may(d, ACTION_SIGN_REPORT));
    view_flag(m, p->root, STR("may_enter"), !y.is_frozen && may(d, ACTION_WRITE_ENTITY));
    view_flag(m, p->root, STR("may_task"), may(d, ACTION_OPERATE));
    struct view *list = view_list(m, p->root, STR("acts"));
    for (size_t i = 0; i < y.count; i++) {
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("act"), words_by(d, "team.kpi.act.", kpi_year_act_name(y.lines[i].act)));
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

// ---- One input ---------------------------------------------------------------------------------------------------

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

static bool put_history(struct desk *d, const struct kpi_input *input, str id, err *e)
{
    struct page *p = d->page;
    struct view_maker *m = &p->maker;
    struct kpi_book book;
    if (!kpi_history_read(p->at, d->year, d->office->config.area, id, p->a, &book, e)) return false;
    struct view *list = view_list(m, p->root, STR("history"));
    for (size_t i = book.count; i-- > 0;) {
        const struct kpi_value *v = &book.values[i];
        struct view *row = view_object(m, list, (str){0});
        view_int(m, row, STR("revision"), v->revision);
        view_text(m, row, STR("value"), shown_value(d, input, v));
        view_text(m, row, STR("status"), words_by(d, "kpi.status.", kpi_status_name(v->status)));
        view_text(m, row, STR("by"), v->by);
        view_text(m, row, STR("when"), page_when(p, v->at));
        view_text(m, row, STR("source"), v->source);
        view_text(m, row, STR("method"), words_by(d, "kpi.method.", kpi_method_name(v->method)));
        view_text(m, row, STR("origin"), words_by(d, "kpi.origin.", kpi_origin_name(v->origin)));
        view_text(m, row, STR("note"), v->note);
        view_text(m, row, STR("reason"), v->reason);
        put_files(d, row, v);
    }
    const struct kpi_value *last = book.count ? &book.values[book.count - 1] : NULL;
    view_flag(m, p->root, STR("can_submit"), last && last->status == KPI_DRAFT);
    view_flag(m, p->root, STR("can_judge"), last && last->status == KPI_SUBMITTED);
    view_text(m, p->root, STR("now"), last ? shown_value(d, input, last) : (str){0});
    view_text(m, p->root, STR("now_status"),
              words_by(d, "kpi.status.", last ? kpi_status_name(last->status) : STR("none")));
    return true;
}

static bool put_used_by(struct desk *d, int input, err *e)
{
    struct page *p = d->page;
    struct kpi_picture *picture;
    const struct kpi_set *s = d->office->set;
    if (!kpi_picture_take(d->office, p->at, d->year, d->office->config.area, true, p->a, &picture, e))
        return false;
    struct view *list = view_list(&p->maker, p->root, STR("used"));
    for (size_t i = 0; i < s->point_count; i++) {
        const struct kpi_formula *f = &s->points[i]->formula;
        bool names_it = false;
        for (size_t n = 0; n < f->input_count; n++) names_it = names_it || f->inputs[n] == input;
        if (!names_it) continue;
        const struct kpi_filling filling = {&picture->reading, d->language};
        const struct kpi_result *r = &picture->results.points[i];
        buf b = {.max = 8192};
        kpi_formula_fill(s->points[i], &filling, &b);
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), say(d, &s->indicators[s->points[i]->indicator].name));
        view_text(&p->maker, v, STR("part"), say(d, &s->points[i]->name));
        view_text(&p->maker, v, STR("filled"), page_buf(p, &b));
        view_text(&p->maker, v, STR("result"), r->has_value ? number_text(d, r->value) : (str){0});
    }
    return true;
}

// ---- What a form says --------------------------------------------------------------------------------------------

static bool number_read(struct desk *d, const struct kpi_input *input, str text, struct kpi_entry *x, err *e)
{
    const kpi_decimal_mark mark = d->language == LANGUAGE_NL ? KPI_MARK_COMMA : KPI_MARK_POINT;
    text = str_trim(text);
    x->has_number = true;
    if (input && input->unit.is_claim) {
        x->number = str_eq_nocase(text, STR("ja")) || str_eq_nocase(text, STR("yes")) ||
                    str_eq(text, STR("1"));
        return x->number != 0 || str_eq_nocase(text, STR("nee")) || str_eq_nocase(text, STR("no")) ||
               str_eq(text, STR("0")) ||
               err_set(e, ERR_TYPE, ERR_NOWHERE, "'%.*s' is neither yes nor no", STR_ARG(text));
    }
    return kpi_cell_number(text, mark, &x->number, e);
}

static void confirmations_take(struct desk *d, struct kpi_entry *x)
{
    const struct form *f = d->call->form;
    str *codes = ARENA_ARRAY(d->page->a, f->count + 1, str);
    for (size_t i = 0; codes && i < f->count; i++)
        if (str_eq(f->fields[i].name, STR("bevestig"))) codes[x->confirmed_count++] = f->fields[i].value;
    x->confirmed = codes;
}

static bool entry_of(struct desk *d, struct kpi_entry *x, err *e)
{
    const struct form *f = d->call->form;
    const str id = form_text(f, STR("invoer")), status = form_text(f, STR("stand")),
              method = form_text(f, STR("methode"));
    const int input = kpi_input_find(d->office->set, id);
    *x = (struct kpi_entry){.year = d->year,
                            .area = d->office->config.area,
                            .input = id,
                            .unit = form_text(f, STR("eenheid")),
                            .source = form_text(f, STR("bron")),
                            .note = form_text(f, STR("toelichting")),
                            .reason = form_text(f, STR("reden")),
                            .method = KPI_BY_UNKNOWN,
                            .capture = (double)NAN};
    if (!kpi_status_by_name(status, &x->status) || x->status == KPI_VERIFIED || x->status == KPI_REJECTED)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the form does not say how far the value is");
    (void)kpi_method_by_name(method, &x->method);
    confirmations_take(d, x);
    return x->status == KPI_NOT_APPLICABLE ||
           number_read(d, input >= 0 ? &d->office->set->inputs[input] : NULL, form_text(f, STR("waarde")), x,
                       e);
}

// After an entry that was refused: what was typed, and what is doubtful about it, to be confirmed one by one.
static void put_typed(struct desk *d)
{
    static const struct {
        str key, field;
    } typed[] = {{STR("typed_value"), STR("waarde")},
                 {STR("typed_unit"), STR("eenheid")},
                 {STR("typed_source"), STR("bron")},
                 {STR("typed_note"), STR("toelichting")},
                 {STR("typed_reason"), STR("reden")}};
    struct view_maker *m = &d->page->maker;
    struct kpi_entry x;
    struct kpi_value v;
    struct kpi_doubts doubts = {.count = 0};
    err ignored;
    if (!d->call->form || !str_eq(form_text(d->call->form, STR("wat")), STR("invoeren"))) return;
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
        view_text(m, d->page->root, typed[i].key, form_text(d->call->form, typed[i].field));
    if (!entry_of(d, &x, &ignored) || !kpi_entry_check(&d->by, d->page->at, &x, &v, &doubts, &ignored))
        return;
    struct view *list = view_list(m, d->page->root, STR("doubts"));
    for (size_t i = 0; i < doubts.count; i++) {
        str code = {0};
        if (!arena_copy(d->page->a, str_of(doubts.all[i].code), &code)) m->failed = true;
        struct view *row = view_object(m, list, (str){0});
        view_text(m, row, STR("code"), code);
        view_text(m, row, STR("text"), say(d, &doubts.all[i].text));
    }
    view_flag(m, d->page->root, STR("has_doubts"), doubts.count > 0);
}

static void put_methods(struct desk *d)
{
    struct view *list = view_list(&d->page->maker, d->page->root, STR("methods"));
    for (int i = 0; i < KPI_METHOD_COUNT; i++) {
        struct view *v = view_object(&d->page->maker, list, (str){0});
        view_text(&d->page->maker, v, STR("value"), kpi_method_name((kpi_method)i));
        view_text(&d->page->maker, v, STR("label"),
                  words_by(d, "kpi.method.", kpi_method_name((kpi_method)i)));
    }
}

static bool show_one(struct desk *d, str id, err *e)
{
    struct view_maker *m = &d->page->maker;
    struct view *root = d->page->root;
    const int i = kpi_input_find(d->office->set, id);
    if (i < 0)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no input '%.*s'", STR_ARG(str_slice(id, 0, 80)));
    const struct kpi_input *input = &d->office->set->inputs[i];
    view_flag(m, root, STR("is_one"), true);
    view_text(m, root, STR("id"), input->id);
    view_text(m, root, STR("name"), say(d, &input->name));
    view_text(m, root, STR("definition"), say(d, &input->definition));
    view_text(m, root, STR("unit"), say(d, &input->unit_label));
    view_text(m, root, STR("usual"), input->source);
    view_text(m, root, STR("department"), input->department);
    view_text(m, root, STR("list_href"),
              page_href(d->page, "team/kpi?jaar=%d&afdeling=%.*s", d->year, STR_ARG(input->department)));
    put_methods(d);
    put_typed(d);
    return put_history(d, input, input->id, e) && put_used_by(d, i, e);
}

static bool show(struct team_call *c, err *e)
{
    struct desk d;
    if (!desk_begin(c, &d, e) || !put_years(&d, e) || !put_year(&d, e)) return false;
    str id = page_query(c->page, STR("invoer"));
    if (!id.n && c->form) id = form_text(c->form, STR("invoer"));
    if (id.n) return show_one(&d, id, e);
    view_flag(&c->page->maker, c->page->root, STR("is_list"), true);
    return put_progress(&d, e) && put_inputs(&d, e);
}

// ---- Deeds -------------------------------------------------------------------------------------------------------

struct deed_work {
    struct desk *desk;
    struct kpi_entry entry;
    str input, reason;
    kpi_status to;
    kpi_year_act act;
    struct kpi_task task;
};

static bool run_enter(struct store_tx *tx, void *context, err *e)
{
    struct deed_work *w = context;
    struct kpi_value v;
    struct kpi_doubts doubts;
    return kpi_enter(tx, &w->desk->by, &w->entry, &v, &doubts, e);
}

static bool run_move(struct store_tx *tx, void *context, err *e)
{
    struct deed_work *w = context;
    struct kpi_value v;
    return kpi_move(tx, &w->desk->by, w->desk->year, w->desk->office->config.area, w->input, w->to, w->reason,
                    &v, e);
}

static bool run_year(struct store_tx *tx, void *context, err *e)
{
    struct deed_work *w = context;
    return kpi_year_do(tx, &w->desk->by, w->desk->year, w->act, w->reason, e);
}

static bool run_task(struct store_tx *tx, void *context, err *e)
{
    struct deed_work *w = context;
    return kpi_task_set(tx, &w->desk->by, &w->task, e);
}

// What a form may ask: who may, and what runs. `to` and `act` belong to the runs that read them.
static const struct {
    str what;
    action needs;
    bool (*run)(struct store_tx *tx, void *context, err *e);
    kpi_status to;
    kpi_year_act act;
} deeds[] = {
    {STR("invoeren"), ACTION_WRITE_ENTITY, run_enter, KPI_DRAFT, KPI_YEAR_FREEZE},
    {STR("indienen"), ACTION_WRITE_ENTITY, run_move, KPI_SUBMITTED, KPI_YEAR_FREEZE},
    {STR("aanvaarden"), ACTION_WRITE_ENTITY, run_move, KPI_VERIFIED, KPI_YEAR_FREEZE},
    {STR("afwijzen"), ACTION_WRITE_ENTITY, run_move, KPI_REJECTED, KPI_YEAR_FREEZE},
    {STR("afsluiten"), ACTION_OPERATE, run_year, KPI_DRAFT, KPI_YEAR_FREEZE},
    {STR("openen"), ACTION_ADMINISTER, run_year, KPI_DRAFT, KPI_YEAR_OPEN},
    {STR("verklaren"), ACTION_SIGN_REPORT, run_year, KPI_DRAFT, KPI_YEAR_SIGN},
    {STR("taak"), ACTION_OPERATE, run_task, KPI_DRAFT, KPI_YEAR_FREEZE},
};

static bool act(struct team_call *c, err *e)
{
    struct desk d;
    const str what = form_text(c->form, STR("wat"));
    if (!desk_begin(c, &d, e)) return false;
    struct deed_work w = {
        .desk = &d, .input = form_text(c->form, STR("invoer")), .reason = form_text(c->form, STR("reden"))};
    w.task = (struct kpi_task){.year = d.year,
                               .department = form_text(c->form, STR("afdeling")),
                               .owner = form_text(c->form, STR("wie")),
                               .mail = form_text(c->form, STR("mail")),
                               .due = form_text(c->form, STR("datum"))};
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (!str_eq(deeds[i].what, what)) continue;
        w.to = deeds[i].to;
        w.act = deeds[i].act;
        if (!policy_allows(&c->who, deeds[i].needs, e)) return false;
        if (deeds[i].run == run_enter && !entry_of(&d, &w.entry, e)) return false;
        if (!store_run(d.office->config.store, deeds[i].run, &w, e)) return false;
        c->done = STR("team.done.saved");
        c->location = w.input.n ? href_of(&d, w.input) : page_href(c->page, "team/kpi?jaar=%d", d.year);
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_kpi = {
    .name = STR("team-kpi"), .needs = ACTION_READ_EVIDENCE, .show = show, .act = act};
