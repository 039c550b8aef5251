// SPDX-License-Identifier: EUPL-1.2
#include "ingest/seen.h"

#define SAME_TIME_MAX 100
#define RESULT_BYTES_MAX ((size_t)4 << 20)

static bool same_result(const value *x, const value *y)
{
    buf b = {.max = RESULT_BYTES_MAX};
    value_write_json(&b, x);
    const size_t split = b.n;
    value_write_json(&b, y);
    const bool same = !b.failed &&
                      str_eq(str_slice(buf_str(&b), 0, split), str_slice(buf_str(&b), split, b.n));
    buf_free(&b);
    return same;
}

static bool look(struct store_tx *tx, const struct query *q, const value *result, seen *out, err *e)
{
    struct cursor *c;
    struct record row;
    bool got, ok;
    if (!store_query(store_tx_snapshot(tx), q, &c, e)) return false;
    while ((ok = cursor_next(c, &row, &got, e)) && got && *out != SEEN_SAME) {
        *out = same_result(&row.properties[OBSERVATION_RESULT], result) ? SEEN_SAME : SEEN_OTHER;
    }
    cursor_close(c);
    return ok;
}

bool seen_before(struct store_tx *tx, const struct observation *o, seen *out, err *e)
{
    const struct stream_info *info;
    if (!store_stream_info(tx, o->stream, &info, e)) return false;
    *out = SEEN_NEVER;
    if (info->last_time == TIME_NONE || o->phenomenon_time.start > info->last_time) return true;
    struct expr path = {.kind = EXPR_PATH,
                        .type = TYPE_TIME,
                        .path = {.set = SET_OBSERVATION, .property = OBSERVATION_PHENOMENON_TIME}};
    struct expr literal = {.kind = EXPR_VALUE, .type = TYPE_TIME, .literal = value_time(o->phenomenon_time)};
    struct expr *args[] = {&path, &literal};
    struct expr same_time = {
        .kind = EXPR_CALL, .type = TYPE_BOOL, .function = OP_EQ, .args = args, .arg_count = 2};
    const bool is_one = info->kind == SET_DATASTREAM;
    const struct query q = {.set = SET_OBSERVATION,
                            .has_parent = true,
                            .parent_set = info->kind,
                            .parent_id = o->stream,
                            .relation = is_one ? DATASTREAM_OBSERVATIONS : MULTI_DATASTREAM_OBSERVATIONS,
                            .filter = &same_time,
                            .top = SAME_TIME_MAX,
                            .properties = 1u << OBSERVATION_RESULT};
    return look(tx, &q, &o->result, out, e);
}
