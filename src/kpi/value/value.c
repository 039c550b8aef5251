// SPDX-License-Identifier: EUPL-1.2
#include "kpi/value/value.h"

#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND STR("kpi.value")
#define BOOK_VALUES_MAX 2000000

static const str status_names[KPI_STATUS_COUNT] = {[KPI_DRAFT] = {"draft", 5},
                                                   [KPI_SUBMITTED] = {"submitted", 9},
                                                   [KPI_VERIFIED] = {"verified", 8},
                                                   [KPI_REJECTED] = {"rejected", 8},
                                                   [KPI_NOT_APPLICABLE] = {"not-applicable", 14}};
static const str method_names[KPI_METHOD_COUNT] = {
    [KPI_BY_MEASUREMENT] = {"measured", 8},       [KPI_BY_SURVEY] = {"survey", 6},
    [KPI_BY_HIGHER_LEVEL] = {"higher-level", 12}, [KPI_BY_ESTIMATE] = {"estimated", 9},
    [KPI_BY_SOMEBODY] = {"somebody", 8},          [KPI_BY_UNKNOWN] = {"unknown", 7}};
static const str origin_names[KPI_ORIGIN_COUNT] = {
    [KPI_BY_HAND] = {"hand", 4}, [KPI_BY_IMPORT] = {"import", 6}, [KPI_BY_SENSORS] = {"sensors", 7}};

static bool name_find(str name, const str *names, int count, int *out)
{
    for (int i = 0; i < count; i++) {
        if (!str_eq(names[i], name)) continue;
        *out = i;
        return true;
    }
    return false;
}

str kpi_status_name(kpi_status s)
{
    return status_names[s];
}

str kpi_method_name(kpi_method m)
{
    return method_names[m];
}

str kpi_origin_name(kpi_origin o)
{
    return origin_names[o];
}

bool kpi_status_by_name(str name, kpi_status *out)
{
    int i;
    if (!name_find(name, status_names, KPI_STATUS_COUNT, &i)) return false;
    *out = (kpi_status)i;
    return true;
}

bool kpi_method_by_name(str name, kpi_method *out)
{
    int i;
    if (!name_find(name, method_names, KPI_METHOD_COUNT, &i)) return false;
    *out = (kpi_method)i;
    return true;
}

// ---- The form ----------------------------------------------------------------------------------------------------

