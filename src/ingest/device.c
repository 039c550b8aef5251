// SPDX-License-Identifier: EUPL-1.2
#include "ingest/device.h"

extern const struct device_adapter *const device_table[];  // made by meson, ends in NULL

const struct device_adapter *const *device_all(size_t *count)
{
    *count = 0;
    while (device_table[*count]) ++*count;
    return device_table;
}

const struct device_adapter *device_by_name(str name)
{
    for (size_t i = 0; device_table[i]; i++)
        if (str_eq(device_table[i]->name, name)) return device_table[i];
    return NULL;
}
