// SPDX-License-Identifier: EUPL-1.2
#include "fetch/fetch.h"

#include "fetch/address.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/socket.h>

struct fetcher {
    CURL *curl;
    buf answer;
    bool is_refused;  // an address of our own network stood behind the name
};

struct fetcher *fetcher_new(err *e)
{
    struct fetcher *f = calloc(1, sizeof *f);
    if (f) f->curl = curl_easy_init();
    if (f && f->curl) return f;
    err_no_memory(e);
    free(f);
    return NULL;
}

void fetcher_free(struct fetcher *f)
{
    if (!f) return;
    curl_easy_cleanup(f->curl);
    buf_free(&f->answer);
    free(f);
}

static size_t receive(char *p, size_t size, size_t n, void *context)
{
    buf *b = context;
    buf_add(b, (str){p, size * n});
    return b->failed ? 0 : size * n;  // short: libcurl stops
}

// Asked for each address that a name resolves to, at the moment of connecting: a name that changes its mind gains nothing.
static curl_socket_t open_public(void *context, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)purpose;
    struct fetcher *f = context;
    if (address_is_public(&a->addr)) return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
    f->is_refused = true;
    return CURL_SOCKET_BAD;
}

static int look_at_cancel(void *context, curl_off_t all_in, curl_off_t in, curl_off_t all_out, curl_off_t out)
{
    (void)all_in, (void)in, (void)all_out, (void)out;
    return atomic_load((const atomic_bool *)context);
}

static void options_set(struct fetcher *f, const fetch_request *q, struct curl_slist *headers)
{
    CURL *c = f->curl;
    curl_easy_reset(c);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)(q->timeout_s ? q->timeout_s : 30));
    curl_easy_setopt(c, CURLOPT_URL, q->url);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &f->answer);
    if (q->cancel) {
        curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, look_at_cancel);
        curl_easy_setopt(c, CURLOPT_XFERINFODATA, (void *)(uintptr_t)q->cancel);
    }
    if (q->ca_file && *q->ca_file) curl_easy_setopt(c, CURLOPT_CAINFO, q->ca_file);
    if (q->takes_gzip) curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
    if (q->unix_socket) curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, q->unix_socket);
    if (q->is_public_only) {
        curl_easy_setopt(c, CURLOPT_PROXY, "");
        curl_easy_setopt(c, CURLOPT_FRESH_CONNECT,
                         1L);  // a connection of before was perhaps not held to this
        curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_public);
        curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, f);
    }
    if (q->body.n) {
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, q->body.p);
        curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.n);
    }
}

bool fetch_run(struct fetcher *f, const fetch_request *q, fetch_answer *out, err *e)
{
    struct curl_slist *headers = NULL;
    for (size_t k = 0; q->headers && q->headers[k]; k++) {
        struct curl_slist *longer = curl_slist_append(headers, q->headers[k]);
        if (!longer) {
            curl_slist_free_all(headers);
            return err_no_memory(e);
        }
        headers = longer;
    }
    buf_clear(&f->answer);
    f->is_refused = false;
    f->answer.max = q->answer_max ? q->answer_max : (size_t)1 << 20;
    options_set(f, q, headers);
    const CURLcode code = curl_easy_perform(f->curl);
    curl_slist_free_all(headers);
    if (f->answer.failed)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the answer of %s is larger than %zu bytes", q->url,
                       f->answer.max);
    if (code != CURLE_OK && f->is_refused)
        return err_set(e, ERR_DENIED, ERR_NOWHERE,
                       "%s leads to an address that is not on the public internet", q->url);
    if (code != CURLE_OK)
        return err_set(e, ERR_IO, ERR_NOWHERE, "%s %s: %s", q->method, q->url, curl_easy_strerror(code));
    long status = 0;
    curl_off_t wait_s = 0;
    curl_easy_getinfo(f->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(f->curl, CURLINFO_RETRY_AFTER, &wait_s);
    struct curl_header *etag = NULL;
    (void)curl_easy_header(f->curl, "ETag", 0, CURLH_HEADER, -1, &etag);
    *out = (fetch_answer){.status = (int)status,
                          .retry_after_s = wait_s,
                          .etag = etag ? str_of(etag->value) : (str){0},
                          .body = buf_str(&f->answer)};
    return true;
}
