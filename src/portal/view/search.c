// SPDX-License-Identifier: EUPL-1.2
// Search without script: areas and meters whose name holds what was asked.
#include "portal/names.h"

#define FOUND_MOST 50

bool view_search(struct page *p, err *e)
{
    struct view_maker *m = &p->maker;
    const str wanted = page_query(p, STR("q"));
    struct name *found;
    size_t count;
    if (!names_find(p, wanted, FOUND_MOST, &found, &count, e)) return false;
    names_put_postcodes(p);
    view_text(m, p->root, STR("wanted"), wanted);
    view_flag(m, p->root, STR("is_asked"), wanted.n > 0);
    struct view *list = view_list(m, p->root, STR("found"));
    for (size_t i = 0; i < count; i++) {
        struct view *v = view_object(m, list, (str){0});
        view_text(m, v, STR("name"), found[i].text);
        view_text(m, v, STR("beside"), found[i].beside);
        view_text(m, v, STR("kind"),
                  page_text(p, found[i].kind == NAME_AREA ? STR("search.area") : STR("search.meter")));
        view_text(m, v, STR("href"), page_href(p, "%.*s", STR_ARG(found[i].path)));
    }
    view_flag(m, p->root, STR("has_found"), count > 0);
    return true;
}
