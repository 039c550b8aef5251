// SPDX-License-Identifier: EUPL-1.2
#include "sign/watch.h"

#include "ingest/decode/local_time.h"
#include "ingest/p1/telegram.h"
#include "sign/bits.h"
#include "sign/codec.h"

#include <string.h>

#define CLOCK_MOST_WRONG TIME_DAY  // a meter whose clock is further off is read by ours
#define MAGIC "peil-watch-2\n"
#define MAGIC_BYTES (sizeof MAGIC - 1)
#define SAVED_NUMBERS 5
#define MINUTES (24 * 60)  // of a day

void sign_watch_begin(struct sign_watch *w, const struct sign_parameters *p, const struct tz *zone,
                      int minute)
{
    memset(w, 0, sizeof *w);
    w->parameters = *p;
    w->zone = zone;
    w->minute = minute % MINUTES;
}

// ---- Telegrams ---------------------------------------------------------------------------------------------------

static int64_t sum(int64_t x, int64_t y)
{
    if (x == P1_NONE || y == P1_NONE) return x == P1_NONE ? y : x;
    return x + y;
}

static instant time_of(const struct sign_watch *w, const p1_time *t, instant now)
{
    bool is_skipped;
    if (!t->is_given) return now;
    if (w->is_replay) {
        const instant told = local_time(w->zone, t->local, t->season, w->newest, &is_skipped);
        return told == TIME_NONE ? w->newest : told;
    }
    const instant at = local_time(w->zone, t->local, t->season, now, &is_skipped);
    return at == TIME_NONE || at > now + CLOCK_MOST_WRONG || at < now - CLOCK_MOST_WRONG ? now : at;
}

static void take_reading(struct sign_watch *w, sign_channel c, instant at, int64_t in, int64_t out)
{
    const struct sign_reading r = {c, at, in, out};
    if (in != P1_NONE) sign_meter_take(&w->meter, &w->home, &w->parameters, w->zone, &r);
}

// A channel whose own clock stands still gives no readings: sign_meter_take looks at the time.
static void take_channels(struct sign_watch *w, const struct p1_telegram *t, instant now)
{
    static const struct {
        int type;
        sign_channel channel;
    } kinds[] = {{3, SIGN_GAS}, {6, SIGN_WATER}, {7, SIGN_WATER}};
    for (size_t i = 0; i < t->channel_count; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
            const struct p1_channel *c = &t->channels[i];
            if (c->type != kinds[k].type || !c->time.is_given || c->milli == P1_NONE || c->milli == 0)
                continue;
            take_reading(w, kinds[k].channel, time_of(w, &c->time, now), c->milli, SIGN_METER_NONE);
        }
}

static void take_telegram(struct sign_watch *w, str text, instant now)
{
    struct p1_telegram t;
    err ignored;
    w->telegrams++;
    if (!p1_telegram_read(text, &t, &ignored)) {
        w->refused++;
        return;
    }
    const int64_t *r = t.registers;
    const instant at = time_of(w, &t.time, now);
    if (at > w->newest) w->newest = at;
    const int64_t in = r[P1_ENERGY_IN] != P1_NONE ? r[P1_ENERGY_IN]
                                                  : sum(r[P1_ENERGY_IN_T1], r[P1_ENERGY_IN_T2]);
    const int64_t out = r[P1_ENERGY_OUT] != P1_NONE ? r[P1_ENERGY_OUT]
                                                    : sum(r[P1_ENERGY_OUT_T1], r[P1_ENERGY_OUT_T2]);
    take_reading(w, SIGN_ELECTRICITY, at, in, out == P1_NONE ? SIGN_METER_NONE : out);
    take_channels(w, &t, now);
}

bool sign_watch_take(struct sign_watch *w, str *rest, instant now)
{
    str telegram;
    if (!p1_framer_take(&w->framer, rest, &telegram)) return false;
    take_telegram(w, telegram, now);
    return true;
}

// ---- What to do --------------------------------------------------------------------------------------------------

void sign_watch_well(struct sign_watch *w, instant now)
{
    sign_home_reset(&w->home, w->zone, now);
    w->asked_at = 0;
}

void sign_watch_well_since(struct sign_watch *w, instant at)
{
    if (sign_slot_of(w->zone, at) > w->home.restart) sign_watch_well(w, at);
}

