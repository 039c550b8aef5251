// SPDX-License-Identifier: EUPL-1.2
#include "portal/meter.h"

#include "base/json.h"
#include "base/queue.h"
#include "model/place.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#define LIST_BYTES_MAX ((size_t)256 << 20)
#define RELOAD_LEAST_US 500000  // a burst of new devices makes two lists a second at most
#define PERIOD_READINGS 6       // looked at to see how often a series reports
#define PERIOD_LEAST TIME_MINUTE
#define PERIOD_MOST TIME_HOUR

struct meter_list_holder {
    struct meter_list list;
    arena *a;
    uint64_t version, areas_version;
    struct areas *areas;
    int64_t loaded_us;  // monotonic
    int users;          // the book is one of them while this is its current list
};

struct meter_book {
    struct store *store;
    struct areas *areas;
    access_level sees;
    struct lock *lock;
    struct meter_list_holder *current;  // lock
    _Atomic uint64_t version;           // counts changes of entities
};

// ---- Reading entities ----------------------------------------------------------------------------------------------

struct loader {
    struct snapshot *at;
    access_level sees;
    arena *a;
    struct meter_list *list;
    struct series *series;    // of all meters, in order of id
    entity_id *series_thing;  // beside it
    size_t series_capacity;
    size_t next_shown;  // of the list, while what the public sees is gone through
    err *e;
};

typedef bool (*row_reader)(struct loader *l, const struct record *r);

static bool each_row(struct loader *l, const struct query *q, row_reader read)
{
    struct cursor *c;
    if (!store_query(l->at, q, &c, l->e)) return false;
    bool ok, got = true;
    struct record row;
    while ((ok = cursor_next(c, &row, &got, l->e)) && got)
        if (!(ok = read(l, &row))) break;
    cursor_close(c);
    return ok;
}

static bool keep(struct loader *l, const value *v, str *out)
{
    *out = (str){0};
    if (v->type != VALUE_TEXT && v->type != VALUE_JSON) return true;
    return arena_copy(l->a, v->text, out) || err_no_memory(l->e);
}

// The `properties` of an entity; NULL when it has none that can be read.
static const json *properties_of(struct loader *l, const value *v)
{
    json *j = NULL;
    err ignored;
    if (v->type != VALUE_JSON || !json_parse(v->text, l->a, &j, &ignored)) return NULL;
    return j;
}

static str text_member(const json *object, str key)
{
    const json *j = object ? json_get(object, key) : NULL;
    return j && j->type == JSON_TEXT ? j->text : (str){0};
}

static meter_kind kind_of(const json *properties)
{
    const str origin = text_member(properties, STR("origin"));
    if (str_eq(origin, STR("reference"))) return METER_REFERENCE;
    if (str_eq(origin, STR("citizen"))) return METER_CITIZEN;
    return METER_MUNICIPAL;
}

static bool read_thing(struct loader *l, const struct record *r)
{
    const json *properties = properties_of(l, &r->properties[THING_PROPERTIES]);
    struct meter *m = &l->list->all[l->list->count];
    const json *demo = properties ? json_get(properties, STR("demo")) : NULL;
    *m = (struct meter){.id = r->id, .kind = kind_of(properties), .is_demo = demo && demo->type == JSON_TRUE};
    m->is_coarse = l->sees != ACCESS_PRIVATE && place_is_coarse(properties);
    if (!keep(l, &r->properties[THING_NAME], &m->name) ||
        !keep(l, &r->properties[THING_DESCRIPTION], &m->description) ||
        !arena_copy(l->a, text_member(properties, STR("owner")), &m->owner) ||
        !arena_copy(l->a, text_member(properties, STR("purpose")), &m->purpose))
        return false;
    l->list->count++;
    return true;
}

static bool read_things(struct loader *l)
{
    const struct query q = {.set = SET_THING,
                            .top = -1,
                            .properties = 1u << THING_NAME | 1u << THING_DESCRIPTION |
                                          1u << THING_PROPERTIES};
    int64_t count;
    if (!store_count(l->at, &q, &count, l->e)) return false;
    l->list->all = ARENA_ARRAY(l->a, (size_t)count + 1, struct meter);
    return (l->list->all || err_no_memory(l->e)) && each_row(l, &q, read_thing);
}

