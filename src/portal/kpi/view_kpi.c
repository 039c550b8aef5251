// SPDX-License-Identifier: EUPL-1.2
#include "portal/kpi/parts.h"

static bool put_areas(struct kpi_page *k, err *e)
{
    struct page *p = k->page;
    str *codes;
    size_t count;
    if (!kpi_areas_read(p->at, k->year, p->a, &codes, &count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("areas"));
    for (size_t i = 0; i < count && count > 1; i++) {
        const bool is_town = str_eq(codes[i], k->office->config.area);
        str name = p->portal->config.town;
        if (!is_town && !kpi_area_name(k->office, codes[i], k->year, p->a, &name, e)) return false;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("code"), codes[i]);
        view_text(&p->maker, v, STR("name"), name);
        view_flag(&p->maker, v, STR("current"), str_eq(codes[i], k->area));
    }
    return true;
}

bool view_kpi(struct page *p, err *e)
{
    struct kpi_page k;
    if (!kpi_page_begin(p, 0, &k, e)) return false;
    kpi_put_head(&k, p->root);
    kpi_put_wheel(&k, p->root);
    kpi_put_tables(&k, p->root);
    view_text(&p->maker, p->root, STR("csv_href"), STR("/api/v1/kpi/indicators?format=csv"));
    return put_areas(&k, e);
}
