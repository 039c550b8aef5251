// SPDX-License-Identifier: EUPL-1.2
#include "ingest/feature.h"

#include "base/json.h"
#include "model/geojson.h"

#include <stdlib.h>
#include <string.h>

#define SCRATCH_MAX ((size_t)16 << 20)

struct place {
    uint64_t version;  // of the store's entities when this was found: true as long as it is the same
    entity_id feature;
    bool is_known;
};

static metric features_made = {.name = "peil_ingest_features_generated_total",
                               .help = "FeaturesOfInterest made from a Location",
                               .type = METRIC_COUNTER};

bool features_init(struct features *f, struct metrics *m)
{
    f->scratch = arena_new(SCRATCH_MAX);
    if (m) metrics_add(m, &features_made);
    return f->scratch;
}

void features_free(struct features *f)
{
    arena_free(f->scratch);
    free(f->places);
}

// Which FeatureOfInterest was generated from a Location, and what the Location said then: kept as a document,
// so that Things at one Location share it, and so that a Location that was edited in place gets a new one.
#define FEATURES STR("generated_feature")

static uint64_t hash_add(uint64_t h, str s)  // FNV-1a
{
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

static bool location_hash(const struct record *location, arena *a, str *out)
{
    uint64_t h = hash_add(UINT64_C(0xcbf29ce484222325), location->properties[LOCATION_ENCODING_TYPE].text);
    h = hash_add(h, location->properties[LOCATION_LOCATION].text);
    return arena_print(a, out, "%016llx", (unsigned long long)h);
}

static bool is_geojson(const struct record *location)
{
    return geojson_is_encoding(location->properties[LOCATION_ENCODING_TYPE].text);
}

// The Location of a Thing that says best where it is: the GeoJSON one, else the first.
static bool current_location(struct snapshot *at, entity_id thing, arena *a, struct record *out, bool *found,
                             err *e)
{
    entity_id *ids;
    size_t count;
    *found = false;
    if (!store_related(at, SET_THING, thing, THING_LOCATIONS, a, &ids, &count, e)) return false;
    for (size_t i = 0; i < count; i++) {
        struct record location;
        if (!store_get(at, SET_LOCATION, ids[i], a, &location, e)) return false;
        if (*found && !is_geojson(&location)) continue;
        *out = location;
        *found = true;
        if (is_geojson(out)) break;
    }
    return true;
}

// The feature that was generated from this Location, if it still exists and the Location still says the same;
// else 0.
static bool generated_before(struct snapshot *at, str key, str hash, arena *a, entity_id *feature, err *e)
{
    str text;
    json *j;
    const json *id, *of;
    err why;
    *feature = 0;
    if (!store_document_get(at, FEATURES, key, a, &text, &why)) {
        if (why.code == ERR_ABSENT) return true;
        *e = why;
        return false;
    }
    if (!json_parse(text, a, &j, e) || !json_need(j, STR("feature"), JSON_NUMBER, &id, e) ||
        !json_need(j, STR("of"), JSON_TEXT, &of, e) || !num_parse_int(id->text, feature, e))
        return false;
    if (str_eq(of->text, hash) && store_exists(at, SET_FEATURE_OF_INTEREST, *feature, &why)) return true;
    *feature = 0;
    return true;
}

static bool generate(struct store_tx *tx, const struct record *location, str key, str hash, arena *a,
                     entity_id *feature, err *e)
{
    str json_text;
    struct record r = {.set = SET_FEATURE_OF_INTEREST};
    r.properties[FEATURE_NAME] = location->properties[LOCATION_NAME];
    r.properties[FEATURE_DESCRIPTION] = location->properties[LOCATION_DESCRIPTION];
    r.properties[FEATURE_ENCODING_TYPE] = location->properties[LOCATION_ENCODING_TYPE];
    r.properties[FEATURE_FEATURE] = location->properties[LOCATION_LOCATION];
    if (!store_insert(tx, &r, feature, e)) return false;
    metric_count(&features_made, 1);
    return (arena_print(a, &json_text, "{\"feature\":%lld,\"of\":\"%.*s\"}", (long long)*feature,
                        STR_ARG(hash)) ||
            err_no_memory(e)) &&
           store_document_put(tx, FEATURES, key, json_text, e);
}

// *feature 0: the Thing has no Location.
static bool find_feature(struct features *f, struct store_tx *tx, entity_id thing, entity_id *feature, err *e)
{
    struct snapshot *at = store_tx_snapshot(tx);
    arena *a = f->scratch;
    struct record location;
    bool found;
    str key, hash;
    arena_reset(a);
    *feature = 0;
    if (!current_location(at, thing, a, &location, &found, e)) return false;
    if (!found) return true;
    if (!arena_print(a, &key, "%lld", (long long)location.id) || !location_hash(&location, a, &hash))
        return err_no_memory(e);
    if (!generated_before(at, key, hash, a, feature, e)) return false;
    return *feature || generate(tx, &location, key, hash, a, feature, e);
}

static struct place *place_of(struct features *f, entity_id stream)
{
    if ((size_t)stream >= f->place_count) {
        size_t count = f->place_count ? f->place_count : 1024;
        while (count <= (size_t)stream) count *= 2;
        struct place *p = realloc(f->places, count * sizeof *p);
        if (!p) return NULL;
        memset(p + f->place_count, 0, (count - f->place_count) * sizeof *p);
        f->places = p;
        f->place_count = count;
    }
    return &f->places[stream];
}

bool feature_of_stream(struct features *f, struct store_tx *tx, entity_id stream, entity_id *feature, err *e)
{
    const struct stream_info *info;
    struct place *place = place_of(f, stream);
    if (!place) return err_no_memory(e);
    if (place->is_known && place->version == store_entity_version(tx)) {
        *feature = place->feature;
        return true;
    }
    if (!store_stream_info(tx, stream, &info, e) || !find_feature(f, tx, info->thing, feature, e))
        return false;
    *place = (struct place){store_entity_version(tx), *feature, true};
    return true;
}
