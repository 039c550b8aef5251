// SPDX-License-Identifier: EUPL-1.2
// blob.h: the files of blobs, as the other files of the store see them. Private.
//
// A blob is a file blobs/ab/HASH and a row of table `blob`; the row says that it is there. The file comes before the row
// is committed and goes after the row has gone, so that a crash leaves files too many, never rows without a file.
#ifndef PEIL_STORE_BLOB_H
#define PEIL_STORE_BLOB_H

#include "store/tx.h"

struct blob_note {
    char hash[STORE_BLOB_HASH + 1];
    struct blob_note *next;
};

// After the batch, committed or not: the files it touched go when nobody can read them and no row names them.
void blobs_settle(struct store_tx *tx);
void blob_reclaim(struct store *s, char *hash);  // frees the text

// After a crash: removes the files that no row names.
NODISCARD bool blobs_sweep(struct store *s, err *e);
NODISCARD bool blobs_copy(struct snapshot *at, const char *directory, err *e);
NODISCARD bool blobs_check(struct snapshot *at, void (*found)(const char *sentence, void *context),
                           void *context, int64_t *findings, err *e);

#endif
