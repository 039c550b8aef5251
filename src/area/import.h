// SPDX-License-Identifier: EUPL-1.2
// import.h: areas from GeoJSON into the store.
//
// Understood properties, the first that is there: CBS (statcode, statnaam, jrstatcode, rubriek; buurtcode, wijkcode, gemeentecode
// with their names, provinciecode), BAG (woonplaats, openbare ruimte), NUTS (NUTS_ID, LEVL_CODE), LAU (LAU_ID, GISCO_ID), and our
// own: code, name, level, parent, year. Coordinates are WGS84 degrees or RD New metres (EPSG:28992): by the file's crs member, else
// by their size. A street may be a line: it becomes an area STREET_HALF_WIDTH_M to both sides.
//
// Every feature is taken or refused by itself, with the reason. A geometry that is not valid (crossing rings) is repaired with
// GEOSMakeValid and counted; one of which no area is left is refused.
//
// Units    metres, degrees, years
// Threads  any but event loops and the writer: waits for the commit
// Errors   of the file as a whole: ERR_SYNTAX with the position, ERR_TYPE, ERR_LIMIT, what the store says
// Source   RFC 7946; GeoJSON 2008 for `crs`; RD to WGS84 by PROJ without the correction grid: within 1 m (stated by PROJ)
#ifndef PEIL_AREA_IMPORT_H
#define PEIL_AREA_IMPORT_H

#include "area/area.h"
#include "base/json.h"

#define STREET_HALF_WIDTH_M 15
#define AREA_FEATURE_BYTES_MAX ((size_t)12 << 20)

typedef enum { AREA_CRS_GUESS, AREA_CRS_WGS84, AREA_CRS_RD } area_crs;

struct area_import {
    int year;  // of features that do not say theirs; 0: this year
    area_crs crs;
    int64_t first_feature;  // number of the first one, for the report
    // Each refused feature; may be NULL.
    void (*refuse)(int64_t feature, const err *why, void *context);
    void *context;
    int64_t stored, repaired, refused;  // counted up
};

// A FeatureCollection, or one Feature.
NODISCARD bool area_import(struct store *s, str geojson, instant now, struct area_import *i, err *e);

// The features of a file, one after the other, without holding a tree of all: for sending a large file in pieces.
struct feature_reader {
    json_reader json;
    arena *a;
    area_crs crs;  // as the file's crs member says, if that came before the features
    bool is_single, is_in_features, is_over;
};
NODISCARD bool feature_reader_open(str geojson, arena *a, struct feature_reader *out, err *e);
// *got = false at the end. What follows the last feature is checked too.
NODISCARD bool feature_reader_next(struct feature_reader *r, str *feature, bool *got);

#endif
