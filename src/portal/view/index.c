// SPDX-License-Identifier: EUPL-1.2
#include "portal/view/index.h"

#include "portal/view/layer.h"

#include <math.h>
#include <stdio.h>

#define NOISE_DAYS 7
#define LDEN_CLASSES 5

static const struct index_value *lki_of(const struct index_now *now)
{
    if (!now || now->state != INDEX_THERE) return NULL;
    const struct index_value *v = &now->value[INDEX_LKI];
    return v->class > 0 ? v : NULL;
}

str index_class(struct page *p, const struct index_now *now)
{
    const struct index_value *v = lki_of(now);
    str out = {0};
    if (v && !arena_print(p->a, &out, "lki-%d", v->group)) p->maker.failed = true;
    return out;
}

static str class_word(const struct page *p, const struct index_scale *s, int class)
{
    const struct index_scale_class *c = &s->classes[class - 1];
    return words_language(p->words) == LANGUAGE_NL ? c->word_nl : c->word_en;
}

str index_word(const struct page *p, const struct index_now *now)
{
    const struct index_value *v = lki_of(now);
    return v ? class_word(p, v->scale, v->class) : (str){0};
}

static str numbered(struct page *p, const char *begin, int n)
{
    char id[64];
    snprintf(id, sizeof id, "%s%d", begin, n);
    return page_text(p, str_of(id));
}

// A bar of eleven steps, as the index has.
static str share_text(struct page *p, int class, int most)
{
    str out = {0};
    if (!arena_print(p->a, &out, "%d", class * 100 / most)) p->maker.failed = true;
    return out;
}

static void put_part(struct page *p, struct view *list, const struct index_value *v,
                     const struct index_part *part)
{
    struct view_maker *m = &p->maker;
    const struct quantity *q = quantity_by_key(substance_key(part->substance));
    struct view *row = view_object(m, list, (str){0});
    str class = {0};
    if (!q) return;
    view_text(m, row, STR("name"), words_language(p->words) == LANGUAGE_NL ? q->name_nl : q->name_en);
    view_text(m, row, STR("unit"), q->symbol);
    view_flag(m, row, STR("has_class"), part->class > 0);
    view_text(m, row, STR("value"),
              isnan(part->value)
                  ? STR("–")
                  : words_number(p->words, p->a, part->value, shown_decimals(part->value, q->decimals)));
    if (part->class <= 0) return;
    if (!arena_print(p->a, &class, "lki-%d", v->scale->classes[part->class - 1].group)) m->failed = true;
    view_text(m, row, STR("class"), class);
    view_int(m, row, STR("number"), part->class);
    view_text(m, row, STR("word"), class_word(p, v->scale, part->class));
    view_text(m, row, STR("share"), share_text(p, part->class, v->scale->class_count));
    view_flag(m, row, STR("decides"), v->worst >= 0 && part == &v->parts[v->worst]);
}

void index_put(struct page *p, const struct index_table *t, const struct index_now *now)
{
    const struct index_value *v = lki_of(now);
    struct view_maker *m = &p->maker;
    if (!v) return;
    struct view *index = view_object(m, p->root, STR("index"));
    view_int(m, index, STR("number"), v->class);
    view_text(m, index, STR("word"), class_word(p, v->scale, v->class));
    view_text(m, index, STR("class"), index_class(p, now));
    view_text(m, index, STR("all"), numbered(p, "advice.all.", v->group));
    view_text(m, index, STR("sensitive"), numbered(p, "advice.sensitive.", v->group));
    view_flag(m, index, STR("is_indication"), now->is_indication);
    view_flag(m, index, STR("is_partial"), !v->is_complete);
    view_text(m, index, STR("measured"),
              words_fill(p->words, p->a, STR("index.measured"),
                         FILLS({STR("when"), page_when(p, t->at)},
                               {STR("meters"), layer_meters(p, (size_t)now->meters)})));
    struct view *list = view_list(m, index, STR("parts"));
    for (size_t i = 0; i < v->part_count; i++) put_part(p, list, v, &v->parts[i]);
}

// ---- Noise -------------------------------------------------------------------------------------------------------

// Bands of five decibels from 50 on, as official maps have them.
static void put_lden(struct page *p, struct view *row, double lden)
{
    str class = {0};
    if (isnan(lden)) return;
    int band = lden < 50 ? 1 : (int)((lden - 50) / 5) + 2;
    if (band > LDEN_CLASSES) band = LDEN_CLASSES;
    if (!arena_print(p->a, &class, "lden-%d", band)) p->maker.failed = true;
    view_text(&p->maker, row, STR("class"), class);
    view_text(&p->maker, row, STR("word"), numbered(p, "noise.lden.", band));
}

static str level(struct page *p, double v)
{
    return isnan(v) ? STR("–") : words_number(p->words, p->a, v, 0);
}

static bool measures_noise(const struct meter *m)
{
    for (size_t i = 0; i < m->series_count; i++)
        if (m->series[i].quantity && str_eq(m->series[i].quantity->key, STR("noise_laeq"))) return true;
    return false;
}

bool noise_put(struct page *p, struct view *list, const struct meter *m, err *e)
{
    struct indices *x = p->portal->config.indices;
    struct index_noise n;
    if (!x || !measures_noise(m)) return true;
    const struct tz *zone = p->portal->zone;
    const instant today = tz_day_start(zone, p->now);
    const interval days = {tz_day_start(zone, today - NOISE_DAYS * TIME_DAY + 12 * TIME_HOUR), today};
    if (!index_noise(x, p->at, m->id, days, p->a, &n, e)) return e->code == ERR_ABSENT;
    struct view_maker *k = &p->maker;
    struct view *row = view_object(k, list, (str){0});
    view_text(k, row, STR("name"), m->name);
    view_text(k, row, STR("href"), page_href(p, "meter/%lld?stof=noise_laeq", (long long)m->id));
    view_text(k, row, STR("day"), level(p, n.long_term.part[NOISE_DAY]));
    view_text(k, row, STR("evening"), level(p, n.long_term.part[NOISE_EVENING]));
    view_text(k, row, STR("night"), level(p, n.long_term.part[NOISE_NIGHT]));
    view_text(k, row, STR("lden"), level(p, n.long_term.lden));
    put_lden(p, row, n.long_term.lden);
    return true;
}
