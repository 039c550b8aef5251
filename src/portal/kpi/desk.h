// SPDX-License-Identifier: EUPL-1.2
// desk.h: what the pages of the assessment for staff share. Private to src/portal/kpi.
#ifndef PEIL_PORTAL_KPI_DESK_H
#define PEIL_PORTAL_KPI_DESK_H

#include "kpi/value/evidence.h"
#include "kpi/value/task.h"
#include "portal/kpi/parts.h"
#include "portal/team/frame.h"

struct desk {
    struct team_call *call;
    struct page *page;
    const struct kpi_office *office;
    language language;
    int year;
    str area;  // ?gebied=, else the town
    struct kpi_acting by;
    const struct kpi_evidence *evidence;  // of a form that was read
    size_t evidence_count;
};

// What a value is of: an input, or a data point whose result the town gives itself ("=EC:ICT:T:1C").
struct subject {
    str id;
    const struct kpi_input *input;  // NULL: a data point
    const struct kpi_point *point;  // NULL: an input
};

NODISCARD bool desk_begin(struct team_call *c, struct desk *d, err *e);
NODISCARD bool desk_subject(const struct desk *d, str id, struct subject *out, err *e);  // ERR_ABSENT
str desk_say(const struct desk *d, const struct kpi_text *t);
str desk_words(struct desk *d, const char *prefix, str name);
bool desk_may(const struct desk *d, action a);
str desk_number(struct desk *d, double v);
str desk_value(struct desk *d, const struct subject *s, const struct kpi_value *v);
str desk_href(struct desk *d, str input);  // of an input's page; empty: of the list

NODISCARD bool desk_put_year(struct desk *d, err *e);   // years, and what was done with this one
NODISCARD bool desk_show_list(struct desk *d, err *e);  // progress by department, inputs
NODISCARD bool desk_show_one(struct desk *d, str id,
                             err *e);  // an input or data point with its history and forms

// ---- Its form ----------------------------------------------------------------------------------------------------

// Keeps the files that came with the form; the entry with its evidence: those that stay ticked, and the new ones.
NODISCARD bool desk_entry_take(struct desk *d, struct kpi_entry *out, err *e);
// What the form shows: what was typed when it was refused, its doubts, and the files of the last revision.
void desk_put_form(struct desk *d, const struct kpi_value *last);

#endif
