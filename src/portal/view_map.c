// SPDX-License-Identifier: EUPL-1.2
// Home and map: one layer of the town, as a sentence, a map and a list of the same meters.
#include "portal/page.h"

#include "render/svg_gauge.h"

#include <math.h>
#include <stdlib.h>

#define MAP_BYTES_MAX ((size_t)2 << 20)

// What a resident may choose, in this order; a layer without meters is not offered.
static const str layer_keys[] = {
    STR("pm25"),        STR("pm10"),          STR("no2"),      STR("o3"),
    STR("noise_laeq"),  STR("temperature"),   STR("humidity"), STR("wind_speed"),
    STR("rain"),        STR("pressure"),      STR("co2"),      STR("black_carbon"),
    STR("water_level"), STR("traffic_count"), STR("tilt"),
};
#define LAYERS (sizeof layer_keys / sizeof layer_keys[0])

// A meter with its reading of the chosen layer.
struct spot {
    const struct meter *meter;
    const struct series *series;
    struct reading reading;
};

struct spots {
    struct spot *all;
    size_t count;
    double *fresh;  // values, in order
    size_t fresh_count;
    const struct series *series;  // any of them: unit and scale of the layer
};

static const struct series *series_of(const struct meter *m, str key)
{
    for (size_t i = 0; i < m->series_count; i++)
        if (m->series[i].quantity && str_eq(m->series[i].quantity->key, key)) return &m->series[i];
    return NULL;
}

static const struct series *first_with(const struct meter_list *l, str key)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct series *s = series_of(&l->all[i], key);
        if (s) return s;
    }
    return NULL;
}

static str choose_layer(struct page *p)
{
    const str asked = page_query(p, STR("laag"));
    str first = {0};
    for (size_t i = 0; i < LAYERS; i++) {
        if (!first_with(p->meters, layer_keys[i])) continue;
        if (str_eq(layer_keys[i], asked)) return asked;
        if (!first.n) first = layer_keys[i];
    }
    return first.n ? first : layer_keys[0];
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool read_spots(struct page *p, str layer, struct spots *out, err *e)
{
    out->all = ARENA_ARRAY(p->a, p->meters->count + 1, struct spot);
    out->fresh = ARENA_ARRAY(p->a, p->meters->count + 1, double);
    if (!out->all || !out->fresh) return err_no_memory(e);
    for (size_t i = 0; i < p->meters->count; i++) {
        struct spot s = {.meter = &p->meters->all[i], .series = series_of(&p->meters->all[i], layer)};
        if (!s.series) continue;
        if (!reading_latest(p->at, s.series, p->now, p->a, &s.reading, e)) return false;
        if (s.reading.state == READING_FRESH) out->fresh[out->fresh_count++] = s.reading.value;
        out->series = s.series;
        out->all[out->count++] = s;
    }
    qsort(out->fresh, out->fresh_count, sizeof out->fresh[0], by_value);
    return true;
}

// ---- The map -----------------------------------------------------------------------------------------------------

static str marker_label_id(const struct reading *r)
{
    switch (r->state) {
    case READING_FRESH:
    case READING_OLD: return r->class ? STR("map.marker") : STR("map.marker.plain");
    case READING_REJECTED: return STR("map.marker.rejected");
    case READING_NONE:
    case READING_SILENT: break;
    }
    return STR("map.marker.silent");
}

static str marker_label(struct page *p, const struct spot *s)
{
    const struct fill fills[] = {
        {STR("name"), s->meter->name},
        {STR("value"), page_reading(p, s->series, s->reading.value)},
        {STR("word"), page_word(p, &s->reading)},
        {STR("when"), page_when(p, s->reading.at)},
    };
    return words_fill(p->words, p->a, marker_label_id(&s->reading), fills, sizeof fills / sizeof fills[0]);
}

static str marker_attributes(struct page *p, const struct spot *s)
{
    str out = {0};
    if (!arena_print(p->a, &out, "data-stream=\"%lld\"", (long long)s->series->id)) p->maker.failed = true;
    return out;
}

static struct map_marker marker_of(struct page *p, const struct spot *s, str layer)
{
    const bool has_class = reading_has_value(&s->reading) && s->reading.class;
    return (struct map_marker){
        .place = s->meter->place,
        .shape = meter_shape(s->meter->kind),
        .class = has_class ? s->reading.class->name : STR("plain"),
        .state = reading_state_name(s->reading.state),
        .text = page_mark(p, s->series, &s->reading),
        .label = marker_label(p, s),
        .href = page_href(p, "meter/%lld?stof=%.*s", (long long)s->meter->id, STR_ARG(layer)),
        .attributes = marker_attributes(p, s),
    };
}

static void put_map(struct page *p, const struct spots *spots, str layer)
{
    struct map_marker *markers = ARENA_ARRAY(p->a, spots->count + 1, struct map_marker);
    if (!markers) {
        p->maker.failed = true;
        return;
    }
    size_t n = 0;
    for (size_t i = 0; i < spots->count; i++)
        if (spots->all[i].meter->has_place) markers[n++] = marker_of(p, &spots->all[i], layer);
    str count = {0};
    if (!arena_print(p->a, &count, "%zu", n)) p->maker.failed = true;
    buf svg = {.max = MAP_BYTES_MAX};
    svg_map(&svg, p->portal->outlines, markers, n,
            words_fill(p->words, p->a, STR("map.desc"), FILLS({STR("count"), count})));
    view_text(&p->maker, p->root, STR("map"), page_buf(p, &svg));
}

// ---- The list ----------------------------------------------------------------------------------------------------

static str area_name(const struct page *p, const struct meter *m)
{
    return m->area ? m->area->name : page_text(p, STR("list.elsewhere"));
}

static void put_row(struct page *p, struct view *meters, const struct spot *s, str layer)
{
    struct view *v = view_object(&p->maker, meters, (str){0});
    view_text(&p->maker, v, STR("name"), s->meter->name);
    view_text(&p->maker, v, STR("area"), area_name(p, s->meter));
    view_text(&p->maker, v, STR("href"),
              page_href(p, "meter/%lld?stof=%.*s", (long long)s->meter->id, STR_ARG(layer)));
    page_put_reading(p, v, s->series, &s->reading);
}

// Meters come by neighbourhood's name already.
static void put_list(struct page *p, const struct spots *spots, str layer)
{
    struct view *meters = view_list(&p->maker, p->root, STR("meters"));
    for (size_t i = 0; i < spots->count; i++) put_row(p, meters, &spots->all[i], layer);
    view_flag(&p->maker, p->root, STR("has_meters"), spots->count > 0);
}

// ---- Words above and beside it -----------------------------------------------------------------------------------

static str layer_name(const struct page *p, str key)
{
    const struct quantity *q = quantity_by_key(key);
    if (!q) return key;
    return words_language(p->words) == LANGUAGE_NL ? q->name_nl : q->name_en;
}

static void put_layers(struct page *p, const char *path, str chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("layers"));
    for (size_t i = 0; i < LAYERS; i++) {
        if (!first_with(p->meters, layer_keys[i])) continue;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), layer_name(p, layer_keys[i]));
        view_text(&p->maker, v, STR("href"), page_href(p, "%s?laag=%.*s", path, STR_ARG(layer_keys[i])));
        view_flag(&p->maker, v, STR("current"), str_eq(layer_keys[i], chosen));
    }
}

