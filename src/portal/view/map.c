// SPDX-License-Identifier: EUPL-1.2
// Home and map: one layer of the town, as a sentence, a map and a list of the same meters.
#include "portal/names.h"
#include "portal/view/hours.h"
#include "portal/view/index.h"
#include "portal/view/layer.h"
#include "render/svg_gauge.h"

#include <stdio.h>

#define MAP_BYTES_MAX ((size_t)2 << 20)

// A town with more meters of a layer than this is shown by neighbourhood: a thousand markers are no map, and a thousand rows no list.
#define METERS_SHOWN_MOST 100

static const struct spot_choice all_meters = {.has = NULL};

static bool is_by_area(const struct spots *s)
{
    return s->count > METERS_SHOWN_MOST && s->area_count > 1;
}

// ---- The map -----------------------------------------------------------------------------------------------------

static str area_href(struct page *p, const struct spot_area *a, str layer)
{
    return page_href(p, "gebied/%.*s?stof=%.*s", STR_ARG(a->outline->code), STR_ARG(layer));
}

static str nothing_text(struct page *p, const struct spots *s, const struct spot_area *a)
{
    return s->hour == TIME_NONE ? page_since(p, a->newest) : page_text(p, STR("hours.gap"));
}

static str area_label(struct page *p, const struct spots *s, const struct spot_area *a)
{
    const struct fill fills[] = {
        {STR("name"), a->outline->name},
        {STR("value"), a->fresh_count ? page_reading(p, s->series, a->middle) : nothing_text(p, s, a)},
        {STR("word"), page_class_word(p, a->class)},
        {STR("meters"), layer_meters(p, a->fresh_count)},
    };
    return words_fill(p->words, p->a, a->class ? STR("map.area") : STR("map.area.plain"), fills,
                      sizeof fills / sizeof fills[0]);
}

static struct map_marker area_marker(struct page *p, const struct spots *s, const struct spot_area *a)
{
    return (struct map_marker){
        .place = a->outline->middle,
        .shape = MARK_CIRCLE,
        .class = a->class ? a->class->name : STR("plain"),
        .state = a->fresh_count ? STR("fresh") : STR("silent"),
        .text = a->fresh_count ? page_number(p, s->series, a->middle) : STR("–"),
        .label = area_label(p, s, a),
        .href = area_href(p, a, s->layer),
    };
}

// Meters by themselves, or neighbourhoods and the official stations in them.
static size_t make_markers(struct page *p, const struct spots *s, struct map_marker *out)
{
    const bool by_area = is_by_area(s);
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct meter *m = s->all[i].meter;
        if (m->has_place && (!by_area || m->kind == METER_REFERENCE))
            out[n++] = layer_marker(p, &s->all[i], s->layer);
    }
    for (size_t i = 0; by_area && i < s->area_count; i++)
        if (s->areas[i].outline) out[n++] = area_marker(p, s, &s->areas[i]);
    return n;
}

static str index_label(struct page *p, const struct outline *o, const struct index_now *now)
{
    const str word = now ? index_word(p, now) : (str){0};
    return words_fill(p->words, p->a, word.n ? STR("map.index") : STR("map.index.none"),
                      FILLS({STR("name"), o->name}, {STR("word"), word}));
}

// Each area with the class of its air quality index, where the layer is of the air. NULL: none, or nothing to colour.
static struct map_area *index_areas(struct page *p, const struct index_table *t, const struct spots *s)
{
    const struct outlines *o = p->meters->ground.outlines;
    substance ignored;
    if (!t || !o || !substance_by_key(s->layer, &ignored)) return NULL;
    struct map_area *areas = ARENA_ARRAY(p->a, o->count + 1, struct map_area);
    for (size_t i = 0; areas && i < o->count; i++) {
        const struct index_area_now *found = index_area_find(t, o->all[i].code);
        const struct index_now *now = found ? &found->now : NULL;
        areas[i] = (struct map_area){.class = index_class(p, now),
                                     .href = page_href(p, "gebied/%.*s", STR_ARG(o->all[i].code)),
                                     .label = index_label(p, &o->all[i], now)};
        areas[i].is_hatched = str_ends(areas[i].class, STR("-4")) || str_ends(areas[i].class, STR("-5"));
        if (areas[i].class.n) view_flag(&p->maker, p->root, STR("has_index"), true);
    }
    return areas;
}

