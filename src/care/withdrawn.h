// SPDX-License-Identifier: EUPL-1.2
// withdrawn.h: who stopped, kept where putting back a copy does not undo it: a text file beside the store, in which every
// withdrawal is a line: its day, and a hash of the pseudonym under a key made from that of the vault. It names nobody: without the
// key the lines are noise, with it they answer only whether a pseudonym that one has already is among them.
//
//     key 0f1e2d3c4b5a6978                           which vault it belongs to
//     since 2026-11-26                               lines of earlier days are not in it, or no longer
//     gap 2026-11-26                                 who stopped from that day on may be missing (a copy's own file, a lost one)
//     2026-11-27 000102030405060708090a0b0c0d0e0f
//
// Order does not matter, empty lines and those that begin with # say nothing, files of one vault can be put one behind the other.
// A line is on disk before anything is deleted. The last line of a file that lost power is left out when it is not whole.
//
// Personal data   purpose: that who stopped stays away when a copy is put back; retention: care.backup_days, after which no copy
//                 holds them; owner: the care desk
// Units    days as text, in the town's time zone, of a copy in UTC: "2026-11-26"
// Threads  after opening: the writer
// Errors   ERR_CONFIG (a line that is none; the file of another vault), ERR_LIMIT, ERR_IO, ERR_DISK_FULL
// Source   RFC 7693 (BLAKE2b, keyed)
#ifndef PEIL_CARE_WITHDRAWN_H
#define PEIL_CARE_WITHDRAWN_H

#include "base/time.h"
#include "care/vault.h"

struct withdrawn;

#define WITHDRAWN_FILE "withdrawn"  // in the data directory, when the settings name no other place
#define WITHDRAWN_DAY_MAX 16

struct withdrawn_facts {
    bool is_there;
    size_t count;
    char since[WITHDRAWN_DAY_MAX], gap[WITHDRAWN_DAY_MAX];  // the earliest that the file names; empty: none
};

// Made when it is not there, with `today` as its first day.
NODISCARD bool withdrawn_open(const char *file, const unsigned char vault_key[static VAULT_KEY_BYTES],
                              const char *today, struct withdrawn **out, err *e);
void withdrawn_close(struct withdrawn *w);  // NULL is fine

NODISCARD bool withdrawn_add(struct withdrawn *w, str pseudonym, const char *today, err *e);
bool withdrawn_has(const struct withdrawn *w, str pseudonym);
size_t withdrawn_count(const struct withdrawn *w);
// Lines of earlier days go.
NODISCARD bool withdrawn_forget_before(struct withdrawn *w, const char *day, err *e);
NODISCARD bool withdrawn_note_gap(struct withdrawn *w, const char *day, err *e);

// Needs no key, changes nothing. No file is no fault.
NODISCARD bool withdrawn_look(const char *file, struct withdrawn_facts *out, err *e);
// For a copy of the store that is made now: all lines, and that what comes after is not in it.
NODISCARD bool withdrawn_copy(const char *from, const char *to, instant now, err *e);

#endif