// Both go by id.
static bool mark_shown(struct loader *l, const struct record *r)
{
    struct meter_list *list = l->list;
    while (l->next_shown < list->count && list->all[l->next_shown].id < r->id) l->next_shown++;
    if (l->next_shown < list->count && list->all[l->next_shown].id == r->id)
        list->all[l->next_shown].is_hidden = false;
    return true;
}

// Those that the public is not shown, for a reader who is.
static bool mark_hidden(struct loader *l)
{
    const struct query q = {.set = SET_THING, .top = -1, .properties = 1u << THING_NAME};
    if (l->sees == ACCESS_PUBLIC) return true;
    for (size_t i = 0; i < l->list->count; i++) l->list->all[i].is_hidden = true;
    return snapshot_show(l->at, ACCESS_PUBLIC, l->e) && each_row(l, &q, mark_shown) &&
           snapshot_show(l->at, l->sees, l->e);
}

static bool point_in(const json *geo, struct place *out)
{
    const json *geometry = json_get(geo, STR("geometry"));
    if (geometry) geo = geometry;
    const json *at = json_get(geo, STR("coordinates"));
    err ignored;
    return str_eq(text_member(geo, STR("type")), STR("Point")) && at && at->type == JSON_ARRAY &&
           at->count >= 2 && num_parse_double(at->first->text, &out->longitude, &ignored) &&
           num_parse_double(at->first->next->text, &out->latitude, &ignored) && fabs(out->latitude) <= 85 &&
           fabs(out->longitude) <= 180;
}

static bool read_place(struct loader *l, struct meter *m, const struct record *r)
{
    json *geo;
    err ignored;
    const value *v = &r->properties[LOCATION_LOCATION];
    str text;
    if (m->has_place || !keep(l, v, &text)) return m->has_place;
    if (!text.n || !json_parse(text, l->a, &geo, &ignored) || !point_in(geo, &m->place)) return true;
    m->has_place = true;
    if (l->list->atlas)
        m->spot = atlas_spot(l->list->atlas, (struct area_place){m->place.longitude, m->place.latitude},
                             l->list->year);
    if (m->is_coarse) place_to_grid(&m->place.longitude, &m->place.latitude);
    return true;
}

static bool make_ground(struct loader *l)
{
    struct meter_list *list = l->list;
    if (!list->atlas) return true;
    const struct area **leaves = ARENA_ARRAY(l->a, list->count + 1, const struct area *);
    size_t n = 0;
    if (!leaves) return err_no_memory(l->e);
    for (size_t i = 0; i < list->count; i++)
        if (list->all[i].spot.leaf) leaves[n++] = list->all[i].spot.leaf;
    if (!ground_make(list->atlas, list->year, leaves, n, l->a, &list->ground, l->e)) return false;
    for (size_t i = 0; i < list->count; i++)
        list->all[i].area = ground_find(&list->ground, list->atlas, list->all[i].spot.leaf, list->year);
    return true;
}

static bool read_places_of(struct loader *l, struct cursor *c, struct meter *m)
{
    bool ok, got = true;
    struct record row;
    while ((ok = cursor_next(c, &row, &got, l->e)) && got)
        if (!(ok = read_place(l, m, &row))) break;
    return ok;
}

static bool read_places(struct loader *l)
{
    if (l->list->count == 0) return true;
    const struct query q = {.set = SET_LOCATION,
                            .has_parent = true,
                            .parent_set = SET_THING,
                            .parent_id = l->list->all[0].id,
                            .relation = THING_LOCATIONS,
                            .top = -1,
                            .properties = 1u << LOCATION_LOCATION};
    struct cursor *c;
    if (!store_query(l->at, &q, &c, l->e)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < l->list->count; i++)
        ok = (i == 0 || cursor_restart(c, l->list->all[i].id, l->e)) &&
             read_places_of(l, c, &l->list->all[i]);
    cursor_close(c);
    return ok;
}

