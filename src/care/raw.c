// SPDX-License-Identifier: EUPL-1.2
#include "care/raw.h"

#include "care/document.h"
#include "series/varint.h"

#include <stdio.h>
#include <string.h>

#define WITH_OUT 4
#define KEY_BYTES (SIGN_PSEUDONYM_CHARS + 1 + RAW_DAY_MAX)

// The newest reading of each channel in a record: what the next one is told from.
struct raw_state {
    int64_t at_s[SIGN_CHANNEL_COUNT], in[SIGN_CHANNEL_COUNT], out[SIGN_CHANNEL_COUNT];
};

void raw_day(const struct tz *zone, instant t, char out[static RAW_DAY_MAX])
{
    const civil c = zone ? tz_civil(zone, t) : time_to_civil(t);
    snprintf(out, RAW_DAY_MAX, "%04d-%02d-%02d", c.year % 10000, c.month % 100, c.day % 100);
}

static int64_t follow(int64_t *before, int64_t difference)
{
    return *before = int_plus(*before, difference);
}

static bool read_one(reader *r, struct raw_state *s, struct sign_reading *out)
{
    const uint8_t head = get_byte(r), c = head & 3;
    if (head >= 2 * WITH_OUT || c >= SIGN_CHANNEL_COUNT) return false;
    const int64_t at_s = follow(&s->at_s[c], get_zigzag(r));
    *out = (struct sign_reading){.channel = (sign_channel)c, .in = follow(&s->in[c], get_zigzag(r))};
    out->out = head & WITH_OUT ? follow(&s->out[c], get_zigzag(r)) : SIGN_METER_NONE;
    if (r->failed || at_s < 0 || at_s > TIME_MAX / TIME_SECOND) return false;
    out->at = at_s * TIME_SECOND;
    return true;
}

// `take` NULL: only to know how the record goes on.
static bool read_record(str record, struct raw_state *s,
                        void (*take)(const struct sign_reading *r, void *context), void *context, err *e)
{
    reader r = reader_of(record);
    struct sign_reading x;
    while (reader_left(&r) > 0) {
        if (!read_one(&r, s, &x)) return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a day of readings is damaged");
        if (take) take(&x, context);
    }
    return true;
}

static void write_one(buf *b, struct raw_state *s, const struct sign_reading *r)
{
    const size_t c = r->channel;
    const int64_t at_s = r->at / TIME_SECOND;
    const bool has_out = r->out != SIGN_METER_NONE;
    put_byte(b, (uint8_t)(c | (has_out ? WITH_OUT : 0)));
    put_zigzag(b, int_minus(at_s, s->at_s[c]));
    put_zigzag(b, int_minus(r->in, s->in[c]));
    if (has_out) put_zigzag(b, int_minus(r->out, s->out[c]));
    s->at_s[c] = at_s;
    s->in[c] = r->in;
    if (has_out) s->out[c] = r->out;
}

static void key_of(str pseudonym, const char *day, char out[static KEY_BYTES])
{
    snprintf(out, KEY_BYTES, "%.*s/%s", STR_ARG(pseudonym), day);
}

static bool add_day(struct care *c, str pseudonym, const char *day, const struct sign_reading *readings,
                    size_t count, err *e)
{
    char key[KEY_BYTES];
    struct raw_state state = {0};
    arena *a = arena_new(4 * VAULT_RECORD_MAX);
    buf b = {.max = VAULT_RECORD_MAX};
    str before = {0};
    err why = {0};
    if (!a) return err_no_memory(e);
    key_of(pseudonym, day, key);
    if (!vault_get(c->vault, KIND_RAW, str_of(key), a, &before, &why) ||
        !read_record(before, &state, NULL, NULL, &why)) {
        before = (str){0};  // none yet; a damaged day is begun anew
        state = (struct raw_state){0};
    }
    buf_add(&b, before);
    for (size_t i = 0; i < count; i++) write_one(&b, &state, &readings[i]);
    const bool ok = (why.code != ERR_NONE && why.code != ERR_ABSENT && why.code != ERR_CORRUPT)
                        ? err_set(e, why.code, ERR_NOWHERE, "%s", why.text)
                        : b.failed || vault_put(c->vault, KIND_RAW, str_of(key), buf_str(&b), e);
    buf_free(&b);
    arena_free(a);
    return ok;
}

bool raw_add(struct care *c, str pseudonym, const struct sign_reading *readings, size_t count, err *e)
{
    char day[RAW_DAY_MAX], other[RAW_DAY_MAX];
    for (size_t from = 0, to; from < count; from = to) {
        raw_day(c->config.zone, readings[from].at, day);
        for (to = from + 1; to < count; to++) {
            raw_day(c->config.zone, readings[to].at, other);
            if (strcmp(day, other) != 0) break;
        }
        if (!add_day(c, pseudonym, day, &readings[from], to - from, e)) return false;
    }
    return true;
}

// ---- Learning anew -----------------------------------------------------------------------------------------------

struct learning {
    struct care *care;
    struct care_home *home;
};

static void learn_one(const struct sign_reading *r, void *context)
{
    const struct learning *x = context;
    sign_meter_take(&x->home->meter, &x->home->home, &x->care->config.parameters, x->care->config.zone, r);
}

bool raw_learn(struct care *c, str pseudonym, struct care_home *out, err *e)
{
    struct care_home home = {0};
    struct learning x = {c, &home};
    char day[RAW_DAY_MAX] = "", key[KEY_BYTES];
    arena *a = arena_new(4 * VAULT_RECORD_MAX);
    str next, record;
    err ignored;
    bool ok = a || err_no_memory(e), any = false;
    while (ok && (ok = vault_after(c->vault, KIND_RAW, pseudonym, str_of(day), a, &next, e)) && next.n > 0) {
        struct raw_state state = {0};
        text_set(day, sizeof day, next);
        key_of(pseudonym, day, key);
        if (vault_get(c->vault, KIND_RAW, str_of(key), a, &record, &ignored) &&
            read_record(record, &state, learn_one, &x, &ignored))
            any = true;
        arena_reset(a);
    }
    arena_free(a);
    if (!ok) return false;
    if (!any) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "no readings of this home are kept");
    *out = home;
    return true;
}
