// SPDX-License-Identifier: EUPL-1.2
#include "sign/home.h"

#include "sign/bits.h"
#include "sign/evidence.h"
#include "sign/learn.h"
#include "sign/still.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INTERVAL_MOST (2 * TIME_HOUR)
#define SLOT_S 1800
#define DARK_SLOTS 6  // of a day with panels, without use
#define NIGHT_FROM 4  // half hours: 02:00 to 05:00
#define NIGHT_TO 10
#define COVERED_LEAST_S 1200
#define UNITS_MOST 60000        // of a half hour: 120 kW; more is a fault of the register
#define STANDBY_SLOTS_LEAST 24  // a home with panels has no others in summer
#define SUPPLY_SHARE 0.5        // of the standby use over a hole; less of it tells of a power cut
#define WATER_EVENT_LITRES 2
#define GAS_EVENT_LITRES 10
#define HEATING_SLOTS 12  // half hours of a day with gas: the boiler heats, gas says nothing of people

_Static_assert(sizeof(struct sign_home) <= SIGN_HOME_BYTES_MAX, "the promise of home.h");

// ---- Local half hours --------------------------------------------------------------------------------------------

sign_slot sign_slot_of(const struct tz *zone, instant t)
{
    const instant local = t + (zone ? (instant)tz_offset(zone, t, NULL) * TIME_SECOND : 0);
    return (sign_slot)((local >= 0 ? local : local - (SIGN_SLOT_TIME - 1)) / SIGN_SLOT_TIME);
}

instant sign_slot_start(const struct tz *zone, sign_slot s)
{
    const instant local = (instant)s * SIGN_SLOT_TIME;
    instant out = local;
    bool skipped;
    if (zone) tz_instant(zone, time_to_civil(local), TZ_EARLIER, &out, &skipped);
    return out;
}

const char *sign_state_name(sign_state s)
{
    static const char *const names[SIGN_STATE_COUNT] = {
        "learning", "active", "quiet", "cap", "meter_silent", "supply_off", "away", "paused", "unsuitable"};
    return names[s];
}

// ---- Days --------------------------------------------------------------------------------------------------------

static int compare_u16(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static double wh(double kwh)
{
    return kwh * 1000;
}

static bool is_high(const struct sign_home *h, const struct sign_parameters *p, uint16_t x)
{
    return x > h->standby_wh + fmax(wh(p->level_kwh), p->level_ripples * h->ripple_wh);
}

static bool use_is_dead(const struct sign_home *h, uint16_t units)
{
    return units <= fmax(0.2 * h->standby_wh, 1);
}

// Panels without a register of their own: by day the meter often stands near zero.
static bool looks_solar(const struct sign_home *h)
{
    int days = 0;
    for (size_t i = 0; i < h->standby_count; i++) days += (int)(h->dark >> i & 1u);
    return days >= 3;
}

static void close_day(struct sign_home *h, const struct sign_parameters *p)
{
    uint16_t sorted[SIGN_SLOTS];
    size_t n = 0;
    uint8_t dark = 0, loud = 0;
    for (size_t i = 0; i < SIGN_SLOTS; i++) {
        if (h->today[i] == SIGN_UNSEEN) continue;
        sorted[n++] = h->today[i];
        if (i >= NIGHT_FROM && i < NIGHT_TO && is_high(h, p, h->today[i]))
            loud = (uint8_t)(loud | 1u << (i - NIGHT_FROM));
        dark = (uint8_t)(dark + (i >= 14 && i < 42 && use_is_dead(h, h->today[i])));
    }
    const bool is_dead = h->dead_slots >= SIGN_SLOTS / 4 && !looks_solar(h);
    if (n < STANDBY_SLOTS_LEAST || is_dead || h->told_quiet || h->told_cap) return;
    qsort(sorted, n, sizeof *sorted, compare_u16);
    const size_t at = h->standby_next;
    h->standby[at] = sorted[n / 10];
    h->ripple[at] = (uint16_t)(sorted[14] - sorted[1]);
    h->dark = (h->dark & ~(UINT32_C(1) << at)) | (uint32_t)(dark >= DARK_SLOTS) << at;
    h->loud[at] = loud;
    h->standby_next = (uint8_t)((at + 1) % SIGN_STANDBY_DAYS);
    if (h->standby_count < SIGN_STANDBY_DAYS) h->standby_count++;
}

static void clear_day(struct sign_home *h, int32_t day)
{
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        memset(h->bits[c].events[ring_of(day)], 0, SIGN_SLOTS / 8);
        memset(h->bits[c].seen[ring_of(day)], 0, 3);
    }
}

