// SPDX-License-Identifier: EUPL-1.2
// Readings of many homes through the whole town: vault, seals, store and cases, as the interface takes them in.
#include "care/care.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 8
#define START ((instant)1772406000 * TIME_SECOND)

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000;
    char directory[] = "/tmp/bench-sign-town-XXXXXX", data[64], vault[64], command[96];
    static const unsigned char key[VAULT_KEY_BYTES] = {1};
    static const struct principal who = {.role = ROLE_CARE, .kind = PRINCIPAL_LOCAL};
    struct store *store;
    struct care *care;
    int64_t unknown;
    err e;
    struct care_enrolled *homes = calloc(count, sizeof *homes);
    struct care_reading *readings = calloc(count, sizeof *readings);
    if (sodium_init() < 0 || !homes || !readings || !mkdtemp(directory)) return 2;
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(vault, sizeof vault, "%s/vault.db", directory);
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    const store_config sc = {.directory = data, .create = true};
    bool ok = zone && store_open(&sc, &store, &e);
    const care_config c = {.store = ok ? store : NULL,
                           .vault_file = vault,
                           .vault_key = key,
                           .zone = zone,
                           .parameters = sign_parameters_standard()};
    ok = ok && care_open(&c, &care, &e);
    const struct deed d = {&who, START};
    const struct care_identity person = {
        .name = STR("x"), .address = STR("y"), .phone = STR("1"), .means = STR("phone")};
    for (size_t i = 0; ok && i < count; i++)
        ok = care_enrol(care, &d, &person, CARE_STREAM, (str){0}, (str){0}, &homes[i], &e);
    const clock_t cpu = clock();
    const int64_t wall = time_monotonic_us();
    for (int round = 0; ok && round < ROUNDS; round++) {
        const instant at = START + round * 15 * TIME_MINUTE;
        for (size_t i = 0; i < count; i++)
            readings[i] = (struct care_reading){str_of(homes[i].pseudonym),
                                                {SIGN_ELECTRICITY, at, 1000 + round * 30, SIGN_METER_NONE}};
        ok = care_take(care, readings, count, at, &unknown, &e);
    }
    if (!ok) {
        fprintf(stderr, "bench-sign-town: %s\n", e.text);
        return 1;
    }
    const double cpu_s = (double)(clock() - cpu) / CLOCKS_PER_SEC,
                 wall_s = (double)(time_monotonic_us() - wall) / 1e6;
    const double per_s = (double)count * ROUNDS / cpu_s;
    printf("%zu homes through vault and store: %.0f readings/s of one core (%.0f by the clock); 100,000 "
           "homes at 15 minutes need 111/s\n",
           count, per_s, (double)count * ROUNDS / wall_s);
    care_close(care);
    store_close(store);
    tz_free(zone);
    snprintf(command, sizeof command, "rm -r %s", directory);
    return system(command);
}
