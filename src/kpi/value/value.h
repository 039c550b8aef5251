// SPDX-License-Identifier: EUPL-1.2
// value.h: what is known of an input in one year and area: the number, where it came from, who vouches for it.
//
// Nothing is overwritten: each act (enter, submit, verify, reject) adds a revision, the highest is the one that counts. A
// result that the town has without its inputs is kept as the value of "=POINT", with a reason (an override).
//
// Personal data: names of staff accounts, as who entered or judged a value. Purpose: to account for figures that are published
// (Archiefwet, the assessment's own rules). Retention: as long as the figure. Owner: the coordinator of the assessment.
// Owns     values read lie in the arena
// Threads  any; writing on the writer thread, inside an operation
#ifndef PEIL_KPI_VALUE_VALUE_H
#define PEIL_KPI_VALUE_VALUE_H

#include "kpi/set/set.h"
#include "store/store.h"

#define KPI_YEAR_LEAST 1900
#define KPI_YEAR_MOST 2200
#define KPI_EVIDENCE_MAX 20  // files of one value
#define KPI_CONFIRMATIONS_MAX 20
#define KPI_READINGS_MAX 200  // Datastreams that a value names
#define KPI_NOTE_MAX 2000     // bytes of a note or reason
#define KPI_AREA_MAX 32       // bytes of an area's code

typedef enum {
    KPI_DRAFT,
    KPI_SUBMITTED,
    KPI_VERIFIED,
    KPI_REJECTED,        // with a reason; the number is withheld
    KPI_NOT_APPLICABLE,  // with a reason; no number
    KPI_STATUS_COUNT
} kpi_status;

// Six choices as the assessment's template has them, best first.
typedef enum {
    KPI_BY_MEASUREMENT,
    KPI_BY_SURVEY,
    KPI_BY_HIGHER_LEVEL,
    KPI_BY_ESTIMATE,
    KPI_BY_SOMEBODY,
    KPI_BY_UNKNOWN,
    KPI_METHOD_COUNT
} kpi_method;

typedef enum { KPI_BY_HAND, KPI_BY_IMPORT, KPI_BY_SENSORS, KPI_ORIGIN_COUNT } kpi_origin;

struct kpi_evidence {
    str hash;  // of the bytes, as store_blob_put gives it
    str name, media_type;
    int64_t bytes;
};

// A doubt that somebody saw and confirmed.
struct kpi_confirmation {
    str code, text;
};

struct kpi_value {
    int year;
    str area, input;  // input: an id of the set, or "=POINT"
    int revision;     // from 1
    kpi_status status;
    bool has_number;
    double number;  // in the input's unit; claims 0 and 1
    str given;      // as it was entered, when it was converted: "12 ha"
    str source;     // "CBS 85984NED"
    int reference_year;
    kpi_method method;
    kpi_origin origin;
    bool is_demo;
    double capture;     // of sensors: share of the days with a reading, 0 to 1; NAN otherwise
    int64_t *readings;  // of sensors: the Datastreams that it comes from
    size_t reading_count;
    str note, reason;
    str by, submitted_by;
    instant at;
    struct kpi_evidence *evidence;
    size_t evidence_count;
    struct kpi_confirmation *confirmed;
    size_t confirmed_count;
};

str kpi_status_name(kpi_status s);  // "draft": as stored and in the interface
str kpi_method_name(kpi_method m);
str kpi_origin_name(kpi_origin o);
bool kpi_status_by_name(str name, kpi_status *out);
bool kpi_method_by_name(str name, kpi_method *out);

void kpi_value_write(json_writer *w,
                     const struct kpi_value *v);  // one object, the form that is stored and answered
NODISCARD bool kpi_value_read(const json *j, arena *a, struct kpi_value *out, err *e);

// ---- Reading what is stored --------------------------------------------------------------------------------------

// The newest revisions of a year, in order of area and input.
struct kpi_book {
    int year;
    struct kpi_value *values;
    size_t count, capacity;
};
// `area` empty: of all areas.
NODISCARD bool kpi_book_read(struct snapshot *at, int year, str area, arena *a, struct kpi_book *out, err *e);
const struct kpi_value *kpi_book_find(const struct kpi_book *b, str area, str input);  // NULL

// All revisions of one value, oldest first.
NODISCARD bool kpi_history_read(struct snapshot *at, int year, str area, str input, arena *a,
                                struct kpi_book *out, err *e);

// Adds a revision: v->revision is set. The caller has checked everything.
NODISCARD bool kpi_value_add(struct store_tx *tx, struct kpi_value *v, arena *a, err *e);

#endif
