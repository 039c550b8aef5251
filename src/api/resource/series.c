// SPDX-License-Identifier: EUPL-1.2
// Readings and statistics of Datastreams as compact rows, for charts and programs that need many: SensorThings has the
// entities, this has the numbers. Rows leave as they are made; no answer is held whole.
#include "api/api.h"

#include "identity/reads.h"

#include <stdlib.h>

#define PIECE_BYTES 65536
#define STATISTICS_MAX STATISTICS_QUANTILES
#define LIMIT_MOST 1000000
#define LATEST_AT_ONCE 512
#define AT_ONCE_HOURS 1000
#define READING_MOST (2 * NUM_TEXT_MAX + TIME_TEXT_MAX + sizeof ",[,\"\",]")

typedef enum {
    STAT_COUNT,
    STAT_MEAN,
    STAT_MIN,
    STAT_MAX,
    STAT_SUM,
    STAT_FIRST,
    STAT_LAST,
    STAT_ENERGETIC_MEAN,
    STAT_QUANTILE
} statistic_kind;

struct statistic {
    statistic_kind kind;
    double quantile;
    str name;
};

typedef enum { ROWS_LATEST, ROWS_OBSERVATIONS, ROWS_STATISTICS } rows_kind;

struct rows {
    rows_kind kind;
    struct store *store;
    struct snapshot *at;
    access_level most;  // that the caller is shown
    entity_id *ids;
    size_t count, next;
    bool has_ids;  // each row begins with its Datastream's id
    bool in_milliseconds;
    const struct tz *zone;
    period period;
    interval when;
    instant
        resume;  // of one Datastream's statistics: the period that had no room in the piece before; TIME_NONE: none
    struct statistic statistics[STATISTICS_MAX];
    size_t statistic_count;
    int64_t left;  // rows that may still leave
    // Of one Datastream's readings: `when` begins where the piece before ended; that many of its first time have left.
    instant reached;
    int64_t given_at_start, left_to_skip;
    bool is_cut;  // the piece is full
    bool is_begun, has_row;
    arena *a;
    buf *out;
};

// ---- rows --------------------------------------------------------------------------------------------------------

#define ROW_BYTES 128  // of a row without its numbers

// A row's start in one go, where there is room for it: a day of readings is over a thousand of these, hours of all a quarter of a million.
static char *write_row_start(struct rows *r, char *p, entity_id id, instant t)
{
    if (r->has_row) *p++ = ',';
    *p++ = '[';
    r->has_row = true;
    if (r->has_ids) {
        p += num_write_int(p, id);
        *p++ = ',';
    }
    if (r->in_milliseconds) return p + num_write_int(p, t / 1000);
    *p++ = '"';
    p += time_write(p, t);
    *p++ = '"';
    return p;
}

static void begin_row(struct rows *r, entity_id id)
{
    if (r->has_row) buf_add_char(r->out, ',');
    buf_add_char(r->out, '[');
    r->has_row = true;
    if (!r->has_ids) return;
    buf_add_int(r->out, id);
    buf_add_char(r->out, ',');
}

static void add_instant(struct rows *r, instant t)
{
    char text[TIME_TEXT_MAX];
    if (r->in_milliseconds) {
        buf_add_int(r->out, t / 1000);
        return;
    }
    buf_add_char(r->out, '"');
    buf_add(r->out, (str){text, time_write(text, t)});
    buf_add_char(r->out, '"');
}

static double statistic_of(const struct summary *s, statistic_kind kind)
{
    switch (kind) {
    case STAT_COUNT: return (double)s->count;
    case STAT_MEAN: return s->mean;
    case STAT_MIN: return s->min;
    case STAT_MAX: return s->max;
    case STAT_SUM: return s->sum;
    case STAT_FIRST: return s->first;
    case STAT_LAST: return s->last;
    case STAT_ENERGETIC_MEAN: return s->energetic_mean;
    case STAT_QUANTILE: break;
    }
    return 0;
}

