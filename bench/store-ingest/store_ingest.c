// SPDX-License-Identifier: EUPL-1.2
// The store alone, in process: what it takes in a second, what that weighs on disk and in memory, and how long questions take.
#include "base/log.h"
#include "base/time.h"
#include "store/observations.h"
#include "store/stream/settle.h"
#include "workload.h"

#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

struct plan {
    const char *directory;
    uint64_t streams, steps, per_operation, singles, submitters;
    struct workload workload;
};

static struct store *store;

static void die(const char *what, const err *e)
{
    fprintf(stderr, "store-ingest: %s: %s\n", what, e->text);
    exit(1);
}

static double seconds_since(int64_t start_us)
{
    return (double)(time_monotonic_us() - start_us) / 1e6;
}

static void open_store(const struct plan *p)
{
    err e;
    const store_config c = {.directory = p->directory, .create = true};
    const int64_t start = time_monotonic_us();
    if (!store_open(&c, &store, &e)) die("opening", &e);
    printf("open                %8.1f ms\n", seconds_since(start) * 1e3);
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static long resident_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) sscanf(line, "VmRSS: %ld", &kib);
    if (f) fclose(f);
    return kib;
}

// ---- taking in ----

static bool add_streams(struct store_tx *tx, void *context, err *e)
{
    const struct plan *p = context;
    for (uint64_t s = 1; s <= p->streams; s++)
        if (!observations_add_stream(tx, (entity_id)s, SET_DATASTREAM, 1, 0, e)) return false;
    return true;
}

