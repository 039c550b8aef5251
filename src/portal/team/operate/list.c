// SPDX-License-Identifier: EUPL-1.2
// Long lists of staff, a page at a time, with what is looked for in the address.
#include "portal/team/operate/operate.h"

#define PAGES_MAX 100000

struct list_pages list_pages_begin(struct page *p)
{
    int64_t n = 0;
    if (!num_parse_int(page_query(p, STR("pagina")), &n, NULL) || n < 1 || n > PAGES_MAX) n = 1;
    return (struct list_pages){.first = (n - 1) * LIST_PAGE};
}

bool list_pages_take(struct list_pages *l)
{
    const int64_t at = l->found++;
    return at >= l->first && at < l->first + LIST_PAGE;
}

str list_query(struct page *p, const str *keys, size_t count)
{
    buf b = {.max = 4096};
    for (size_t k = 0; k < count; k++) {
        const str given = page_query(p, keys[k]);
        if (!given.n) continue;
        buf_print(&b, "%c%.*s=", b.n ? '&' : '?', STR_ARG(keys[k]));
        team_encode(&b, given);
    }
    return page_buf(p, &b);
}

static void put_link(struct page *p, str key, str query, int64_t number)
{
    str href;
    if (!arena_print(p->a, &href, "%.*s%spagina=%lld", STR_ARG(query), query.n ? "&" : "?",
                     (long long)number))
        p->maker.failed = true;
    else
        view_text(&p->maker, p->root, key, href);
}

void list_pages_put(struct page *p, const struct list_pages *l, str query)
{
    const int64_t last = l->first + LIST_PAGE, number = l->first / LIST_PAGE + 1;
    view_int(&p->maker, p->root, STR("found"), l->found);
    view_int(&p->maker, p->root, STR("from"), l->found > l->first ? l->first + 1 : 0);
    view_int(&p->maker, p->root, STR("to"), l->found < last ? l->found : last);
    if (number > 1) put_link(p, STR("previous_href"), query, number - 1);
    if (l->found > last) put_link(p, STR("next_href"), query, number + 1);
}

bool list_holds(str text, str wanted)
{
    for (size_t at = 0; at + wanted.n <= text.n; at++)
        if (str_eq_nocase(str_slice(text, at, at + wanted.n), wanted)) return true;
    return false;
}
