// SPDX-License-Identifier: EUPL-1.2
// form.h: an entity as SensorThings JSON: control information, properties, links.
// Owns     a sta_form borrows its arenas; records are only read
// Threads  one at a time: deep selections use `scratch`
// Source   OGC 18-088 section 8; v1.0: 15-078r6 as served by GOST (`properties` of Things only, no MultiDatastreams,
//          application/vnd.geo+json, times with milliseconds)
#ifndef PEIL_STA_FORM_H
#define PEIL_STA_FORM_H

#include "sta/option.h"

struct sta_form {
    sta_version version;
    str root;          // "https://host/v1.1", escaped for JSON
    arena *scratch;    // for selections within JSON; the owner resets it between rows
    bool hides_links;  // expanded entities show no navigation links unless selected
};

NODISCARD bool sta_form_make(const struct sta *sta, sta_version v, arena *a, arena *scratch,
                             struct sta_form *out, err *e);

// One entity. `q` says what is selected and how; NULL: everything, with all links. Expansions are not written.
void sta_form_entity(buf *b, const struct sta_form *f, const struct record *r, const struct query *q);
// The same without the closing brace; *is_empty when nothing stands in it yet: the reader adds expansions.
void sta_form_entity_open(buf *b, const struct sta_form *f, const struct record *r, const struct query *q,
                          bool *is_empty);

// The selfLink: https://host/v1.1/Things(1).
void sta_form_url(buf *b, const struct sta_form *f, entity_set set, entity_id id);
// A property as JSON in the version's form: times, encodingType.
void sta_form_property(buf *b, const struct sta_form *f, entity_set set, int property, const value *v);
// The same as plain text: no quotes around texts and times; null is empty.
void sta_form_text(buf *b, const struct sta_form *f, entity_set set, int property, const value *v);
bool sta_form_is_null(const value *v);  // no time is null too
bool sta_form_is_shown(const struct sta_form *f, const struct record *r, const struct query *q, int property);
// One of the two kinds of stream of an Observation; every other relation is there.
bool sta_form_has_relation(const struct record *r, int relation);

#endif
