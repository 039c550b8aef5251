// SPDX-License-Identifier: EUPL-1.2
#include "ingest/registry.h"

#include "identity/audit.h"
#include "ingest/device_document.h"
#include "ingest/intake.h"
#include "ingest/onboard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SCRATCH_MAX ((size_t)16 << 20)
#define WAITING_FROM STR("waiting:")  // in a position; no kind of device is called so

str device_state_name(device_state s)
{
    static const str names[] = {STR("known"), STR("waiting"), STR("blocked")};
    return names[s];
}

// ---- reading -----------------------------------------------------------------------------------------------------

static bool split_key(str key, str *adapter, str *device)
{
    *device = key;
    return str_cut(device, '/', adapter) && adapter->n && device->n;
}

static bool entry_of_known(struct snapshot *at, str key, str text, arena *a, struct device_entry *out, err *e)
{
    struct device_document *d = ARENA_NEW(a, struct device_document);
    if (!d) return err_no_memory(e);
    if (!device_document_parse(key, text, a, d, e)) return false;
    *out = (struct device_entry){.key = key,
                                 .state = d->is_blocked ? DEVICE_BLOCKED : DEVICE_KNOWN,
                                 .thing = d->thing,
                                 .first_seen = d->first_seen,
                                 .last_seen = d->last_seen,
                                 .messages = d->messages,
                                 .streams = (int64_t)d->stream_count,
                                 .latitude = d->latitude,
                                 .longitude = d->longitude,
                                 .battery_percent = d->battery_percent,
                                 .rssi_dbm = d->rssi_dbm,
                                 .clock = d->clock,
                                 .names = d->unmapped,
                                 .name_count = d->unmapped_count};
    if (d->thing && !token_owner(at, d->thing, a, &out->owner, e)) return false;
    return split_key(key, &out->adapter, &out->device) ||
           err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a device has the key '%.*s'", STR_ARG(key));
}

static instant time_member(const json *j, str name)
{
    instant t;
    return time_parse(json_text(j, name), &t, NULL) ? t : TIME_NONE;
}

static bool names_read(const json *list, arena *a, struct device_entry *out, err *e)
{
    str *names = ARENA_ARRAY(a, DEVICE_UNMAPPED_MAX, str);
    if (!names) return err_no_memory(e);
    for (const json *j = list ? list->first : NULL; j && out->name_count < DEVICE_UNMAPPED_MAX; j = j->next)
        if (j->type == JSON_TEXT) names[out->name_count++] = j->text;
    out->names = names;
    return true;
}

static bool entry_of_waiting(struct snapshot *at, str key, str text, arena *a, struct device_entry *out,
                             err *e)
{
    json *j;
    double messages = 0;
    (void)at;
    if (!json_parse(text, a, &j, e)) return err_within(e, "the device that waits as '%.*s'", STR_ARG(key));
    (void)json_number(j, STR("messages"), &messages);
    *out = (struct device_entry){.key = key,
                                 .state = DEVICE_WAITING,
                                 .first_seen = time_member(j, STR("first_seen")),
                                 .last_seen = time_member(j, STR("last_seen")),
                                 .messages = (int64_t)messages,
                                 .latitude = NAN,
                                 .longitude = NAN,
                                 .battery_percent = NAN,
                                 .rssi_dbm = NAN};
    return (split_key(key, &out->adapter, &out->device) ||
            err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a device waits as '%.*s'", STR_ARG(key))) &&
           names_read(json_get(j, STR("readings")), a, out, e);
}

struct walk {
    struct snapshot *at;
    bool (*read)(struct snapshot *at, str key, str text, arena *a, struct device_entry *out, err *e);
    device_each each;
    void *context;
    arena *a;
    bool is_over;
};

static bool visit(str key, str text, void *context, err *e)
{
    struct walk *w = context;
    struct device_entry d;
    arena_reset(w->a);
    if (!w->read(w->at, key, text, w->a, &d, e)) return false;
    w->is_over = !w->each(&d, w->context, e);
    return !w->is_over;
}

// The first key that is greater than `after`: with a zero byte behind.
static bool walk_kind(struct snapshot *at, str kind, str after, struct walk *w, err *e)
{
    err fault = {.code = ERR_NONE};
    char from[2048];
    if (after.n + 1 > sizeof from) return err_set(e, ERR_RANGE, ERR_NOWHERE, "no device has so long a key");
    if (after.n) memcpy(from, after.p, after.n);
    from[after.n] = 0;
    const str start = {from, after.n ? after.n + 1 : 0};
    if (store_document_range(at, kind, start, (str){0}, visit, w, &fault) && fault.code == ERR_NONE)
        return true;
    *e = fault;
    return fault.code == ERR_NONE;
}

bool registry_each(struct snapshot *at, str after, device_each each, void *context, err *e)
{
    struct walk w = {at, entry_of_known, each, context, arena_new(SCRATCH_MAX), false};
    if (!w.a) return err_no_memory(e);
    const bool is_among_waiting = str_starts(after, WAITING_FROM);
    bool ok = is_among_waiting || walk_kind(at, DEVICES, after, &w, e);
    w.read = entry_of_waiting;
    after = is_among_waiting ? str_slice(after, WAITING_FROM.n, after.n) : (str){0};
    if (ok && !w.is_over) ok = walk_kind(at, QUARANTINE, after, &w, e);
    arena_free(w.a);
    return ok;
}

bool registry_position(const struct device_entry *d, arena *a, str *out, err *e)
{
    const str start = d->state == DEVICE_WAITING ? WAITING_FROM : (str){0};
    return arena_print(a, out, "%.*s%.*s", STR_ARG(start), STR_ARG(d->key)) || err_no_memory(e);
}

bool registry_get(struct snapshot *at, str key, arena *a, struct device_entry *out, err *e)
{
    str text;
    err why;
    if (store_document_get(at, DEVICES, key, a, &text, &why)) return entry_of_known(at, key, text, a, out, e);
    if (why.code == ERR_ABSENT && store_document_get(at, QUARANTINE, key, a, &text, &why))
        return entry_of_waiting(at, key, text, a, out, e);
    if (why.code != ERR_ABSENT) {
        *e = why;
        return false;
    }
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no device '%.*s'", STR_ARG(key));
}

// ---- writing it out ----------------------------------------------------------------------------------------------

void registry_write(json_writer *w, const struct device_entry *d)
{
    json_open(w, '{');
    json_member_given(w, STR("kind"), d->adapter);
    json_member_given(w, STR("name"), d->device);
    json_member_given(w, STR("state"), device_state_name(d->state));
    json_member_time(w, STR("firstSeen"), d->first_seen);
    json_member_time(w, STR("lastSeen"), d->last_seen);
    json_member_int(w, STR("messages"), d->messages);
    json_member_int(w, STR("datastreams"), d->streams);
    if (d->thing) json_member_int(w, STR("thing"), d->thing);
    json_member_given(w, STR("owner"), d->owner);
    json_member_given(w, STR("clock"), d->clock);
    json_member_double(w, STR("battery"), d->battery_percent);
    json_member_double(w, STR("signal"), d->rssi_dbm);
    json_member_double(w, STR("latitude"), d->latitude);
    json_member_double(w, STR("longitude"), d->longitude);
    json_name(w, STR("names"));
    json_open(w, '[');
    for (size_t i = 0; i < d->name_count; i++) json_put_text(w, d->names[i]);
    json_close(w, ']');
    json_close(w, '}');
}

// ---- changing ----------------------------------------------------------------------------------------------------

static const struct {
    str name, what;
} actions[] = {[DEVICE_LET_IN] = {STR("approve"), STR("device.approve")},
               [DEVICE_BLOCK] = {STR("block"), STR("device.block")},
               [DEVICE_ASSIGN] = {STR("assign"), STR("device.assign")},
               [DEVICE_FORGET] = {STR("forget"), STR("device.forget")}};

bool device_action_by_name(str name, device_action *out)
{
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        if (!str_eq(actions[i].name, name)) continue;
        *out = (device_action)i;
        return true;
    }
    return false;
}

