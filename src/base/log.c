// SPDX-License-Identifier: EUPL-1.2
#include "base/log.h"

#include "base/time.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4000

static const struct {
    const char *name;
    log_level level;
} levels[] = {
    {"error", LOG_ERROR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
    {"info", LOG_INFO},   {"debug", LOG_DEBUG},
};
#define LEVEL_COUNT (sizeof levels / sizeof levels[0])

static _Atomic int most_level = LOG_INFO;

void log_set_level(log_level most)
{
    atomic_store_explicit(&most_level, (int)most, memory_order_relaxed);
}

bool log_level_parse(str name, log_level *out)
{
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (!str_eq(name, str_of(levels[i].name))) continue;
        *out = levels[i].level;
        return true;
    }
    return false;
}

static const char *level_name(log_level l)
{
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (levels[i].level == l) return levels[i].name;
    }
    return "";
}

// systemd.exec(5): JOURNAL_STREAM holds device and inode of the journal's socket; stderr may have been sent
// elsewhere since.
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat st;
    if (!stream || fstat(STDERR_FILENO, &st) != 0) return false;
    char here[48];
    snprintf(here, sizeof here, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, here) == 0;
}

static size_t write_prefix(char *line, size_t size, log_level l)
{
    if (is_journal()) return (size_t)snprintf(line, size, "<%d>", (int)l);
    char time[TIME_TEXT_MAX];
    const size_t n = time_write(time, time_now() / 1000 * 1000);
    return (size_t)snprintf(line, size, "%.*s %s: ", (int)n, time, level_name(l));
}

// One event is one line, whatever the pairs hold.
static void flatten(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < ' ' || p[i] == 0x7F) p[i] = ' ';
    }
}

static size_t at_most(int length, size_t room)
{
    if (length < 0) return 0;
    return (size_t)length < room ? (size_t)length : room - 1;
}

void log_line(log_level l, const char *event, const char *format, ...)
{
    if ((int)l > atomic_load_explicit(&most_level, memory_order_relaxed)) return;
    char line[LINE_MAX_BYTES + 1];
    size_t n = write_prefix(line, sizeof line, l);
    n += at_most(snprintf(line + n, sizeof line - n, "%s%s", event, *format ? " " : ""), sizeof line - n);
    va_list args;
    va_start(args, format);
    n += at_most(vsnprintf(line + n, sizeof line - n, format, args), sizeof line - n);
    va_end(args);
    flatten(line, n);
    line[n++] = '\n';
    // a log that cannot be written has nowhere to complain
    const ssize_t written = write(STDERR_FILENO, line, n);
    (void)written;
}

const char *log_quote(char out[static 256], str s)
{
    size_t n = 0;
    out[n++] = '"';
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        if (n + 4 > 250) {
            memcpy(out + n, "...", 3);
            n += 3;
            break;
        }
        if (c == '"' || c == '\\') {
            out[n++] = '\\';
            out[n++] = (char)c;
        } else if (c < ' ' || c == 0x7F) {
            n += (size_t)snprintf(out + n, 5, "\\x%02x", c);
        } else {
            out[n++] = (char)c;
        }
    }
    out[n++] = '"';
    out[n] = '\0';
    return out;
}