// ---- Series ------------------------------------------------------------------------------------------------------

static bool observed_property(struct loader *l, entity_id id, const struct quantity **out)
{
    struct record r;
    if (!store_get(l->at, SET_OBSERVED_PROPERTY, id, l->a, &r, l->e)) return false;
    *out = quantity_by_definition(r.properties[OBSERVED_PROPERTY_DEFINITION].text);
    return true;
}

static bool sensor_name(struct loader *l, entity_id id, str *out)
{
    struct record r;
    return store_get(l->at, SET_SENSOR, id, l->a, &r, l->e) && keep(l, &r.properties[SENSOR_NAME], out);
}

// A Datastream in another unit than the quantity's own is shown as it is, without classes.
static void choose_unit(struct series *s, str symbol)
{
    s->is_canonical = s->quantity && str_eq(symbol, s->quantity->symbol);
    s->scale = scale_of(s->is_canonical ? s->quantity : NULL);
    s->factor = s->scale->factor;
    s->decimals = s->quantity ? s->quantity->decimals : 1;
    s->unit = s->scale->symbol.n ? s->scale->symbol : symbol;
}

static bool read_stream(struct loader *l, const struct record *r)
{
    str unit;
    struct series *s = &l->series[l->list->series_count];
    *s = (struct series){.id = r->id};
    if (!keep(l, &r->properties[DATASTREAM_NAME], &s->name) ||
        !keep(l, &r->properties[DATASTREAM_UNIT_OF_MEASUREMENT], &unit) ||
        !observed_property(l, r->links[DATASTREAM_OBSERVED_PROPERTY], &s->quantity) ||
        !sensor_name(l, r->links[DATASTREAM_SENSOR], &s->sensor))
        return false;
    json *j = NULL;
    err ignored;
    choose_unit(s, unit.n && json_parse(unit, l->a, &j, &ignored) ? text_member(j, STR("symbol")) : (str){0});
    l->series_thing[l->list->series_count++] = r->links[DATASTREAM_THING];
    return true;
}

static bool read_streams(struct loader *l)
{
    const struct query q = {.set = SET_DATASTREAM,
                            .top = -1,
                            .properties = 1u << DATASTREAM_NAME | 1u << DATASTREAM_UNIT_OF_MEASUREMENT |
                                          1u << DATASTREAM_PROPERTIES,
                            .links = 1u << DATASTREAM_THING | 1u << DATASTREAM_SENSOR |
                                     1u << DATASTREAM_OBSERVED_PROPERTY};
    int64_t count;
    if (!store_count(l->at, &q, &count, l->e)) return false;
    l->series = ARENA_ARRAY(l->a, (size_t)count + 1, struct series);
    l->series_thing = ARENA_ARRAY(l->a, (size_t)count + 1, entity_id);
    return ((l->series && l->series_thing) || err_no_memory(l->e)) && each_row(l, &q, read_stream);
}

static struct expr time_path = {
    .kind = EXPR_PATH,
    .type = TYPE_TIME,
    .path = {.set = SET_OBSERVATION, .property = OBSERVATION_PHENOMENON_TIME},
};

static int by_length(const void *a, const void *b)
{
    const instant x = *(const instant *)a, y = *(const instant *)b;
    return (x > y) - (x < y);
}

// The middle one of the last few steps between readings.
static bool read_period(struct loader *l, struct cursor *c, struct series *s)
{
    instant steps[PERIOD_READINGS], last = TIME_NONE;
    size_t n = 0;
    bool ok, got = true;
    struct record row;
    while ((ok = cursor_next(c, &row, &got, l->e)) && got) {
        const instant at = row.properties[OBSERVATION_PHENOMENON_TIME].time.start;
        if (last != TIME_NONE && n < PERIOD_READINGS) steps[n++] = last - at;
        last = at;
    }
    if (n) qsort(steps, n, sizeof steps[0], by_length);
    s->period = n ? steps[n / 2] : PERIOD_LEAST;
    if (s->period < PERIOD_LEAST) s->period = PERIOD_LEAST;
    if (s->period > PERIOD_MOST) s->period = PERIOD_MOST;
    return ok;
}

