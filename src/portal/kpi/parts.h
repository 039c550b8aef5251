// SPDX-License-Identifier: EUPL-1.2
// parts.h: what the pages of the assessment share. Private to the folder.
#ifndef PEIL_PORTAL_KPI_PARTS_H
#define PEIL_PORTAL_KPI_PARTS_H

#include "kpi/office.h"
#include "kpi/result/trend.h"
#include "portal/kpi/kpi.h"

struct kpi_page {
    struct page *page;
    const struct kpi_office *office;
    language language;
    int year;
    str area, area_name;
    str origin;  // before links of a page that is a file; empty: none is needed
    int *years;
    size_t year_count;
    struct kpi_trend trend;
    struct kpi_picture *picture;  // of the year: the trend's last
};

// Year and area from the address (?jaar=2025&gebied=BU...); `year` 0: none is asked for. Drafts are never shown.
NODISCARD bool kpi_page_begin(struct page *p, int year, struct kpi_page *out, err *e);

str kpi_say(const struct kpi_page *k, const struct kpi_text *t);
str kpi_shown(struct kpi_page *k, double v, int decimals);
// "96,99 %": a claim is "ja".
str kpi_value_text(struct kpi_page *k, const struct kpi_point *point, double v);
str kpi_percent(struct kpi_page *k, double v);  // "71 %"; empty for NAN

// Class for the style sheet and the mark in it: kpi-1 .. kpi-4; kpi-plain without benchmark, kpi-none without data.
struct kpi_look {
    str class, mark, word;
};
struct kpi_look kpi_look_of(struct kpi_page *k, const struct kpi_result *r);
struct kpi_look kpi_look_of_score(struct kpi_page *k, struct kpi_score s);
void kpi_put_look(struct kpi_page *k, struct view *v, struct kpi_look look);

// One row of a table: name, part, href, code, value, unit, class, mark, word, state, change, target and flags.
void kpi_put_result(struct kpi_page *k, struct view *v, const struct kpi_point *point);
void kpi_put_tables(struct kpi_page *k,
                    struct view *parent);  // "dimensions" > "groups" > "categories" > "rows"
void kpi_put_wheel(struct kpi_page *k, struct view *parent);
void kpi_put_head(struct kpi_page *k, struct view *parent);  // years, area, counts, score, legend
void kpi_put_trend_chart(struct kpi_page *k, struct view *v,
                         const struct kpi_point *point);  // "chart": with two years or more
str kpi_indicator_href(struct kpi_page *k, const struct kpi_indicator *x);

#endif