// A piece ends at a period; the next begins with it.
static bool add_period(const struct summary *s, void *context, err *e)
{
    (void)e;
    struct rows *r = context;
    if (r->out->n >= PIECE_BYTES) {
        r->resume = s->when.start;
        return false;
    }
    if (!buf_reserve(r->out, ROW_BYTES + r->statistic_count * (NUM_TEXT_MAX + 1))) return true;
    char *p = write_row_start(r, r->out->p + r->out->n, s->stream, s->when.start);
    for (size_t i = 0, quantile = 0; i < r->statistic_count; i++) {
        const bool is_quantile = r->statistics[i].kind == STAT_QUANTILE;
        *p++ = ',';
        p += num_write_double(p, is_quantile ? s->quantiles[quantile++]
                                             : statistic_of(s, r->statistics[i].kind));
    }
    *p++ = ']';
    r->out->n = (size_t)(p - r->out->p);
    return true;
}

static void ask_of(const struct rows *r, double quantiles[static STATISTICS_MAX], struct statistics_ask *out)
{
    *out = (struct statistics_ask){.period = r->period,
                                   .zone = r->zone,
                                   .when = r->when,
                                   .quantiles = quantiles,
                                   .quantiles_alone = true,
                                   .sums_alone = true};
    for (size_t i = 0; i < r->statistic_count; i++) {
        const struct statistic *s = &r->statistics[i];
        if (s->kind == STAT_QUANTILE) quantiles[out->quantile_count++] = s->quantile;
        if (s->kind == STAT_ENERGETIC_MEAN) out->with_energy = true;
        if (s->kind != STAT_QUANTILE && s->kind != STAT_COUNT) out->quantiles_alone = false;
        if (s->kind != STAT_COUNT && s->kind != STAT_MEAN && s->kind != STAT_SUM) out->sums_alone = false;
    }
}

static bool add_statistics(struct rows *r, entity_id id, bool *ended, err *e)
{
    double quantiles[STATISTICS_MAX];
    struct statistics_ask ask;
    ask_of(r, quantiles, &ask);
    if (r->resume != TIME_NONE && r->resume > ask.when.start) ask.when.start = r->resume;
    r->resume = TIME_NONE;
    if (!store_statistics(r->at, (struct stream_list){&id, 1}, &ask, add_period, r, e)) return false;
    *ended = r->resume == TIME_NONE;
    return true;
}

static void add_decimal(struct rows *r, const struct observation *o)
{
    if (!buf_reserve(r->out, READING_MOST)) return;
    char *p = write_row_start(r, r->out->p + r->out->n, o->stream, o->phenomenon_time.start);
    *p++ = ',';
    p += num_write_decimal(p, o->result.number);
    *p++ = ']';
    r->out->n = (size_t)(p - r->out->p);
}

static void add_reading(struct rows *r, const struct observation *o)
{
    if (o->result.type == VALUE_DECIMAL) {
        add_decimal(r, o);
        return;
    }
    begin_row(r, o->stream);
    add_instant(r, o->phenomenon_time.start);
    buf_add(r->out, STR(","));
    value_write_json(r->out, &o->result);
    buf_add(r->out, STR("]"));
}

static bool add_latest_one(const struct observation *o, void *context, err *e)
{
    (void)e;
    add_reading(context, o);
    return true;
}

// The newest of the Datastreams that come next, many in one pass.
static bool add_latest(struct rows *r, err *e)
{
    const size_t left = r->count - r->next, n = left < LATEST_AT_ONCE ? left : LATEST_AT_ONCE;
    if (!store_latest_each(r->at, (struct stream_list){r->ids + r->next, n}, add_latest_one, r, e))
        return false;
    r->next += n;
    return true;
}

// ---- readings of one Datastream ----------------------------------------------------------------------------------

