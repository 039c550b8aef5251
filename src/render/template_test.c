// SPDX-License-Identifier: EUPL-1.2
#include "render/template.h"

#include "base/test.h"

struct fixture {
    arena *a;
    struct view_maker m;
    struct view *root;
    buf out;
    err e;
};

static struct fixture start(void)
{
    struct fixture f = {.a = arena_new(1 << 20), .out = {.max = 1 << 16}};
    f.m.a = f.a;
    f.root = view_root(&f.m);
    return f;
}

static void end(struct fixture *f)
{
    buf_free(&f->out);
    arena_free(f->a);
}

static str render(struct fixture *f, const char *source)
{
    struct template *t;
    buf_clear(&f->out);
    if (!template_compile(str_of(source), f->a, &t, &f->e)) return str_of(f->e.text);
    template_render(t, f->root, &f->out);
    assert_false(f->out.failed);
    return buf_str(&f->out);
}

TEST(text_is_escaped_and_raw_is_not)
{
    struct fixture f = start();
    view_text(&f.m, f.root, STR("x"), STR("<a href=\"'&'\">"));
    assert_str(render(&f, "[{{x}}] [{{{x}}}]"),
               "[&lt;a href=&quot;&#39;&amp;&#39;&quot;&gt;] [<a href=\"'&'\">]");
    end(&f);
}

TEST(a_list_repeats_its_section_for_each_item)
{
    struct fixture f = start();
    struct view *list = view_list(&f.m, f.root, STR("all"));
    view_text(&f.m, view_object(&f.m, list, (str){0}), STR("n"), STR("1"));
    view_text(&f.m, view_object(&f.m, list, (str){0}), STR("n"), STR("2"));
    assert_str(render(&f, "{{#all}}<{{n}}>{{/all}}"), "<1><2>");
    end(&f);
}

TEST(an_empty_list_shows_only_the_inverted_section)
{
    struct fixture f = start();
    view_list(&f.m, f.root, STR("all"));
    assert_str(render(&f, "{{#all}}some{{/all}}{{^all}}none{{/all}}"), "none");
    end(&f);
}

TEST(an_absent_name_is_empty)
{
    struct fixture f = start();
    assert_str(render(&f, "[{{x}}{{{x}}}{{#x}}y{{/x}}]{{^x}}no{{/x}}"), "[]no");
    end(&f);
}

TEST(a_flag_shows_its_section_once)
{
    struct fixture f = start();
    view_flag(&f.m, f.root, STR("on"), true);
    view_flag(&f.m, f.root, STR("off"), false);
    assert_str(render(&f, "{{#on}}a{{/on}}{{#off}}b{{/off}}{{^off}}c{{/off}}"), "ac");
    end(&f);
}

TEST(a_name_is_looked_up_from_the_inside_outwards)
{
    struct fixture f = start();
    view_text(&f.m, f.root, STR("x"), STR("outer"));
    view_text(&f.m, f.root, STR("y"), STR("far"));
    struct view *o = view_object(&f.m, f.root, STR("o"));
    view_text(&f.m, o, STR("x"), STR("inner"));
    assert_str(render(&f, "{{#o}}{{x}} {{y}}{{/o}} {{x}}"), "inner far outer");
    end(&f);
}

TEST(an_empty_text_inside_hides_the_one_outside)
{
    struct fixture f = start();
    view_text(&f.m, f.root, STR("x"), STR("outer"));
    view_text(&f.m, view_object(&f.m, f.root, STR("o")), STR("x"), (str){0});
    assert_str(render(&f, "{{#o}}[{{x}}]{{/o}}"), "[]");
    end(&f);
}

TEST(numbers_are_written_whole)
{
    struct fixture f = start();
    view_int(&f.m, f.root, STR("n"), INT64_MIN);
    assert_str(render(&f, "{{n}}"), "-9223372036854775808");
    end(&f);
}

TEST(faults_are_named_with_their_place)
{
    struct fixture f = start();
    static const struct {
        const char *source, *text;
        size_t at;
    } faults[] = {
        {"ab{{x", "{{ is not closed", 2},
        {"a{{#x}}b", "{{#x}} is not closed", 8},
        {"{{/x}}", "{{/x}} closes nothing", 0},
        {"{{#x}}{{/y}}", "{{/y}} where {{/x}} should be", 6},
        {"a{{}}", "a name of a-z, 0-9 and _ is expected after {{", 1},
        {"{{x y}}", "a name of a-z, 0-9 and _ is expected after {{", 0},
        {"{{{x}}", "{{ is not closed", 0},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        assert_str(render(&f, faults[i].source), faults[i].text);
        assert_int_equal(f.e.code, ERR_SYNTAX);
        assert_int_equal(f.e.at, faults[i].at);
    }
    end(&f);
}

TEST(sections_nest_sixteen_deep_and_no_deeper)
{
    struct fixture f = start();
    buf source = {.max = 4096};
    for (int i = 0; i < TEMPLATE_DEPTH_MAX; i++) buf_add(&source, STR("{{#x}}"));
    for (int i = 0; i < TEMPLATE_DEPTH_MAX; i++) buf_add(&source, STR("{{/x}}"));
    struct template *t;
    assert_true(template_compile(buf_str(&source), f.a, &t, &f.e));
    buf_clear(&source);
    for (int i = 0; i < TEMPLATE_DEPTH_MAX + 1; i++) buf_add(&source, STR("{{#x}}"));
    assert_false(template_compile(buf_str(&source), f.a, &t, &f.e));
    assert_int_equal(f.e.code, ERR_LIMIT);
    buf_free(&source);
    end(&f);
}

TEST(without_memory_the_maker_says_so_and_nothing_breaks)
{
    struct view_maker m = {.a = arena_new(64)};
    struct view *root = view_root(&m);
    for (int i = 0; i < 100; i++) view_text(&m, view_object(&m, root, STR("o")), STR("x"), STR("y"));
    assert_true(m.failed);
    arena_free(m.a);
}

RUN(CASE(text_is_escaped_and_raw_is_not), CASE(a_list_repeats_its_section_for_each_item),
    CASE(an_empty_list_shows_only_the_inverted_section), CASE(an_absent_name_is_empty),
    CASE(a_flag_shows_its_section_once), CASE(a_name_is_looked_up_from_the_inside_outwards),
    CASE(an_empty_text_inside_hides_the_one_outside), CASE(numbers_are_written_whole),
    CASE(faults_are_named_with_their_place), CASE(sections_nest_sixteen_deep_and_no_deeper),
    CASE(without_memory_the_maker_says_so_and_nothing_breaks))
