// SPDX-License-Identifier: EUPL-1.2
// message.h: a message as the store keeps it, and the lists that say when its time comes. Private to outbox/.
//
// Documents: "outbox" by id is the message; "outbox_due" by time and id is when to try, "outbox_end" by time and id when to forget;
// "outbox_target" by the target's hash counts what waits for it.
// Owns     texts in the caller's arena
#ifndef PEIL_OUTBOX_MESSAGE_H
#define PEIL_OUTBOX_MESSAGE_H

#include "outbox/outbox.h"

#define MESSAGE_DOCUMENT_MAX ((size_t)512 << 10)

struct message {
    struct outbox_message content;
    outbox_state state;
    int64_t attempts;
    instant put, due, end;  // due, end: TIME_NONE when there is none
    str reason;
};

NODISCARD bool message_read(str id, str text, arena *a, struct message *out, err *e);
NODISCARD bool message_get(struct snapshot *at, str id, arena *a, struct message *out, err *e);  // ERR_ABSENT
// Writes it, and moves its place in the lists from where `before` stood (NULL: it is new).
NODISCARD bool message_store(struct store_tx *tx, const struct message *before, const struct message *m,
                             err *e);
NODISCARD bool message_forget(struct store_tx *tx, const struct message *m, err *e);

// Ids whose time in the list has come, in order; stops when `each` returns false.
typedef bool (*message_each)(str id, void *context, err *e);
NODISCARD bool message_due(struct snapshot *at, instant now, message_each each, void *context, err *e);
NODISCARD bool message_ended(struct snapshot *at, instant now, message_each each, void *context, err *e);

#define TARGET_HASH_MAX 17
void message_target_hash(str target, char out[static TARGET_HASH_MAX]);
NODISCARD bool message_waiting_for(struct snapshot *at, str target, int64_t *out, err *e);

#endif
