// SPDX-License-Identifier: EUPL-1.2
// Anything on MQTT that the operator's mapping file describes (ingest/topic/mapping.h).
#include "ingest/topic/rule.h"

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    return topic_rules_decode(m->site ? m->site->mapping : NULL, m, a, out, e);
}

const struct device_adapter device_mapped = {
    .name = STR("mapped"),
    .title = STR("MQTT, as the mapping file says"),
    .decode = decode,
};
