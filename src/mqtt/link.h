// SPDX-License-Identifier: EUPL-1.2
// link.h: a connection that carries bytes: TCP, or TLS 1.2 and newer on it with the broker's name checked.
// Threads  one at a time
// Errors   ERR_CONFIG for files that cannot be used, ERR_IO for the rest
#ifndef PEIL_MQTT_LINK_H
#define PEIL_MQTT_LINK_H

#include "base/err.h"
#include "base/str.h"

struct link;

typedef struct {
    const char *host;
    int port;
    const char *ca_file;               // NULL: no TLS
    const char *cert_file, *key_file;  // NULL: no client certificate
} link_config;

NODISCARD bool link_check(const link_config *c, err *e);  // are the files of use?

// Waits for name lookup, connection and TLS handshake, each for a bounded time; gives up when `stop_fd` is
// readable. The files are read anew each time, so that a renewed certificate is used.
NODISCARD struct link *link_open(const link_config *c, int stop_fd, err *e);
void link_close(struct link *l);  // NULL is fine

int link_fd(const struct link *l);         // for poll
bool link_has_more(const struct link *l);  // bytes are here of which poll knows nothing
// Never wait. *n = 0: nothing possible now. False: the connection is over.
NODISCARD bool link_read(struct link *l, char *to, size_t most, size_t *n, err *e);
// What was not written must stand at the front of the next call's bytes.
NODISCARD bool link_write(struct link *l, str bytes, size_t *n, err *e);

#endif
