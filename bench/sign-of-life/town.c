// SPDX-License-Identifier: EUPL-1.2
// A town through the whole way: vault, seals, store and cases, as the interface takes readings in; the round over all homes; and the
// moment at which the feed of all of them stops.
#include "care/care.h"

#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 4
#define POST 5000  // readings in one request
#define ENROLLERS 48
#define START ((instant)1772406000 * TIME_SECOND)

static struct care *care;
static struct care_enrolled *homes;
static size_t count;
static const struct principal who = {.role = ROLE_CARE, .kind = PRINCIPAL_LOCAL, .name = "bench"};

struct watch_of_time {
    clock_t cpu;
    int64_t wall;
};

static struct watch_of_time begin(void)
{
    return (struct watch_of_time){clock(), time_monotonic_us()};
}

static void say(const char *what, struct watch_of_time w, double things)
{
    const double cpu = (double)(clock() - w.cpu) / CLOCKS_PER_SEC,
                 wall = (double)(time_monotonic_us() - w.wall) / 1e6;
    printf("| %s | %.1f s | %.1f s | %.0f |\n", what, cpu, wall, things / cpu);
    fflush(stdout);
}

static void *enrol_some(void *context)
{
    const size_t first = *(const size_t *)context;
    const struct deed d = {&who, START};
    const struct care_identity person = {
        .name = STR("x"), .address = STR("y"), .phone = STR("1"), .means = STR("phone")};
    for (size_t i = first; i < count; i += ENROLLERS) {
        char group[40];
        err e;
        snprintf(group, sizeof group, "street %zu", i / 40);
        if (!care_enrol(care, &d, &person, CARE_STREAM, str_of(group), (str){0}, &homes[i], &e)) abort();
    }
    return NULL;
}

// Enrolled by many at once, so that one commit serves them all.
static void enrol_all(void)
{
    pthread_t threads[ENROLLERS];
    size_t first[ENROLLERS];
    for (size_t i = 0; i < ENROLLERS; i++) {
        first[i] = i;
        if (pthread_create(&threads[i], NULL, enrol_some, &first[i]) != 0) abort();
    }
    for (size_t i = 0; i < ENROLLERS; i++) pthread_join(threads[i], NULL);
}

static bool post_round(struct care_reading *readings, instant at, int64_t in, err *e)
{
    int64_t unknown;
    for (size_t from = 0; from < count; from += POST) {
        const size_t n = count - from < POST ? count - from : POST;
        for (size_t i = 0; i < n; i++)
            readings[i] = (struct care_reading){str_of(homes[from + i].pseudonym),
                                                {SIGN_ELECTRICITY, at, in, SIGN_METER_NONE}};
        if (!care_take(care, readings, n, at, &unknown, e)) return false;
    }
    return true;
}

static bool sweep_all(instant now, err *e)
{
    for (bool more = true; more;)
        if (!care_sweep(care, now, &more, e)) return false;
    return true;
}

static bool show_cases(instant now, err *e)
{
    const struct care_case *cases;
    size_t n;
    arena *a = arena_new((size_t)256 << 20);
    const struct care_month *months;
    size_t month_count;
    int64_t participants;
    if (!a || !care_figures(care, a, &months, &month_count, &participants, e) ||
        !care_cases(care, &who, false, now, a, &cases, &n, e))
        return false;
    printf("\nAbout %lld homes take part. Open cases after the feed of all stopped: %zu",
           (long long)participants, n);
    for (size_t i = 0; i < n && i < 3; i++) printf(", \"%.*s\"", STR_ARG(cases[i].cause));
    printf(".\n");
    arena_free(a);
    return true;
}

static bool run(err *e)
{
    struct care_reading *readings = calloc(POST, sizeof *readings);
    bool ok = readings != NULL;
    instant now = START;
    printf("| %zu homes | processor time | by the clock | per second of one core |\n|---|---|---|---|\n",
           count);
    struct watch_of_time w = begin();
    enrol_all();
    say("enrolled", w, (double)count);
    w = begin();
    for (int round = 0; ok && round < ROUNDS; round++) {
        now = START + round * 15 * TIME_MINUTE;
        ok = post_round(readings, now, 1000 + round * 30, e);
    }
    say("readings, a quarter of an hour each", w, (double)count * ROUNDS);
    w = begin();
    ok = ok && sweep_all(now, e);
    say("first round of the day (deletes what is past its time)", w, (double)count);
    w = begin();
    ok = ok && sweep_all(now + 10 * TIME_MINUTE, e);
    say("round over homes that were heard of", w, (double)count);
    w = begin();
    ok = ok && sweep_all(now + 8 * TIME_HOUR, e);
    say("round after the feed of all stopped", w, (double)count);
    w = begin();
    ok = ok && sweep_all(now + 23 * TIME_HOUR, e);
    ok = ok && sweep_all(now + 35 * TIME_HOUR, e) && show_cases(now + 35 * TIME_HOUR, e);
    free(readings);
    return ok;
}

int main(int argc, char **argv)
{
    char directory[128], data[160], vault[160], withdrawn[160], command[512];
    const char *where = getenv("TMPDIR");  // on a disk of memory the time by the clock is not the disk's
    static const unsigned char key[VAULT_KEY_BYTES] = {1};
    struct store *store;
    struct rusage used;
    err e = {0};
    count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    homes = calloc(count, sizeof *homes);
    snprintf(directory, sizeof directory, "%s/bench-sign-town-XXXXXX", where ? where : "/tmp");
    if (sodium_init() < 0 || !homes || !mkdtemp(directory)) return 2;
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(vault, sizeof vault, "%s/vault.db", directory);
    snprintf(withdrawn, sizeof withdrawn, "%s/withdrawn", directory);
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    const store_config sc = {.directory = data, .create = true};
    bool ok = zone && store_open(&sc, &store, &e);
    const care_config c = {.store = ok ? store : NULL,
                           .vault_file = vault,
                           .vault_key = key,
                           .withdrawn_file = withdrawn,
                           .now = START,
                           .zone = zone,
                           .parameters = sign_parameters_standard()};
    ok = ok && care_open(&c, &care, &e) && run(&e);
    if (!ok) fprintf(stderr, "bench-sign-town: %s\n", e.text);
    getrusage(RUSAGE_SELF, &used);
    printf("Memory at the most: %ld MB, the bench's own %zu MB of it. At 15 minutes 100,000 homes send 111 "
           "readings a second.\n",
           used.ru_maxrss / 1024, count * sizeof *homes >> 20);
    care_close(care);
    store_close(store);
    tz_free(zone);
    snprintf(command, sizeof command, "du -sh %s/vault.db %s; rm -r %s", directory, data, directory);
    return system(command) != 0 || !ok;
}