static sign_word word_of(sign_state s)
{
    if (s == SIGN_QUIET || s == SIGN_CAP) return SIGN_LOOK;
    return s == SIGN_METER_SILENT || s == SIGN_SUPPLY_OFF || s == SIGN_UNSUITABLE ? SIGN_FAULT : SIGN_OK;
}

static void fill(const struct sign_watch *w, sign_word word, instant now, struct sign_message *out)
{
    const civil c = w->zone ? tz_civil(w->zone, now) : time_to_civil(now);
    memset(out, 0, sizeof *out);
    out->year = c.year;
    out->month = c.month;
    out->day = c.day;
    out->word = word;
    out->quiet_h = word == SIGN_LOOK ? sign_quiet_slots(&w->home) / 2 : 0;
    out->number = (w->number + 1) % 1000000;
}

sign_do sign_watch_tick(struct sign_watch *w, instant now, struct sign_message *out)
{
    const sign_slot s = sign_slot_of(w->zone, now);
    const civil c = w->zone ? tz_civil(w->zone, now) : time_to_civil(now);
    // A new box is heard of at once: whoever puts it there sees that it works.
    const bool is_due = w->sent_day == 0 ||
                        (slot_day(s) > w->sent_day && c.hour * 60 + c.minute >= w->minute);
    sign_word word = word_of(sign_home_judge(&w->home, &w->parameters, w->zone, now));
    if (word != SIGN_LOOK) {
        w->asked_at = 0;
    } else if (w->told != SIGN_LOOK) {
        const bool begins = w->asked_at == 0;
        if (begins) w->asked_at = now;
        // An answer may come within the hour; the hard limit does not wait for it.
        if (now - w->asked_at < SIGN_ASK_TIME && w->home.state != SIGN_CAP) {
            if (begins) return SIGN_DO_ASK;
            word = w->told;
        }
    }
    if (word == w->told && !is_due) return SIGN_DO_NOTHING;
    if (word != SIGN_LOOK && w->told != SIGN_LOOK && !is_due)
        return SIGN_DO_NOTHING;  // faults wait for the fixed minute
    fill(w, word, now, out);
    return SIGN_DO_SEND;
}

void sign_watch_sent(struct sign_watch *w, const struct sign_message *m)
{
    instant t;
    const civil c = {.year = m->year, .month = m->month, .day = m->day};
    w->number = m->number;
    // An alarm between two heartbeats takes the place of none: the heartbeat still goes at its minute.
    if (m->word == w->told && time_from_civil(c, &t)) w->sent_day = (int32_t)(t / TIME_DAY);
    w->told = m->word;
}

// ---- Over a restart ----------------------------------------------------------------------------------------------

void sign_watch_save(const struct sign_watch *w, buf *out)
{
    BUF_LIT(out, MAGIC);
    const int64_t numbers[SAVED_NUMBERS] = {w->number, w->sent_day, w->told, w->asked_at, w->minute};
    buf_add(out, (str){(const char *)numbers, sizeof numbers});
    buf_add(out, (str){(const char *)&w->meter, sizeof w->meter});
    sign_home_write(&w->home, out);
}

bool sign_watch_load(struct sign_watch *w, str bytes, err *e)
{
    int64_t numbers[SAVED_NUMBERS];
    const size_t head = MAGIC_BYTES + sizeof numbers + sizeof w->meter;
    if (!str_starts(bytes, STR(MAGIC)) || bytes.n < head)
        return err_set(e, ERR_CORRUPT, 0, "not the saved state of peil watch");
    struct sign_home home;
    if (!sign_home_read(str_slice(bytes, head, bytes.n), &home, e)) return false;
    memcpy(numbers, bytes.p + MAGIC_BYTES, sizeof numbers);
    if (numbers[0] < 0 || numbers[0] > 999999 || numbers[1] < 0 || numbers[1] > 100000 ||
        numbers[2] < SIGN_OK || numbers[2] > SIGN_FAULT || numbers[4] < 0 || numbers[4] >= MINUTES)
        return err_set(e, ERR_CORRUPT, MAGIC_BYTES, "the saved state of peil watch holds impossible values");
    w->home = home;
    memcpy(&w->meter, bytes.p + MAGIC_BYTES + sizeof numbers, sizeof w->meter);
    w->number = (int32_t)numbers[0];
    w->sent_day = (int32_t)numbers[1];
    w->told = (sign_word)numbers[2];
    w->asked_at = numbers[3];
    w->minute = (int)numbers[4];
    return true;
}
