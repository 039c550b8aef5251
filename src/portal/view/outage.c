// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/outage.h"

#include "base/num.h"
#include "feed/feed.h"
#include "outage/outage.h"

#define SHOWN_MOST 30
#define METER_MOST 10

struct newest {
    struct page *page;
    struct outage all[SHOWN_MOST];  // the one numbered n at n % SHOWN_MOST
    size_t count;
};

static struct view *put_one(struct page *p, struct view *list, str id, interval when)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("when"),
              words_fill(p->words, p->a, id,
                         FILLS({STR("from"), page_when(p, when.start)},
                               {STR("to"), when.end == TIME_MAX ? (str){0} : page_when(p, when.end)})));
    return v;
}

static void keep(struct newest *n, const struct outage *one)
{
    n->all[n->count++ % SHOWN_MOST] = *one;
}

static bool keep_one(const struct outage *one, void *context, err *e)
{
    (void)e;
    keep(context, one);
    return true;
}

// A meter that this reader is not shown had no interruption either. It bears the name that its own page has.
static const struct meter *meter_of(const struct page *p, str name)
{
    int64_t id;
    err ignored;
    return num_parse_int(name, &id, &ignored) ? meter_find(p->meters, id) : NULL;
}

static bool keep_shown(const struct outage *one, void *context, err *e)
{
    struct newest *n = context;
    (void)e;
    if (meter_of(n->page, one->name)) keep(n, one);
    return true;
}

static instant first_kept(const struct page *p)
{
    return p->now - OUTAGE_DAYS * TIME_DAY;
}

static bool read_newest(struct page *p, outage_kind k, outage_each each, struct newest **out, err *e)
{
    struct newest *n = ARENA_NEW(p->a, struct newest);
    if (!n) return err_no_memory(e);
    *n = (struct newest){.page = p};
    *out = n;
    return outages_each(p->at, k, first_kept(p), p->a, each, n, e);
}

static const struct outage *nth_newest(const struct newest *n, size_t k)
{
    return k < n->count && k < SHOWN_MOST ? &n->all[(n->count - 1 - k) % SHOWN_MOST] : NULL;
}

static bool put_service(struct page *p, struct view *list, err *e)
{
    struct newest *n;
    const struct outage *one;
    if (!read_newest(p, OUTAGE_SERVICE, keep_one, &n, e)) return false;
    for (size_t k = 0; (one = nth_newest(n, k)); k++)
        put_one(p, list, one->is_planned ? STR("status.outage.planned") : STR("status.outage.unplanned"),
                one->when);
    return true;
}

static bool put_meters(struct page *p, struct view *list, err *e)
{
    struct newest *n;
    const struct outage *one;
    if (!read_newest(p, OUTAGE_DEVICE, keep_shown, &n, e)) return false;
    for (size_t k = 0; (one = nth_newest(n, k)); k++) {
        const struct meter *m = meter_of(p, one->name);
        struct view *v = put_one(p, list, STR("status.outage.was"), one->when);
        view_text(&p->maker, v, STR("name"), m->name);
        view_text(&p->maker, v, STR("href"), page_href(p, "meter/%lld", (long long)m->id));
    }
    view_int(&p->maker, p->root, STR("meter_outage_count"), (int64_t)n->count);
    return true;
}

struct lasting {
    struct page *page;
    struct view *list;
};

static bool put_lasting(const struct feed_status *s, void *context, err *e)
{
    struct lasting *l = context;
    str name;
    if (s->is_paused || s->failing_since == TIME_NONE) return true;
    if (!arena_copy(l->page->a, s->name, &name)) return err_no_memory(e);
    struct view *v = put_one(l->page, l->list, STR("status.outage.lasts"),
                             (interval){s->failing_since, TIME_MAX});
    view_text(&l->page->maker, v, STR("name"), name);
    return true;
}

static bool put_feeds(struct page *p, struct view *list, err *e)
{
    struct newest *n;
    const struct outage *one;
    struct lasting l = {p, list};
    struct feeds *feeds = p->portal->config.feeds;
    if ((feeds && !feeds_each(feeds, p->at, p->a, put_lasting, &l, e)) ||
        !read_newest(p, OUTAGE_FEED, keep_one, &n, e))
        return false;
    for (size_t k = 0; (one = nth_newest(n, k)); k++)
        view_text(&p->maker, put_one(p, list, STR("status.outage.was"), one->when), STR("name"), one->name);
    return true;
}

static const struct {
    str list, flag;
    bool (*put)(struct page *, struct view *, err *);
} kinds[OUTAGE_KIND_COUNT] = {
    {STR("service_outages"), STR("has_service_outages"), put_service},
    {STR("meter_outages"), STR("has_meter_outages"), put_meters},
    {STR("feed_outages"), STR("has_feed_outages"), put_feeds},
};

bool outage_put(struct page *p, err *e)
{
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        struct view *list = view_list(&p->maker, p->root, kinds[k].list);
        if (!kinds[k].put(p, list, e)) return false;
        view_flag(&p->maker, p->root, kinds[k].flag, list && list->first);
    }
    return true;
}

// ---- Of one meter ------------------------------------------------------------------------------------------------

static bool keep_earliest(const struct observation *o, void *context, err *e)
{
    instant *earliest = context;
    (void)e;
    if (o->phenomenon_time.start < *earliest) *earliest = o->phenomenon_time.start;
    return false;
}

// TIME_MAX: it has measured nothing.
static bool first_reading(struct page *p, const struct meter *m, instant *out, err *e)
{
    *out = TIME_MAX;
    for (size_t i = 0; i < m->series_count; i++) {
        *e = (err){0};
        if (!store_observations(p->at, m->series[i].id, (interval){TIME_NONE, TIME_NONE}, keep_earliest, out,
                                e) &&
            e->code != ERR_NONE)
            return false;
    }
    return true;
}

static bool read_own(struct page *p, const struct meter *m, struct newest *n, err *e)
{
    str name;
    *n = (struct newest){.page = p};
    if (!arena_print(p->a, &name, "%lld", (long long)m->id)) return err_no_memory(e);
    return outages_of(p->at, OUTAGE_DEVICE, name, first_kept(p), p->a, keep_one, n, e);
}

static str words_of(const struct outage *down)
{
    return down->is_planned ? STR("meter.outage.planned") : STR("meter.outage.unplanned");
}

// When peil took nothing in, there is a hole in the chart too; but not from before the meter's first reading.
bool outage_put_meter(struct page *p, const struct meter *m, err *e)
{
    struct newest own, *service;
    instant first;
    if (!read_own(p, m, &own, e) || !read_newest(p, OUTAGE_SERVICE, keep_one, &service, e)) return false;
    if (own.count + service->count == 0) return true;
    if (!first_reading(p, m, &first, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("outages"));
    for (size_t i = 0, k = 0; i + k < METER_MOST;) {
        const struct outage *silent = nth_newest(&own, i), *down = nth_newest(service, k);
        if (down && down->when.end <= first) down = NULL;
        if (!silent && !down) break;
        const bool is_own = silent && (!down || silent->when.end >= down->when.end);
        put_one(p, list, is_own ? STR("meter.outage.own") : words_of(down), (is_own ? silent : down)->when);
        *(is_own ? &i : &k) += 1;
    }
    view_flag(&p->maker, p->root, STR("has_outages"), list && list->first);
    return true;
}
