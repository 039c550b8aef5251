// SPDX-License-Identifier: EUPL-1.2
// A Datastream of its own for dust corrected for humidity, beside the raw one: made when the operator asks for it.
#include "quality/humidity.h"
#include "quality/inside.h"

#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CORRECTED STR("quality_corrected")  // documents: raw stream -> its corrected one
#define PROPERTIES \
    STR("quality_property")  // documents: quantity -> the ObservedProperty of its corrected values
#define AT_ONCE 2000         // readings in one operation
#define BACK_MOST TIME_DAY   // a new correction begins a day back
#define HYGROMETER_NEAR (30 * TIME_MINUTE)

struct correcting {
    const struct rollup_stream *dust, *hygrometer;
    struct rows wet, damp;
    entity_id stream;  // the corrected one
    instant after;     // what was corrected up to; TIME_NONE: nothing
    arena *arena;
};

// ---- Where corrected values go -----------------------------------------------------------------------------------

static bool known_id(struct store_tx *tx, str kind, str key, arena *a, entity_id *out, err *e)
{
    str text;
    err why = {0};
    *out = 0;
    if (!store_document_get(store_tx_snapshot(tx), kind, key, a, &text, &why))
        return why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    return num_parse_int(text, out, e);
}

static bool keep_id(struct store_tx *tx, str kind, str key, entity_id id, err *e)
{
    char text[NUM_TEXT_MAX];
    return store_document_put(tx, kind, key, (str){text, num_write_int(text, id)}, e);
}

static bool property_of(struct store_tx *tx, const struct quantity *q, arena *a, entity_id *out, err *e)
{
    str name, definition;
    if (!known_id(tx, PROPERTIES, q->key, a, out, e)) return false;
    if (*out && store_exists(store_tx_snapshot(tx), SET_OBSERVED_PROPERTY, *out, NULL)) return true;
    if (!arena_print(a, &name, "%.*s, corrected for humidity", STR_ARG(q->name_en)) ||
        !arena_print(a, &definition, "urn:peil:quantity:%.*s_dry", STR_ARG(q->key)))
        return err_no_memory(e);
    struct record r = {.set = SET_OBSERVED_PROPERTY};
    r.properties[OBSERVED_PROPERTY_NAME] = value_text(name);
    r.properties[OBSERVED_PROPERTY_DEFINITION] = value_text(definition);
    r.properties[OBSERVED_PROPERTY_DESCRIPTION] = value_text(
        STR("Dust as it would be dry: computed, experimental."));
    return store_insert(tx, &r, out, e) && keep_id(tx, PROPERTIES, q->key, *out, e);
}

// Who may see the raw values may see the corrected ones, and nobody else.
static bool access_of(const struct record *raw, arena *a, str *out, err *e)
{
    json *j = NULL;
    const value *v = &raw->properties[DATASTREAM_PROPERTIES];
    const bool is_said = v->type == VALUE_JSON && json_parse(v->text, a, &j, NULL) &&
                         json_text(j, STR("access")).n > 0;
    *out = (str){0};
    return !is_said || arena_print(a, out, "\"access\":\"%.*s\",", STR_ARG(json_text(j, STR("access")))) ||
           err_no_memory(e);
}

static bool make_stream(struct store_tx *tx, struct correcting *c, str key, err *e)
{
    struct record raw, r = {.set = SET_DATASTREAM};
    entity_id property;
    str name, properties, access;
    if (!store_get(store_tx_snapshot(tx), SET_DATASTREAM, c->dust->id, c->arena, &raw, e) ||
        !property_of(tx, c->dust->quantity, c->arena, &property, e) || !access_of(&raw, c->arena, &access, e))
        return false;
    if (!arena_print(c->arena, &name, "%.*s, corrected for humidity",
                     STR_ARG(raw.properties[DATASTREAM_NAME].text)) ||
        !arena_print(c->arena, &properties,
                     "{%.*s\"method\":\"" HUMIDITY_METHOD
                     "\",\"kappa\":%g,\"experimental\":true,\"raw\":%lld,\"humidity\":%lld}",
                     STR_ARG(access), HUMIDITY_KAPPA, (long long)c->dust->id, (long long)c->hygrometer->id))
        return err_no_memory(e);
    memcpy(r.properties, raw.properties, sizeof r.properties);
    memcpy(r.links, raw.links, sizeof r.links);
    r.properties[DATASTREAM_NAME] = value_text(name);
    r.properties[DATASTREAM_DESCRIPTION] = value_text(STR(
        "Computed from the raw Datastream and the hygrometer beside it by the method in the properties."));
    r.properties[DATASTREAM_PROPERTIES] = value_json(properties);
    r.properties[DATASTREAM_OBSERVED_AREA] = value_null();
    r.properties[DATASTREAM_PHENOMENON_TIME] = value_null();
    r.properties[DATASTREAM_RESULT_TIME] = value_null();
    r.links[DATASTREAM_OBSERVED_PROPERTY] = property;
    return store_insert(tx, &r, &c->stream, e) && keep_id(tx, CORRECTED, key, c->stream, e);
}

