// SPDX-License-Identifier: EUPL-1.2
#include "sign/codec.h"

#include "sign/still.h"

#include <math.h>
#include <string.h>

#define DAYS_MOST 60000  // the year 2134
#define EVIDENCE_MOST 10000.0F

#define OLD_VERSION 1  // is read still

// One walk over the fields for both ways, so that they cannot differ.
struct walk {
    buf *out;  // writing
    str in;    // reading
    size_t at;
    bool failed;
    bool is_old;  // as OLD_VERSION was
};

static void bytes(struct walk *w, void *p, size_t n)
{
    if (w->out) {
        buf_add(w->out, (str){p, n});
    } else if (w->failed || w->in.n - w->at < n) {
        w->failed = true;
    } else {
        memcpy(p, w->in.p + w->at, n);
        w->at += n;
    }
}

static void number(struct walk *w, uint64_t *v, size_t n)
{
    uint8_t b[8];
    for (size_t i = 0; w->out && i < n; i++) b[i] = (uint8_t)(*v >> (8 * i));
    bytes(w, b, n);
    if (w->out || w->failed) return;
    *v = 0;
    for (size_t i = 0; i < n; i++) *v |= (uint64_t)b[i] << (8 * i);
}

#define FIELD_OF(type, name, size)            \
    static void name(struct walk *w, type *x) \
    {                                         \
        uint64_t v = (uint64_t)*x;            \
        number(w, &v, size);                  \
        *x = (type)v;                         \
    }
FIELD_OF(uint8_t, u8, 1)
FIELD_OF(uint16_t, u16, 2)
FIELD_OF(uint32_t, u32, 4)
FIELD_OF(int32_t, i32, 4)
FIELD_OF(int64_t, i64, 8)

static void flag(struct walk *w, bool *x)
{
    uint8_t v = *x;
    u8(w, &v);
    if (v > 1) w->failed = true;
    *x = v == 1;
}

static void real(struct walk *w, float *x)
{
    uint32_t v;
    memcpy(&v, x, sizeof v);
    u32(w, &v);
    memcpy(x, &v, sizeof v);
}

static void u16s(struct walk *w, uint16_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++) u16(w, &x[i]);
}

// Until version 2 the half hour that is being filled was an instant, and its use had room for more than a house can draw.
static void old_pending(struct walk *w, struct sign_home *h, size_t c)
{
    int64_t start = 0;
    uint32_t units = 0;
    bool is_blind = false;
    i64(w, &start);
    u32(w, &units);
    u16(w, &h->pending[c].covered_s);
    flag(w, &is_blind);
    if (start < 0 || start > TIME_MAX || start % SIGN_SLOT_TIME != 0) w->failed = true;
    h->pending[c].start = (int32_t)(start / SIGN_SLOT_TIME);
    h->pending[c].units = units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
    if (is_blind) h->blind = (uint8_t)(h->blind | 1u << c);
}

static void pending(struct walk *w, struct sign_home *h, size_t c)
{
    i32(w, &h->pending[c].start);
    u16(w, &h->pending[c].units);
    u16(w, &h->pending[c].covered_s);
}

static void channel(struct walk *w, struct sign_home *h, size_t c)
{
    bytes(w, &h->bits[c], sizeof h->bits[c]);
    bytes(w, h->usual[c], sizeof h->usual[c]);
    u8(w, &h->machine[c]);
    bytes(w, h->timer[c], sizeof h->timer[c]);
    if (w->is_old)
        old_pending(w, h, c);
    else
        pending(w, h, c);
    i32(w, &h->before[c].slot);
    u16(w, &h->before[c].one);
    u16(w, &h->before[c].two);
    u8(w, &h->before_count[c]);
}

// Until version 2: how many half hours of the days were dark, and of the nights loud; and the mean growth of a silent day.
static void old_days(struct walk *w, struct sign_home *h)
{
    uint8_t dark[SIGN_STANDBY_DAYS] = {0};
    bytes(w, dark, sizeof dark);
    bytes(w, h->loud, sizeof h->loud);
    for (size_t i = 0; i < SIGN_STANDBY_DAYS; i++) {
        if (dark[i] >= 6) h->dark |= UINT32_C(1) << i;
        if (h->loud[i] > 6) w->failed = true;
        h->loud[i] = (uint8_t)((1u << (h->loud[i] & 7)) - 1);
    }
}

static void days(struct walk *w, struct sign_home *h)
{
    u32(w, &h->dark);
    bytes(w, h->loud, sizeof h->loud);
    u8(w, &h->blind);
    u8(w, &h->trial_wait);
    u16(w, &h->still_slots);
    bytes(w, h->usual_still, sizeof h->usual_still);
}

