// SPDX-License-Identifier: EUPL-1.2
#include "ingest/seen.h"

#define RESULT_BYTES_MAX ((size_t)4 << 20)

static bool same_result(const value *x, const value *y)
{
    if (x->type == VALUE_DECIMAL && y->type == VALUE_DECIMAL)
        return decimal_cmp(x->number, y->number) == 0;  // 21.50 is 21.5
    buf b = {.max = RESULT_BYTES_MAX};
    value_write_json(&b, x);
    const size_t split = b.n;
    value_write_json(&b, y);
    const bool same = !b.failed &&
                      str_eq(str_slice(buf_str(&b), 0, split), str_slice(buf_str(&b), split, b.n));
    buf_free(&b);
    return same;
}

struct looking {
    const struct observation *wanted;
    seen found;
};

static bool compare(const struct observation *o, void *context, err *e)
{
    struct looking *l = context;
    (void)e;
    if (o->phenomenon_time.end != l->wanted->phenomenon_time.end) return true;
    l->found = same_result(&o->result, &l->wanted->result) ? SEEN_SAME : SEEN_OTHER;
    return l->found != SEEN_SAME;
}

bool seen_before(struct store_tx *tx, const struct observation *o, seen *out, err *e)
{
    const struct stream_info *info;
    const instant start = o->phenomenon_time.start;
    struct looking l = {o, SEEN_NEVER};
    if (!store_stream_info(tx, o->stream, &info, e)) return false;
    *out = SEEN_NEVER;
    if (info->last_time == TIME_NONE || start > info->last_time) return true;
    if (!store_observations(store_tx_snapshot(tx), o->stream, (interval){start, start + 1}, compare, &l, e))
        return false;
    *out = l.found;
    return true;
}
