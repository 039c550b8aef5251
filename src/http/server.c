// SPDX-License-Identifier: EUPL-1.2
#include "http/core.h"
#include "http/meter.h"

#include "base/log.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OWN_DESCRIPTORS = 256 };  // store, sockets to the broker, logs

static size_t or_default(size_t value, size_t otherwise)
{
    return value ? value : otherwise;
}

static int seconds_or(int value, int otherwise)
{
    return value > 0 ? value : otherwise;
}

static void fill_defaults(http_config *c)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    c->loops = or_default(c->loops, cores > 0 ? (size_t)cores : 1);
    c->workers = or_default(c->workers, 4);
    c->worker_queue = or_default(c->worker_queue, 1024);
    c->connections_max = or_default(c->connections_max, 12000);
    c->header_bytes_max = or_default(c->header_bytes_max, 16384);
    if (c->header_bytes_max > HEAD_BYTES_LIMIT) c->header_bytes_max = HEAD_BYTES_LIMIT;
    c->body_bytes_max = or_default(c->body_bytes_max, 1 << 20);
    c->idle_timeout_s = seconds_or(c->idle_timeout_s, 60);
    c->request_timeout_s = seconds_or(c->request_timeout_s, 20);
    c->write_timeout_s = seconds_or(c->write_timeout_s, 30);
}

// Each connection is a descriptor: ask the system for that many, and promise no more than it gives.
static void fit_descriptors(http_config *c)
{
    struct rlimit l;
    const rlim_t wanted = c->connections_max + OWN_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &l) || l.rlim_cur >= wanted) return;
    const rlim_t had = l.rlim_cur;
    l.rlim_cur = l.rlim_max < wanted ? l.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &l)) l.rlim_cur = had;
    if (l.rlim_cur >= wanted) return;
    c->connections_max = l.rlim_cur > 2 * OWN_DESCRIPTORS ? l.rlim_cur - OWN_DESCRIPTORS : l.rlim_cur / 2;
    log_warning("fewer connections than configured", "connections=%zu reason=\"limit on open files\"",
                c->connections_max);
}

void server_release(struct http_server *s)
{
    if (atomic_fetch_sub(&s->holders, 1) != 1) return;
    for (size_t i = 0; i < s->loops_started; i++) loop_free(&s->loops[i]);
    compressors_free(s->compressors);
    peers_free(s->peers);
    tls_bay_free(s->tls);
    free(s->loops);
    free(s);
}

static void work(void *item, void *context)
{
    struct http_server *s = context;
    struct http_request *r = item;
    if (r->stream) {
        stream_pull(r);
        return;
    }
    atomic_fetch_sub(&s->waiting, 1);
    if (r->late_handler)
        r->late_handler(r, r->late_context);
    else
        r->route->handle(r, r->route->context);
}

bool server_submit(struct http_server *s, struct http_request *r)
{
    // The pool has a place for each connection besides, so that a stream under way is never refused its next piece.
    if (atomic_fetch_add(&s->waiting, 1) < s->config.worker_queue && workers_submit(s->workers, r))
        return true;
    atomic_fetch_sub(&s->waiting, 1);
    return false;
}

bool http_hand_over(struct http_request *r, http_handler handle, void *context)
{
    r->late_handler = handle;
    r->late_context = context;
    return server_submit(r->conn->loop->server, r);
}

static bool start_parts(struct http_server *s, err *e)
{
    const http_config *c = &s->config;
    s->loops = calloc(c->loops, sizeof *s->loops);
    s->compressors = compressors_new(c->workers + c->loops);
    s->workers = workers_new("peil-worker", c->workers, c->worker_queue + c->connections_max, work, s);
    if (c->connections_per_address_max) s->peers = peers_new(c->connections_per_address_max);
    if (!s->loops || !s->compressors || !s->workers || (c->connections_per_address_max && !s->peers))
        return err_no_memory(e);
    if (!listener_open(&s->listener, s, e)) return false;
    for (; s->loops_started < c->loops; s->loops_started++)
        if (!loop_start(&s->loops[s->loops_started], s, e)) return false;
    return listener_start(&s->listener, e);
}

static bool start_tls(struct http_server *s, err *e)
{
    const http_config *c = &s->config;
    if (!c->tls_cert_file.n && !c->tls_key_file.n) return true;
    return (s->tls = tls_bay_new(c->tls_cert_file, c->tls_key_file, c->tls_asks_certificate, e));
}

bool http_reload_certificate(struct http_server *s, err *e)
{
    return !s->tls || tls_bay_reload(s->tls, e);
}

bool http_certificate_check(str cert_file, str key_file, err *e)
{
    return tls_check(cert_file, key_file, e);
}

struct http_server *http_start(const http_config *c, err *e)
{
    struct http_server *s = calloc(1, sizeof *s);
    if (!s) {
        err_no_memory(e);
        return NULL;
    }
    s->config = *c;
    s->listener.fd = -1;
    atomic_init(&s->holders, 1);
    fill_defaults(&s->config);
    fit_descriptors(&s->config);
    s->none_route = c->not_found ? (http_route){.handle = c->not_found, .context = c->context}
                                 : (http_route){.handle = answer_none, .flags = HTTP_ON_LOOP};
    s->method_route = (http_route){.handle = answer_method, .flags = HTTP_ON_LOOP};
    s->options_route = (http_route){.handle = answer_options, .flags = HTTP_ON_LOOP};
    if (c->metrics) meter_register(c->metrics);
    if (trusted_read(c->trusted_proxies, &s->trusted, e) && start_tls(s, e) && start_parts(s, e)) return s;
    http_stop(s, 0);
    return NULL;
}

bool http_proxies_check(str list, err *e)
{
    struct trusted ignored;
    return trusted_read(list, &ignored, e);
}

int http_port(const struct http_server *s)
{
    return s->port;
}

void http_stop(struct http_server *s, int grace_s)
{
    if (!s) return;
    atomic_store(&s->grace_s, grace_s);
    atomic_store(&s->is_stopping, true);
    for (size_t i = 0; i < s->loops_started; i++) loop_stop(&s->loops[i]);
    for (size_t i = 0; i < s->loops_started; i++) loop_join(&s->loops[i]);
    listener_close(&s->listener);  // when no loop was started
    workers_stop(s->workers);
    s->workers = NULL;
    server_release(s);
}
