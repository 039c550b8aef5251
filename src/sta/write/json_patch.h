// SPDX-License-Identifier: EUPL-1.2
// json_patch.h: changes a JSON tree by a list of operations: add, remove, replace, move, copy, test.
// Owns     new nodes lie in the arena; nodes of `patch` may become part of the document
// Errors   ERR_SYNTAX and ERR_MISSING (malformed patch), ERR_RANGE (no such place), ERR_CONFLICT (`test`
//          failed), ERR_LIMIT (deeper than JSON_DEPTH_MAX). After an error the document is half changed: drop
//          it.
// Source   RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer)
#ifndef PEIL_STA_WRITE_JSON_PATCH_H
#define PEIL_STA_WRITE_JSON_PATCH_H

#include "base/json.h"

NODISCARD bool json_patch_apply(json *document, const json *patch, arena *a, err *e);

#endif
