// SPDX-License-Identifier: EUPL-1.2
// Luchtmeetnet: hourly values of the official stations in the Netherlands, not yet validated.
//   {"kind":"luchtmeetnet","url":"https://api.luchtmeetnet.nl/open_api","stations":["NL10404"],"since":"2024-01-01"}
// For each station its place, then its readings, seven days a request, from `since` on. A later turn asks for the last day again, for
// values come late; what is there already is not stored twice. An hour is stamped by its end.
// Source   api.luchtmeetnet.nl/open_api: stations/{number}, measurements
#include "feed/kind.h"
#include "ingest/decode/gather.h"
#include "ingest/decode/word.h"

#include <math.h>

#define STATIONS_MAX 200
#define WINDOW (7 * TIME_DAY)
#define OVERLAP TIME_DAY
#define ROWS_MAX 20000

// What its formulas mean where the word alone does not say.
static const struct {
    str formula, quantity;
} formulas[] = {
    {STR("PM25"), STR("pm25")}, {STR("PM10"), STR("pm10")}, {STR("NO2"), STR("no2")},
    {STR("NO"), STR("no")},     {STR("O3"), STR("o3")},     {STR("SO2"), STR("so2")},
    {STR("CO"), STR("co")},     {STR("NH3"), STR("nh3")},   {STR("FN"), STR("black_carbon")},
};

struct station {
    str number;
    bool is_placed;
    instant until;  // read up to here
    int64_t page;   // of the window under way
};

struct position {
    struct station stations[STATIONS_MAX];
    size_t count;
};

static const struct quantity *quantity_of(str formula)
{
    for (size_t i = 0; i < sizeof formulas / sizeof formulas[0]; i++)
        if (str_eq(formulas[i].formula, formula)) return quantity_by_key(formulas[i].quantity);
    return NULL;
}

// ---- position ----------------------------------------------------------------------------------------------------

static void station_known(const json *known, struct station *s)
{
    if (!known) return;
    double page;
    s->is_placed = json_get(known, STR("placed")) != NULL;
    s->until = feed_time(known, STR("until"), s->until);
    if (json_number(known, STR("page"), &page) && page >= 1 && page < 1e6) s->page = (int64_t)page;
}

static bool read_position(const struct feed_turn *t, struct position **out, err *e)
{
    struct position *p = ARENA_NEW(t->a, struct position);
    if (!p) return err_no_memory(e);
    const instant since = feed_time(t->options, STR("since"), t->now - WINDOW);
    const json *const stations = json_get(t->options, STR("stations"));
    for (const json *j = stations ? stations->first : NULL; j && p->count < STATIONS_MAX; j = j->next) {
        if (j->type != JSON_TEXT || j->text.n == 0 || j->text.n > 32)
            return err_set(e, ERR_TYPE, ERR_NOWHERE,
                           "stations: each is a station's number, like \"NL10404\"");
        struct station *s = &p->stations[p->count++];
        *s = (struct station){.number = j->text, .until = since, .page = 1};
        if (t->position) station_known(json_get(t->position, j->text), s);
    }
    *out = p;
    return p->count > 0 || err_set(e, ERR_MISSING, ERR_NOWHERE, "stations: none is named");
}

static bool write_position(const struct feed_turn *t, const struct position *p, struct feed_answer *out,
                           err *e)
{
    buf b = {.max = 65536};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (size_t i = 0; i < p->count; i++) {
        const struct station *s = &p->stations[i];
        json_name(&w, s->number);
        json_open(&w, '{');
        if (s->is_placed) {
            json_name(&w, STR("placed"));
            json_put_bool(&w, true);
        }
        json_member_time(&w, STR("until"), s->until);
        json_name(&w, STR("page"));
        json_put_int(&w, s->page);
        json_close(&w, '}');
    }
    json_close(&w, '}');
    const bool ok = feed_position(t, &b, out, e);
    buf_free(&b);
    return ok;
}

// The station that is least far.
static instant reached(const json *options, const json *position)
{
    const json *const stations = json_get(options, STR("stations"));
    instant least = TIME_NONE;
    for (const json *j = stations ? stations->first : NULL; j; j = j->next) {
        const json *const known = j->type == JSON_TEXT ? json_get(position, j->text) : NULL;
        const instant until = known ? feed_time(known, STR("until"), TIME_NONE) : TIME_NONE;
        if (until == TIME_NONE) return TIME_NONE;
        if (least == TIME_NONE || until < least) least = until;
    }
    return least;
}

// The first station that has something to ask; NULL: all are read up to the last whole hour.
static struct station *station_due(struct position *p, instant hour)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->stations[i].is_placed || p->stations[i].until < hour) return &p->stations[i];
    return NULL;
}

static instant whole_hour(instant t)
{
    return t - t % TIME_HOUR;
}

static interval window_of(const struct station *s, instant hour)
{
    const instant end = s->until + WINDOW - OVERLAP;
    return (interval){s->until - OVERLAP, end < hour ? end : hour};
}

