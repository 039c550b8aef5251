// SPDX-License-Identifier: EUPL-1.2
#include "portal/page.h"

#include <stdio.h>

str page_text(const struct page *p, str id)
{
    return words_get(p->words, id);
}

str page_href(struct page *p, const char *format, ...)
{
    char path[1024];
    str out = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    const char *prefix = words_language(p->words) == LANGUAGE_NL ? "/" : "/en/";
    if (!arena_print(p->a, &out, "%s%s", prefix, path)) p->maker.failed = true;
    return out;
}

str page_query(struct page *p, str key)
{
    str found;
    if (!p->request) return (str){0};
    return http_query_get(http_request_query(p->request), key, p->a, &found) ? found : (str){0};
}

str page_quantity_name(const struct page *p, const struct series *s)
{
    if (!s->quantity) return s->name;
    return words_language(p->words) == LANGUAGE_NL ? s->quantity->name_nl : s->quantity->name_en;
}

str page_class_word(struct page *p, const struct scale_class *c)
{
    str id;
    if (!c || !arena_print(p->a, &id, "client.class.%.*s", STR_ARG(c->name))) return (str){0};
    return words_get(p->words, id);
}

str page_when(struct page *p, instant t)
{
    return words_when(p->words, p->a, p->portal->zone, t, p->now);
}

str page_stamp(struct page *p, instant t)
{
    char text[TIME_TEXT_MAX];
    str out = {0};
    if (!arena_copy(p->a, (str){text, time_write(text, t)}, &out)) p->maker.failed = true;
    return out;
}

str page_reading(struct page *p, const struct series *s, double v)
{
    return words_reading(p->words, p->a, v, s->decimals, s->unit);
}

str page_number(struct page *p, const struct series *s, double v)
{
    return words_number(p->words, p->a, v, shown_decimals(v, s->decimals));
}

str page_buf(struct page *p, buf *b)
{
    str out = {0};
    if (b->failed || !arena_copy(p->a, buf_str(b), &out)) p->maker.failed = true;
    buf_free(b);
    return out;
}

static str range_of(struct page *p, const struct scale *s, int i)
{
    const str most = words_number(p->words, p->a, s->classes[i].below, 0);
    if (i == 0) return words_fill(p->words, p->a, STR("legend.range.below"), FILLS({STR("most"), most}));
    const str least = words_number(p->words, p->a, s->classes[i - 1].below, 0);
    if (i == s->class_count - 1)
        return words_fill(p->words, p->a, STR("legend.range.above"), FILLS({STR("least"), least}));
    return words_fill(p->words, p->a, STR("legend.range.between"),
                      FILLS({STR("least"), least}, {STR("most"), most}));
}

void page_legend(struct page *p, struct view *list, const struct scale *s)
{
    for (int i = 0; i < s->class_count; i++) {
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("class"), s->classes[i].name);
        view_int(&p->maker, v, STR("number"), i + 1);
        view_text(&p->maker, v, STR("word"), page_class_word(p, &s->classes[i]));
        view_text(&p->maker, v, STR("range"), range_of(p, s, i));
    }
}

str page_kind_name(const struct page *p, meter_kind k)
{
    static const str ids[METER_KIND_COUNT] = {[METER_REFERENCE] = {"kind.reference", 14},
                                              [METER_MUNICIPAL] = {"kind.municipal", 14},
                                              [METER_CITIZEN] = {"kind.citizen", 12}};
    return words_get(p->words, ids[k]);
}

void page_kind(struct page *p, struct view *list, meter_kind k)
{
    buf mark = {.max = 1024};
    svg_mark(&mark, meter_shape(k));
    struct view *v = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, v, STR("mark"), page_buf(p, &mark));
    view_text(&p->maker, v, STR("name"), page_kind_name(p, k));
}

// Three decimals are about 100 m.
str page_place(struct page *p, const struct meter *m)
{
    const int decimals = m->is_coarse ? 3 : 5;
    return words_fill(p->words, p->a, STR("fact.place.text"),
                      FILLS({STR("north"), words_number(p->words, p->a, m->place.latitude, decimals)},
                            {STR("east"), words_number(p->words, p->a, m->place.longitude, decimals)}));
}

str page_origin(struct page *p)
{
    str out = p->portal->config.root_url;
    if (out.n || !p->request) return out;
    const str host = http_request_header(p->request, "Host");
    if (!arena_print(p->a, &out, "http://%.*s", STR_ARG(host.n ? host : STR("localhost"))))
        p->maker.failed = true;
    return out;
}

str page_since(struct page *p, instant last)
{
    if (last == TIME_NONE) return page_text(p, STR("time.never"));
    if (p->now - last <= READING_OLD_MOST) return page_text(p, STR("time.uncounted"));
    return words_fill(p->words, p->a, STR("time.since"), FILLS({STR("when"), page_when(p, last)}));
}

// A silent meter shows no number, so its time says what is the matter.
static bool is_silent(const struct reading *r)
{
    return r->state == READING_NONE || r->state == READING_SILENT;
}

str page_word(struct page *p, const struct reading *r)
{
    str id;
    if (r->state != READING_REJECTED) return page_class_word(p, r->class);
    const str name = quality_name(r->reject);
    return arena_print(p->a, &id, "client.reject.%.*s", STR_ARG(name)) ? page_text(p, id) : (str){0};
}

str page_mark(struct page *p, const struct series *s, const struct reading *r)
{
    if (r->state == READING_REJECTED) return STR("×");
    return reading_has_value(r) ? page_number(p, s, r->value) : STR("–");
}

void page_put_reading(struct page *p, struct view *v, const struct series *s, const struct reading *r)
{
    const bool has_word = reading_has_value(r) || r->state == READING_REJECTED;
    const bool has_time = r->state != READING_NONE;
    struct view_maker *m = &p->maker;
    view_int(m, v, STR("stream"), s->id);
    view_int(m, v, STR("fresh_ms"), series_fresh_for(s) / 1000);
    view_int(m, v, STR("decimals"), s->decimals);
    view_text(m, v, STR("value"), is_silent(r) ? (str){0} : page_mark(p, s, r));
    view_text(m, v, STR("word"), has_word ? page_word(p, r) : (str){0});
    view_text(m, v, STR("class"), reading_has_value(r) && r->class ? r->class->name : STR("plain"));
    view_text(m, v, STR("state"), reading_state_name(r->state));
    view_text(m, v, STR("when"),
              !is_silent(r) ? page_when(p, r->at) : page_since(p, has_time ? r->at : TIME_NONE));
    view_text(m, v, STR("iso"), has_time ? page_stamp(p, r->at) : (str){0});
}
