// SPDX-License-Identifier: EUPL-1.2
#include "ingest/topic/intake.h"

#include "ingest/topic/discovery.h"
#include "mqtt/pending.h"

#include <stdlib.h>

#define ARRIVAL_MEMORY ((size_t)2 << 20)
#define FILTERS_MAX 900

static metric taken_metric = {.name = "peil_mqtt_device_messages_total",
                              .help = "Device messages over MQTT, by what became of them",
                              .labels = "outcome=\"taken\"",
                              .type = METRIC_COUNTER};
static metric refused_metric = {
    .name = "peil_mqtt_device_messages_total", .labels = "outcome=\"refused\"", .type = METRIC_COUNTER};
static metric given_up_metric = {
    .name = "peil_mqtt_device_messages_total", .labels = "outcome=\"given_up\"", .type = METRIC_COUNTER};
static metric announced_metric = {
    .name = "peil_mqtt_device_messages_total", .labels = "outcome=\"announcement\"", .type = METRIC_COUNTER};

struct topic_intake {
    struct ingest *ingest;
    struct discovery *discovery;  // the subscriber's thread
    struct device_site site;      // with what was discovered
    str filters[FILTERS_MAX];
    size_t filter_count;
    struct mqtt_pendings *pending;
};

// One message on its way through the store.
struct arrival {
    struct mqtt_pending pending;  // the first
    struct topic_intake *intake;
    const struct device_adapter *adapter;
    struct device_message message;
    arena *a;
};

// ---- arrivals ----------------------------------------------------------------------------------------------------

static void arrival_free(struct arrival *x)
{
    if (!x) return;
    arena_free(x->a);
    free(x);
}

static struct arrival *arrival_new(struct topic_intake *t, const mqtt_message *m,
                                   const struct device_adapter *adapter)
{
    struct arrival *x = calloc(1, sizeof *x);
    if (!x) return NULL;
    *x = (struct arrival){.intake = t,
                          .adapter = adapter,
                          .message = {.received = time_now(), .retained = m->retained},
                          .a = arena_new(ARRIVAL_MEMORY)};
    if (x->a && arena_copy(x->a, m->topic, &x->message.topic) &&
        arena_copy(x->a, m->payload, &x->message.body))
        return x;
    arrival_free(x);
    return NULL;
}

static void finish(struct arrival *x)
{
    mqtt_pending_end(x->intake->pending, &x->pending);
    arrival_free(x);
}

static void failed(struct arrival *x, const err *e)
{
    if (mqtt_pending_failed(x->intake->pending, &x->pending, x->message.topic, e)) finish(x);
}

static void done(void *context, const struct ingest_outcome *outcome, const err *e)
{
    struct arrival *x = context;
    (void)outcome;
    if (e) {
        failed(x, e);
        return;
    }
    metric_count(&taken_metric, 1);
    finish(x);
}

void topic_intake_retry(struct topic_intake *t)
{
    for (struct mqtt_pending *next, *p = mqtt_pendings_take_again(t->pending); p; p = next) {
        struct arrival *x = (struct arrival *)p;
        err e;
        next = p->next;
        if (!ingest_device(t->ingest, x->adapter, &x->message, done, x, &e)) failed(x, &e);
    }
}

// ---- messages ----------------------------------------------------------------------------------------------------

static bool reads(const struct device_adapter *d, str topic)
{
    for (const char *const *filter = d->topics; filter && *filter; filter++)
        if (mqtt_topic_matches(str_of(*filter), topic)) return true;
    return false;
}

static const struct device_adapter *by_topic(str topic)
{
    size_t count;
    const struct device_adapter *const *all = device_all(&count);
    for (size_t i = 0; i < count; i++)
        if (reads(all[i], topic)) return all[i];
    return NULL;
}

static const struct device_adapter *adapter_for(const struct topic_intake *t, str topic)
{
    if (topic_rules_match(t->site.mapping, topic)) return device_by_name(STR("mapped"));
    const struct device_adapter *found = by_topic(topic);
    if (!found && topic_rules_match(t->site.discovered, topic)) found = device_by_name(STR("home_assistant"));
    return found;
}

