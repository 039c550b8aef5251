// SPDX-License-Identifier: EUPL-1.2
#include "area/import.h"

#include "area/feature.h"
#include "area/shape.h"
#include "area/stored.h"

#include <stdlib.h>

#define FEATURES_PER_COMMIT 512
#define FEATURE_ARENA_BYTES ((size_t)512 << 20)  // the tree of a feature of 12 MB
#define BATCH_BYTES ((size_t)64 << 20)

struct pair {
    str key, json;
};

struct importer {
    struct area_import *i;
    struct store *store;
    struct shape_maker *shapes;
    arena *a;      // of one feature
    arena *batch;  // of what waits for the commit
    struct pair waiting[FEATURES_PER_COMMIT];
    size_t count, bytes;
    area_crs crs;
    int year;
};

// ---- one feature ---------------------------------------------------------------------------------------------------

static area_crs crs_of(const struct importer *m, const json *geometry)
{
    if (m->crs != AREA_CRS_GUESS) return m->crs;
    return shape_guess_crs(geometry);
}

static bool shape_of(struct importer *m, const json *feature, const struct area_feature *f,
                     struct stored_area *out, bool *repaired, err *e)
{
    GEOSGeometry *g = NULL;
    const json *geometry;
    buf text = {.max = 2 * AREA_FEATURE_BYTES_MAX};
    if (!json_need(feature, STR("geometry"), JSON_OBJECT, &geometry, e)) return false;
    const area_crs crs = crs_of(m, geometry);
    if (!shape_read(m->shapes, geometry, crs, f->level == AREA_STREET, &g, e) ||
        !shape_finish(m->shapes, g, crs, repaired, &g, e))
        return false;
    out->square_metres = shape_square_metres(m->shapes, g);
    shape_write(m->shapes, g, &text);
    bool ok = shape_middle(m->shapes, g, &out->middle) ||
              err_set(e, ERR_RANGE, ERR_NOWHERE, "no point lies inside it");
    ok = ok && ((!text.failed && arena_copy(m->a, buf_str(&text), &out->geometry)) || err_no_memory(e));
    buf_free(&text);
    shape_free(m->shapes, g);
    return ok;
}

static bool feature_take(struct importer *m, str raw, struct pair *out, bool *repaired, err *e)
{
    json *j;
    struct stored_area s = {0};
    if (raw.n > AREA_FEATURE_BYTES_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "it has more than %zu MB", AREA_FEATURE_BYTES_MAX >> 20);
    if (!json_parse(raw, m->a, &j, e) ||
        !area_feature_read(json_get(j, STR("properties")), m->a, &s.feature, e))
        return false;
    if (s.feature.year == 0) s.feature.year = m->year;
    if (!shape_of(m, j, &s.feature, &s, repaired, e)) return err_within(e, "%.*s", STR_ARG(s.feature.code));
    buf text = {.max = 2 * AREA_FEATURE_BYTES_MAX + 4096};
    stored_area_write(&text, &s);
    const bool ok = !text.failed && arena_copy(m->batch, buf_str(&text), &out->json) &&
                    stored_area_key(m->batch, s.feature.year, s.feature.code, &out->key);
    buf_free(&text);
    return ok || err_no_memory(e);
}

// ---- many ----------------------------------------------------------------------------------------------------------

static bool put_all(struct store_tx *tx, void *context, err *e)
{
    const struct importer *m = context;
    for (size_t k = 0; k < m->count; k++)
        if (!store_document_put(tx, STR(AREA_KIND), m->waiting[k].key, m->waiting[k].json, e)) return false;
    return true;
}

static bool commit(struct importer *m, err *e)
{
    if (m->count == 0) return true;
    if (!store_run(m->store, put_all, m, e)) return false;
    m->i->stored += (int64_t)m->count;
    m->count = 0;
    m->bytes = 0;
    arena_reset(m->batch);
    return true;
}

static bool add(struct importer *m, str raw, int64_t number, err *e)
{
    err why = {.at = ERR_NOWHERE};
    bool repaired = false;
    arena_reset(m->a);
    struct pair *p = &m->waiting[m->count];
    if (!feature_take(m, raw, p, &repaired, &why)) {
        m->i->refused++;
        if (m->i->refuse) m->i->refuse(number, &why, m->i->context);
        return true;
    }
    m->i->repaired += repaired;
    m->bytes += p->json.n;
    return (++m->count < FEATURES_PER_COMMIT && m->bytes < BATCH_BYTES / 2) || commit(m, e);
}

static bool features_take(struct importer *m, struct feature_reader *r, err *e)
{
    int64_t number = m->i->first_feature;
    bool got = true;
    str feature;
    while (feature_reader_next(r, &feature, &got)) {
        if (!got) return commit(m, e);
        if (!add(m, feature, number++, e)) return false;
    }
    return false;
}

static void importer_close(struct importer *m)
{
    shape_maker_free(m->shapes);
    arena_free(m->a);
    arena_free(m->batch);
    free(m);
}

bool area_import(struct store *s, str geojson, instant now, struct area_import *i, err *e)
{
    struct importer *m = calloc(1, sizeof *m);
    struct feature_reader r;
    if (!m) return err_no_memory(e);
    arena *keys = arena_new(1 << 20);
    *m = (struct importer){
        .i = i, .store = s, .crs = i->crs, .year = i->year ? i->year : time_to_civil(now).year};
    m->a = arena_new(FEATURE_ARENA_BYTES);
    m->batch = arena_new(BATCH_BYTES);
    bool ok = (keys && m->a && m->batch) || err_no_memory(e);
    ok = ok && (m->shapes = shape_maker_new(e)) && feature_reader_open(geojson, keys, &r, e);
    if (ok && m->crs == AREA_CRS_GUESS) m->crs = r.crs;
    ok = ok && features_take(m, &r, e);
    importer_close(m);
    arena_free(keys);
    return ok;
}
