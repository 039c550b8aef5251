// SPDX-License-Identifier: EUPL-1.2
#include "app/town_broker.h"

#include "sta/mqtt/mqtt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DRAIN_S 5

struct town_broker {
    struct mqtt_publisher *publisher;  // NULL: nothing is announced
    struct sta_mqtt *sta;
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
    return sta_mqtt_message(l->sta, m);
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

static bool parts_start(struct town_broker *l, const struct settings *s, const struct sta *sta,
                        struct metrics *m, arena *a, err *e)
{
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
    l->config.topics = sta_mqtt_filters(&l->config.topic_count);
    if (!files_check(s, e)) return false;
    if (!password_read(s->mqtt.password_file, "mqtt.password_file", a, &l->config.password, e)) return false;
    if (!publisher_start(l, s, m, a, e)) return false;
    const sta_mqtt_config c = {.sta = sta,
                               .publisher = l->publisher,
                               .only_asked = !s->mqtt.publish_unasked,
                               .client_id = s->mqtt.client_id,
                               .metrics = m};
    l->sta = sta_mqtt_new(&c, e);
    return l->sta != NULL;
}

bool town_broker_open(const struct settings *s, const struct sta *sta, struct metrics *m, arena *a,
                      struct town_broker **out, err *e)
{
    struct town_broker *l = calloc(1, sizeof *l);
    if (!l) return err_no_memory(e);
    if (!parts_start(l, s, sta, m, a, e)) {
        town_broker_stop(l);
        town_broker_close(l);
        return false;
    }
    *out = l;
    return true;
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
    mqtt_subscriber_stop(l->subscriber);
    if (l->sta) sta_mqtt_stop(l->sta);
}

void town_broker_close(struct town_broker *l)
{
    if (!l) return;
    mqtt_subscriber_free(
        l->subscriber);  // not before: what waited in the store until its end says that it is done
    if (l->sta) sta_mqtt_free(l->sta);
    if (l->publisher) mqtt_publisher_stop(l->publisher);
    free(l);
}
