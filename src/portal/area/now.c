// SPDX-License-Identifier: EUPL-1.2
// How it is in an area now: the sentence, the nearest station where few meters are, the small map.
#include "portal/area/area_page.h"
#include "portal/view/index.h"
#include "portal/view/layer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MAP_BYTES_MAX ((size_t)2 << 20)
#define MARKERS_MOST 10  // on the small map
#define METERS_LEAST 3   // fewer fresh ones say nothing of an area, unless one is a reference station

bool area_is_fresh_reference(const struct spot *s)
{
    return s->meter->kind == METER_REFERENCE && s->reading.state == READING_FRESH;
}

static bool has_reference(const struct spots *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (area_is_fresh_reference(&s->all[i])) return true;
    return false;
}

bool area_few_say_something(size_t fresh_count, bool has_reference)
{
    return fresh_count >= METERS_LEAST || has_reference;
}

bool area_says_something(const struct spots *s)
{
    return area_few_say_something(s->fresh_count, has_reference(s));
}

// portal.md section 5: the same three words everywhere.
static str certainty(struct page *p, const struct spots *s)
{
    if (has_reference(s)) return page_text(p, STR("sure.yes"));
    return page_text(p, s->fresh_count >= METERS_LEAST ? STR("sure.fairly") : STR("sure.no"));
}

static instant newest_of(const struct spots *s)
{
    instant newest = TIME_NONE;
    for (size_t i = 0; i < s->count; i++)
        if (s->all[i].reading.state == READING_FRESH &&
            (newest == TIME_NONE || s->all[i].reading.at > newest))
            newest = s->all[i].reading.at;
    return newest;
}

static str sentence(struct area_view *v)
{
    struct page *p = v->page;
    const struct spots *s = &v->spots;
    const struct fill fills[] = {
        {STR("layer"), layer_name(p, s->layer)},
        {STR("count"), layer_count(p, s->fresh_count)},
        {STR("middle"), s->series ? page_reading(p, s->series, s->middle) : (str){0}},
        {STR("word"),
         s->fresh_count ? page_class_word(p, scale_class_at(spots_scale(s), s->middle)) : (str){0}},
    };
    const str id = s->count == 0             ? STR("area.sentence.nothing")
                   : s->fresh_count == 0     ? STR("summary.none")
                   : !area_says_something(s) ? STR("area.sentence.few")
                   : fills[3].text.n == 0    ? STR("area.sentence.plain")
                                             : STR("area.sentence");
    return words_fill(p->words, p->a, id, fills, sizeof fills / sizeof fills[0]);
}

void area_put_now(struct area_view *v)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    const struct spots *s = &v->spots;
    const bool counts = area_says_something(s) && s->fresh_count > 0;
    const struct scale_class *class = counts ? scale_class_at(spots_scale(s), s->middle) : NULL;
    const str said = sentence(v);
    view_text(m, p->root, STR("sentence"), said);
    view_text(m, p->root, STR("share_text"), said);
    view_text(m, p->root, STR("headline_word"), page_class_word(p, class));
    view_text(m, p->root, STR("headline_class"), class ? class->name : STR("plain"));
    view_text(m, p->root, STR("layer"), s->layer);
    view_text(m, p->root, STR("layer_name"), layer_name(p, s->layer));
    view_text(m, p->root, STR("layer_unit"), s->series ? s->series->unit : (str){0});
    if (!s->fresh_count) return;
    view_text(
        m, p->root, STR("measured"),
        words_fill(p->words, p->a, s->fresh_count == 1 ? STR("area.measured.one") : STR("area.measured"),
                   FILLS({STR("when"), page_when(p, newest_of(s))},
                         {STR("count"), layer_count(p, s->fresh_count)}, {STR("sure"), certainty(p, s)})));
}

static double distance(struct place a, struct place b)
{
    const double x = (a.longitude - b.longitude) * cos(a.latitude * M_PI / 180);
    return hypot(x, a.latitude - b.latitude);
}

// With too few meters of its own, the nearest official station says more.
bool area_put_nearest(struct area_view *v, err *e)
{
    struct page *p = v->page;
    const struct place middle = {v->area->middle.longitude, v->area->middle.latitude};
    struct spots all;
    if (area_says_something(&v->spots)) return true;
    if (!spots_read(p, v->spots.layer, (struct spot_choice){.has = NULL}, &all, e)) return false;
    const struct spot *best = NULL;
    for (size_t i = 0; i < all.count; i++) {
        const struct spot *s = &all.all[i];
        if (s->meter->kind != METER_REFERENCE || !s->meter->has_place || s->reading.state != READING_FRESH)
            continue;
        if (!best || distance(s->meter->place, middle) < distance(best->meter->place, middle)) best = s;
    }
    if (!best) return true;
    struct view *near = view_object(&p->maker, p->root, STR("nearest"));
    view_text(&p->maker, near, STR("name"), best->meter->name);
    view_text(&p->maker, near, STR("href"),
              page_href(p, "meter/%lld?stof=%.*s", (long long)best->meter->id, STR_ARG(all.layer)));
    view_text(&p->maker, near, STR("value"), page_reading(p, best->series, best->reading.value));
    return true;
}

const struct index_now *area_index(const struct page *p, str code)
{
    const struct index_area_now *found = p->index ? index_area_find(p->index, code) : NULL;
    return found ? &found->now : NULL;
}

void area_put_map(struct area_view *v)
{
    struct page *p = v->page;
    const struct ground *g = &p->meters->ground;
    if (!g->outlines) return;
    struct map_area *areas = ARENA_ARRAY(p->a, g->outlines->count + 1, struct map_area);
    struct map_marker *markers = ARENA_ARRAY(p->a, MARKERS_MOST + 1, struct map_marker);
    if (!areas || !markers) {
        p->maker.failed = true;
        return;
    }
    for (size_t i = 0; i < g->outlines->count; i++)
        areas[i] = (struct map_area){
            .class = index_class(p, area_index(p, g->areas[i]->code)),
            .is_here = atlas_is_within(p->meters->atlas, g->areas[i], v->area, p->meters->year),
            .href = area_href(p, g->areas[i], v->spots.layer),
            .label = g->areas[i]->name};
    size_t n = 0;
    for (size_t i = 0; i < v->spots.count && v->spots.count <= MARKERS_MOST; i++)
        if (v->spots.all[i].meter->has_place)
            markers[n++] = layer_marker(p, &v->spots.all[i], v->spots.layer);
    buf svg = {.max = MAP_BYTES_MAX};
    svg_map(&svg, g->outlines, areas, markers, n,
            words_fill(p->words, p->a, STR("area.map"), FILLS({STR("name"), area_title(p, v->area)})));
    view_text(&p->maker, p->root, STR("map"), page_buf(p, &svg));
}
