// SPDX-License-Identifier: EUPL-1.2
#include "ingest/p1/framer.h"

#define CHECKSUM_DIGITS 4

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static void restart(struct p1_framer *f)
{
    f->n = 0;
    f->digits = 0;
    f->has_end = false;
}

static bool deliver(struct p1_framer *f, str *telegram)
{
    *telegram = (str){f->bytes, f->n};
    restart(f);
    return true;
}

static void append(struct p1_framer *f, char c)
{
    if (f->n == P1_TELEGRAM_MAX) {
        f->dropped++;
        restart(f);
        return;
    }
    f->has_end = f->has_end || (c == '!' && f->bytes[f->n - 1] == '\n');
    f->bytes[f->n++] = c;
}

static void start(struct p1_framer *f)
{
    f->dropped += f->n > 0;
    restart(f);
    f->bytes[f->n++] = '/';
}

bool p1_framer_take(struct p1_framer *f, str *rest, str *telegram)
{
    while (rest->n > 0) {
        const char c = rest->p[0];
        if (f->has_end && (!is_hex(c) || f->digits == CHECKSUM_DIGITS))
            return deliver(f, telegram);  // c is not ours
        *rest = str_slice(*rest, 1, rest->n);
        if (c == '/') {
            start(f);
        } else if (f->n > 0) {
            const bool is_digit = f->has_end;
            append(f, c);
            f->digits += is_digit;
        }
    }
    return false;
}

bool p1_framer_end(struct p1_framer *f, str *telegram)
{
    if (f->has_end) return deliver(f, telegram);
    f->dropped += f->n > 0;
    restart(f);
    return false;
}
