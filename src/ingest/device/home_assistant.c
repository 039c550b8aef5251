// SPDX-License-Identifier: EUPL-1.2
// What announces itself to Home Assistant on MQTT (ingest/topic/discovery.h). Announcements are taken in by the part that
// listens; the readings come on the topics that they name.
#include "ingest/topic/rule.h"

static const char *const topics[] = {"homeassistant/+/+/config", "homeassistant/+/+/+/config", NULL};

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    if (str_ends(m->topic, STR("/config"))) {
        out->note = STR("an announcement; no readings");
        return true;
    }
    return topic_rules_decode(m->site ? m->site->discovered : NULL, m, a, out, e);
}

const struct device_adapter device_home_assistant = {
    .name = STR("home_assistant"),
    .title = STR("MQTT, announced to Home Assistant"),
    .topics = topics,
    .decode = decode,
};
