// SPDX-License-Identifier: EUPL-1.2
// Figures of an area over time, and now. Made from roll-ups: how many readings lie below does not matter.
#include "api/csv.h"
#include "api/resource/figures.h"

#define NOW_SPAN TIME_HOUR

static interval time_asked(struct api_call *c, period p)
{
    const instant to = api_time(c, "to", c->now);
    return (interval){api_time(c, "from", to - figures_usual_span(p)), to};
}

// ---- GET /areas/{code}/figures -------------------------------------------------------------------------------------

static void write_series(struct api_call *c, const struct area *a, const struct quantity *q, period p,
                         const struct rollup_rows *rows)
{
    json_writer *w = &c->w;
    json_open(w, '{');
    json_name(w, STR("area"));
    areas_parts_put_reference(w, a);
    figures_put_quantity(w, q);
    json_member_text(w, STR("period"), figures_period_name(p));
    figures_put_state(c);
    json_name(w, STR("figures"));
    json_open(w, '[');
    for (size_t i = 0; i < rows->count; i++) {
        json_open(w, '{');
        figures_put_when(w, rows->all[i].when);
        figures_put_tally(w, q, &rows->all[i].tally);
        json_close(w, '}');
    }
    json_close(w, ']');
    api_put_links(c, (str){0});
    json_close(w, '}');
}

static void write_series_csv(struct api_call *c, const struct quantity *q, const struct rollup_rows *rows)
{
    BUF_LIT(&c->out, "area,quantity,unit,start,end," FIGURES_CSV);
    for (size_t i = 0; i < rows->count; i++) {
        csv_text(&c->out, api_text(c, "code"), CSV_NEXT);
        csv_text(&c->out, q->key, CSV_NEXT);
        csv_text(&c->out, q->ucum, CSV_NEXT);
        csv_time(&c->out, rows->all[i].when.start, CSV_NEXT);
        csv_time(&c->out, rows->all[i].when.end, CSV_NEXT);
        figures_csv_tally(&c->out, q, &rows->all[i].tally);
    }
}

static bool series_write(struct api_call *c, const struct atlas *t, err *e)
{
    const struct quantity *q;
    const struct area *a;
    struct snapshot *at;
    struct rollup_rows rows;
    const period p = figures_period(c);
    const interval when = time_asked(c, p);
    if (!figures_quantity(c, &q, e)) return false;
    a = atlas_find(t, api_text(c, "code"), areas_year_of(c->parts->areas, when.end - 1));
    if (!a) a = atlas_find(t, api_text(c, "code"), areas_year_of(c->parts->areas, when.start));
    if (!a)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no area '%.*s' then",
                       STR_ARG(api_text(c, "code")));
    if (!api_snapshot(c, &at, e) || !rollup_of_area(c->parts->rollups, at, a->code, q, p, when, &rows, e))
        return false;
    if (c->format == API_CSV)
        write_series_csv(c, q, &rows);
    else
        write_series(c, a, q, p, &rows);
    rollup_rows_free(&rows);
    return true;
}

static bool series_get(struct api_call *c, err *e)
{
    return figures_with_atlas(c, series_write, e);
}

// ---- GET /areas/{code}/now -----------------------------------------------------------------------------------------

struct now_sum {
    const struct rollup_stream *stream;
    struct tally tally;
    int64_t streams;
    instant newest;
};

static bool take_now(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct now_sum *n = context;
    for (size_t i = 0; i < count; i++)
        if (!tally_add(&n->tally, n->stream->quantity, values[i] * n->stream->factor + n->stream->offset, e))
            return false;
    if (count && times[count - 1] > n->newest) n->newest = times[count - 1];
    return true;
}

static bool sum_now(struct api_call *c, const struct quantity *q, const struct rollup_stream *const *list,
                    size_t count, struct now_sum *n, err *e)
{
    struct snapshot *at;
    *n = (struct now_sum){.newest = TIME_MIN};
    if (!api_snapshot(c, &at, e)) return false;
    for (size_t i = 0; i < count; i++) {
        const int64_t before = n->tally.count;
        if (list[i]->quantity != q) continue;
        n->stream = list[i];
        if (!store_values(at, list[i]->id, (interval){c->now - NOW_SPAN, c->now}, take_now, n, e))
            return false;
        n->streams += n->tally.count > before;
    }
    return true;
}

static void put_now_csv(struct api_call *c, const struct quantity *q, const struct now_sum *n)
{
    csv_text(&c->out, api_text(c, "code"), CSV_NEXT);
    csv_text(&c->out, q->key, CSV_NEXT);
    csv_text(&c->out, q->ucum, CSV_NEXT);
    csv_time(&c->out, c->now - NOW_SPAN, CSV_NEXT);
    csv_time(&c->out, c->now, CSV_NEXT);
    csv_int(&c->out, n->streams, CSV_NEXT);
    csv_time(&c->out, n->newest, CSV_NEXT);
    figures_csv_tally(&c->out, q, &n->tally);
}

static void put_now_json(struct api_call *c, const struct quantity *q, const struct now_sum *n)
{
    json_open(&c->w, '{');
    figures_put_quantity(&c->w, q);
    json_name(&c->w, STR("datastreams"));
    json_put_int(&c->w, n->streams);
    figures_put_time(&c->w, STR("newest"), n->newest);
    figures_put_tally(&c->w, q, &n->tally);
    json_close(&c->w, '}');
}