static bool take_announcement(struct topic_intake *t, const mqtt_message *m)
{
    str topic;
    err e;
    metric_count(&announced_metric, 1);
    bool ok = discovery_take(t->discovery, m->topic, m->payload, &topic, &e);
    // What an adapter reads comes already, and better understood.
    if (ok && topic.n && !by_topic(topic)) ok = mqtt_subscriber_add(m->subscriber, topic, &e);
    if (!ok) mqtt_pendings_note_refusal(t->pending, m->topic, &e);
    mqtt_done(m->subscriber, m->delivery);
    return true;
}

static bool take_reading(struct topic_intake *t, const mqtt_message *m, const struct device_adapter *adapter)
{
    err e;
    struct arrival *x = arrival_new(t, m, adapter);
    if (!x) return false;
    x->message.site = &t->site;
    if (!mqtt_pending_begin(t->pending, &x->pending, m)) {
        arrival_free(x);
        return false;
    }
    if (ingest_device(t->ingest, adapter, &x->message, done, x, &e)) return true;
    if (e.code != ERR_BUSY) {
        failed(x, &e);
        return true;
    }
    mqtt_pending_undo(t->pending);
    arrival_free(x);
    return false;  // the broker keeps it; it is offered again
}

bool topic_intake_message(struct topic_intake *t, const mqtt_message *m)
{
    if (mqtt_pendings_is_draining(t->pending)) return false;
    if (discovery_is_announcement(m->topic)) return take_announcement(t, m);
    const struct device_adapter *adapter = adapter_for(t, m->topic);
    if (adapter) return take_reading(t, m, adapter);
    err e;
    (void)err_set(&e, ERR_UNKNOWN, ERR_NOWHERE, "nobody reads this topic");
    mqtt_pendings_note_refusal(t->pending, m->topic, &e);
    mqtt_done(m->subscriber, m->delivery);
    return true;
}

// ---- life --------------------------------------------------------------------------------------------------------

static void add_filter(struct topic_intake *t, str filter)
{
    for (size_t i = 0; i < t->filter_count; i++)
        if (str_eq(t->filters[i], filter)) return;
    if (t->filter_count < FILTERS_MAX) t->filters[t->filter_count++] = filter;
}

static void add_filters(struct topic_intake *t)
{
    size_t count;
    const struct device_adapter *const *all = device_all(&count);
    for (size_t i = 0; t->site.mapping && i < t->site.mapping->count; i++)
        add_filter(t, t->site.mapping->all[i]->filter);
    for (size_t i = 0; i < count; i++)
        for (const char *const *filter = all[i]->topics; filter && *filter; filter++)
            add_filter(t, str_of(*filter));
}

struct topic_intake *topic_intake_new(const topic_intake_config *c, err *e)
{
    const mqtt_pendings_config pc = {"device messages", &refused_metric, &given_up_metric};
    struct topic_intake *t = calloc(1, sizeof *t);
    if (!t || !(t->pending = mqtt_pendings_new(&pc, e)) || !(t->discovery = discovery_new())) {
        topic_intake_free(t);
        err_no_memory(e);
        return NULL;
    }
    t->ingest = c->ingest;
    if (c->site) t->site = *c->site;
    t->site.discovered = discovery_rules(t->discovery);
    add_filters(t);
    metric *const all[] = {&taken_metric, &refused_metric, &given_up_metric, &announced_metric};
    for (size_t i = 0; c->metrics && i < sizeof all / sizeof all[0]; i++) metrics_add(c->metrics, all[i]);
    return t;
}

const str *topic_intake_filters(const struct topic_intake *t, size_t *count)
{
    *count = t->filter_count;
    return t->filters;
}

void topic_intake_drain(struct topic_intake *t, int seconds)
{
    mqtt_pendings_drain(t->pending, seconds);
}

void topic_intake_free(struct topic_intake *t)
{
    if (!t) return;
    struct mqtt_pending *p = t->pending ? mqtt_pendings_take_again(t->pending) : NULL;
    for (struct mqtt_pending *next; p; p = next) {
        next = p->next;
        arrival_free((struct arrival *)p);
    }
    discovery_free(t->discovery);
    mqtt_pendings_free(t->pending);
    free(t);
}
