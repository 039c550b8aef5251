// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include "base/test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char seen[2000000];

// What `work` writes to stderr.
static const char *captured(void (*work)(void))
{
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
    work();
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    seen[fread(seen, 1, sizeof seen - 1, file)] = '\0';
    fclose(file);
    return seen;
}

static void write_one(void)
{
    log_info("store opened", "path=%s entities=%d", "/data", 7);
}

TEST(a_line_has_time_level_event_and_pairs)
{
    unsetenv("JOURNAL_STREAM");
    const char *line = captured(write_one);
    assert_int_equal(line[4], '-');
    assert_int_equal(line[10], 'T');
    assert_string_equal(strchr(line, 'Z'), "Z info: store opened path=/data entities=7\n");
}

static void write_without_pairs(void)
{
    log_warning("stopping");
}

TEST(pairs_may_be_left_out)
{
    assert_string_equal(strchr(captured(write_without_pairs), 'Z'), "Z warning: stopping\n");
}

static void write_for_journal(void)
{
    struct stat st;
    char stream[64];
    fstat(STDERR_FILENO, &st);
    snprintf(stream, sizeof stream, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_error("disk full", "path=%s", "/data");
    log_notice("x");
}

TEST(the_journal_gets_levels_and_no_time)
{
    assert_string_equal(captured(write_for_journal), "<3>disk full path=/data\n<5>x\n");
}

TEST(a_redirected_stderr_is_not_the_journal)
{
    setenv("JOURNAL_STREAM", "1:1", 1);
    assert_int_equal(captured(write_one)[4], '-');
    unsetenv("JOURNAL_STREAM");
}

static void write_levels(void)
{
    log_set_level(LOG_WARNING);
    log_info("no");
    log_warning("yes");
    log_set_level(LOG_DEBUG);
    log_debug("also");
    log_set_level(LOG_INFO);
    log_debug("no");
}

TEST(levels_below_the_set_one_are_left_out)
{
    const char *text = captured(write_levels);
    assert_null(strstr(text, "no\n"));
    assert_non_null(strstr(text, "yes\n"));
    assert_non_null(strstr(text, "also\n"));
}

static void write_odd(void)
{
    log_info("odd", "text=%s", "a\nb\tc\x7F");
    static char longer[10000];
    memset(longer, 'x', sizeof longer - 1);
    log_info("long", "text=%s", longer);
}

TEST(an_event_is_one_line_whatever_it_holds)
{
    const char *text = captured(write_odd);
    assert_non_null(strstr(text, "odd text=a b c \n"));
    const char *second = strchr(text, '\n') + 1;
    assert_int_equal(strlen(second), 4001);
    assert_ptr_equal(strchr(second, '\n'), second + 4000);
}

static void *write_many(void *name)
{
    for (int i = 0; i < 2000; i++)
        log_info("many", "a=%s b=%s c=%s", (const char *)name, (const char *)name, (const char *)name);
    return NULL;
}

static void write_from_threads(void)
{
    static char names[4][2] = {"1", "2", "3", "4"};
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, write_many, names[i]);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

TEST(lines_of_threads_do_not_mix)
{
    str rest = str_of(captured(write_from_threads)), line;
    int count = 0;
    while (str_cut(&rest, '\n', &line) && line.n > 0) {
        const char name = line.p[line.n - 1];
        char expected[40];
        snprintf(expected, sizeof expected, " info: many a=%c b=%c c=%c", name, name, name);
        assert_true(str_ends(line, str_of(expected)));
        count++;
    }
    assert_int_equal(count, 8000);
}

TEST(a_quoted_value_is_safe_and_short)
{
    char out[256];
    assert_string_equal(log_quote(out, STR("plain value")), "\"plain value\"");
    assert_string_equal(log_quote(out, STR("a\"b\\c\n")), "\"a\\\"b\\\\c\\x0a\"");
    static char longer[1000];
    memset(longer, '\n', sizeof longer);
    log_quote(out, (str){longer, sizeof longer});
    assert_in_range(strlen(out), 240, 255);
    assert_true(str_ends(str_of(out), STR("...\"")));
}

TEST(levels_have_names)
{
    log_level l;
    assert_true(log_level_parse(STR("debug"), &l));
    assert_int_equal(l, LOG_DEBUG);
    assert_false(log_level_parse(STR("loud"), &l));
}

RUN(CASE(a_line_has_time_level_event_and_pairs), CASE(pairs_may_be_left_out),
    CASE(the_journal_gets_levels_and_no_time), CASE(a_redirected_stderr_is_not_the_journal),
    CASE(levels_below_the_set_one_are_left_out), CASE(an_event_is_one_line_whatever_it_holds),
    CASE(lines_of_threads_do_not_mix), CASE(a_quoted_value_is_safe_and_short), CASE(levels_have_names))
