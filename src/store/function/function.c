// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include "store/sqlite.h"

#include <math.h>
#include <stdlib.h>

#define SCRATCH_MAX ((size_t)256 * 1024 * 1024)

struct connection_functions;

// What SQLite hands to each call.
struct registered {
    const struct sql_function *function;
    struct connection_functions *all;
};

// Lives as long as one of its functions is registered: SQLite takes them away one by one when the connection closes.
struct connection_functions {
    struct sql_shared shared;
    size_t users;
    struct registered registered[];
};

static const struct sql_function *const groups[] = {json_functions, text_functions, number_functions,
                                                    time_functions, geometry_functions};
#define GROUP_COUNT (sizeof groups / sizeof groups[0])

struct sql_shared *function_shared(sqlite3_context *c)
{
    const struct registered *r = sqlite3_user_data(c);
    return &r->all->shared;
}

int function_data(sqlite3_context *c)
{
    const struct registered *r = sqlite3_user_data(c);
    return r->function->data;
}

bool function_text(sqlite3_value *v, str *out)
{
    if (sqlite3_value_type(v) != SQLITE_TEXT) return false;
    out->p = (const char *)sqlite3_value_text(v);
    out->n = (size_t)sqlite3_value_bytes(v);
    return out->p != NULL;
}

void function_result_text(sqlite3_context *c, str s)
{
    sqlite3_result_text64(c, s.p ? s.p : "", s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

void function_result_double(sqlite3_context *c, double v)
{
    if (isfinite(v)) sqlite3_result_double(c, v);
}

static void shared_free(struct sql_shared *s)
{
    if (s->geos) {
        if (s->geojson_reader) GEOSGeoJSONReader_destroy_r(s->geos, s->geojson_reader);
        if (s->geojson_writer) GEOSGeoJSONWriter_destroy_r(s->geos, s->geojson_writer);
        if (s->wkt_reader) GEOSWKTReader_destroy_r(s->geos, s->wkt_reader);
        GEOS_finish_r(s->geos);
    }
    arena_free(s->scratch);
}

static bool shared_make(struct sql_shared *s)
{
    s->scratch = arena_new(SCRATCH_MAX);
    s->geos = GEOS_init_r();  // without message handlers: its faults are told by the results of its calls
    if (!s->scratch || !s->geos) return false;
    s->geojson_reader = GEOSGeoJSONReader_create_r(s->geos);
    s->geojson_writer = GEOSGeoJSONWriter_create_r(s->geos);
    s->wkt_reader = GEOSWKTReader_create_r(s->geos);
    return s->geojson_reader && s->geojson_writer && s->wkt_reader;
}

static void leave(struct connection_functions *all)
{
    if (--all->users > 0) return;
    shared_free(&all->shared);
    free(all);
}

static void unregister(void *p)
{
    struct registered *r = p;
    leave(r->all);
}

static int register_one(sqlite3 *db, struct registered *r)
{
    const struct sql_function *f = r->function;
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    r->all->users++;  // given back by unregister, which SQLite calls when this fails, too
    return sqlite3_create_function_v2(db, f->name, f->arg_count, flags, r, f->finish ? NULL : f->run,
                                      f->finish ? f->run : NULL, f->finish, unregister);
}

static size_t count_functions(void)
{
    size_t count = 0;
    for (size_t g = 0; g < GROUP_COUNT; g++)
        for (const struct sql_function *f = groups[g]; f->name; f++) count++;
    return count;
}

bool entity_register_functions(struct connection *c, err *e)
{
    struct connection_functions *all = calloc(1, sizeof *all + count_functions() * sizeof all->registered[0]);
    if (!all) return err_no_memory(e);
    all->users = 1;  // this function
    int rc = shared_make(&all->shared) ? SQLITE_OK : SQLITE_NOMEM;
    struct registered *next = all->registered;
    for (size_t g = 0; g < GROUP_COUNT; g++) {
        for (const struct sql_function *f = groups[g]; f->name && rc == SQLITE_OK; f++, next++) {
            *next = (struct registered){f, all};
            rc = register_one(c->db, next);
        }
    }
    leave(all);
    return rc == SQLITE_OK || sql_error(c, rc, e);
}
