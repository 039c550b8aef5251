// SPDX-License-Identifier: EUPL-1.2
// A town through the whole way: vault, seals, store and cases, as the interface takes readings in; the round over all homes; and the
// moment at which all of them fall silent: their feed, or (second argument "watch") by what their boxes say. Through that go a
// restart, a clock that jumps, readings that come late, and homes that speak again.
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
#define ENROLLERS 256
#define START ((instant)1772406000 * TIME_SECOND)

static struct care *care;
static struct care_enrolled *homes;
static size_t count;
static care_way way = CARE_STREAM;
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
        if (!care_enrol(care, &d, &person, way, str_of(group), (str){0}, &homes[i], &e)) abort();
    }
    return NULL;
}

// By many at once, so that one commit serves them all.
static void by_many(void *(*run)(void *first))
{
    pthread_t threads[ENROLLERS];
    size_t first[ENROLLERS];
    for (size_t i = 0; i < ENROLLERS; i++) {
        first[i] = i;
        if (pthread_create(&threads[i], NULL, run, &first[i]) != 0) abort();
    }
    for (size_t i = 0; i < ENROLLERS; i++) pthread_join(threads[i], NULL);
}

// ---- What boxes say ----------------------------------------------------------------------------------------------

static struct {
    sign_word word;
    int quiet_h, number;
    instant now;
} line;

static void *say_some(void *context)
{
    struct sign_message m = {.year = 2026,
                             .month = 3,
                             .day = 2,
                             .word = line.word,
                             .quiet_h = line.quiet_h,
                             .number = line.number};
    char text[SIGN_MESSAGE_BYTES + 1], signature[SIGN_SIGNATURE_CHARS + 1];
    arena *a = arena_new(1 << 16);
    if (!a) abort();
    for (size_t i = *(const size_t *)context; i < count; i += ENROLLERS) {
        struct sign_key key;
        str answer;
        err e;
        if (!sign_key_read(str_of(homes[i].watch_key), &key, &e)) abort();
        memcpy(m.pseudonym, homes[i].pseudonym, sizeof m.pseudonym);
        sign_message_write(&m, text);
        sign_message_seal(str_of(text), key.seed, signature);
        arena_reset(a);
        if (!care_hear(care, str_of(text), str_of(signature), line.now, a, &answer, &e)) {
            fprintf(stderr, "%s\n", e.text);
            abort();
        }
    }
    arena_free(a);
    return NULL;
}

static void say_all(sign_word word, int quiet_h, int number, instant now)
{
    line.word = word;
    line.quiet_h = quiet_h;
    line.number = number;
    line.now = now;
    by_many(say_some);
}

// ---- What meters send --------------------------------------------------------------------------------------------

// Read at `at`, received at `now`.
static bool post_round(struct care_reading *readings, instant at, instant now, int64_t in, err *e)
{
    int64_t unknown;
    for (size_t from = 0; from < count; from += POST) {
        const size_t n = count - from < POST ? count - from : POST;
        for (size_t i = 0; i < n; i++)
            readings[i] = (struct care_reading){str_of(homes[from + i].pseudonym),
                                                {SIGN_ELECTRICITY, at, in, SIGN_METER_NONE}};
        if (!care_take(care, readings, n, now, &unknown, e)) return false;
    }
    return true;
}

static bool sweep_all(instant now, err *e)
{
    for (bool more = true; more;)
        if (!care_sweep(care, now, &more, e)) return false;
    return true;
}

