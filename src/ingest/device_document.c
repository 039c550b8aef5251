// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device_document.h"

#include "base/json.h"

#include <math.h>
#include <string.h>

#define DOCUMENT_BYTES_MAX ((size_t)1 << 18)

// ---- reading ----

static entity_id id_of(const json *j, str key)
{
    const json *c = json_get(j, key);
    entity_id id;
    return c && c->type == JSON_NUMBER && num_parse_int(c->text, &id, NULL) ? id : 0;
}

static double number_of(const json *j, str key)
{
    double v = NAN;
    (void)json_number(j, key, &v);
    return v;
}

static instant time_of(const json *j, str key)
{
    instant t;
    return time_parse(json_text(j, key), &t, NULL) ? t : TIME_NONE;
}

static size_t texts_of(const json *j, str key, str *out, size_t most)
{
    const json *list = json_get(j, key);
    size_t n = 0;
    for (const json *c = list ? list->first : NULL; c && n < most; c = c->next)
        if (c->type == JSON_TEXT) out[n++] = c->text;
    return n;
}

static void streams_of(const json *j, struct device_document *out)
{
    const json *list = json_get(j, STR("streams"));
    for (const json *c = list ? list->first : NULL; c && out->stream_count < DEVICE_STREAMS_MAX;
         c = c->next) {
        out->streams[out->stream_count++] = (struct device_stream){
            json_text(c, STR("sensor")), json_text(c, STR("quantity")), id_of(c, STR("stream"))};
    }
}

bool device_document_read(struct snapshot *at, str key, arena *a, struct device_document *out, err *e)
{
    str text;
    return store_document_get(at, DEVICES, key, a, &text, e) && device_document_parse(key, text, a, out, e);
}

bool device_document_parse(str key, str text, arena *a, struct device_document *out, err *e)
{
    json *j;
    if (!json_parse(text, a, &j, e)) return err_within(e, "document of device '%.*s'", STR_ARG(key));
    memset(out, 0, sizeof *out);
    out->key = key;
    out->adapter = json_text(j, STR("adapter"));
    out->device = json_text(j, STR("device"));
    out->thing = id_of(j, STR("thing"));
    out->feature = id_of(j, STR("feature"));
    out->first_seen = time_of(j, STR("first_seen"));
    out->last_seen = time_of(j, STR("last_seen"));
    out->messages = id_of(j, STR("messages"));
    out->latitude = number_of(j, STR("latitude"));
    out->longitude = number_of(j, STR("longitude"));
    out->battery_percent = number_of(j, STR("battery_percent"));
    out->rssi_dbm = number_of(j, STR("rssi_dbm"));
    out->unmapped_count = texts_of(j, STR("unmapped"), out->unmapped, DEVICE_UNMAPPED_MAX);
    out->sequence_count = texts_of(j, STR("sequences"), out->sequences, DEVICE_SEQUENCES_MAX);
    out->clock = json_text(j, STR("clock"));
    const json *blocked = json_get(j, STR("blocked"));
    out->is_blocked = blocked && blocked->type == JSON_TRUE;
    streams_of(j, out);
    return true;
}

// ---- writing ----

static void put_id(json_writer *w, str name, int64_t v)
{
    if (!v) return;
    json_name(w, name);
    json_put_int(w, v);
}

static void put_texts(json_writer *w, str name, const str *texts, size_t count)
{
    if (!count) return;
    json_name(w, name);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) json_put_text(w, texts[i]);
    json_close(w, ']');
}

static void put_streams(json_writer *w, const struct device_document *d)
{
    json_name(w, STR("streams"));
    json_open(w, '[');
    for (size_t i = 0; i < d->stream_count; i++) {
        json_open(w, '{');
        json_member_text(w, STR("sensor"), d->streams[i].sensor);
        json_member_text(w, STR("quantity"), d->streams[i].quantity);
        put_id(w, STR("stream"), d->streams[i].stream);
        json_close(w, '}');
    }
    json_close(w, ']');
}

bool device_document_write(struct store_tx *tx, const struct device_document *d, err *e)
{
    buf b = {.max = DOCUMENT_BYTES_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_text(&w, STR("adapter"), d->adapter);
    json_member_text(&w, STR("device"), d->device);
    put_id(&w, STR("thing"), d->thing);
    put_id(&w, STR("feature"), d->feature);
    json_member_time(&w, STR("first_seen"), d->first_seen);
    json_member_time(&w, STR("last_seen"), d->last_seen);
    put_id(&w, STR("messages"), d->messages);
    json_member_double(&w, STR("latitude"), d->latitude);
    json_member_double(&w, STR("longitude"), d->longitude);
    json_member_double(&w, STR("battery_percent"), d->battery_percent);
    json_member_double(&w, STR("rssi_dbm"), d->rssi_dbm);
    put_streams(&w, d);
    put_texts(&w, STR("unmapped"), d->unmapped, d->unmapped_count);
    put_texts(&w, STR("sequences"), d->sequences, d->sequence_count);
    if (d->clock.n) json_member_text(&w, STR("clock"), d->clock);
    if (d->is_blocked) {
        json_name(&w, STR("blocked"));
        json_put_bool(&w, true);
    }
    json_close(&w, '}');
    const bool ok = b.failed ? err_no_memory(e) : store_document_put(tx, DEVICES, d->key, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

// ---- noting ----

static bool holds(const str *texts, size_t count, str s)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(texts[i], s)) return true;
    return false;
}

void device_document_note_unmapped(struct device_document *d, str name)
{
    if (d->unmapped_count == DEVICE_UNMAPPED_MAX || holds(d->unmapped, d->unmapped_count, name)) return;
    d->unmapped[d->unmapped_count++] = name;
}

bool device_document_note_sequence(struct device_document *d, str sequence)
{
    if (holds(d->sequences, d->sequence_count, sequence)) return false;
    if (d->sequence_count == DEVICE_SEQUENCES_MAX) {
        memmove(d->sequences, d->sequences + 1, (DEVICE_SEQUENCES_MAX - 1) * sizeof *d->sequences);
        d->sequence_count--;
    }
    d->sequences[d->sequence_count++] = sequence;
    return true;
}