static void clear_today(struct sign_home *h)
{
    for (size_t i = 0; i < SIGN_SLOTS; i++) h->today[i] = SIGN_UNSEEN;
    h->heated_yesterday = h->gas_slots >= HEATING_SLOTS;
    h->gas_slots = 0;
}

static void begin(struct sign_home *h, int32_t day)
{
    h->first_day = h->day = day;
    h->quiet_from = h->last_event = SIGN_NEVER;
    h->newest = SIGN_NEVER;
    h->restart = SIGN_NEVER;
    clear_today(h);
}

static void roll_to(struct sign_home *h, const struct sign_parameters *p, int32_t day)
{
    if (h->day == 0) begin(h, day);
    if (day <= h->day) return;
    close_day(h, p);
    const int32_t first = day - h->day > SIGN_DAYS ? day - SIGN_DAYS : h->day;
    for (int32_t d = first + 1; d <= day; d++) clear_day(h, d);
    h->day = day;
    clear_today(h);
    sign_learn(h, p);
}

// ---- Half hours --------------------------------------------------------------------------------------------------

static bool is_rise(const struct sign_home *h, const struct sign_parameters *p, uint16_t x, uint16_t least)
{
    const double rise = (double)x - least, ripple = h->ripple_wh;
    return rise > fmax(wh(p->rise_kwh), p->rise_ripples * ripple) && is_high(h, p, x);
}

// Water that runs after a half hour in which it did not; gas likewise, on days without heating.
static bool is_draw(sign_channel c, uint16_t x, uint16_t least)
{
    if (c == SIGN_WATER) return x >= least + WATER_EVENT_LITRES;
    return x >= least + GAS_EVENT_LITRES;
}

// Whether use on the channel says anything of people now.
static bool channel_tells(const struct sign_home *h, sign_channel c)
{
    if (c == SIGN_GAS) return h->gas_slots < HEATING_SLOTS && !h->heated_yesterday;
    return c != SIGN_ELECTRICITY || h->standby_count > 0;
}

static void note_supply(struct sign_home *h, sign_slot s, uint16_t x, bool is_blind)
{
    const size_t slot = slot_of_day(s);
    const bool is_day = slot >= 14 && slot < 42;
    const bool says_nothing = is_blind || (is_day && looks_solar(h));
    if (!use_is_dead(h, x) || h->standby_wh <= 10)
        h->dead_slots = 0;
    else if (!says_nothing && h->dead_slots < UINT16_MAX)
        h->dead_slots++;
}

static bool is_away(const struct sign_home *h, instant t)
{
    return h->is_paused || (h->away_to != 0 && t >= h->away_from && t < h->away_to);
}

static instant pending_start(const struct sign_pending *x)
{
    return (instant)x->start * SIGN_SLOT_TIME;
}