static void put_map(struct page *p, const struct index_table *t, const struct spots *s)
{
    struct map_marker *markers = ARENA_ARRAY(p->a, s->count + s->area_count + 1, struct map_marker);
    if (!markers) {
        p->maker.failed = true;
        return;
    }
    const size_t n = make_markers(p, s, markers);
    buf svg = {.max = MAP_BYTES_MAX};
    svg_map(&svg, p->meters->ground.outlines, index_areas(p, t, s), markers, n,
            words_fill(p->words, p->a, is_by_area(s) ? STR("map.desc.areas") : STR("map.desc"),
                       FILLS({STR("count"), layer_count(p, s->count)})));
    view_text(&p->maker, p->root, STR("map"), page_buf(p, &svg));
}

// ---- The list ----------------------------------------------------------------------------------------------------

static void put_area_row(struct page *p, struct view *list, const struct spots *s, const struct spot_area *a)
{
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, list, (str){0});
    view_text(m, v, STR("name"), a->outline ? a->outline->name : page_text(p, STR("list.elsewhere")));
    view_text(m, v, STR("href"), a->outline ? area_href(p, a, s->layer) : (str){0});
    view_text(m, v, STR("meters"), layer_meters(p, a->count));
    view_text(m, v, STR("state"), a->fresh_count ? STR("fresh") : STR("silent"));
    view_text(m, v, STR("value"), a->fresh_count ? page_number(p, s->series, a->middle) : (str){0});
    view_text(m, v, STR("word"), page_class_word(p, a->class));
    view_text(m, v, STR("class"), a->class ? a->class->name : STR("plain"));
    view_text(m, v, STR("when"),
              a->fresh_count == 0    ? nothing_text(p, s, a)
              : s->hour != TIME_NONE ? words_time(p->words, p->a, p->portal->zone, a->newest)
                                     : page_when(p, a->newest));
    view_text(m, v, STR("iso"), a->newest == TIME_NONE ? (str){0} : page_stamp(p, a->newest));
}

static void put_list(struct page *p, const struct spots *s)
{
    const bool by_area = is_by_area(s);
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("list_head"),
              page_text(p, by_area ? STR("list.head.areas") : STR("list.head")));
    view_flag(m, p->root, STR("has_areas"), by_area);
    if (!by_area) layer_put_meters(p, s->all, s->count, s->layer);
    struct view *list = view_list(m, p->root, STR("areas"));
    for (size_t i = 0; by_area && i < s->area_count; i++) put_area_row(p, list, s, &s->areas[i]);
}

// ---- Words above and beside it -----------------------------------------------------------------------------------

static str summary(struct page *p, const struct spots *s)
{
    const str name = layer_name(p, s->layer);
    if (s->fresh_count == 0)
        return words_fill(p->words, p->a, STR("summary.none"), FILLS({STR("layer"), name}));
    const struct fill fills[] = {
        {STR("layer"), name},
        {STR("count"), layer_count(p, s->fresh_count)},
        {STR("middle"), page_reading(p, s->series, s->middle)},
        {STR("low"), page_number(p, s->series, s->fresh[0])},
        {STR("high"), page_number(p, s->series, s->fresh[s->fresh_count - 1])},
    };
    const str id = s->fresh_count == 1 ? STR("summary.one") : STR("summary.many");
    return words_fill(p->words, p->a, id, fills, sizeof fills / sizeof fills[0]);
}

static void put_words(struct page *p, const struct spots *s)
{
    const struct scale *scale = spots_scale(s);
    const struct scale_class *class = s->fresh_count ? scale_class_at(scale, s->middle) : NULL;
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("layer_name"), layer_name(p, s->layer));
    view_text(m, p->root, STR("layer"), s->layer);
    view_text(m, p->root, STR("layer_unit"), s->series ? s->series->unit : (str){0});
    view_text(m, p->root, STR("summary"), summary(p, s));
    view_text(m, p->root, STR("headline_word"), page_class_word(p, class));
    view_text(m, p->root, STR("headline_class"), class ? class->name : STR("plain"));
    page_legend(p, view_list(m, p->root, STR("legend")), scale);
    view_text(m, p->root, STR("legend_note"), page_text(p, scale->note));
}

