// SPDX-License-Identifier: EUPL-1.2
// The features of a GeoJSON text one by one: the text may be larger than a tree of it should be.
#include "area/import.h"

static bool is_rd_name(str name)
{
    return str_ends(name, STR("28992"));
}

// {"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::28992"}}: GeoJSON of 2008. Others than RD and WGS84 are refused.
static bool crs_read(struct feature_reader *r, err *e)
{
    str raw;
    json *j;
    if (!json_skip(&r->json, &raw) || !json_parse(raw, r->a, &j, e)) return false;
    const str name = json_text(json_get(j, STR("properties")), STR("name"));
    if (is_rd_name(name)) {
        r->crs = AREA_CRS_RD;
        return true;
    }
    if (name.n == 0 || str_ends(name, STR("CRS84")) || str_ends(name, STR("4326")) ||
        str_ends(name, STR("4258"))) {
        if (name.n) r->crs = AREA_CRS_WGS84;
        return true;
    }
    return err_set(e, ERR_TYPE, ERR_NOWHERE,
                   "coordinates in '%.*s' are not understood: only WGS84 and EPSG:28992", STR_ARG(name));
}

static bool type_read(struct feature_reader *r, err *e)
{
    str type;
    if (!json_read_text(&r->json, r->a, &type)) return false;
    r->is_single = str_eq(type, STR("Feature"));
    return r->is_single || str_eq(type, STR("FeatureCollection")) ||
           err_set(e, ERR_TYPE, r->json.at, "expected a FeatureCollection or a Feature, not '%.*s'",
                   STR_ARG(type));
}

// Members up to the features, or of the whole Feature.
static bool members_read(struct feature_reader *r, err *e)
{
    bool more;
    str key, raw;
    while (json_more(&r->json, '{', &more)) {
        if (!more) {
            r->is_over = true;
            return json_end(&r->json);
        }
        if (!json_key(&r->json, r->a, &key)) return false;
        if (str_eq(key, STR("features"))) {
            r->is_in_features = json_enter(&r->json, '[');
            return r->is_in_features;
        }
        const bool ok = str_eq(key, STR("type"))  ? type_read(r, e)
                        : str_eq(key, STR("crs")) ? crs_read(r, e)
                                                  : json_skip(&r->json, &raw);
        if (!ok) return false;
    }
    return false;
}

bool feature_reader_open(str geojson, arena *a, struct feature_reader *out, err *e)
{
    *out = (struct feature_reader){.json = json_reader_of(geojson, e), .a = a};
    if (!json_enter(&out->json, '{') || !members_read(out, e)) return false;
    if (out->is_in_features) return true;
    if (!out->is_single) return err_set(e, ERR_MISSING, ERR_NOWHERE, "there are no features in it");
    out->is_over = false;  // the whole text is the one feature
    return true;
}

bool feature_reader_next(struct feature_reader *r, str *feature, bool *got)
{
    bool more;
    *got = false;
    if (r->is_over) return true;
    if (!r->is_in_features) {
        *feature = r->json.source;
        *got = r->is_over = true;
        return true;
    }
    if (!json_more(&r->json, '[', &more)) return false;
    if (more) {
        *got = json_skip(&r->json, feature);
        return *got;
    }
    r->is_in_features = false;
    if (members_read(r, r->json.e) && !r->is_in_features) return true;
    if (r->is_in_features)
        (void)json_fail(&r->json, ERR_SYNTAX, r->json.at, "'features' stands here for the second time");
    return false;
}
