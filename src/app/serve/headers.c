// SPDX-License-Identifier: EUPL-1.2
// Headers that every answer carries. Public data may be read by any page (CORS); no page of ours asks others for anything (CSP).
// Source   Fetch standard (CORS); CSP level 3; API Design Rules, module transport security
#include "app/serve/inside.h"

#define PAGE_POLICY                                                                                    \
    "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; " \
    "form-action 'self'; "

static const http_header everywhere[] = {
    {STR("X-Content-Type-Options"), STR("nosniff")},
    {STR("Referrer-Policy"), STR("strict-origin-when-cross-origin")},
};

static const http_header on_pages[] = {
    {STR("Content-Security-Policy"), STR(PAGE_POLICY "frame-ancestors 'none'")},
    {STR("Permissions-Policy"), STR("geolocation=(self), camera=(self), microphone=()")},
};

// Other sites may show these inside their own; nothing on them can be pressed but a link back.
static const http_header on_embedded[] = {
    {STR("Content-Security-Policy"), STR(PAGE_POLICY "frame-ancestors *")},
    {STR("Permissions-Policy"), STR("geolocation=(), camera=(), microphone=()")},
};

static const http_header on_data[] = {
    {STR("Content-Security-Policy"), STR("frame-ancestors 'none'")},
    {STR("Access-Control-Allow-Origin"), STR("*")},
    {STR("Access-Control-Allow-Methods"), STR("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")},
    {STR("Access-Control-Allow-Headers"),
     STR("Authorization, Content-Type, If-Match, If-None-Match, Prefer")},
    {STR("Access-Control-Expose-Headers"), STR("Location, ETag, Link, API-Version")},
};

static void add_all(http_reply_data *reply, const http_header *headers, size_t count)
{
    for (size_t k = 0; k < count; k++) http_reply_add_header(reply, headers[k].name, headers[k].value);
}

void headers_finish(const struct http_request *r, http_reply_data *reply, void *context)
{
    (void)context;
    add_all(reply, everywhere, sizeof everywhere / sizeof everywhere[0]);
    if (http_request_is_secure(r))
        http_reply_add_header(reply, STR("Strict-Transport-Security"), STR("max-age=31536000"));
    const str path = http_request_path(r);
    const bool is_embedded = str_starts(path, STR("/embed/")) || str_starts(path, STR("/en/embed/"));
    if (str_starts(reply->content_type, STR("text/html")) && is_embedded)
        add_all(reply, on_embedded, sizeof on_embedded / sizeof on_embedded[0]);
    else if (str_starts(reply->content_type, STR("text/html")))
        add_all(reply, on_pages, sizeof on_pages / sizeof on_pages[0]);
    else
        add_all(reply, on_data, sizeof on_data / sizeof on_data[0]);
}
