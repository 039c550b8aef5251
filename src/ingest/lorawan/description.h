// SPDX-License-Identifier: EUPL-1.2
// description.h: how a LoRaWAN device writes its payloads, said in JSON instead of code: docs/devices/payload.md.
// Whatever a description says, reading a payload takes time in proportion to its bytes and reads none beyond them.
// Owns     everything lies in the arena or is a view of the text it was read from
// Errors   ERR_SYNTAX, ERR_UNKNOWN (a member, quantity or unit that peil does not know), ERR_TYPE, ERR_RANGE, ERR_MISSING,
//          ERR_LIMIT; `at` is the byte offset in the description
#ifndef PEIL_INGEST_LORAWAN_DESCRIPTION_H
#define PEIL_INGEST_LORAWAN_DESCRIPTION_H

#include "ingest/decode/word.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"

#include <stdint.h>

#define DESCRIPTION_MODELS_MAX 32
#define DESCRIPTION_ITEMS_MAX 256
#define DESCRIPTION_VALUES_MAX 64  // of one item
#define DESCRIPTION_TAG_MAX 4
#define DESCRIPTION_NONE_MAX 4

// Where a number stands.
struct raw_number {
    size_t at;     // from the start of its item, behind the tag
    size_t bytes;  // 1 to 4
    bool is_signed, is_float;
    unsigned bit, bits;  // of the whole number, 0 is the lowest; bits 0: all
};

struct payload_condition {
    struct raw_number raw;
    int64_t least, most;
};

struct payload_value {
    str name;  // as the manager sees it
    word_role role;
    const struct quantity *quantity;  // NULL: a name that is listed, or a role of its own
    str unit, sensor;
    struct raw_number raw;
    decimal scale, add;                  // value = raw * scale + add
    int64_t none[DESCRIPTION_NONE_MAX];  // raw numbers that mean "no value"
    size_t none_count;
    const struct payload_condition *condition;  // NULL: always there
};

struct payload_item {
    uint8_t tag[DESCRIPTION_TAG_MAX];
    bool is_any[DESCRIPTION_TAG_MAX];  // this byte of the tag is the number of the sensor
    size_t bytes;                      // SIZE_MAX: the rest of the payload
    struct payload_value *values;
    size_t value_count;
};

struct description {
    str name, title;
    str models[DESCRIPTION_MODELS_MAX];
    size_t model_count;
    int64_t f_port;  // -1: any
    bool is_big_endian;
    size_t tag_bytes;  // 0: one item without a tag
    struct payload_item *items;
    size_t item_count;
};

NODISCARD bool description_read(str name, str text, arena *a, struct description **out, err *e);

#endif
