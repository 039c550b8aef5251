// SPDX-License-Identifier: EUPL-1.2
// office.h: the assessment as a running service: the set that the town uses, where its area lies, what others published.
// Owns     everything lives until kpi_office_close
// Threads  any; read only once open
// Errors   ERR_ABSENT: no set of that name is installed; ERR_CONFIG: its file is wrong, with line and column
#ifndef PEIL_KPI_OFFICE_H
#define PEIL_KPI_OFFICE_H

#include "area/area.h"
#include "kpi/result/published.h"
#include "kpi/result/result.h"
#include "kpi/value/year.h"

typedef struct {
    struct store *store;
    const struct tz *zone;
    struct areas *areas;    // NULL: no tree, so no sums over areas
    struct outbox *outbox;  // NULL: no reminders
    const char *directory;  // share/kpi: NAME.json, published.tsv, mapping/NAME.json
    str set;                // "u4ssc"
    str area;               // the municipality's code: "GM0603"
    bool is_demo;
    str page;  // address of the staff's page, for reminders; may be empty
} kpi_office_config;

struct kpi_office {
    kpi_office_config config;
    arena *a;
    struct kpi_set *set;
    struct kpi_published_list published;
    struct kpi_report_maker
        reports;  // set by who can make them, before requests come; else they are not kept
};

NODISCARD bool kpi_office_open(const kpi_office_config *c, struct kpi_office **out, err *e);
void kpi_office_close(struct kpi_office *o);  // NULL is fine

// A set's file; what is wrong is said with line and column: "u4ssc.json:12:34: ...".
NODISCARD bool kpi_set_load(const char *path, arena *a, struct kpi_set **out, err *e);

int kpi_office_year(const struct kpi_office *o, instant now);  // of the calendar
struct kpi_acting kpi_office_acting(const struct kpi_office *o, const struct principal *who, instant now,
                                    arena *a);

// Everything about one year and area.
struct kpi_picture {
    struct kpi_book book;
    struct kpi_targets targets;
    struct kpi_reading reading;  // views book and targets
    struct kpi_results results;
};
NODISCARD bool kpi_picture_take(const struct kpi_office *o, struct snapshot *at, int year, str area,
                                bool with_drafts, arena *a, struct kpi_picture **out, err *e);

// Years with a value, in order; areas with a value in the year.
NODISCARD bool kpi_years_read(struct snapshot *at, arena *a, int **out, size_t *count, err *e);
NODISCARD bool kpi_areas_read(struct snapshot *at, int year, arena *a, str **out, size_t *count, err *e);
// The year to show when none is asked for: the newest with values before this one, else the newest. 0: none.
int kpi_year_choose(const int *years, size_t count, int this_year);
// "Bomenbuurt" for its code; the code itself when the tree does not know it.
NODISCARD bool kpi_area_name(const struct kpi_office *o, str code, int year, arena *a, str *out, err *e);

#endif
