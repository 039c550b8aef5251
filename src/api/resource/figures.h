// SPDX-License-Identifier: EUPL-1.2
// figures.h: what the resources of figures share: how sums are written, and rows of their tables. Private to resource/.
#ifndef PEIL_API_RESOURCE_FIGURES_H
#define PEIL_API_RESOURCE_FIGURES_H

#include "api/resource/areas.h"
#include "rollup/rollup.h"

#define FIGURES_PERIODS "hour day month year"
#define FIGURES_CSV "count,mean,standardDeviation,min,max,p05,p25,p50,p75,p95\r\n"

NODISCARD bool figures_quantity(struct api_call *c, const struct quantity **out,
                                err *e);    // the parameter `quantity`
period figures_period(struct api_call *c);  // the parameter `period`
str figures_period_name(period p);
instant figures_usual_span(period p);  // how far back when nobody says from when
NODISCARD bool figures_with_atlas(struct api_call *c,
                                  bool (*write)(struct api_call *c, const struct atlas *t, err *e), err *e);

void figures_put_time(json_writer *w, str name, instant t);
void figures_put_when(json_writer *w, interval when);                 // "start", "end"
void figures_put_quantity(json_writer *w, const struct quantity *q);  // "quantity", "unit"
void figures_put_state(struct api_call *c);                           // "quantileError", "isUpToDate"
void figures_put_tally(json_writer *w, const struct quantity *q, const struct tally *t);
void figures_csv_tally(buf *b, const struct quantity *q,
                       const struct tally *t);  // FIGURES_CSV, with the line's end

#define FIGURES_QUANTITY_PARAMETER                                                                  \
    {                                                                                               \
        "quantity", API_TEXT, .about = "What was measured: pm25, no2, noise_laeq, temperature ...", \
                              .flags = API_NEEDED                                                   \
    }

#define FIGURES_TALLY_MEMBERS                                                                             \
    {"count", API_INTEGER, .about = "Readings; with 0 no other member stands here", .flags = API_NEEDED}, \
        {"mean", API_NUMBER, .about = "Of levels in dB the energetic mean"},                              \
        {"standardDeviation", API_NUMBER}, {"min", API_NUMBER}, {"max", API_NUMBER},                      \
        {"p05", API_NUMBER, .about = "Within quantileError of a true value"}, {"p25", API_NUMBER},        \
        {"p50", API_NUMBER}, {"p75", API_NUMBER}, {"p95", API_NUMBER},                                    \
    {                                                                                                     \
        "exceedances", API_LIST, "Exceedance", "Readings above well-known values"                         \
    }

#define FIGURES_WHEN_MEMBERS                  \
    {"start", API_TIME, .flags = API_NEEDED}, \
    {                                         \
        "end", API_TIME, .flags = API_NEEDED  \
    }
#define FIGURES_QUANTITY_MEMBERS                                    \
    {"quantity", API_TEXT, .flags = API_NEEDED},                    \
    {                                                               \
        "unit", API_TEXT, .about = "UCUM code", .flags = API_NEEDED \
    }
#define FIGURES_STATE_MEMBERS                                                                         \
    {"quantileError", API_NUMBER, .about = "Relative error of quantiles at most"},                    \
    {                                                                                                 \
        "isUpToDate", API_BOOLEAN, .about = "False: some readings that came lately are not in it yet" \
    }

#endif