static void whole(struct walk *w, struct sign_home *h)
{
    uint8_t version = SIGN_CODED_VERSION;
    u8(w, &version);
    w->is_old = version == OLD_VERSION;
    if (version != SIGN_CODED_VERSION && !w->is_old) w->failed = true;
    u8(w, &h->channels);
    i32(w, &h->first_day);
    i32(w, &h->day);
    i32(w, &h->newest);
    i32(w, &h->last_event);
    i32(w, &h->quiet_from);
    i32(w, &h->restart);
    i64(w, &h->newest_end);
    i64(w, &h->away_from);
    i64(w, &h->away_to);
    real(w, &h->evidence);
    real(w, &h->limit);
    for (int i = 0; i < 2 && w->is_old; i++) real(w, &(float){0});
    u16(w, &h->quiet_slots);
    u16(w, &h->longest_slots);
    u16(w, &h->standby_wh);
    u16(w, &h->ripple_wh);
    u16(w, &h->dead_slots);
    u16(w, &h->gas_slots);
    u8(w, &h->state);
    flag(w, &h->is_paused);
    flag(w, &h->is_stale);
    flag(w, &h->told_quiet);
    flag(w, &h->told_cap);
    flag(w, &h->is_unfit);
    flag(w, &h->heated_yesterday);
    u8(w, &h->standby_count);
    u8(w, &h->standby_next);
    u16s(w, h->today, SIGN_SLOTS);
    u16s(w, h->standby, SIGN_STANDBY_DAYS);
    u16s(w, h->ripple, SIGN_STANDBY_DAYS);
    if (w->is_old)
        old_days(w, h);
    else
        days(w, h);
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT && !w->failed; c++)
        if (h->channels & (1u << c)) channel(w, h, c);
}

void sign_home_write(const struct sign_home *h, buf *out)
{
    struct sign_home copy = *h;
    struct walk w = {.out = out};
    whole(&w, &copy);
}

static bool is_sum(float x)
{
    return isfinite(x) && x >= 0 && x <= EVIDENCE_MOST;
}

static bool slot_fits(const struct sign_home *h, sign_slot s)
{
    return s == SIGN_NEVER || (s >= 0 && s <= (h->day + 1) * SIGN_SLOTS);
}

static bool time_fits(instant t)
{
    return t == 0 || (t > 0 && t <= TIME_MAX);
}

static bool channel_fits(const struct sign_home *h, size_t c)
{
    for (size_t i = 0; i < sizeof h->usual[c]; i++)
        if (((const uint8_t *)h->usual[c])[i] > 240) return false;
    return h->machine[c] <= 250 && h->pending[c].covered_s <= 1800 && h->pending[c].start >= 0 &&
           h->pending[c].start <= TIME_MAX / SIGN_SLOT_TIME && h->before_count[c] <= 2;
}

static bool home_fits(const struct sign_home *h)
{
    bool ok = h->day >= 0 && h->day <= DAYS_MOST && h->first_day >= 0 && h->first_day <= h->day &&
              h->state < SIGN_STATE_COUNT && h->standby_count <= SIGN_STANDBY_DAYS &&
              h->standby_next < SIGN_STANDBY_DAYS && h->channels < (1u << SIGN_CHANNEL_COUNT) &&
              h->blind < (1u << SIGN_CHANNEL_COUNT) && h->gas_slots <= SIGN_SLOTS;
    ok = ok && is_sum(h->evidence) && is_sum(h->limit);
    ok = ok && slot_fits(h, h->newest) && slot_fits(h, h->last_event) && slot_fits(h, h->quiet_from);
    ok = ok && time_fits(h->newest_end) && time_fits(h->away_from) && time_fits(h->away_to);
    for (size_t c = 0; ok && c < SIGN_CHANNEL_COUNT; c++) ok = channel_fits(h, c);
    return ok;
}

// What an older version did not know is learnt from the days that it remembered.
static void learn_from_old(struct sign_home *h)
{
    still_learn(h, h->day);
    still_count(h);
}

bool sign_home_read(str in, struct sign_home *out, err *e)
{
    struct sign_home h = {0};
    struct walk w = {.in = in};
    whole(&w, &h);
    if (w.failed || w.at != in.n)
        return err_set(e, ERR_CORRUPT, w.at, "the state of a home is cut off or of another version");
    if (!home_fits(&h))
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the state of a home holds impossible values");
    if (w.is_old) learn_from_old(&h);
    *out = h;
    return true;
}
