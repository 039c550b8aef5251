// SPDX-License-Identifier: EUPL-1.2
// Values of inputs, with their evidence and history: for who delivers, judges or verifies them.
#include "api/resource/kpi_parts.h"
#include "kpi/value/evidence.h"

#include <math.h>

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool list_values(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_book book;
    kpi_status wanted = KPI_STATUS_COUNT;
    if (!kpi_question_read(c, &q, e) || !kpi_book_read(q.at, q.year, q.area, c->a, &book, e)) return false;
    (void)kpi_status_by_name(api_text(c, "status"), &wanted);
    json_open(&c->w, '{');
    json_name(&c->w, STR("values"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < book.count; i++)
        if (wanted == KPI_STATUS_COUNT || book.values[i].status == wanted)
            kpi_value_write(&c->w, &book.values[i]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static bool history_take(struct api_call *c, struct kpi_question *q, struct kpi_book *out, err *e)
{
    const str input = api_text(c, "input");
    if (!kpi_question_read(c, q, e) || !kpi_history_read(q->at, q->year, q->area, input, c->a, out, e))
        return false;
    return out->count || err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no value of '%.*s' for %d in %.*s",
                                 STR_ARG(input), q->year, STR_ARG(q->area));
}

static bool list_history(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_book book;
    if (!history_take(c, &q, &book, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("values"));
    json_open(&c->w, '[');
    for (size_t i = 0; i < book.count; i++) kpi_value_write(&c->w, &book.values[i]);
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

// Only files that are evidence of this value: the store keeps others under the same kind of name.
static const struct kpi_evidence *evidence_find(const struct kpi_book *book, str hash)
{
    for (size_t i = 0; i < book->count; i++)
        for (size_t k = 0; k < book->values[i].evidence_count; k++)
            if (str_eq(book->values[i].evidence[k].hash, hash)) return &book->values[i].evidence[k];
    return NULL;
}

static bool get_evidence(struct api_call *c, err *e)
{
    struct kpi_question q;
    struct kpi_book book;
    str bytes, disposition;
    if (!history_take(c, &q, &book, e)) return false;
    const struct kpi_evidence *x = evidence_find(&book, api_text(c, "hash"));
    if (!x) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "that is no evidence of this value");
    if (!store_blob_get(q.at, x->hash, c->a, &bytes, e)) return false;
    buf_add(&c->out, bytes);
    // Never shown by the browser itself: what people upload is not our page.
    if (!arena_print(c->a, &disposition, "attachment; filename=\"%.*s\"", STR_ARG(x->name)))
        return err_no_memory(e);
    api_header(c, STR("Content-Disposition"), disposition);
    c->head.content_type = STR("application/octet-stream");
    return true;
}

// ---- Entering ----------------------------------------------------------------------------------------------------

struct entering {
    struct kpi_acting by;
    struct kpi_entry entry;
    struct kpi_value value;
    struct kpi_doubts doubts;
};

static int year_of(const json *body, str name)
{
    double v;
    return json_number(body, name, &v) && v >= 0 && v < 10000 ? (int)v : 0;
}

static bool number_of(const json *body, struct kpi_entry *x)
{
    const json *v = json_get(body, STR("value"));
    if (v && (v->type == JSON_TRUE || v->type == JSON_FALSE)) {
        x->has_number = true;
        x->number = v->type == JSON_TRUE;
        return true;
    }
    x->has_number = json_number(body, STR("value"), &x->number);
    return true;
}

static bool evidence_read(struct api_call *c, struct kpi_entry *x, err *e)
{
    const json *list = json_get(c->body, STR("evidence"));
    struct kpi_evidence *all = ARENA_ARRAY(c->a, (list ? list->count : 0) + 1, struct kpi_evidence);
    struct snapshot *at;
    if (!all) return err_no_memory(e);
    if (list && list->count > KPI_EVIDENCE_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %d files of evidence per value", KPI_EVIDENCE_MAX);
    if (!api_snapshot(c, &at, e)) return false;
    for (const json *j = list ? list->first : NULL; j; j = j->next) {
        struct kpi_evidence *f = &all[x->evidence_count++];
        f->hash = json_text(j, STR("hash"));
        if (!kpi_evidence_name(json_text(j, STR("name")), c->a, &f->name, e) || !kpi_evidence_find(at, f, e))
            return false;
    }
    x->evidence = all;
    return true;
}

static bool confirmed_read(struct api_call *c, struct kpi_entry *x, err *e)
{
    const json *list = json_get(c->body, STR("confirm"));
    str *codes = ARENA_ARRAY(c->a, (list ? list->count : 0) + 1, str);
    if (!codes) return err_no_memory(e);
    for (const json *j = list ? list->first : NULL; j; j = j->next) codes[x->confirmed_count++] = j->text;
    x->confirmed = codes;
    return true;
}

static bool entry_read(struct api_call *c, const struct kpi_office *o, struct kpi_entry *x, err *e)
{
    const json *b = c->body;
    const str method = json_text(b, STR("method")), status = json_text(b, STR("status")),
              area = json_text(b, STR("area"));
    *x = (struct kpi_entry){.year = year_of(b, STR("year")),
                            .area = area.n ? area : o->config.area,
                            .input = json_text(b, STR("input")),
                            .status = KPI_DRAFT,
                            .unit = json_text(b, STR("unit")),
                            .source = json_text(b, STR("source")),
                            .note = json_text(b, STR("note")),
                            .reason = json_text(b, STR("reason")),
                            .reference_year = year_of(b, STR("referenceYear")),
                            .method = KPI_BY_UNKNOWN,
                            .capture = (double)NAN};
    if (method.n && !kpi_method_by_name(method, &x->method))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no method '%.*s'", STR_ARG(method));
    if (status.n &&
        (!kpi_status_by_name(status, &x->status) || x->status == KPI_VERIFIED || x->status == KPI_REJECTED))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "a value is entered as \"draft\", \"submitted\" or \"not-applicable\"");
    return number_of(b, x) && evidence_read(c, x, e) && confirmed_read(c, x, e);
}

static bool enter(struct store_tx *tx, void *context, err *e)
{
    struct entering *x = context;
    return kpi_enter(tx, &x->by, &x->entry, &x->value, &x->doubts, e);
}

// What is doubtful, with the words for it, so that a form can ask for each confirmation.
static void answer_doubts(struct api_call *c, const struct kpi_doubts *d, const char *detail)
{
    buf_clear(&c->out);
    c->w = json_writer_on(&c->out);
    c->status = 409;
    c->head.content_type = STR("application/problem+json");
    json_open(&c->w, '{');
    kpi_put_text(&c->w, "type", STR("urn:peil:problem:doubts"));
    kpi_put_text(&c->w, "title", STR("Conflict"));
    kpi_put_int(&c->w, "status", 409);
    kpi_put_text(&c->w, "detail", str_of(detail));
    kpi_put_text(&c->w, "instance", http_request_path(c->request));
    json_name(&c->w, STR("doubts"));
    kpi_doubts_write(&c->w, d);
    json_close(&c->w, '}');
}

static bool check_only(struct api_call *c, struct entering *x, err *e)
{
    struct snapshot *at;
    if (!api_snapshot(c, &at, e) || !kpi_entry_check(&x->by, at, &x->entry, &x->value, &x->doubts, e))
        return false;
    c->status = 200;
    json_open(&c->w, '{');
    json_name(&c->w, STR("doubts"));
    kpi_doubts_write(&c->w, &x->doubts);
    json_close(&c->w, '}');
    return true;
}

static bool post_value(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    struct entering *x = ARENA_NEW(c->a, struct entering);
    if (!x) return err_no_memory(e);
    if (!kpi_need_office(c, &o, e) || !entry_read(c, o, &x->entry, e)) return false;
    x->by = kpi_office_acting(o, &c->who, c->now, c->a);
    if (api_flag(c, "check")) return check_only(c, x, e);
    if (!store_run(c->parts->store, enter, x, e)) {
        if (e->code != ERR_CONFLICT || x->doubts.count == 0) return false;
        answer_doubts(c, &x->doubts, e->text);
        return true;
    }
    kpi_value_write(&c->w, &x->value);
    return true;
}

// ---- Judging -----------------------------------------------------------------------------------------------------

struct moving {
    struct kpi_acting by;
    int year;
    str area, input, reason;
    kpi_status to;
    struct kpi_value value;
};

static bool move(struct store_tx *tx, void *context, err *e)
{
    struct moving *m = context;
    return kpi_move(tx, &m->by, m->year, m->area, m->input, m->to, m->reason, &m->value, e);
}

static bool post_status(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    const str area = json_text(c->body, STR("area"));
    struct moving m = {.year = year_of(c->body, STR("year")),
                       .input = json_text(c->body, STR("input")),
                       .reason = json_text(c->body, STR("reason"))};
    if (!kpi_need_office(c, &o, e)) return false;
    if (!kpi_status_by_name(json_text(c->body, STR("status")), &m.to))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a value can be submitted, verified or rejected");
    m.area = area.n ? area : o->config.area;
    m.by = kpi_office_acting(o, &c->who, c->now, c->a);
    if (!store_run(c->parts->store, move, &m, e)) return false;
    kpi_value_write(&c->w, &m.value);
    return true;
}

// ---- Evidence ----------------------------------------------------------------------------------------------------

struct keeping {
    struct kpi_acting by;
    str bytes;
    struct kpi_evidence kept;
};

static bool keep(struct store_tx *tx, void *context, err *e)
{
    struct keeping *k = context;
    return kpi_evidence_keep(tx, &k->by, k->bytes, &k->kept, e);
}

// The name, and with it the kind of file, comes with the value: here it is bytes.
static bool post_evidence(struct api_call *c, err *e)
{
    const struct kpi_office *o;
    struct keeping k = {.bytes = http_request_body(c->request)};
    if (!k.bytes.n) return err_set(e, ERR_MISSING, ERR_NOWHERE, "the body is the file itself; it is empty");
    if (!kpi_need_office(c, &o, e)) return false;
    k.by = kpi_office_acting(o, &c->who, c->now, c->a);
    if (!store_run(c->parts->store, keep, &k, e)) return false;
    json_open(&c->w, '{');
    kpi_put_text(&c->w, "hash", k.kept.hash);
    kpi_put_int(&c->w, "bytes", k.kept.bytes);
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

#define STATUSES "draft submitted verified rejected not-applicable"

static const struct api_field list_parameters[] = {
    {"year", API_INTEGER, .about = "Year", .flags = API_NEEDED, .least = 1900, .most = 2200},
    {"area", API_TEXT, .about = "Code of the area; not given: the town"},
    {"status", API_WORD, STATUSES, "Only those"},
    {0}};
static const struct api_field history_parameters[] = {
    {"input", API_TEXT, .about = "Id of the input, or =POINT", .flags = API_NEEDED}, KPI_PLACE, {0}};
static const struct api_field evidence_parameters[] = {
    {"hash", API_TEXT, .about = "Of the file"},
    {"input", API_TEXT, .about = "Whose evidence it is", .flags = API_NEEDED},
    KPI_PLACE,
    {0}};
static const struct api_field check_parameters[] = {
    {"check", API_BOOLEAN, .about = "Only say what is doubtful; store nothing", .standard = "false"}, {0}};

static const struct api_field value_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Code of the area", .flags = API_NEEDED},
    {"input", API_TEXT, .about = "Id of the input, or =POINT for a result without inputs",
     .flags = API_NEEDED},
    {"revision", API_INTEGER, .about = "From 1", .flags = API_NEEDED},
    {"status", API_WORD, STATUSES, "How far it is", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "In the input's unit; yes 1, no 0", .flags = API_NEEDED | API_NULLABLE},
    {"given", API_TEXT, .about = "As entered, when it was converted"},
    {"source", API_TEXT, .about = "Where it comes from"},
    {"referenceYear", API_INTEGER, .about = "Year that the figure is about"},
    {"method", API_TEXT, .about = "How it was found"},
    {"origin", API_WORD, "hand import sensors", "How it came here"},
    {"demo", API_BOOLEAN, .about = "It is demonstration"},
    {"capture", API_NUMBER, .about = "Of sensors: share of the days with a reading"},
    {"readings", API_LIST, "integer", "Of sensors: ids of the Datastreams behind it"},
    {"note", API_TEXT, .about = "Remark"},
    {"reason", API_TEXT, .about = "Why rejected, not applicable, or an override"},
    {"by", API_TEXT, .about = "Who did this"},
    {"submittedBy", API_TEXT, .about = "Who submitted it"},
    {"at", API_TIME, .about = "When", .flags = API_NEEDED},
    {"evidence", API_LIST, "KpiEvidence", "Files"},
    {"confirmed", API_LIST, "KpiConfirmation", "Doubts that were confirmed"},
    {0}};
static const struct api_field file_fields[] = {
    {"hash", API_TEXT, .about = "Of the bytes: BLAKE2b-256 in hex", .flags = API_NEEDED},
    {"name", API_TEXT, .about = "Of the file", .flags = API_NEEDED},
    {"mediaType", API_TEXT, .about = "application/pdf"},
    {"bytes", API_INTEGER, .about = "Length"},
    {0}};
static const struct api_field confirmation_fields[] = {
    {"code", API_TEXT, .about = "jump, over-100 ...", .flags = API_NEEDED},
    {"text", API_TEXT, .about = "What was said, in Dutch", .flags = API_NEEDED},
    {0}};
static const struct api_field values_fields[] = {
    {"values", API_LIST, "KpiValue", "Values", .flags = API_NEEDED}, {0}};
static const struct api_field entry_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Not given: the town"},
    {"input", API_TEXT, .about = "Id of the input, or =POINT", .flags = API_NEEDED},
    {"value", API_ANY, .about = "Number, true or false; null with not-applicable"},
    {"unit", API_TEXT, .about = "Another unit of the same kind, or one of the input's conversions"},
    {"status", API_WORD, "draft submitted not-applicable", "Not given: draft"},
    {"source", API_TEXT, .about = "Needed to submit"},
    {"referenceYear", API_INTEGER, .about = "Not given: the year"},
    {"method", API_WORD, "measured survey higher-level estimated somebody unknown", "How it was found"},
    {"note", API_TEXT, .about = "Remark"},
    {"reason", API_TEXT,
     .about = "Needed for not-applicable, for =POINT, and in the place of what sensors measured"},
    {"evidence", API_LIST, "KpiEvidence", "Files that were put in before"},
    {"confirm", API_LIST, "string", "Codes of doubts that were looked at"},
    {0}};
static const struct api_field move_fields[] = {
    {"year", API_INTEGER, .about = "Reporting year", .flags = API_NEEDED},
    {"area", API_TEXT, .about = "Not given: the town"},
    {"input", API_TEXT, .about = "Id of the input, or =POINT", .flags = API_NEEDED},
    {"status", API_WORD, "submitted verified rejected", "Where to", .flags = API_NEEDED},
    {"reason", API_TEXT, .about = "Needed to reject"},
    {0}};
static const struct api_field kept_fields[] = {{"hash", API_TEXT, .about = "Its name", .flags = API_NEEDED},
                                               {"bytes", API_INTEGER, .about = "Length", .flags = API_NEEDED},
                                               {0}};

const struct api_set api_kpi_values = {
    .tag = "kpi values",
    .about = "Values of inputs: who said what when, with which evidence. Nothing is overwritten; who submits "
             "cannot verify.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/kpi/values", "getKpiValues", "What stands now", ACTION_READ_EVIDENCE,
             list_parameters, .answer = "KpiValues", .run = list_values},
            {HTTP_POST, "/kpi/values", "enterKpiValue",
             "Enters a value; 409 with doubts asks for a confirmation of each", ACTION_WRITE_ENTITY,
             check_parameters, "KpiEntry", "KpiValue", .status = 201, .run = post_value},
            {HTTP_GET, "/kpi/values/history", "getKpiHistory", "All revisions of one value",
             ACTION_READ_EVIDENCE, history_parameters, .answer = "KpiValues", .run = list_history},
            {HTTP_POST, "/kpi/values/status", "judgeKpiValue", "Submits, verifies or rejects a value",
             ACTION_WRITE_ENTITY, NULL, "KpiJudgement", "KpiValue", .run = post_status},
            {HTTP_POST, "/kpi/evidence", "putKpiEvidence", "Keeps a file; name it with a value after",
             ACTION_WRITE_ENTITY, NULL, .answer = "KpiFile", .status = 201,
             .body_max = KPI_EVIDENCE_BYTES_MAX, .run = post_evidence},
            {HTTP_GET, "/kpi/evidence/{hash}", "getKpiEvidence", "A file that is evidence of a value",
             ACTION_READ_EVIDENCE, evidence_parameters, .status = 200, .run = get_evidence},
            {0}},
    .schemas = (const struct api_schema[]){{"KpiValues", "Values.", values_fields},
                                           {"KpiValue", "One revision of a value.", value_fields},
                                           {"KpiEvidence", "A file of evidence.", file_fields},
                                           {"KpiConfirmation", "A doubt that was confirmed.",
                                            confirmation_fields},
                                           {"KpiEntry", "A value to enter.", entry_fields},
                                           {"KpiJudgement", "Where a value goes.", move_fields},
                                           {"KpiFile", "A file that is kept.", kept_fields},
                                           {0}},
};
