// SPDX-License-Identifier: EUPL-1.2
// Indices of areas and Things by hour.
#include "api/csv.h"
#include "api/resource/index/index_parts.h"

#define SPAN_STANDARD TIME_DAY

static void put_hour(json_writer *w, const struct index_past *p, const struct index_scale *s, size_t k)
{
    struct index_value v;
    index_at(s, p->given, k, &v);
    json_open(w, '{');
    json_member_time(w, STR("at"), p->from + (instant)(k + 1) * TIME_HOUR);
    json_member_int(w, STR("class"), v.class);
    json_member_int(w, STR("group"), v.group);
    if (v.worst >= 0) json_member_text(w, STR("by"), substance_key(v.parts[v.worst].substance));
    for (size_t i = 0; i < v.part_count; i++)
        if (p->given[v.parts[i].substance])
            index_put_value(w, substance_key(v.parts[i].substance), v.parts[i].value);
    json_close(w, '}');
}

static void write_hours(struct api_call *c, const struct index_past *p)
{
    const struct index_scale *s = index_scale_in(c);
    json_open(&c->w, '{');
    index_put_scale(&c->w, s);
    index_put_flag(&c->w, STR("isIndication"), p->is_indication);
    json_name(&c->w, STR("hours"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < p->count; k++) put_hour(&c->w, p, s, k);
    json_close(&c->w, ']');
    index_put_sources(&c->w, p->sources, p->source_count);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
}

static void write_csv(struct api_call *c, const struct index_past *p)
{
    const struct index_scale *s = index_scale_in(c);
    BUF_LIT(&c->out, "at,class,group,by," INDEX_SUBSTANCES "\r\n");
    for (size_t k = 0; k < p->count; k++) {
        struct index_value v;
        index_at(s, p->given, k, &v);
        csv_time(&c->out, p->from + (instant)(k + 1) * TIME_HOUR, CSV_NEXT);
        csv_int(&c->out, v.class, CSV_NEXT);
        csv_int(&c->out, v.group, CSV_NEXT);
        csv_text(&c->out, v.worst >= 0 ? substance_key(v.parts[v.worst].substance) : (str){0}, CSV_NEXT);
        index_csv_values(&c->out, &v);
    }
}

static bool hours_get(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct index_past p;
    const instant to = api_time(c, "to", c->now), from = api_time(c, "from", to - SPAN_STANDARD);
    const instant first = from - from % TIME_HOUR, last = to - to % TIME_HOUR;
    if (last <= first) return err_set(e, ERR_RANGE, ERR_NOWHERE, "'from' is at least an hour before 'to'");
    if (!api_snapshot(c, &at, e) || !index_past(c->parts->indices, at, index_subject_in(c), first,
                                                (size_t)((last - first) / TIME_HOUR), 0, c->a, &p, e))
        return false;
    if (c->format == API_CSV)
        write_csv(c, &p);
    else
        write_hours(c, &p);
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

#define SPAN INDEX_SCALE, INDEX_FROM("Start; a day before the end when it is not given"), INDEX_TO
static const struct api_field area_parameters[] = {INDEX_CODE, SPAN, {0}};
static const struct api_field thing_parameters[] = {INDEX_THING, SPAN, {0}};
static const struct api_field history_fields[] = {
    INDEX_SCALE_FIELDS,
    {"isIndication", API_BOOLEAN, .about = "Not from reference stations alone"},
    {"hours", API_LIST, "IndexHour", "Oldest first", .flags = API_NEEDED},
    {"sources", API_LIST, "IndexSource", "The readings that it comes from"},
    INDEX_LINKS,
    {0}};
static const struct api_field hour_fields[] = {
    {"at", API_TIME, .about = "End of the hour", .flags = API_NEEDED},
    {"class", API_INTEGER, .about = "0: not enough data", .flags = API_NEEDED},
    {"group", API_INTEGER, .about = "Of classes that share a word"},
    {"by", API_TEXT, .about = "The quantity that decides"},
    INDEX_SUBSTANCE("pm25"),
    INDEX_SUBSTANCE("pm10"),
    INDEX_SUBSTANCE("no2"),
    INDEX_SUBSTANCE("o3"),
    INDEX_SUBSTANCE("so2"),
    {0}};
static const struct api_field source_fields[] = {
    {"quantity", API_TEXT, .about = "What it measures", .flags = API_NEEDED},
    {"datastream", API_INTEGER, .about = "Id", .flags = API_NEEDED},
    {"thing", API_INTEGER, .about = "Id"},
    {"isReference", API_BOOLEAN, .about = "Of a reference station"},
    {0}};

const struct api_set api_index_hours = {
    .tag = "index-hours",
    .about = "Air quality indices over time.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/areas/{code}/index/hours", "getAreaIndexHours",
                                                "The index of an area by hour", ACTION_READ_PUBLIC,
                                                area_parameters, .answer = "IndexHours",
                                                .formats = API_JSON | API_CSV, .run = hours_get},
                                               {HTTP_GET, "/things/{id}/index/hours", "getThingIndexHours",
                                                "The index at a meter by hour", ACTION_READ_PUBLIC,
                                                thing_parameters, .answer = "IndexHours",
                                                .formats = API_JSON | API_CSV, .run = hours_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"IndexHours", "An index by hour.", history_fields},
                                           {"IndexHour", "An index of one hour.", hour_fields},
                                           {"IndexSource", "A Datastream that something comes from.",
                                            source_fields},
                                           {0}},
};
