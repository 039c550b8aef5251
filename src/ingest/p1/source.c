// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/source.h"

#include "base/num.h"
#include "ingest/decode/gather.h"
#include "mqtt/link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

// ---- words -------------------------------------------------------------------------------------------------------

static const struct {
    str word;
    p1_kind kind;
} kinds[] = {{STR("serial"), P1_SERIAL},
             {STR("serial9600"), P1_SERIAL_9600},
             {STR("tcp"), P1_TCP},
             {STR("file"), P1_FILE}};

static bool kind_read(str word, p1_kind *out, err *e)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (!str_eq(kinds[i].word, word)) continue;
        *out = kinds[i].kind;
        return true;
    }
    return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                   "a meter is read from serial, serial9600, tcp or file, not from '%.*s'", STR_ARG(word));
}

// "HOST:PORT"; the last colon counts, for hosts with colons of their own.
static bool port_read(str *address, int *port, err *e)
{
    size_t colon = address->n;
    int64_t n = 0;
    while (colon > 0 && address->p[colon - 1] != ':') colon--;
    if (colon < 2 || !num_parse_int(str_slice(*address, colon, address->n), &n, NULL) || n < 1 || n > 65535)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected tcp:HOST:PORT, not '%.*s'", STR_ARG(*address));
    *address = str_slice(*address, 0, colon - 1);
    if (str_starts(*address, STR("[")) && str_ends(*address, STR("]")))
        *address = str_slice(*address, 1, address->n - 1);
    *port = (int)n;
    return true;
}

static bool source_read(str text, arena *a, struct p1_source *out, err *e)
{
    str rest = text, word = {0};
    *out = (struct p1_source){.port = 0};
    size_t ignored;
    if (!str_find(text, STR("="), &ignored) || !str_cut(&rest, '=', &out->device) || out->device.n == 0 ||
        out->device.n > GATHER_DEVICE_MAX)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE,
                       "expected NAME=serial:/dev/ttyUSB0 or the like, not '%.*s'", STR_ARG(text));
    for (size_t i = 0; i < out->device.n; i++)
        if (memchr("%&+#", out->device.p[i], 4))
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%.*s' cannot be a meter's name",
                           STR_ARG(out->device));
    str_cut(&rest, ':', &word);
    if (!kind_read(word, &out->kind, e)) return false;
    if (out->kind == P1_TCP && !port_read(&rest, &out->port, e)) return false;
    if (rest.n == 0) return err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%.*s' has no address", STR_ARG(text));
    return (arena_copy(a, out->device, &out->device) && arena_copy(a, rest, &out->address)) ||
           err_no_memory(e);
}

bool p1_sources_parse(str text, arena *a, struct p1_source *out, size_t most, size_t *count, err *e)
{
    *count = 0;
    for (size_t from = 0, to; from < text.n; from = to + 1) {
        for (to = from; to < text.n && text.p[to] != ' ' && text.p[to] != ',';) to++;
        if (to == from) continue;
        if (*count == most)
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "at most %zu meters can be read", most);
        if (!source_read(str_slice(text, from, to), a, &out[(*count)++], e)) return false;
    }
    return true;
}

// ---- streams -----------------------------------------------------------------------------------------------------

struct p1_stream {
    p1_kind kind;
    int fd;  // -1: a link
    struct link *link;
};

// Raw bytes; a modem's wires say nothing here.
static bool line_set(int fd, p1_kind kind)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0) return false;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    if (kind == P1_SERIAL_9600) {
        t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSIZE | PARODD | CSTOPB)) | CS7 | PARENB;
        t.c_iflag |= ISTRIP;  // adapters that cannot do 7E1 leave the parity in the eighth bit
    }
    const speed_t speed = kind == P1_SERIAL_9600 ? B9600 : B115200;
    return cfsetispeed(&t, speed) == 0 && cfsetospeed(&t, speed) == 0 && tcsetattr(fd, TCSANOW, &t) == 0;
}

static bool path_open(struct p1_stream *s, const struct p1_source *from, err *e)
{
    s->fd = open(from->address.p, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (s->fd < 0)
        return err_set(e, ERR_IO, ERR_NOWHERE, "cannot open %s: %s", from->address.p, strerror(errno));
    return from->kind == P1_FILE || line_set(s->fd, from->kind) ||
           err_set(e, ERR_IO, ERR_NOWHERE, "%s is no serial port: %s", from->address.p, strerror(errno));
}

struct p1_stream *p1_stream_open(const struct p1_source *from, int stop_fd, err *e)
{
    struct p1_stream *s = malloc(sizeof *s);
    if (!s) {
        err_no_memory(e);
        return NULL;
    }
    *s = (struct p1_stream){.kind = from->kind, .fd = -1};
    const link_config c = {.host = from->address.p, .port = from->port};
    const bool ok = from->kind == P1_TCP ? (s->link = link_open(&c, stop_fd, e)) != NULL
                                         : path_open(s, from, e);
    if (ok) return s;
    p1_stream_close(s);
    return NULL;
}

void p1_stream_close(struct p1_stream *s)
{
    if (!s) return;
    if (s->link) link_close(s->link);
    if (s->fd >= 0) close(s->fd);
    free(s);
}

int p1_stream_fd(const struct p1_stream *s)
{
    return s->link ? link_fd(s->link) : s->fd;
}

bool p1_stream_read(struct p1_stream *s, char *to, size_t most, size_t *n, err *e)
{
    *n = 0;
    if (s->link) return link_read(s->link, to, most, n, e);
    const ssize_t got = read(s->fd, to, most);
    if (got > 0) *n = (size_t)got;
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return true;
    if (got == 0 && s->kind == P1_FILE) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "the file has ended");
    return err_set(e, ERR_IO, ERR_NOWHERE, "the line is gone: %s",
                   got < 0 ? strerror(errno) : "it was closed");
}
