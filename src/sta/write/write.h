// SPDX-License-Identifier: EUPL-1.2
// write.h: one write to SensorThings, in two steps: what can be said without the store, then the operation. A
// change set runs many of them in one operation. Private to sta.
//
// Owns     a write lies in its request's arena; write_free gives back the body of its reply
// Threads  write_prepare any; write_run the writer thread, inside an operation
#ifndef PEIL_STA_WRITE_WRITE_H
#define PEIL_STA_WRITE_WRITE_H

#include "sta/form.h"
#include "sta/path.h"
#include "sta/write/create.h"

#define WRITE_REPLY_MAX ((size_t)8 << 20)

struct write {
    const struct sta *sta;
    const struct sta_request *request;
    const struct draft_references *references;  // of its change set; NULL: it is alone
    bool is_repeated;  // may have been carried out before: an Observation that is there is not made again

    // Filled by write_prepare.
    struct sta_path path;
    const entity_id *first_key;  // of a path that begins with a reference: where that key will be; else NULL
    action right;                // what the writer must be allowed to do
    bool needs_target;           // the path is resolved before `run`
    bool (*run)(struct write *w, struct store_tx *tx, err *e);
    void *detail;  // of `run`

    // Filled by write_run.
    struct sta_target target;
    entity_set made_set;  // of a POST: what a reference to it names
    entity_id made;
    struct sta_reply reply;
    buf body;
};

// Where an error of the body is, for those who read only the message; always false.
bool at_byte(err *e);

NODISCARD bool write_prepare(struct write *w, err *e);
NODISCARD bool write_run(struct write *w, struct store_tx *tx, err *e);
void write_free(struct write *w);

struct creation write_creation(const struct write *w, struct store_tx *tx);

// Replies. The entity's form stands in the body unless the client prefers a minimal answer.
NODISCARD bool write_reply_created(struct write *w, struct store_tx *tx, entity_set set, entity_id id,
                                   err *e);
NODISCARD bool write_reply_record(struct write *w, int status, const struct record *r, err *e);
NODISCARD bool write_reply_entity(struct write *w, struct store_tx *tx, int status, entity_set set,
                                  entity_id id, err *e);

// The entity as a record, whatever its set, as who asks is shown it.
NODISCARD bool write_get(const struct write *w, struct store_tx *tx, entity_set set, entity_id id,
                         struct record *out, err *e);

// What a method does at a kind of path: prepares w->run. See write.c for the table.
NODISCARD bool post_prepare(struct write *w, err *e);
NODISCARD bool update_prepare(struct write *w, err *e);
NODISCARD bool delete_prepare(struct write *w, err *e);
NODISCARD bool delete_filtered_prepare(struct write *w, err *e);
NODISCARD bool link_prepare(struct write *w, err *e);

// The writes that are more than one operation: these wait for the store, so never on an event loop.
void create_observations(const struct sta *sta, const struct sta_request *r, sta_done done, void *context);
void batch(const struct sta *sta, const struct sta_request *r, sta_done done, void *context);

#endif
