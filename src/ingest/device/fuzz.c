// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a message of the adapter DEVICE. A first line that starts with '@' is the MQTT topic.
#include "base/fuzz.h"
#include "base/utf8.h"
#include "ingest/device/check.h"

extern const struct device_adapter DEVICE;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str body = {(const char *)data, size}, topic = {0};
    if (size > 0 && data[0] == '@') {
        str_cut(&body, '\n', &topic);
        topic = str_slice(topic, 1, topic.n);
        if (!utf8_is_valid(topic, NULL)) return 0;  // the MQTT client lets none through
    }
    device_check(&DEVICE, body, topic);
    return 0;
}
