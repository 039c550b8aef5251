// SPDX-License-Identifier: EUPL-1.2
// option.h: query options ($filter, $orderby, $select, $expand, $top, ...) to the typed tree of
// model/query.h, and back. Owns     the tree lies in the arena; texts of literals point into the arena Errors
// messages name option, position (characters from 1) and what was expected: "$filter, position 11: expected
// ...".
//          ERR_SYNTAX, ERR_TYPE, ERR_UNKNOWN (property, function), ERR_RANGE, ERR_UNSUPPORTED (unknown
//          $option, 501), ERR_LIMIT reported as ERR_RANGE (400) with the limit in the text; ERR_URI_LENGTH
// Source   OGC 18-088 section 9.3; OData 4.01 part 2 for grammar and precedence; digest sections 4 and 5
#ifndef PEIL_STA_OPTION_H
#define PEIL_STA_OPTION_H

#include "sta/path.h"

// `query_text` is the raw query string. `target` gives set and parent; with target->id only $select and
// $expand (and $resultFormat) are allowed. top is what the client asked for, cut at the limit, or the default
// page; -1 for CSV without $top.
NODISCARD bool sta_options_parse(str query_text, const struct sta_target *target,
                                 const struct sta_limits *limits, arena *a, struct query **out, err *e);

// One $filter, already decoded: for DELETE with $filter and for tests.
NODISCARD bool sta_filter_parse(str text, entity_set set, const struct sta_limits *limits, arena *a,
                                struct expr **out, err *e);

// One entity is asked for, not a set.
bool sta_query_is_one(const struct query *q);
// $select names only members of that property's JSON.
bool sta_query_is_within(const struct query *q, int property);

// The options of a query as a query string, percent-encoded, without the '?': what a nextLink carries.
// Parsing it again gives the same tree. `after`: the position to go on from, NULL: from the start.
void sta_options_print(buf *b, const struct query *q, const value *after, size_t after_count);
// Not percent-encoded; `set` is that of the rows.
void sta_filter_print(buf *b, const struct expr *x, entity_set set);

#endif
