// SPDX-License-Identifier: EUPL-1.2
#include "http/route.h"

static bool path_matches(const http_route *r, str path)
{
    if (!str_starts(path, r->path)) return false;
    if (path.n == r->path.n) return true;
    return (r->flags & HTTP_PREFIX) && (str_ends(r->path, STR("/")) || path.p[r->path.n] == '/');
}

struct route_match route_find(const http_route *routes, size_t count, http_method method, str path)
{
    struct route_match m = {0};
    const unsigned wanted = method == HTTP_HEAD ? HTTP_HEAD | HTTP_GET : method;
    for (size_t i = 0; i < count; i++) {
        if (!path_matches(&routes[i], path)) continue;
        m.allowed |= routes[i].methods;
        if (!(routes[i].methods & wanted)) continue;
        if (!m.route || routes[i].path.n > m.route->path.n) m.route = &routes[i];
    }
    return m;
}

void route_write_allow(buf *out, unsigned methods)
{
    static const struct {
        str name;
        unsigned by;
    } names[] = {
        {STR("GET"), HTTP_GET}, {STR("HEAD"), HTTP_GET | HTTP_HEAD}, {STR("POST"), HTTP_POST},
        {STR("PUT"), HTTP_PUT}, {STR("PATCH"), HTTP_PATCH},          {STR("DELETE"), HTTP_DELETE},
        {STR("OPTIONS"), ~0u},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(methods & names[i].by)) continue;
        if (out->n) BUF_LIT(out, ", ");
        buf_add(out, names[i].name);
    }
}
