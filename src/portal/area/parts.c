// SPDX-License-Identifier: EUPL-1.2
// What lies in an area: its parts with their middle, its meters, noise.
#include "portal/area/area_page.h"
#include "portal/view/index.h"
#include "portal/view/layer.h"

#define METERS_SHOWN_MOST 100
#define METERS_OPEN_MOST 20  // more are folded: a phone lays out no list that nobody asked for
#define NOISE_METERS_MOST 5

struct part {
    const struct area *area;
    double *values;  // fresh ones
    size_t count, fresh;
    bool has_reference;  // station, fresh
    instant newest;      // reading of any; TIME_NONE
};

static struct part *part_of(struct part *parts, size_t count, const struct area *a)
{
    for (size_t i = 0; i < count; i++)
        if (parts[i].area == a) return &parts[i];
    return NULL;
}

// The part that a meter lies in; NULL: in none.
static struct part *part_with(const struct area_view *v, struct part *parts, size_t count,
                              const struct meter *m)
{
    const struct meter_list *l = v->page->meters;
    struct part *found = NULL;
    for (const struct area *a = m->spot.leaf; a && !found; a = atlas_parent(l->atlas, a, l->year))
        found = part_of(parts, count, a);
    return found;
}

// Its children; in place of one without a name of its own, that one's children.
static bool list_parts(struct area_view *v, struct part **out, size_t *count, err *e)
{
    struct page *p = v->page;
    const struct meter_list *l = p->meters;
    const struct area **children, **below;
    size_t n, n_below;
    if (!atlas_children(l->atlas, v->area, l->year, p->a, &children, &n, e)) return false;
    *out = ARENA_ARRAY(p->a, GROUND_AREAS_MOST, struct part);
    *count = 0;
    if (!*out) return err_no_memory(e);
    for (size_t i = 0; i < n; i++) {
        below = &children[i];
        n_below = 1;
        if (!area_has_name(children[i]) &&
            !atlas_children(l->atlas, children[i], l->year, p->a, &below, &n_below, e))
            return false;
        for (size_t k = 0; k < n_below && *count < GROUND_AREAS_MOST; k++)
            (*out)[(*count)++] = (struct part){.area = below[k], .newest = TIME_NONE};
    }
    return true;
}

static void take_reading(struct part *part, const struct spot *s)
{
    spot_take(s, part->values, &part->fresh, &part->newest);
    part->has_reference = part->has_reference || area_is_fresh_reference(s);
}

// Each part has room for the fresh values of its meters.
static bool take_readings(struct area_view *v, struct part *parts, size_t count, err *e)
{
    const size_t n = v->spots.count;
    struct part **of = ARENA_ARRAY(v->page->a, n + 1, struct part *);
    double *values = ARENA_ARRAY(v->page->a, n + 1, double);
    if (!of || !values) return err_no_memory(e);
    for (size_t i = 0; i < n; i++)
        if ((of[i] = part_with(v, parts, count, v->spots.all[i].meter))) of[i]->count++;
    for (size_t i = 0; i < count; values += parts[i++].count) parts[i].values = values;
    for (size_t i = 0; i < n; i++)
        if (of[i]) take_reading(of[i], &v->spots.all[i]);
    return true;
}

static void put_part(struct area_view *v, struct view *list, struct part *part)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    struct view *row = view_object(m, list, (str){0});
    const bool counts = part->fresh > 0;
    const double middle = spot_median(part->values, part->fresh);
    const struct scale_class *class = area_few_say_something(part->fresh, part->has_reference)
                                          ? scale_class_at(spots_scale(&v->spots), middle)
                                          : NULL;
    view_text(m, row, STR("name"), area_title(p, part->area));
    view_text(m, row, STR("href"), area_href(p, part->area, v->spots.layer));
    view_text(m, row, STR("meters"), layer_meters(p, part->count));
    view_text(m, row, STR("state"), counts ? STR("fresh") : STR("silent"));
    view_text(m, row, STR("value"), counts ? page_number(p, v->spots.series, middle) : (str){0});
    view_text(m, row, STR("since"), counts ? (str){0} : page_since(p, part->newest));
    view_text(m, row, STR("word"), page_class_word(p, class));
    view_text(m, row, STR("class"), class ? class->name : STR("plain"));
}

bool area_put_parts(struct area_view *v, err *e)
{
    struct page *p = v->page;
    struct part *parts;
    size_t count, shown = 0;
    if (!list_parts(v, &parts, &count, e) || !take_readings(v, parts, count, e)) return false;
    struct view *list = view_list(&p->maker, p->root, STR("areas"));
    for (size_t i = 0; i < count; i++) {
        if (parts[i].count == 0) continue;
        put_part(v, list, &parts[i]);
        shown++;
    }
    view_flag(&p->maker, p->root, STR("has_areas"), shown > 0);
    return true;
}

static bool measures(const struct meter *m, str key)
{
    for (size_t i = 0; i < m->series_count; i++)
        if (m->series[i].quantity && str_eq(m->series[i].quantity->key, key)) return true;
    return false;
}

// Of the first few meters that measure noise here.
bool area_put_noise(struct area_view *v, err *e)
{
    struct page *p = v->page;
    struct view *list = view_list(&p->maker, p->root, STR("noise"));
    size_t looked = 0;
    for (size_t i = 0; i < p->meters->count && looked < NOISE_METERS_MOST; i++) {
        const struct meter *m = &p->meters->all[i];
        if (!area_lies_in(m, v) || !measures(m, STR("noise_laeq"))) continue;
        looked++;
        if (!noise_put(p, list, m, e)) return false;
    }
    view_flag(&p->maker, p->root, STR("has_noise"), list && list->first);
    return true;
}

void area_put_meters(struct area_view *v)
{
    struct page *p = v->page;
    const size_t count = v->spots.count, shown = count < METERS_SHOWN_MOST ? count : METERS_SHOWN_MOST;
    layer_put_meters(p, v->spots.all, shown, v->spots.layer);
    view_flag(&p->maker, p->root, STR("meters_folded"), count > METERS_OPEN_MOST);
    view_flag(&p->maker, p->root, STR("meters_cut"), shown < count);
    view_int(&p->maker, p->root, STR("meters_shown"), (int64_t)shown);
    view_int(&p->maker, p->root, STR("meters_count"), (int64_t)count);
}
