// SPDX-License-Identifier: EUPL-1.2
#include "base/heard.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

struct heard {
    int64_t greatest;
    _Atomic int64_t *oldest;  // 0: nothing
};

static size_t bytes_for(int64_t greatest)
{
    return ((size_t)greatest + 1) * sizeof(_Atomic int64_t);
}

struct heard *heard_new(int64_t greatest)
{
    struct heard *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    void *room = mmap(NULL, bytes_for(greatest), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) {
        free(m);
        return NULL;
    }
    *m = (struct heard){greatest, room};
    return m;
}

void heard_free(struct heard *m)
{
    if (!m) return;
    munmap(m->oldest, bytes_for(m->greatest));
    free(m);
}

void heard_note(struct heard *m, int64_t number, instant t)
{
    if (number < 0 || number > m->greatest || t == TIME_NONE) return;
    if (t == 0) t = -1;  // zero is "nothing"
    int64_t was = atomic_load(&m->oldest[number]);
    while ((was == 0 || t < was) && !atomic_compare_exchange_weak(&m->oldest[number], &was, t)) continue;
}

instant heard_take(struct heard *m, int64_t number)
{
    if (number < 0 || number > m->greatest) return TIME_NONE;
    if (atomic_load(&m->oldest[number]) == 0) return TIME_NONE;
    const int64_t t = atomic_exchange(&m->oldest[number], 0);
    return t == 0 ? TIME_NONE : t;
}