struct changing {
    struct ingest *in;
    const struct device_change *change;
    struct device_document *d;
    arena *a;
};

// What is known of it, or a device that was never heard.
static bool document_of(struct changing *c, struct store_tx *tx, err *e)
{
    const str key = c->change->key;
    err why;
    str adapter, device;
    const bool is_there = device_document_read(store_tx_snapshot(tx), key, c->a, c->d, &why);
    if (!is_there && why.code != ERR_ABSENT) {
        *e = why;
        return false;
    }
    if (!split_key(key, &adapter, &device) || !device_by_name(adapter) || device.n > DEVICE_NAME_MAX)
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a device is named KIND/NAME, with a kind that peil reads, not '%.*s'", STR_ARG(key));
    if (is_there) {
        c->d->adapter = adapter;
        c->d->device = device;
        return true;
    }
    *c->d = (struct device_document){.key = key,
                                     .adapter = adapter,
                                     .device = device,
                                     .first_seen = TIME_NONE,
                                     .last_seen = TIME_NONE,
                                     .latitude = NAN,
                                     .longitude = NAN,
                                     .battery_percent = NAN,
                                     .rssi_dbm = NAN};
    return true;
}

static bool change_document(struct changing *c, struct store_tx *tx, err *e)
{
    const struct device_change *change = c->change;
    if (!document_of(c, tx, e)) return false;
    if (change->action == DEVICE_ASSIGN)
        return onboard_thing(tx, device_by_name(c->d->adapter), c->d, change->now, c->a, e) &&
               token_give(tx, c->d->thing, change->owner, e) &&
               (change->owner.n == 0 ||
                token_release(tx, c->d->thing, change->owner, change->by, change->now, e)) &&
               device_document_write(tx, c->d, e);
    c->d->is_blocked = change->action == DEVICE_BLOCK;
    return device_document_write(tx, c->d, e) && store_document_delete(tx, QUARANTINE, change->key, e);
}

static bool forget(struct changing *c, struct store_tx *tx, err *e)
{
    struct device_entry ignored;
    const str key = c->change->key;
    return registry_get(store_tx_snapshot(tx), key, c->a, &ignored, e) &&
           store_document_delete(tx, DEVICES, key, e) && store_document_delete(tx, QUARANTINE, key, e);
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct changing *c = context;
    const struct device_change *change = c->change;
    str which;
    if (!(change->action == DEVICE_FORGET ? forget(c, tx, e) : change_document(c, tx, e))) return false;
    line_series_forget(c->in->series, change->key);
    if (!arena_print(c->a, &which, "device/%.*s", STR_ARG(change->key))) return err_no_memory(e);
    const struct audit_event event = {.who = change->by,
                                      .what = actions[change->action].what,
                                      .which = which,
                                      .detail = change->owner,
                                      .at = change->now};
    return audit_record(tx, &event, e);
}

bool registry_change(struct ingest *in, const struct device_change *change, err *e)
{
    struct changing c = {in, change, malloc(sizeof *c.d), arena_new(SCRATCH_MAX)};
    bool ok = c.d && c.a ? store_run(in->store, run, &c, e) : err_no_memory(e);
    if (ok && change->identity && change->action == DEVICE_ASSIGN) ok = identity_reload(change->identity, e);
    arena_free(c.a);
    free(c.d);
    return ok;
}
