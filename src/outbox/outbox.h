// SPDX-License-Identifier: EUPL-1.2
// outbox.h: messages that must arrive: webhooks and mails.
//
// A message is put in inside the store operation that is its reason, so that either both are on disk or neither. From then on it
// is sent at least once: tried again with growing waits, over restarts, until the other side took it or it is given up, with
// the reason, for a person to see. A receiver tells a second copy by its id. Order between messages is not promised.
//
// Webhooks are POSTs signed as Standard Webhooks 1.0 describes: webhook-id, webhook-timestamp, webhook-signature with
// "v1,..." (HMAC-SHA256, when the target gave a secret) and "v1a,..." (Ed25519 by this node's key) over "id.timestamp.body".
// No redirect is followed; an address that is not on the public internet is refused unless the operator allows it.
//
// Personal data   a mail address (purpose: to send what was asked for) stands in the message until it has arrived, and for
//                 keep_days in one that was given up; then it is deleted, and at once when it is withdrawn. Logs and figures never
//                 hold it.
// Units    instants: microseconds since 1970 UTC
// Threads  outbox_put, outbox_retry, outbox_withdraw on the writer thread (inside store_op.run); outbox_tick from the scheduler; the rest any
// Errors   ERR_SYNTAX, ERR_RANGE, ERR_CONFIG (mail without a server), ERR_LIMIT (too much waits for this target)
// Source   Standard Webhooks 1.0.0 (standardwebhooks.com); RFC 9110 (Retry-After); RFC 8058 (one-click stop)
#ifndef PEIL_OUTBOX_OUTBOX_H
#define PEIL_OUTBOX_OUTBOX_H

#include "base/metrics.h"
#include "store/store.h"

struct outbox;

#define OUTBOX_ID_MAX 128
#define OUTBOX_TARGET_MAX 2048
#define OUTBOX_BODY_MAX ((size_t)64 << 10)

typedef enum { OUTBOX_WEBHOOK, OUTBOX_MAIL } outbox_kind;

struct outbox_message {
    outbox_kind kind;
    str id;  // 1 to 128 of A-Z a-z 0-9 . _ : - and its own: what is put in twice while it is known is one message
    str target;       // https:// or http:// address, or one mail address
    str subject;      // mail
    str type;         // media type of a webhook's body; empty: application/json
    str body;         // mail: plain text
    str secret;       // webhook: of the HMAC; "whsec_" and base64, or any text; empty: none
    str unsubscribe;  // mail: https address for one-click stop; empty: none
    str about;        // what staff sees instead of the target: "rule:pm25-high". No personal data
};

typedef enum { OUTBOX_WAITING, OUTBOX_DELIVERED, OUTBOX_DEAD } outbox_state;

// What became of a message. Texts in the caller's arena.
struct outbox_status {
    outbox_kind kind;
    outbox_state state;
    str id, about;
    int64_t attempts;
    instant put, due;  // due: next attempt; TIME_NONE when it is over
    str reason;        // of the last failure; empty: none yet
};

typedef struct {
    struct store *store;
    // Texts outlive the outbox.
    const char *smtp_url, *smtp_user, *smtp_password, *smtp_ca_file;  // smtp_url NULL: no mail
    bool smtp_needs_tls;
    const char *mail_from;    // address; with smtp_url
    str sender_name;          // "Rijswijk meet"
    bool allow_private;       // webhooks to addresses of our own network, and without TLS
    int attempts_max;         // 0: 12, over about two days
    int first_wait_s;         // 0: 5; each wait is four times the one before, at most 12 hours
    int keep_days;            // 0: 30; how long it is known what became of a message
    int64_t per_target_max;   // waiting for one target; 0: 1000
    int64_t target_gap_us;    // between two messages to one target; 0: 1 s
    struct metrics *metrics;  // may be NULL
} outbox_config;

NODISCARD struct outbox *outbox_new(const outbox_config *c,
                                    err *e);  // makes the node's key, when the store has none
void outbox_stop(struct outbox *o);  // waits for what is being sent (at most 15 s); then frees. NULL is fine

NODISCARD bool outbox_put(struct outbox *o, struct store_tx *tx, const struct outbox_message *m, instant now,
                          err *e);
// The checks of outbox_put alone: for a form or a rule that names a target.
NODISCARD bool outbox_check_target(const struct outbox *o, outbox_kind kind, str target, err *e);

// Sends what is due; returns at once, the sending is on threads of its own. Every second or so.
void outbox_tick(struct outbox *o, instant now);

NODISCARD bool outbox_status(struct snapshot *at, str id, arena *a, struct outbox_status *out,
                             err *e);  // ERR_ABSENT
// All that are known, by id. Stops when `each` returns false.
NODISCARD bool outbox_each(struct snapshot *at, arena *a,
                           bool (*each)(const struct outbox_status *s, void *context, err *e), void *context,
                           err *e);
// A message that was given up is tried again from the start. ERR_ABSENT, ERR_CONFLICT (not given up)
NODISCARD bool outbox_retry(struct outbox *o, struct store_tx *tx, str id, instant now, err *e);
// Forgets the messages that have not arrived, waiting or given up, of which `goes` says so: nobody is to be told there any more. What
// is being sent at this moment may still arrive.
typedef bool (*outbox_goes)(const struct outbox_message *m, const void *context);
NODISCARD bool outbox_withdraw(struct store_tx *tx, outbox_goes goes, const void *context, err *e);

// What receivers check v1a with: "whpk_" and base64, as Standard Webhooks writes it. Lives as long as the outbox.
str outbox_public_key(const struct outbox *o);
str outbox_state_name(outbox_state s);  // "waiting", "delivered", "dead"

#endif
