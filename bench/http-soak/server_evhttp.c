// SPDX-License-Identifier: EUPL-1.2 server_evhttp: the soak test's server on libevent's evhttp: loops sharing one
// listening socket, answers handed over by a list and one wake-up per loop. Prints its port, runs until its
// standard input ends.
#include "commit.h"
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/thread.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct exchange {
    struct evhttp_request *request;
    struct loop *loop;
    struct exchange *next;
};

struct loop {
    struct event_base *base;
    struct evhttp *http;
    struct event *wake;
    struct commit *commit;
    pthread_t thread;
    int wake_fd;
    _Atomic(struct exchange *) done;
};

static void answer(void *request)
{
    struct exchange *x = request;
    struct loop *l = x->loop;
    x->next = atomic_load(&l->done);
    while (!atomic_compare_exchange_weak(&l->done, &x->next, x)) {}
    if (!x->next) eventfd_write(l->wake_fd, 1);
}

static void on_wake(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct loop *l = context;
    eventfd_t ignored;
    eventfd_read(fd, &ignored);
    for (struct exchange *x = atomic_exchange(&l->done, NULL), *next; x; x = next) {
        next = x->next;
        struct evbuffer *body = evbuffer_new();
        evbuffer_add_buffer(body, evhttp_request_get_input_buffer(x->request));
        evhttp_send_reply(x->request, 200, "OK", body);
        evbuffer_free(body);
        free(x);
    }
}

static void handle(struct evhttp_request *request, void *context)
{
    struct loop *l = context;
    struct exchange *x = calloc(1, sizeof *x);
    if (!x) abort();
    *x = (struct exchange){.request = request, .loop = l};
    commit_add(l->commit, x);
}

static void *run(void *context)
{
    struct loop *l = context;
    event_base_dispatch(l->base);
    return NULL;
}

int main(int argc, char **argv)
{
    const size_t loops = argc > 1 ? strtoul(argv[1], NULL, 10) : 2;
    evthread_use_pthreads();
    struct commit *c = commit_start(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 500, answer);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof a;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) || listen(fd, 4096) ||
        getsockname(fd, (struct sockaddr *)&a, &length))
        return 1;
    struct loop *l = calloc(loops, sizeof *l);
    for (size_t i = 0; l && i < loops; i++) {
        l[i].base = event_base_new();
        l[i].http = evhttp_new(l[i].base);
        l[i].commit = c;
        l[i].wake_fd = eventfd(0, EFD_NONBLOCK);
        l[i].wake = event_new(l[i].base, l[i].wake_fd, EV_READ | EV_PERSIST, on_wake, &l[i]);
        event_add(l[i].wake, NULL);
        evhttp_set_gencb(l[i].http, handle, &l[i]);
        evhttp_set_timeout(l[i].http, 60);
        evhttp_set_max_headers_size(l[i].http, 16384);
        evhttp_set_max_body_size(l[i].http, 1 << 20);
        if (evhttp_accept_socket(l[i].http, fd)) return 1;
        pthread_create(&l[i].thread, NULL, run, &l[i]);
    }
    printf("%u\n", (unsigned)ntohs(a.sin_port));
    fflush(stdout);
    while (getchar() != EOF) {}
    _exit(0);
}
