// SPDX-License-Identifier: EUPL-1.2
#include "fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

// clang-format off
static const struct { uint32_t net; int bits; } closed4[] = {
    {0x00000000, 8},   // this host
    {0x0a000000, 8},   // private
    {0x64400000, 10},  // carrier-grade NAT
    {0x7f000000, 8},   // loopback
    {0xa9fe0000, 16},  // link-local, clouds' metadata
    {0xac100000, 12},  // private
    {0xc0000000, 24},  // protocol assignments
    {0xc0000200, 24},  // documentation
    {0xc0586300, 24},  // 6to4 relays
    {0xc0a80000, 16},  // private
    {0xc6120000, 15},  // benchmarks
    {0xc6336400, 24},  // documentation
    {0xcb007100, 24},  // documentation
    {0xe0000000, 3},   // multicast, reserved, broadcast
};
// clang-format on

static bool is_public4(uint32_t address)
{
    for (size_t k = 0; k < sizeof closed4 / sizeof closed4[0]; k++)
        if ((address ^ closed4[k].net) >> (32 - closed4[k].bits) == 0) return false;
    return true;
}

static uint32_t word_of(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

// Only 2000::/3 is given out; in it stand forms that carry an IPv4 address, which then decides, and some that lead nowhere.
static bool is_public6(const unsigned char a[16])
{
    static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    static const unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0) return is_public4(word_of(a + 12));
    if ((a[0] & 0xe0) != 0x20) return false;
    const uint32_t head = word_of(a);
    if (head >> 16 == 0x2002) return is_public4(word_of(a + 2));  // 6to4
    return head >> 9 != 0x20010000 >> 9 && head != 0x20010db8;    // protocol assignments, documentation
}

bool address_is_public(const struct sockaddr *a)
{
    if (a->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, a, sizeof v4);
        return is_public4(ntohl(v4.sin_addr.s_addr));
    }
    if (a->sa_family != AF_INET6) return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, a, sizeof v6);
    return is_public6(v6.sin6_addr.s6_addr);
}
