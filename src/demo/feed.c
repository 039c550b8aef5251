// SPDX-License-Identifier: EUPL-1.2
#include "demo/demo.h"

#include "base/log.h"
#include "demo/signal.h"
#include "demo/town.h"
#include "fetch/fetch.h"
#include "mqtt/publisher.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_BYTES 2048

struct demo_feed {
    pthread_t thread;
    atomic_bool is_stopping;
    char root_url[256];
    char authorization[128];
    struct fetcher *fetcher;
    struct mqtt_publisher *publisher;  // NULL: everything goes over HTTP
    entity_id (*streams)[DEMO_STREAMS_MAX];
};

// ---- Finding the Datastreams -------------------------------------------------------------------------------------

static void stream_note(struct demo_feed *f, const struct record *row)
{
    const str name = row->properties[DATASTREAM_NAME].text;
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k);
        const str prefix = str_of(d.name);
        if (!str_starts(name, prefix) || !str_starts(str_slice(name, prefix.n, name.n), STR(": "))) continue;
        const struct demo_kind_info *kind = demo_kind_of(d.kind);
        for (size_t q = 0; kind->quantities[q]; q++) {
            const struct quantity *quantity = quantity_by_key(str_of(kind->quantities[q]));
            if (quantity && str_eq(str_slice(name, prefix.n + 2, name.n), quantity->name_nl))
                f->streams[k][q] = row->id;
        }
    }
}

static bool streams_find(struct demo_feed *f, struct snapshot *at, err *e)
{
    const struct query q = {.set = SET_DATASTREAM, .top = -1, .properties = 1u << DATASTREAM_NAME};
    struct cursor *c;
    if (!store_query(at, &q, &c, e)) return false;
    struct record row;
    bool got, ok;
    while ((ok = cursor_next(c, &row, &got, e)) && got) stream_note(f, &row);
    cursor_close(c);
    return ok;
}

// ---- Sending -----------------------------------------------------------------------------------------------------

static void post(struct demo_feed *f, const char *path, const char *const *headers, str body)
{
    char url[512];
    snprintf(url, sizeof url, "%s%s", f->root_url, path);
    const fetch_request q = {.method = "POST", .url = url, .headers = headers, .body = body, .timeout_s = 5};
    fetch_answer answer;
    err e;
    if (!fetch_run(f->fetcher, &q, &answer, &e)) {
        log_warning("demo reading not delivered", "why=\"%s\"", e.text);
        return;
    }
    if (answer.status >= 300) log_warning("demo reading refused", "status=%d path=%s", answer.status, path);
}

// As airRohr sends to "own API": one message with all values, names prefixed by the sensor.
static const char *airrohr_name(const char *quantity)
{
    static const struct {
        const char *quantity, *name;
    } names[] = {{"pm25", "SDS_P2"},
                 {"pm10", "SDS_P1"},
                 {"temperature", "BME280_temperature"},
                 {"humidity", "BME280_humidity"},
                 {"pressure", "BME280_pressure"}};
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        if (strcmp(names[k].quantity, quantity) == 0) return names[k].name;
    return quantity;
}

static void send_airrohr(struct demo_feed *f, const struct demo_device *d, instant t)
{
    const struct demo_kind_info *kind = demo_kind_of(d->kind);
    buf b = {.max = BODY_BYTES};
    buf_print(&b, "{\"esp8266id\":\"%s\",\"software_version\":\"NRZ-2024-135\",\"sensordatavalues\":[",
              strchr(d->key, '-') + 1);
    bool any = false;
    for (size_t k = 0; kind->quantities[k]; k++) {
        decimal v;
        if (!demo_reading(d, kind->quantities[k], t, -1, &v)) continue;
        buf_print(&b, "%s{\"value_type\":\"%s\",\"value\":\"", any ? "," : "",
                  airrohr_name(kind->quantities[k]));
        buf_add_decimal(&b, v);
        BUF_LIT(&b, "\"}");
        any = true;
    }
    BUF_LIT(&b, "]}");
    char sensor[64];
    snprintf(sensor, sizeof sensor, "X-Sensor: %s", d->key);
    const char *const headers[] = {"Content-Type: application/json", f->authorization, sensor, NULL};
    if (any) post(f, "/push/sensor_community", headers, buf_str(&b));
    buf_free(&b);
}