static void take_slot(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                      sign_channel c, const struct sign_pending *x, bool is_blind)
{
    const instant start = pending_start(x);
    const sign_slot s = sign_slot_of(zone, start);
    const int32_t day = slot_day(s);
    roll_to(h, p, day);
    if (day <= h->day - SIGN_DAYS || day < h->first_day) return;
    const double whole = (double)x->units * SLOT_S / x->covered_s;
    if (whole > UNITS_MOST) return;
    const uint16_t units = (uint16_t)lround(whole);
    const size_t slot = slot_of_day(s), r = ring_of(day);
    struct sign_before *b = &h->before[c];
    uint8_t *count = &h->before_count[c];
    if (*count > 0 && s == b->slot) return;  // told twice
    const bool follows = *count > 0 && s == b->slot + 1;
    const uint16_t least = *count > 1 && b->two < b->one ? b->two : b->one;
    const bool told = channel_tells(h, c);
    if (c == SIGN_ELECTRICITY && day == h->day && !is_blind) h->today[slot] = units;
    if (c == SIGN_ELECTRICITY && s > h->newest) note_supply(h, s, units, is_blind);
    if (c == SIGN_GAS && day == h->day && units > 0 && h->gas_slots < SIGN_SLOTS) h->gas_slots++;
    if (follows && told && !is_away(h, start)) {
        const bool event = c == SIGN_ELECTRICITY ? is_rise(h, p, units, least) : is_draw(c, units, least);
        if (event) {
            bit_set(h->bits[c].events[r], slot);
            if (s > h->last_event && !bit_get(h->timer[c], slot)) h->last_event = s;
        }
        if (event || !is_blind) bit_set(h->bits[c].seen[r], slot / 2);
        if (s < h->newest) h->is_stale = true;
    }
    b->two = follows ? b->one : units;
    b->one = units;
    *count = (uint8_t)(follows && *count < 2 ? *count + 1 : follows ? 2 : 1);
    b->slot = s;
}

static void step(struct sign_home *h, sign_slot s)
{
    evidence_step(h, s);
    still_step(h, s);
}

static void replay(struct sign_home *h)
{
    evidence_replay(h);
    still_count(h);
}

static bool slot_is_old(const struct sign_home *h, instant start)
{
    return h->newest_end != 0 && start < h->newest_end - (SIGN_DAYS + 1) * TIME_DAY;
}

// The half hour that was being filled is whole, or will not become so.
static void finish(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                   sign_channel c)
{
    const struct sign_pending x = h->pending[c];
    const instant start = pending_start(&x);
    const bool is_blind = (unsigned)h->blind >> c & 1U;
    h->pending[c] = (struct sign_pending){0};
    h->blind = (uint8_t)(h->blind & ~(1u << c));
    if (x.covered_s < COVERED_LEAST_S || slot_is_old(h, start)) return;
    take_slot(h, p, zone, c, &x, is_blind);
    const sign_slot s = sign_slot_of(zone, start);
    if (s > h->newest) {
        // With several meters the half hour is weighed when the first of them has told it; the others make it stale.
        if (h->newest != SIGN_NEVER && s == h->newest + 1)
            step(h, s);
        else
            h->is_stale = true;
        h->newest = s;
    } else if (s == h->newest) {
        h->is_stale = true;
    }
    if (start + SIGN_SLOT_TIME > h->newest_end) h->newest_end = start + SIGN_SLOT_TIME;
}

static instant floor_slot(instant t)
{
    return t - ((t % SIGN_SLOT_TIME) + SIGN_SLOT_TIME) % SIGN_SLOT_TIME;
}

static void fill(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone, sign_channel c,
                 interval piece, double units, bool is_blind)
{
    struct sign_pending *x = &h->pending[c];
    const int32_t start = (int32_t)(floor_slot(piece.start) / SIGN_SLOT_TIME);
    h->channels = (uint8_t)(h->channels |
                            (1u << c));  // from its first minutes, or a restart would lose them each time
    if (x->covered_s && x->start != start) finish(h, p, zone, c);
    if (x->covered_s == 0) *x = (struct sign_pending){.start = start};
    const double sum = (double)x->units + units;
    x->units = sum < UINT16_MAX ? (uint16_t)lround(sum) : UINT16_MAX;  // more than UNITS_MOST
    x->covered_s = (uint16_t)(x->covered_s + (piece.end - piece.start) / TIME_SECOND);
    if (is_blind) h->blind = (uint8_t)(h->blind | 1u << c);
    if (x->covered_s >= SLOT_S) finish(h, p, zone, c);
}

