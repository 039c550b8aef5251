// SPDX-License-Identifier: EUPL-1.2
// The work on a year: imports, targets, tasks with their progress, freezing, and the verifier's signature.
#include "api/resource/kpi_parts.h"
#include "kpi/import/import.h"
#include "kpi/result/others.h"
#include "kpi/value/report.h"
#include "kpi/value/task.h"

// ---- Imports -----------------------------------------------------------------------------------------------------

#define IMPORT_BYTES_MAX ((size_t)32 << 20)  // a whole CSV of CBS, as a text of JSON
#define IMPORT_WORK_BYTES ((size_t)512 << 20)

static bool post_import(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    if (!kpi_need_office(c, &o, e)) return false;
    arena *a = arena_new(IMPORT_WORK_BYTES);
    if (!a) return err_no_memory(e);
    const struct kpi_acting by = kpi_office_acting(o, &c->who, c->now, a);
    const bool ok = kpi_import_answer(c->parts->store, &by, c->body, o->config.directory, &c->w, e);
    arena_free(a);
    return ok;
}

static void put_other(json_writer *w, const struct kpi_other_row *r)
{
    json_open(w, '{');
    kpi_put_text(w, "kind", kpi_row_kind_name(r->kind));
    kpi_put_int(w, "line", (int64_t)r->line);
    kpi_put_text(w, "town", r->figure.city);
    kpi_put_text(w, "published", r->figure.published);
    kpi_put_text(w, "indicator", r->figure.indicator);
    kpi_put_text(w, "point", r->figure.point);
    kpi_put_text(w, "value", r->figure.value);
    if (r->there.n) kpi_put_text(w, "there", r->there);
    if (r->why.n) kpi_put_text(w, "why", r->why);
    kpi_put_flag(w, "stored", r->is_stored);
    json_close(w, '}');
}

static bool is_true(const json *body, str name)
{
    const json *j = json_get(body, name);
    return j && j->type == JSON_TRUE;
}

static bool post_others(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    struct kpi_others x;
    if (!kpi_need_office(c, &o, e)) return false;
    arena *a = arena_new(IMPORT_WORK_BYTES);
    if (!a) return err_no_memory(e);
    const struct kpi_acting by = kpi_office_acting(o, &c->who, c->now, a);
    const struct kpi_others_wish wish = {.table = json_text(c->body, STR("table")),
                                         .preview = is_true(c->body, STR("preview")),
                                         .take_conflicts = is_true(c->body, STR("takeConflicts")),
                                         .confirms_large = is_true(c->body, STR("confirmLarge"))};
    const bool ok = kpi_others_import(c->parts->store, &by, &o->published, &wish, &x, e);
    if (ok) {
        json_open(&c->w, '{');
        for (int k = 0; k < KPI_ROW_KIND_COUNT; k++) {
            json_name(&c->w, kpi_row_kind_name((kpi_row_kind)k));
            json_put_int(&c->w, (int64_t)x.of_kind[k]);
        }
        kpi_put_int(&c->w, "stored", (int64_t)x.stored);
        json_name(&c->w, STR("rows"));
        json_open(&c->w, '[');
        for (size_t i = 0; i < x.count; i++) put_other(&c->w, &x.rows[i]);
        json_close(&c->w, ']');
        json_close(&c->w, '}');
    }
    arena_free(a);
    return ok;
}

// ---- Targets -----------------------------------------------------------------------------------------------------

struct aiming {
    struct kpi_acting by;
    const json *body;
};

static bool aim(struct store_tx *tx, void *context, err *e)
{
    const struct aiming *x = context;
    double target, worst = 0, year = 0;
    const bool has_worst = json_number(x->body, STR("worst"), &worst);
    (void)json_number(x->body, STR("target"), &target);
    (void)json_number(x->body, STR("year"), &year);
    return kpi_target_set(tx, &x->by, json_text(x->body, STR("point")), (int)year, target, has_worst, worst,
                          json_text(x->body, STR("source")), json_text(x->body, STR("date")), e);
}

static bool post_target(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    if (!kpi_need_office(c, &o, e)) return false;
    struct aiming x = {kpi_office_acting(o, &c->who, c->now, c->a), c->body};
    return store_run(c->parts->store, aim, &x, e);
}

// ---- Tasks -------------------------------------------------------------------------------------------------------

struct tasking {
    struct kpi_acting by;
    struct kpi_task task;
};

