// SPDX-License-Identifier: EUPL-1.2
// dataArray: Observations as rows of values, grouped by stream. The order asked for wins: where it mixes streams, a stream
// comes back as another group. By default Observations are in order of stream.
// Source   OGC 18-088 section 14
#include "sta/read/answer.h"

struct data_array {
    entity_id stream;  // of the open group; 0: none
    int64_t count;     // rows in it
};

static void begin_value(buf *out, bool *is_first)
{
    if (!*is_first) buf_add_char(out, ',');
    *is_first = false;
}

// ---- components ----

static void add_path_name(buf *out, const struct query *q, const struct query_select *s)
{
    buf_add_char(out, '"');
    buf_add(out, entity_schema_of(q->set)->properties[s->property].name);
    for (size_t i = 0; i < s->key_count; i++) {
        if (s->keys[i].p[0] != '[') buf_add_char(out, '/');
        buf_add(out, s->keys[i]);
    }
    buf_add_char(out, '"');
}

static void add_components(const struct query *q, buf *out)
{
    bool is_first = true;
    if (q->select_id) {
        begin_value(out, &is_first);
        BUF_LIT(out, "\"id\"");
    }
    for (int i = 0; i < entity_schema_of(q->set)->property_count; i++) {
        if (!(q->properties >> i & 1) || sta_query_is_within(q, i)) continue;
        begin_value(out, &is_first);
        buf_print(out, "\"%.*s\"", STR_ARG(entity_schema_of(q->set)->properties[i].name));
    }
    for (size_t i = 0; i < q->select_count; i++) {
        begin_value(out, &is_first);
        add_path_name(out, q, &q->selects[i]);
    }
}

static void add_values(struct answer *r, buf *out)
{
    const struct query *q = r->top.q;
    const struct record *row = &r->top.row;
    bool is_first = true;
    if (q->select_id) {
        begin_value(out, &is_first);
        buf_add_int(out, row->id);
    }
    for (int i = 0; i < entity_schema_of(q->set)->property_count; i++) {
        if (!(q->properties >> i & 1) || sta_query_is_within(q, i)) continue;
        begin_value(out, &is_first);
        sta_form_property(out, &r->form, q->set, i, &row->properties[i]);
    }
    for (size_t i = 0; i < q->select_count; i++) {
        const struct query_select *s = &q->selects[i];
        value member = value_null();
        if (!sta_json_at(&row->properties[s->property], s->keys, s->key_count, r->scratch, &member))
            member = value_null();
        begin_value(out, &is_first);
        value_write_json(out, &member);
    }
}

// ---- groups ----

static void end_group(struct data_array *d, buf *out)
{
    if (d->stream == 0) return;
    BUF_LIT(out, "],\"dataArray@iot.count\":");
    buf_add_int(out, d->count);
    buf_add_char(out, '}');
}

static void begin_group(struct answer *r, struct data_array *d, buf *out)
{
    const struct record *row = &r->top.row;
    const bool is_multi = row->links[OBSERVATION_MULTI_DATASTREAM] != 0;
    const entity_set set = is_multi ? SET_MULTI_DATASTREAM : SET_DATASTREAM;
    if (d->stream != 0) buf_add_char(out, ',');
    *d = (struct data_array){.stream = OBSERVATION_STREAM(row->id)};
    buf_print(out, "{\"%.*s@iot.navigationLink\":\"", STR_ARG(entity_schema_of(set)->entity_name));
    sta_form_url(out, &r->form, set, d->stream);
    BUF_LIT(out, "\",\"components\":[");
    add_components(r->top.q, out);
    BUF_LIT(out, "],\"dataArray\":[");
}

static bool begin(struct answer *r, buf *out, err *e)
{
    r->own = ARENA_NEW(r->arena, struct data_array);
    return r->own ? answer_json.begin(r, out, e) : err_no_memory(e);
}

static bool step(struct answer *r, buf *out, bool *more, err *e)
{
    struct data_array *d = r->own;
    if (!answer_next_row(r, more, e)) return false;
    if (!*more) return true;
    if (OBSERVATION_STREAM(r->top.row.id) != d->stream) {
        end_group(d, out);
        begin_group(r, d, out);
    }
    if (d->count++ > 0) buf_add_char(out, ',');
    buf_add_char(out, '[');
    add_values(r, out);
    buf_add_char(out, ']');
    return true;
}

static bool end(struct answer *r, buf *out, err *e)
{
    end_group(r->own, out);
    return answer_json.end(r, out, e);
}

const struct answer_format answer_data_array = {STR("application/json"), begin, step, end, NULL};
