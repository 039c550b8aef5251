// SPDX-License-Identifier: EUPL-1.2
// The assessment for staff and the verifier: what its forms do. desk.h has the pages.
#include "portal/kpi/desk.h"

static bool show(struct team_call *c, err *e)
{
    struct desk d;
    if (!desk_begin(c, &d, e) || !desk_put_year(&d, e)) return false;
    str id = page_query(c->page, STR("invoer"));
    if (!id.n && c->form) id = form_text(c->form, STR("invoer"));
    if (c->form) {  // a form that was refused: its files were kept all the same
        const struct desk *before = c->state;
        d.evidence = before ? before->evidence : NULL;
        d.evidence_count = before ? before->evidence_count : 0;
    }
    if (id.n) return desk_show_one(&d, id, e);
    view_flag(&c->page->maker, c->page->root, STR("is_list"), true);
    return desk_show_list(&d, e);
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
    return kpi_move(tx, &w->desk->by, w->desk->year, w->desk->area, w->input, w->to, w->reason, &v, e);
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
    struct desk *d = ARENA_NEW(c->page->a, struct desk);
    const str what = form_text(c->form, STR("wat"));
    if (!d) return err_no_memory(e);
    if (!desk_begin(c, d, e)) return false;
    c->state = d;
    struct deed_work w = {
        .desk = d, .input = form_text(c->form, STR("invoer")), .reason = form_text(c->form, STR("reden"))};
    w.task = (struct kpi_task){.year = d->year,
                               .department = form_text(c->form, STR("afdeling")),
                               .owner = form_text(c->form, STR("wie")),
                               .mail = form_text(c->form, STR("mail")),
                               .due = form_text(c->form, STR("datum"))};
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        if (!str_eq(deeds[i].what, what)) continue;
        w.to = deeds[i].to;
        w.act = deeds[i].act;
        if (!policy_allows(&c->who, deeds[i].needs, e)) return false;
        if (deeds[i].run == run_enter && !desk_entry_take(d, &w.entry, e)) return false;
        if (!store_run(d->office->config.store, deeds[i].run, &w, e)) return false;
        c->done = STR("team.done.saved");
        c->location = desk_href(d, w.input);
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_kpi = {
    .name = STR("team-kpi"), .needs = ACTION_READ_EVIDENCE, .show = show, .act = act};
