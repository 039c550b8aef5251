// SPDX-License-Identifier: EUPL-1.2
// Noise of Things.
#include "api/resource/index/index_parts.h"

#include <math.h>

static void put_date(struct api_call *c, const struct noise_date *d)
{
    static const str parts[] = {
        [NOISE_DAY] = {"day", 3}, [NOISE_EVENING] = {"evening", 7}, [NOISE_NIGHT] = {"night", 5}};
    for (int p = 0; p < NOISE_PARTS; p++) index_put_value(&c->w, parts[p], d->part[p]);
    index_put_value(&c->w, STR("lden"), d->lden);
    index_put_value(&c->w, STR("captured"),
                    fmin(d->captured[NOISE_DAY], fmin(d->captured[NOISE_EVENING], d->captured[NOISE_NIGHT])));
}

static void put_noise(struct api_call *c, const struct index_noise *n)
{
    json_member_int(&c->w, STR("datastream"), n->stream);
    index_put_value(&c->w, STR("laeq"), n->span.laeq);
    index_put_value(&c->w, STR("l10"), n->span.l10);
    index_put_value(&c->w, STR("l50"), n->span.l50);
    index_put_value(&c->w, STR("l90"), n->span.l90);
    index_put_value(&c->w, STR("max"), n->span.max);
    index_put_value(&c->w, STR("captured"), n->span.captured);
    index_put_flag(&c->w, STR("isIndication"),
                   true);  // not at a facade, not for a year: never an official figure
    json_name(&c->w, STR("dates"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < n->count; k++) {
        json_open(&c->w, '{');
        json_member_time(&c->w, STR("from"), n->dates[k].day.start);
        put_date(c, &n->dates[k]);
        json_close(&c->w, '}');
    }
    json_close(&c->w, ']');
    json_name(&c->w, STR("longTerm"));
    json_open(&c->w, '{');
    put_date(c, &n->long_term);
    json_close(&c->w, '}');
}

static bool thing_noise(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct index_noise n;
    const instant to = api_time(c, "to", c->now), from = api_time(c, "from", to - 7 * TIME_DAY);
    if (!api_snapshot(c, &at, e) ||
        !index_noise(c->parts->indices, at, api_integer(c, "id"), (interval){from, to}, c->a, &n, e))
        return false;
    json_open(&c->w, '{');
    put_noise(c, &n);
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field parameters[] = {
    INDEX_THING, INDEX_FROM("Start; a week before the end when it is not given"), INDEX_TO, {0}};
#define LEVEL(key, what)                                                                       \
    {                                                                                          \
        key, API_NUMBER, .about = what ", dB(A); null: not enough data", .flags = API_NULLABLE \
    }
static const struct api_field noise_fields[] = {
    {"datastream", API_INTEGER, .about = "That it comes from", .flags = API_NEEDED},
    LEVEL("laeq", "Mean by energy"),
    LEVEL("l10", "Exceeded 10 % of the time"),
    LEVEL("l50", "Exceeded half of the time"),
    LEVEL("l90", "Exceeded 90 % of the time"),
    LEVEL("max", "Greatest short level"),
    {"captured", API_NUMBER, .about = "Share of the time"},
    {"isIndication", API_BOOLEAN, .about = "Never an official figure"},
    {"dates", API_LIST, "NoiseDate", "Whole calendar days"},
    {"longTerm", API_OBJECT, "NoiseDate", "Of all the dates"},
    INDEX_LINKS,
    {0}};
static const struct api_field date_fields[] = {
    {"from", API_TIME, .about = "Local midnight"},
    LEVEL("day", "07-19"),
    LEVEL("evening", "19-23"),
    LEVEL("night", "23-07 of the calendar day; Lnight"),
    LEVEL("lden", "Day, evening and night"),
    {"captured", API_NUMBER, .about = "Of the part with the least"},
    {0}};

const struct api_set api_index_noise = {
    .tag = "noise",
    .about = "Measures of noise. See docs/indices.md for the formulas.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/things/{id}/noise", "getThingNoise",
                                                "LAeq, LN, Lden and Lnight of a meter", ACTION_READ_PUBLIC,
                                                parameters, .answer = "Noise", .run = thing_noise},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Noise", "Noise over a time.", noise_fields},
                                           {"NoiseDate", "Noise of a calendar day.", date_fields},
                                           {0}},
};
