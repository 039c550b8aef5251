// SPDX-License-Identifier: EUPL-1.2
// One meter: its latest readings in words, the past of one of its series, what it is, and its data to take along.
#include "portal/page.h"

#include "identity/reads.h"

#include "portal/view/chart.h"
#include "portal/view/index.h"
#include "portal/view/outage.h"
#include "render/qr.h"

#include <stdio.h>

#define CHART_BYTES_MAX ((size_t)1 << 20)

struct meter_view {
    struct page *page;
    const struct meter *meter;
    struct reading *readings;     // by series
    const struct series *chosen;  // NULL: the meter has no series
    const struct reading *chosen_reading;
    past_period period;
};

static bool read_meter(struct page *p, struct meter_view *v, err *e)
{
    int64_t id;
    err not_a_number;
    if (!num_parse_int(p->rest, &id, &not_a_number) || !(v->meter = meter_find(p->meters, id)))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no such meter");
    v->readings = ARENA_ARRAY(p->a, v->meter->series_count + 1, struct reading);
    if (!v->readings) return err_no_memory(e);
    for (size_t i = 0; i < v->meter->series_count; i++)
        if (!reading_latest(p->at, &v->meter->series[i], p->now, p->a, &v->readings[i], e)) return false;
    return true;
}

// The key in an address: of the quantity, or the Datastream's id where that is unknown or occurs twice.
static str series_key(struct page *p, const struct meter *m, const struct series *s)
{
    bool is_alone = s->quantity != NULL;
    for (size_t i = 0; i < m->series_count; i++)
        if (&m->series[i] != s && m->series[i].quantity == s->quantity) is_alone = false;
    str key = {0};
    if (is_alone) return s->quantity->key;
    if (!arena_print(p->a, &key, "%lld", (long long)s->id)) p->maker.failed = true;
    return key;
}

static void choose(struct meter_view *v)
{
    struct page *p = v->page;
    const str asked = page_query(p, STR("stof"));
    for (size_t i = 0; i < v->meter->series_count; i++) {
        const struct series *s = &v->meter->series[i];
        if (v->chosen && !str_eq(series_key(p, v->meter, s), asked)) continue;
        v->chosen = s;
        v->chosen_reading = &v->readings[i];
    }
    if (!past_period_by_key(page_query(p, STR("periode")), &v->period)) v->period = PAST_DAY;
}

static str choice_href(struct meter_view *v, const struct series *s, past_period past)
{
    const str key = series_key(v->page, v->meter, s), when = past_period_key(past);
    return page_href(v->page, "meter/%lld?stof=%.*s&periode=%.*s", (long long)v->meter->id, STR_ARG(key),
                     STR_ARG(when));
}

// ---- Now ---------------------------------------------------------------------------------------------------------

static str sentence_id(const struct reading *r)
{
    switch (r->state) {
    case READING_FRESH: return r->class ? STR("meter.sentence") : STR("meter.sentence.plain");
    case READING_OLD:
    case READING_SILENT: return STR("meter.sentence.old");
    case READING_REJECTED: return STR("meter.sentence.rejected");
    case READING_NONE: break;
    }
    return STR("meter.sentence.none");
}

static str sentence(struct meter_view *v)
{
    struct page *p = v->page;
    if (!v->chosen) return page_text(p, STR("meter.sentence.none"));
    const struct reading *r = v->chosen_reading;
    const struct fill fills[] = {
        {STR("quantity"), page_quantity_name(p, v->chosen)},
        {STR("value"), page_reading(p, v->chosen, r->value)},
        {STR("word"), page_word(p, r)},
        {STR("when"), page_when(p, r->at)},
    };
    return words_fill(p->words, p->a, sentence_id(r), fills, sizeof fills / sizeof fills[0]);
}

static void put_now(struct meter_view *v)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    view_text(m, p->root, STR("sentence"), sentence(v));
    struct view *list = view_list(m, p->root, STR("streams"));
    for (size_t i = 0; i < v->meter->series_count; i++) {
        const struct series *s = &v->meter->series[i];
        struct view *card = view_object(m, list, (str){0});
        view_text(m, card, STR("name"), page_quantity_name(p, s));
        view_text(m, card, STR("unit"), s->unit);
        view_text(m, card, STR("href"), choice_href(v, s, v->period));
        view_flag(m, card, STR("current"), s == v->chosen);
        page_put_reading(p, card, s, &v->readings[i]);
    }
    view_flag(m, p->root, STR("has_streams"), v->meter->series_count > 0);
}

// ---- The past ----------------------------------------------------------------------------------------------------

