// SPDX-License-Identifier: EUPL-1.2
// Smart meters: telegrams as their P1 port sends them, one or many, pushed by a reader or published on MQTT.
// Source   see ingest/p1/telegram.h
#include "http/server.h"
#include "ingest/p1/framer.h"
#include "ingest/p1/meter.h"

#define READINGS_MAX 50000

static const char *const topics[] = {"dsmr/raw", "p1/+/telegram", NULL};

// "?device=NAME", or the level of p1/NAME/telegram. Empty: the meter's own number is made a pseudonym.
static str device_of(const struct device_message *m, arena *a)
{
    str name, rest = m->topic, level = {0};
    if (http_query_get(m->query, STR("device"), a, &name)) return name;
    if (!str_starts(m->topic, STR("p1/"))) return (str){0};
    str_cut(&rest, '/', &level);
    str_cut(&rest, '/', &level);
    return level;
}

struct reading_telegrams {
    struct gather g;
    struct p1_framer framer;
    str device;
    size_t good;
    err first_bad;
};

// A damaged telegram is told and left out; false: nothing more can be read.
static bool read_telegram(struct reading_telegrams *r, str telegram, size_t at, err *e)
{
    struct p1_telegram t;
    err why;
    if (p1_telegram_read(telegram, &t, &why)) {
        r->good++;
        return p1_meter_read(&t, r->device, at, &r->g, e);
    }
    if (why.at != ERR_NOWHERE) why.at += at;
    if (r->g.out.reject_count == 0) r->first_bad = why;
    return gather_reject(&r->g, STR("telegram"), &why, e);
}

static bool read_all(struct reading_telegrams *r, str body, err *e)
{
    str rest = body, telegram;
    while (p1_framer_take(&r->framer, &rest, &telegram) || p1_framer_end(&r->framer, &telegram)) {
        const size_t end = body.n - rest.n, at = end - telegram.n;
        if (!read_telegram(r, str_slice(body, at, end), at, e)) return false;
    }
    if (r->good) return true;
    if (r->g.out.reject_count == 0)
        return err_set(e, ERR_SYNTAX, 0,
                       "no telegram: one starts with '/' and ends with a line that starts with '!'");
    *e = r->first_bad;
    return false;
}

static bool tell_dropped(struct reading_telegrams *r, err *e)
{
    err why;
    if (r->framer.dropped == 0) return true;
    (void)err_set(&why, ERR_SYNTAX, ERR_NOWHERE, "%lld broke off", (long long)r->framer.dropped);
    return gather_reject(&r->g, STR("telegrams"), &why, e);
}

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    struct reading_telegrams *r = ARENA_NEW(a, struct reading_telegrams);
    if (!r) return err_no_memory(e);
    r->device = device_of(m, a);
    gather_start(&r->g, m, READINGS_MAX, a);
    if (!read_all(r, m->body, e) || !tell_dropped(r, e)) return false;
    gather_end(&r->g, out);
    return true;
}

const struct device_adapter device_p1_telegram = {
    .name = STR("p1_telegram"),
    .title = STR("Smart meter (DSMR P1)"),
    .topics = topics,
    .path = "p1_telegram",
    .reply_status = 200,
    .keeps_no_raw = true,
    .decode = decode,
};
