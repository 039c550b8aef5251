// SPDX-License-Identifier: EUPL-1.2
// watch.h: the topics that somebody has asked for, beyond those that are announced always. Private to
// sta/mqtt. They are kept as documents, for a client's session at the broker outlives our process.
// Threads  watches_note any; everything else the announcing thread
#ifndef PEIL_STA_MQTT_WATCH_H
#define PEIL_STA_MQTT_WATCH_H

#include "sta/form.h"

#define WATCHES_MAX 1000  // then the one that was asked for longest ago goes

struct watch {
    struct watch *next;
    arena *a;
    str topic;
    bool is_filter;  // it has wildcards: nothing is announced on it, but it asks for topics that match
    sta_version version;
    struct sta_path path;
    struct query *query;  // its $select; NULL: everything
    instant asked;
    uint64_t last_payload;  // hash of what was announced last: a property is announced when it changes
};

// A topic as a watch; NULL: it is none that can be announced on (other services, $filter).
struct watch *watch_parse(const struct sta *sta, str topic, instant now);
void watch_free(struct watch *w);

// "1795704910: client 1 v1.1/Things(1)": what Mosquitto logs of a subscription. False: it is something else,
// or our own client's.
bool watch_topic_of_log(str payload, str own_client, str *topic);

// Does it speak of this entity? `o` is the Observation when set is SET_OBSERVATION.
bool watch_matches(const struct watch *w, struct snapshot *at, const struct record *r, arena *scratch);
// What to publish; false: nothing, for nothing that it speaks of has changed.
bool watch_payload(struct watch *w, const struct sta *sta, const struct record *r, arena *scratch, buf *out);

// All of them.
struct watches {
    struct watch *first;
    size_t count;
};
NODISCARD bool watches_load(struct watches *ws, const struct sta *sta, err *e);
void watches_add(struct watches *ws, const struct sta *sta, struct watch *w);  // also as a document; takes w
bool watches_want(const struct watches *ws, entity_set set);
bool watches_ask(const struct watches *ws, str topic);  // has somebody asked for just this topic?
void watches_free(struct watches *ws);

#endif
