// SPDX-License-Identifier: EUPL-1.2
// user_document.h: an account as the JSON that the store keeps. Private to src/identity.
#ifndef PEIL_IDENTITY_USER_DOCUMENT_H
#define PEIL_IDENTITY_USER_DOCUMENT_H

#include "identity/user/user.h"

NODISCARD bool user_document_read(str name, str text, arena *a, struct user *out, err *e);  // ERR_CORRUPT
void user_document_write(buf *out, const struct user *u);

#endif
