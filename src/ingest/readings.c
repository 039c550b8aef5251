// SPDX-License-Identifier: EUPL-1.2
#include "ingest/readings.h"

#include "base/json.h"
#include "identity/identity.h"
#include "ingest/device_document.h"
#include "ingest/onboard.h"
#include "ingest/seen.h"

#include <math.h>
#include <string.h>

#define QUARANTINE_MAX \
    1000  // then new ones are only counted: whoever can push could fill the disk with names
#define MOVED_DEGREES 0.0003  // about 30 m: less is the receiver's noise

static metric stored_metric = {.name = "peil_device_readings_total",
                               .help = "Readings of devices, by what became of them",
                               .labels = "outcome=\"stored\"",
                               .type = METRIC_COUNTER};
static metric duplicate_metric = {
    .name = "peil_device_readings_total", .labels = "outcome=\"duplicate\"", .type = METRIC_COUNTER};
static metric refused_metric = {
    .name = "peil_device_readings_total", .labels = "outcome=\"refused\"", .type = METRIC_COUNTER};
static metric unknown_metric = {
    .name = "peil_device_readings_total", .labels = "outcome=\"unknown_quantity\"", .type = METRIC_COUNTER};
static metric quarantined_metric = {.name = "peil_device_quarantined_messages_total",
                                    .help = "Messages of devices that nobody let in",
                                    .type = METRIC_COUNTER};

void readings_add_metrics(struct metrics *m)
{
    metric *const all[] = {&stored_metric, &duplicate_metric, &refused_metric, &unknown_metric,
                           &quarantined_metric};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) metrics_add(m, all[i]);
}

void readings_count_stored(int64_t n)
{
    metric_count(&stored_metric, n);
}

// One message while it is being stored.
struct work {
    struct ingest *in;
    struct store_tx *tx;
    const struct device_adapter *adapter;
    const struct device_result *result;
    struct device_document *device;
    const struct principal *who;  // NULL: nobody whose Things must be looked at
    instant received;
    arena *a;
    struct ingest_outcome *out;
    struct line_series_new **learned;
    err *e;
};

static bool fail_with(const struct work *w, const err *why)
{
    *w->e = *why;
    return false;
}

// ---- quarantine ----

static bool count_one(str key, str json_text, void *context, err *e)
{
    (void)key, (void)json_text, (void)e;
    return ++*(int64_t *)context < QUARANTINE_MAX;
}

static bool quarantine_has_room(const struct work *w, bool *out)
{
    int64_t count = 0;
    if (!store_document_each(store_tx_snapshot(w->tx), QUARANTINE, count_one, &count, w->e)) return false;
    *out = count < QUARANTINE_MAX;
    return true;
}

static void quarantine_write(buf *b, const struct work *w, str device, int64_t messages, str first_seen)
{
    char now[TIME_TEXT_MAX];
    const str last_seen = {now, time_write(now, w->received)};
    json_writer j = json_writer_on(b);
    json_open(&j, '{');
    json_name(&j, STR("adapter"));
    json_put_text(&j, w->adapter->name);
    json_name(&j, STR("device"));
    json_put_text(&j, device);
    json_name(&j, STR("first_seen"));
    json_put_text(&j, first_seen.n ? first_seen : last_seen);
    json_name(&j, STR("last_seen"));
    json_put_text(&j, last_seen);
    json_name(&j, STR("messages"));
    json_put_int(&j, messages);
    json_name(&j, STR("readings"));
    json_open(&j, '[');
    for (size_t i = 0; i < w->result->reading_count && i < DEVICE_UNMAPPED_MAX; i++)
        json_put_text(&j, w->result->readings[i].name);
    json_close(&j, ']');
    json_close(&j, '}');
}

