// SPDX-License-Identifier: EUPL-1.2
#include "sta/read/answer.h"

#define PIECE_BYTES ((size_t)32 << 10)
#define FIRST_PIECE_MAX ((size_t)64 << 20)  // one row may be that large
#define SCRATCH_MAX ((size_t)16 << 20)

static const struct answer_format *const formats[] = {
    [FORMAT_JSON] = &answer_json,
    [FORMAT_DATA_ARRAY] = &answer_data_array,
    [FORMAT_CSV] = &answer_csv,
    [FORMAT_GEOJSON] = &answer_geojson,
};

// Only selections within JSON, CSV and GeoJSON need room per row.
static bool needs_scratch(const struct query *q)
{
    if (q->format == FORMAT_GEOJSON || q->format == FORMAT_CSV || q->select_count > 0) return true;
    for (size_t i = 0; i < q->expand_count; i++)
        if (needs_scratch(q->expands[i].query)) return true;
    return false;
}

bool answer_make(const struct sta *sta, sta_version v, struct snapshot *at, const struct query *q,
                 bool is_ref, arena *a, struct answer **out, err *e)
{
    struct answer *r = ARENA_NEW(a, struct answer);
    if (!r) return err_no_memory(e);
    *r = (struct answer){.sta = sta,
                         .arena = a,
                         .format = formats[q->format],
                         .is_ref = is_ref,
                         .snapshot_us = sta_limits_or_default(&sta->limits).snapshot_us,
                         .ready = {.max = FIRST_PIECE_MAX}};
    r->now = &r->top;
    if (needs_scratch(q)) r->scratch = arena_new(SCRATCH_MAX);
    const bool made = (r->scratch || !needs_scratch(q) || err_no_memory(e)) &&
                      sta_form_make(sta, v, a, r->scratch, &r->form, e) &&
                      level_make(q, NULL, a, &r->top, e) && level_open(&r->top, at, a, e);
    r->nested = r->form;
    r->nested.hides_links = true;
    if (!made) {
        answer_free(r);
        return false;
    }
    r->at = at;  // ours from here on
    *out = r;
    return true;
}

void answer_free(struct answer *r)
{
    if (r->format->done) r->format->done(r);
    if (r->top.q) level_close(&r->top);
    if (r->at) snapshot_close(r->at);
    arena_free(r->scratch);
    buf_free(&r->ready);
}

// Also of an answer that fails: what it cannot go on with it need not hold.
static bool let_go(struct answer *r, err *e)
{
    const bool left = level_leave(&r->top, e);
    if (!left) level_close(&r->top);
    snapshot_close(r->at);
    r->at = NULL;
    return left;
}

// Goes on in a fresh snapshot, behind the row it stood on.
static bool come_back(struct answer *r, err *e)
{
    r->first_us = 0;
    return snapshot_open(r->sta->store, &r->at, e) && snapshot_show(r->at, r->most, e) &&
           level_return(&r->top, r->at, e);
}

// Counted from the first piece on: sorting may take long, and to do it again for each piece would hold snapshots longer still.
static bool is_old(struct answer *r)
{
    const int64_t now = time_monotonic_us();
    if (r->first_us == 0) r->first_us = now;
    return now - r->first_us > r->snapshot_us;
}

bool answer_next_row(struct answer *r, bool *got, err *e)
{
    if (r->scratch) arena_reset(r->scratch);
    return level_next(&r->top, r->arena, got, e);
}

static bool fill_piece(struct answer *r, buf *out, bool *more, err *e)
{
    while (*more && !out->failed && out->n < PIECE_BYTES)
        if (!r->format->step(r, out, more, e)) return false;
    return true;
}

bool answer_piece(struct answer *r, buf *out, bool *more, err *e)
{
    *more = true;
    if (r->stage == ANSWER_BEGINS) {
        if (!r->format->begin(r, out, e)) return false;
        r->stage = ANSWER_GOES_ON;
    }
    if (r->is_lost) return err_no_memory(e);
    if (!r->at && !come_back(r, e)) return false;
    if (!fill_piece(r, out, more, e)) return false;
    if (!*more) {
        if (!r->format->end(r, out, e)) return false;
        r->stage = ANSWER_ENDED;
    }
    if ((!*more || is_old(r)) && !let_go(r, e)) return false;
    return !out->failed || err_set(e, ERR_LIMIT, ERR_NOWHERE, "one entity of this answer is too large");
}

// However slowly its client reads, or not at all, the store's log can be cut behind an answer.
void answer_rest(struct answer *r)
{
    err ignored;
    if (r->at && !let_go(r, &ignored)) r->is_lost = true;
}

static void add_path(struct answer *r, const struct level *l, buf *out)
{
    const struct query *q = l->q;
    if (!q->has_parent) {
        buf_add(out, r->form.root);
        buf_add_char(out, '/');
        buf_add(out, entity_schema_of(q->set)->set_name);
        return;
    }
    sta_form_url(out, &r->form, q->parent_set, l->ask.parent_id);
    buf_add_char(out, '/');
    buf_add(out, entity_schema_of(q->parent_set)->relations[q->relation].name);
}

void add_next_link(struct answer *r, const struct level *l, buf *out)
{
    add_path(r, l, out);
    if (r->is_ref) BUF_LIT(out, "/$ref");
    buf_add_char(out, '?');
    sta_options_print(out, l->q, l->position, l->position_count);
}
