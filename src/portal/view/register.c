// SPDX-License-Identifier: EUPL-1.2
// The register of sensors: what hangs where, for what purpose, whose it is, and what it does not record.
#include "portal/page.h"

#define ROWS_ON_PAGE 100

// What a quantity is measured for; the first row that fits by the beginning of its key.
static const struct {
    str begin;
    str purpose;
} purposes[] = {
    {STR("noise"), STR("purpose.noise")},      {STR("sound"), STR("purpose.noise")},
    {STR("traffic"), STR("purpose.traffic")},  {STR("tilt"), STR("purpose.sign")},
    {STR("knock"), STR("purpose.sign")},       {STR("water"), STR("purpose.water")},
    {STR("soil"), STR("purpose.water")},       {STR("temperature"), STR("purpose.weather")},
    {STR("humidity"), STR("purpose.weather")}, {STR("pressure"), STR("purpose.weather")},
    {STR("wind"), STR("purpose.weather")},     {STR("rain"), STR("purpose.weather")},
    {STR("pm"), STR("purpose.air")},           {STR("no"), STR("purpose.air")},
    {STR("o3"), STR("purpose.air")},           {STR("co"), STR("purpose.air")},
    {STR("black"), STR("purpose.air")},        {STR("energy"), STR("purpose.energy")},
    {STR("power"), STR("purpose.energy")},     {STR("gas"), STR("purpose.energy")},
};

static str purpose_of(const struct series *s)
{
    for (size_t i = 0; s->quantity && i < sizeof purposes / sizeof purposes[0]; i++)
        if (str_starts(s->quantity->key, purposes[i].begin)) return purposes[i].purpose;
    return STR("purpose.other");
}

static void add_once(buf *b, str text)
{
    size_t at;
    if (b->n && str_find(buf_str(b), text, &at)) return;
    if (b->n) BUF_LIT(b, ", ");
    buf_add(b, text);
}

static str purposes_of(struct page *p, const struct meter *m)
{
    buf b = {.max = 1024};
    if (m->purpose.n) return m->purpose;
    for (size_t i = 0; i < m->series_count; i++) add_once(&b, page_text(p, purpose_of(&m->series[i])));
    return page_buf(p, &b);
}

static str quantities_of(struct page *p, const struct meter *m)
{
    buf b = {.max = 2048};
    for (size_t i = 0; i < m->series_count; i++) {
        if (b.n) BUF_LIT(&b, "; ");  // a name may have a comma
        buf_add(&b, page_quantity_name(p, &m->series[i]));
    }
    return page_buf(p, &b);
}

static void put_row(struct page *p, struct view *list, const struct meter *m)
{
    struct view_maker *k = &p->maker;
    struct view *v = view_object(k, list, (str){0});
    view_text(k, v, STR("name"), m->name);
    view_text(k, v, STR("href"), page_href(p, "meter/%lld", (long long)m->id));
    view_text(k, v, STR("area"), m->area ? m->area->name : (str){0});
    view_text(k, v, STR("place"), m->has_place ? page_place(p, m) : (str){0});
    view_flag(k, v, STR("is_coarse"), m->is_coarse);
    view_text(k, v, STR("quantities"), quantities_of(p, m));
    view_text(k, v, STR("purpose"), purposes_of(p, m));
    view_text(k, v, STR("kind"), page_kind_name(p, m->kind));
    view_text(k, v, STR("owner"), m->owner);
}

static size_t asked_page(struct page *p)
{
    int64_t n;
    err ignored;
    return num_parse_int(page_query(p, STR("pagina")), &n, &ignored) && n > 1 && n < 100000 ? (size_t)n : 1;
}

static void put_step(struct page *p, str key, size_t page, bool is_there)
{
    view_text(&p->maker, p->root, key,
              is_there ? page_href(p, "registers/sensoren?pagina=%zu", page) : (str){0});
}

bool view_register(struct page *p, err *e)
{
    (void)e;
    const size_t count = p->meters->count, pages = count ? (count + ROWS_ON_PAGE - 1) / ROWS_ON_PAGE : 1;
    size_t page = asked_page(p);
    if (page > pages) page = pages;
    struct view *list = view_list(&p->maker, p->root, STR("sensors"));
    for (size_t i = (page - 1) * ROWS_ON_PAGE; i < count && i < page * ROWS_ON_PAGE; i++)
        put_row(p, list, &p->meters->all[i]);
    view_int(&p->maker, p->root, STR("count"), (int64_t)count);
    view_int(&p->maker, p->root, STR("page"), (int64_t)page);
    view_int(&p->maker, p->root, STR("pages"), (int64_t)pages);
    view_flag(&p->maker, p->root, STR("has_pages"), pages > 1);
    put_step(p, STR("before_href"), page - 1, page > 1);
    put_step(p, STR("after_href"), page + 1, page < pages);
    return true;
}
