// SPDX-License-Identifier: EUPL-1.2
// write_requests: the shared workload as ready HTTP requests (for replay), or as bare rows for a client program.
// Usage: write_requests FORMAT STREAMS FIRST_STEP STEPS PER_REQUEST JITTERED PATH [HEADER] > FILE
// FORMAT: influx, located (the same with the device's place), tsv, data-array (requests); csv, copy (bare rows). Streams are numbered from 1; PER_REQUEST counts readings.
// A file of requests is a sequence of: length (32 bits, this machine's order), the request's bytes.
#include "../store-ingest/workload.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_MAX 128

struct range {
    struct workload w;
    uint64_t streams, first, steps;
};

struct text {
    char *p;
    size_t n, room;
};

static void add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct text *t, const char *format, ...)
{
    if (t->room - t->n < ROW_MAX) {
        t->room = 2 * t->room + 4096;
        t->p = realloc(t->p, t->room);
        if (!t->p) abort();
    }
    va_list rest;
    va_start(rest, format);
    t->n += (size_t)vsnprintf(t->p + t->n, ROW_MAX, format, rest);
    va_end(rest);
}

static void add_value(struct text *t, int64_t tenths)
{
    add(t, "%s%" PRId64 ".%" PRId64, tenths < 0 ? "-" : "", imaxabs(tenths) / 10, imaxabs(tenths) % 10);
}

