// SPDX-License-Identifier: EUPL-1.2
// The streams that an hour's table is made of, and the areas that they lie in.
#include "index/now.h"

#include <math.h>
#include <stdlib.h>

#define BOOK_BYTES_MAX ((size_t)1 << 30)
#define ANCESTORS_MAX 24  // of a place, and the areas beside the line

// ---- The book of streams and where they lie -----------------------------------------------------------------------

static bool list_streams(struct now_book *b, err *e)
{
    b->streams = ARENA_ARRAY(b->room, b->list->count + 1, struct now_stream);
    b->stream_count = 0;
    if (!b->streams) return err_no_memory(e);
    for (size_t k = 0; k < b->list->count; k++) {
        struct now_stream *s = &b->streams[b->stream_count];
        *s = (struct now_stream){.stream = &b->list->all[k], .hour = NAN, .day = NAN};
        if (source_substance(s->stream, &s->substance)) b->stream_count++;
    }
    return true;
}

static size_t areas_of(const struct atlas *t, struct area_place p, int year,
                       const struct area *out[static ANCESTORS_MAX])
{
    const struct area_spot spot = atlas_spot(t, p, year);
    const struct area *beside[] = {spot.street, spot.town, spot.region};
    size_t n = 0;
    for (const struct area *a = spot.leaf; a && n < ANCESTORS_MAX - 3; a = atlas_parent(t, a, year))
        out[n++] = a;
    for (size_t k = 0; k < 3; k++)
        if (beside[k]) out[n++] = beside[k];
    return n;
}

static int cmp_member(const void *a, const void *b)
{
    const struct now_member *x = a, *y = b;
    const int codes = str_cmp(x->area->code, y->area->code);
    if (codes != 0) return codes;
    const entity_id s = x->stream->stream->thing, t = y->stream->stream->thing;
    return (s > t) - (s < t);
}

static bool list_members(struct indices *x, struct now_book *b, instant now, err *e)
{
    const int year = areas_year_of(x->config.areas, now);
    const struct area *areas[ANCESTORS_MAX];
    b->members = ARENA_ARRAY(b->room, b->stream_count * ANCESTORS_MAX + 1, struct now_member);
    b->member_count = 0;
    if (!b->members) return err_no_memory(e);
    for (size_t k = 0; k < b->stream_count; k++) {
        const struct thing_place *p = thing_place_at(&b->streams[k].stream->places, now);
        const size_t n = p ? areas_of(b->atlas, p->place, year, areas) : 0;
        for (size_t i = 0; i < n; i++)
            b->members[b->member_count++] = (struct now_member){areas[i], &b->streams[k]};
    }
    qsort(b->members, b->member_count, sizeof *b->members, cmp_member);
    return true;
}

void now_book_drop(struct indices *x, struct now_book *b)
{
    if (b->list) rollup_streams_give(x->config.rollups, b->list);
    if (b->atlas) areas_give(x->config.areas, b->atlas);
    arena_free(b->room);
    *b = (struct now_book){0};
}

bool now_book_look(struct indices *x, struct now_book *b, instant now, bool *is_new, err *e)
{
    const struct rollup_streams *list;
    if (!rollup_streams_take(x->config.rollups, &list, e)) return false;
    const struct atlas *atlas = areas_take(x->config.areas);
    *is_new = list != b->list || !b->atlas || atlas_version(atlas) != atlas_version(b->atlas);
    if (!*is_new) {
        rollup_streams_give(x->config.rollups, list);
        areas_give(x->config.areas, atlas);
        return true;
    }
    now_book_drop(x, b);
    *b = (struct now_book){.list = list, .atlas = atlas, .room = arena_new(BOOK_BYTES_MAX)};
    if (b->room ? list_streams(b, e) && list_members(x, b, now, e) : err_no_memory(e)) return true;
    now_book_drop(x, b);
    return false;
}
