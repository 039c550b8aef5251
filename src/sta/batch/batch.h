// SPDX-License-Identifier: EUPL-1.2
// batch.h: many requests in one, as a multipart body (OGC 18-088 section 11) or as JSON (OData 4.01,
// FROST-Server). Requests run in order; those of a change set are one operation of the store, all or nothing.
// Private to sta.
// Threads  waits for the store: on a worker only
#ifndef PEIL_STA_BATCH_BATCH_H
#define PEIL_STA_BATCH_BATCH_H

#include "sta/request.h"

struct batch_request {
    str id;  // Content-ID, or id in JSON; may be empty
    str method;
    str url;
    str content_type, accept, prefer, if_match, if_none_match;
    str body;
    size_t set;  // 0: it stands alone; else the number of its change set
};

struct batch_list {
    struct batch_request *items;
    size_t count, most;
};

struct batch_writer {
    buf out;
    arena *arena;
    str boundary, set_boundary;
    size_t written;
};

// How requests are read and answers written.
struct batch_form {
    bool (*read)(const struct sta_request *r, struct batch_list *out, err *e);
    bool (*begin)(struct batch_writer *w);
    void (*begin_set)(struct batch_writer *w);
    void (*answer)(struct batch_writer *w, const struct batch_request *r, const struct sta_reply *reply,
                   str body);
    void (*end_set)(struct batch_writer *w);
    void (*end)(struct batch_writer *w, struct sta_reply *reply);
    bool has_one_error_for_a_set;  // else every request of a failed set is answered
};

extern const struct batch_form batch_multipart, batch_json;

// The next free place; NULL (with e): there are more than allowed, or no memory.
struct batch_request *batch_list_add(struct batch_list *l, arena *a, err *e);

#endif