static bool task_set(struct store_tx *tx, void *context, err *e)
{
    const struct tasking *x = context;
    return kpi_task_set(tx, &x->by, &x->task, e);
}

static bool post_task(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    double year = 0;
    if (!kpi_need_office(c, &o, e)) return false;
    (void)json_number(c->body, STR("year"), &year);
    struct tasking x = {kpi_office_acting(o, &c->who, c->now, c->a),
                        {.year = (int)year,
                         .department = json_text(c->body, STR("department")),
                         .owner = json_text(c->body, STR("owner")),
                         .mail = json_text(c->body, STR("mail")),
                         .due = json_text(c->body, STR("due"))}};
    return store_run(c->parts->store, task_set, &x, e);
}

static void put_progress(json_writer *w, const struct kpi_progress *p)
{
    json_open(w, '{');
    kpi_put_text(w, "department", p->department);
    kpi_put_int(w, "inputs", (int64_t)p->inputs);
    kpi_put_int(w, "missing", (int64_t)p->missing);
    kpi_put_int(w, "draft", (int64_t)p->by_status[KPI_DRAFT]);
    kpi_put_int(w, "submitted", (int64_t)p->by_status[KPI_SUBMITTED]);
    kpi_put_int(w, "verified", (int64_t)p->by_status[KPI_VERIFIED]);
    kpi_put_int(w, "rejected", (int64_t)p->by_status[KPI_REJECTED]);
    kpi_put_int(w, "notApplicable", (int64_t)p->by_status[KPI_NOT_APPLICABLE]);
    if (p->has_task) {
        kpi_put_text(w, "owner", p->task.owner);
        kpi_put_text(w, "due", p->task.due);
    }
    json_close(w, '}');
}

