// SPDX-License-Identifier: EUPL-1.2
// measure.h: values from sensors: for the town and each area below it, what its meters say of a year about the inputs that the set
// calls measured, with the data capture and the Datastreams behind it.
//
// A figure is submitted, never verified, so that a person looks at it; below KPI_CAPTURE_LEAST, or doubtful, it stays a draft that
// nobody outside sees (a demonstration shows it with its capture). What a person or a file gave is left alone.
//
// All meters of the area count for air ("mean", "sum", "days-above": days from the roll-ups) and noise ("exposed"). Registers and
// stocks are another matter: a meter of one building is not the use of the town. So only Datastreams that the town has marked count:
// properties {"kpi": "electricity_consumption"} (or a list), and where the meter stands outside what it measures "kpi_area": "GM0603".
// Their use is what the register rose from the first to the last reading of the year, over the share of the year between these.
//
// "Exposed" adds up the neighbourhoods with noise meters: inhabitants times the share of meters whose Lden or Lnight lies at or
// above the limits, scaled to all inhabitants of the area; its capture counts inhabitants without a meter as not captured.
//
// Threads  any but the writer and event loops
// Source   capture of 75 % of the days is ours; Directive 2008/50/EC asks 90 % of the hours of reference instruments; noise:
//          Directive 2002/49/EC, Annex VI (55 dB Lden, 50 dB Lnight)
#ifndef PEIL_KPI_MEASURE_MEASURE_H
#define PEIL_KPI_MEASURE_MEASURE_H

#include "index/index.h"
#include "kpi/office.h"
#include "rollup/rollup.h"

#define KPI_CAPTURE_LEAST 0.75

struct kpi_sensors {
    struct rollups *rollups;
    struct indices *indices;  // NULL: no noise
};

// *stored: revisions that were added.
NODISCARD bool kpi_measure_year(const struct kpi_office *o, const struct kpi_sensors *from, int year,
                                instant now, size_t *stored, err *e);

#endif