// A piece ends at a row; the next begins at its time and passes over what has left already.
static bool add_observation(const struct observation *o, void *context, err *e)
{
    (void)e;
    struct rows *r = context;
    const instant t = o->phenomenon_time.start;
    if (t == r->when.start && r->left_to_skip > 0) {
        r->left_to_skip--;
        return true;
    }
    if (r->out->n >= PIECE_BYTES || r->left == 0) {
        r->is_cut = r->left > 0;
        return false;
    }
    r->given_at_start = t == r->reached ? r->given_at_start + 1 : 1;
    r->reached = t;
    r->left--;
    add_reading(r, o);
    return true;
}

static bool add_observations(struct rows *r, bool *ended, err *e)
{
    err why = {0};
    r->is_cut = false;
    r->left_to_skip = r->given_at_start;
    r->reached = r->when.start;
    if (!store_observations(r->at, r->ids[0], r->when, add_observation, r, &why) && why.code != ERR_NONE) {
        *e = why;
        return false;
    }
    *ended = !r->is_cut;
    r->when.start = r->reached;
    return true;
}

// ---- the answer --------------------------------------------------------------------------------------------------

static void add_head(struct rows *r)
{
    json_writer w = json_writer_on(r->out);
    json_open(&w, '{');
    json_name(&w, STR("columns"));
    json_open(&w, '[');
    if (r->has_ids) json_put_text(&w, STR("datastream"));
    json_put_text(&w, r->kind == ROWS_STATISTICS ? STR("start") : STR("time"));
    if (r->kind != ROWS_STATISTICS) json_put_text(&w, STR("result"));
    for (size_t i = 0; i < r->statistic_count; i++) json_put_text(&w, r->statistics[i].name);
    json_close(&w, ']');
    buf_add(r->out, STR(",\"rows\":["));
    r->is_begun = true;
}

// A client that reads slowly keeps no snapshot: the store's log could not be cut behind it. Coming back costs next to nothing here.
static void let_go(struct rows *r)
{
    snapshot_close(r->at);
    r->at = NULL;
}

static bool come_back(struct rows *r, err *e)
{
    if (r->at) return true;
    return snapshot_open(r->store, &r->at, e) && snapshot_show(r->at, r->most, e);
}

// The next Datastream, or a piece of it, or many.
static bool add_some(struct rows *r, err *e)
{
    bool ended = true;
    if (r->kind == ROWS_LATEST) return add_latest(r, e);
    if (!(r->kind == ROWS_OBSERVATIONS ? add_observations(r, &ended, e)
                                       : add_statistics(r, r->ids[r->next], &ended, e)))
        return false;
    if (ended) r->next++;
    return true;
}

static bool next_piece(void *context, buf *out, bool *more, err *e)
{
    struct rows *r = context;
    r->out = out;
    if (!come_back(r, e)) return false;
    if (!r->is_begun) add_head(r);
    while (r->next < r->count && out->n < PIECE_BYTES)
        if (!add_some(r, e)) return false;
    *more = r->next < r->count;
    if (!*more) buf_add(out, STR("]}"));
    let_go(r);
    return !out->failed || err_no_memory(e);
}

static void rows_free(void *context)
{
    struct rows *r = context;
    if (r->at) snapshot_close(r->at);
    arena_free(r->a);
    free(r->ids);
    free(r);
}

// ---- what is asked for -------------------------------------------------------------------------------------------