static void put_periods(struct meter_view *v)
{
    struct page *p = v->page;
    struct view *list = view_list(&p->maker, p->root, STR("periods"));
    for (past_period k = 0; k < PAST_COUNT; k++) {
        struct view *item = view_object(&p->maker, list, (str){0});
        view_text(&p->maker, item, STR("name"), chart_period_name(p, k));
        view_text(&p->maker, item, STR("href"), choice_href(v, v->chosen, k));
        view_flag(&p->maker, item, STR("current"), k == v->period);
    }
}

// A silent meter opens on its last day with readings.
static instant past_until(const struct meter_view *v)
{
    const bool is_silent = v->chosen_reading->state == READING_SILENT;
    return is_silent && v->period == PAST_DAY ? v->chosen_reading->at : v->page->now;
}

static void put_caption(struct meter_view *v, instant until)
{
    struct page *p = v->page;
    str caption = chart_caption(p, v->period);
    if (until != p->now)
        caption = words_fill(p->words, p->a, STR("chart.caption.until"),
                             FILLS({STR("when"), page_when(p, until)}));
    view_text(&p->maker, p->root, STR("chart_caption"), caption);
}

// What is missing and since when, in place of an empty frame.
static str emptiness(struct page *p, const struct reading *r)
{
    switch (r->state) {
    case READING_NONE: return page_text(p, STR("chart.empty.never"));
    case READING_REJECTED: return page_text(p, STR("chart.empty.rejected"));
    case READING_FRESH:
    case READING_OLD:
    case READING_SILENT: break;
    }
    return words_fill(p->words, p->a, STR("chart.empty.last"), FILLS({STR("when"), page_when(p, r->at)}));
}

static bool put_past(struct meter_view *v, err *e)
{
    struct page *p = v->page;
    view_flag(&p->maker, p->root, STR("has_chart"), v->chosen != NULL);
    if (!v->chosen) return true;
    struct past past;
    const instant until = past_until(v);
    if (!past_read(p->at, v->chosen, v->period, p->portal->zone, until, p->a, &past, e)) return false;
    view_flag(&p->maker, p->root, STR("has_points"), past.count > 0);
    put_caption(v, until);
    view_text(&p->maker, p->root, STR("empty_since"), emptiness(p, v->chosen_reading));
    view_text(&p->maker, p->root, STR("chart_name"), page_quantity_name(p, v->chosen));
    view_text(&p->maker, p->root, STR("chart_unit"), v->chosen->unit);
    view_int(&p->maker, p->root, STR("chart_stream"), v->chosen->id);
    put_periods(v);
    chart_put(p, v->chosen, &past);
    return true;
}

// ---- What it is --------------------------------------------------------------------------------------------------

static void put_fact(struct page *p, struct view *list, str name, str text)
{
    if (text.n == 0) return;
    struct view *f = view_object(&p->maker, list, (str){0});
    view_text(&p->maker, f, STR("name"), page_text(p, name));
    view_text(&p->maker, f, STR("value"), text);
}

// Sensors of all series, each once.
static str sensors_of(struct page *p, const struct meter *m)
{
    buf b = {.max = 2048};
    for (size_t i = 0; i < m->series_count; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++) is_new &= !str_eq(m->series[k].sensor, m->series[i].sensor);
        if (!is_new) continue;
        if (b.n) BUF_LIT(&b, ", ");
        buf_add(&b, m->series[i].sensor);
    }
    return page_buf(p, &b);
}

static void put_facts(struct meter_view *v)
{
    struct page *p = v->page;
    const struct meter *m = v->meter;
    struct view *list = view_list(&p->maker, p->root, STR("facts"));
    put_fact(p, list, STR("fact.kind"), page_kind_name(p, m->kind));
    put_fact(p, list, STR("fact.owner"), m->owner);
    put_fact(p, list, STR("fact.area"), m->area ? m->area->name : (str){0});
    put_fact(p, list, STR("fact.place"), m->has_place ? page_place(p, m) : (str){0});
    put_fact(p, list, STR("fact.sensor"), sensors_of(p, m));
    put_fact(p, list, STR("fact.records"), page_text(p, STR("fact.records.text")));
}

static void put_downloads(struct meter_view *v)
{
    struct page *p = v->page;
    struct view *list = view_list(&p->maker, p->root, STR("downloads"));
    for (size_t i = 0; i < v->meter->series_count; i++) {
        const struct series *s = &v->meter->series[i];
        struct view *item = view_object(&p->maker, list, (str){0});
        str href = {0};
        if (!arena_print(
                p->a, &href,
                "/v1.1/Datastreams(%lld)/Observations?$resultFormat=CSV&$orderby=phenomenonTime%%20desc",
                (long long)s->id))
            p->maker.failed = true;
        view_text(&p->maker, item, STR("href"), href);
        view_text(
            &p->maker, item, STR("name"),
            words_fill(p->words, p->a, STR("meter.csv"), FILLS({STR("quantity"), page_quantity_name(p, s)})));
    }
    str api = {0};
    if (!arena_print(p->a, &api, "/v1.1/Things(%lld)?$expand=Datastreams,Locations", (long long)v->meter->id))
        p->maker.failed = true;
    view_text(&p->maker, p->root, STR("api_href"), api);
}

