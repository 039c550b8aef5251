// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/topic.h"

#include "base/utf8.h"
#include <string.h>

static bool has_byte(str s, char c)
{
    return s.n > 0 && memchr(s.p, c, s.n) != NULL;
}

bool mqtt_text_is_valid(str text)
{
    return text.n <= MQTT_TEXT_MAX && !has_byte(text, '\0') && utf8_is_valid(text, NULL);
}

bool mqtt_topic_is_valid(str topic)
{
    return topic.n > 0 && mqtt_text_is_valid(topic) && !has_byte(topic, '+') && !has_byte(topic, '#');
}

// Takes the next level off `rest`; unlike str_cut, "a/" has two levels, of which the last is empty.
static str next_level(str *rest, bool *is_last)
{
    const char *slash = rest->n > 0 ? memchr(rest->p, '/', rest->n) : NULL;
    *is_last = slash == NULL;
    const size_t n = slash ? (size_t)(slash - rest->p) : rest->n;
    const str level = {rest->p, n};
    *rest = str_slice(*rest, slash ? n + 1 : n, rest->n);
    return level;
}

bool mqtt_filter_is_valid(str filter)
{
    if (filter.n == 0 || !mqtt_text_is_valid(filter)) return false;
    for (bool is_last = false; !is_last;) {
        const str level = next_level(&filter, &is_last);
        if (level.n > 1 && (has_byte(level, '+') || has_byte(level, '#'))) return false;
        if (str_eq(level, STR("#")) && !is_last) return false;
    }
    return true;
}

bool mqtt_topic_matches(str filter, str topic)
{
    // [MQTT-4.7.2-1]: a wildcard in the first place does not see the broker's own topics.
    if (str_starts(topic, STR("$")) && (str_starts(filter, STR("+")) || str_starts(filter, STR("#"))))
        return false;
    bool filter_ends = false;
    bool topic_ends = false;
    while (true) {
        const str wanted = next_level(&filter, &filter_ends);
        if (str_eq(wanted, STR("#"))) return true;
        if (topic_ends) return false;
        const str level = next_level(&topic, &topic_ends);
        if (!str_eq(wanted, STR("+")) && !str_eq(wanted, level)) return false;
        if (filter_ends) return topic_ends;
    }
}
