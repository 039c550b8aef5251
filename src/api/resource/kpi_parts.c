// SPDX-License-Identifier: EUPL-1.2
#include "api/resource/kpi_parts.h"

bool kpi_need_office(const struct api_call *c, const struct kpi_office **out, err *e)
{
    *out = c->parts->kpi;
    return *out || err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no set of indicators is installed here");
}

bool kpi_question_read(struct api_call *c, struct kpi_question *q, err *e)
{
    int *years;
    size_t count;
    if (!kpi_need_office(c, &q->office, e) || !api_snapshot(c, &q->at, e)) return false;
    q->area = api_given(c, "area") ? api_text(c, "area") : q->office->config.area;
    q->with_drafts = policy_allows(&c->who, ACTION_READ_EVIDENCE, NULL);
    q->year = (int)api_integer(c, "year");
    if (q->year) return true;
    if (!kpi_years_read(q->at, c->a, &years, &count, e)) return false;
    const int this_year = kpi_office_year(q->office, c->now);
    q->year = kpi_year_choose(years, count, this_year);
    if (!q->year) q->year = this_year - 1;
    return true;
}

void kpi_put_text(json_writer *w, const char *name, str text)
{
    json_name(w, str_of(name));
    json_put_text(w, text);
}

void kpi_put_int(json_writer *w, const char *name, int64_t n)
{
    json_name(w, str_of(name));
    json_put_int(w, n);
}

void kpi_put_number(json_writer *w, const char *name, bool is_known, double v)
{
    json_name(w, str_of(name));
    if (is_known)
        json_put_double(w, v);
    else
        json_put_null(w);
}

void kpi_put_texts(json_writer *w, const char *name, const struct kpi_text *t)
{
    json_name(w, str_of(name));
    json_open(w, '{');
    for (language l = 0; l < LANGUAGE_COUNT; l++) {
        json_name(w, language_code(l));
        json_put_text(w, t->in[l]);
    }
    json_close(w, '}');
}

void kpi_put_flag(json_writer *w, const char *name, bool is_on)
{
    json_name(w, str_of(name));
    json_put_bool(w, is_on);
}
