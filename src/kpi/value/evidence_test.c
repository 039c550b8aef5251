// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/evidence.h"

#include "base/test.h"
#include "base/utf8.h"
#include "kpi/testing.h"

#include <stdlib.h>
#include <string.h>

static struct testing t;

static int before(void **state)
{
    (void)state;
    testing_start(&t);
    return 0;
}

static int after(void **state)
{
    (void)state;
    testing_end(&t);
    return 0;
}

static void expect_name(const char *given, size_t n, const char *expected)
{
    err e;
    str name;
    assert_true(kpi_evidence_name((str){given, n}, t.a, &name, &e));
    if (!str_eq(name, str_of(expected))) fail_msg("'%.*s' for '%s'", STR_ARG(name), expected);
}
#define NAME(given, expected) expect_name(given, sizeof(given) - 1, expected)

TEST(a_hostile_name_becomes_a_harmless_one)
{
    NAME("telling januari.pdf", "telling januari.pdf");
    NAME("../../etc/passwd", "passwd");
    NAME("C:\\Users\\anna\\brief.docx", "brief.docx");
    NAME("..", "bestand");
    NAME("...htaccess", "htaccess");
    NAME("a\r\nSet-Cookie: x.csv", "aSet-Cookie: x.csv");
    NAME("x\";filename=\"y.exe", "x;filename=y.exe");
    NAME("<script>.txt", "script.txt");
    NAME("rapport\xe2\x80\xae"
         "fdp.exe",
         "rapportfdp.exe");  // U+202E turns the rest round
    NAME("nul\0byte.txt", "nulbyte.txt");
    NAME("\xff\xfe.pdf", "bestand");
    NAME("", "bestand");
    NAME("café €.pdf", "café €.pdf");
}

TEST(a_long_name_keeps_its_end_and_whole_characters)
{
    char long_name[1001];
    err e;
    str name;
    for (size_t i = 0; i < 996; i += 2) memcpy(long_name + i, "\xc3\xa9", 2);
    memcpy(long_name + 996, ".pdf", 4);
    assert_true(kpi_evidence_name((str){long_name, 1000}, t.a, &name, &e));
    size_t bad;
    assert_true(name.n <= KPI_EVIDENCE_NAME_MAX && name.n > 100 && str_ends(name, STR("\xc3\xa9.pdf")));
    assert_true(utf8_is_valid(name, &bad));
}

static err_code fault_of(str name, str bytes)
{
    err e = {0};
    return kpi_evidence_check(name, bytes, &e) ? ERR_NONE : e.code;
}

TEST(only_documents_pictures_and_tables_that_begin_as_their_kind_come_in)
{
    assert_int_equal(fault_of(STR("a.PDF"), STR("%PDF-1.7 ...")), ERR_NONE);
    assert_int_equal(fault_of(STR("a.csv"), STR("meters;400\n")), ERR_NONE);
    assert_int_equal(fault_of(STR("a.pdf"), STR("<html>")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("a.png"), STR("GIF89a")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("a.html"), STR("<html>")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("a.svg"), STR("<svg>")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("a.pdf.exe"), STR("MZ")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("pdf"), STR("%PDF-")), ERR_MEDIA);
    assert_int_equal(fault_of(STR("a.csv"), (str){0}), ERR_MISSING);
    char *large = calloc(1, KPI_EVIDENCE_BYTES_MAX + 1);
    assert_int_equal(fault_of(STR("a.csv"), (str){large, KPI_EVIDENCE_BYTES_MAX}), ERR_NONE);
    assert_int_equal(fault_of(STR("a.csv"), (str){large, KPI_EVIDENCE_BYTES_MAX + 1}), ERR_LIMIT);
    free(large);
}

RUN_WITH(before, after, CASE(a_hostile_name_becomes_a_harmless_one),
         CASE(a_long_name_keeps_its_end_and_whole_characters),
         CASE(only_documents_pictures_and_tables_that_begin_as_their_kind_come_in))