static bool read_periods(struct loader *l)
{
    if (l->list->series_count == 0) return true;
    struct query_order newest = {&time_path, true};
    const struct query q = {.set = SET_OBSERVATION,
                            .has_parent = true,
                            .parent_set = SET_DATASTREAM,
                            .parent_id = l->series[0].id,
                            .relation = DATASTREAM_OBSERVATIONS,
                            .orders = &newest,
                            .order_count = 1,
                            .top = PERIOD_READINGS,
                            .properties = 1u << OBSERVATION_PHENOMENON_TIME};
    struct cursor *c;
    if (!store_query(l->at, &q, &c, l->e)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < l->list->series_count; i++)
        ok = (i == 0 || cursor_restart(c, l->series[i].id, l->e)) && read_period(l, c, &l->series[i]);
    cursor_close(c);
    return ok;
}

// ---- Bringing them together --------------------------------------------------------------------------------------

static int by_area_and_name(const void *a, const void *b)
{
    const struct meter *x = a, *y = b;
    if (!x->area != !y->area) return x->area ? -1 : 1;
    const int order = x->area ? str_cmp(x->area->name, y->area->name) : 0;
    return order ? order : str_cmp(x->name, y->name);
}

static int by_quantity(const void *a, const void *b)
{
    const struct series *x = a, *y = b;
    if (!x->quantity != !y->quantity) return x->quantity ? -1 : 1;
    if (x->quantity != y->quantity) return x->quantity < y->quantity ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_id(const void *a, const void *b)
{
    const struct series *x = *(const struct series *const *)a, *y = *(const struct series *const *)b;
    return (x->id > y->id) - (x->id < y->id);
}

static bool give_series(struct loader *l, struct meter *m)
{
    size_t n = 0;
    for (size_t i = 0; i < l->list->series_count; i++) n += l->series_thing[i] == m->id;
    m->series = ARENA_ARRAY(l->a, n + 1, struct series);
    if (!m->series) return err_no_memory(l->e);
    for (size_t i = 0; i < l->list->series_count; i++) {
        if (l->series_thing[i] != m->id) continue;
        m->series[m->series_count] = l->series[i];
        m->series[m->series_count++].meter = m;
    }
    if (n) qsort(m->series, n, sizeof *m->series, by_quantity);
    return true;
}

// A series of a meter that is not public is left out with it.
static bool bring_together(struct loader *l)
{
    struct meter_list *list = l->list;
    if (list->count) qsort(list->all, list->count, sizeof *list->all, by_area_and_name);
    list->by_id = ARENA_ARRAY(l->a, list->series_count + 1, const struct series *);
    if (!list->by_id) return err_no_memory(l->e);
    for (size_t i = 0; i < list->count; i++)
        if (!give_series(l, &list->all[i])) return false;
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->all[i].series_count; k++) list->by_id[n++] = &list->all[i].series[k];
    list->series_count = n;
    if (n) qsort(list->by_id, n, sizeof *list->by_id, by_id);
    return true;
}

static void loaded_free(struct meter_list_holder *l)
{
    if (!l) return;
    if (l->list.atlas) areas_give(l->areas, l->list.atlas);
    arena_free(l->a);
    free(l);
}

static void take_atlas(const struct meter_book *b, struct meter_list_holder *fresh)
{
    if (!b->areas) return;
    fresh->list.atlas = areas_take(b->areas);
    fresh->list.year = areas_year_of(b->areas, time_now());
    fresh->areas_version = atlas_version(fresh->list.atlas);
}

static struct meter_list_holder *load(struct meter_book *b, err *e)
{
    struct meter_list_holder *fresh = calloc(1, sizeof *fresh);
    if (!fresh || !(fresh->a = arena_new(LIST_BYTES_MAX))) {
        free(fresh);
        err_no_memory(e);
        return NULL;
    }
    fresh->list.holder = fresh;
    fresh->version = b->version;  // before the snapshot: a change in between is read twice rather than never
    fresh->areas = b->areas;
    struct snapshot *at;
    take_atlas(b, fresh);
    bool ok = snapshot_open(b->store, &at, e);
    if (ok) {
        struct loader l = {.at = at, .sees = b->sees, .a = fresh->a, .list = &fresh->list, .e = e};
        ok = snapshot_show(at, b->sees, e) && read_things(&l) && mark_hidden(&l) && read_places(&l) &&
             make_ground(&l) && read_streams(&l) && read_periods(&l) && bring_together(&l);
        snapshot_close(at);
    }
    fresh->loaded_us = time_monotonic_us();
    if (ok) return fresh;
    loaded_free(fresh);
    return NULL;
}

