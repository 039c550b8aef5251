// SPDX-License-Identifier: EUPL-1.2
#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// MQTT 5 section 3.4.2.1: what a PUBACK may say.
enum {
    MQTT_OK = 0x00,
    MQTT_UNSPECIFIED = 0x80,
    MQTT_SPECIFIC = 0x83,
    MQTT_DENIED = 0x87,
    MQTT_TOPIC = 0x90,
    MQTT_QUOTA = 0x97,
    MQTT_PAYLOAD = 0x99
};

// Exit statuses: sysexits.h, except that a wrong command line is 2, as in most programs.
enum {
    EXIT_OK = 0,
    EXIT_USAGE = 2,
    EXIT_DATA = 65,
    EXIT_NO_INPUT = 66,
    EXIT_UNAVAILABLE = 69,
    EXIT_SOFTWARE = 70,
    EXIT_CANNOT_CREATE = 73,
    EXIT_IO = 74,
    EXIT_AGAIN = 75,
    EXIT_DENIED = 77,
    EXIT_CONFIG = 78
};

// clang-format off
static const struct {
    const char *name;
    int http;
    unsigned mqtt;
    int exit;
} codes[ERR_CODE_COUNT] = {
    [ERR_NONE]         = {"none",         200, MQTT_OK,          EXIT_OK},
    [ERR_SYNTAX]       = {"syntax",       400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_TYPE]         = {"type",         400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_RANGE]        = {"range",        400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_MISSING]      = {"missing",      400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_UNKNOWN]      = {"unknown",      400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_LINK]         = {"link",         400, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_AUTH]         = {"auth",         401, MQTT_DENIED,      EXIT_DENIED},
    [ERR_DENIED]       = {"denied",       403, MQTT_DENIED,      EXIT_DENIED},
    [ERR_ABSENT]       = {"absent",       404, MQTT_TOPIC,       EXIT_NO_INPUT},
    [ERR_METHOD]       = {"method",       405, MQTT_SPECIFIC,    EXIT_DATA},
    [ERR_CONFLICT]     = {"conflict",     409, MQTT_SPECIFIC,    EXIT_DATA},
    [ERR_GONE]         = {"gone",         410, MQTT_TOPIC,       EXIT_NO_INPUT},
    [ERR_PRECONDITION] = {"precondition", 412, MQTT_SPECIFIC,    EXIT_DATA},
    [ERR_LIMIT]        = {"limit",        413, MQTT_QUOTA,       EXIT_DATA},
    [ERR_URI_LENGTH]   = {"uri-length",   414, MQTT_TOPIC,       EXIT_DATA},
    [ERR_MEDIA]        = {"media",        415, MQTT_PAYLOAD,     EXIT_DATA},
    [ERR_RATE]         = {"rate",         429, MQTT_QUOTA,       EXIT_AGAIN},
    [ERR_TIMEOUT]      = {"timeout",      408, MQTT_UNSPECIFIED, EXIT_AGAIN},
    [ERR_UNSUPPORTED]  = {"unsupported",  501, MQTT_SPECIFIC,    EXIT_UNAVAILABLE},
    [ERR_BUSY]         = {"busy",         503, MQTT_QUOTA,       EXIT_AGAIN},
    [ERR_DISK_FULL]    = {"disk-full",    507, MQTT_QUOTA,       EXIT_CANNOT_CREATE},
    [ERR_READ_ONLY]    = {"read-only",    503, MQTT_SPECIFIC,    EXIT_CANNOT_CREATE},
    [ERR_CORRUPT]      = {"corrupt",      500, MQTT_UNSPECIFIED, EXIT_DATA},
    [ERR_STORE]        = {"store",        500, MQTT_UNSPECIFIED, EXIT_IO},
    [ERR_IO]           = {"io",           500, MQTT_UNSPECIFIED, EXIT_IO},
    [ERR_USAGE]        = {"usage",        500, MQTT_UNSPECIFIED, EXIT_USAGE},
    [ERR_CONFIG]       = {"config",       500, MQTT_UNSPECIFIED, EXIT_CONFIG},
    [ERR_INTERNAL]     = {"internal",     500, MQTT_UNSPECIFIED, EXIT_SOFTWARE},
};
// clang-format on

static err_code known(err_code code)
{
    return (unsigned)code < ERR_CODE_COUNT ? code : ERR_INTERNAL;
}

// The text may quote what a stranger sent, and may have been cut inside a character.
static void make_valid(err *e, bool cut)
{
    size_t bad;
    str rest = {e->text, strlen(e->text)};
    while (!utf8_is_valid(rest, &bad)) {
        char *p = e->text + (rest.p - e->text) + bad;
        const size_t left = rest.n - bad;
        if (cut && left < 4) {
            *p = '\0';
            return;
        }
        *p = '?';
        rest = str_slice(rest, bad + 1, rest.n);
    }
}

bool(err_set)(err *e, err_code code, size_t at, const char *format, ...)
{
    if (!e) return false;
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    e->code = code;
    e->at = at;
    make_valid(e, length >= (int)sizeof e->text);
    return false;
}

bool(err_within)(err *e, const char *format, ...)
{
    if (!e) return false;
    char cause[sizeof e->text];
    memcpy(cause, e->text, sizeof cause);
    va_list args;
    va_start(args, format);
    const int where = vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    if (where < 0) e->text[0] = '\0';
    const size_t n = strlen(e->text);
    const int rest = snprintf(e->text + n, sizeof e->text - n, ": %s", cause);
    make_valid(e, (size_t)rest >= sizeof e->text - n);
    return false;
}

bool(err_no_memory)(err *e)
{
    return err_set(e, ERR_LIMIT, ERR_NOWHERE, "this needs more memory than allowed here");
}

int err_http_status(err_code code)
{
    return codes[known(code)].http;
}

int err_exit_status(err_code code)
{
    return codes[known(code)].exit;
}

unsigned err_mqtt_reason(err_code code)
{
    return codes[known(code)].mqtt;
}

str err_code_name(err_code code)
{
    return str_of(codes[known(code)].name);
}
