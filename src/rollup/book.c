// SPDX-License-Identifier: EUPL-1.2
#include "rollup/book.h"

#include "base/json.h"
#include "model/unit.h"

#include <stdlib.h>
#include <string.h>

#define BOOK_BYTES_MAX ((size_t)1 << 30)
#define SCRATCH_BYTES ((size_t)64 << 20)

struct known_property {
    entity_id id;
    const struct quantity *quantity;
};

struct loader {
    struct snapshot *at;
    arena *a;        // of the book
    arena *scratch;  // of one Datastream
    struct rollup_stream *streams;
    size_t count;
    // of the Thing that was looked at last; streams of a Thing mostly stand together
    entity_id thing;
    struct thing_places places;
    bool is_reference;
    struct known_property *properties;
    size_t property_count;
};

// ---- quantity and unit ---------------------------------------------------------------------------------------------

static bool quantity_of(struct loader *l, entity_id property, const struct quantity **out, err *e)
{
    struct record r;
    for (size_t i = 0; i < l->property_count; i++) {
        if (l->properties[i].id != property) continue;
        *out = l->properties[i].quantity;
        return true;
    }
    if (!store_get(l->at, SET_OBSERVED_PROPERTY, property, l->scratch, &r, e)) return false;
    *out = quantity_by_definition(r.properties[OBSERVED_PROPERTY_DEFINITION].text);
    struct known_property *more = realloc(l->properties, (l->property_count + 1) * sizeof *more);
    if (!more) return err_no_memory(e);
    l->properties = more;
    l->properties[l->property_count++] = (struct known_property){property, *out};
    return true;
}

static str symbol_of(struct loader *l, const value *unit)
{
    json *j;
    if (unit->type != VALUE_JSON || !json_parse(unit->text, l->scratch, &j, NULL)) return (str){0};
    return json_text(j, STR("symbol"));
}

// ---- Things --------------------------------------------------------------------------------------------------------

static bool look_at_origin(struct loader *l, entity_id thing, err *e)
{
    struct record r;
    json *j;
    if (!store_get(l->at, SET_THING, thing, l->scratch, &r, e)) return false;
    const value *v = &r.properties[THING_PROPERTIES];
    l->is_reference = v->type == VALUE_JSON && json_parse(v->text, l->scratch, &j, NULL) &&
                      str_eq(json_text(j, STR("origin")), STR("reference"));
    return true;
}

static bool thing_look(struct loader *l, entity_id thing, err *e)
{
    if (l->thing == thing) return true;
    l->thing = thing;
    l->places = (struct thing_places){0};
    struct thing_places p;
    if (!look_at_origin(l, thing, e) || !area_thing_places(l->at, thing, l->scratch, &p, e)) return false;
    struct thing_place *kept = ARENA_ARRAY(l->a, p.count + 1, struct thing_place);
    if (!kept) return err_no_memory(e);
    if (p.count) memcpy(kept, p.all, p.count * sizeof *kept);
    l->places = (struct thing_places){kept, p.count};
    return true;
}

// ---- Datastreams ---------------------------------------------------------------------------------------------------

static bool stream_take(struct loader *l, const struct record *r, err *e)
{
    struct rollup_stream s = {.id = r->id, .thing = r->links[DATASTREAM_THING]};
    arena_reset(l->scratch);
    if (!quantity_of(l, r->links[DATASTREAM_OBSERVED_PROPERTY], &s.quantity, e)) return false;
    if (!s.quantity || !tally_has(s.quantity)) return true;
    const str symbol = symbol_of(l, &r->properties[DATASTREAM_UNIT_OF_MEASUREMENT]);
    if (!unit_line(symbol, s.quantity, l->scratch, &s.factor, &s.offset)) return true;
    if (!thing_look(l, s.thing, e)) return false;
    s.places = l->places;
    s.is_reference = l->is_reference;
    l->streams[l->count++] = s;
    return true;
}

static bool streams_read(struct loader *l, err *e)
{
    const struct query q = {.set = SET_DATASTREAM,
                            .top = -1,
                            .properties = 1u << DATASTREAM_UNIT_OF_MEASUREMENT,
                            .links = 1u << DATASTREAM_THING | 1u << DATASTREAM_OBSERVED_PROPERTY};
    struct cursor *c;
    struct record row;
    int64_t n;
    bool ok, got = true;
    if (!store_count(l->at, &q, &n, e)) return false;
    l->streams = ARENA_ARRAY(l->a, (size_t)n + 1, struct rollup_stream);
    if (!l->streams) return err_no_memory(e);
    if (!store_query(l->at, &q, &c, e)) return false;
    while ((ok = cursor_next(c, &row, &got, e)) && got)
        if (!(ok = stream_take(l, &row, e))) break;
    cursor_close(c);
    return ok;
}

bool book_load(struct snapshot *at, struct book_list **out, err *e)
{
    struct loader l = {.at = at, .a = arena_new(BOOK_BYTES_MAX), .scratch = arena_new(SCRATCH_BYTES)};
    struct book_list *b = calloc(1, sizeof *b);
    bool ok = (l.a && l.scratch && b) || err_no_memory(e);
    ok = ok && streams_read(&l, e);
    arena_free(l.scratch);
    free(l.properties);
    if (!ok) {
        arena_free(l.a);
        free(b);
        return false;
    }
    *b = (struct book_list){.list = {l.streams, l.count, snapshot_commit(at)}, .a = l.a, .users = 1};
    *out = b;
    return true;
}

void book_free(struct book_list *b)
{
    if (!b) return;
    arena_free(b->a);
    free(b);
}

const struct rollup_stream *book_find(const struct rollup_streams *s, entity_id id)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->all[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->count && s->all[low].id == id ? &s->all[low] : NULL;
}

static bool same_places(const struct thing_places *a, const struct thing_places *b)
{
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct thing_place *x = &a->all[i], *y = &b->all[i];
        if (x->from != y->from || x->place.longitude != y->place.longitude ||
            x->place.latitude != y->place.latitude)
            return false;
    }
    return true;
}

bool book_same_unit(const struct rollup_stream *a, const struct rollup_stream *b)
{
    return a->quantity == b->quantity && a->factor == b->factor && a->offset == b->offset;
}

bool book_same(const struct rollup_stream *a, const struct rollup_stream *b)
{
    return book_same_unit(a, b) && same_places(&a->places, &b->places);
}
