// SPDX-License-Identifier: EUPL-1.2
// row_block.h: rows of a data array that one operation of the store takes: read and put together by Datastream on the caller's
// thread, stored on the writer's, told of on the caller's again. Private to create_observations.c.
// Owns     a block is freed with row_block_free; in between it is filled as often as wanted
#ifndef PEIL_STA_WRITE_ROW_BLOCK_H
#define PEIL_STA_WRITE_ROW_BLOCK_H

#include "sta/write/data_array.h"
#include "sta/write/write.h"

#define BLOCK_ROWS 16384  // a commit each: fewer rows, and the syncs cost more than the rows

// Plain rows of one Datastream and FeatureOfInterest, one behind the other in the body.
struct row_stretch {
    entity_id stream, feature;
    size_t from, count;  // among the block's rows
};

struct row_block {
    arena *a;                    // of rows that are read a second time
    struct plain_reading *rows;  // views of the data array
    size_t count;
    struct data_row **others;  // of each row: what it says when it is not plain; NULL: it is
    uint32_t *numbers;         // of each row, once it is stored; else 0
    struct row_stretch *stretches;
    size_t stretch_count;
    struct order_item *order;        // the stretches by Datastream; room for twice as many
    struct plain_reading *readings;  // of stretches that are put together
};

NODISCARD bool row_block_init(struct row_block *b, err *e);
void row_block_free(struct row_block *b);

// Where the block that is filled next begins.
struct row_place {
    const struct data_array *from;
    const struct data_group *group;  // NULL: at the end
    size_t row;                      // of all
    size_t left;                     // of the group
};
struct row_place row_place_first(const struct data_array *d);

// Takes the next rows and moves the place behind them.
NODISCARD bool row_block_fill(struct row_block *b, struct row_place *p, err *e);
// Inside an operation of the store. What is wrong with single rows is kept in them; false: nothing is stored.
NODISCARD bool row_block_store(struct row_block *b, struct store_tx *tx, const struct sta *sta,
                               const struct sta_request *r, err *e);
// What became of each row: ',' and a link, or ',' and a text that says why not. `link_start`: "\"https://host/v1.1/Observations(".
void row_block_write(const struct row_block *b, str link_start, buf *out);

#endif