static void send_observation(struct demo_feed *f, const struct demo_device *d, entity_id stream, instant t,
                             decimal v)
{
    char path[96];
    buf b = {.max = BODY_BYTES};
    BUF_LIT(&b, "{\"phenomenonTime\":\"");
    buf_add_time(&b, t);
    BUF_LIT(&b, "\",\"result\":");
    buf_add_decimal(&b, v);
    BUF_LIT(&b, "}");
    snprintf(path, sizeof path, "/v1.1/Datastreams(%lld)/Observations", (long long)stream);
    const bool over_mqtt = f->publisher && (d->kind == DEMO_NOISE || d->kind == DEMO_SIGN);
    const char *const headers[] = {"Content-Type: application/json", "Prefer: return=minimal",
                                   f->authorization, NULL};
    if (over_mqtt)
        mqtt_publish(f->publisher, str_of(path + 1), buf_str(&b), 1, false);
    else
        post(f, path, headers, buf_str(&b));
    buf_free(&b);
}

static void send_device(struct demo_feed *f, size_t index, instant t)
{
    const struct demo_device d = demo_device_at(index);
    const struct demo_kind_info *kind = demo_kind_of(d.kind);
    if ((t - d.offset) % kind->period != 0) return;
    if (d.kind == DEMO_AIR) {
        send_airrohr(f, &d, t);
        return;
    }
    for (size_t k = 0; kind->quantities[k]; k++) {
        decimal v;
        if (f->streams[index][k] && demo_reading(&d, kind->quantities[k], t, -1, &v))
            send_observation(f, &d, f->streams[index][k], t, v);
    }
}

static void *feed_run(void *context)
{
    struct demo_feed *f = context;
    instant done = time_now() / TIME_SECOND * TIME_SECOND;
    while (!atomic_load(&f->is_stopping)) {
        const instant now = time_now() / TIME_SECOND * TIME_SECOND;
        // After a pause (a sleeping laptop) it goes on from now, not through all that was missed.
        if (now - done > TIME_MINUTE) done = now - TIME_SECOND;
        for (; done < now && !atomic_load(&f->is_stopping); done += TIME_SECOND)
            for (size_t k = 0; k < demo_device_count(); k++) send_device(f, k, done + TIME_SECOND);
        nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    }
    return NULL;
}

// ---- Start and stop ----------------------------------------------------------------------------------------------

static void feed_free(struct demo_feed *f)
{
    if (f->publisher) mqtt_publisher_stop(f->publisher);
    fetcher_free(f->fetcher);
    free(f->streams);
    free(f);
}

static bool feed_prepare(struct demo_feed *f, const demo_feed_config *c, err *e)
{
    f->streams = calloc(demo_device_count(), sizeof *f->streams);
    if (!f->streams) return err_no_memory(e);
    snprintf(f->root_url, sizeof f->root_url, "%s", c->root_url);
    snprintf(f->authorization, sizeof f->authorization, "Authorization: Bearer %s", c->token);
    struct snapshot *at;
    if (!snapshot_open(c->store, &at, e)) return false;
    const bool found = snapshot_show(at, ACCESS_PRIVATE, e) && streams_find(f, at, e);
    snapshot_close(at);
    if (!found || !(f->fetcher = fetcher_new(e))) return false;
    if (!c->mqtt_host.n) return true;
    const mqtt_publisher_config m = {
        .host = c->mqtt_host, .port = c->mqtt_port, .client_id = STR("peil-demo")};
    f->publisher = mqtt_publisher_start(&m, e);
    return f->publisher != NULL;
}

struct demo_feed *demo_feed_start(const demo_feed_config *c, err *e)
{
    struct demo_feed *f = calloc(1, sizeof *f);
    if (!f) {
        err_no_memory(e);
        return NULL;
    }
    if (!feed_prepare(f, c, e)) {
        feed_free(f);
        return NULL;
    }
    if (pthread_create(&f->thread, NULL, feed_run, f) != 0) {
        err_set(e, ERR_INTERNAL, ERR_NOWHERE, "cannot start the demo's feed");
        feed_free(f);
        return NULL;
    }
    return f;
}

void demo_feed_stop(struct demo_feed *f)
{
    if (!f) return;
    atomic_store(&f->is_stopping, true);
    pthread_join(f->thread, NULL);
    feed_free(f);
}