static bool read_statistic(str name, struct statistic *out, err *e)
{
    static const str names[] = {[STAT_COUNT] = STR("count"), [STAT_MEAN] = STR("mean"),
                                [STAT_MIN] = STR("min"),     [STAT_MAX] = STR("max"),
                                [STAT_SUM] = STR("sum"),     [STAT_FIRST] = STR("first"),
                                [STAT_LAST] = STR("last"),   [STAT_ENERGETIC_MEAN] = STR("energeticMean")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!str_eq(name, names[i])) continue;
        *out = (struct statistic){.kind = (statistic_kind)i, .name = names[i]};
        return true;
    }
    double percent;
    if (name.n > 1 && name.p[0] == 'p' && num_parse_double(str_slice(name, 1, name.n), &percent, NULL) &&
        percent >= 0 && percent <= 100) {
        *out = (struct statistic){STAT_QUANTILE, percent / 100, name};
        return true;
    }
    return err_set(e, ERR_UNKNOWN, ERR_NOWHERE,
                   "statistics: there is no '%.*s'; there are count, mean, min, max, sum, first, last, "
                   "energeticMean and p0 to p100",
                   STR_ARG(name));
}

static bool read_statistics(struct rows *r, str list, err *e)
{
    for (str name; str_cut(&list, ',', &name);) {
        if (r->statistic_count == STATISTICS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "statistics: %d at most", STATISTICS_MAX);
        if (!read_statistic(name, &r->statistics[r->statistic_count++], e)) return false;
    }
    return r->statistic_count > 0 || err_set(e, ERR_MISSING, ERR_NOWHERE, "statistics: none is named");
}

static bool add_id(struct rows *r, size_t *room, entity_id id, err *e)
{
    if (r->count == *room) {
        *room = *room ? 2 * *room : 64;
        entity_id *more = realloc(r->ids, *room * sizeof *more);
        if (!more) return err_no_memory(e);
        r->ids = more;
    }
    r->ids[r->count++] = id;
    return true;
}

// All Datastreams that may be seen, or the one.
static bool find_streams(struct rows *r, entity_id id, err *e)
{
    size_t room = 0;
    entity_id next = store_next_stream(r->at, SET_DATASTREAM, id > 0 ? id - 1 : 0);
    if (id > 0)
        return next == id ? add_id(r, &room, id, e)
                          : err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Datastream %lld", (long long)id);
    for (; next > 0; next = store_next_stream(r->at, SET_DATASTREAM, next))
        if (!add_id(r, &room, next, e)) return false;
    return true;
}

static bool read_period(struct api_call *c, struct rows *r, err *e)
{
    static const str names[] = {[PERIOD_HOUR] = STR("hour"),
                                [PERIOD_DAY] = STR("day"),
                                [PERIOD_MONTH] = STR("month"),
                                [PERIOD_YEAR] = STR("year")};
    const str name = api_text(c, "period");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_eq(name, names[i])) r->period = (period)i;
    const bool is_utc = str_eq(api_text(c, "zone"), STR("UTC"));
    if (is_utc && r->period > PERIOD_DAY)
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "zone: months and years are the town's; UTC has hours and days");
    r->zone = is_utc ? NULL : c->parts->zone;
    return read_statistics(r, api_text(c, "statistics"), e);
}

static bool read_when(struct api_call *c, struct rows *r, err *e)
{
    r->when = (interval){api_time(c, "from", TIME_MIN), api_time(c, "to", TIME_MAX)};
    return r->when.start < r->when.end || err_set(e, ERR_RANGE, ERR_NOWHERE, "'from' must lie before 'to'");
}

static bool wants_milliseconds(const struct api_call *c)
{
    return str_eq(api_text(c, "times"), STR("milliseconds"));
}

// `id` 0: of all of them.
static void note_reading(struct api_call *c, const struct rows *r, entity_id id)
{
    str which = READS_ALL;
    if (id && !arena_print(c->a, &which, "Datastreams(%lld)", (long long)id)) which = READS_ALL;
    reads_note_stream(identity_reads(c->parts->identity), r->at, &c->who, id, which, STR("api"), c->now);
}