// What was known of it before; true with nothing when it is new.
static bool quarantine_read(const struct work *w, str key, int64_t *messages, str *first_seen)
{
    str text;
    json *j;
    err why;
    *messages = 0;
    *first_seen = (str){0};
    if (!store_document_get(store_tx_snapshot(w->tx), QUARANTINE, key, w->a, &text, &why)) {
        return why.code == ERR_ABSENT || fail_with(w, &why);
    }
    if (!json_parse(text, w->a, &j, w->e)) return false;
    const json *count = json_get(j, STR("messages")), *first = json_get(j, STR("first_seen"));
    if (count && !num_parse_int(count->text, messages, w->e)) return false;
    if (first) *first_seen = first->text;
    return true;
}

static bool quarantine(struct work *w, str key, str device)
{
    int64_t messages;
    str first_seen;
    bool has_room = true;
    w->out->quarantined = true;
    metric_count(&quarantined_metric, 1);
    if (!quarantine_read(w, key, &messages, &first_seen)) return false;
    if (!messages && !quarantine_has_room(w, &has_room)) return false;
    if (!has_room) return true;
    buf b = {.max = 1 << 16};
    quarantine_write(&b, w, device, messages + 1, first_seen);
    const bool ok = b.failed ? err_no_memory(w->e)
                             : store_document_put(w->tx, QUARANTINE, key, buf_str(&b), w->e);
    buf_free(&b);
    return ok;
}

// ---- one reading ----

static str kind_of(const struct reading *r)
{
    return r->quantity ? r->quantity->key : r->name;
}

static struct device_stream *stream_known(struct device_document *d, const struct reading *r)
{
    for (size_t i = 0; i < d->stream_count; i++) {
        struct device_stream *s = &d->streams[i];
        if (str_eq(s->quantity, kind_of(r)) && str_eq(s->sensor, r->sensor)) return s;
    }
    return NULL;
}

// The reading's Datastream, made when it is not there (or not any more). 0: of what peil does not know, and no number.
static bool stream_of(struct work *w, const struct reading *r, entity_id *stream)
{
    const struct stream_info *info;
    struct device_document *d = w->device;
    err why;
    if (r->stream) {
        *stream = r->stream;
        return true;
    }
    struct device_stream *known = stream_known(d, r);
    if (known && store_stream_info(w->tx, known->stream, &info, &why)) {
        *stream = known->stream;
        return true;
    }
    if (known && why.code != ERR_LINK && why.code != ERR_ABSENT) return fail_with(w, &why);
    *stream = 0;
    // What peil does not know is kept all the same, under the sender's name for it, when it is a number.
    if (!r->quantity && !value_is_number(&r->result)) return true;
    if (!known && d->stream_count == DEVICE_STREAMS_MAX) {
        w->out->note = STR("a device has at most 1024 kinds of readings");
        return true;
    }
    if (!onboard_thing(w->tx, w->adapter, d, w->received, w->a, w->e) ||
        !onboard_stream(w->tx, w->adapter, d, r->sensor, r->quantity, r->name, w->a, stream, w->e))
        return false;
    if (!known) known = &d->streams[d->stream_count++];
    *known = (struct device_stream){r->sensor, kind_of(r), *stream};
    return true;
}

// What casts doubt on a value; the first that holds is named. A reading without a device time is not among
// them: its resultTime equals its phenomenonTime, which says it and costs nothing.
static const struct {
    unsigned flag;
    str status, reason;
} statuses[] = {
    {READING_IMPLAUSIBLE, STR("implausible"), STR("outside what can be true")},
    {READING_SATURATED, STR("saturated"), STR("the sensor is at its stop")},
    {READING_CLOCK, STR("clock"), STR("the device's clock is wrong")},
};

static bool quality_of(const struct work *w, const struct reading *r, seen before, value *out)
{
    str status = {0}, reason = {0};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0] && !status.n; i++) {
        if (!(r->flags & statuses[i].flag)) continue;
        status = statuses[i].status;
        reason = r->why.n ? r->why : statuses[i].reason;
    }
    if (!status.n && before == SEEN_OTHER) {
        status = STR("contradicted");
        reason = STR("another value was sent for the same time");
    }
    if (!status.n) return true;
    buf b = {.max = 4096};
    json_writer j = json_writer_on(&b);
    str text = {0};
    json_open(&j, '{');
    json_name(&j, STR("status"));
    json_put_text(&j, status);
    json_name(&j, STR("reason"));
    json_put_text(&j, reason);
    json_close(&j, '}');
    const bool ok = !b.failed && arena_copy(w->a, buf_str(&b), &text);
    buf_free(&b);
    *out = value_json(text);
    return ok || err_no_memory(w->e);
}