// The classes side by side, with every fresh meter on them.
static void put_gauge(struct page *p, const struct spots *s)
{
    const struct scale *scale = spots_scale(s);
    struct gauge_class classes[SHOWN_CLASSES_MAX];
    for (int i = 0; i < scale->class_count; i++)
        classes[i] = (struct gauge_class){
            .below = scale->classes[i].below,
            .class = scale->classes[i].name,
            .word = page_class_word(p, &scale->classes[i]),
            .below_text = words_number(p->words, p->a, scale->classes[i].below, 0)};
    const struct gauge g = {.classes = classes,
                            .class_count = (size_t)scale->class_count,
                            .from_zero = scale->from_zero,
                            .values = s->fresh,
                            .value_count = s->fresh_count,
                            .middle = s->middle};
    buf svg = {.max = MAP_BYTES_MAX};
    svg_gauge(&svg, &g);
    view_text(&p->maker, p->root, STR("gauge"), page_buf(p, &svg));
}

static void put_kinds(struct page *p, const struct spots *s)
{
    bool has[METER_KIND_COUNT] = {false}, has_old = false;
    for (size_t i = 0; i < s->count; i++) {
        has[s->all[i].meter->kind] = true;
        has_old |= s->all[i].reading.state != READING_FRESH && s->hour == TIME_NONE;
    }
    struct view *list = view_list(&p->maker, p->root, STR("kinds"));
    for (meter_kind k = 0; k < METER_KIND_COUNT; k++)
        if (has[k]) page_kind(p, list, k);
    view_flag(&p->maker, p->root, STR("has_kinds"), s->count > 0);
    view_flag(&p->maker, p->root, STR("has_old"), has_old);
}

// The index of the municipality that most of the meters lie in: the first one that is found is enough for a town.
static void put_town_index(struct page *p)
{
    const struct meter_list *l = p->meters;
    for (size_t i = 0; p->index && i < l->count; i++)
        for (const struct area *a = l->all[i].spot.leaf; a; a = atlas_parent(l->atlas, a, l->year)) {
            const struct index_area_now *found = a->level == AREA_MUNICIPALITY
                                                     ? index_area_find(p->index, a->code)
                                                     : NULL;
            if (!found) continue;
            index_put(p, p->index, &found->now);
            view_text(&p->maker, p->root, STR("index_href"), page_href(p, "gebied/%.*s", STR_ARG(a->code)));
            return;
        }
}

// With the map of an hour that is over goes the index of that hour.
static bool put_areas(struct page *p, const struct spots *s, err *e)
{
    struct indices *x = p->portal->config.indices;
    const struct index_table *then = NULL;
    if (s->hour == TIME_NONE || !x) {
        put_map(p, s->hour == TIME_NONE ? p->index : NULL, s);
        return true;
    }
    if (!indices_take_hour(x, s->hour + TIME_HOUR, &then, e)) return false;
    put_map(p, then, s);
    indices_give(x, then);
    return true;
}

bool view_map(struct page *p, err *e)
{
    struct spots spots;
    const bool is_map = str_eq(p->name, STR("map"));
    const str layer = spot_layer_choose(p->meters, page_query(p, STR("laag")), all_meters);
    const instant hour = is_map ? hours_asked(p) : TIME_NONE;
    char path[64];
    if (!spots_read_hour(p, layer, all_meters, hour, &spots, e)) return false;
    names_put_postcodes(p);
    snprintf(path, sizeof path, "%s?%.*slaag=", is_map ? "kaart" : "", STR_ARG(hours_query(p, hour)));
    layer_put_tabs(p, path, all_meters, spots.layer);
    if (is_map && spots.count) hours_put(p, spots.layer, hour);
    put_words(p, &spots);
    put_gauge(p, &spots);
    put_kinds(p, &spots);
    if (!put_areas(p, &spots, e)) return false;
    if (!is_map) put_town_index(p);
    put_list(p, &spots);
    return true;
}
