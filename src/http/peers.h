// SPDX-License-Identifier: EUPL-1.2
// peers.h: how many connections each address has, for a limit on it.
// An IPv6 client owns a whole /64, so that counts as one address; IPv4 in IPv6 counts as IPv4.
// Threads  any
#ifndef PEIL_HTTP_PEERS_H
#define PEIL_HTTP_PEERS_H

#include "base/str.h"

#include <stdint.h>
#include <sys/socket.h>

enum { PEER_TEXT = 64 };

struct peers;

struct peer_key {
    uint8_t bytes[16];  // IPv4 as ::ffff:a.b.c.d; all zero for a unix socket, which is never limited
};

NODISCARD struct peers *peers_new(size_t most_per_address);
void peers_free(struct peers *p);
bool peers_enter(struct peers *p,
                 const struct peer_key *k);  // false: it has its number already, or no memory
void peers_leave(struct peers *p, const struct peer_key *k);  // once for each that entered

// The key, and the address as text ("127.0.0.1", "2001:db8::1", "unix").
void peer_read(const struct sockaddr_storage *a, struct peer_key *k, char text[static PEER_TEXT]);

#endif
