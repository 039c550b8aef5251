// SPDX-License-Identifier: EUPL-1.2
// kpi_parts.h: what the resources of the assessment share.
#ifndef PEIL_API_RESOURCE_KPI_PARTS_H
#define PEIL_API_RESOURCE_KPI_PARTS_H

#include "api/api.h"
#include "kpi/office.h"

// ERR_UNSUPPORTED: no set of indicators is installed.
NODISCARD bool kpi_need_office(const struct api_call *c, const struct kpi_office **out, err *e);
// The parameters `year` and `area`; not given: the newest year before this one, the town itself. Drafts for who may read evidence.
struct kpi_question {
    const struct kpi_office *office;
    struct snapshot *at;
    int year;
    str area;
    bool with_drafts;
};
#define KPI_PLACE                                                                                            \
    {"year", API_INTEGER, .about = "Year; not given: the newest with values before this one", .least = 1900, \
     .most = 2200},                                                                                          \
    {                                                                                                        \
        "area", API_TEXT, .about = "Code of the area; not given: the town"                                   \
    }
NODISCARD bool kpi_question_read(struct api_call *c, struct kpi_question *out, err *e);

void kpi_put_text(json_writer *w, const char *name, str text);
void kpi_put_int(json_writer *w, const char *name, int64_t n);
void kpi_put_number(json_writer *w, const char *name, bool is_known, double v);  // null when not known
void kpi_put_texts(json_writer *w, const char *name, const struct kpi_text *t);  // {"nl","en"}
void kpi_put_flag(json_writer *w, const char *name, bool is_on);

const struct kpi_indicator *kpi_asked_indicator(const struct api_call *c, const struct kpi_question *q,
                                                err *e);  // ERR_ABSENT: NULL

// kpi_export.c: results as tables of others.
void kpi_csv_rows(buf *b, const struct kpi_picture *p);
NODISCARD bool kpi_export_sdmx(struct api_call *c, err *e);
NODISCARD bool kpi_export_open_sdg(struct api_call *c, err *e);

#endif
