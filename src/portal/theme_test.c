// SPDX-License-Identifier: EUPL-1.2
#include "portal/theme.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>

#define TOKENS                                                                                       \
    "{\"light\":{\"brand\":\"#0b5566\",\"brand-ink\":\"#ffffff\",\"ink\":\"#14292f\",\"ground\":\"#" \
    "f4f6f4\"},"                                                                                     \
    "\"dark\":{\"brand\":\"#12323c\",\"brand-ink\":\"#ffffff\"}}"

struct fixture {
    char directory[TEST_DIRECTORY_MAX], path[80];
    arena *a;
    json *tokens;
    struct theme theme;
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

static bool load(struct fixture *f, const char *text)
{
    *f = (struct fixture){.a = arena_new(1 << 20)};
    test_directory_make(f->directory);
    put(f, "theme.json", text);
    put(f, "logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    snprintf(f->path, sizeof f->path, "%s/theme.json", f->directory);
    assert_true(json_parse(STR(TOKENS), f->a, &f->tokens, &f->e));
    return theme_load(f->path, f->tokens, f->a, &f->theme, &f->e);
}

static void end(struct fixture *f)
{
    test_directory_remove(f->directory);
    arena_free(f->a);
}

static void assert_fault(const char *text, const char *part)
{
    struct fixture f;
    size_t at;
    assert_false(load(&f, text));
    assert_int_equal(f.e.code, ERR_CONFIG);
    if (!str_find(str_of(f.e.text), str_of(part), &at)) fail_msg("'%s' is not in: %s", part, f.e.text);
    end(&f);
}

TEST(name_logo_colours_and_contact_come_from_one_file)
{
    struct fixture f;
    assert_true(load(&f,
                     "{\"name\":\"Delft\",\"logo\":\"logo.svg\",\"light\":{\"brand\":\"#003366\"},"
                     "\"dark\":{\"brand\":\"#102030\"},\"contact\":{\"email\":\"meten@delft.example\"}}"));
    assert_str(f.theme.town, "Delft");
    assert_str(f.theme.css,
               ":root{--brand:#003366;}@media (prefers-color-scheme:dark){:root{--brand:#102030;}}");
    assert_str(f.theme.brand_light, "#003366");
    assert_str(f.theme.logo_type, "image/svg+xml");
    assert_true(str_starts(f.theme.logo_path, STR("/theme/")) && str_ends(f.theme.logo_path, STR(".svg")));
    assert_true(str_ends(f.theme.css_path, STR(".css")));
    assert_str(f.theme.contact.email, "meten@delft.example");
    end(&f);
}

TEST(without_a_file_the_standing_colours_hold)
{
    struct fixture f;
    assert_true(load(&f, "{}"));
    assert_true(theme_load("", f.tokens, f.a, &f.theme, &f.e));
    assert_str(f.theme.brand_dark, "#12323c");
    assert_int_equal(f.theme.css.n, 0);
    assert_int_equal(f.theme.css_path.n, 0);
    end(&f);
}

// White on #777777 has 4.48 (a well-known near miss), on #767676 4.54.
TEST(a_text_that_cannot_be_read_is_refused_with_its_contrast)
{
    assert_fault("{\"light\":{\"brand\":\"#777777\"}}", "'brand-ink' on 'brand' has a contrast of 4.48");
    struct fixture f;
    assert_true(load(&f, "{\"light\":{\"brand\":\"#767676\"}}"));
    end(&f);
    assert_fault("{\"light\":{\"ground\":\"#30404a\"}}", "'ink' on 'ground'");
}

TEST(what_is_wrong_is_named)
{
    assert_fault("{\"colours\":{}}", "colours: not known");
    assert_fault("{\"light\":{\"brnd\":\"#003366\"}}", "brnd: there is no such colour");
    assert_fault("{\"light\":{\"brand\":\"red;}body{display:none\"}}", "brand: a colour is written as");
    assert_fault("{\"logo\":\"../secret.svg\"}", "logo: the name of an .svg or .png");
    assert_fault("{\"logo\":\"no-such.svg\"}", "no-such.svg");
    assert_fault("{\"contact\":{\"website\":\"javascript:alert(1)\"}}",
                 "website: an address starts with https://");
    assert_fault("{\"name\":", "theme.json");
}

RUN(CASE(name_logo_colours_and_contact_come_from_one_file), CASE(without_a_file_the_standing_colours_hold),
    CASE(a_text_that_cannot_be_read_is_refused_with_its_contrast), CASE(what_is_wrong_is_named))