static bool put_now(struct api_call *c, const struct rollup_stream *const *list, size_t count, err *e)
{
    size_t quantity_count;
    const struct quantity *q = quantity_all(&quantity_count);
    for (size_t i = 0; i < quantity_count; i++) {
        struct now_sum n;
        const bool ok = sum_now(c, &q[i], list, count, &n, e);
        if (ok && n.tally.count > 0) (c->format == API_CSV ? put_now_csv : put_now_json)(c, &q[i], &n);
        tally_free(&n.tally);
        if (!ok) return false;
    }
    return true;
}

static void open_now(struct api_call *c, const struct area *a)
{
    if (c->format == API_CSV) {
        BUF_LIT(&c->out, "area,quantity,unit,start,end,datastreams,newest," FIGURES_CSV);
        return;
    }
    json_open(&c->w, '{');
    json_name(&c->w, STR("area"));
    areas_parts_put_reference(&c->w, a);
    figures_put_when(&c->w, (interval){c->now - NOW_SPAN, c->now});
    json_name(&c->w, STR("figures"));
    json_open(&c->w, '[');
}

static void close_now(struct api_call *c)
{
    if (c->format == API_CSV) return;
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
}

static bool now_write(struct api_call *c, const struct atlas *t, err *e)
{
    const int year = areas_year_of(c->parts->areas, c->now);
    const struct area *a;
    const struct rollup_streams *streams;
    const struct rollup_stream **list;
    size_t count;
    if (!areas_parts_find(c, t, year, &a, e) || !rollup_streams_take(c->parts->rollups, &streams, e))
        return false;
    open_now(c, a);
    const bool ok = rollup_streams_in(streams, t, a, year, c->now, NULL, c->a, &list, &count, e) &&
                    put_now(c, list, count, e);
    close_now(c);
    rollup_streams_give(c->parts->rollups, streams);
    return ok;
}

static bool now_get(struct api_call *c, err *e)
{
    return figures_with_atlas(c, now_write, e);
}

// ---- tables ---------------------------------------------------------------------------------------------------------

static const struct api_field series_parameters[] = {
    {"code", API_TEXT, .about = "Code of the area"},
    FIGURES_QUANTITY_PARAMETER,
    {"period", API_WORD, FIGURES_PERIODS, "Length of each figure; days and longer ones are the town's",
     .standard = "day"},
    {"from", API_TIME, .about = "Periods that begin at or after this"},
    {"to", API_TIME, .about = "And before this; now when not given"},
    {0}};
static const struct api_field now_parameters[] = {{"code", API_TEXT, .about = "Code of the area"}, {0}};

static const struct api_field exceedance_fields[] = {
    {"above", API_NUMBER, .flags = API_NEEDED}, {"count", API_INTEGER, .flags = API_NEEDED}, {0}};
static const struct api_field figure_fields[] = {FIGURES_WHEN_MEMBERS, FIGURES_TALLY_MEMBERS, {0}};
static const struct api_field series_fields[] = {
    {"area", API_OBJECT, "AreaReference"},
    FIGURES_QUANTITY_MEMBERS,
    {"period", API_WORD, FIGURES_PERIODS},
    FIGURES_STATE_MEMBERS,
    {"figures", API_LIST, "AreaFigure", "Periods without readings are absent", API_NEEDED},
    {"_links", API_OBJECT},
    {0}};
static const struct api_field now_figure_fields[] = {
    FIGURES_QUANTITY_MEMBERS,
    {"datastreams", API_INTEGER, .about = "Datastreams that have a reading in it", .flags = API_NEEDED},
    {"newest", API_TIME, .about = "Time of the newest reading", .flags = API_NEEDED},
    FIGURES_TALLY_MEMBERS,
    {0}};
static const struct api_field now_fields[] = {{"area", API_OBJECT, "AreaReference"},
                                              FIGURES_WHEN_MEMBERS,
                                              {"figures", API_LIST, "AreaNowFigure", NULL, API_NEEDED},
                                              {"_links", API_OBJECT},
                                              {0}};

const struct api_set api_figures = {
    .tag = "figures",
    .about = "Figures of areas over time, now, and beside each other, from public Datastreams only.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/areas/{code}/figures", "getAreaFigures",
                                                "Figures of an area over time", ACTION_READ_PUBLIC,
                                                series_parameters, .answer = "AreaFigures",
                                                .formats = API_JSON | API_CSV, .run = series_get},
                                               {HTTP_GET, "/areas/{code}/now", "getAreaNow",
                                                "Figures of the last hour in an area", ACTION_READ_PUBLIC,
                                                now_parameters, .answer = "AreaNow",
                                                .formats = API_JSON | API_CSV, .run = now_get},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Exceedance", "How many readings were above a value.",
                                            exceedance_fields},
                                           {"AreaFigure", "A period of an area.", figure_fields},
                                           {"AreaFigures", "An area over time.", series_fields},
                                           {"AreaNowFigure", "A quantity in the last hour.",
                                            now_figure_fields},
                                           {"AreaNow", "An area now.", now_fields},
                                           {0}},
};