// What the care desk has before it, and who is told to be silent.
static bool show_cases(const char *what, struct watch_of_time w, instant now, err *e)
{
    static const char *const causes[] = {"outage", "quiet", "meter", "cap", "supply"};
    size_t n, of[sizeof causes / sizeof causes[0]] = {0};
    const struct care_case *cases;
    arena *a = arena_new((size_t)512 << 20);
    struct rusage used;
    if (!a || !care_cases(care, &who, false, now, a, &cases, &n, e)) return false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < sizeof of / sizeof of[0]; k++)
            of[k] += str_eq(cases[i].cause, str_of(causes[k]));
    arena_free(a);
    getrusage(RUSAGE_SELF, &used);
    printf("| %s | %.1f s | %.1f s | %zu |", what, (double)(clock() - w.cpu) / CLOCKS_PER_SEC,
           (double)(time_monotonic_us() - w.wall) / 1e6, n);
    for (size_t k = 0; k < sizeof of / sizeof of[0]; k++)
        if (of[k]) printf(" %zu %s", of[k], causes[k]);
    printf(" | %ld MB |\n", used.ru_maxrss / 1024);
    fflush(stdout);
    return true;
}

static bool close_all(instant now, err *e)
{
    const struct care_case *cases;
    const struct deed d = {&who, now};
    size_t n;
    arena *a = arena_new((size_t)512 << 20);
    bool ok = a && care_cases(care, &who, false, now, a, &cases, &n, e);
    for (size_t i = 0; ok && i < n; i++) ok = care_case_step(care, &d, cases[i].id, STR("meter"), e);
    arena_free(a);
    return ok;
}

static struct store *store;
static care_config config;
static char data[160];

static bool open_town(instant now, err *e)
{
    const store_config sc = {.directory = data, .create = true};
    if (!store_open(&sc, &store, e)) return false;
    config.store = store;
    config.now = now;
    return care_open(&config, &care, e);
}

static bool restart(instant now, err *e)
{
    care_close(care);
    store_close(store);
    care = NULL;
    store = NULL;
    return open_town(now, e);
}

#define STEP(what, now, run)                                            \
    do {                                                                \
        const struct watch_of_time begun = begin();                     \
        if (!(run) || !show_cases(what, begun, (now), e)) return false; \
    } while (0)

static bool flood_of_feeds(struct care_reading *readings, instant now, err *e)
{
    STEP("round, 8 h after the feed of all stopped", now + 8 * TIME_HOUR, sweep_all(now + 8 * TIME_HOUR, e));
    STEP("restart", now + 9 * TIME_HOUR,
         restart(now + 9 * TIME_HOUR, e) && sweep_all(now + 9 * TIME_HOUR, e));
    STEP("round, 3 h later", now + 12 * TIME_HOUR, sweep_all(now + 12 * TIME_HOUR, e));
    STEP("the clock jumps back 6 h", now + 6 * TIME_HOUR, sweep_all(now + 6 * TIME_HOUR, e));
    STEP("the clock jumps on 6 h", now + 12 * TIME_HOUR, sweep_all(now + 12 * TIME_HOUR, e));
    STEP("a reading of each home comes 11 h late", now + 13 * TIME_HOUR,
         post_round(readings, now + 2 * TIME_HOUR, now + 13 * TIME_HOUR, 1200, e) &&
             sweep_all(now + 13 * TIME_HOUR, e));
    STEP("round, a day and a half after", now + 35 * TIME_HOUR,
         sweep_all(now + 23 * TIME_HOUR, e) && sweep_all(now + 35 * TIME_HOUR, e));
    STEP("the feed is back, the outage is closed", now + 36 * TIME_HOUR,
         post_round(readings, now + 36 * TIME_HOUR, now + 36 * TIME_HOUR, 1300, e) &&
             sweep_all(now + 36 * TIME_HOUR, e) && close_all(now + 36 * TIME_HOUR, e) &&
             sweep_all(now + 36 * TIME_HOUR + 10 * TIME_MINUTE, e));
    return true;
}

