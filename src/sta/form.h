// SPDX-License-Identifier: EUPL-1.2
// form.h: an entity as SensorThings JSON: control information, properties, links.
// Owns     a sta_form borrows its arena; records are only read
// Threads  a sta_form is only read once made
// Source   OGC 18-088 section 8; v1.0: 15-078r6 as served by GOST (no `properties` beyond Thing, no
// MultiDatastreams,
//          application/vnd.geo+json, times with milliseconds)
#ifndef PEIL_STA_FORM_H
#define PEIL_STA_FORM_H

#include "sta/option.h"

struct sta_form;

// Made once per request: texts that every row repeats are prepared here.
NODISCARD struct sta_form *sta_form_new(const struct sta *sta, sta_version v, arena *a);

// One entity. `q` says what is selected and how; NULL: everything, with all links. Expansions are not
// written.
void sta_form_entity(buf *b, const struct sta_form *f, const struct record *r, const struct query *q);
// The same without the closing brace; *is_empty when nothing stands in it yet: the reader adds expansions.
void sta_form_entity_open(buf *b, const struct sta_form *f, const struct record *r, const struct query *q,
                          bool *is_empty);

void sta_form_url(buf *b, const struct sta_form *f, entity_set set,
                  entity_id id); // selfLink: https://host/v1.1/Things(1)
void sta_form_value(buf *b, const struct sta_form *f, const value *v); // as JSON, times in the version's form
str sta_form_root(const struct sta_form *f);                           // https://host/v1.1

// Bits of all properties, for queries without $select.
uint32_t sta_properties_of(entity_set set);

#endif
