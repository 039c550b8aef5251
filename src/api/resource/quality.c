// SPDX-License-Identifier: EUPL-1.2
// What the checks say of a Datastream for longer than a reading: bias, drift, standing still, gaps.
#include "api/api.h"

#include "quality/quality.h"

#include <math.h>

static void put_doubt(json_writer *w, const char *name, const struct quality_doubt *d)
{
    if (d->since == TIME_NONE) return;
    json_name(w, str_of(name));
    json_open(w, '{');
    json_member_time(w, STR("since"), d->since);
    if (!isnan(d->difference)) {
        json_name(w, STR("difference"));
        json_put_double(w, round(d->difference * 100) / 100);
    }
    json_close(w, '}');
}

// Only of what everyone may see: a Datastream that counts in public figures.
static bool is_shown(struct api_call *c, entity_id id, bool *out, err *e)
{
    const struct rollup_streams *list;
    if (!rollup_streams_take(c->parts->rollups, &list, e)) return false;
    *out = false;
    for (size_t k = 0; k < list->count && !*out; k++) *out = list->all[k].id == id;
    rollup_streams_give(c->parts->rollups, list);
    return true;
}

static bool get_quality(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct quality_state q;
    bool shown;
    const entity_id id = api_integer(c, "id");
    if (!is_shown(c, id, &shown, e)) return false;
    if (!shown)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no public Datastream %lld that is checked",
                       (long long)id);
    if (!api_snapshot(c, &at, e) || !quality_read(at, id, c->a, &q, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("datastream"));
    json_put_int(&c->w, id);
    json_member_time(&c->w, STR("checked"), q.checked);
    put_doubt(&c->w, "biased", &q.biased);
    put_doubt(&c->w, "drifting", &q.drifting);
    put_doubt(&c->w, "stuck", &q.stuck);
    json_name(&c->w, STR("gaps"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < q.gap_count; k++) {
        json_open(&c->w, '{');
        json_member_time(&c->w, STR("from"), q.gaps[k].start);
        json_member_time(&c->w, STR("to"), q.gaps[k].end);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

static const struct api_field parameters[] = {
    {"id", API_INTEGER, .about = "Id of the Datastream", .least = 1, .most = 2097151}, {0}};
static const struct api_field doubt_fields[] = {
    {"since", API_TIME, .about = "From then on", .flags = API_NEEDED},
    {"difference", API_NUMBER, .about = "To the neighbours, in the unit of the quantity"},
    {0}};
static const struct api_field gap_fields[] = {
    {"from", API_TIME, .about = "Last reading before", .flags = API_NEEDED},
    {"to", API_TIME, .about = "First reading after", .flags = API_NEEDED},
    {0}};
static const struct api_field quality_fields[] = {
    {"datastream", API_INTEGER, .about = "Id", .flags = API_NEEDED},
    {"checked", API_TIME, .about = "When something was last found or gone"},
    {"biased", API_OBJECT, "QualityDoubt", "Far from its neighbours for a day"},
    {"drifting", API_OBJECT, "QualityDoubt", "Moving away from its neighbours"},
    {"stuck", API_OBJECT, "QualityDoubt", "The same value while the others move"},
    {"gaps", API_LIST, "QualityGap", "The last twenty", .flags = API_NEEDED},
    {"_links", API_OBJECT, .about = "Where this is"},
    {0}};

const struct api_set api_quality = {
    .tag = "quality",
    .about = "What the checks of readings found. A single reading's doubt stands in its resultQuality "
             "(SensorThings).",
    .resources = (const struct api_resource[]){{HTTP_GET, "/datastreams/{id}/quality", "getDatastreamQuality",
                                                "How a Datastream fares beside others", ACTION_READ_PUBLIC,
                                                parameters, .answer = "Quality", .run = get_quality},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Quality", "What the checks say of a Datastream.",
                                            quality_fields},
                                           {"QualityDoubt", "A doubt that lasts.", doubt_fields},
                                           {"QualityGap", "A time without readings.", gap_fields},
                                           {0}},
};
