// SPDX-License-Identifier: EUPL-1.2
#include "model/quantity.h"

#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void every_row_is_whole_and_found_by_key_and_definition(void **state)
{
    (void)state;
    size_t count;
    const struct quantity *all = quantity_all(&count);
    for (size_t i = 0; i < count; i++) {
        const struct quantity *q = &all[i];
        assert_ptr_equal(quantity_by_key(q->key), q);
        assert_ptr_equal(quantity_by_definition(q->definition), q);
        assert_true(q->name_nl.n > 0 && q->name_en.n > 0 && q->ucum.n > 0 && q->unit_name.n > 0);
        assert_true(utf8_is_valid(q->symbol, NULL));
        assert_true(q->least < q->most);
        assert_in_range(q->decimals, 0, 3);
    }
}

static void levels_are_exactly_noise_and_sound(void **state)
{
    (void)state;
    size_t count;
    const struct quantity *all = quantity_all(&count);
    for (size_t i = 0; i < count; i++) {
        const bool is_sound = str_starts(all[i].key, STR("noise_")) || str_starts(all[i].key, STR("sound_"));
        assert_int_equal(all[i].is_level, is_sound);
    }
}

static void ranges_are_those_of_the_ingest_rules(void **state)
{
    (void)state;
    const struct {
        str key;
        str ucum;
        double least, most;
    } rows[] = {
        {STR("pm25"), STR("ug/m3"), 0, 999.9},           {STR("humidity"), STR("%"), 0, 100},
        {STR("temperature"), STR("Cel"), -40, 60},       {STR("pressure"), STR("Pa"), 85000, 108500},
        {STR("noise_laeq"), STR("dB[SPL]{A}"), 20, 130},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct quantity *q = quantity_by_key(rows[i].key);
        assert_non_null(q);
        assert_true(str_eq(q->ucum, rows[i].ucum));
        assert_true(q->least == rows[i].least && q->most == rows[i].most);
    }
}

static void unknown_names_give_nothing(void **state)
{
    (void)state;
    assert_null(quantity_by_key(STR("PM25")));
    assert_null(quantity_by_key(STR("")));
    assert_null(quantity_by_definition(STR("http://example.org/none")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole_and_found_by_key_and_definition),
        cmocka_unit_test(levels_are_exactly_noise_and_sound),
        cmocka_unit_test(ranges_are_those_of_the_ingest_rules),
        cmocka_unit_test(unknown_names_give_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
