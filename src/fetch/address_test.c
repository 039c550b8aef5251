// SPDX-License-Identifier: EUPL-1.2
#include "fetch/address.h"

#include "base/test.h"

#include <arpa/inet.h>
#include <string.h>

static bool is_public(const char *text)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) return address_is_public((struct sockaddr *)&v4);
    assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
    return address_is_public((struct sockaddr *)&v6);
}

TEST(addresses_of_the_internet_are_public)
{
    static const char *const open[] = {"1.1.1.1",
                                       "172.15.255.255",
                                       "172.32.0.1",
                                       "192.167.1.1",
                                       "100.63.0.1",
                                       "223.255.255.1",
                                       "2a00:1450:4001:810::200e",
                                       "2002:0101:0101::1",
                                       "::ffff:8.8.8.8",
                                       "64:ff9b::8.8.8.8"};
    for (size_t k = 0; k < sizeof open / sizeof open[0]; k++)
        if (!is_public(open[k])) fail_msg("%s", open[k]);
}

TEST(addresses_of_our_own_network_are_not_however_they_are_written)
{
    static const char *const closed[] = {"0.0.0.0",
                                         "10.1.2.3",
                                         "127.0.0.1",
                                         "127.255.255.255",
                                         "169.254.169.254",
                                         "172.16.0.1",
                                         "172.31.255.255",
                                         "192.168.1.1",
                                         "100.64.0.1",
                                         "224.0.0.1",
                                         "255.255.255.255",
                                         "::",
                                         "::1",
                                         "fe80::1",
                                         "fc00::1",
                                         "fd12:3456::1",
                                         "ff02::1",
                                         "::ffff:127.0.0.1",
                                         "::ffff:10.0.0.1",
                                         "64:ff9b::192.168.1.1",
                                         "2002:7f00:0001::",
                                         "2001:db8::1",
                                         "2001::1",
                                         "::127.0.0.1"};
    for (size_t k = 0; k < sizeof closed / sizeof closed[0]; k++)
        if (is_public(closed[k])) fail_msg("%s", closed[k]);
}

TEST(another_family_is_not_public)
{
    const struct sockaddr unix_like = {.sa_family = AF_UNIX};
    assert_false(address_is_public(&unix_like));
}

RUN(CASE(addresses_of_the_internet_are_public),
    CASE(addresses_of_our_own_network_are_not_however_they_are_written), CASE(another_family_is_not_public))
