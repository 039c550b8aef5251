// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/form.h"

#include "base/buf.h"
#include "base/test.h"

#define MULTI STR("multipart/form-data; boundary=b")

static arena *a;

static int before(void **state)
{
    (void)state;
    a = arena_new(4 << 20);
    return !a;
}

static int after(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static struct form must_read(str type, str body)
{
    struct form f;
    err e = {0};
    if (!form_read(type, body, a, &f, &e)) fail_msg("%s", e.text);
    return f;
}

static err_code fault_of(str type, str body)
{
    struct form f;
    err e = {0};
    assert_false(form_read(type, body, a, &f, &e));
    return e.code;
}

TEST(fields_come_encoded_or_as_parts_and_read_the_same)
{
    const struct form plain = must_read(STR("application/x-www-form-urlencoded; charset=UTF-8"),
                                        STR("waarde=24%2C5&bron=een+brief&leeg=")),
                      parts = must_read(
                          MULTI,
                          STR("--b\r\nContent-Disposition: form-data; name=\"waarde\"\r\n\r\n24,5\r\n"
                              "--b\r\nContent-Disposition: form-data; name=\"bron\"\r\n\r\neen brief\r\n"
                              "--b\r\nContent-Disposition: form-data; name=\"leeg\"\r\n\r\n\r\n--b--\r\n"));
    for (size_t i = 0; i < 2; i++) {
        const struct form *f = i ? &parts : &plain;
        assert_int_equal(f->count, 3);
        assert_int_equal(f->file_count, 0);
        assert_true(str_eq(form_text(f, STR("waarde")), STR("24,5")));
        assert_true(str_eq(form_text(f, STR("bron")), STR("een brief")));
        assert_false(form_flag(f, STR("leeg")));
    }
}

TEST(files_are_bytes_and_those_not_chosen_are_none)
{
    static const char body[] =
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.pdf\"\r\nContent-Type: "
        "application/pdf\r\n\r\n"
        "%PDF\0\r\n--c\r\n\r\n\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\n\r\n\r\n"
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../x\"\r\n\r\n\r\n--b--";
    const struct form f = must_read(MULTI, (str){body, sizeof body - 1});
    assert_int_equal(f.file_count, 2);
    assert_true(str_eq(f.files[0].bytes, (str){"%PDF\0\r\n--c\r\n\r\n", 14}));
    assert_true(str_eq(f.files[0].filename, STR("a.pdf")));
    assert_true(str_eq(f.files[1].filename, STR("../../x")));  // whoever keeps it cleans it
    assert_int_equal(f.files[1].bytes.n, 0);
}

TEST(too_many_or_broken_is_an_error)
{
    buf b = {.max = 1 << 20};
    assert_int_equal(fault_of(STR("text/plain"), STR("a=b")), ERR_MEDIA);
    assert_int_equal(fault_of(MULTI, STR("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ncut off")),
                     ERR_SYNTAX);
    assert_int_equal(fault_of(MULTI, STR("--b\r\nX: y\r\n\r\nv\r\n--b--")), ERR_SYNTAX);
    assert_int_equal(fault_of(STR("multipart/form-data"), STR("--b--")), ERR_MISSING);
    for (int i = 0; i <= FORM_FILES_MAX; i++)
        BUF_LIT(&b, "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\n.\r\n");
    BUF_LIT(&b, "--b--");
    assert_int_equal(fault_of(MULTI, buf_str(&b)), ERR_LIMIT);
    buf_clear(&b);
    for (int i = 0; i <= FORM_FIELDS_MAX; i++)
        BUF_LIT(&b, "--b\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n.\r\n");
    BUF_LIT(&b, "--b--");
    assert_int_equal(fault_of(MULTI, buf_str(&b)), ERR_LIMIT);
    buf_free(&b);
}

RUN_WITH(before, after, CASE(fields_come_encoded_or_as_parts_and_read_the_same),
         CASE(files_are_bytes_and_those_not_chosen_are_none), CASE(too_many_or_broken_is_an_error))
