// SPDX-License-Identifier: EUPL-1.2
#include "portal/kpi/desk.h"

bool desk_begin(struct team_call *c, struct desk *d, err *e)
{
    struct page *p = c->page;
    int64_t year = 0;
    *d = (struct desk){
        .call = c, .page = p, .office = p->portal->config.kpi, .language = words_language(p->words)};
    if (!d->office) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no set of indicators is installed here");
    if (!num_parse_int(page_query(p, STR("jaar")), &year, NULL)) year = 0;
    const str area = page_query(p, STR("gebied"));
    d->area = area.n && area.n <= KPI_AREA_MAX ? area : d->office->config.area;
    d->by = kpi_office_acting(d->office, &c->who, p->now, p->a);
    d->year = year >= KPI_YEAR_LEAST && year <= KPI_YEAR_MOST ? (int)year : d->by.this_year - 1;
    return true;
}

str desk_say(const struct desk *d, const struct kpi_text *t)
{
    return t->in[d->language];
}

str desk_words(struct desk *d, const char *prefix, str name)
{
    str id = {0};
    if (!arena_print(d->page->a, &id, "%s%.*s", prefix, STR_ARG(name))) d->page->maker.failed = true;
    return page_text(d->page, id);
}

bool desk_may(const struct desk *d, action a)
{
    return policy_allows(&d->call->who, a, NULL);
}

str desk_number(struct desk *d, double v)
{
    buf b = {.max = 512};
    kpi_number_write(&b, d->language, v, 6, true);
    return page_buf(d->page, &b);
}

bool desk_subject(const struct desk *d, str id, struct subject *out, err *e)
{
    const struct kpi_set *s = d->office->set;
    const int i = kpi_input_find(s, id);
    *out = (struct subject){.id = id, .input = i >= 0 ? &s->inputs[i] : NULL};
    if (i < 0 && str_starts(id, STR("="))) out->point = kpi_point_find(s, str_slice(id, 1, id.n));
    return out->input || out->point ||
           err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no input '%.*s'", STR_ARG(str_slice(id, 0, 80)));
}

str desk_value(struct desk *d, const struct subject *s, const struct kpi_value *v)
{
    if (!v || !v->has_number) return (str){0};
    const bool is_claim = s->input ? s->input->unit.is_claim : s->point && s->point->unit.is_claim;
    if (is_claim) return page_text(d->page, v->number != 0 ? STR("kpi.yes") : STR("kpi.no"));
    return desk_number(d, v->number);
}

// '=' and what else an id may have, as one value of a query.
static str encoded(struct desk *d, str text)
{
    buf b = {.max = 1024};
    team_encode(&b, text);
    return page_buf(d->page, &b);
}

str desk_href(struct desk *d, str input)
{
    const bool is_town = str_eq(d->area, d->office->config.area);
    const str area = is_town ? (str){0} : encoded(d, d->area), id = encoded(d, input);
    return page_href(d->page, "team/kpi?jaar=%d%s%.*s%s%.*s", d->year,
                     is_town ? "" : "&gebied=", STR_ARG(area), id.n ? "&invoer=" : "", STR_ARG(id));
}
