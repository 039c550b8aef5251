// SPDX-License-Identifier: EUPL-1.2
// What follows from all options together: the default page, what must be read, which of them exclude each other.
#include "sta/query/parser.h"

// dataArray shows these when nothing is selected, as the standard's example does.
#define DATA_ARRAY_PROPERTIES \
    (1u << OBSERVATION_PHENOMENON_TIME | 1u << OBSERVATION_RESULT_TIME | 1u << OBSERVATION_RESULT)
#define STREAM_LINKS (1u << OBSERVATION_DATASTREAM | 1u << OBSERVATION_MULTI_DATASTREAM)

// What follows from the options: the default page, and what must be read.
static void complete(struct query *q, const struct sta_limits *limits)
{
    const struct entity_schema *s = entity_schema_of(q->set);
    if (!q->has_select) {
        q->select_id = true;
        q->properties = q->format == FORMAT_DATA_ARRAY ? DATA_ARRAY_PROPERTIES
                                                       : (1u << s->property_count) - 1;
    }
    // An Observation has one kind of stream: only that one's link is shown.
    if (q->set == SET_OBSERVATION && (!q->has_select || (q->select_links & STREAM_LINKS)))
        q->links |= STREAM_LINKS;
    if (q->format == FORMAT_DATA_ARRAY) q->links |= STREAM_LINKS;
    if (q->top < 0 && q->format != FORMAT_CSV) q->top = limits->top_default;
    for (size_t i = 0; i < q->expand_count; i++) {
        if (!s->relations[q->expands[i].relation].is_many) q->links |= 1u << q->expands[i].relation;
        complete(q->expands[i].query, limits);
    }
}

// Entities that the answer could hold; a set without $top streams, and counts as one.
static double most_entities(const struct query *q)
{
    double below = 0;
    for (size_t i = 0; i < q->expand_count; i++) below += most_entities(q->expands[i].query);
    const double rows = sta_query_is_one(q) || q->top < 0 ? 1 : (double)q->top;
    return rows * (1 + below);
}

static bool fits_limit(const struct query *q, const struct sta_limits *l, err *e)
{
    const double most = most_entities(q);
    if (most <= (double)l->entities_max) return true;
    return err_set(e, ERR_RANGE, ERR_NOWHERE,
                   "$expand: this could be %.0f entities, at most %lld are given at once; use $top", most,
                   (long long)l->entities_max);
}

static bool fits_csv(const struct query *q, err *e)
{
    for (size_t i = 0; i < q->expand_count; i++) {
        const struct query *child = q->expands[i].query;
        if (!sta_query_is_one(child) && child->top != 1) {
            return err_set(e, ERR_SYNTAX, 0, "$resultFormat=CSV: %.*s can be expanded with $top=1 only",
                           STR_ARG(entity_schema_of(child->set)->set_name));
        }
        if (!fits_csv(child, e)) return false;
    }
    return true;
}

static bool fits_data_array(const struct query *q, err *e)
{
    if (q->set != SET_OBSERVATION || sta_query_is_one(q))
        return err_set(e, ERR_SYNTAX, 0, "$resultFormat=dataArray is for sets of Observations only");
    return q->expand_count == 0 ||
           err_set(e, ERR_SYNTAX, 0, "$resultFormat=dataArray cannot be combined with $expand");
}

static bool fits_format(const struct query *q, err *e)
{
    switch (q->format) {
    case FORMAT_DATA_ARRAY: return fits_data_array(q, e);
    case FORMAT_CSV: return fits_csv(q, e);
    case FORMAT_JSON:
    case FORMAT_GEOJSON: return true;
    }
    return true;
}

bool query_complete(struct query *q, const struct sta_limits *l, err *e)
{
    if (!fits_format(q, e)) return false;
    complete(q, l);
    return fits_limit(q, l, e);
}