// The place where the device is; one that says "not known" as long as its Thing has no Location.
static bool feature_for(struct work *w, struct observation *o)
{
    struct device_document *d = w->device;
    if (!feature_of_stream(&w->in->features, w->tx, o->stream, &o->feature, w->e)) return false;
    if (o->feature) return true;
    if (!d->feature || !store_exists(store_tx_snapshot(w->tx), SET_FEATURE_OF_INTEREST, d->feature, NULL)) {
        if (!onboard_nowhere(w->tx, d, w->e)) return false;
    }
    o->feature = d->feature;
    return true;
}

static bool append(struct work *w, const struct reading *r, struct observation *o)
{
    seen before;
    err why;
    if (!seen_before(w->tx, o, &before, &why)) {
        const bool is_gone = r->stream && (why.code == ERR_LINK || why.code == ERR_ABSENT);
        w->out->refused += is_gone;  // a Datastream that the operator named and somebody deleted
        return is_gone || fail_with(w, &why);
    }
    if (before == SEEN_SAME) {
        w->out->duplicates++;
        return true;
    }
    if (!quality_of(w, r, before, &o->quality) || !feature_for(w, o)) return false;
    if (ingest_append(w->in, w->tx, o, w->received, &why)) {
        w->out->stored++;
        w->out->flagged += o->quality.type != VALUE_NULL;
        return true;
    }
    if (why.code != ERR_RANGE && why.code != ERR_TYPE) return fail_with(w, &why);
    w->out->refused++;
    return true;
}

// Whose lines these are: that is_own holds is known when they are committed.
static str owner_of(const struct work *w)
{
    return w->who && w->who->role == ROLE_DEVICE ? str_of(w->who->name) : (str){0};
}

static bool learn(struct work *w, const struct reading *r, const struct observation *o)
{
    if (!r->head.n || r->stream) return true;
    struct line_series_new *n = ARENA_NEW(w->a, struct line_series_new);
    if (!n) return err_no_memory(w->e);
    *n = (struct line_series_new){.head = r->head,
                                  .field = r->field,
                                  .device_key = w->device->key,
                                  .owner = owner_of(w),
                                  .stream = o->stream,
                                  .feature = w->device->feature,
                                  .quantity = r->quantity,
                                  .next = *w->learned};
    *w->learned = n;
    return true;
}

// InfluxDB's clients mean one time; where it is in doubt, or not given, the receipt stands beside it. A second time of its own
// would double what ten thousand lines cost.
static instant result_time_of(const struct work *w, const struct reading *r)
{
    const bool is_one = w->adapter->lines && r->time != TIME_NONE && !(r->flags & READING_CLOCK);
    return is_one ? TIME_NONE : w->received;
}

static interval time_of(const struct work *w, const struct reading *r)
{
    const instant t = r->time == TIME_NONE ? w->received : r->time;
    return r->period_us > 0 ? (interval){t - r->period_us, t} : (interval){t, TIME_NONE};
}

// Of a message that names the Datastream itself. One of another token is as one that is not there.
static bool stream_is_own(const struct work *w, entity_id stream)
{
    const struct stream_info *info;
    bool is_own = true;
    if (!w->who || w->who->role != ROLE_DEVICE) return true;
    if (!store_stream_info(w->tx, stream, &info, w->e) ||
        !token_owns(w->tx, w->who, info->thing, &is_own, w->e))
        return false;
    return is_own || err_set(w->e, ERR_LINK, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld",
                             (long long)stream);
}

