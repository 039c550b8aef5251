// SPDX-License-Identifier: EUPL-1.2
// Areas: those of a level in a year, and a file with more of them, with a report of what was refused.
#include "area/import.h"
#include "identity/audit.h"
#include "portal/postcode.h"
#include "portal/team/operate/operate.h"

#define YEAR_LEAST 1800
#define YEAR_MOST 2200
#define REFUSALS_SHOWN 100

// ---- The list ----------------------------------------------------------------------------------------------------

static area_level level_asked(struct page *p)
{
    area_level l;
    return area_level_by_name(page_query(p, STR("niveau")), &l) ? l : AREA_NEIGHBOURHOOD;
}

static int year_asked(struct page *p)
{
    int64_t year;
    const bool is_given = num_parse_int(page_query(p, STR("jaar")), &year, NULL) && year >= YEAR_LEAST &&
                          year <= YEAR_MOST;
    return is_given ? (int)year : areas_year_of(p->portal->config.areas, p->now);
}

static str level_label(struct page *p, area_level l)
{
    str id;
    if (arena_print(p->a, &id, "area.level.%.*s", STR_ARG(area_level_name(l)))) return page_text(p, id);
    p->maker.failed = true;
    return (str){0};
}

static void put_levels(struct page *p, const struct atlas *t, area_level chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("levels"));
    size_t count, per_level[AREA_LEVEL_COUNT] = {0};
    const struct area *all = atlas_all(t, &count);
    for (size_t k = 0; k < count; k++) per_level[all[k].level]++;
    for (int l = 0; l < AREA_LEVEL_COUNT; l++) {
        if (!per_level[l] && l != (int)chosen) continue;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("value"), area_level_name((area_level)l));
        view_text(&p->maker, v, STR("label"), level_label(p, (area_level)l));
        view_flag(&p->maker, v, STR("selected"), l == (int)chosen);
    }
}

static void put_years(struct page *p, struct view *v, const struct area *a)
{
    if (a->from != INT_MIN) view_int(&p->maker, v, STR("from_year"), a->from);
    if (a->to != INT_MAX) view_int(&p->maker, v, STR("to_year"), a->to - 1);
}

static void put_area(struct page *p, struct view *list, const struct atlas *t, const struct area *a, int year)
{
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, list, (str){0});
    const struct area *parent = atlas_parent(t, a, year);
    str code = {0}, name = {0}, parent_name = {0};
    if (!arena_copy(p->a, a->code, &code) || !arena_copy(p->a, a->name, &name) ||
        (parent && !arena_copy(p->a, parent->name, &parent_name)))
        m->failed = true;
    view_text(m, v, STR("code"), code);
    view_text(m, v, STR("name"), name);
    view_text(m, v, STR("href"), page_href(p, "gebied/%.*s", STR_ARG(code)));
    view_text(m, v, STR("parent"), parent_name);
    if (a->year) view_int(m, v, STR("boundary_year"), a->year);
    put_years(p, v, a);
    if (a->square_metres > 0)
        view_text(m, v, STR("size"), words_reading(p->words, p->a, a->square_metres / 1e6, 2, STR("km²")));
    if (a->people >= 0) view_text(m, v, STR("people"), words_number(p->words, p->a, (double)a->people, 0));
}