static bool flood_of_boxes(instant now, err *e)
{
    struct watch_of_time w = begin();
    say_all(SIGN_OK, 0, 1, now);
    say("lines of boxes: all is well", w, (double)count);
    printf("\n| what happens | processor time | by the clock | open cases | memory at the most "
           "|\n|---|---|---|---|---|\n");
    STEP("all boxes say \"look\" within a minute", now + TIME_DAY,
         (say_all(SIGN_LOOK, 31, 2, now + TIME_DAY), true));
    STEP("round", now + TIME_DAY, sweep_all(now + TIME_DAY + 10 * TIME_MINUTE, e));
    STEP("restart", now + 25 * TIME_HOUR,
         restart(now + 25 * TIME_HOUR, e) && sweep_all(now + 25 * TIME_HOUR, e));
    STEP("the clock jumps back 6 h", now + 19 * TIME_HOUR, sweep_all(now + 19 * TIME_HOUR, e));
    STEP("the clock jumps on 6 h, all say it again", now + 26 * TIME_HOUR,
         (say_all(SIGN_LOOK, 33, 3, now + 26 * TIME_HOUR), sweep_all(now + 26 * TIME_HOUR, e)));
    STEP("all say that all is well, the outage is closed", now + 28 * TIME_HOUR,
         (say_all(SIGN_OK, 0, 4, now + 28 * TIME_HOUR), sweep_all(now + 28 * TIME_HOUR, e)) &&
             close_all(now + 28 * TIME_HOUR, e) && sweep_all(now + 29 * TIME_HOUR, e));
    return true;
}

static bool run_feeds(err *e)
{
    struct care_reading *readings = calloc(POST, sizeof *readings);
    bool ok = readings != NULL;
    instant now = START;
    struct watch_of_time w = begin();
    for (int round = 0; ok && round < ROUNDS; round++) {
        now = START + round * 15 * TIME_MINUTE;
        ok = post_round(readings, now, now, 1000 + round * 30, e);
    }
    say("readings, a quarter of an hour each", w, (double)count * ROUNDS);
    w = begin();
    ok = ok && sweep_all(now, e);
    say("first round of the day (deletes what is past its time)", w, (double)count);
    w = begin();
    ok = ok && sweep_all(now + 10 * TIME_MINUTE, e);
    say("round over homes that were heard of", w, (double)count);
    printf("\n| what happens | processor time | by the clock | open cases | memory at the most "
           "|\n|---|---|---|---|---|\n");
    ok = ok && flood_of_feeds(readings, now, e);
    free(readings);
    return ok;
}

static bool run(err *e)
{
    printf("| %zu homes | processor time | by the clock | per second of one core |\n|---|---|---|---|\n",
           count);
    struct watch_of_time w = begin();
    by_many(enrol_some);
    say("enrolled", w, (double)count);
    return way == CARE_STREAM ? run_feeds(e) : flood_of_boxes(START, e);
}

int main(int argc, char **argv)
{
    char directory[128], vault[160], withdrawn[160], command[512];
    const char *where = getenv("TMPDIR");  // on a disk of memory the time by the clock is not the disk's
    static const unsigned char key[VAULT_KEY_BYTES] = {1};
    struct rusage used;
    err e = {0};
    count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    if (argc > 2 && strcmp(argv[2], "watch") == 0) way = CARE_WATCH;
    homes = calloc(count, sizeof *homes);
    snprintf(directory, sizeof directory, "%s/bench-sign-town-XXXXXX", where ? where : "/tmp");
    if (sodium_init() < 0 || !homes || !mkdtemp(directory)) return 2;
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(vault, sizeof vault, "%s/vault.db", directory);
    snprintf(withdrawn, sizeof withdrawn, "%s/withdrawn", directory);
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    config = (care_config){.vault_file = vault,
                           .vault_key = key,
                           .withdrawn_file = withdrawn,
                           .zone = zone,
                           .parameters = sign_parameters_standard()};
    const bool ok = zone && open_town(START, &e) && run(&e);
    if (!ok) fprintf(stderr, "bench-sign-town: %s\n", e.text);
    getrusage(RUSAGE_SELF, &used);
    printf("Memory at the most: %ld MB, the bench's own %zu MB of it. At 15 minutes 100,000 homes send 111 "
           "readings a second.\n",
           used.ru_maxrss / 1024, count * sizeof *homes >> 20);
    care_close(care);
    if (store) store_close(store);
    tz_free(zone);
    snprintf(command, sizeof command, "du -sh %s/vault.db %s; rm -r %s", directory, data, directory);
    return system(command) != 0 || !ok;
}
