// SPDX-License-Identifier: EUPL-1.2
// forwarded.h: who a request is from when it came through a proxy. Pure.
//
// Anybody can write X-Forwarded-For, so it counts only when the connection itself comes from an address that the operator
// named; then the last address in it that is none of those is the client, for each proxy adds at the end.
// Units    addresses as in peers.h: IPv4 as ::ffff:a.b.c.d
// Errors   ERR_CONFIG names the entry of the list that is none
// Source   the de facto headers X-Forwarded-For and X-Forwarded-Proto; RFC 7239 section 8 on trust
#ifndef PEIL_HTTP_FORWARDED_H
#define PEIL_HTTP_FORWARDED_H

#include "base/err.h"
#include "http/peers.h"

#define TRUSTED_MAX 32

struct trusted_net {
    struct peer_key key;
    int bits;  // of the 128
};

struct trusted {
    struct trusted_net nets[TRUSTED_MAX];
    size_t count;
};

// "127.0.0.1, ::1, 10.0.0.0/8"; empty: nobody. A unix socket is its owner's proxy with "unix".
NODISCARD bool trusted_read(str list, struct trusted *out, err *e);
bool trusted_has(const struct trusted *t, const struct peer_key *k);
// "203.0.113.7", "203.0.113.7:4711", "[2001:db8::1]:4711", "2001:db8::1"
bool address_read(str text, struct peer_key *out);
bool address_is_loopback(const struct peer_key *k);
// The client named in the header's value, a view into it; empty: none is.
str forwarded_client(const struct trusted *t, str header);

#endif
