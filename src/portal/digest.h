// SPDX-License-Identifier: EUPL-1.2
// digest.h: a short name for bytes, to tell one version of a page or file from another. No secret, no proof.
#ifndef PEIL_PORTAL_DIGEST_H
#define PEIL_PORTAL_DIGEST_H

#include "base/arena.h"

#include <stdint.h>

uint64_t digest_of(str bytes);
// "/theme/0123456789abcdef.css": the address of a file whose content never changes.
NODISCARD bool digest_path(arena *a, str bytes, const char *folder, const char *extension, str *out);

#endif
