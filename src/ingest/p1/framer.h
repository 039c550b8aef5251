// SPDX-License-Identifier: EUPL-1.2
// framer.h: telegrams out of a stream of bytes: a serial port, a socket, a file. A telegram that breaks off is dropped and
// counted, and the next '/' starts another.
// Owns     the bytes of the telegram in hand
// Threads  one at a time
#ifndef PEIL_INGEST_P1_FRAMER_H
#define PEIL_INGEST_P1_FRAMER_H

#include "base/str.h"

#include <stdint.h>

#define P1_TELEGRAM_MAX 8192

struct p1_framer {  // zero is the start
    char bytes[P1_TELEGRAM_MAX];
    size_t n;
    bool has_end;     // '!' was read: digits of the checksum follow
    size_t digits;    // of them, so far
    int64_t dropped;  // telegrams that broke off
};

// Takes bytes from the front of *rest until a telegram is whole: true, and it stands in *telegram until the next call. False:
// all bytes are taken.
bool p1_framer_take(struct p1_framer *f, str *rest, str *telegram);
// The stream has ended, or says nothing for a while: a telegram whose last line has no end is whole now.
bool p1_framer_end(struct p1_framer *f, str *telegram);

#endif
