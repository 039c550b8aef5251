// SPDX-License-Identifier: EUPL-1.2
// kpi.h: the pages of the assessment for everyone, and the report as one file.
// Threads  workers of the server
#ifndef PEIL_PORTAL_KPI_KPI_H
#define PEIL_PORTAL_KPI_KPI_H

#include "kpi/value/act.h"
#include "portal/page.h"

NODISCARD bool view_kpi(struct page *p, err *e);  // /kpi: score, wheel, tables
NODISCARD bool view_kpi_indicator(struct page *p,
                                  err *e);  // /kpi/{id}: formula, inputs, years, areas, other towns
NODISCARD bool view_kpi_report(struct page *p, err *e);  // /kpi/rapport/{jaar}

// The report as a file of its own: /kpi/rapport-bestand/{jaar}. Context: the struct page_route.
void kpi_report_file_handle(struct http_request *r, void *context);

// So that reports are kept when a year is frozen or signed: for kpi_office.reports.
struct kpi_report_maker kpi_report_maker_of(struct portal *portal);

#endif