static struct observation observation_of(const struct workload *w, uint64_t s, uint64_t i)
{
    return (struct observation){.stream = (entity_id)s + 1,
                                .phenomenon_time = {workload_time(w, s, i), TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_decimal((decimal){workload_tenths(w, s, i), 1})};
}

// The readings of an operation are made beforehand: what is measured is the store, not the sines.
struct load {
    struct store_op op;
    struct observation *observations;
    uint64_t count;
    struct load *next_free;
};

static bool append_load(struct store_tx *tx, void *context, err *e)
{
    const struct load *l = context;
    for (uint64_t i = 0; i < l->count; i++)
        if (!store_append(tx, &l->observations[i], e)) return false;
    return true;
}

static void ingest(const struct plan *p)
{
    const uint64_t all = p->streams * p->steps;
    struct load l = {.observations = calloc(p->per_operation, sizeof *l.observations)};
    int64_t spent = 0, slowest = 0;
    double cpu = 0;
    uint64_t n = 0;
    if (!l.observations) exit(1);
    while (n < all) {
        for (l.count = 0; l.count < p->per_operation && n < all; n++)
            l.observations[l.count++] = observation_of(&p->workload, n % p->streams, n / p->streams);
        err e;
        const int64_t start = time_monotonic_us();
        const double cpu_start = cpu_seconds();
        if (!store_run(store, append_load, &l, &e)) die("appending", &e);
        cpu += cpu_seconds() - cpu_start;
        const int64_t took = time_monotonic_us() - start;
        spent += took;
        if (took > slowest) slowest = took;
    }
    free(l.observations);
    printf("ingest              %8.3f million observations/s, %.3f a second of processor, %llu an operation, "
           "slowest %.1f ms\n",
           (double)all / (double)spent, (double)all / cpu / 1e6, (unsigned long long)p->per_operation,
           (double)slowest / 1e3);
}

// ---- single observations from many submitters ----

struct submitter {
    struct store_op op;
    struct single *all;
    struct observation observation;
    uint64_t number, left;
    int64_t sent_us;
};

struct single {
    const struct plan *plan;
    struct queue *finished;
    int64_t *waits;
    _Atomic uint64_t done;
};

static bool append_one(struct store_tx *tx, void *context, err *e)
{
    struct submitter *b = context;
    b->observation.number = 0;
    return store_append(tx, &b->observation, e);
}

static void submit_next(struct submitter *b)
{
    err e;
    const struct plan *p = b->all->plan;
    b->observation = observation_of(&p->workload, b->number % p->streams, p->steps + b->left);
    b->sent_us = time_monotonic_us();
    if (!store_submit(store, &b->op, &e)) die("submitting", &e);
}

// As an HTTP loop does: the answer brings the next request of the same connection.
static void one_done(void *context, const err *e)
{
    struct submitter *b = context;
    if (e) die("appending one", e);
    const uint64_t n = atomic_fetch_add(&b->all->done, 1);
    b->all->waits[n] = time_monotonic_us() - b->sent_us;
    if (n + 1 == b->all->plan->singles) queue_close(b->all->finished);
    if (b->left > 0 && n + 1 < b->all->plan->singles) queue_push(b->all->finished, b);
}

static int compare_waits(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void singles(const struct plan *p)
{
    struct single all = {
        .plan = p, .finished = queue_new(4096), .waits = calloc(p->singles + p->submitters, sizeof(int64_t))};
    struct submitter *b = calloc(p->submitters, sizeof *b);
    if (!all.finished || !all.waits || !b) exit(1);
    const int64_t start = time_monotonic_us();
    for (uint64_t i = 0; i < p->submitters; i++) {
        b[i] = (struct submitter){.all = &all, .number = i, .left = p->singles};
        b[i].op = (struct store_op){.run = append_one, .done = one_done, .context = &b[i]};
        submit_next(&b[i]);
    }
    void *items[256];
    size_t n;
    while ((n = queue_take(all.finished, items, 256, -1)) > 0) {
        for (size_t i = 0; i < n; i++) {
            struct submitter *next = items[i];
            next->number += p->submitters;
            next->left--;
            if (atomic_load(&all.done) < p->singles) submit_next(next);
        }
    }
    const double took = seconds_since(start);
    store_close(store);  // the last ones still in flight
    qsort(all.waits, p->singles, sizeof(int64_t), compare_waits);
    printf("single operations   %8.0f /s from %llu submitters, median %.2f ms, p99 %.2f ms, most %.2f ms\n",
           (double)p->singles / took, (unsigned long long)p->submitters,
           (double)all.waits[p->singles / 2] / 1e3, (double)all.waits[p->singles * 99 / 100] / 1e3,
           (double)all.waits[p->singles - 1] / 1e3);
    queue_free(all.finished);
    free(all.waits);
    free(b);
    open_store(p);
}

// ---- size ----

static void pack(void)
{
    err e;
    const int64_t start = time_monotonic_us();
    if (!store_pack(store, &e)) die("packing", &e);
    printf("pack                %8.1f ms\n", seconds_since(start) * 1e3);
}

static void show_size(const struct plan *p, const char *when)
{
    struct snapshot *at;
    struct store_figures f;
    err e;
    if (!snapshot_open(store, &at, &e) || !store_figures(at, &f, &e)) die("figures", &e);
    snapshot_close(at);
    printf("%-19s %8.3f bytes an observation: %.1f MB, %lld observations, %lld in the tail, %lld chunks; %ld "
           "MB resident\n",
           when, (double)f.bytes_on_disk / (double)f.entities[SET_OBSERVATION], (double)f.bytes_on_disk / 1e6,
           (long long)f.entities[SET_OBSERVATION], (long long)f.tail_observations, (long long)f.chunks,
           resident_kib() / 1024);
    (void)p;
}

// ---- questions ----

static bool count_summary(const struct summary *s, void *context, err *e)
{
    (void)e;
    double *sum = context;
    *sum += s->mean;
    return true;
}

static bool count_observation(const struct observation *o, void *context, err *e)
{
    (void)e;
    double *sum = context;
    *sum += (double)o->result.number.units;
    return true;
}

static int64_t rows_of(struct snapshot *at, const char *sql, int64_t a, int64_t b, int64_t c)
{
    struct connection *connection = snapshot_connection(at);
    sqlite3_stmt *st;
    err e;
    bool got = true;
    int64_t n = 0;
    if (!sql_take(connection, str_of(sql), &st, &e)) die(sql, &e);
    sqlite3_bind_int64(st, 1, a);
    sqlite3_bind_int64(st, 2, b);
    sqlite3_bind_int64(st, 3, c);
    for (; sql_step(connection, st, &got, &e) && got; n++)
        for (int i = 0; i < sqlite3_column_count(st); i++) (void)sqlite3_column_int64(st, i);
    if (got) die(sql, &e);
    sql_give(connection, st);
    return n;
}

enum question {
    LATEST_OF_ONE,
    LATEST_OF_ALL,
    NEWEST_TEN,
    DAY_OF_ONE,
    DAY_OF_ONE_SQL,
    HOURS_OF_ONE,
    HOURS_OF_ALL,
    P95_DAYS_OF_ALL,
    QUESTIONS
};
static const char *const question_names[] = {
    "Q1 latest of one",  "Q2 latest of all", "newest ten of all, SQL", "Q3 a day of one",
    "a day of one, SQL", "Q4 hours of one",  "Q5 hours of all",        "Q6 daily p95 of all"};

static void ask(const struct plan *p, enum question q, uint64_t round)
{
    static const interval ever = {TIME_NONE, TIME_NONE};
    struct snapshot *at;
    struct observation o;
    err e;
    double sum = 0;
    const entity_id one = (entity_id)(round * 7919 % p->streams) + 1;
    arena *a = arena_new(1 << 20);
    if (!snapshot_open(store, &at, &e)) die("snapshot", &e);
    bool ok = true;
    const int64_t day = workload_time(&p->workload, 0, round * 97 % p->steps) / TIME_DAY * TIME_DAY;
    static const double p95 = 0.95;
    const struct stream_list of_one = {&one, 1};
    const struct statistics_ask hours = {.period = PERIOD_HOUR, .when = ever}, days = {.period = PERIOD_DAY,
                                                                                       .when = ever,
                                                                                       .quantiles = &p95,
                                                                                       .quantile_count = 1};
    const interval the_day = {day, day + TIME_DAY};
    switch (q) {
    case LATEST_OF_ONE: ok = store_latest(at, one, a, &o, &e); break;
    case LATEST_OF_ALL: ok = store_latest_each(at, ALL_STREAMS, count_observation, &sum, &e); break;
    case DAY_OF_ONE: ok = store_observations(at, one, the_day, count_observation, &sum, &e); break;
    case HOURS_OF_ONE: ok = store_statistics(at, of_one, &hours, count_summary, &sum, &e); break;
    case HOURS_OF_ALL: ok = store_statistics(at, ALL_STREAMS, &hours, count_summary, &sum, &e); break;
    case P95_DAYS_OF_ALL: ok = store_statistics(at, ALL_STREAMS, &days, count_summary, &sum, &e); break;
    case NEWEST_TEN:
        rows_of(at, "SELECT id, phen_start, result_units FROM observation ORDER BY phen_start DESC LIMIT 10",
                0, 0, 0);
        break;
    case DAY_OF_ONE_SQL:
        rows_of(at,
                "SELECT id, phen_start, result_units, result_scale FROM observation WHERE stream = ?1 AND "
                "phen_start >= ?2"
                " AND phen_start < ?3 ORDER BY phen_start",
                one, day, day + TIME_DAY);
        break;
    case QUESTIONS: break;
    }
    if (!ok) die(question_names[q], &e);
    snapshot_close(at);
    arena_free(a);
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void questions(const struct plan *p)
{
    for (int q = 0; q < QUESTIONS; q++) {
        double took[101];
        const int rounds = q == HOURS_OF_ALL || q == P95_DAYS_OF_ALL ? 5 : 101;
        for (int i = 0; i < rounds; i++) {
            const int64_t start = time_monotonic_us();
            ask(p, (enum question)q, (uint64_t)i + 1);
            took[i] = seconds_since(start);
        }
        qsort(took, (size_t)rounds, sizeof took[0], compare_doubles);
        printf("%-22s %10.3f ms median, %10.3f ms most of %d\n", question_names[q], took[rounds / 2] * 1e3,
               took[rounds - 1] * 1e3, rounds);
    }
}

// ---- the command ----

static uint64_t number(const char *text)
{
    return strtoull(text, NULL, 10);
}

static void usage(void)
{
    puts("usage: store-ingest [-d DIRECTORY] [-s STREAMS] [-n STEPS] [-o OBSERVATIONS PER OPERATION] [-1 "
         "SINGLE OPERATIONS]\n"
         "                    [-c SUBMITTERS] [-j]\n"
         "-j: times jittered by up to a second. Without -d: a directory below /tmp that is removed in the "
         "end.");
    exit(2);
}

int main(int argc, char **argv)
{
    char made[] = "/tmp/peil.store-ingest.XXXXXX", command[128];
    struct plan p = {
        .streams = 1000, .steps = 1440, .per_operation = 10000, .singles = 200000, .submitters = 64};
    for (int c; (c = getopt(argc, argv, "d:s:n:o:1:c:j")) != -1;) {
        if (c == 'd') p.directory = optarg;
        if (c == 's') p.streams = number(optarg);
        if (c == 'n') p.steps = number(optarg);
        if (c == 'o') p.per_operation = number(optarg);
        if (c == '1') p.singles = number(optarg);
        if (c == 'c') p.submitters = number(optarg);
        if (c == 'j') p.workload.is_jittered = true;
        if (c == '?') usage();
    }
    const bool is_temporary = !p.directory;
    if (is_temporary && !(p.directory = mkdtemp(made))) return 1;
    p.workload.hash_stride = p.steps > 16384 ? 262144 : 16384;
    setvbuf(stdout, NULL, _IOLBF, 0);
    log_set_level(LOG_WARNING);
    open_store(&p);
    err e;
    if (!store_run(store, add_streams, &p, &e)) die("adding Datastreams", &e);
    ingest(&p);
    show_size(&p, "after ingest");
    pack();
    show_size(&p, "packed");
    questions(&p);
    if (p.singles > 0) singles(&p);
    store_close(store);
    open_store(&p);
    show_size(&p, "opened again");
    store_close(store);
    snprintf(command, sizeof command, "rm -rf %s", made);
    return is_temporary ? system(command) : 0;
}
