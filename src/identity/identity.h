// SPDX-License-Identifier: EUPL-1.2
// identity.h: who is asking, and what they may do. Every write goes through policy_allows.
//
// Tokens are 32 random bytes; the store keeps only their BLAKE2b-256 hash, so a copied store gives no access. The table of
// live tokens is in memory and swapped whole when one is made or withdrawn.
// Threads  any
// Errors   ERR_AUTH (no or unknown token, expired), ERR_DENIED (known, without the right)
// Source   RFC 6750 (bearer tokens)
#ifndef PEIL_IDENTITY_IDENTITY_H
#define PEIL_IDENTITY_IDENTITY_H

#include "store/store.h"

typedef enum {
    ROLE_PUBLIC,    // nobody in particular: reads what is public
    ROLE_READER,    // reads what is internal
    ROLE_DEVICE,    // writes readings
    ROLE_EDITOR,    // writes readings and entities
    ROLE_OPERATOR,  // and runs the system: devices, tokens of devices, feeds; reads what is private
    ROLE_CARE,      // answers signs that somebody may need help; sees nothing else that is internal
    ROLE_AUDITOR,   // reads everything that is logged, changes nothing
    ROLE_VERIFIER,  // from outside: reads indicators with their evidence, signs the report, changes nothing
    ROLE_ADMINISTRATOR,  // everything but care, users and tokens too
    ROLE_COUNT
} role;

typedef enum {
    ACTION_READ_PUBLIC,
    ACTION_READ_INTERNAL,
    ACTION_READ_PRIVATE,
    ACTION_READ_EVIDENCE,  // indicators with inputs and evidence
    ACTION_WRITE_READING,  // Observations, device pushes
    ACTION_WRITE_ENTITY,   // every other entity, inputs of indicators, deletes
    ACTION_OPERATE,        // devices, feeds, rules, jobs
    ACTION_CARE,           // signs of life: consents, alarms, who is called
    ACTION_SIGN_REPORT,    // states what was found of a frozen year of indicators
    ACTION_AUDIT,
    ACTION_ADMINISTER,
    ACTION_COUNT
} action;

#define TOKEN_NAME_MAX 64

typedef enum {
    PRINCIPAL_NOBODY,
    PRINCIPAL_TOKEN,
    PRINCIPAL_USER,
    PRINCIPAL_LOCAL  // who can open the data directory: the commands, and the admin socket
} principal_kind;

#define TOKEN_THINGS_MAX 16

struct principal {
    role role;
    principal_kind kind;
    uint32_t thing_count;  // of a device's token: it writes to these alone; none: to those it brought itself
    entity_id things[TOKEN_THINGS_MAX];
    char name[TOKEN_NAME_MAX + 1];  // of the token or user; empty for the public
};

struct identity;
struct users;
struct sessions;

extern const struct principal principal_local;  // an administrator

NODISCARD struct identity *identity_new(struct store *s, err *e);  // reads tokens and accounts
void identity_free(struct identity *i);
struct users *identity_users(struct identity *i);        // user.h
struct sessions *identity_sessions(struct identity *i);  // session.h

// `authorization` is the header's value ("Bearer ..."), empty: the public. A wrong token is ERR_AUTH, never silently the public.
NODISCARD bool identity_authenticate(struct identity *i, str authorization, struct principal *out, err *e);

// The hash under which the store knows what an Authorization header says, and who has it: for who has to be asked again later.
#define TOKEN_HASH_BYTES 32
NODISCARD bool token_hash(str authorization, unsigned char out[static TOKEN_HASH_BYTES], err *e);
bool token_find(struct identity *i, const unsigned char hash[static TOKEN_HASH_BYTES], struct principal *out);

// As identity_authenticate, by the SHA-256 of a certificate whose key the client has shown to hold. ERR_AUTH: nobody's here.
#define CERTIFICATE_BYTES 32
NODISCARD bool identity_certificate(struct identity *i,
                                    const unsigned char fingerprint[static CERTIFICATE_BYTES],
                                    struct principal *out, err *e);
void certificate_hash(const unsigned char fingerprint[static CERTIFICATE_BYTES],
                      unsigned char out[static TOKEN_HASH_BYTES]);  // as token_hash
NODISCARD bool certificate_fingerprint(str pem, unsigned char out[static CERTIFICATE_BYTES], err *e);
NODISCARD bool certificate_hex(str hex, unsigned char out[static CERTIFICATE_BYTES], err *e);

// Makes a token; its text is given once and never kept. Waits for the commit. Names are unique: ERR_CONFLICT. Both are lines
// of the audit log, done by `by`.
#define TOKEN_TEXT_MAX 64
NODISCARD bool token_create(struct identity *i, const struct principal *by, str name, role r, instant now,
                            char text[static TOKEN_TEXT_MAX], err *e);
// The same, bound to Things: it writes to their Datastreams and no others. ERR_RANGE: too many, ERR_ABSENT: not there.
NODISCARD bool token_create_for(struct identity *i, const struct principal *by, str name, role r,
                                const entity_id *things, size_t thing_count, instant now,
                                char text[static TOKEN_TEXT_MAX], err *e);
// The same without a text: who holds the key of this certificate is who it names. ERR_CONFLICT: it is another's.
NODISCARD bool token_create_certificate(struct identity *i, const struct principal *by, str name, role r,
                                        const entity_id *things, size_t thing_count,
                                        const unsigned char fingerprint[static CERTIFICATE_BYTES],
                                        instant now, err *e);
// Whether a device's token may write to a Thing: it is bound to it, or is bound to none and has claimed it. Inside an operation.
NODISCARD bool token_owns(struct store_tx *tx, const struct principal *who, entity_id thing, bool *out,
                          err *e);
// A Thing that came with this token's message is its own from now on, unless another token has it already.
NODISCARD bool token_claim(struct store_tx *tx, const struct principal *who, entity_id thing, err *e);
// Who has claimed a Thing; empty: nobody. Giving it to a token (empty: to none) takes it from who had it.
NODISCARD bool token_owner(struct snapshot *at, entity_id thing, arena *a, str *out, err *e);
NODISCARD bool token_give(struct store_tx *tx, entity_id thing, str name, err *e);
// No token but `keep` is bound to this Thing any more; one that was bound to it alone is withdrawn. In memory it holds after
// identity_reload. Each is a line of the audit log.
NODISCARD bool token_release(struct store_tx *tx, entity_id thing, str keep, const struct principal *by,
                             instant now, err *e);
NODISCARD bool identity_reload(struct identity *i, err *e);  // the tokens that the store keeps now
NODISCARD bool token_withdraw(struct identity *i, const struct principal *by, str name, instant now,
                              err *e);  // ERR_ABSENT
// All tokens: name, role, created. Stops when `each` returns false.
bool token_each(struct identity *i, bool (*each)(const char *name, role r, instant created, void *context),
                void *context);

bool role_by_name(str name, role *out);
str role_name(role r);

// What of Things and streams this reader is shown: for snapshot_show.
access_level policy_sees(const struct principal *p);

// ERR_AUTH for the public, ERR_DENIED for others; the sentence names what is needed.
NODISCARD bool policy_allows(const struct principal *p, action a, err *e);

#endif
