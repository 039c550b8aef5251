// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/hours.h"

#include "portal/hour.h"

instant hours_asked(struct page *p)
{
    instant start;
    return hour_parse(page_query(p, STR("t")), p->portal->zone, p->now, &start) ? start : TIME_NONE;
}

str hours_name(struct page *p, instant hour)
{
    const struct tz *zone = p->portal->zone;
    return words_fill(p->words, p->a, STR("hours.name"),
                      FILLS({STR("day"), words_day(p->words, p->a, zone, hour)},
                            {STR("from"), words_time(p->words, p->a, zone, hour)},
                            {STR("to"), words_time(p->words, p->a, zone, hour + TIME_HOUR)}));
}

static str hour_text(struct page *p, instant hour)
{
    char text[HOUR_TEXT_MAX];
    str out = {0};
    if (hour == TIME_NONE) return out;
    if (!arena_copy(p->a, hour_write(p->portal->zone, hour, text), &out)) p->maker.failed = true;
    return out;
}

str hours_query(struct page *p, instant hour)
{
    str out = {0};
    if (hour != TIME_NONE && !arena_print(p->a, &out, "t=%.*s&", STR_ARG(hour_text(p, hour))))
        p->maker.failed = true;
    return out;
}

static str href(struct page *p, str layer, instant hour)
{
    return page_href(p, "kaart?%.*slaag=%.*s", STR_ARG(hours_query(p, hour)), STR_ARG(layer));
}

static void put_option(struct page *p, struct view *list, instant hour, instant chosen)
{
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("value"), hour_text(p, hour));
    view_text(&p->maker, v, STR("name"),
              hour == TIME_NONE ? page_text(p, STR("hours.now")) : hours_name(p, hour));
    view_flag(&p->maker, v, STR("selected"), hour == chosen);
}

void hours_put(struct page *p, str layer, instant hour)
{
    const instant now = p->now - p->now % TIME_HOUR;
    const bool is_past = hour != TIME_NONE, is_old = is_past && hour < now - HOURS_SHOWN * TIME_HOUR;
    const instant end = is_old ? hour + HOURS_SHOWN / 2 * TIME_HOUR : now;  // an old one stands in the middle
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, p->root, STR("hours"));
    struct view *options = view_list(m, v, STR("options"));
    for (instant at = end - HOURS_SHOWN * TIME_HOUR; at < end && at < now; at += TIME_HOUR)
        put_option(p, options, at, hour);
    put_option(p, options, TIME_NONE, hour);
    view_text(m, v, STR("previous_href"), href(p, layer, (is_past ? hour : now) - TIME_HOUR));
    view_text(m, v, STR("now_href"), href(p, layer, TIME_NONE));
    if (!is_past) return;
    view_text(m, v, STR("next_href"), href(p, layer, hour + TIME_HOUR < now ? hour + TIME_HOUR : TIME_NONE));
    view_text(m, p->root, STR("hour"), hours_name(p, hour));
}

void hours_put_reading(struct page *p, struct view *v, const struct spot *s)
{
    const struct reading *r = &s->reading;
    struct view_maker *m = &p->maker;
    view_text(m, v, STR("value"), page_mark(p, s->series, r));
    view_text(m, v, STR("word"), page_word(p, r));
    view_text(m, v, STR("class"), r->class ? r->class->name : STR("plain"));
    view_text(m, v, STR("state"), reading_state_name(r->state));
    view_text(m, v, STR("when"),
              r->state == READING_NONE ? page_text(p, STR("hours.gap"))
                                       : words_time(p->words, p->a, p->portal->zone, r->at));
    view_text(m, v, STR("iso"), page_stamp(p, r->at));
}
