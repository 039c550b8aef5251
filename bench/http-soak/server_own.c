// SPDX-License-Identifier: EUPL-1.2 server_own: the soak test's server on peil's own http/server.h. Prints its
// port, runs until its standard input ends.
#include "commit.h"
#include "http/server.h"
#include <stdio.h>
#include <stdlib.h>

static void answer(void *request)
{
    struct http_request *r = request;
    const http_reply_data reply = {
        .status = 200, .content_type = STR("application/json"), .body = http_request_body(r)};
    http_reply(r, &reply);
}

static void handle(struct http_request *r, void *context)
{
    commit_add(context, r);
}

int main(int argc, char **argv)
{
    struct commit *c = commit_start(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 500, answer);
    const http_route routes[] = {{.methods = HTTP_POST | HTTP_GET,
                                  .path = STR("/"),
                                  .flags = HTTP_ON_LOOP | HTTP_PREFIX,
                                  .handle = handle,
                                  .context = c}};
    const http_config config = {.listen = STR("127.0.0.1:0"),
                                .loops = argc > 1 ? strtoul(argv[1], NULL, 10) : 2,
                                .routes = routes,
                                .route_count = 1};
    err e = {0};
    struct http_server *s = http_start(&config, &e);
    if (!s) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    printf("%d\n", http_port(s));
    fflush(stdout);
    while (getchar() != EOF) {}
    http_stop(s, 5);
    commit_stop(c);
    return 0;
}
