// SPDX-License-Identifier: EUPL-1.2
// How the service is: what the store holds, whether it can be written, and the work that is done from time to time.
#include "portal/team/frame.h"

#include "portal/view/kept.h"

static void put_figures(struct page *p, const struct store_figures *f)
{
    struct view_maker *m = &p->maker;
    struct view *list = view_list(m, p->root, STR("sets"));
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("name"), entity_schema_of((entity_set)set)->set_name);
        view_text(m, v, STR("count"), words_number(p->words, p->a, (double)f->entities[set], 0));
    }
    view_text(m, p->root, STR("chunks"), words_number(p->words, p->a, (double)f->chunks, 0));
    view_text(m, p->root, STR("tail"), words_number(p->words, p->a, (double)f->tail_observations, 0));
    view_text(m, p->root, STR("disk"), words_number(p->words, p->a, (double)f->bytes_on_disk / 1e6, 1));
}

struct listing {
    struct page *page;
    struct view *list;
};

static void put_job(const struct job_state *j, void *context)
{
    const struct listing *l = context;
    struct page *p = l->page;
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, l->list, (str){0});
    str id, error;
    if (!arena_print(p->a, &id, "team.system.job.%s", j->name) ||
        !arena_copy(p->a, str_of(j->last_error.text), &error)) {
        m->failed = true;
        return;
    }
    view_text(m, v, STR("name"), page_text(p, id));
    view_int(m, v, STR("runs"), (int64_t)j->runs);
    view_int(m, v, STR("failures"), (int64_t)j->failures);
    view_text(m, v, STR("last"),
              j->last_start == TIME_NONE ? page_text(p, STR("team.never")) : page_when(p, j->last_start));
    view_text(m, v, STR("took"), words_number(p->words, p->a, (double)j->last_duration_us / 1000, 1));
    if (j->last_error.code) view_text(m, v, STR("error"), error);
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct store_figures figures;
    err why;
    if (!store_figures(p->at, &figures, e)) return false;
    put_figures(p, &figures);
    const bool is_writable = store_is_writable(p->portal->config.store, &why);
    view_flag(&p->maker, p->root, STR("is_writable"), is_writable);
    str reason = {0};
    if (!is_writable && !arena_copy(p->a, str_of(why.text), &reason)) p->maker.failed = true;
    view_text(&p->maker, p->root, STR("why_not"), reason);
    view_int(&p->maker, p->root, STR("logged_in"), (int64_t)sessions_count(c->team->sessions, p->now));
    kept_put(p, STR("kept"));
    struct listing l = {p, view_list(&p->maker, p->root, STR("jobs"))};
    if (p->portal->config.schedule) schedule_each(p->portal->config.schedule, put_job, &l);
    return true;
}

const struct team_page team_system = {.name = STR("team-system"), .needs = ACTION_OPERATE, .show = show};
