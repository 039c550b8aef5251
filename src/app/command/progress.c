// SPDX-License-Identifier: EUPL-1.2
#include "app/command/progress.h"

#include "base/time.h"

#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 30
#define REDRAW_US 100000

struct progress progress_start(const char *what)
{
    return (struct progress){.what = what, .started_us = time_monotonic_us(), .is_on = isatty(STDERR_FILENO)};
}

static void bar_draw(const struct progress *p, int64_t done, int64_t all, double seconds)
{
    char bar[BAR_WIDTH + 1];
    const int64_t filled = done >= all ? BAR_WIDTH : done * BAR_WIDTH / all;
    for (int64_t k = 0; k < BAR_WIDTH; k++) bar[k] = k < filled ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    const double left = done > 0 ? seconds * (double)(all - done) / (double)done : 0;
    fprintf(stderr, "\r%s [%s] %3lld %%, %.0f s left ", p->what, bar, (long long)(done * 100 / all), left);
}

void progress_show(struct progress *p, int64_t done, int64_t all)
{
    const int64_t now = time_monotonic_us();
    if (!p->is_on || (now - p->drawn_us < REDRAW_US && done < all)) return;
    p->drawn_us = now;
    if (all > 0)
        bar_draw(p, done, all, (double)(now - p->started_us) / 1e6);
    else
        fprintf(stderr, "\r%s %lld ", p->what, (long long)done);
}

void progress_end(struct progress *p)
{
    if (p->is_on && p->drawn_us) fprintf(stderr, "\n");
}
