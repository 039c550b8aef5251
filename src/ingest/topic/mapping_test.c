// SPDX-License-Identifier: EUPL-1.2
#include "ingest/topic/mapping.h"

#include "base/test.h"

TEST(faults_name_file_and_line)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"# good\na/b /x pm2\n", "map:2: there is no quantity 'pm2'"},
        {"a/b /x\n", "map:1: expected TOPIC VALUE QUANTITY, then a unit and options"},
        {"a/#/b /x pm25\n", "map:1: is no topic filter: 'a/#/b'"},
        {"a/{room}/b /x pm25\n", "map:1: is no topic filter: 'a/{room}/b'"},
        {"a x pm25\n", "map:1: a JSON pointer starts with '/', as in /climate/temp: 'x'"},
        {"a /x~2 pm25\n", "map:1: in a JSON pointer '~' is written ~0 and '/' ~1"},
        {"a /x temperature lx\n", "map:1: temperature: is in lx, not in °C"},
        {"a /x temperature furlong\n", "map:1: is no unit: 'furlong'"},
        {"a /x -\n", "map:1: a value without a quantity needs the Datastream that it goes to: datastream=ID"},
        {"a /x - lx datastream=1\n", "map:1: a value that is taken as it comes has no unit: 'lx'"},
        {"a /x - datastream=zero\n", "map:1: is no id of a Datastream: 'zero'"},
        {"a /x pm25 colour=red\n", "map:1: there is no option 'colour'"},
        {"a /x pm25 device=a ug/m3\n", "map:1: expected an option such as device=NAME, not 'ug/m3'"},
        {"a /x pm25 device=\n", "map:1: is no name of a device: ''"},
        {"a /x pm25 optional=maybe\n", "map:1: optional is yes or no, not 'maybe'"},
        {"a /\xff pm25\n", "map: not a text file in UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mapping *m = NULL;
        err e = {0};
        if (mapping_parse(str_of(cases[i].text), "map", &m, &e)) fail_msg("taken: %s", cases[i].text);
        assert_string_equal(e.text, cases[i].message);
        assert_int_equal(e.code, ERR_CONFIG);
    }
}

TEST(an_empty_file_has_no_rules)
{
    struct mapping *m = NULL;
    err e;
    assert_true(mapping_parse(STR("\n  # nothing\n"), "map", &m, &e));
    assert_int_equal(mapping_rules(m)->count, 0);
    mapping_free(m);
}

TEST(there_is_a_limit)
{
    struct mapping *m = NULL;
    err e;
    buf b = {.max = 1 << 20};
    for (int i = 0; i <= MAPPING_RULES_MAX; i++) buf_print(&b, "a/%d /x pm25\n", i);
    assert_false(mapping_parse(buf_str(&b), "map", &m, &e));
    assert_string_equal(e.text, "map:501: more than 500 rules");
    buf_free(&b);
}

RUN(CASE(faults_name_file_and_line), CASE(an_empty_file_has_no_rules), CASE(there_is_a_limit))
