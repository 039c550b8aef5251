// SPDX-License-Identifier: EUPL-1.2
#include "http/peers.h"

#include "base/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static struct peer_key key_of(const char *address, char text[static PEER_TEXT])
{
    struct sockaddr_storage a = {0};
    struct peer_key k;
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, address, &four.sin_addr) == 1)
        memcpy(&a, &four, sizeof four);
    else if (inet_pton(AF_INET6, address, &six.sin6_addr) == 1)
        memcpy(&a, &six, sizeof six);
    else
        a.ss_family = AF_UNIX;
    peer_read(&a, &k, text);
    return k;
}

static bool enter(struct peers *p, const char *address)
{
    char text[PEER_TEXT];
    const struct peer_key k = key_of(address, text);
    return peers_enter(p, &k);
}

TEST(an_address_is_shown_as_people_write_it)
{
    char text[PEER_TEXT];
    key_of("192.0.2.7", text);
    assert_str(str_of(text), "192.0.2.7");
    key_of("::ffff:192.0.2.7", text);
    assert_str(str_of(text), "192.0.2.7");
    key_of("2001:db8::1", text);
    assert_str(str_of(text), "2001:db8::1");
    key_of("/run/peil", text);
    assert_str(str_of(text), "unix");
}

TEST(each_address_has_its_own_number)
{
    struct peers *p = peers_new(2);
    assert_true(enter(p, "192.0.2.1") && enter(p, "192.0.2.1"));
    assert_false(enter(p, "192.0.2.1"));
    assert_false(enter(p, "::ffff:192.0.2.1"));
    assert_true(enter(p, "192.0.2.2"));
    peers_free(p);
}

TEST(who_leaves_makes_room)
{
    char text[PEER_TEXT];
    struct peers *p = peers_new(1);
    const struct peer_key k = key_of("192.0.2.1", text);
    for (int i = 0; i < 3; i++) {
        assert_true(peers_enter(p, &k));
        assert_false(peers_enter(p, &k));
        peers_leave(p, &k);
    }
    peers_free(p);
}

TEST(a_whole_ipv6_network_is_one_address)
{
    struct peers *p = peers_new(1);
    assert_true(enter(p, "2001:db8::1"));
    assert_false(enter(p, "2001:db8::ffff:2"));
    assert_true(enter(p, "2001:db8:0:1::1"));
    assert_true(enter(p, "::1"));
    assert_false(enter(p, "::1"));
    peers_free(p);
}

TEST(a_unix_socket_is_not_limited)
{
    struct peers *p = peers_new(1);
    assert_true(enter(p, "unix") && enter(p, "unix"));
    peers_free(p);
}

RUN(CASE(an_address_is_shown_as_people_write_it), CASE(each_address_has_its_own_number),
    CASE(who_leaves_makes_room), CASE(a_whole_ipv6_network_is_one_address),
    CASE(a_unix_socket_is_not_limited))
