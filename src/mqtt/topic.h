// SPDX-License-Identifier: EUPL-1.2
// topic.h: topic names (what a message is published to) and topic filters (what is subscribed to).
// Source   MQTT 3.1.1, section 4.7
#ifndef PEIL_MQTT_TOPIC_H
#define PEIL_MQTT_TOPIC_H

#include "base/str.h"

#define MQTT_TEXT_MAX 65535  // bytes of any text on the wire, section 1.5.3

bool mqtt_text_is_valid(str text);    // section 1.5.3: UTF-8 without NUL, at most MQTT_TEXT_MAX bytes
bool mqtt_topic_is_valid(str topic);  // a valid text, not empty, no wildcard
bool mqtt_filter_is_valid(
    str filter);  // a valid text, not empty, '#' alone in the last level, '+' alone in its level
bool mqtt_topic_matches(str filter, str topic);  // both valid

#endif
