// SPDX-License-Identifier: EUPL-1.2
// token_document.h: inside identity: a token as a document of the store, by its name.
#ifndef PEIL_IDENTITY_TOKEN_DOCUMENT_H
#define PEIL_IDENTITY_TOKEN_DOCUMENT_H

#include "base/json.h"
#include "identity/identity.h"

#define TOKEN_KIND STR("token")

struct token {
    unsigned char hash[TOKEN_HASH_BYTES];
    char name[TOKEN_NAME_MAX + 1];
    role role;
    instant created;
    uint32_t thing_count;
    entity_id things[TOKEN_THINGS_MAX];
};

NODISCARD bool token_read(str name, const json *document, struct token *out, err *e);
void token_write(buf *b, const struct token *t);
bool token_name_is_valid(str name);
// A line of the audit log about a token.
NODISCARD bool token_record(struct store_tx *tx, const struct principal *by, str what, str name, str detail,
                            instant now, err *e);

#endif
