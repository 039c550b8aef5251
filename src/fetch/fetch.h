// SPDX-License-Identifier: EUPL-1.2
// fetch.h: HTTP client, on libcurl. http and https only; no redirects; total timeout.
// Threads  a fetcher belongs to one thread; it keeps its connection open between requests
// Errors   ERR_IO (not reached, timed out, cut), ERR_LIMIT (answer larger than asked for), ERR_DENIED (address not public). Any HTTP status is a success here.
#ifndef PEIL_FETCH_FETCH_H
#define PEIL_FETCH_FETCH_H

#include "base/buf.h"
#include "base/err.h"

#include <stdatomic.h>

struct fetcher;

typedef struct {
    const char *method;  // "GET"
    const char *url;
    const char *unix_socket;     // path; NULL: TCP
    const char *const *headers;  // "Name: value", NULL-terminated; NULL: none
    str body;                    // empty: none
    int timeout_s;               // 0: 30
    size_t answer_max;           // 0: 1 MiB
    // The URL is a stranger's: only addresses of the public internet (fetch/address.h) are connected to, whatever a name
    // resolves to, and no proxy that the environment names is used.
    bool is_public_only;
    const atomic_bool *cancel;  // looked at each second: true ends the request with ERR_IO; NULL: never
    const char *ca_file;  // PEM, what the server's certificate is checked against; NULL or "": the system's
    bool takes_gzip;      // the answer may come compressed; answer_max is of what it unfolds to
} fetch_request;

typedef struct {
    int status;
    int64_t retry_after_s;  // what a Retry-After header asks for; 0: nothing
    str etag;               // as sent; empty: none. Valid as body
    str body;               // valid until the fetcher's next use
} fetch_answer;

NODISCARD struct fetcher *fetcher_new(err *e);
void fetcher_free(struct fetcher *f);
NODISCARD bool fetch_run(struct fetcher *f, const fetch_request *q, fetch_answer *out, err *e);

#endif
