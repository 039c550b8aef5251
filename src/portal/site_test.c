// SPDX-License-Identifier: EUPL-1.2
#include "portal/site.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>

struct fixture {
    char directory[TEST_DIRECTORY_MAX];
    arena *a;
    struct site *site;
    err e;
};

static void put(struct fixture *f, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->directory, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static struct fixture start(const char *manifest)
{
    struct fixture f = {.a = arena_new(1 << 20)};
    test_directory_make(f.directory);
    put(&f, "manifest.json", manifest);
    put(&f, "words.nl.json", "{\"a\":\"een\"}");
    put(&f, "words.en.json", "{\"a\":\"one\"}");
    put(&f, "home.html", "<p>{{x}}</p>");
    put(&f, "bad.html", "{{#x}}");
    return f;
}

static void end(struct fixture *f)
{
    test_directory_remove(f->directory);
    arena_free(f->a);
}

#define PAGE(file, language) \
    "{\"pages\":[{\"name\":\"home\",\"language\":\"" language "\",\"path\":\"/\",\"file\":\"" file "\"}]}"

TEST(templates_and_texts_are_found_by_name_and_language)
{
    struct fixture f = start(PAGE("home.html", "nl"));
    assert_true(site_load(f.directory, f.a, &f.site, &f.e));
    assert_non_null(site_page_find(f.site, STR("home"), LANGUAGE_NL));
    assert_null(site_page_find(f.site, STR("home"), LANGUAGE_EN));
    assert_str(words_get(f.site->words[LANGUAGE_EN], STR("a")), "one");
    end(&f);
}

static void assert_fault(const char *manifest, const char *part)
{
    struct fixture f = start(manifest);
    size_t at;
    assert_false(site_load(f.directory, f.a, &f.site, &f.e));
    if (!str_find(str_of(f.e.text), str_of(part), &at)) {
        print_error("'%s' does not say '%s'\n", f.e.text, part);
        fail();
    }
    end(&f);
}

TEST(faults_name_the_file)
{
    assert_fault("{", "manifest.json");
    assert_fault("{}", "pages");
    assert_fault(PAGE("gone.html", "nl"), "gone.html");
    assert_fault(PAGE("bad.html", "nl"), "bad.html: {{#x}} is not closed");
    assert_fault(PAGE("home.html", "fy"), "language 'fy' is not known");
    assert_fault(PAGE("../home.html", "nl"), "leads outside");
    assert_fault(PAGE("/etc/passwd", "nl"), "leads outside");
}

TEST(a_missing_directory_is_a_fault_of_the_settings)
{
    arena *a = arena_new(1 << 20);
    struct site *s;
    err e;
    assert_false(site_load("/tmp/there/is/no/such/place", a, &s, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    arena_free(a);
}

RUN(CASE(templates_and_texts_are_found_by_name_and_language), CASE(faults_name_the_file),
    CASE(a_missing_directory_is_a_fault_of_the_settings))