static bool read_call(struct api_call *c, struct rows *r, entity_id id, err *e)
{
    r->store = c->parts->store;
    r->has_ids = id == 0;
    r->in_milliseconds = wants_milliseconds(c);
    r->resume = TIME_NONE;
    if (!(r->a = arena_new((size_t)1 << 20))) return err_no_memory(e);
    if (r->kind == ROWS_STATISTICS && !read_period(c, r, e)) return false;
    if (r->kind == ROWS_OBSERVATIONS) r->left = api_integer(c, "limit");
    if (r->kind != ROWS_LATEST && !read_when(c, r, e)) return false;
    r->most = policy_sees(&c->who);
    if (!snapshot_open(r->store, &r->at, e) || !snapshot_show(r->at, r->most, e) || !find_streams(r, id, e))
        return false;
    note_reading(c, r, id);
    return true;
}

static bool answer_rows(struct api_call *c, rows_kind kind, entity_id id, err *e)
{
    struct rows *r = calloc(1, sizeof *r);
    if (!r) return err_no_memory(e);
    r->kind = kind;
    if (!read_call(c, r, id, e)) {
        rows_free(r);
        return false;
    }
    for (size_t i = 0; i < r->statistic_count; i++)  // the names of quantiles are views of the request
        if (!arena_copy(r->a, r->statistics[i].name, &r->statistics[i].name)) {
            rows_free(r);
            return err_no_memory(e);
        }
    api_answer_stream(c, (http_stream){.context = r, .next = next_piece, .done = rows_free});
    return true;
}

static bool latest_all(struct api_call *c, err *e)
{
    return answer_rows(c, ROWS_LATEST, 0, e);
}

static bool statistics_all(struct api_call *c, err *e)
{
    return answer_rows(c, ROWS_STATISTICS, 0, e);
}

static bool statistics_one(struct api_call *c, err *e)
{
    return answer_rows(c, ROWS_STATISTICS, api_integer(c, "id"), e);
}

static bool observations_one(struct api_call *c, err *e)
{
    return answer_rows(c, ROWS_OBSERVATIONS, api_integer(c, "id"), e);
}

static void put_latest(struct api_call *c, const struct observation *o)
{
    struct rows r = {.out = &c->out, .in_milliseconds = wants_milliseconds(c)};
    json_open(&c->w, '{');
    json_name(&c->w, STR("datastream"));
    json_put_int(&c->w, o->stream);
    buf_add(&c->out, STR(",\"time\":"));
    add_instant(&r, o->phenomenon_time.start);
    buf_add(&c->out, STR(",\"result\":"));
    value_write_json(&c->out, &o->result);
    json_close(&c->w, '}');
}

static bool latest_one(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct observation o;
    if (!api_snapshot(c, &at, e) || !store_latest(at, api_integer(c, "id"), c->a, &o, e)) return false;
    put_latest(c, &o);
    return true;
}

static bool latest_one_at_once(struct api_call *c)
{
    struct observation o;
    if (!store_latest_at_once(c->parts->store, api_integer(c, "id"), &o)) return false;
    put_latest(c, &o);
    return true;
}

// Whole in one piece, or not at once.
static bool statistics_one_at_once(struct api_call *c)
{
    struct rows r = {.kind = ROWS_STATISTICS,
                     .out = &c->out,
                     .in_milliseconds = wants_milliseconds(c),
                     .resume = TIME_NONE};
    struct statistics_ask ask;
    double quantiles[STATISTICS_MAX];
    err ignored;
    if (!read_period(c, &r, &ignored) || !read_when(c, &r, &ignored)) return false;
    ask_of(&r, quantiles, &ask);
    add_head(&r);
    if (!store_statistics_at_once(c->parts->store, api_integer(c, "id"), &ask, AT_ONCE_HOURS, add_period,
                                  &r) ||
        r.resume != TIME_NONE)
        return false;
    buf_add(r.out, STR("]}"));
    return true;
}

// ---- tables ------------------------------------------------------------------------------------------------------

#define ID                                                                                        \
    {                                                                                             \
        "id", API_INTEGER, .about = "Of the Datastream, as in SensorThings", .flags = API_NEEDED, \
                           .least = 1, .most = 9007199254740991.0                                 \
    }
