// SPDX-License-Identifier: EUPL-1.2
#include "method.h"

#include "sign/bits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_DAYS 28
#define NEVER_H 1e9

// ---- peil: the home's own limit, and the hard limit alone -----------------------------------------------------------

struct own {
    struct sign_home home;
    struct sign_parameters parameters;
    bool cap_alone;
};

static void *own_begin(double margin_h)
{
    struct own *o = calloc(1, sizeof *o);
    if (!o) abort();
    o->parameters = sign_parameters_standard();
    o->parameters.margin_h = margin_h;
    return o;
}

static void *cap_begin(double cap_h)
{
    struct own *o = own_begin(NEVER_H);
    o->parameters.factor = 1e9;
    o->parameters.cap_h = cap_h;
    o->cap_alone = true;
    return o;
}

static void *blind_cap_begin(double cap_h)
{
    struct own *o = cap_begin(cap_h);
    o->parameters.trial_share = o->parameters.least_events = 0;  // every home passes
    return o;
}

static bool own_take(void *state, const struct sign_home *seen, instant start, int32_t wh)
{
    (void)seen;
    struct own *o = state;
    const interval when = {start, start + SIGN_SLOT_TIME};
    if (wh != SERIES_HOLE)
        sign_home_use(&o->home, &o->parameters, NULL, SIGN_ELECTRICITY, when, (uint32_t)wh, false);
    const sign_state s = sign_home_judge(&o->home, &o->parameters, NULL, when.end);
    return s == SIGN_CAP || (s == SIGN_QUIET && !o->cap_alone);
}

// ---- The fixed rule: nothing switched on for so many hours ---------------------------------------------------------

static void *fixed_begin(double hours)
{
    double *h = malloc(sizeof *h);
    if (!h) abort();
    *h = hours;
    return h;
}

static bool fixed_take(void *state, const struct sign_home *seen, instant start, int32_t wh)
{
    (void)start;
    (void)wh;
    const double *hours = state;
    return seen->last_event != SIGN_NEVER && (seen->newest - seen->last_event) / 2.0 >= *hours;
}

// ---- Cuddihy et al. 2007: an alert line for each time of day --------------------------------------------------------
//
// For each half hour of the day the lengths of inactivity that were reached then in the last weeks; the line is their 99th
// percentile over the half hours around, and a buffer on top. The paper had motion sensors; here the events are peil's own. An
// inactivity counts when it has ended: else a silence of two days would teach the line of the third that it is ordinary.

#define LINE_AROUND 3

struct line {
    double buffer_h;
    float reached[WINDOW_DAYS][SIGN_SLOTS];
    sign_slot at[WINDOW_DAYS][SIGN_SLOTS];  // when
    float limit[SIGN_SLOTS];
    int days;
};

static void *line_begin(double buffer_h)
{
    struct line *l = calloc(1, sizeof *l);
    if (!l) abort();
    l->buffer_h = buffer_h;
    return l;
}

