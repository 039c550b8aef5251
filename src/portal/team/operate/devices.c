// SPDX-License-Identifier: EUPL-1.2
// Devices: those that wait to be let in, those that need somebody, and all others; searched and in pages.
#include "portal/team/operate/operate.h"

static const struct {
    str name, text;
} filters[] = {{STR(""), STR("team.devices.all")},
               {STR("waiting"), STR("team.devices.waiting")},
               {STR("ill"), STR("team.devices.ill")},
               {STR("known"), STR("team.devices.known")},
               {STR("blocked"), STR("team.devices.blocked")}};
#define FILTER_COUNT (sizeof filters / sizeof filters[0])

struct listing {
    struct page *page;
    struct view *list;
    str filter, wanted;
    struct list_pages pages;
    int64_t counts[FILTER_COUNT];
};

static bool fits(const struct device_entry *d, str filter, instant now)
{
    if (str_eq(filter, STR("ill"))) return device_is_ill(d, now);
    return filter.n == 0 || str_eq(filter, device_state_name(d->state));
}

static bool take(const struct device_entry *d, void *context, err *e)
{
    struct listing *l = context;
    (void)e;
    if (!list_holds(d->key, l->wanted) && !list_holds(d->owner, l->wanted)) return true;
    for (size_t k = 0; k < FILTER_COUNT; k++) l->counts[k] += fits(d, filters[k].name, l->page->now);
    if (fits(d, l->filter, l->page->now) && list_pages_take(&l->pages))
        device_put(l->page, view_object(&l->page->maker, l->list, (str){0}), d);
    return !l->page->maker.failed;
}

static void put_filters(struct listing *l)
{
    struct page *p = l->page;
    struct view *list = view_list(&p->maker, p->root, STR("filters"));
    for (size_t k = 0; k < FILTER_COUNT; k++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        buf b = {.max = 2048};
        buf_print(&b, "?staat=%.*s&zoek=", STR_ARG(filters[k].name));
        team_encode(&b, l->wanted);
        view_text(&p->maker, v, STR("href"), page_buf(p, &b));
        view_text(&p->maker, v, STR("name"), page_text(p, filters[k].text));
        view_int(&p->maker, v, STR("count"), l->counts[k]);
        view_flag(&p->maker, v, STR("current"), str_eq(filters[k].name, l->filter));
    }
}

static bool show(struct team_call *c, err *e)
{
    struct page *p = c->page;
    const str keys[] = {STR("staat"), STR("zoek")};
    struct listing l = {.page = p,
                        .list = view_list(&p->maker, p->root, STR("devices")),
                        .filter = page_query(p, keys[0]),
                        .wanted = str_trim(page_query(p, keys[1])),
                        .pages = list_pages_begin(p)};
    if (!registry_each(p->at, (str){0}, take, &l, e)) return false;
    put_filters(&l);
    view_text(&p->maker, p->root, STR("zoek"), l.wanted);
    view_text(&p->maker, p->root, STR("staat"), l.filter);
    view_flag(&p->maker, p->root, STR("is_empty"), l.pages.found == 0);
    view_flag(&p->maker, p->root, STR("is_new"), l.counts[0] == 0 && l.wanted.n == 0);
    list_pages_put(p, &l.pages, list_query(p, keys, 2));
    return true;
}

// Letting in and shutting out, right in the list.
static bool act(struct team_call *c, err *e)
{
    struct ingest *in = c->page->portal->config.ingest;
    const str what = form_text(c->form, STR("wat"));
    const bool lets_in = str_eq(what, STR("toelaten"));
    if (!in) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no devices are taken in here");
    if (!lets_in && !str_eq(what, STR("weigeren")))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "the form does not say what to do");
    const struct device_change change = {.key = form_text(c->form, STR("sleutel")),
                                         .action = lets_in ? DEVICE_LET_IN : DEVICE_BLOCK,
                                         .by = &c->who,
                                         .now = c->page->now};
    const str keys[] = {STR("staat"), STR("zoek"), STR("pagina")};
    const str query = list_query(c->page, keys, 3);
    c->location = page_href(c->page, "team/meters%.*s", STR_ARG(query));
    c->done = lets_in ? STR("team.done.let-in") : STR("team.done.blocked");
    return registry_change(in, &change, e);
}

const struct team_page team_devices = {
    .name = STR("team-devices"), .needs = ACTION_OPERATE, .show = show, .act = act};
