// SPDX-License-Identifier: EUPL-1.2
#include "app/setting/setting.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static int arena_setup(void **state)
{
    *state = arena_new((size_t)1 << 20);
    return *state ? 0 : -1;
}

static int arena_teardown(void **state)
{
    arena_free(*state);
    return 0;
}

static void a_file_changes_what_it_names_and_nothing_else(void **state)
{
    struct settings s;
    err e;
    assert_true(settings_parse(STR("# comment\n[http]\nlisten = [::1]:81\n\n[mqtt]\npublish = no\n"),
                               "peil.conf", *state, &s, &e));
    assert_true(str_eq(s.http.listen, STR("[::1]:81")));
    assert_false(s.mqtt.publish);
    assert_int_equal(s.mqtt.port, 1883);
    assert_true(str_eq(s.store.directory, STR("data")));
}

static void an_error_says_line_and_what_was_meant(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"[http]\nlisen = 1", "peil.conf:2: unknown key 'lisen' in [http]; did you mean 'listen'?"},
        {"[htp]\n", "peil.conf:1: unknown section [htp]; did you mean [http]?"},
        {"[mqtt]\n\nport = 70000", "peil.conf:3: 'port' is from 1 to 65535, not 70000"},
        {"[mqtt]\nport = no", "peil.conf:2: 'port' is a whole number, not 'no'"},
        {"[mqtt]\npublish = maybe", "peil.conf:2: 'publish' is yes or no, not 'maybe'"},
        {"listen = 1", "peil.conf:1: 'listen' stands before any [section]"},
        {"[http\n", "peil.conf:1: expected ']' at the end of the section's name"},
        {"[http]\nlisten", "peil.conf:2: expected 'key = value', '[section]' or '# comment'"},
        {"[http]\nlisten = here",
         "peil.conf:2: 'here' is not an address such as 127.0.0.1:8080 or [::1]:8080"},
        {"[http]\nlisten = 127.0.0.1:65536",
         "peil.conf:2: '127.0.0.1:65536' is not an address such as 127.0.0.1:8080 or [::1]:8080"},
        {"[http]\nroot_url = town.nl",
         "peil.conf:2: 'root_url' starts with https:// (or http://), not 'town.nl'"},
        {"[log]\nlevel = loud", "peil.conf:2: 'level' is error, warning, notice, info or debug, not 'loud'"},
        {"\xff", "peil.conf: not a text file in UTF-8"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct settings s;
        err e;
        assert_false(settings_parse(str_of(cases[k].text), "peil.conf", *state, &s, &e));
        assert_int_equal(e.code, ERR_CONFIG);
        assert_string_equal(e.text, cases[k].message);
    }
}

static void the_environment_goes_over_the_defaults_and_flags_over_both(void **state)
{
    setenv("PEIL_HTTP_LISTEN", "127.0.0.1:1", 1);
    setenv("PEIL_STA_PAGE_SIZE", "7", 1);
    const struct override o = {STR("http.listen"), STR("127.0.0.1:2"), STR("--port")};
    struct settings s;
    err e;
    assert_true(settings_load(NULL, &o, 1, *state, &s, &e));
    assert_true(str_eq(s.http.listen, STR("127.0.0.1:2")));
    assert_int_equal(s.sta.page_size, 7);

    setenv("PEIL_STA_PAGE_SIZE", "0", 1);
    assert_false(settings_load(NULL, NULL, 0, *state, &s, &e));
    assert_string_equal(e.text, "environment PEIL_STA_PAGE_SIZE: 'page_size' is from 1 to 100000, not 0");
    unsetenv("PEIL_HTTP_LISTEN");
    unsetenv("PEIL_STA_PAGE_SIZE");
}

// The file that `peil init` puts down must itself be valid, with every line uncommented too.
static void the_file_of_init_reads_back(void **state)
{
    buf b = {.max = 1 << 16};
    settings_write_file(&b);
    assert_false(b.failed);
    struct settings s;
    err e;
    assert_true(settings_parse(buf_str(&b), "peil.conf", *state, &s, &e));
    for (size_t k = 0; k + 1 < b.n; k++)
        if (b.p[k] == '#' && b.p[k + 1] != ' ') b.p[k] = ' ';
    assert_true(settings_parse(buf_str(&b), "peil.conf", *state, &s, &e));
    assert_int_equal(s.http.body_bytes, 1048576);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_changes_what_it_names_and_nothing_else, arena_setup,
                                        arena_teardown),
        cmocka_unit_test_setup_teardown(an_error_says_line_and_what_was_meant, arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(the_environment_goes_over_the_defaults_and_flags_over_both,
                                        arena_setup, arena_teardown),
        cmocka_unit_test_setup_teardown(the_file_of_init_reads_back, arena_setup, arena_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
