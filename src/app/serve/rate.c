// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/rate.h"

#include "http/forwarded.h"
#include "identity/throttle.h"

#include <stdlib.h>

#define KEYS 50000
#define BURST_S 20  // what may come at once: so many seconds' worth

struct rate {
    struct throttle *by_address, *by_token;  // NULL: no limit
};

static bool limit(struct throttle **out, int64_t per_minute)
{
    if (per_minute == 0) return true;
    const double most = (double)per_minute * BURST_S / 60;
    return (*out = throttle_new(KEYS, most < 1 ? 1 : most, TIME_MINUTE / per_minute));
}

struct rate *rate_new(const struct settings *s)
{
    struct rate *r = calloc(1, sizeof *r);
    if (!r) return NULL;
    if (limit(&r->by_address, s->rate.address_per_minute) && limit(&r->by_token, s->rate.token_per_minute))
        return r;
    rate_free(r);
    return NULL;
}

void rate_free(struct rate *r)
{
    if (!r) return;
    throttle_free(r->by_address);
    throttle_free(r->by_token);
    free(r);
}

bool rate_admit(struct rate *limits, const struct http_request *r, int64_t *wait_s)
{
    const str token = http_request_header(r, "Authorization");
    struct throttle *t = token.n ? limits->by_token : limits->by_address;
    struct peer_key address;
    str key = token;
    int64_t wait_us;
    if (!t || http_request_is_local(r)) return true;
    if (!token.n) {
        const str peer = http_request_peer(r);
        static const unsigned char v4[12] = {[10] = 0xff, [11] = 0xff};
        if (!address_read(peer, &address)) return true;  // a unix socket
        const bool is_v4 = str_starts((str){(const char *)address.bytes, 12}, (str){(const char *)v4, 12});
        key = (str){(const char *)address.bytes, is_v4 ? 16 : 8};
    }
    if (throttle_take(t, key, time_monotonic_us(), &wait_us)) return true;
    *wait_s = wait_us / TIME_SECOND + 1;
    return false;
}
