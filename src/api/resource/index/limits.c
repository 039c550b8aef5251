// SPDX-License-Identifier: EUPL-1.2
// Years of areas and Things against limit values.
#include "api/resource/index/index_parts.h"

static void put_limit(struct api_call *c, const struct limit_result *r)
{
    const bool is_counted = r->limit->over != OVER_YEAR && r->limit->over != OVER_PEAK_SEASON;
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("quantity"), substance_key(r->limit->substance));
    json_member_text(&c->w, STR("over"), limit_over_name(r->limit->over));
    index_put_value(&c->w, STR("limit"), r->limit->value);
    if (is_counted) json_member_int(&c->w, STR("allowed"), r->limit->allowed);
    json_member_text(&c->w, STR("outcome"), limit_outcome_name(r->outcome));
    index_put_value(&c->w, STR("value"), r->value);
    if (is_counted) json_member_int(&c->w, STR("timesAbove"), r->times_above);
    if (r->limit->years > 1) {
        json_member_int(&c->w, STR("years"), r->limit->years);
        json_member_int(&c->w, STR("yearsCounted"), r->years_counted);
        index_put_value(&c->w, STR("timesAboveMean"), r->times_mean);
    }
    index_put_value(&c->w, STR("captured"), r->captured);
    index_put_flag(&c->w, STR("isTarget"), r->limit->is_target);
    index_put_flag(&c->w, STR("isChecked"), r->limit->is_checked);
    json_close(&c->w, '}');
}

static bool limits_get(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct index_limits l;
    limit_set set = LIMITS_EU;
    const int year = api_given(c, "year") ? (int)api_integer(c, "year")
                                          : tz_civil(c->parts->zone, c->now).year;
    (void)limit_set_by_key(api_text(c, "set"), &set);  // one of the words of the parameter
    if (!api_snapshot(c, &at, e) ||
        !index_limits(c->parts->indices, at, index_subject_in(c), set, year, c->now, c->a, &l, e))
        return false;
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("set"), limit_set_key(set));
    json_member_text(&c->w, STR("name"), limit_set_name(set));
    json_member_int(&c->w, STR("year"), year);
    index_put_flag(&c->w, STR("isIndication"), l.is_indication);
    json_name(&c->w, STR("limits"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < l.count; k++) put_limit(c, &l.all[k]);
    json_close(&c->w, ']');
    index_put_sources(&c->w, l.sources, l.source_count);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

#define YEAR_OF_SET                                                                                         \
    {"set", API_WORD, "who-2021 eu eu-2030", "Which limits", .standard = "eu"},                             \
    {                                                                                                       \
        "year", API_INTEGER, .about = "Calendar year; the present one when it is not given", .least = 1990, \
                             .most = 2200                                                                   \
    }
static const struct api_field area_parameters[] = {INDEX_CODE, YEAR_OF_SET, {0}};
static const struct api_field thing_parameters[] = {INDEX_THING, YEAR_OF_SET, {0}};
static const struct api_field limits_fields[] = {
    {"set", API_TEXT, .about = "Which limits", .flags = API_NEEDED},
    {"name", API_TEXT, .about = "Of the set"},
    {"year", API_INTEGER, .about = "Calendar year", .flags = API_NEEDED},
    {"isIndication", API_BOOLEAN, .about = "Meters of citizens never decide whether a limit is kept"},
    {"limits", API_LIST, "LimitResult", "For what is measured", .flags = API_NEEDED},
    {"sources", API_LIST, "IndexSource", "The readings that it comes from"},
    INDEX_LINKS,
    {0}};
static const struct api_field limit_fields[] = {
    {"quantity", API_TEXT, .about = "Key of the substance", .flags = API_NEEDED},
    {"over", API_WORD, "year day 8-hours hour peak-season", "Averaged over", .flags = API_NEEDED},
    {"limit", API_NUMBER, .about = "Microgram per cubic metre", .flags = API_NEEDED},
    {"allowed", API_INTEGER, .about = "Times above it in a year"},
    {"outcome", API_WORD, "kept exceeded not-enough-data", "What the readings say", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "Mean, or the value that decides; null: not enough data",
     .flags = API_NULLABLE},
    {"timesAbove", API_INTEGER, .about = "As counted so far in the year"},
    {"years", API_INTEGER, .about = "That the times above are averaged over: this one and those before it"},
    {"yearsCounted", API_INTEGER, .about = "Of these with enough data"},
    {"timesAboveMean", API_NUMBER, .about = "In these, a year; null: none has enough data",
     .flags = API_NULLABLE},
    {"captured", API_NUMBER, .about = "Share of the year that there is data of"},
    {"isTarget", API_BOOLEAN, .about = "A target value, not a limit"},
    {"isChecked", API_BOOLEAN, .about = "The value was compared with the text of its source"},
    {0}};

const struct api_set api_index_limits = {
    .tag = "limits",
    .about = "Years against guidelines and limit values. See docs/indices.md for what counts.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/areas/{code}/limits", "getAreaLimits",
                                                "A year of an area against limit values", ACTION_READ_PUBLIC,
                                                area_parameters, .answer = "Limits", .run = limits_get},
                                               {HTTP_GET, "/things/{id}/limits", "getThingLimits",
                                                "A year of a meter against limit values", ACTION_READ_PUBLIC,
                                                thing_parameters, .answer = "Limits", .run = limits_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Limits", "A year against a set of limits.", limits_fields},
                                           {"LimitResult", "A year against one limit.", limit_fields},
                                           {0}},
};