// ---- The book ----------------------------------------------------------------------------------------------------

struct meter_book *meter_book_new(struct store *s, struct areas *areas, access_level sees, err *e)
{
    struct meter_book *b = calloc(1, sizeof *b);
    if (!b || !(b->lock = lock_new())) {
        free(b);
        err_no_memory(e);
        return NULL;
    }
    b->store = s;
    b->areas = areas;
    b->sees = sees;
    return b;
}

void meter_book_free(struct meter_book *b)
{
    if (!b) return;
    loaded_free(b->current);
    lock_free(b->lock);
    free(b);
}

void meter_book_changed(struct meter_book *b)
{
    b->version++;
}

static void drop(struct meter_book *b, struct meter_list_holder *l)
{
    if (!l) return;
    lock_take(b->lock);
    const bool is_last = --l->users == 0;
    lock_drop(b->lock);
    if (is_last) loaded_free(l);
}

static uint64_t areas_version(const struct meter_book *b)
{
    if (!b->areas) return 0;
    const struct atlas *t = areas_take(b->areas);
    const uint64_t version = atlas_version(t);
    areas_give(b->areas, t);
    return version;
}

static struct meter_list_holder *take_current(struct meter_book *b, int64_t age_least_us)
{
    const uint64_t version = b->version, of_areas = areas_version(b);
    lock_take(b->lock);
    struct meter_list_holder *l = b->current;
    if (l && (l->version != version || l->areas_version != of_areas) &&
        time_monotonic_us() - l->loaded_us >= age_least_us)
        l = NULL;
    if (l) l->users++;
    lock_drop(b->lock);
    return l;
}

static void make_current(struct meter_book *b, struct meter_list_holder *fresh)
{
    fresh->users = 2;  // the book and who takes it now
    lock_take(b->lock);
    struct meter_list_holder *old = b->current;
    b->current = fresh;
    lock_drop(b->lock);
    drop(b, old);
}

static bool take(struct meter_book *b, int64_t age_least_us, const struct meter_list **out, err *e)
{
    struct meter_list_holder *l = take_current(b, age_least_us);
    if (!l) {
        if (!(l = load(b, e))) return false;
        make_current(b, l);
    }
    *out = &l->list;
    return true;
}

bool meters_take(struct meter_book *b, const struct meter_list **out, err *e)
{
    return take(b, RELOAD_LEAST_US, out, e);
}

bool meters_take_newest(struct meter_book *b, const struct meter_list **out, err *e)
{
    return take(b, 0, out, e);
}

void meters_give(struct meter_book *b, const struct meter_list *list)
{
    if (list) drop(b, list->holder);
}

const struct meter *meter_find(const struct meter_list *l, entity_id thing)
{
    for (size_t i = 0; i < l->count; i++)
        if (l->all[i].id == thing) return &l->all[i];
    return NULL;
}

const struct series *series_find(const struct meter_list *l, entity_id stream)
{
    size_t least = 0, most = l->series_count;
    while (least < most) {
        const size_t middle = least + (most - least) / 2;
        if (l->by_id[middle]->id == stream) return l->by_id[middle];
        if (l->by_id[middle]->id < stream)
            least = middle + 1;
        else
            most = middle;
    }
    return NULL;
}

mark_shape meter_shape(meter_kind k)
{
    switch (k) {
    case METER_REFERENCE: return MARK_CIRCLE;
    case METER_CITIZEN: return MARK_DIAMOND;
    case METER_MUNICIPAL:
    case METER_KIND_COUNT: break;
    }
    return MARK_SQUARE;
}
