// SPDX-License-Identifier: EUPL-1.2
// chart.h: what was measured over a period, on a page: the picture, the figures below it, and the table behind it.
#ifndef PEIL_PORTAL_VIEW_CHART_H
#define PEIL_PORTAL_VIEW_CHART_H

#include "portal/page.h"
#include "portal/past.h"

// Fills chart, figures and rows of the page. `s` says the quantity, its unit and its scale.
void chart_put(struct page *p, const struct series *s, const struct past *past);
str chart_period_name(struct page *p, past_period k);
str chart_caption(struct page *p, past_period k);

#endif
