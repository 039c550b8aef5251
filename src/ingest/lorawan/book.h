// SPDX-License-Identifier: EUPL-1.2
// book.h: the payload descriptions at hand: the files NAME.json of a directory.
// Owns     the book owns its descriptions
// Threads  read once, then any
#ifndef PEIL_INGEST_LORAWAN_BOOK_H
#define PEIL_INGEST_LORAWAN_BOOK_H

#include "ingest/lorawan/description.h"

struct payload_book;

NODISCARD struct payload_book *payload_book_new(err *e);
void payload_book_free(struct payload_book *b);  // NULL is fine

// Adds a directory's descriptions; one of a name that is there already takes its place. A file that cannot be understood is
// told to `fault` (a sentence with its name) and left out. ERR_ABSENT: no such directory.
NODISCARD bool payload_book_add(struct payload_book *b, const char *directory,
                                void (*fault)(const char *sentence, void *context), void *context, err *e);

const struct description *payload_book_by_name(const struct payload_book *b, str name);
// The first whose model stands as a word in `model`, without case, and whose port is the message's. NULL: none.
const struct description *payload_book_by_model(const struct payload_book *b, str model, int64_t f_port);

#endif
