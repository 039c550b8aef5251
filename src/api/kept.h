// SPDX-License-Identifier: EUPL-1.2
// kept.h: answers that are the same for everybody and large, kept as bytes until what they are made of changes. Each is kept under
// its question ("index map of neighbourhoods by LKI") with the state that it was made of (a generation of data); asked for with another
// state it is not there. Together they take API_KEPT_BYTES_MAX at most: what was asked for longest ago goes first.
//
// Owns     a piece taken is the caller's hold (http_piece_release, or api_answer_piece)
// Threads  any
#ifndef PEIL_API_KEPT_H
#define PEIL_API_KEPT_H

#include "api/api.h"

#define API_KEPT_BYTES_MAX ((size_t)96 << 20)
#define API_KEPT_ANSWERS 16

struct api_kept;

struct api_kept *api_kept_new(void);     // NULL: no memory
void api_kept_free(struct api_kept *k);  // NULL is fine

http_piece *api_kept_take(struct api_kept *k, str question, str state);  // NULL: not there

// Answers with what is kept, or with what `make` writes now; compressed once for all who take gzip. The state is the answer's ETag too.
NODISCARD bool api_answer_kept(struct api_call *c, str question, str state,
                               bool (*make)(struct api_call *c, buf *out, const void *context, err *e),
                               const void *context, err *e);

// Replaces what is kept of the same question. Larger than all room, or no memory: it is just not kept.
void api_kept_put(struct api_kept *k, str question, str state, http_piece *answer);

#endif
