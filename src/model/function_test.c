// SPDX-License-Identifier: EUPL-1.2
#include "model/query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void every_function_has_a_name_and_sensible_arguments(void **state)
{
    (void)state;
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        const struct function *f = function_of((function_id)i);
        assert_true(f->name.n > 0);
        assert_in_range(f->args_min, 0, QUERY_ARGS_MAX);
        assert_in_range(f->args_max, f->args_min, QUERY_ARGS_MAX);
    }
}

static void every_function_is_found_by_its_name(void **state)
{
    (void)state;
    for (int i = FN_SUBSTRINGOF; i < FUNCTION_COUNT; i++) {
        function_id found;
        assert_true(function_by_name(function_of((function_id)i)->name, &found));
        assert_int_equal(found, i);
    }
}

static void operators_and_unknown_names_are_no_functions(void **state)
{
    (void)state;
    function_id found;
    assert_false(function_by_name(STR("eq"), &found));
    assert_false(function_by_name(STR("-"), &found));
    assert_false(function_by_name(STR("Contains"), &found));
    assert_false(function_by_name(STR(""), &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_function_has_a_name_and_sensible_arguments),
        cmocka_unit_test(every_function_is_found_by_its_name),
        cmocka_unit_test(operators_and_unknown_names_are_no_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
