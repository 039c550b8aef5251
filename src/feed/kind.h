// SPDX-License-Identifier: EUPL-1.2
// kind.h: one kind of feed is one file kind/NAME.c that says which address comes next and what its answer holds. No network here.
// A new kind is such a file exporting `const struct feed_kind feed_NAME`, and its name in the list of meson.build.
//
// A kind keeps its position as a JSON text of its own. `ask` reads it and gives the next address, or none when all that is there
// has been read for now. `read` makes readings of the answer, and the position after it; both are stored in one operation.
//
// Owns     everything lies in the turn's arena, which is emptied for each request
// Threads  ask and read on the feed's thread; keep on the store's writer thread, inside the operation
#ifndef PEIL_FEED_KIND_H
#define PEIL_FEED_KIND_H

#include "feed/feed.h"
#include "ingest/device.h"

struct feed_turn {
    str name;              // of the feed
    const json *options;   // its document
    const json *position;  // NULL: it has never worked
    struct snapshot *at;   // ask: what the store has
    const struct device_site *site;
    instant now;
    arena *a;
    str url;  // read: what was asked
};

struct feed_answer {
    struct device_result readings;
    str position;  // after this answer
    void *own;     // for keep
    bool is_last;  // nothing more is there: the next turn goes on
};

struct feed_kind {
    struct device_adapter adapter;  // name and title; its devices are "NAME/DEVICE"
    // Members of the document that this kind knows besides those of all; ends with an empty one.
    const struct feed_option {
        str name;
        json_type type;
        bool is_needed;
    } * options;
    NODISCARD bool (*ask)(const struct feed_turn *t, str *url, err *e);  // url empty: nothing for now
    NODISCARD bool (*read)(const struct feed_turn *t, str body, struct feed_answer *out, err *e);
    // What there is besides readings; before they are stored. NULL: nothing.
    NODISCARD bool (*keep)(const struct feed_turn *t, struct store_tx *tx, struct feed_answer *answer,
                           err *e);
    // The address was not there (404). NULL: that is a failure.
    NODISCARD bool (*absent)(const struct feed_turn *t, struct feed_answer *out, err *e);
    // All that is older has been fetched. NULL: it cannot be told from the position.
    instant (*reached)(const json *options, const json *position);
};

// ---- For kinds ---------------------------------------------------------------------------------------------------

// The time a member says, or `otherwise`.
instant feed_time(const json *object, str member, instant otherwise);
// "url" of the document without a slash at its end, then `format`.
NODISCARD bool feed_url(const struct feed_turn *t, str *out, err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
str feed_escape(arena *a, str text);  // percent-encoded for a query; empty: no memory
NODISCARD bool feed_position(const struct feed_turn *t, const buf *written, struct feed_answer *out, err *e);
const struct feed_kind *feed_kind_by_name(str name);  // NULL: there is none
const struct feed_kind *const *feed_kind_all(void);   // ends with NULL

#endif
