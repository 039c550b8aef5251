// SPDX-License-Identifier: EUPL-1.2
// source.h: where telegrams of smart meters come from: a serial port, a TCP server that passes one on (ser2net and most P1
// readers on the network), or a file. Pure but for opening.
//     hall=serial:/dev/ttyUSB0      DSMR 4, 5 and e-MUCS: 115200 baud, 8N1
//     shed=serial9600:/dev/ttyUSB1  DSMR 2.2 and 3: 9600 baud, 7E1
//     attic=tcp:192.0.2.7:2001
//     old=file:/var/lib/telegrams.txt
// Errors   ERR_CONFIG (cannot be understood), ERR_IO (cannot be opened)
#ifndef PEIL_INGEST_P1_SOURCE_H
#define PEIL_INGEST_P1_SOURCE_H

#include "base/arena.h"
#include "base/err.h"

#define P1_SOURCES_MAX 16

typedef enum { P1_SERIAL, P1_SERIAL_9600, P1_TCP, P1_FILE } p1_kind;

struct p1_source {
    str device;  // the name under which its readings are stored
    p1_kind kind;
    str address;  // a path or host, with a NUL behind
    int port;
};

// Sources separated by spaces or commas; their texts lie in the arena.
NODISCARD bool p1_sources_parse(str text, arena *a, struct p1_source *out, size_t most, size_t *count,
                                err *e);

struct p1_stream;
NODISCARD struct p1_stream *p1_stream_open(const struct p1_source *s, int stop_fd, err *e);
void p1_stream_close(struct p1_stream *s);  // NULL is fine
int p1_stream_fd(const struct p1_stream *s);
// Never waits. *n = 0 with true: nothing now. False: it is over (ERR_ABSENT: the file has ended).
NODISCARD bool p1_stream_read(struct p1_stream *s, char *to, size_t most, size_t *n, err *e);

#endif