static bool list_progress(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_progress_list l;
    if (!kpi_question_read(c, &q, e) || !kpi_progress_read(q.at, q.office->set, q.year, q.area, c->a, &l, e))
        return false;
    json_open(&c->w, '{');
    kpi_put_int(&c->w, "year", q.year);
    json_name(&c->w, STR("departments"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < l.count; i++) put_progress(&c->w, &l.all[i]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

// ---- Years -------------------------------------------------------------------------------------------------------

static bool list_years(struct api_call *c, err *e)
{
    struct snapshot *at;
    int *years;
    size_t count;
    if (!api_snapshot(c, &at, e) || !kpi_years_read(at, c->a, &years, &count, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("years"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < count; i++) json_put_int(&c->w, years[i]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static void put_line(json_writer *w, const struct kpi_year_line *l)
{
    char time[TIME_TEXT_MAX];
    json_open(w, '{');
    kpi_put_text(w, "act", kpi_year_act_name(l->act));
    kpi_put_text(w, "by", l->by);
    kpi_put_text(w, "at", (str){time, time_write(time, l->at)});
    kpi_put_text(w, "reason", l->reason);
    kpi_put_text(w, "hash", l->hash);
    json_close(w, '}');
}

static void put_reports(json_writer *w, const struct kpi_reports *r)
{
    json_name(w, STR("reports"));
    json_open(w, '[');
    for (size_t i = 0; i < r->count; i++) {
        json_open(w, '{');
        kpi_put_int(w, "act", r->all[i].number);
        kpi_put_text(w, "language", language_code(r->all[i].language));
        kpi_put_text(w, "hash", r->all[i].hash);
        kpi_put_int(w, "bytes", r->all[i].bytes);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static bool get_year(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct kpi_year y;
    struct kpi_reports reports;
    char hash[KPI_HASH_TEXT];
    const int year = (int)api_integer(c, "year");
    if (!api_snapshot(c, &at, e) || !kpi_year_read(at, year, c->a, &y, e) ||
        !kpi_year_hash(at, year, c->a, hash, e) || !kpi_reports_read(at, year, c->a, &reports, e))
        return false;
    json_open(&c->w, '{');
    kpi_put_int(&c->w, "year", year);
    kpi_put_flag(&c->w, "frozen", y.is_frozen);
    kpi_put_text(&c->w, "hash", str_of(hash));
    json_name(&c->w, STR("acts"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < y.count; i++) put_line(&c->w, &y.lines[i]);
    json_close(&c->w, ']');
    put_reports(&c->w, &reports);
    json_close(&c->w, '}');
    return true;
}

struct closing {
    struct kpi_acting by;
    int year;
    kpi_year_act act;
    str reason;
};

static bool close_year(struct store_tx *tx, void *context, err *e)
{
    const struct closing *x = context;
    return kpi_year_do(tx, &x->by, x->year, x->act, x->reason, e);
}

static bool do_year(struct api_call *c, kpi_year_act act, err *e)
{
    const struct kpi_office *o;
    if (!kpi_need_office(c, &o, e)) return false;
    struct closing x = {kpi_office_acting(o, &c->who, c->now, c->a), (int)api_integer(c, "year"), act,
                        json_text(c->body, STR("reason"))};
    return store_run(c->parts->store, close_year, &x, e);
}

static bool post_freeze(struct api_call *c, err *e)
{
    return do_year(c, KPI_YEAR_FREEZE, e);
}

static bool post_open(struct api_call *c, err *e)
{
    return do_year(c, KPI_YEAR_OPEN, e);
}

static bool post_signature(struct api_call *c, err *e)
{
    return do_year(c, KPI_YEAR_SIGN, e);
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field place_parameters[] = {
    {"year", API_INTEGER, .about = "Year", .least = 1900, .most = 2200},
    {"area", API_TEXT, .about = "Code of the area; not given: the town"},
    {0}};
static const struct api_field year_parameters[] = {
    {"year", API_INTEGER, .about = "Year", .least = 1900, .most = 2200}, {0}};

static const struct api_field import_fields[] = {
    {"mapping", API_ANY, .about = "A mapping (docs/kpi-format.md), or the name of one that peil has: cbs-kwb",
     .flags = API_NEEDED},
    {"table", API_TEXT, .about = "The file: CSV, or JSON of StatLine", .flags = API_NEEDED},
    {"year", API_INTEGER, .about = "Of rows that do not say theirs"},
    {"area", API_TEXT, .about = "Only this municipality, with its parts"},
    {"preview", API_BOOLEAN, .about = "Show what would happen, store nothing"},
    {"takeConflicts", API_BOOLEAN, .about = "Also where another value is there"},
    {"reason", API_TEXT, .about = "Needed where that value was measured"},
    {"confirm", API_LIST, "string",
     "Doubts that were looked at: jump for all figures, GM0603/inhabitants:jump for one"},
    {"status", API_WORD, "draft submitted", "Not given: submitted"},
    {0}};
static const struct api_field imported_fields[] = {
    {"new", API_INTEGER, .about = "Nothing was there", .flags = API_NEEDED},
    {"same", API_INTEGER, .about = "That value was there", .flags = API_NEEDED},
    {"conflict", API_INTEGER, .about = "Another value was there", .flags = API_NEEDED},
    {"doubt", API_INTEGER, .about = "Doubtful", .flags = API_NEEDED},
    {"fault", API_INTEGER, .about = "Cannot be taken", .flags = API_NEEDED},
    {"missing", API_INTEGER, .about = "Cells without a figure", .flags = API_NEEDED},
    {"stored", API_INTEGER, .about = "Taken in", .flags = API_NEEDED},
    {"rows", API_LIST, "KpiImportRow", "Figures by year, area and input", .flags = API_NEEDED},
    {0}};
static const struct api_field others_fields[] = {
    {"table", API_TEXT,
     .about = "CSV or TSV: city, country, published, kpi_id, data_point, value, status, source_title",
     .flags = API_NEEDED},
    {"preview", API_BOOLEAN, .about = "Show what would happen, store nothing"},
    {"takeConflicts", API_BOOLEAN, .about = "Also where another figure is there"},
    {"confirmLarge", API_BOOLEAN, .about = "Figures above what the data point can be were looked at"},
    {0}};
static const struct api_field othered_fields[] = {
    {"new", API_INTEGER, .about = "Nothing was there", .flags = API_NEEDED},
    {"same", API_INTEGER, .about = "That figure was there", .flags = API_NEEDED},
    {"conflict", API_INTEGER, .about = "Another figure was there", .flags = API_NEEDED},
    {"doubt", API_INTEGER, .about = "More than the data point can be", .flags = API_NEEDED},
    {"fault", API_INTEGER, .about = "Cannot be taken", .flags = API_NEEDED},
    {"stored", API_INTEGER, .about = "Taken in", .flags = API_NEEDED},
    {"rows", API_LIST, "KpiOtherRow", "In the table's order", .flags = API_NEEDED},
    {0}};
static const struct api_field other_row_fields[] = {
    {"kind", API_WORD, "new same conflict doubt fault", "What it is", .flags = API_NEEDED},
    {"line", API_INTEGER, .about = "Of the table", .flags = API_NEEDED},
    {"town", API_TEXT, .about = "Name", .flags = API_NEEDED},
    {"published", API_TEXT, .about = "Year and month", .flags = API_NEEDED},
    {"indicator", API_TEXT, .about = "Id", .flags = API_NEEDED},
    {"point", API_TEXT, .about = "Data point", .flags = API_NEEDED},
    {"value", API_TEXT, .about = "As printed", .flags = API_NEEDED},
    {"there", API_TEXT, .about = "What was there"},
    {"why", API_TEXT, .about = "Why it was not taken"},
    {"stored", API_BOOLEAN, .about = "It was taken in", .flags = API_NEEDED},
    {0}};
static const struct api_field row_fields[] = {
    {"kind", API_WORD, "new same conflict doubt fault", "What it is", .flags = API_NEEDED},
    {"year", API_INTEGER, .about = "Year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Area", .flags = API_NEEDED},
    {"input", API_TEXT, .about = "Input", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "Figure", .flags = API_NEEDED | API_NULLABLE},
    {"there", API_OBJECT, "KpiValue", "What was there"},
    {"doubts", API_LIST, .about = "Code, nl and en"},
    {"why", API_TEXT, .about = "Why it was not taken"},
    {"stored", API_BOOLEAN, .about = "It was taken in", .flags = API_NEEDED},
    {0}};
static const struct api_field target_fields[] = {
    {"point", API_TEXT, .about = "EC:ICT:T:1C, or EN:EN:AQ:1C/no2", .flags = API_NEEDED},
    {"target", API_NUMBER, .about = "What is aimed at", .flags = API_NEEDED},
    {"worst", API_NUMBER, .about = "Where the scale begins; needed where less is better"},
    {"year", API_INTEGER,
     .about = "A promise for that year; not given: the benchmark that is scored against"},
    {"source", API_TEXT, .about = "Where it is written", .flags = API_NEEDED},
    {"date", API_TEXT, "date", "Since when"},
    {0}};
static const struct api_field task_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"department", API_TEXT, .about = "As the set names it", .flags = API_NEEDED},
    {"owner", API_TEXT, .about = "Who delivers"},
    {"mail", API_TEXT, .about = "For reminders"},
    {"due", API_TEXT, .about = "2026-03-01"},
    {0}};
static const struct api_field progress_fields[] = {
    {"department", API_TEXT, .about = "As the set names it", .flags = API_NEEDED},
    {"inputs", API_INTEGER, .about = "That it delivers", .flags = API_NEEDED},
    {"missing", API_INTEGER, .about = "Not there yet", .flags = API_NEEDED},
    {"draft", API_INTEGER, .about = "Being worked on", .flags = API_NEEDED},
    {"submitted", API_INTEGER, .about = "Waiting for a second person", .flags = API_NEEDED},
    {"verified", API_INTEGER, .about = "Accepted", .flags = API_NEEDED},
    {"rejected", API_INTEGER, .about = "Sent back", .flags = API_NEEDED},
    {"notApplicable", API_INTEGER, .about = "Not applicable here", .flags = API_NEEDED},
    {"owner", API_TEXT, .about = "Who delivers"},
    {"due", API_TEXT, .about = "By when"},
    {0}};
static const struct api_field all_progress_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"departments", API_LIST, "KpiProgress", "In the set's order", .flags = API_NEEDED},
    {0}};
static const struct api_field years_fields[] = {
    {"years", API_LIST, "integer", "With values", .flags = API_NEEDED}, {0}};
static const struct api_field year_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"frozen", API_BOOLEAN, .about = "It takes no more values", .flags = API_NEEDED},
    {"hash", API_TEXT, .about = "Of all its values: BLAKE2b-256", .flags = API_NEEDED},
    {"acts", API_LIST, "KpiYearAct", "Oldest first", .flags = API_NEEDED},
    {"reports", API_LIST, "KpiReport", "As they were, kept", .flags = API_NEEDED},
    {0}};
static const struct api_field report_fields[] = {
    {"act", API_INTEGER, .about = "Number of the act that it came with, from 1", .flags = API_NEEDED},
    {"language", API_TEXT, .about = "nl or en", .flags = API_NEEDED},
    {"hash", API_TEXT, .about = "Of the file: BLAKE2b-256", .flags = API_NEEDED},
    {"bytes", API_INTEGER, .about = "Of the file", .flags = API_NEEDED},
    {0}};
static const struct api_field act_fields[] = {
    {"act", API_WORD, "freeze open sign", "What was done", .flags = API_NEEDED},
    {"by", API_TEXT, .about = "Who", .flags = API_NEEDED},
    {"at", API_TIME, .about = "When", .flags = API_NEEDED},
    {"reason", API_TEXT, .about = "Why; of a signature the statement", .flags = API_NEEDED},
    {"hash", API_TEXT, .about = "Of the values as they were", .flags = API_NEEDED},
    {0}};
static const struct api_field reason_fields[] = {
    {"reason", API_TEXT, .about = "Why, or the verifier's statement"}, {0}};

const struct api_set api_kpi_work = {
    .tag = "kpi work",
    .about = "The work on a year of indicators: imports, targets, tasks, freezing, signature.",
    .resources =
        (const struct api_resource[]){
            {HTTP_POST, "/kpi/imports", "importKpiValues", "Takes in a table of figures, or previews it",
             ACTION_WRITE_ENTITY, NULL, "KpiImport", "KpiImported", .status = 200,
             .body_max = IMPORT_BYTES_MAX, .run = post_import},
            {HTTP_POST, "/kpi/others", "importKpiOthers",
             "Takes in what other towns published, or previews it", ACTION_WRITE_ENTITY, NULL, "KpiOthers",
             "KpiOthersImported", .status = 200, .body_max = IMPORT_BYTES_MAX, .run = post_others},
            {HTTP_POST, "/kpi/targets", "setKpiTarget", "Sets a benchmark or a promise of policy",
             ACTION_OPERATE, NULL, "KpiTarget", .run = post_target},
            {HTTP_POST, "/kpi/tasks", "setKpiTask", "Says who delivers a department's inputs, by when",
             ACTION_OPERATE, NULL, "KpiTask", .run = post_task},
            {HTTP_GET, "/kpi/progress/{year}", "getKpiProgress", "How far each department is",
             ACTION_READ_EVIDENCE, place_parameters, .answer = "KpiProgressList", .run = list_progress},
            {HTTP_GET, "/kpi/years", "getKpiYears", "Years with values", ACTION_READ_PUBLIC, NULL,
             .answer = "KpiYears", .run = list_years},
            {HTTP_GET, "/kpi/years/{year}", "getKpiYear", "Frozen or open, by whom, and who signed",
             ACTION_READ_EVIDENCE, year_parameters, .answer = "KpiYear", .run = get_year},
            {HTTP_POST, "/kpi/years/{year}/freeze", "freezeKpiYear", "Closes a year for values",
             ACTION_OPERATE, year_parameters, "KpiReason", .run = post_freeze},
            {HTTP_POST, "/kpi/years/{year}/open", "openKpiYear", "Opens a frozen year again, with a reason",
             ACTION_ADMINISTER, year_parameters, "KpiReason", .run = post_open},
            {HTTP_POST, "/kpi/years/{year}/signature", "signKpiYear",
             "The verifier's statement on a frozen year", ACTION_SIGN_REPORT, year_parameters, "KpiReason",
             .run = post_signature},
            {0}},
    .schemas = (const struct api_schema[]){{"KpiImport", "A table and how to read it.", import_fields},
                                           {"KpiOthers", "Figures of other towns.", others_fields},
                                           {"KpiOthersImported", "What became of each line.", othered_fields},
                                           {"KpiOtherRow", "A figure of another town.", other_row_fields},
                                           {"KpiImported", "What became of each figure.", imported_fields},
                                           {"KpiImportRow", "A figure.", row_fields},
                                           {"KpiTarget", "What a data point is held against.", target_fields},
                                           {"KpiTask", "Who delivers what by when.", task_fields},
                                           {"KpiProgressList", "Progress of a year.", all_progress_fields},
                                           {"KpiProgress", "Progress of a department.", progress_fields},
                                           {"KpiYears", "Years with values.", years_fields},
                                           {"KpiReport", "A report that was kept.", report_fields},
                                           {"KpiYear", "The state of a year.", year_fields},
                                           {"KpiYearAct", "What was done with a year.", act_fields},
                                           {"KpiReason", "A reason or statement.", reason_fields},
                                           {0}},
};
