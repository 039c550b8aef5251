// SPDX-License-Identifier: EUPL-1.2
#include "http/peers.h"

#include "base/queue.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct peer {
    struct peer *next;
    struct peer_key key;
    size_t count;
};

struct peers {
    struct lock *lock;
    size_t most;
    struct peer *buckets[BUCKETS];
};

struct peers *peers_new(size_t most_per_address)
{
    struct peers *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->most = most_per_address;
    p->lock = lock_new();
    if (p->lock) return p;
    free(p);
    return NULL;
}

void peers_free(struct peers *p)
{
    if (!p) return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct peer *at = p->buckets[i], *next; at; at = next) {
            next = at->next;
            free(at);
        }
    lock_free(p->lock);
    free(p);
}

static bool is_unix(const struct peer_key *k)
{
    static const struct peer_key none;
    return memcmp(k, &none, sizeof none) == 0;
}

static bool key_is(const struct peer *p, const struct peer_key *k)
{
    return memcmp(&p->key, k, sizeof *k) == 0;
}

// The link that holds the key's peer, or the empty one at the end of its chain.
static struct peer **find(struct peers *p, const struct peer_key *k)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < sizeof k->bytes; i++) h = (h ^ k->bytes[i]) * 16777619u;
    struct peer **at = &p->buckets[h % BUCKETS];
    while (*at && !key_is(*at, k)) at = &(*at)->next;
    return at;
}

bool peers_enter(struct peers *p, const struct peer_key *k)
{
    if (is_unix(k)) return true;
    lock_take(p->lock);
    struct peer **at = find(p, k);
    if (!*at && (*at = calloc(1, sizeof **at))) (*at)->key = *k;
    const bool may = *at && (*at)->count < p->most;
    if (may) (*at)->count++;
    lock_drop(p->lock);
    return may;
}

void peers_leave(struct peers *p, const struct peer_key *k)
{
    if (is_unix(k)) return;
    lock_take(p->lock);
    struct peer **at = find(p, k), *gone = NULL;
    if (*at && --(*at)->count == 0) {
        gone = *at;
        *at = gone->next;
    }
    lock_drop(p->lock);
    free(gone);
}

static void read_ipv4(const struct in_addr *a, struct peer_key *k, char text[static PEER_TEXT])
{
    k->bytes[10] = k->bytes[11] = 0xff;
    memcpy(k->bytes + 12, a, 4);
    inet_ntop(AF_INET, a, text, PEER_TEXT);
}

static void read_ipv6(const struct in6_addr *a, struct peer_key *k, char text[static PEER_TEXT])
{
    if (IN6_IS_ADDR_V4MAPPED(a)) {
        struct in_addr inner;
        memcpy(&inner, a->s6_addr + 12, 4);
        read_ipv4(&inner, k, text);
        return;
    }
    memcpy(k->bytes, a, 8);
    k->bytes[15] = 1;  // ::/64 is not the all-zero key of a unix socket
    inet_ntop(AF_INET6, a, text, PEER_TEXT);
}

void peer_read(const struct sockaddr_storage *a, struct peer_key *k, char text[static PEER_TEXT])
{
    *k = (struct peer_key){0};
    if (a->ss_family == AF_INET)
        read_ipv4(&((const struct sockaddr_in *)(const void *)a)->sin_addr, k, text);
    else if (a->ss_family == AF_INET6)
        read_ipv6(&((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, k, text);
    else
        snprintf(text, PEER_TEXT, "unix");
}
