// SPDX-License-Identifier: EUPL-1.2
// vault.h: who the residents are, apart from everything else: a file of its own (vault.db), each record sealed with a key
// that never lies beside it. Without the key nothing of it can be read; a copied store holds no names.
//
// A record has a kind ("identity", "home", "raw") and a key (a pseudonym, or "pseudonym/day"); both stand in the clear and are
// bound to the seal, so that a record cannot be moved to another home. Deleted records are overwritten in the file (secure_delete);
// vault_settle also cuts the write-ahead log, in which older pages stand, all of them sealed.
//
// Personal data: identity (name, address, how to reach, contact): purpose care, until consent is withdrawn. home: what was
// learnt, likewise. raw: meter readings, at most the retention of care.h.
// Threads  any; one call at a time inside
// Errors   ERR_CONFIG (the key: absent, readable by others, malformed, another one), ERR_ABSENT, ERR_CORRUPT (a seal is broken),
//          ERR_STORE
// Source   libsodium XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha); SQLite secure_delete
#ifndef PEIL_CARE_VAULT_H
#define PEIL_CARE_VAULT_H

#include "base/arena.h"
#include "base/err.h"

struct vault;

#define VAULT_FILE "vault.db"  // in the data directory
#define VAULT_KEY_BYTES 32
#define VAULT_RECORD_MAX ((size_t)64 << 10)

// The key's file: 64 hex digits, mode 0600 (a systemd credential has 0400). `make`: made when absent.
NODISCARD bool vault_key_load(const char *file, bool make, unsigned char key[static VAULT_KEY_BYTES], err *e);
// The key of a vault whose custody two people share: each keeps a file like the above, the key is the exclusive or of both.
// Either alone says nothing of it.
void vault_key_join(unsigned char key[static VAULT_KEY_BYTES],
                    const unsigned char share[static VAULT_KEY_BYTES]);

NODISCARD bool vault_open(const char *file, const unsigned char key[static VAULT_KEY_BYTES],
                          struct vault **out, err *e);
void vault_close(struct vault *v);  // wipes the key. NULL is fine

NODISCARD bool vault_put(struct vault *v, str kind, str key, str record, err *e);
NODISCARD bool vault_get(struct vault *v, str kind, str key, arena *a, str *record, err *e);  // ERR_ABSENT
// Several writes as one, a part: all or nothing of it (vault_keep, vault_undo). Parts gather until vault_commit syncs them all, or
// vault_drop lets all of them go; without a part a write is synced by itself. One thread, not nested. When a fault of the disk has
// undone earlier parts too, beginning and committing fail until vault_drop.
NODISCARD bool vault_begin(struct vault *v, err *e);
NODISCARD bool vault_keep(struct vault *v, err *e);
void vault_undo(struct vault *v);
NODISCARD bool vault_commit(struct vault *v, err *e);
void vault_drop(struct vault *v);

// A consistent copy of a vault that a running peil may be writing, sealed as it is: no key is needed. Refuses an existing `to`.
// ERR_ABSENT: there is no vault.
NODISCARD bool vault_copy(const char *from, const char *to, err *e);
// After deletions that must be final; with parts gathered it is done when they are committed. A copy being made meanwhile delays it: the next call does it.
NODISCARD bool vault_settle(struct vault *v, err *e);

// Removes the record `key` and all whose keys begin with `key` and a '/', of every kind. *removed: how many.
NODISCARD bool vault_forget(struct vault *v, str key, int64_t *removed, err *e);
// Removes records of a kind whose keys begin with `key` and a '/', when what follows is less than `before`, by bytes.
NODISCARD bool vault_forget_before(struct vault *v, str kind, str key, str before, int64_t *removed, err *e);
// How many of a kind there are whose keys are `key` or begin with `key` and a '/'; *oldest: the least last part; empty: none.
NODISCARD bool vault_count(struct vault *v, str kind, str key, arena *a, int64_t *count, str *oldest, err *e);
// The last part that follows `after` among the records of a kind whose keys begin with `key` and a '/'; empty: none.
NODISCARD bool vault_after(struct vault *v, str kind, str key, str after, arena *a, str *next, err *e);
// Keys of a kind in (after, upto], in order, by bytes; an empty `upto` is open. `each` must not use the vault; false ends it.
NODISCARD bool vault_each(struct vault *v, str kind, str after, str upto,
                          bool (*each)(str key, void *context, err *e), void *context, err *e);
NODISCARD bool vault_has_any(struct vault *v, str kind, bool *out, err *e);

#endif
