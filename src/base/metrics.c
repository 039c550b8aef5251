// SPDX-License-Identifier: EUPL-1.2
#include "base/metrics.h"

#include "base/log.h"
#include "base/num.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t bounds_us[METRIC_BUCKETS] = {50,   100,   250,   500,    1000,    2500,
                                                  5000, 10000, 50000, 250000, 1000000, 5000000};

struct metrics {
    metric **items;
    size_t n;
    size_t capacity;
    double start_time_s;
};

// Seconds since 1970 at which this process started, from proc(5): the boot time, and field 22 of stat counted
// from it.
static double process_start(void)
{
    char line[1024] = "";
    unsigned long long boot = 0, ticks = 0;
    FILE *f = fopen("/proc/self/stat", "re");
    if (f) {
        const char *name_end = fgets(line, sizeof line, f) ? strrchr(line, ')')
                                                           : NULL;  // the name may hold blanks
        if (name_end) {
            sscanf(name_end + 1,
                   " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu",
                   &ticks);
        }
        fclose(f);
    }
    f = fopen("/proc/stat", "re");
    if (f) {
        while (fgets(line, sizeof line, f) && sscanf(line, "btime %llu", &boot) != 1) {}
        fclose(f);
    }
    return (double)boot + (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

struct metrics *metrics_new(void)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (m) m->start_time_s = process_start();
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m) return;
    free(m->items);
    free(m);
}

void metrics_add(struct metrics *m, metric *x)
{
    if (m->n == m->capacity) {
        const size_t capacity = m->capacity ? m->capacity * 2 : 32;
        metric **items = reallocarray(m->items, capacity, sizeof *items);
        if (!items) {
            log_error("no memory for a metric", "name=%s", x->name);
            return;
        }
        m->items = items;
        m->capacity = capacity;
    }
    m->items[m->n++] = x;
}

void metric_count(metric *x, int64_t by)
{
    atomic_fetch_add_explicit(&x->value, by, memory_order_relaxed);
}

void metric_set(metric *x, int64_t value)
{
    atomic_store_explicit(&x->value, value, memory_order_relaxed);
}

void metric_observe(metric *x, int64_t microseconds)
{
    size_t i = 0;
    while (i < METRIC_BUCKETS && microseconds > bounds_us[i]) i++;
    if (i < METRIC_BUCKETS) atomic_fetch_add_explicit(&x->bucket[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&x->sum, microseconds, memory_order_relaxed);
    atomic_fetch_add_explicit(&x->value, 1, memory_order_relaxed);
}

// ---- text ----

static int64_t load(const _Atomic int64_t *v)
{
    return atomic_load_explicit(v, memory_order_relaxed);
}

static void write_header(buf *out, const char *name, const char *help, const char *type)
{
    buf_print(out, "# HELP %s ", name);
    for (const char *p = help; *p; p++) {
        if (*p == '\\') {
            BUF_LIT(out, "\\\\");
        } else if (*p == '\n') {
            BUF_LIT(out, "\\n");
        } else {
            buf_add_char(out, *p);
        }
    }
    buf_print(out, "\n# TYPE %s %s\n", name, type);
}

static void write_number(buf *out, const char *name, const char *suffix, const char *labels, double value)
{
    buf_print(out, labels ? "%s%s{%s} " : "%s%s%s ", name, suffix, labels ? labels : "");
    buf_add_double(out, value);
    buf_add_char(out, '\n');
}

static void write_histogram(buf *out, const metric *x)
{
    char labels[512];
    const char *const own = x->labels ? x->labels : "";
    int64_t below = 0;
    for (size_t i = 0; i < METRIC_BUCKETS; i++) {
        below += load(&x->bucket[i]);
        char bound[NUM_TEXT_MAX];
        const size_t n = num_write_double(bound, (double)bounds_us[i] / 1e6);
        snprintf(labels, sizeof labels, "%s%sle=\"%.*s\"", own, *own ? "," : "", (int)n, bound);
        write_number(out, x->name, "_bucket", labels, (double)below);
    }
    // counted last, read last; still a thread can be between the two, and the buckets must not shrink
    const int64_t count = load(&x->value) > below ? load(&x->value) : below;
    snprintf(labels, sizeof labels, "%s%sle=\"+Inf\"", own, *own ? "," : "");
    write_number(out, x->name, "_bucket", labels, (double)count);
    write_number(out, x->name, "_sum", x->labels, (double)load(&x->sum) / 1e6);
    write_number(out, x->name, "_count", x->labels, (double)count);
}

static void write_metric(buf *out, const metric *x, bool first_of_name)
{
    static const char *const types[] = {
        [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};
    if (first_of_name) write_header(out, x->name, x->help, types[x->type]);
    if (x->type == METRIC_HISTOGRAM) {
        write_histogram(out, x);
    } else {
        write_number(out, x->name, "", x->labels, (double)load(&x->value));
    }
}

static double resident_bytes(void)
{
    unsigned long long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f) return 0;
    if (fscanf(f, "%*u %llu", &pages) != 1) pages = 0;
    fclose(f);
    return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static double open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    if (!d) return 0;
    int count = -1;  // the directory itself is open too
    for (const struct dirent *entry; (entry = readdir(d));) count += entry->d_name[0] != '.';
    closedir(d);
    return count;
}

static void write_process(buf *out, const char *name, const char *help, double value)
{
    write_header(out, name, help, "gauge");
    write_number(out, name, "", NULL, value);
}

void metrics_write(struct metrics *m, buf *out)
{
    for (size_t i = 0; i < m->n; i++) {
        write_metric(out, m->items[i], i == 0 || strcmp(m->items[i]->name, m->items[i - 1]->name) != 0);
    }
    write_process(out, "process_resident_memory_bytes", "Resident memory size in bytes.", resident_bytes());
    write_process(out, "process_open_fds", "Number of open file descriptors.", open_files());
    write_process(out, "process_start_time_seconds", "Start time of the process since 1970 in seconds.",
                  m->start_time_s);
}
