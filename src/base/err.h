// SPDX-License-Identifier: EUPL-1.2
// err.h: what went wrong, filled once where the fault is known.
// Every function that can fail takes `err *e` last, is NODISCARD, and returns false or NULL. `e` is written
// on failure only.
#ifndef PEIL_BASE_ERR_H
#define PEIL_BASE_ERR_H

#include "base/str.h"

// One table (err.c) maps each code to an HTTP status, an MQTT reason code and an exit status.
typedef enum {
    ERR_NONE = 0,
    ERR_SYNTAX,        // malformed input; `at` is the byte offset              400
    ERR_TYPE,          // well formed, wrong type                               400
    ERR_RANGE,         // value outside what is allowed                         400
    ERR_MISSING,       // a mandatory part is absent                            400
    ERR_UNKNOWN,       // a name that does not exist: property, option, function 400
    ERR_LINK,          // a reference to an entity that does not exist          400
    ERR_AUTH,          // no or bad credentials                                 401
    ERR_DENIED,        // credentials without the right                         403
    ERR_ABSENT,        // the thing asked for is not there                      404
    ERR_METHOD,        // method not possible here                              405
    ERR_CONFLICT,      // contradicts what is stored                            409
    ERR_GONE,          // was there and was deleted                             410
    ERR_PRECONDITION,  // If-Match failed                                       412
    ERR_LIMIT,         // a limit was reached: body, depth, arena               413
    ERR_URI_LENGTH,    //                                                       414
    ERR_MEDIA,         // media type not supported                              415
    ERR_RATE,          // too many requests                                     429
    ERR_TIMEOUT,       // the sender was too slow                               408
    ERR_UNSUPPORTED,   // part of a standard that peil does not offer           501
    ERR_BUSY,          // queue full: try again later                           503
    ERR_DISK_FULL,     // the store cannot grow                                 507
    ERR_READ_ONLY,     // the store cannot be written                           503
    ERR_CORRUPT,       // stored bytes fail their checksum                      500
    ERR_STORE,         // any other fault of the store                          500
    ERR_IO,            // file or network of our own                            500
    ERR_USAGE,         // wrong command line                                    exit 2
    ERR_CONFIG,        // wrong configuration file                              exit 78
    ERR_INTERNAL,      // our mistake                                           500
    ERR_CODE_COUNT
} err_code;

#define ERR_NOWHERE ((size_t)-1)

typedef struct {
    err_code code;
    size_t at;       // byte offset in the input, or ERR_NOWHERE
    char text[496];  // a sentence that the user can act on, NUL-terminated, valid UTF-8 whatever it quotes
} err;

// `e` may be NULL for a caller who asks only whether.
// Always returns false, so that `return err_set(...)` reads as the failure it is.
bool err_set(err *e, err_code code, size_t at, const char *format, ...) __attribute__((format(printf, 4, 5)));
// Puts "observation 7: " before the text, keeps code and cause; always false.
bool err_within(err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool err_no_memory(err *e);  // ERR_LIMIT, "needs more memory than allowed here"; always false

// So that the compiler and the analyzer know it too: without it both see values used that no failed function
// has set.
#define err_set(...)                \
    ({                              \
        (void)err_set(__VA_ARGS__); \
        false;                      \
    })
#define err_within(...)                \
    ({                                 \
        (void)err_within(__VA_ARGS__); \
        false;                         \
    })
#define err_no_memory(e)        \
    ({                          \
        (void)err_no_memory(e); \
        false;                  \
    })

int err_http_status(err_code code);
int err_exit_status(err_code code);       // sysexits where they fit; listed in peil(1)
unsigned err_mqtt_reason(err_code code);  // MQTT 5 reason code
str err_code_name(err_code code);         // "syntax", "limit": for logs and problem+json types

#endif