static bool find_stream(struct store_tx *tx, struct correcting *c, err *e)
{
    char text[NUM_TEXT_MAX];
    const str key = {text, num_write_int(text, c->dust->id)};
    if (!known_id(tx, CORRECTED, key, c->arena, &c->stream, e)) return false;
    if (c->stream && store_exists(store_tx_snapshot(tx), SET_DATASTREAM, c->stream, NULL)) return true;
    return make_stream(tx, c, key, e);
}

// ---- Values ------------------------------------------------------------------------------------------------------

static double humidity_near(const struct rows *damp, size_t *at, instant t)
{
    while (*at + 1 < damp->count && llabs(damp->time[*at + 1] - t) <= llabs(damp->time[*at] - t)) ++*at;
    return damp->count && llabs(damp->time[*at] - t) <= HYGROMETER_NEAR ? damp->value[*at] : (double)NAN;
}

static bool append(struct store_tx *tx, const struct correcting *c, size_t k, double dry, err *e)
{
    struct observation raw, o;
    if (!store_get_observation(store_tx_snapshot(tx), c->wet.id[k], c->arena, &raw, e)) return false;
    const int64_t hundredths = (int64_t)llround(dry * 100);
    o = (struct observation){.stream = c->stream,
                             .phenomenon_time = raw.phenomenon_time,
                             .result_time = raw.result_time,
                             .valid_time = {TIME_NONE, TIME_NONE},
                             .result = value_decimal((decimal){hundredths, 2}),
                             .feature = raw.feature};
    return store_append(tx, &o, e);
}

static bool correct_run(struct store_tx *tx, void *context, err *e)
{
    struct correcting *c = context;
    const struct stream_info *info;
    size_t near = 0;
    if (!find_stream(tx, c, e) || !store_stream_info(tx, c->stream, &info, e)) return false;
    const instant last = info->last_time;
    size_t done = 0;
    for (size_t k = 0; k < c->wet.count && done < AT_ONCE; k++) {
        if ((last != TIME_NONE && c->wet.time[k] <= last) || !quality_counts(c->wet.flag[k])) continue;
        const double dry = humidity_dry(c->wet.value[k], humidity_near(&c->damp, &near, c->wet.time[k]));
        if (isnan(dry)) continue;
        if (!append(tx, c, k, dry, e)) return false;
        done++;
    }
    return true;
}

static const struct rollup_stream *beside(const struct rollup_streams *list, entity_id thing, str quantity)
{
    for (size_t k = 0; k < list->count; k++)
        if (list->all[k].thing == thing && str_eq(list->all[k].quantity->key, quantity)) return &list->all[k];
    return NULL;
}

static bool correct_one(struct qualities *q, const struct rollup_stream *dust,
                        const struct rollup_stream *hygrometer, instant now, err *e)
{
    struct correcting c = {.dust = dust, .hygrometer = hygrometer, .arena = arena_new((size_t)32 << 20)};
    struct snapshot *at;
    const interval when = {now - BACK_MOST, now};
    bool ok = c.arena ? snapshot_open(q->config.store, &at, e) : err_no_memory(e);
    if (ok) {
        ok = rows_read(at, dust, when, c.arena, &c.wet, e) &&
             rows_read(at, hygrometer, when, c.arena, &c.damp, e);
        snapshot_close(at);
    }
    if (ok && c.wet.count && c.damp.count) ok = store_run(q->config.store, correct_run, &c, e);
    arena_free(c.arena);
    return ok;
}

bool quality_correct(struct qualities *q, const struct rollup_streams *list, instant now, err *e)
{
    static const str dusts[] = {{"pm25", 4}, {"pm10", 4}};
    for (size_t k = 0; k < list->count; k++) {
        const struct rollup_stream *s = &list->all[k];
        const bool is_dust = str_eq(s->quantity->key, dusts[0]) || str_eq(s->quantity->key, dusts[1]);
        const struct rollup_stream *h = is_dust ? beside(list, s->thing, STR("humidity")) : NULL;
        if (h && !correct_one(q, s, h, now, e)) return false;
    }
    return true;
}