void sign_home_use(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                   sign_channel c, interval when, uint32_t units, bool is_blind)
{
    const instant length = when.end - when.start;
    if (when.start <= 0 || when.end > TIME_MAX || length < TIME_SECOND || length > INTERVAL_MOST) return;
    for (instant at = when.start; at < when.end;) {
        instant end = floor_slot(at) + SIGN_SLOT_TIME;
        if (end > when.end) end = when.end;
        const double share = (double)units * (double)(end - at) / (double)length;
        fill(h, p, zone, c, (interval){at, end}, share, is_blind);
        at = end;
    }
}

void sign_home_hole(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                    interval when, uint32_t units)
{
    const double hours = (double)(when.end - when.start) / (double)TIME_HOUR;
    if (when.start <= 0 || when.end > TIME_MAX || hours < 0.5 || h->day == 0 || h->standby_count == 0) return;
    if (is_away(h, when.start)) return;
    // Not even the refrigerator ran: the street had no electricity, and nobody can use what is not there.
    if (h->standby_wh > 5 && units < SUPPLY_SHARE * 2 * h->standby_wh * hours) return;
    if (units > 1.3 * 2 * h->standby_wh * hours + 200) {
        h->restart = sign_slot_of(zone, when.end);
        h->is_stale = true;
        return;
    }
    const sign_slot to = sign_slot_of(zone, when.end);
    roll_to(h, p, slot_day(to - 1));
    sign_slot from = sign_slot_of(zone, when.start);
    if (from < to - SIGN_DAYS * SIGN_SLOTS) from = to - SIGN_DAYS * SIGN_SLOTS;
    for (sign_slot s = from; s < to; s++)
        if (slot_day(s) > h->day - SIGN_DAYS && slot_day(s) >= h->first_day)
            bit_set(h->bits[SIGN_ELECTRICITY].seen[ring_of(slot_day(s))], slot_of_day(s) / 2);
    if (to - 1 > h->newest) h->newest = to - 1;
    h->is_stale = true;
}

// ---- What the resident says --------------------------------------------------------------------------------------

static void restart_at(struct sign_home *h, const struct tz *zone, instant t)
{
    const sign_slot s = sign_slot_of(zone, t);
    if (s > h->restart) h->restart = s;
    h->told_quiet = h->told_cap = false;
    h->is_stale = true;
}

// Back before the day, or another day: the clock waits no longer for the old one.
static void end_away(struct sign_home *h, const struct tz *zone, instant from)
{
    if (h->away_to != 0 && h->restart == sign_slot_of(zone, h->away_to))
        h->restart = sign_slot_of(zone, from);
}

void sign_home_away(struct sign_home *h, const struct tz *zone, instant from, instant to)
{
    end_away(h, zone, from);
    if (to == TIME_NONE) {
        if (h->away_to > from) h->away_to = from;
        restart_at(h, zone, from);
        return;
    }
    h->away_from = from;
    h->away_to = to;
    restart_at(h, zone, to);
}

void sign_home_pause(struct sign_home *h, const struct tz *zone, bool is_paused, instant now)
{
    h->is_paused = is_paused;
    restart_at(h, zone, now);
}

void sign_home_reset(struct sign_home *h, const struct tz *zone, instant now)
{
    restart_at(h, zone, now);
}

// ---- What is thought of it ---------------------------------------------------------------------------------------

sign_slot sign_quiet_from(const struct sign_home *h)
{
    if (h->still_slots == 0 || h->last_event == SIGN_NEVER) return h->quiet_from;
    const sign_slot still = h->last_event + 1 > h->restart ? h->last_event + 1 : h->restart;
    return h->quiet_from != SIGN_NEVER && h->quiet_from < still ? h->quiet_from : still;
}

uint16_t sign_quiet_slots(const struct sign_home *h)
{
    return h->still_slots > h->quiet_slots ? h->still_slots : h->quiet_slots;
}

// ---- Judgement ---------------------------------------------------------------------------------------------------

