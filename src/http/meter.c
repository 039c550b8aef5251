// SPDX-License-Identifier: EUPL-1.2
#include "http/meter.h"

#define REQUESTS(class)                                                                                     \
    {                                                                                                       \
        .name = "peil_http_requests_total", .help = "Requests answered.", .labels = "status=\"" class "\"", \
        .type = METRIC_COUNTER                                                                              \
    }

static metric requests[] = {REQUESTS("1xx"), REQUESTS("2xx"), REQUESTS("3xx"), REQUESTS("4xx"),
                            REQUESTS("5xx")};

#define REFUSED(reason)                                                                                      \
    {                                                                                                        \
        .name = "peil_http_refused_total", .help = "Connections and requests refused by the server itself.", \
        .labels = "reason=\"" reason "\"", .type = METRIC_COUNTER                                            \
    }

static metric refused[REFUSED_COUNT] = {
    [REFUSED_CONNECTIONS] = REFUSED("connections"),
    [REFUSED_ADDRESS] = REFUSED("address"),
    [REFUSED_BUSY] = REFUSED("busy"),
    [REFUSED_MALFORMED] = REFUSED("malformed"),
    [REFUSED_TOO_LARGE] = REFUSED("too_large"),
    [REFUSED_TIMEOUT] = REFUSED("timeout"),
    [REFUSED_SLOW_READER] = REFUSED("slow_reader"),
    [REFUSED_UNSUPPORTED] = REFUSED("unsupported"),
};

static metric duration = {
    .name = "peil_http_request_duration_seconds",
    .help = "From a request's last byte to the last byte of its answer handed to the system.",
    .type = METRIC_HISTOGRAM};
static metric connections = {
    .name = "peil_http_connections", .help = "Open connections.", .type = METRIC_GAUGE};
static metric live = {
    .name = "peil_http_live_clients", .help = "Open server-sent event streams.", .type = METRIC_GAUGE};

void meter_register(struct metrics *m)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) metrics_add(m, &requests[i]);
    for (size_t i = 0; i < REFUSED_COUNT; i++) metrics_add(m, &refused[i]);
    metrics_add(m, &duration);
    metrics_add(m, &connections);
    metrics_add(m, &live);
}

void meter_request(int status, int64_t microseconds)
{
    if (status >= 100 && status < 600) metric_count(&requests[status / 100 - 1], 1);
    if (microseconds >= 0) metric_observe(&duration, microseconds);
}

void meter_refused(refused_reason why)
{
    metric_count(&refused[why], 1);
}

void meter_refused_status(int status)
{
    static const struct {
        int status;
        refused_reason why;
    } reasons[] = {
        {400, REFUSED_MALFORMED},   {408, REFUSED_TIMEOUT},     {411, REFUSED_MALFORMED},
        {413, REFUSED_TOO_LARGE},   {414, REFUSED_TOO_LARGE},   {417, REFUSED_UNSUPPORTED},
        {431, REFUSED_TOO_LARGE},   {501, REFUSED_UNSUPPORTED}, {503, REFUSED_BUSY},
        {505, REFUSED_UNSUPPORTED},
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status) meter_refused(reasons[i].why);
}

void meter_connections(int change)
{
    metric_count(&connections, change);
}

void meter_live(int change)
{
    metric_count(&live, change);
}