static str summary(struct page *p, const struct spots *s, str layer, double middle)
{
    str count = {0};
    if (!arena_print(p->a, &count, "%zu", s->fresh_count)) p->maker.failed = true;
    const str name = layer_name(p, layer);
    if (s->fresh_count == 0)
        return words_fill(p->words, p->a, STR("summary.none"), FILLS({STR("layer"), name}));
    const struct fill fills[] = {
        {STR("layer"), name},
        {STR("count"), count},
        {STR("middle"), page_reading(p, s->series, middle)},
        {STR("low"), page_number(p, s->series, s->fresh[0])},
        {STR("high"), page_number(p, s->series, s->fresh[s->fresh_count - 1])},
    };
    const str id = s->fresh_count == 1 ? STR("summary.one") : STR("summary.many");
    return words_fill(p->words, p->a, id, fills, sizeof fills / sizeof fills[0]);
}

static double middle_of(const struct spots *s)
{
    if (s->fresh_count == 0) return 0;
    const size_t half = s->fresh_count / 2;
    return s->fresh_count % 2 ? s->fresh[half] : (s->fresh[half - 1] + s->fresh[half]) / 2;
}

static void put_words(struct page *p, const struct spots *s, str layer)
{
    const struct scale *scale = s->series ? s->series->scale : scale_of(NULL);
    const double middle = middle_of(s);
    const struct scale_class *class = s->fresh_count ? scale_class_at(scale, middle) : NULL;
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("layer_name"), layer_name(p, layer));
    view_text(m, p->root, STR("layer_unit"), s->series ? s->series->unit : (str){0});
    view_text(m, p->root, STR("summary"), summary(p, s, layer, middle));
    view_text(m, p->root, STR("headline_word"), page_class_word(p, class));
    view_text(m, p->root, STR("headline_class"), class ? class->name : STR("plain"));
    page_legend(p, view_list(m, p->root, STR("legend")), scale);
    view_text(m, p->root, STR("legend_note"), page_text(p, scale->note));
}

// The classes side by side, with every fresh meter on them.
static void put_gauge(struct page *p, const struct spots *s)
{
    const struct scale *scale = s->series ? s->series->scale : scale_of(NULL);
    struct gauge_class classes[SCALE_CLASSES_MAX];
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
                            .middle = middle_of(s)};
    buf svg = {.max = MAP_BYTES_MAX};
    svg_gauge(&svg, &g);
    view_text(&p->maker, p->root, STR("gauge"), page_buf(p, &svg));
}

static void put_kinds(struct page *p, const struct spots *s)
{
    bool has[METER_KIND_COUNT] = {false}, has_old = false;
    for (size_t i = 0; i < s->count; i++) {
        has[s->all[i].meter->kind] = true;
        has_old |= s->all[i].reading.state != READING_FRESH;
    }
    struct view *list = view_list(&p->maker, p->root, STR("kinds"));
    for (meter_kind k = 0; k < METER_KIND_COUNT; k++)
        if (has[k]) page_kind(p, list, k);
    view_flag(&p->maker, p->root, STR("has_kinds"), s->count > 0);
    view_flag(&p->maker, p->root, STR("has_old"), has_old);
}

bool view_map(struct page *p, err *e)
{
    const str layer = choose_layer(p);
    struct spots spots = {0};
    if (!read_spots(p, layer, &spots, e)) return false;
    put_layers(p, str_eq(p->name, STR("map")) ? "kaart" : "", layer);
    put_words(p, &spots, layer);
    put_gauge(p, &spots);
    put_kinds(p, &spots);
    put_map(p, &spots, layer);
    put_list(p, &spots, layer);
    return true;
}