static bool store_reading(struct work *w, const struct reading *r)
{
    struct observation o = {.phenomenon_time = time_of(w, r),
                            .result_time = result_time_of(w, r),
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = r->result};
    if (!stream_of(w, r, &o.stream)) return false;
    if (r->stream && !stream_is_own(w, r->stream)) return false;
    if (!r->quantity && !r->stream) device_document_note_unmapped(w->device, r->name);
    if (o.stream) return append(w, r, &o) && learn(w, r, &o);
    w->out->unknown++;
    return true;
}

// ---- one device's part of a message ----

// Of a message of many devices, the first of them has its state in the result, the others beside their readings.
static struct device_state state_of(const struct device_result *r, str device, size_t from, size_t to)
{
    const bool is_first = r->device.n == 0 || str_eq(r->device, device);
    struct device_state s = is_first ? r->state : DEVICE_STATE_NONE;
    for (size_t i = from; i < to; i++) {
        const struct device_state *own = r->readings[i].state;
        if (!own) continue;
        if (!isnan(own->latitude)) s.latitude = own->latitude;
        if (!isnan(own->longitude)) s.longitude = own->longitude;
        if (!isnan(own->battery_percent)) s.battery_percent = own->battery_percent;
        if (!isnan(own->rssi_dbm)) s.rssi_dbm = own->rssi_dbm;
    }
    return s;
}

static bool has_place(const struct device_state *r)
{
    return fabs(r->latitude) <= 90 && fabs(r->longitude) <= 180 && (r->latitude != 0 || r->longitude != 0);
}

static bool note_place(struct work *w, const struct device_state *r)
{
    struct device_document *d = w->device;
    if (!has_place(r)) return true;
    const bool is_same = fabs(d->latitude - r->latitude) < MOVED_DEGREES &&
                         fabs(d->longitude - r->longitude) < MOVED_DEGREES;
    if (is_same) return true;
    d->latitude = r->latitude;
    d->longitude = r->longitude;
    return !d->thing || onboard_place(w->tx, d, w->received, w->a, w->e);
}

static void note_state(struct work *w, const struct device_state *s)
{
    struct device_document *d = w->device;
    if (d->first_seen == TIME_NONE) d->first_seen = w->received;
    if (d->last_seen == TIME_NONE || w->received > d->last_seen) d->last_seen = w->received;
    d->messages += !w->result->is_replayed;
    if (!isnan(s->battery_percent)) d->battery_percent = s->battery_percent;
    if (!isnan(s->rssi_dbm)) d->rssi_dbm = s->rssi_dbm;
}

// What the last message says about the clock: the manager sees it with the device.
static void note_clock(struct work *w, size_t from, size_t to)
{
    if (from == to) return;
    w->device->clock = (str){0};
    for (size_t i = from; i < to; i++) {
        const struct reading *r = &w->result->readings[i];
        if (r->flags & READING_CLOCK)
            w->device->clock = r->why.n ? r->why : STR("the device's clock is wrong");
    }
}

// Known, or new and let in. *in is false: it goes to quarantine.
static bool let_in(struct work *w, str key, str device, bool *in)
{
    struct device_document *d = w->device;
    err why;
    *in = true;
    if (device_document_read(store_tx_snapshot(w->tx), key, w->a, d, &why)) {
        d->adapter = w->adapter->name;
        d->device = device;
        return true;
    }
    if (why.code != ERR_ABSENT) return fail_with(w, &why);
    *in = w->result->is_vouched || atomic_load(&w->in->accepts_new_devices);
    *d = (struct device_document){.key = key,
                                  .adapter = w->adapter->name,
                                  .device = device,
                                  .first_seen = TIME_NONE,
                                  .last_seen = TIME_NONE,
                                  .latitude = NAN,
                                  .longitude = NAN,
                                  .battery_percent = NAN,
                                  .rssi_dbm = NAN};
    return true;
}