// What an embedded frame and the picture of a shared link show: one reading, large.
static void put_card(struct meter_view *v)
{
    struct page *p = v->page;
    struct view_maker *m = &p->maker;
    if (!v->chosen) return;
    view_text(m, p->root, STR("card_quantity"), page_quantity_name(p, v->chosen));
    view_text(m, p->root, STR("card_unit"), v->chosen->unit);
    struct view *card = view_object(m, p->root, STR("card"));
    page_put_reading(p, card, v->chosen, v->chosen_reading);
    str image = {0};
    if (!arena_print(p->a, &image, "%.*s?stof=%.*s",
                     STR_ARG(page_href(p, "beeld/meter/%lld", (long long)v->meter->id)),
                     STR_ARG(series_key(p, v->meter, v->chosen))))
        m->failed = true;
    view_text(m, p->root, STR("share_image"), image);
    view_text(m, p->root, STR("share_text"), sentence(v));
}

static void put_links(struct meter_view *v)
{
    struct page *p = v->page;
    const long long id = (long long)v->meter->id;
    view_text(&p->maker, p->root, STR("meter_href"), page_href(p, "meter/%lld", id));
    view_text(&p->maker, p->root, STR("embed_href"), page_href(p, "embed/meter/%lld", id));
    view_text(&p->maker, p->root, STR("embed_chart_href"),
              v->chosen ? page_href(p, "embed/grafiek/meter/%lld?stof=%.*s", id,
                                    STR_ARG(series_key(p, v->meter, v->chosen)))
                        : (str){0});
    view_text(&p->maker, p->root, STR("qr_href"), page_href(p, "beeld/qr/%lld", id));
}

// A page of a private meter, and its frame, tell what it measured.
static void note_reading(const struct meter_view *v)
{
    struct page *p = v->page;
    struct reads *const reads = identity_reads(p->portal->config.identity);
    for (size_t i = 0; p->sees == ACCESS_PRIVATE && i < v->meter->series_count; i++) {
        str which;
        const entity_id id = v->meter->series[i].id;
        if (arena_print(p->a, &which, "Datastreams(%lld)", (long long)id))
            reads_note_stream(reads, p->at, &p->who, id, which, STR("page"), p->now);
    }
}

bool view_meter(struct page *p, err *e)
{
    struct meter_view v = {.page = p};
    if (!read_meter(p, &v, e)) return false;
    choose(&v);
    note_reading(&v);
    struct view_maker *m = &p->maker;
    view_int(m, p->root, STR("thing"), v.meter->id);
    view_text(m, p->root, STR("name"), v.meter->name);
    view_text(m, p->root, STR("description"), v.meter->description);
    view_text(m, p->root, STR("kind"), page_kind_name(p, v.meter->kind));
    view_text(m, p->root, STR("area"), v.meter->area ? v.meter->area->name : (str){0});
    view_flag(m, p->root, STR("is_hidden"), v.meter->is_hidden);
    view_text(m, p->root, STR("map_href"), page_href(p, "%s", ""));
    put_now(&v);
    put_card(&v);
    put_links(&v);
    if (!put_past(&v, e)) return false;
    struct view *noise = view_list(m, p->root, STR("noise"));
    if (!noise_put(p, noise, v.meter, e)) return false;
    view_flag(m, p->root, STR("has_noise"), noise && noise->first);
    if (!outage_put_meter(p, v.meter, e)) return false;
    put_facts(&v);
    put_downloads(&v);
    return true;
}

// For a plate at the meter: its page, as residents reach it.
bool view_qr(struct page *p, err *e)
{
    struct meter_view v = {.page = p};
    struct qr code;
    str address = {0};
    if (!read_meter(p, &v, e)) return false;
    if (!arena_print(p->a, &address, "%.*s%.*s", STR_ARG(page_origin(p)),
                     STR_ARG(page_href(p, "meter/%lld", (long long)v.meter->id))))
        return err_no_memory(e);
    if (!qr_make(address, &code, e)) return false;
    buf svg = {.max = CHART_BYTES_MAX};
    qr_svg(&svg, &code, address);
    view_text(&p->maker, p->root, STR("qr"), page_buf(p, &svg));
    return true;
}
