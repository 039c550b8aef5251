// SPDX-License-Identifier: EUPL-1.2
#include "app/serve/town_broker.h"

#include "ingest/topic/intake.h"
#include "sta/mqtt/mqtt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_S 5

struct town_broker {
    struct mqtt_publisher *publisher;  // NULL: nothing is announced
    struct sta_mqtt *sta;
    struct topic_intake *devices;        // NULL: only SensorThings is taken in
    struct mqtt_subscriber *subscriber;  // NULL until town_broker_listen
    mqtt_config config;                  // of the subscriber
};

static bool files_check(const struct settings *s, err *e)
{
    const struct {
        const char *setting;
        str path;
    } files[] = {{"mqtt.ca_file", s->mqtt.ca_file},
                 {"mqtt.cert_file", s->mqtt.cert_file},
                 {"mqtt.key_file", s->mqtt.key_file}};
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++)
        if (files[k].path.n && access(files[k].path.p, R_OK) != 0)  // texts of settings end with a NUL byte
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: cannot read %s: %s", files[k].setting,
                           files[k].path.p, strerror(errno));
    return true;
}

static bool take(const mqtt_message *m, void *context)
{
    struct town_broker *l = context;
    if (!l->devices || sta_mqtt_is_ours(m->topic)) return sta_mqtt_message(l->sta, m);
    return topic_intake_message(l->devices, m);
}

static bool publisher_start(struct town_broker *l, const struct settings *s, struct metrics *m, arena *a,
                            err *e)
{
    if (!s->mqtt.publish) return true;
    str client;
    if (!arena_print(a, &client, "%.*s-out", STR_ARG(s->mqtt.client_id))) return err_no_memory(e);
    const mqtt_publisher_config c = {.host = s->mqtt.host,
                                     .port = (int)s->mqtt.port,
                                     .client_id = client,
                                     .username = s->mqtt.username,
                                     .password = l->config.password,
                                     .ca_file = s->mqtt.ca_file,
                                     .cert_file = s->mqtt.cert_file,
                                     .key_file = s->mqtt.key_file,
                                     .metrics = m};
    l->publisher = mqtt_publisher_start(&c, e);
    return l->publisher != NULL;
}

// What the broker says about itself is for each subscriber.
static bool add_filter(const struct settings *s, str filter, arena *a, str *out, err *e)
{
    *out = filter;
    if (s->mqtt.share_group.n == 0 || str_starts(filter, STR("$"))) return true;
    return arena_print(a, out, "$share/%.*s/%.*s", STR_ARG(s->mqtt.share_group), STR_ARG(filter)) ||
           err_no_memory(e);
}

static bool filters_collect(struct town_broker *l, const struct settings *s, arena *a, err *e)
{
    size_t sta_count, device_count = 0;
    const str *of_sta = sta_mqtt_filters(&sta_count);
    const str *of_devices = l->devices ? topic_intake_filters(l->devices, &device_count) : NULL;
    str *all = ARENA_ARRAY(a, sta_count + device_count, str);
    if (!all) return err_no_memory(e);
    for (size_t i = 0; i < sta_count + device_count; i++)
        if (!add_filter(s, i < sta_count ? of_sta[i] : of_devices[i - sta_count], a, &all[i], e))
            return false;
    l->config.topics = all;
    l->config.topic_count = sta_count + device_count;
    return true;
}

static bool devices_start(struct town_broker *l, const struct town_broker_config *c, err *e)
{
    if (!c->settings->mqtt.devices) return true;
    const topic_intake_config devices = {.ingest = c->ingest, .site = c->site, .metrics = c->metrics};
    l->devices = topic_intake_new(&devices, e);
    return l->devices != NULL;
}

static bool parts_start(struct town_broker *l, const struct town_broker_config *tc, arena *a, err *e)
{
    const struct settings *s = tc->settings;
    struct metrics *m = tc->metrics;
    l->config = (mqtt_config){.host = s->mqtt.host,
                              .port = (int)s->mqtt.port,
                              .client_id = s->mqtt.client_id,
                              .username = s->mqtt.username,
                              .ca_file = s->mqtt.ca_file,
                              .cert_file = s->mqtt.cert_file,
                              .key_file = s->mqtt.key_file,
                              .message = take,
                              .context = l,
                              .metrics = m};
    if (!files_check(s, e) || !devices_start(l, tc, e) || !filters_collect(l, s, a, e)) return false;
    if (!password_read(s->mqtt.password_file, "mqtt.password_file", a, &l->config.password, e)) return false;
    if (!publisher_start(l, s, m, a, e)) return false;
    const sta_mqtt_config c = {.sta = tc->sta,
                               .publisher = l->publisher,
                               .only_asked = !s->mqtt.publish_unasked,
                               .client_id = s->mqtt.client_id,
                               .metrics = m};
    l->sta = sta_mqtt_new(&c, e);
    return l->sta != NULL;
}

bool town_broker_open(const struct town_broker_config *c, arena *a, struct town_broker **out, err *e)
{
    struct town_broker *l = calloc(1, sizeof *l);
    if (!l) return err_no_memory(e);
    if (!parts_start(l, c, a, e)) {
        town_broker_stop(l);
        town_broker_close(l);
        return false;
    }
    *out = l;
    return true;
}

bool town_broker_publish(struct town_broker *l, str topic, str payload)
{
    return l->publisher && mqtt_publish(l->publisher, topic, payload, 1, true);
}

void town_broker_retry(struct town_broker *l)
{
    if (l->devices) topic_intake_retry(l->devices);
}

bool town_broker_listen(struct town_broker *l, err *e)
{
    l->subscriber = mqtt_subscribe(&l->config, e);
    return l->subscriber != NULL;
}

void town_broker_stop(struct town_broker *l)
{
    if (!l) return;
    if (l->sta && l->subscriber) sta_mqtt_drain(l->sta, DRAIN_S);
    if (l->devices && l->subscriber) topic_intake_drain(l->devices, DRAIN_S);
    mqtt_subscriber_stop(l->subscriber);
    if (l->sta) sta_mqtt_stop(l->sta);
}

void town_broker_close(struct town_broker *l)
{
    if (!l) return;
    mqtt_subscriber_free(
        l->subscriber);  // not before: what waited in the store until its end says that it is done
    if (l->sta) sta_mqtt_free(l->sta);
    topic_intake_free(l->devices);
    if (l->publisher) mqtt_publisher_stop(l->publisher);
    free(l);
}