#define TIMES                                                                                        \
    {                                                                                                \
        "times", API_WORD, "text milliseconds",                                                      \
            "How times are written: RFC 3339, or milliseconds since 1970 in UTC", .standard = "text" \
    }
#define FROM                                                \
    {                                                       \
        "from", API_TIME, .about = "Only from this time on" \
    }
#define TO                                               \
    {                                                    \
        "to", API_TIME, .about = "Only before this time" \
    }
#define PERIOD                                                                             \
    {                                                                                      \
        "period", API_WORD, "hour day month year", "What is summed up", .standard = "hour" \
    }
#define ZONE                                                                                           \
    {                                                                                                  \
        "zone", API_WORD, "town UTC", "Whose days: the town's, or those of UTC (hours and days only)", \
            .standard = "town"                                                                         \
    }
#define STATISTICS                                                                                           \
    {                                                                                                        \
        "statistics", API_TEXT,                                                                              \
            .about = "Which, by commas: count, mean, min, max, sum, first, last, energeticMean (of dB), p0 " \
                     "to p100",                                                                              \
            .standard = "count,mean,min,max"                                                                 \
    }

static const struct api_field all_latest[] = {TIMES, {0}};
static const struct api_field one_latest[] = {ID, TIMES, {0}};
static const struct api_field one_observations[] = {ID,
                                                    FROM,
                                                    TO,
                                                    TIMES,
                                                    {"limit", API_INTEGER,
                                                     .about = "Rows at most; go on from the last one's time",
                                                     .least = 1, .most = LIMIT_MOST, .standard = "100000"},
                                                    {0}};
static const struct api_field one_statistics[] = {ID, PERIOD, STATISTICS, FROM, TO, ZONE, TIMES, {0}};
static const struct api_field all_statistics[] = {PERIOD, STATISTICS, FROM, TO, ZONE, TIMES, {0}};

static const struct api_field rows_fields[] = {
    {"columns", API_LIST, "string", "What each row holds, in order", .flags = API_NEEDED},
    {"rows", API_LIST, .about = "A list of values each", .flags = API_NEEDED},
    {0}};
static const struct api_field latest_fields[] = {
    {"datastream", API_INTEGER, .about = "Its id", .flags = API_NEEDED},
    {"time", API_ANY, .about = "phenomenonTime (its start)", .flags = API_NEEDED},
    {"result", API_ANY, .about = "As it was sent", .flags = API_NEEDED},
    {0}};

const struct api_set api_series = {
    .tag = "series",
    .about = "Readings and statistics of Datastreams as compact rows.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/latest", "listLatest", "The newest reading of every Datastream", ACTION_READ_PUBLIC,
             all_latest, .answer = "Rows", .run = latest_all},
            {HTTP_GET, "/statistics", "listStatistics", "Statistics of every Datastream per period",
             ACTION_READ_PUBLIC, all_statistics, .answer = "Rows", .run = statistics_all},
            {HTTP_GET, "/datastreams/{id}/latest", "getLatest", "The newest reading of a Datastream",
             ACTION_READ_PUBLIC, one_latest, .answer = "LatestReading", .run = latest_one,
             .at_once = latest_one_at_once},
            {HTTP_GET, "/datastreams/{id}/observations", "listReadings",
             "Readings of a Datastream, oldest first", ACTION_READ_PUBLIC, one_observations, .answer = "Rows",
             .run = observations_one},
            {HTTP_GET, "/datastreams/{id}/statistics", "listStatisticsOfDatastream",
             "Statistics of a Datastream per period", ACTION_READ_PUBLIC, one_statistics, .answer = "Rows",
             .run = statistics_one, .at_once = statistics_one_at_once},
            {0}},
    .schemas =
        (const struct api_schema[]){{"Rows", "Rows of values, with what each column holds.", rows_fields},
                                    {"LatestReading", "The newest reading of a Datastream.", latest_fields},
                                    {0}},
};
