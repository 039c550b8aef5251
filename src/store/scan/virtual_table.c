// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/virtual_table.h"

#include "store/sight.h"

#include <stdlib.h>

struct table {
    sqlite3_vtab base;
    struct connection *connection;
};

int virtual_table_connect(sqlite3 *db, struct connection *c, const char *declaration, sqlite3_vtab **out)
{
    const int rc = sqlite3_declare_vtab(db, declaration);
    if (rc != SQLITE_OK) return rc;
    struct table *t = calloc(1, sizeof *t);
    if (!t) return SQLITE_NOMEM;
    t->connection = c;
    *out = &t->base;
    return SQLITE_OK;
}

int virtual_table_disconnect(sqlite3_vtab *table)
{
    free(table);
    return SQLITE_OK;
}

struct connection *virtual_table_connection(sqlite3_vtab *table)
{
    return ((struct table *)table)->connection;
}

static const struct {
    const char *name;
    const sqlite3_module *module;
} tables[] = {
    {"observation", &observation_table},
    {"stream_extent", &stream_extent_table},
};

bool connection_register(struct connection *c, err *e)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const int rc = sqlite3_create_module(c->db, tables[i].name, tables[i].module, c);
        if (rc != SQLITE_OK) return sql_error(c, rc, e);
    }
    return entity_register_functions(c, e) && sight_register(c, e);
}
