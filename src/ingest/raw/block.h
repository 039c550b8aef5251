// SPDX-License-Identifier: EUPL-1.2
// block.h: inside raw: the bytes of a block: messages one behind the other, each a line of JSON that says what it came with, its
// body, a newline; the whole packed with zstd. Pure.
// Errors   ERR_CORRUPT; what `each` says
// Source   RFC 8878 (zstd)
#ifndef PEIL_INGEST_RAW_BLOCK_H
#define PEIL_INGEST_RAW_BLOCK_H

#include "base/json.h"
#include "ingest/raw/raw.h"

#define RAW_BLOCK_MAX ((size_t)8 << 20)  // unpacked

// Adds a message without what may be a token. b->failed: it does not fit.
void raw_block_add(buf *b, const struct device_adapter *d, const struct device_message *m);
NODISCARD bool raw_block_pack(str text, arena *a, str *out, err *e);
// Each message of a packed block, and of an unpacked one, as raw_each gives them; those of adapters that are no more are passed over.
NODISCARD bool raw_block_read(str packed, arena *a, raw_each_message each, void *context, err *e);
NODISCARD bool raw_block_each(str text, raw_each_message each, void *context, err *e);
int64_t raw_number(const json *j, str name);  // 0 when it is not there

#endif