// Days since 1970 to a date, after the civil calendar; the workload lies in 2024 and later.
static void add_time(struct text *t, int64_t us)
{
    const int64_t ms = us / 1000, day = ms / 86400000, in_day = ms % 86400000;
    int64_t year = 1970, left = day;
    for (;; year++) {
        const int64_t length = (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 366 : 365;
        if (left < length) break;
        left -= length;
    }
    const int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    const int lengths[] = {31, 28 + leap, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int month = 0;
    while (left >= lengths[month]) left -= lengths[month++];
    add(t, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month + 1, (int)left + 1,
        (int)(in_day / 3600000), (int)(in_day / 60000 % 60), (int)(in_day / 1000 % 60), (int)(in_day % 1000));
}

// ---- The forms of one reading ------------------------------------------------------------------------------------

// A name under which the values are plausible, and none of them a spike: peil looks at that, and leaves out of its means what is.
static const char *quantity(uint64_t s)
{
    static const char *const names[] = {"temperature", "humidity", "co2",      "temperature", "temperature",
                                        "humidity",    "co2",      "humidity", "temperature", "temperature"};
    return names[s % 10];
}

static void add_line(struct text *t, const struct range *r, uint64_t s, uint64_t i, const char *tags)
{
    add(t, "%s,device=s%" PRIu64 "%s value=", quantity(s), s + 1, tags);
    add_value(t, workload_tenths(&r->w, s, i));
    add(t, " %" PRId64 "\n", workload_time(&r->w, s, i) / 1000);
}

static void add_influx(struct text *t, const struct range *r, uint64_t s, uint64_t i)
{
    add_line(t, r, s, i, "");
}

static void add_located(struct text *t, const struct range *r, uint64_t s, uint64_t i)
{
    add_line(t, r, s, i, ",lat=52.04,lon=4.31");
}

static void add_tsv(struct text *t, const struct range *r, uint64_t s, uint64_t i)
{
    add(t, "%" PRIu64 "\t%" PRId64 "\t", s + 1, workload_time(&r->w, s, i) / 1000);
    add_value(t, workload_tenths(&r->w, s, i));
    add(t, "\n");
}

static void add_csv(struct text *t, const struct range *r, uint64_t s, uint64_t i)
{
    add(t, "%" PRIu64 ",", s + 1);
    add_time(t, workload_time(&r->w, s, i));
    add(t, ",");
    add_value(t, workload_tenths(&r->w, s, i));
    add(t, "\n");
}

// A group per Datastream, with the steps of this request.
static void add_data_array(struct text *t, const struct range *r, uint64_t first, uint64_t steps)
{
    add(t, "[");
    for (uint64_t s = 0; s < r->streams; s++) {
        add(t, "%s{\"Datastream\":{\"@iot.id\":%" PRIu64 "},\"components\":[\"phenomenonTime\",\"result\"],",
            s ? "," : "", s + 1);
        add(t, "\"dataArray@iot.count\":%" PRIu64 ",\"dataArray\":[", steps);
        for (uint64_t i = first; i < first + steps; i++) {
            add(t, "%s[\"", i > first ? "," : "");
            add_time(t, workload_time(&r->w, s, i));
            add(t, "\",");
            add_value(t, workload_tenths(&r->w, s, i));
            add(t, "]");
        }
        add(t, "]}");
    }
    add(t, "]");
}

// ---- Files -------------------------------------------------------------------------------------------------------

struct target {
    const char *path, *header;
};

static void flush_request(struct text *body, const struct target *to)
{
    if (body->n == 0) return;
    char head[1024];
    const int n = snprintf(
        head, sizeof head,
        "POST %s HTTP/1.1\r\nHost: bench\r\n%s%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", to->path,
        to->header, to->header[0] ? "\r\n" : "", body->p[0] == '[' ? "application/json" : "text/plain",
        body->n);
    if (n < 0 || (size_t)n >= sizeof head) abort();
    const uint32_t length = (uint32_t)n + (uint32_t)body->n;
    fwrite(&length, sizeof length, 1, stdout);
    fwrite(head, (size_t)n, 1, stdout);
    fwrite(body->p, body->n, 1, stdout);
    body->n = 0;
}

typedef void row(struct text *t, const struct range *r, uint64_t s, uint64_t i);

static void write_rows(const struct range *r, row *write, uint64_t per_request, const struct target *to)
{
    struct text body = {0};
    uint64_t n = 0;
    for (uint64_t i = r->first; i < r->first + r->steps; i++)
        for (uint64_t s = 0; s < r->streams; s++) {
            write(&body, r, s, i);
            if (++n % per_request) continue;
            if (to)
                flush_request(&body, to);
            else if (fwrite(body.p, body.n, 1, stdout) == 1)
                body.n = 0;
        }
    if (to)
        flush_request(&body, to);
    else
        fwrite(body.p, body.n, 1, stdout);
    free(body.p);
}

static void write_arrays(const struct range *r, uint64_t per_request, const struct target *to)
{
    const uint64_t each = per_request / r->streams ? per_request / r->streams : 1;
    struct text body = {0};
    for (uint64_t i = r->first; i < r->first + r->steps; i += each) {
        const uint64_t left = r->first + r->steps - i;
        add_data_array(&body, r, i, left < each ? left : each);
        flush_request(&body, to);
    }
    free(body.p);
}

int main(int argc, char **argv)
{
    if (argc < 8) {
        fprintf(stderr,
                "usage: write_requests FORMAT STREAMS FIRST_STEP STEPS PER_REQUEST JITTERED PATH [HEADER]\n");
        return 2;
    }
    const char *format = argv[1];
    const struct range r = {.w = {.is_jittered = atoi(argv[6]) != 0},
                            .streams = strtoull(argv[2], NULL, 10),
                            .first = strtoull(argv[3], NULL, 10),
                            .steps = strtoull(argv[4], NULL, 10)};
    struct range range = r;
    range.w.hash_stride = r.first + r.steps > 16384 ? 262144 : 16384;
    const uint64_t per_request = strtoull(argv[5], NULL, 10);
    const struct target to = {argv[7], argc > 8 ? argv[8] : ""};
    if (strcmp(format, "influx") == 0)
        write_rows(&range, add_influx, per_request, &to);
    else if (strcmp(format, "located") == 0)
        write_rows(&range, add_located, per_request, &to);
    else if (strcmp(format, "tsv") == 0)
        write_rows(&range, add_tsv, per_request, &to);
    else if (strcmp(format, "data-array") == 0)
        write_arrays(&range, per_request, &to);
    else if (strcmp(format, "csv") == 0)
        printf("datastream,time,result\n"), write_rows(&range, add_csv, per_request, NULL);
    else if (strcmp(format, "copy") == 0)
        write_rows(&range, add_csv, per_request, NULL);
    else
        return fprintf(stderr, "write_requests: no format %s\n", format), 2;
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
