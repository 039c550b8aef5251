// SPDX-License-Identifier: EUPL-1.2
// commit.h: a pretended group commit. One thread takes all that waits, sleeps as long as a disk sync takes, then
// answers all of them: the pattern that the store's writer makes, without a store.
#ifndef PEIL_BENCH_COMMIT_H
#define PEIL_BENCH_COMMIT_H

struct commit;

// sync_us: 500 is what fdatasync takes here; 0 leaves the sleep out and shows what the server itself can do.
struct commit *commit_start(unsigned sync_us, void (*answer)(void *request));
void commit_add(struct commit *c, void *request);  // any thread
void commit_stop(struct commit *c);                // answers what waits, then ends

#endif