// A device's token writes to its own Things: those that it brought first, or is bound to. One message is all or nothing, so this
// may be looked at when the Thing has been made.
static bool is_own(const struct work *w, str device)
{
    bool is_own = true;
    const bool is_asked = w->who && w->who->role == ROLE_DEVICE && w->device->thing;
    if (!is_asked) return true;
    if (!w->who->thing_count && !token_claim(w->tx, w->who, w->device->thing, w->e)) return false;
    if (!token_owns(w->tx, w->who, w->device->thing, &is_own, w->e)) return false;
    return is_own || err_set(w->e, ERR_DENIED, ERR_NOWHERE, "the device '%.*s' belongs to another token",
                             STR_ARG(str_slice(device, 0, 80)));
}

// A device that may not write: of a message of many, the others are heard all the same.
static bool refuse_device(struct work *w, size_t from, size_t to, bool said)
{
    if (to - from >= w->result->reading_count) return said;
    w->out->refused += (int64_t)(to - from);
    return true;
}

// Readings [from, to) are of one device.
static bool store_device(struct work *w, str device, size_t from, size_t to)
{
    str key;
    bool in;
    if (!device.n || device.n > DEVICE_NAME_MAX) {
        return refuse_device(w, from, to,
                             err_set(w->e, ERR_RANGE, ERR_NOWHERE,
                                     "a device has a name of 1 to %d bytes, not %zu", DEVICE_NAME_MAX,
                                     device.n));
    }
    if (!arena_print(w->a, &key, "%.*s/%.*s", STR_ARG(w->adapter->name), STR_ARG(device)))
        return err_no_memory(w->e);
    if (!let_in(w, key, device, &in)) return false;
    if (!in) return quarantine(w, key, device);
    if (w->device->is_blocked)
        return refuse_device(w, from, to,
                             err_set(w->e, ERR_DENIED, ERR_NOWHERE, "the operator has blocked device '%.*s'",
                                     STR_ARG(device)));
    if (w->result->sequence.n && !w->result->is_replayed &&
        !device_document_note_sequence(w->device, w->result->sequence)) {
        w->out->duplicates += (int64_t)(to - from);
        return true;
    }
    const struct device_state state = state_of(w->result, device, from, to);
    if (!note_place(w, &state)) return false;
    note_state(w, &state);
    note_clock(w, from, to);
    for (size_t i = from; i < to; i++)
        if (!store_reading(w, &w->result->readings[i])) return false;
    w->out->thing = w->device->thing;
    return is_own(w, device) && device_document_write(w->tx, w->device, w->e);
}

static void count(const struct ingest_outcome *o, int64_t stored_before)
{
    metric_count(&stored_metric, o->stored - stored_before);
    metric_count(&duplicate_metric, o->duplicates);
    metric_count(&refused_metric, o->refused);
    metric_count(&unknown_metric, o->unknown);
}

bool readings_store(struct ingest *in, struct store_tx *tx, const struct device_adapter *adapter,
                    const struct device_result *result, const struct principal *who, instant received,
                    arena *a, struct ingest_outcome *out, struct line_series_new **learned, err *e)
{
    struct work w = {in, tx,  adapter, result, ARENA_NEW(a, struct device_document), who, received,
                     a,  out, learned, e};
    if (!w.device) return err_no_memory(e);
    const int64_t stored_before = out->stored;
    out->refused += (int64_t)result->reject_count;
    if (!result->reading_count && result->device.n && !store_device(&w, result->device, 0, 0)) return false;
    for (size_t from = 0, to; from < result->reading_count; from = to) {
        const str device = result->readings[from].device;
        for (to = from + 1; to < result->reading_count; to++)
            if (!str_eq(result->readings[to].device, device)) break;
        if (!store_device(&w, device, from, to)) return false;
    }
    count(out, stored_before);
    return true;
}

bool ingest_readings(struct ingest *in, struct store_tx *tx, const struct device_adapter *adapter,
                     const struct device_result *result, instant received, arena *a,
                     struct ingest_outcome *out, err *e)
{
    struct line_series_new *learned = NULL;  // of lines, which do not come this way
    return readings_store(in, tx, adapter, result, NULL, received, a, out, &learned, e);
}