static void evidence_write(json_writer *w, const struct kpi_value *v)
{
    json_name(w, STR("evidence"));
    json_open(w, '[');
    for (size_t i = 0; i < v->evidence_count; i++) {
        json_open(w, '{');
        json_member_given(w, STR("hash"), v->evidence[i].hash);
        json_member_given(w, STR("name"), v->evidence[i].name);
        json_member_given(w, STR("mediaType"), v->evidence[i].media_type);
        json_member_int(w, STR("bytes"), v->evidence[i].bytes);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void confirmations_write(json_writer *w, const struct kpi_value *v)
{
    json_name(w, STR("confirmed"));
    json_open(w, '[');
    for (size_t i = 0; i < v->confirmed_count; i++) {
        json_open(w, '{');
        json_member_given(w, STR("code"), v->confirmed[i].code);
        json_member_given(w, STR("text"), v->confirmed[i].text);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void readings_write(json_writer *w, const struct kpi_value *v)
{
    if (!v->reading_count) return;
    json_name(w, STR("readings"));
    json_open(w, '[');
    for (size_t i = 0; i < v->reading_count; i++) json_put_int(w, v->readings[i]);
    json_close(w, ']');
}

void kpi_value_write(json_writer *w, const struct kpi_value *v)
{
    char time[TIME_TEXT_MAX];
    json_open(w, '{');
    json_member_int(w, STR("year"), v->year);
    json_member_given(w, STR("area"), v->area);
    json_member_given(w, STR("input"), v->input);
    json_member_int(w, STR("revision"), v->revision);
    json_member_given(w, STR("status"), kpi_status_name(v->status));
    json_name(w, STR("value"));
    if (v->has_number)
        json_put_double(w, v->number);
    else
        json_put_null(w);
    json_member_given(w, STR("given"), v->given);
    json_member_given(w, STR("source"), v->source);
    json_member_int(w, STR("referenceYear"), v->reference_year);
    json_member_given(w, STR("method"), kpi_method_name(v->method));
    json_member_given(w, STR("origin"), kpi_origin_name(v->origin));
    json_name(w, STR("demo"));
    json_put_bool(w, v->is_demo);
    if (!isnan(v->capture)) {
        json_name(w, STR("capture"));
        json_put_double(w, v->capture);
    }
    readings_write(w, v);
    json_member_given(w, STR("note"), v->note);
    json_member_given(w, STR("reason"), v->reason);
    json_member_given(w, STR("by"), v->by);
    json_member_given(w, STR("submittedBy"), v->submitted_by);
    json_member_given(w, STR("at"), (str){time, time_write(time, v->at)});
    evidence_write(w, v);
    confirmations_write(w, v);
    json_close(w, '}');
}

static int int_of(const json *j, str name)
{
    double v;
    return json_number(j, name, &v) && v >= 0 && v < 1e9 ? (int)v : 0;
}

static bool text_copy(const json *j, str name, arena *a, str *out)
{
    return arena_copy(a, json_text(j, name), out);
}

static bool evidence_read(const json *list, arena *a, struct kpi_value *v)
{
    v->evidence = ARENA_ARRAY(a, (list ? list->count : 0) + 1, struct kpi_evidence);
    if (!v->evidence) return false;
    for (const json *j = list ? list->first : NULL; j; j = j->next) {
        struct kpi_evidence *x = &v->evidence[v->evidence_count++];
        x->bytes = int_of(j, STR("bytes"));
        if (!text_copy(j, STR("hash"), a, &x->hash) || !text_copy(j, STR("name"), a, &x->name) ||
            !text_copy(j, STR("mediaType"), a, &x->media_type))
            return false;
    }
    return true;
}

static bool confirmations_read(const json *list, arena *a, struct kpi_value *v)
{
    v->confirmed = ARENA_ARRAY(a, (list ? list->count : 0) + 1, struct kpi_confirmation);
    if (!v->confirmed) return false;
    for (const json *j = list ? list->first : NULL; j; j = j->next) {
        struct kpi_confirmation *x = &v->confirmed[v->confirmed_count++];
        if (!text_copy(j, STR("code"), a, &x->code) || !text_copy(j, STR("text"), a, &x->text)) return false;
    }
    return true;
}

static bool readings_read(const json *list, arena *a, struct kpi_value *v)
{
    v->readings = ARENA_ARRAY(a, (list ? list->count : 0) + 1, int64_t);
    if (!v->readings) return false;
    for (const json *j = list ? list->first : NULL; j; j = j->next)
        if (j->type == JSON_NUMBER && num_parse_int(j->text, &v->readings[v->reading_count], NULL))
            v->reading_count++;
    return true;
}

static bool texts_read(const json *j, arena *a, struct kpi_value *v)
{
    return text_copy(j, STR("area"), a, &v->area) && text_copy(j, STR("input"), a, &v->input) &&
           text_copy(j, STR("given"), a, &v->given) && text_copy(j, STR("source"), a, &v->source) &&
           text_copy(j, STR("note"), a, &v->note) && text_copy(j, STR("reason"), a, &v->reason) &&
           text_copy(j, STR("by"), a, &v->by) && text_copy(j, STR("submittedBy"), a, &v->submitted_by) &&
           evidence_read(json_get(j, STR("evidence")), a, v) &&
           confirmations_read(json_get(j, STR("confirmed")), a, v) &&
           readings_read(json_get(j, STR("readings")), a, v);
}

bool kpi_value_read(const json *j, arena *a, struct kpi_value *out, err *e)
{
    struct kpi_value v = {.capture = NAN, .at = TIME_NONE};
    int origin;
    const json *demo = json_get(j, STR("demo"));
    const bool known = kpi_status_by_name(json_text(j, STR("status")), &v.status) &&
                       kpi_method_by_name(json_text(j, STR("method")), &v.method) &&
                       name_find(json_text(j, STR("origin")), origin_names, KPI_ORIGIN_COUNT, &origin) &&
                       time_parse(json_text(j, STR("at")), &v.at, e);
    if (!known)
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE,
                       "status, method, origin or time of a value cannot be read");
    v.origin = (kpi_origin)origin;
    v.year = int_of(j, STR("year"));
    v.revision = int_of(j, STR("revision"));
    v.reference_year = int_of(j, STR("referenceYear"));
    v.has_number = json_number(j, STR("value"), &v.number);
    v.is_demo = demo && demo->type == JSON_TRUE;
    (void)json_number(j, STR("capture"), &v.capture);
    if (!texts_read(j, a, &v)) return err_no_memory(e);
    *out = v;
    return true;
}

// ---- What is stored: a document per revision, with the key YEAR/AREA/INPUT/REVISION ----------------------------------

struct loading {
    struct kpi_book *book;
    arena *scratch, *arena;
    bool keeps_all;  // revisions too
};

static bool same_value(const struct kpi_value *a, const struct kpi_value *b)
{
    return str_eq(a->area, b->area) && str_eq(a->input, b->input);
}

static struct kpi_value *book_place(struct loading *l, const struct kpi_value *v)
{
    struct kpi_book *b = l->book;
    if (!l->keeps_all && b->count && same_value(&b->values[b->count - 1], v)) return &b->values[b->count - 1];
    if (b->count == b->capacity) {
        const size_t capacity = b->capacity ? 2 * b->capacity : 256;
        struct kpi_value *grown = capacity <= BOOK_VALUES_MAX
                                      ? ARENA_ARRAY(l->arena, capacity, struct kpi_value)
                                      : NULL;
        if (!grown) return NULL;
        if (b->count) memcpy(grown, b->values, b->count * sizeof *grown);
        b->values = grown;
        b->capacity = capacity;
    }
    return &b->values[b->count++];
}

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    json *j;
    struct kpi_value v;
    arena_reset(l->scratch);
    if (!json_parse(text, l->scratch, &j, e) || !kpi_value_read(j, l->arena, &v, e))
        return err_within(e, "value '%.*s'", STR_ARG(key));
    struct kpi_value *place = book_place(l, &v);
    if (!place) return err_no_memory(e);
    *place = v;
    return true;
}

// What lies under a key: from "2025/GM0603/" to "2025/GM06030", for '0' is the character behind '/'.
static bool range_load(struct snapshot *at, str prefix, struct loading *l, err *e)
{
    char to[256];
    const int n = snprintf(to, sizeof to, "%.*s0", (int)prefix.n - 1, prefix.p);
    l->scratch = arena_new(1 << 20);
    if (!l->scratch) return err_no_memory(e);
    const bool ok = store_document_range(at, KIND, prefix, (str){to, (size_t)n}, load_one, l, e);
    arena_free(l->scratch);
    return ok;
}

bool kpi_book_read(struct snapshot *at, int year, str area, arena *a, struct kpi_book *out, err *e)
{
    char prefix[128];
    struct kpi_book b = {.year = year};
    struct loading l = {.book = &b, .arena = a};
    const int n = snprintf(prefix, sizeof prefix, "%04d/%.*s%s", year, STR_ARG(area), area.n ? "/" : "");
    if (n >= (int)sizeof prefix) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the area's code is too long");
    if (!range_load(at, (str){prefix, (size_t)n}, &l, e)) return false;
    *out = b;
    return true;
}

static int order(str area, str input, const struct kpi_value *v)
{
    const int by_area = str_cmp(area, v->area);
    return by_area ? by_area : str_cmp(input, v->input);
}

const struct kpi_value *kpi_book_find(const struct kpi_book *b, str area, str input)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int o = order(area, input, &b->values[middle]);
        if (o == 0) return &b->values[middle];
        if (o < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

bool kpi_history_read(struct snapshot *at, int year, str area, str input, arena *a, struct kpi_book *out,
                      err *e)
{
    char prefix[240];
    struct kpi_book b = {.year = year};
    struct loading l = {.book = &b, .arena = a, .keeps_all = true};
    const int n = snprintf(prefix, sizeof prefix, "%04d/%.*s/%.*s/", year, STR_ARG(area), STR_ARG(input));
    if (n >= (int)sizeof prefix)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the name of the value is too long");
    if (!range_load(at, (str){prefix, (size_t)n}, &l, e)) return false;
    *out = b;
    return true;
}

bool kpi_value_add(struct store_tx *tx, struct kpi_value *v, arena *a, err *e)
{
    struct kpi_book history;
    char key[256];
    if (!kpi_history_read(store_tx_snapshot(tx), v->year, v->area, v->input, a, &history, e)) return false;
    v->revision = history.count ? history.values[history.count - 1].revision + 1 : 1;
    const int n = snprintf(key, sizeof key, "%04d/%.*s/%.*s/%06d", v->year, STR_ARG(v->area),
                           STR_ARG(v->input), v->revision);
    if (n >= (int)sizeof key) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the name of the value is too long");
    buf b = {.max = 64 << 10};
    json_writer w = json_writer_on(&b);
    kpi_value_write(&w, v);
    const bool ok = b.failed ? err_set(e, ERR_LIMIT, ERR_NOWHERE, "the value has too many texts")
                             : store_document_put(tx, KIND, (str){key, (size_t)n}, buf_str(&b), e);
    buf_free(&b);
    return ok;
}
