// SPDX-License-Identifier: EUPL-1.2
#include "base/metrics.h"

#include "base/test.h"

#include <stdlib.h>
#include <string.h>

static bool has(const buf *b, const char *text)
{
    size_t at;
    if (str_find(buf_str(b), str_of(text), &at)) return true;
    print_error("missing: %s\nin:\n%.*s\n", text, STR_ARG(buf_str(b)));
    return false;
}

static size_t count(const buf *b, const char *text)
{
    str rest = buf_str(b);
    size_t n = 0, at;
    for (; str_find(rest, str_of(text), &at); n++) rest = str_slice(rest, at + 1, rest.n);
    return n;
}

TEST(one_name_has_one_header_for_all_its_labels)
{
    static metric get = {.name = "peil_requests_total", .help = "Requests.", .labels = "method=\"GET\""};
    static metric post = {.name = "peil_requests_total", .help = "Requests.", .labels = "method=\"POST\""};
    static metric length = {.name = "peil_queue_length", .help = "Waiting.", .type = METRIC_GAUGE};
    struct metrics *m = metrics_new();
    metrics_add(m, &get);
    metrics_add(m, &post);
    metrics_add(m, &length);
    metric_count(&get, 1);
    metric_count(&get, 2);
    metric_count(&post, 1);
    metric_set(&length, -7);
    buf b = {.max = 10000};
    metrics_write(m, &b);
    assert_true(
        has(&b, "# HELP peil_requests_total Requests.\n# TYPE peil_requests_total counter\n"
                "peil_requests_total{method=\"GET\"} 3\npeil_requests_total{method=\"POST\"} 1\n"
                "# HELP peil_queue_length Waiting.\n# TYPE peil_queue_length gauge\npeil_queue_length -7\n"));
    assert_int_equal(count(&b, "# TYPE peil_requests_total"), 1);
    assert_false(b.failed);
    buf_free(&b);
    metrics_free(m);
}

TEST(buckets_of_a_histogram_add_up)
{
    static metric h = {
        .name = "peil_commit_seconds", .help = "Commit.", .labels = "kind=\"x\"", .type = METRIC_HISTOGRAM};
    struct metrics *m = metrics_new();
    metrics_add(m, &h);
    const int64_t us[] = {0, 50, 51, 1000, 4999999, 5000001};
    for (size_t i = 0; i < sizeof us / sizeof us[0]; i++) metric_observe(&h, us[i]);
    buf b = {.max = 10000};
    metrics_write(m, &b);
    assert_true(has(&b, "# TYPE peil_commit_seconds histogram\n"
                        "peil_commit_seconds_bucket{kind=\"x\",le=\"0.00005\"} 2\n"
                        "peil_commit_seconds_bucket{kind=\"x\",le=\"0.0001\"} 3\n"));
    assert_true(has(&b, "peil_commit_seconds_bucket{kind=\"x\",le=\"0.001\"} 4\n"));
    assert_true(has(&b, "peil_commit_seconds_bucket{kind=\"x\",le=\"1\"} 4\n"
                        "peil_commit_seconds_bucket{kind=\"x\",le=\"5\"} 5\n"
                        "peil_commit_seconds_bucket{kind=\"x\",le=\"+Inf\"} 6\n"
                        "peil_commit_seconds_sum{kind=\"x\"} 10.001101\n"
                        "peil_commit_seconds_count{kind=\"x\"} 6\n"));
    buf_free(&b);
    metrics_free(m);
}

TEST(help_is_escaped)
{
    static metric odd = {.name = "odd", .help = "a\\b\nc"};
    struct metrics *m = metrics_new();
    metrics_add(m, &odd);
    buf b = {.max = 10000};
    metrics_write(m, &b);
    assert_true(has(&b, "# HELP odd a\\\\b\\nc\n"));
    buf_free(&b);
    metrics_free(m);
}

static double value_of(const buf *b, const char *name)
{
    size_t at = 0;
    assert_true(str_find(buf_str(b), str_of(name), &at));
    return strtod(b->p + at + strlen(name), NULL);
}

TEST(the_process_is_described)
{
    struct metrics *m = metrics_new();
    buf b = {.max = 10000};
    metrics_write(m, &b);
    buf_add_char(&b, '\0');
    assert_true(value_of(&b, "\nprocess_resident_memory_bytes ") > 100000);
    assert_true(value_of(&b, "\nprocess_open_fds ") >= 3);
    assert_true(value_of(&b, "\nprocess_start_time_seconds ") > 1e9);
    buf_free(&b);
    metrics_free(m);
    metrics_free(NULL);
}

RUN(CASE(one_name_has_one_header_for_all_its_labels), CASE(buckets_of_a_histogram_add_up),
    CASE(help_is_escaped), CASE(the_process_is_described))
