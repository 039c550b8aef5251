// SPDX-License-Identifier: EUPL-1.2
// accounts.h: tallies by key while they are being added up, and what they change in the store. Private.
// Owns     keys lie in the accounts' arena
// Errors   ERR_LIMIT
#ifndef PEIL_ROLLUP_ACCOUNTS_H
#define PEIL_ROLLUP_ACCOUNTS_H

#include "area/area.h"
#include "rollup/tally.h"

struct account {
    str key;                  // "pm25/GM0603"
    const struct area *area;  // of a day; NULL: of a month or year
    struct tally tally;
};

struct accounts {
    arena *a;
    struct account *all;
    size_t count, capacity;
    uint32_t *slots;  // index + 1; 0 is free
    size_t slot_count;
};

NODISCARD bool accounts_open(struct accounts *k, err *e);
void accounts_close(struct accounts *k);
NODISCARD bool accounts_add(struct accounts *k, str key, const struct area *area, const struct tally *t,
                            err *e);
void accounts_sort(struct accounts *k);  // by key; nothing can be added after it

// What is to be written, in one operation of the store at a time.
struct sheet_line {
    str key;         // of a document; empty: bytes (stretch.h)
    int64_t number;  // of bytes
    str text;        // empty: it goes
};
struct sheet {
    struct store *store;
    str kind;
    arena *a;
    struct sheet_line *lines;
    size_t count, written;
};

NODISCARD bool sheet_open(struct sheet *s, struct store *store, err *e);
void sheet_close(struct sheet *s);
NODISCARD bool sheet_put(struct sheet *s, str kind, str key, str text,
                         err *e);  // copies; commits when it is full
NODISCARD bool sheet_put_stretch(struct sheet *s, int64_t number, str bytes, err *e);  // the same
// What the store has of it, or will have with the next commit.
NODISCARD bool sheet_stretch(const struct sheet *s, struct snapshot *at, int64_t number, arena *a, str *bytes,
                             err *e);
bool sheet_has_room(const struct sheet *s, size_t lines);  // before it commits by itself
NODISCARD bool sheet_commit(struct sheet *s, err *e);
// Writes only what is another than in the store: all accounts as documents of a kind, PREFIX and their key, and no other
// documents with keys from PREFIX FROM up to PREFIX TO (both empty: all with that prefix, which ends with '/').
struct sheet_range {
    str kind, prefix, from, to;
    // Hears of every key that is or was there, without the prefix; may be NULL.
    bool (*note)(str key, bool is_changed, void *context, err *e);
    void *context;
};
NODISCARD bool sheet_put_accounts(struct sheet *s, struct snapshot *at, const struct sheet_range *range,
                                  struct accounts *k, err *e);

#endif
