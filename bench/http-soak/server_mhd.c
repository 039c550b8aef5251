// SPDX-License-Identifier: EUPL-1.2
// server_mhd: the soak test's server on libmicrohttpd: epoll, poll, or one thread per connection.
// Prints its port, runs until its standard input ends.
#include "commit.h"
#include <microhttpd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BODY_MAX = 4096 };

struct exchange {
    struct MHD_Connection *connection;
    size_t length;
    bool is_committed;
    char body[BODY_MAX];
};

static void answer(void *request)
{
    struct exchange *x = request;
    x->is_committed = true;
    MHD_resume_connection(x->connection);
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state)
{
    (void)url, (void)method, (void)version;
    struct exchange *x = *state;
    if (!x) {
        *state = x = calloc(1, sizeof *x);
        if (!x) return MHD_NO;
        x->connection = connection;
        return MHD_YES;
    }
    if (*upload_size) {
        if (x->length + *upload_size > sizeof x->body) return MHD_NO;
        memcpy(x->body + x->length, upload, *upload_size);
        x->length += *upload_size;
        *upload_size = 0;
        return MHD_YES;
    }
    if (!x->is_committed) {
        MHD_suspend_connection(connection);
        commit_add(context, x);
        return MHD_YES;
    }
    struct MHD_Response *r = MHD_create_response_from_buffer(x->length, x->body, MHD_RESPMEM_MUST_COPY);
    const enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, r);
    MHD_destroy_response(r);
    return result;
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why)
{
    (void)context, (void)connection, (void)why;
    free(*state);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "epoll";
    const unsigned threads = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    unsigned flags = MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_INTERNAL_POLLING_THREAD;
    if (!strcmp(mode, "epoll"))
        flags |= MHD_USE_EPOLL;
    else
        flags |= MHD_USE_POLL;
    struct commit *c = commit_start(argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 500, answer);
    struct MHD_Daemon *d = threads > 1 ? MHD_start_daemon(flags, 0, NULL, NULL, handle, c,
                                                          MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
                                                          MHD_OPTION_CONNECTION_LIMIT, 12000u,
                                                          MHD_OPTION_THREAD_POOL_SIZE, threads,
                                                          MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END)
                                       : MHD_start_daemon(flags, 0, NULL, NULL, handle, c,
                                                          MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
                                                          MHD_OPTION_CONNECTION_LIMIT, 12000u,
                                                          MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    if (!d) return 1;
    printf("%u\n", (unsigned)MHD_get_daemon_info(d, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (getchar() != EOF) {}
    commit_stop(c);
    MHD_stop_daemon(d);
    return 0;
}
