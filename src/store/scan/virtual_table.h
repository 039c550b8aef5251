// SPDX-License-Identifier: EUPL-1.2
// virtual_table.h: what the virtual tables of a connection share. Private.
#ifndef PEIL_STORE_SCAN_VIRTUAL_TABLE_H
#define PEIL_STORE_SCAN_VIRTUAL_TABLE_H

#include "store/sqlite.h"

extern const sqlite3_module observation_table;
extern const sqlite3_module stream_extent_table;

int virtual_table_connect(sqlite3 *db, struct connection *c, const char *declaration, sqlite3_vtab **out);
int virtual_table_disconnect(sqlite3_vtab *table);
struct connection *virtual_table_connection(sqlite3_vtab *table);

#endif
