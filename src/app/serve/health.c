// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/inside.h"

static void reply_text(struct http_request *r, int status, str body)
{
    http_reply_data reply = {
        .status = status, .content_type = STR("text/plain; charset=utf-8"), .body = body};
    http_reply_add_header(&reply, STR("Cache-Control"), STR("no-store"));
    http_reply(r, &reply);
}

// Alive: the event loop answers.
static void healthz(struct http_request *r, void *context)
{
    (void)context;
    reply_text(r, 200, STR("ok\n"));
}

// Ready: the last commit reached the disk. Reads go on when it did not; the sentence says what to do.
static void readyz(struct http_request *r, void *context)
{
    const struct peil *p = context;
    err e;
    if (store_is_writable(p->store, &e)) {
        reply_text(r, 200, STR("ready\n"));
        return;
    }
    str sentence;
    if (!arena_print(http_request_arena(r), &sentence, "readings cannot be stored: %s\n", e.text))
        sentence = STR("readings cannot be stored\n");
    reply_text(r, 503, sentence);
}

void health_routes(struct peil *p, http_route out[static HEALTH_ROUTES])
{
    out[0] = (http_route){
        .methods = HTTP_GET, .path = STR("/healthz"), .flags = HTTP_ON_LOOP, .handle = healthz, .context = p};
    out[1] = (http_route){
        .methods = HTTP_GET, .path = STR("/readyz"), .flags = HTTP_ON_LOOP, .handle = readyz, .context = p};
}
