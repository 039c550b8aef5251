// SPDX-License-Identifier: EUPL-1.2
// Chunks alone, on one core: bytes an observation, and how many are written and read in a second.
#include "series/chunk.h"
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STREAMS 200
#define ROUNDS 5

// Of this thread: other work on the machine does not count.
static int64_t processor_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static buf chunks[STREAMS];

static void fill(const struct workload *w, uint64_t s, struct point *out)
{
    for (uint64_t i = 0; i < CHUNK_MOST; i++)
        out[i] = (struct point){.time = workload_time(w, s, i),
                                .units = workload_tenths(w, s, i),
                                .result_time = TIME_NONE,
                                .number = (uint32_t)i + 1,
                                .scale = 1};
}

static int64_t write_all(const struct workload *w, struct point *points, size_t *bytes)
{
    int64_t took = 0;
    *bytes = 0;
    for (uint64_t s = 0; s < STREAMS; s++) {
        fill(w, s, points);
        chunks[s].max = CHUNK_BYTES_MAX;
        buf_clear(&chunks[s]);
        const int64_t start = processor_us();
        if (!chunk_write(points, CHUNK_MOST, CHUNK_SMALL, &chunks[s])) exit(1);
        took += processor_us() - start;
        *bytes += chunks[s].n;
    }
    return took;
}

static int64_t read_all(unsigned wants)
{
    const int64_t start = processor_us();
    int64_t sum = 0;
    for (uint64_t s = 0; s < STREAMS; s++) {
        struct chunk_reader r;
        struct chunk_block b = {.n = 1};
        if (!chunk_open(&r, buf_str(&chunks[s]), wants)) exit(1);
        while (b.n > 0) {
            if (!chunk_next(&r, &b)) exit(1);
            if (b.n > 0) sum += b.time[b.n - 1] + b.units[0];
        }
        chunk_close(&r);
    }
    static volatile int64_t sink;
    sink = sum;
    (void)sink;
    return processor_us() - start;
}

static void measure(const char *name, bool is_jittered)
{
    static struct point points[CHUNK_MOST];
    const struct workload w = {.hash_stride = 16384, .is_jittered = is_jittered};
    const double all = (double)STREAMS * CHUNK_MOST;
    int64_t wrote = INT64_MAX, read = INT64_MAX;
    size_t bytes;
    for (int i = 0; i < ROUNDS; i++) {
        const int64_t a = write_all(&w, points, &bytes), b = read_all(CHUNK_RESULTS);
        wrote = a < wrote ? a : wrote;
        read = b < read ? b : read;
    }
    printf("%-9s %6.4f bytes an observation, written %6.1f million/s, read %6.1f million/s\n", name,
           (double)bytes / all, all / (double)wrote, all / (double)read);
}

int main(void)
{
    measure("regular", false);
    measure("jittered", true);
    return 0;
}
