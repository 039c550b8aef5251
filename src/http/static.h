// SPDX-License-Identifier: EUPL-1.2
// static.h: files that do not change while peil runs, from a directory read whole at start.
//
// NAME.br and NAME.gz beside NAME are its compressed twins, sent to who accepts them; they are no files of their
// own. A name with a hash in it (app.0a1b2c3d4e.css, app-QZ5JAT2X.js) never changes its content: cached for a
// year. Others are asked for again, by ETag. Only what was there at start can be answered, so no path leads out
// of the directory. Hidden files and links are passed over.
// Owns     the files' bytes, until http_static_close, which comes after http_stop
// Threads  http_static_handle from any; it never waits
// Errors   ERR_CONFIG: directory not readable; ERR_LIMIT: more than 4096 files, 16 MiB in one or 64 MiB in all
// Source   RFC 9110 sections 8.8.3, 12.5.3 and 13.1.2; RFC 8246 (immutable)
#ifndef PEIL_HTTP_STATIC_H
#define PEIL_HTTP_STATIC_H

#include "http/server.h"

struct http_static;

// `prefix` is what stands before a file's path in an address: "/assets/" makes /assets/a/b.css of a/b.css.
NODISCARD struct http_static *http_static_open(const char *directory, str prefix, err *e);
void http_static_close(struct http_static *s);  // NULL is fine

// An http_handler for a GET route with HTTP_PREFIX; 404 for what is not there.
void http_static_handle(struct http_request *r, void *http_static);

#endif
