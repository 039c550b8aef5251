// SPDX-License-Identifier: EUPL-1.2
// Open data, explanation, contact: pages of text with a few figures of this service in them.
#include "portal/catalogue.h"

// As people call it; programs are told the media type by the catalogue.
static str form_name(str type)
{
    static const struct {
        str type, name;
    } forms[] = {{STR("application/json"), STR("JSON")},
                 {STR("application/geo+json"), STR("GeoJSON")},
                 {STR("text/csv"), STR("CSV")}};
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++)
        if (str_eq(forms[k].type, type)) return forms[k].name;
    return type;
}

static void put_dataset(struct page *p, struct view *list, const struct dataset *d)
{
    struct view_maker *m = &p->maker;
    struct view *v = view_object(m, list, (str){0});
    str about = {0};
    if (!arena_print(p->a, &about, "%s.about", d->title)) m->failed = true;
    view_text(m, v, STR("key"), str_of(d->key));
    view_text(m, v, STR("title"), page_text(p, str_of(d->title)));
    view_text(m, v, STR("about"), page_text(p, about));
    struct view *files = view_list(m, v, STR("files"));
    for (size_t i = 0; i < 3 && d->files[i]; i++) {
        struct view *f = view_object(m, files, (str){0});
        view_text(m, f, STR("href"), str_of(d->files[i]));
        view_text(m, f, STR("type"), form_name(str_of(d->types[i])));
    }
}

bool view_data(struct page *p, err *e)
{
    (void)e;
    struct view_maker *m = &p->maker;
    const entity_id example = p->meters->series_count ? p->meters->by_id[0]->id : 1;
    view_int(m, p->root, STR("meter_count"), (int64_t)p->meters->count);
    view_int(m, p->root, STR("stream_count"), (int64_t)p->meters->series_count);
    view_int(m, p->root, STR("example"), example);
    view_text(m, p->root, STR("since"), page_stamp(p, tz_day_start(p->portal->zone, p->now)));
    struct view *list = view_list(m, p->root, STR("datasets"));
    for (size_t i = 0; i < catalogue_dataset_count; i++) put_dataset(p, list, &catalogue_datasets[i]);
    view_text(m, p->root, STR("for_search"), catalogue_for_search(p));
    return true;
}

bool view_explain(struct page *p, err *e)
{
    (void)e;
    size_t count;
    const struct quantity *all = quantity_all(&count);
    struct view *list = view_list(&p->maker, p->root, STR("scales"));
    for (size_t i = 0; i < count; i++) {
        const struct scale *s = scale_of(&all[i]);
        if (s->class_count == 0) continue;
        const bool is_dutch = words_language(p->words) == LANGUAGE_NL;
        struct view *v = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, v, STR("name"), is_dutch ? all[i].name_nl : all[i].name_en);
        view_text(&p->maker, v, STR("unit"), s->symbol.n ? s->symbol : all[i].symbol);
        view_text(&p->maker, v, STR("note"), page_text(p, s->note));
        page_legend(p, view_list(&p->maker, v, STR("classes")), s);
    }
    struct view *kinds = view_list(&p->maker, p->root, STR("kinds"));
    for (meter_kind k = 0; k < METER_KIND_COUNT; k++) page_kind(p, kinds, k);
    return true;
}

bool view_contact(struct page *p, err *e)
{
    (void)e;
    const struct contact *c = &p->portal->theme.contact;
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("organisation"), c->organisation.n ? c->organisation : p->portal->config.town);
    view_text(m, p->root, STR("email"), c->email);
    view_text(m, p->root, STR("phone"), c->phone);
    view_text(m, p->root, STR("address"), c->address);
    view_text(m, p->root, STR("website"), c->website);
    view_flag(m, p->root, STR("has_contact"), c->email.n || c->phone.n || c->address.n || c->website.n);
    return true;
}
