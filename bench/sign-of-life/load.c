// SPDX-License-Identifier: EUPL-1.2
// One day of a town: so many homes, a register reading each quarter of an hour, judged once an hour, all on one core.
#include "sign/codec.h"
#include "sign/meter.h"
#include "sign/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WARM_DAYS 60
#define QUARTER (15 * TIME_MINUTE)
#define KINDS 64  // homes with different lives; the others are copies of their state

static struct sign_parameters parameters;

struct town_home {
    struct sign_home home;
    struct sign_meter meter;
};

static void day(struct town_home *homes, size_t count, instant from, uint64_t *random)
{
    for (instant t = from; t < from + TIME_DAY; t += QUARTER)
        for (size_t i = 0; i < count; i++) {
            struct town_home *h = &homes[i];
            *random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            const uint64_t x = *random >> 33;
            const bool acts = x % 1000 < (t / TIME_HOUR % 24 < 6 ? 5 : 120);
            const int64_t in = h->meter.of[0].in + 25 + (int64_t)(x % 7) + (acts ? 300 : 0);
            const struct sign_reading r = {SIGN_ELECTRICITY, t, in, SIGN_METER_NONE};
            sign_meter_take(&h->meter, &h->home, &parameters, NULL, &r);
            if (t % TIME_HOUR == 0) sign_home_judge(&h->home, &parameters, NULL, t);
        }
}

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
    struct town_home *homes = calloc(count, sizeof *homes);
    const instant start = (instant)1772406000 * TIME_SECOND;
    uint64_t random = 1;
    if (!homes || count < KINDS) return 2;
    parameters = sign_parameters_standard();
    for (int d = 0; d < WARM_DAYS; d++) day(homes, KINDS, start + d * TIME_DAY, &random);
    for (size_t i = KINDS; i < count; i++) homes[i] = homes[i % KINDS];
    for (size_t i = 0; i < count; i++)
        homes[i].home.trial_wait = (uint8_t)(1 + i % 7);  // one in seven a night
    const clock_t before = clock();
    day(homes, count, start + WARM_DAYS * TIME_DAY, &random);
    const double seconds = (double)(clock() - before) / CLOCKS_PER_SEC;
    buf b = {.max = (size_t)1 << 30};
    const int64_t writing = time_monotonic_us();
    for (size_t i = 0; i < count; i++) {
        buf_clear(&b);
        sign_home_write(&homes[i].home, &b);
    }
    printf("%zu homes, a reading each quarter of an hour: one day in %.1f s of one core (%.2f million "
           "readings/s), judged each hour\n",
           count, seconds, (double)count * 96 / seconds / 1e6);
    printf("%zu bytes a home in memory with its meter, %zu on disk; writing all %.2f s\n", sizeof *homes, b.n,
           (double)(time_monotonic_us() - writing) / 1e6);
    buf_free(&b);
    free(homes);
    return 0;
}