static int compare_float(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

static void line_learn(struct line *l, sign_slot ended)
{
    float values[WINDOW_DAYS * (2 * LINE_AROUND + 1)];
    for (size_t slot = 0; slot < SIGN_SLOTS; slot++) {
        size_t n = 0;
        for (size_t d = 0; d < WINDOW_DAYS; d++)
            for (size_t k = 0; k <= 2 * LINE_AROUND; k++) {
                const size_t around = (slot + SIGN_SLOTS + k - LINE_AROUND) % SIGN_SLOTS;
                if (l->at[d][around] <= ended) values[n++] = l->reached[d][around];
            }
        if (n == 0) continue;
        qsort(values, n, sizeof *values, compare_float);
        l->limit[slot] = values[n * 99 / 100];
    }
}

static bool line_take(void *state, const struct sign_home *seen, instant start, int32_t wh)
{
    struct line *l = state;
    const sign_slot s = sign_slot_of(NULL, start);
    const size_t slot = slot_of_day(s);
    if (seen->last_event == SIGN_NEVER || wh == SERIES_HOLE) return false;
    const float hours = (float)((s - seen->last_event) / 2.0);
    if (slot == 0) {
        if (l->days >= WINDOW_DAYS) line_learn(l, seen->last_event);
        l->days++;
    }
    l->reached[l->days % WINDOW_DAYS][slot] = hours;
    l->at[l->days % WINDOW_DAYS][slot] = s;
    return l->days > WINDOW_DAYS && (double)hours > (double)l->limit[slot] + l->buffer_h;
}

// ---- Mathunjwa et al. 2024: a day's active score against the norm of 28 days ------------------------------------------
//
// A background threshold parts active from inactive intervals; the share of active ones is the day's score; a day below the
// low norm (mean less so many deviations) is out of the ordinary. How the paper finds the threshold is not fully told in what
// can be read of it: here it is half way in the widest gap within the lower half of the day's sorted values, the median of 28 days.

struct score {
    double deviations;
    int32_t today[SIGN_SLOTS];
    double thresholds[WINDOW_DAYS], scores[WINDOW_DAYS];
    int days;
    bool alarms;
};

static void *score_begin(double deviations)
{
    struct score *x = calloc(1, sizeof *x);
    if (!x) abort();
    x->deviations = deviations;
    return x;
}

static int compare_i32(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double day_threshold(const int32_t *values)
{
    int32_t sorted[SIGN_SLOTS], widest = 0;
    double at = 0;
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, SIGN_SLOTS, sizeof *sorted, compare_i32);
    for (size_t i = SIGN_SLOTS / 8; i < SIGN_SLOTS / 2; i++) {
        if (sorted[i + 1] - sorted[i] < widest) continue;
        widest = sorted[i + 1] - sorted[i];
        at = (sorted[i + 1] + sorted[i]) / 2.0;
    }
    return at;
}

static void score_day(struct score *x)
{
    double sorted[WINDOW_DAYS], sum = 0, squares = 0;
    int active = 0;
    x->thresholds[x->days % WINDOW_DAYS] = day_threshold(x->today);
    if (x->days < WINDOW_DAYS - 1) {
        x->days++;
        return;
    }
    memcpy(sorted, x->thresholds, sizeof sorted);
    qsort(sorted, WINDOW_DAYS, sizeof *sorted, compare_double);
    for (size_t i = 0; i < SIGN_SLOTS; i++) active += x->today[i] > sorted[WINDOW_DAYS / 2];
    for (size_t i = 0; i < WINDOW_DAYS; i++) {
        sum += x->scores[i];
        squares += x->scores[i] * x->scores[i];
    }
    const double mean = sum / WINDOW_DAYS, deviation = sqrt(fmax(0, squares / WINDOW_DAYS - mean * mean));
    x->alarms = x->days >= 2 * WINDOW_DAYS - 1 && active < mean - x->deviations * deviation;
    if (!x->alarms) x->scores[x->days % WINDOW_DAYS] = active;
    x->days++;
}

static bool score_take(void *state, const struct sign_home *seen, instant start, int32_t wh)
{
    (void)seen;
    struct score *x = state;
    const size_t slot = slot_of_day(sign_slot_of(NULL, start));
    x->today[slot] = wh == SERIES_HOLE ? 0 : wh;
    if (slot == SIGN_SLOTS - 1) score_day(x);
    return x->alarms;
}

// ------------------------------------------------------------------------------------------------------------------

const struct method methods[] = {
    {"peil, own limit", own_begin, own_take, free, "margin h", {18, 24, 30, 42, 72}, false},
    {"peil, hard limit", cap_begin, own_take, free, "hours", {36, 48, 72, 120, 168}, false},
    {"fixed rule", fixed_begin, fixed_take, free, "hours", {36, 48, 72, 120, 168}, true},
    {"Cuddihy 2007", line_begin, line_take, free, "buffer h", {6, 12, 24, 36, 72}, true},
    {"Mathunjwa 2024", score_begin, score_take, free, "deviations", {1, 1.5, 2, 2.5, 3}, false},
};
const struct method method_blind_cap = {"hard limit", blind_cap_begin, own_take, free, "hours", {168}, false};
const size_t method_count = sizeof methods / sizeof methods[0];
