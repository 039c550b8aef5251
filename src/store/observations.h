// SPDX-License-Identifier: EUPL-1.2
// observations.h: what the entity side asks of the observation side. Private to the store.
//
// Two virtual tables stand on every connection, without DDL, and show the connection's snapshot:
//
//   observation(id INTEGER, stream INTEGER, number INTEGER,
//               phen_start INTEGER, phen_end INTEGER,     -- phen_end NULL: an instant
//               result_time INTEGER,                      -- NULL: none
//               valid_start INTEGER, valid_end INTEGER,   -- NULL: none
//               result_kind INTEGER,                      -- enum result_kind below
//               result_real REAL,                         -- the number, or a boolean as 0 and 1; else NULL
//               result_units INTEGER, result_scale INTEGER, -- of RESULT_DECIMAL, else NULL
//               result_text TEXT,                         -- RESULT_NUMBER: the digits; RESULT_TEXT: unquoted; RESULT_JSON: JSON
//               quality TEXT, parameters TEXT,            -- JSON or NULL
//               feature INTEGER)                          -- NULL: none
//     Pushed down: id =, id IN, id > (order by id), stream =, stream IN, phen_start < <= = >= >, feature =,
//     ORDER BY phen_start [, id] and ORDER BY id, both ascending or both descending, within one stream and over all of them;
//     LIMIT stops the reading by itself; columns not asked for are not decoded.
//     Keyset paging by hidden columns, whatever the order: `after_start = ? AND after_id = ?` keeps the rows with
//     (phen_start, id) > (?, ?), `before_start = ? AND before_id = ?` those with (phen_start, id) < (?, ?), and reads no others.
//
//   stream_extent(stream INTEGER, count INTEGER, phen_min INTEGER, phen_max INTEGER, result_min INTEGER, result_max INTEGER,
//                 feature INTEGER,                        -- of the newest observation
//                 longest INTEGER)                        -- no interval lasts longer; 0: all are instants
//     One row per stream, those without observations too (count 0, the rest NULL). Pushed down: stream =, IN.
//     phen_max is the greatest end (of an instant: the instant itself).
//
//   stream_feature(stream, feature) is a real table (WITHOUT ROWID, both ways indexed): the features that observations of a
//     stream have.
#ifndef PEIL_STORE_OBSERVATIONS_H
#define PEIL_STORE_OBSERVATIONS_H

#include "store/tx.h"

enum result_kind { RESULT_NULL, RESULT_BOOL, RESULT_DECIMAL, RESULT_NUMBER, RESULT_TEXT, RESULT_JSON };

// ---- Streams: called when Datastreams and MultiDatastreams come, change and go --------------------------------------
// All begin the operation's SQL themselves and are undone with the operation.

NODISCARD bool observations_add_stream(struct store_tx *tx, entity_id stream, entity_set kind,
                                       entity_id thing, uint32_t field_count, err *e);
NODISCARD bool observations_set_stream(struct store_tx *tx, entity_id stream, entity_id thing,
                                       uint32_t field_count, err *e);
NODISCARD bool observations_delete_stream(struct store_tx *tx, entity_id stream,
                                          err *e);  // with all its observations
NODISCARD bool observations_delete_feature(struct store_tx *tx, entity_id feature,
                                           err *e);  // all observations of it
NODISCARD bool observations_delete(struct store_tx *tx, entity_id id,
                                   err *e);  // one; ERR_ABSENT. Records the change.

// ---- Questions that need no row to be read --------------------------------------------------------------------------

struct stream_extent {
    int64_t count;
    instant phen_min, phen_max, result_min, result_max;  // TIME_NONE: none
    entity_id feature;                                   // of the newest; 0: none
    int64_t
        longest;  // no phenomenonTime lasts longer (an interval of no length counts as 1 us); 0: all are instants
};
NODISCARD bool stream_extent(struct snapshot *at, entity_id stream, struct stream_extent *out,
                             err *e);  // ERR_ABSENT

// Observations with phenomenonTime (start) in [when.start, when.end); TIME_NONE on either side: open. Stream 0: of all.
NODISCARD bool observations_count(struct snapshot *at, entity_id stream, interval when, int64_t *out, err *e);
// Whether the id was given out once and its observation deleted (ERR_GONE) or never (ERR_ABSENT); always false.
bool observation_absent(struct snapshot *at, entity_id id, err *e);

// ---- What the entity side gives back --------------------------------------------------------------------------------

// For store_figures: rows per set; SET_OBSERVATION is left alone.
NODISCARD bool entity_counts(struct snapshot *at, int64_t counts[ENTITY_SET_COUNT], err *e);
// For store_check: links that lead nowhere, broken JSON, counters behind their rows.
NODISCARD bool entity_check(struct snapshot *at, void (*found)(const char *sentence, void *context),
                            void *context, int64_t *findings, err *e);

#endif
