// SPDX-License-Identifier: EUPL-1.2
// Open data and explanation: pages of text with a few figures of this service in them.
#include "portal/page.h"

static str origin(struct page *p)
{
    str out = p->portal->config.root_url;
    if (out.n) return out;
    const str host = http_request_header(p->request, "Host");
    if (!arena_print(p->a, &out, "http://%.*s", STR_ARG(host.n ? host : STR("localhost"))))
        p->maker.failed = true;
    return out;
}

bool view_data(struct page *p, err *e)
{
    (void)e;
    struct view_maker *m = &p->maker;
    const entity_id example = p->meters->series_count ? p->meters->by_id[0]->id : 1;
    view_int(m, p->root, STR("meter_count"), (int64_t)p->meters->count);
    view_int(m, p->root, STR("stream_count"), (int64_t)p->meters->series_count);
    view_int(m, p->root, STR("example"), example);
    view_text(m, p->root, STR("since"), page_stamp(p, tz_day_start(p->portal->zone, p->now)));
    view_text(m, p->root, STR("origin"), origin(p));
    return true;
}

bool view_explain(struct page *p, err *e)
{
    (void)e;
    size_t count;
    const struct quantity *all = quantity_all(&count);
    struct view *list = view_list(&p->maker, p->root, STR("scales"));
    for (size_t i = 0; i < count; i++) {
        const struct scale *s = scale_of(&all[i]);
        if (s->class_count == 0) continue;
        const bool is_dutch = words_language(p->words) == LANGUAGE_NL;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), is_dutch ? all[i].name_nl : all[i].name_en);
        view_text(&p->maker, v, STR("unit"), s->symbol.n ? s->symbol : all[i].symbol);
        view_text(&p->maker, v, STR("note"), page_text(p, s->note));
        page_legend(p, view_list(&p->maker, v, STR("classes")), s);
    }
    struct view *kinds = view_list(&p->maker, p->root, STR("kinds"));
    for (meter_kind k = 0; k < METER_KIND_COUNT; k++) page_kind(p, kinds, k);
    return true;
}
