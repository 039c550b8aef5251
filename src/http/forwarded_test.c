// SPDX-License-Identifier: EUPL-1.2
#include "base/test.h"
#include "http/forwarded.h"

static struct trusted trusted_of(str list)
{
    struct trusted t;
    err e;
    if (!trusted_read(list, &t, &e)) fail_msg("%s", e.text);
    return t;
}

static bool has(const struct trusted *t, str address)
{
    struct peer_key k;
    assert_true(address_read(address, &k));
    return trusted_has(t, &k);
}

static void a_list_names_addresses_and_networks(void **state)
{
    (void)state;
    const struct trusted t = trusted_of(STR("127.0.0.1, ::1,10.20.0.0/15 ,2001:db8::/33"));
    assert_true(has(&t, STR("127.0.0.1")));
    assert_false(has(&t, STR("127.0.0.2")));
    assert_true(has(&t, STR("[::1]:80")));
    assert_true(has(&t, STR("10.21.255.255:9")));
    assert_false(has(&t, STR("10.22.0.0")));
    assert_true(has(&t, STR("2001:db8:7fff::1")));
    assert_false(has(&t, STR("2001:db8:8000::1")));
    assert_true(has(&t, STR("::ffff:127.0.0.1")));  // IPv4 however it is written
    assert_false(has(&(struct trusted){0}, STR("127.0.0.1")));
}

static void a_list_with_something_else_is_refused(void **state)
{
    (void)state;
    static const char *const lists[] = {"localhost", "10.0.0.0/33", "10.0.0.0/x",
                                        "10.0.0.0/", "1.2.3",       "::1/129"};
    struct trusted t;
    err e;
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++) {
        assert_false(trusted_read(str_of(lists[k]), &t, &e));
        assert_int_equal(e.code, ERR_CONFIG);
    }
}

static void the_client_is_the_last_who_is_no_proxy(void **state)
{
    (void)state;
    const struct trusted t = trusted_of(STR("10.0.0.0/8"));
    static const struct {
        str header, client;
    } rows[] = {
        {STR("203.0.113.7"), STR("203.0.113.7")},
        {STR("198.51.100.1, 203.0.113.7"), STR("203.0.113.7")},  // the first is what the client made up
        {STR("203.0.113.7, 10.1.2.3"), STR("203.0.113.7")},
        {STR("10.9.9.9, 10.1.2.3"), STR("10.9.9.9")},  // inside the town
        {STR("[2001:db8::1]:4711"), STR("2001:db8::1")},
        {STR("203.0.113.7:99"), STR("203.0.113.7")},
        {STR("203.0.113.7, unknown"), {0}},
        {STR("203.0.113.7, unknown, 10.1.1.1"), STR("10.1.1.1")},
        {{0}, {0}},
        {STR(","), {0}},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        const str got = forwarded_client(&t, rows[k].header);
        if (!str_eq(got, rows[k].client)) fail_msg("row %zu: '%.*s'", k, STR_ARG(got));
    }
}

static void loopback_is_127_and_one(void **state)
{
    (void)state;
    struct peer_key k;
    assert_true(address_read(STR("127.8.8.8"), &k) && address_is_loopback(&k));
    assert_true(address_read(STR("::1"), &k) && address_is_loopback(&k));
    assert_true(address_read(STR("128.0.0.1"), &k) && !address_is_loopback(&k));
    assert_true(address_read(STR("::2"), &k) && !address_is_loopback(&k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_names_addresses_and_networks),
        cmocka_unit_test(a_list_with_something_else_is_refused),
        cmocka_unit_test(the_client_is_the_last_who_is_no_proxy),
        cmocka_unit_test(loopback_is_127_and_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