static bool hour_was_seen(const struct sign_home *h, sign_slot s)
{
    if (slot_day(s) > h->day || slot_day(s) <= h->day - SIGN_DAYS) return false;
    return bit_get(h->bits[SIGN_ELECTRICITY].seen[ring_of(slot_day(s))], slot_of_day(s) / 2);
}

// Also right after a meter came back: until half of a day's hours have readings nothing is concluded.
static bool meter_is_silent(const struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                            instant now)
{
    if (now - h->newest_end >= (instant)(p->silent_h * (double)TIME_HOUR)) return true;
    const sign_slot s = sign_slot_of(zone, now);
    int seen = 0;
    sign_slot from = s - SIGN_SLOTS;
    if (from < h->restart) from = h->restart;                  // what the resident was away for was not kept
    if (from < (h->first_day + 2) * SIGN_SLOTS) return false;  // of the first days nothing is marked as seen
    for (sign_slot k = from; k < s; k++) seen += hour_was_seen(h, k);
    return seen < (s - from) / 2 && h->dead_slots == 0;
}

static bool is_learning(const struct sign_home *h, const struct sign_parameters *p)
{
    return h->day - h->first_day < p->learning_days;
}

static bool supply_is_off(const struct sign_home *h, const struct sign_parameters *p)
{
    return h->dead_slots >= 2 * p->supply_off_h;
}

static bool is_waking(const struct sign_parameters *p, const struct tz *zone, instant now)
{
    const double hour = (double)slot_of_day(sign_slot_of(zone, now)) / 2;
    return hour >= p->waking_from_h && hour < p->waking_to_h;
}

// By the sum, which one defrost does not set back, or by the plain clock, which needs no evidence.
static bool cap_is_reached(const struct sign_home *h, const struct sign_parameters *p)
{
    const bool by_sum = (double)h->evidence >= p->evidence_least && h->quiet_slots / 2.0 >= p->cap_h;
    return by_sum || h->still_slots / 2.0 >= p->cap_h;
}

static bool is_heavy(const struct sign_home *h, const struct sign_parameters *p)
{
    return (double)h->evidence >= p->evidence_least && h->evidence >= h->limit &&
           h->quiet_slots / 2.0 >= p->floor_h;
}

// While it learns the hard limit holds all the same. A home that it cannot watch well is told so, and is asked early all the
// same: where machines look like life that comes too seldom, never too often.
static sign_state judge_silence(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                                instant now)
{
    // What was told stays so until half of the evidence is gone: one machine that starts does not make it two alarms.
    const bool is_weighty = (double)h->evidence >= p->evidence_least / 2,
               is_still = still_is_improbable(h, p);
    if (cap_is_reached(h, p))
        h->told_cap = true;
    else if (!is_weighty && !is_still)
        h->told_quiet = h->told_cap = false;
    else if (!h->told_quiet && !is_learning(h, p) && (is_still || is_heavy(h, p)))
        h->told_quiet = is_waking(p, zone, now);
    if (h->told_cap) return SIGN_CAP;
    if (h->told_quiet) return SIGN_QUIET;
    return is_learning(h, p) ? SIGN_LEARNING : h->is_unfit ? SIGN_UNSUITABLE : SIGN_ACTIVE;
}

sign_state sign_home_judge(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone,
                           instant now)
{
    sign_state s;
    // What was not used while the supply was off says nothing.
    if (h->state == SIGN_SUPPLY_OFF && !supply_is_off(h, p)) restart_at(h, zone, h->newest_end);
    if (h->is_stale) replay(h);
    h->is_stale = false;
    if (h->is_paused)
        s = SIGN_PAUSED;
    else if (is_away(h, now))
        s = SIGN_AWAY;
    else if (h->day == 0)
        s = SIGN_LEARNING;
    else if (supply_is_off(h, p))
        s = SIGN_SUPPLY_OFF;
    else if (meter_is_silent(h, p, zone, now))
        s = SIGN_METER_SILENT;
    else
        s = judge_silence(h, p, zone, now);
    h->state = (uint8_t)s;
    return s;
}
