// SPDX-License-Identifier: EUPL-1.2
// log.h: one line to stderr per event: time, level, text, key=value pairs; for journald a "<n>" level prefix
// instead of both.
// A line is one write, so lines of several threads never mix; longer than 4,000 bytes is cut.
// Threads  any
// No personal data, no payloads, no secrets. Count, do not log, per message.
#ifndef PEIL_BASE_LOG_H
#define PEIL_BASE_LOG_H

#include "base/str.h"

typedef enum { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 } log_level;

void log_set_level(log_level most);
bool log_level_parse(str name, log_level *out);
// log_info("store opened", "path=%s entities=%zu", path, n): values with spaces or quotes are quoted by the
// caller via log_quote
void log_line(log_level l, const char *event, const char *format, ...) __attribute__((format(printf, 3, 4)));
// Safe for one log value: quoted, control bytes escaped, cut at 250 bytes.
const char *log_quote(char out[static 256], str s);

// The pairs may be left out: log_info("stopped").
#define log_error(event, ...) log_line(LOG_ERROR, event, "" __VA_ARGS__)
#define log_warning(event, ...) log_line(LOG_WARNING, event, "" __VA_ARGS__)
#define log_notice(event, ...) log_line(LOG_NOTICE, event, "" __VA_ARGS__)
#define log_info(event, ...) log_line(LOG_INFO, event, "" __VA_ARGS__)
#define log_debug(event, ...) log_line(LOG_DEBUG, event, "" __VA_ARGS__)

#endif
