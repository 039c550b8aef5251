// SPDX-License-Identifier: EUPL-1.2
// What the law and the standards ask of a site besides its pages: the way from http to https, and whom to tell of a hole.
// Source   RFC 9116 (security.txt); Besluit beveiligde verbinding met overheidswebsites (https, redirect on the same name first)
#include "app/serve/inside.h"

#include <string.h>

#define EXPIRES (180 * TIME_DAY)  // RFC 9116 section 2.5.5: less than a year

static void security_txt(struct http_request *r, void *context)
{
    const struct peil *p = context;
    const str contact = p->settings.http.security_contact;
    char expires[TIME_TEXT_MAX];
    str body;
    const instant until = (time_now() + EXPIRES) / TIME_DAY * TIME_DAY;
    const int n = (int)time_write(expires, until);
    if (!contact.n) {
        http_reply_error(r, 404, STR("nobody is named here yet (http.security_contact)"));
        return;
    }
    if (!arena_print(http_request_arena(r), &body,
                     "Contact: %.*s\nExpires: %.*s\nPreferred-Languages: nl, en\nCanonical: "
                     "%.*s/.well-known/security.txt\n",
                     STR_ARG(contact), n, expires, STR_ARG(p->sta.root_url))) {
        http_reply_error(r, 503, STR("no memory"));
        return;
    }
    http_reply_data reply = {.status = 200, .content_type = STR("text/plain; charset=utf-8"), .body = body};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("max-age=86400"));
    http_reply(r, &reply);
}

http_route security_route(struct peil *p)
{
    return (http_route){HTTP_GET, STR("/.well-known/security.txt"), 0, 0, security_txt, p};
}

// The same name and path, by https. A Host that is no name leads nowhere.
void redirect_to_https(struct http_request *r, void *context)
{
    (void)context;
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";
    const str host = http_request_header(r, "Host"), query = http_request_query(r);
    size_t n = 0;
    while (n < host.n && memchr(allowed, host.p[n], sizeof allowed - 1)) n++;
    str location;
    http_reply_data reply = {.status = 301};
    if (n == 0 || (n < host.n && host.p[n] != ':') ||
        !arena_print(http_request_arena(r), &location, "https://%.*s%.*s%s%.*s", (int)n, host.p,
                     STR_ARG(http_request_path(r)), query.n ? "?" : "", STR_ARG(query))) {
        http_reply_error(r, 400, STR("use https"));
        return;
    }
    http_reply_add_header(&reply, STR("Location"), location);
    http_reply(r, &reply);
}