// ---- asking ------------------------------------------------------------------------------------------------------

static bool ask(const struct feed_turn *t, str *url, err *e)
{
    struct position *p;
    const instant hour = whole_hour(t->now);
    *url = (str){0};
    if (!read_position(t, &p, e)) return false;
    const struct station *s = station_due(p, hour);
    if (!s) return true;
    const str number = feed_escape(t->a, s->number);
    if (!s->is_placed) return feed_url(t, url, e, "/stations/%.*s", STR_ARG(number));
    char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];
    const interval when = window_of(s, hour);
    const size_t from_n = time_write(from, when.start), to_n = time_write(to, when.end);
    return feed_url(t, url, e, "/measurements?station_number=%.*s&start=%.*s&end=%.*s&page=%lld",
                    STR_ARG(number), (int)from_n, from, (int)to_n, to, (long long)s->page);
}

// ---- answers -----------------------------------------------------------------------------------------------------

static bool read_place(struct gather *g, const json *body, struct station *s, err *e)
{
    const json *data, *geometry, *place;
    if (!json_need(body, STR("data"), JSON_OBJECT, &data, e) ||
        !json_need(data, STR("geometry"), JSON_OBJECT, &geometry, e) ||
        !json_need(geometry, STR("coordinates"), JSON_ARRAY, &place, e))
        return false;
    const json *const longitude = place->first, *const latitude = longitude ? longitude->next : NULL;
    if (!latitude || longitude->type != JSON_NUMBER || latitude->type != JSON_NUMBER ||
        !num_parse_double(longitude->text, &g->out.state.longitude, e) ||
        !num_parse_double(latitude->text, &g->out.state.latitude, e))
        return err_set(e, ERR_TYPE, place->at, "coordinates: expected two numbers");
    g->out.device = s->number;
    s->is_placed = true;
    return true;
}

static bool read_row(struct gather *g, const json *row, const struct station *s, err *e)
{
    const json *measured = json_get(row, STR("value")), *time = json_get(row, STR("timestamp_measured"));
    const str formula = json_text(row, STR("formula")), number = json_text(row, STR("station_number"));
    if (!str_eq(number, s->number))
        return err_set(e, ERR_CONFLICT, row->at, "a reading of station '%.*s' was not asked for",
                       STR_ARG(number));
    if (measured && measured->type == JSON_NULL) return true;  // an hour without a value
    instant end;
    if (!time || !time_parse_utc(time->text, &end, e))
        return err_set(e, ERR_SYNTAX, row->at, "timestamp_measured: expected a time");
    gather_group(g);
    gather_time(g, end);
    const struct quantity *const q = quantity_of(formula);
    g->period_us = TIME_HOUR;
    return q ? gather_json(g, formula, q, measured, STR("ug/m3"), e) : gather_named(g, formula, measured, e);
}

static bool last_page(const json *body, int64_t page)
{
    double last;
    return !json_number(json_get(body, STR("pagination")), STR("last_page"), &last) || (double)page >= last;
}

static bool read_rows(struct gather *g, const json *body, struct station *s, instant hour, err *e)
{
    const json *data;
    if (!json_need(body, STR("data"), JSON_ARRAY, &data, e)) return false;
    for (const json *row = data->first; row; row = row->next)
        if (!read_row(g, row, s, e)) return false;
    if (last_page(body, s->page)) {
        s->until = window_of(s, hour).end;
        s->page = 1;
    } else {
        s->page++;
    }
    return true;
}

static bool read_answer(const struct feed_turn *t, str body, struct feed_answer *out, err *e)
{
    struct position *p;
    json *tree;
    struct gather *g = ARENA_NEW(t->a, struct gather);
    struct device_message *m = ARENA_NEW(t->a, struct device_message);
    if (!g || !m) return err_no_memory(e);
    *m = (struct device_message){.body = body, .received = t->now, .site = t->site};
    gather_start(g, m, ROWS_MAX, t->a);
    if (!read_position(t, &p, e) || !json_parse(body, t->a, &tree, e)) return false;
    struct station *s = station_due(p, whole_hour(t->now));
    if (!s) return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "an answer that nobody asked for");
    if (!gather_device(g, s->number, e)) return false;
    if (!(s->is_placed ? read_rows(g, tree, s, whole_hour(t->now), e) : read_place(g, tree, s, e)))
        return false;
    gather_end(g, &out->readings);
    return write_position(t, p, out, e);
}

static const struct feed_option options[] = {
    {STR("stations"), JSON_ARRAY, true}, {STR("since"), JSON_TEXT, false}, {{0}, JSON_NULL, false}};

const struct feed_kind feed_luchtmeetnet = {
    .adapter = {.name = STR("luchtmeetnet"), .title = STR("Luchtmeetnet")},
    .options = options,
    .ask = ask,
    .read = read_answer,
    .reached = reached,
};
