// SPDX-License-Identifier: EUPL-1.2
#include "sta/request.h"

str sta_version_name(sta_version v)
{
    return v == STA_V1_0 ? STR("v1.0") : STR("v1.1");
}

struct sta_limits sta_limits_or_default(const struct sta_limits *l)
{
    struct sta_limits x = l ? *l : (struct sta_limits){0};
    if (x.query_bytes == 0) x.query_bytes = (size_t)16 << 10;
    if (x.filter_nodes == 0) x.filter_nodes = 500;
    if (x.expand_depth == 0) x.expand_depth = 6;
    if (x.top_max == 0) x.top_max = 10000;
    if (x.top_default == 0) x.top_default = 100;
    if (x.batch_parts == 0) x.batch_parts = 1000;
    if (x.snapshot_us == 0) x.snapshot_us = 10 * TIME_SECOND;
    return x;
}
