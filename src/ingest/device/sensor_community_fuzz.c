// SPDX-License-Identifier: EUPL-1.2
// Any bytes as a push.
#include "base/fuzz.h"
#include "ingest/device/check.h"

extern const struct device_adapter device_sensor_community;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    device_check(&device_sensor_community, (str){(const char *)data, size}, (str){0});
    return 0;
}
