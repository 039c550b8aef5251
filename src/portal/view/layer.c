// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/layer.h"

#include "portal/view/hours.h"

str layer_count(struct page *p, size_t n)
{
    str out = {0};
    if (!arena_print(p->a, &out, "%zu", n)) p->maker.failed = true;
    return out;
}

str layer_meters(struct page *p, size_t n)
{
    return words_fill(p->words, p->a, n == 1 ? STR("list.count.one") : STR("list.count"),
                      FILLS({STR("count"), layer_count(p, n)}));
}

str layer_name(const struct page *p, str key)
{
    const struct quantity *q = quantity_by_key(key);
    if (!q) return key;
    return words_language(p->words) == LANGUAGE_NL ? q->name_nl : q->name_en;
}

void layer_put_tabs(struct page *p, const char *path, struct spot_choice from, str chosen)
{
    struct view *list = view_list(&p->maker, p->root, STR("layers"));
    for (size_t i = 0; i < spot_layer_count; i++) {
        if (!spot_layer_has_meters(p->meters, spot_layers[i], from)) continue;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), layer_name(p, spot_layers[i]));
        view_text(&p->maker, v, STR("href"), page_href(p, "%s%.*s", path, STR_ARG(spot_layers[i])));
        view_flag(&p->maker, v, STR("current"), str_eq(spot_layers[i], chosen));
    }
}

// ---- Markers -----------------------------------------------------------------------------------------------------

static str marker_label_id(const struct spot *s)
{
    const struct reading *r = &s->reading;
    switch (r->state) {
    case READING_FRESH:
    case READING_OLD:
        if (s->is_of_hour) return r->class ? STR("map.marker.hour") : STR("map.marker.hour.plain");
        return r->class ? STR("map.marker") : STR("map.marker.plain");
    case READING_REJECTED: return STR("map.marker.rejected");
    case READING_NONE:
    case READING_SILENT: break;
    }
    return STR("map.marker.silent");
}

static str marker_label(struct page *p, const struct spot *s)
{
    const instant last = s->reading.state == READING_NONE ? TIME_NONE : s->reading.at;
    const struct fill fills[] = {
        {STR("name"), s->meter->name},
        {STR("value"), page_reading(p, s->series, s->reading.value)},
        {STR("word"), page_word(p, &s->reading)},
        {STR("when"), s->is_of_hour ? hours_name(p, s->reading.at) : page_when(p, s->reading.at)},
        {STR("since"), s->is_of_hour ? page_text(p, STR("hours.gap")) : page_since(p, last)},
    };
    return words_fill(p->words, p->a, marker_label_id(s), fills, sizeof fills / sizeof fills[0]);
}

// What belongs to an hour that is over follows no stream.
static str marker_attributes(struct page *p, const struct spot *s)
{
    str out = {0};
    if (s->is_of_hour) return out;
    if (!arena_print(p->a, &out, "data-stream=\"%lld\"", (long long)s->series->id)) p->maker.failed = true;
    return out;
}

struct map_marker layer_marker(struct page *p, const struct spot *s, str layer)
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

// ---- Rows --------------------------------------------------------------------------------------------------------

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
    if (s->is_of_hour)
        hours_put_reading(p, v, s);
    else
        page_put_reading(p, v, s->series, &s->reading);
}

// Meters come by neighbourhood's name already.
void layer_put_meters(struct page *p, const struct spot *spots, size_t count, str layer)
{
    struct view *meters = view_list(&p->maker, p->root, STR("meters"));
    for (size_t i = 0; i < count; i++) put_row(p, meters, &spots[i], layer);
    view_flag(&p->maker, p->root, STR("has_meters"), count > 0);
}