static bool put_list(struct page *p, const struct atlas *t, err *e)
{
    const str keys[] = {STR("niveau"), STR("jaar"), STR("zoek")}, wanted = str_trim(page_query(p, keys[2]));
    const area_level level = level_asked(p);
    const int year = year_asked(p);
    const struct area **all;
    size_t count;
    struct list_pages pages = list_pages_begin(p);
    if (!atlas_level(t, level, year, p->a, &all, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("areas"));
    for (size_t k = 0; k < count; k++)
        if ((list_holds(all[k]->name, wanted) || list_holds(all[k]->code, wanted)) && list_pages_take(&pages))
            put_area(p, list, t, all[k], year);
    put_levels(p, t, level);
    view_int(&p->maker, p->root, STR("jaar"), year);
    view_text(&p->maker, p->root, STR("zoek"), wanted);
    view_flag(&p->maker, p->root, STR("is_empty"), pages.found == 0);
    list_pages_put(p, &pages, list_query(p, keys, 3));
    return true;
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    struct areas *areas = p->portal->config.areas;
    if (!areas) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no areas are kept here");
    const struct atlas *t = areas_take(areas);
    const bool ok = put_list(p, t, e);
    areas_give(areas, t);
    return ok;
}

// ---- A file ------------------------------------------------------------------------------------------------------

struct report {
    struct page *page;
    struct view *list;
    int64_t written;
};

static void refuse(int64_t feature, const err *why, void *context)
{
    struct report *r = context;
    struct page *p = r->page;
    str text = {0};
    if (r->written++ >= REFUSALS_SHOWN) return;
    struct view *v = view_object(&p->maker, r->list, (str){0});
    if (!arena_copy(p->a, str_of(why->text), &text)) p->maker.failed = true;
    view_int(&p->maker, v, STR("feature"), feature);
    view_text(&p->maker, v, STR("why"), text);
}

struct noting {
    const struct team_call *call;
    str what;
    const int64_t *stored, *refused;
};

static bool note(const struct noting *n, err *e)
{
    str detail;
    if (!arena_print(n->call->page->a, &detail, "stored=%lld refused=%lld", (long long)*n->stored,
                     (long long)*n->refused))
        return err_no_memory(e);
    const struct audit_event event = {.who = &n->call->who,
                                      .what = n->what,
                                      .which = STR("areas"),
                                      .detail = detail,
                                      .at = n->call->page->now};
    return audit_note(n->call->page->portal->config.store, &event, e);
}

static void put_report(struct page *p, const struct area_import *i, const struct report *r)
{
    view_flag(&p->maker, p->root, STR("has_report"), true);
    view_int(&p->maker, p->root, STR("stored"), i->stored);
    view_int(&p->maker, p->root, STR("repaired"), i->repaired);
    view_int(&p->maker, p->root, STR("refused"), i->refused);
    view_flag(&p->maker, p->root, STR("has_refused"), i->refused > 0);
    view_flag(&p->maker, p->root, STR("has_more"), r->written > REFUSALS_SHOWN);
}

static bool import_areas(struct team_call *c, str file, err *e)
{
    struct page *p = c->page;
    struct report report = {p, view_list(&p->maker, p->root, STR("refusals")), 0};
    struct area_import i = {.crs = AREA_CRS_GUESS, .first_feature = 1, .refuse = refuse, .context = &report};
    int64_t year = 0;
    if (form_text(c->form, STR("jaar")).n &&
        (!form_int(c->form, STR("jaar"), &year) || year < YEAR_LEAST || year > YEAR_MOST))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "the year is a number such as 2024");
    i.year = (int)year;
    c->stays = true;
    struct noting n = {c, STR("area.import"), &i.stored, &i.refused};
    if (!area_import(p->portal->config.store, file, p->now, &i, e) || !note(&n, e) ||
        !areas_reload(p->portal->config.areas, e))
        return false;
    put_report(p, &i, &report);
    return true;
}

static bool import_postcodes(struct team_call *c, str file, err *e)
{
    struct page *p = c->page;
    struct postcode_import i = {0};
    struct noting n = {c, STR("postcode.import"), &i.stored, &i.refused};
    c->stays = true;
    if (!postcodes_import(p->portal->config.store, p->portal->config.areas, file, p->now, &i, e) ||
        !note(&n, e))
        return false;
    view_flag(&p->maker, p->root, STR("has_postcode_report"), true);
    view_int(&p->maker, p->root, STR("stored"), i.stored);
    view_int(&p->maker, p->root, STR("refused"), i.refused);
    return true;
}

static bool act(struct team_call *c, err *e)
{
    const str file = c->form->file_count ? c->form->files[0].bytes : (str){0},
              what = form_text(c->form, STR("wat"));
    if (!c->page->portal->config.areas)
        return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no areas are kept here");
    if (!file.n) return err_set(e, ERR_MISSING, ERR_NOWHERE, "choose a file");
    if (str_eq(what, STR("invoeren"))) return import_areas(c, file, e);
    if (str_eq(what, STR("postcodes"))) return import_postcodes(c, file, e);
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
}

const struct team_page team_areas = {
    .name = STR("team-areas"), .needs = ACTION_OPERATE, .show = show, .act = act};
