// SPDX-License-Identifier: EUPL-1.2 route.h: which route takes a request. Pure. Of the routes whose path matches,
// the longest that takes the method wins; when none takes it, `allowed` says what is possible.
#ifndef PEIL_HTTP_ROUTE_H
#define PEIL_HTTP_ROUTE_H

#include "http/server.h"

struct route_match {
    const http_route *route;  // NULL: no route matches (allowed == 0), or none with that method
    unsigned allowed;         // methods of all routes whose path matches
};

struct route_match route_find(const http_route *routes, size_t count, http_method method, str path);

// "GET, HEAD, POST, OPTIONS": all of them named in `methods`; GET brings HEAD, and OPTIONS is always possible.
void route_write_allow(buf *out, unsigned methods);

#endif
