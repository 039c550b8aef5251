// SPDX-License-Identifier: EUPL-1.2
#include "portal/team/operate/operate.h"

#include <math.h>

// Meters report at least each quarter of an hour as a rule; radios of LoRaWAN once an hour. A day without a word is no pause.
#define SILENT_AFTER TIME_DAY
#define BATTERY_LOW 20  // percent: weeks are left, time to plan a visit

static str kept(struct page *p, str s)
{
    str out = {0};
    if (!arena_copy(p->a, s, &out)) p->maker.failed = true;
    return out;
}

static bool is_silent(const struct device_entry *d, instant now)
{
    return d->state == DEVICE_KNOWN && d->last_seen != TIME_NONE && now - d->last_seen > SILENT_AFTER;
}

static bool is_weak(const struct device_entry *d)
{
    return d->battery_percent < BATTERY_LOW;  // false for NAN
}

bool device_is_ill(const struct device_entry *d, instant now)
{
    return is_silent(d, now) || is_weak(d) || d->clock.n > 0;
}

static str when_or_never(struct page *p, instant t)
{
    return t == TIME_NONE ? page_text(p, STR("team.never")) : page_when(p, t);
}

static void put_number(struct page *p, struct view *v, str key, double number, str unit)
{
    if (isnan(number)) return;
    view_text(&p->maker, v, key, words_reading(p->words, p->a, number, 0, unit));
}

static void put_state(struct page *p, struct view *v, device_state state)
{
    static const struct {
        str flag, text;
    } states[] = {[DEVICE_KNOWN] = {STR("is_known"), STR("team.devices.known")},
                  [DEVICE_WAITING] = {STR("is_waiting"), STR("team.devices.waiting")},
                  [DEVICE_BLOCKED] = {STR("is_blocked"), STR("team.devices.blocked")}};
    view_flag(&p->maker, v, states[state].flag, true);
    view_text(&p->maker, v, STR("state"), page_text(p, states[state].text));
}

void device_put(struct page *p, struct view *v, const struct device_entry *d)
{
    struct view_maker *m = &p->maker;
    buf b = {.max = 4096};
    BUF_LIT(&b, "team/meter?sleutel=");
    team_encode(&b, d->key);
    const str path = page_buf(p, &b);
    view_text(m, v, STR("href"), page_href(p, "%.*s", STR_ARG(path)));
    view_text(m, v, STR("key"), kept(p, d->key));
    view_text(m, v, STR("kind"), kept(p, d->adapter));
    view_text(m, v, STR("name"), kept(p, d->device));
    view_text(m, v, STR("last"), when_or_never(p, d->last_seen));
    view_text(m, v, STR("since"), when_or_never(p, d->first_seen));
    view_text(m, v, STR("messages"), words_number(p->words, p->a, (double)d->messages, 0));
    view_int(m, v, STR("streams"), d->streams);
    view_text(m, v, STR("clock"), kept(p, d->clock));
    view_text(m, v, STR("owner"), kept(p, d->owner));
    put_number(p, v, STR("battery"), d->battery_percent, STR("%"));
    put_number(p, v, STR("signal"), d->rssi_dbm, STR("dBm"));
    put_state(p, v, d->state);
    view_flag(m, v, STR("has_deeds"), d->state != DEVICE_KNOWN);
    view_flag(m, v, STR("is_silent"), is_silent(d, p->now));
    view_flag(m, v, STR("is_weak"), is_weak(d));
    view_flag(m, v, STR("is_ill"), device_is_ill(d, p->now));
}
