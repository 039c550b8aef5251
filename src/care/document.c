// SPDX-License-Identifier: EUPL-1.2
#include "care/document.h"

#include "base/json.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define DOCUMENT_BYTES ((size_t)64 << 10)
#define CASES_OF_HOME 256

void text_set(char *out, size_t max, str s)
{
    const size_t n = s.n < max ? s.n : max - 1;
    if (n) memcpy(out, s.p, n);
    out[n] = 0;
}

// One table per document: what stands where, for both ways.
typedef enum { FIELD_TEXT, FIELD_TIME, FIELD_INT, FIELD_BOOL } field_type;
struct field {
    const char *name;
    field_type type;
    size_t offset, size;
};
#define TEXT_FIELD(s, f)                                                  \
    {                                                                     \
#f, FIELD_TEXT, offsetof(struct s, f), sizeof(((struct s *)0)->f) \
    }
#define TIME_FIELD(s, f)                         \
    {                                            \
#f, FIELD_TIME, offsetof(struct s, f), 0 \
    }
#define INT_FIELD(s, f)                         \
    {                                           \
#f, FIELD_INT, offsetof(struct s, f), 0 \
    }
#define BOOL_FIELD(s, f)                         \
    {                                            \
#f, FIELD_BOOL, offsetof(struct s, f), 0 \
    }

static const struct field participant_fields[] = {
    TEXT_FIELD(participant, state),
    TEXT_FIELD(participant, group),
    TEXT_FIELD(participant, consent_version),
    TEXT_FIELD(participant, consent_hash),
    TEXT_FIELD(participant, link),
    TEXT_FIELD(participant, case_id),
    INT_FIELD(participant, number),
    INT_FIELD(participant, quiet_h),
    TIME_FIELD(participant, since),
    TIME_FIELD(participant, consent_at),
    TIME_FIELD(participant, heard),
    TIME_FIELD(participant, state_since),
    TIME_FIELD(participant, last_life),
    TIME_FIELD(participant, away_from),
    TIME_FIELD(participant, away_until),
    TIME_FIELD(participant, well_at),
    BOOL_FIELD(participant, is_paused),
    BOOL_FIELD(participant, is_made_up),
    BOOL_FIELD(participant, is_withdrawn),
};
static const struct field case_fields[] = {
    TEXT_FIELD(case_doc, pseudonym),      TEXT_FIELD(case_doc, group),
    TEXT_FIELD(case_doc, cause),          TEXT_FIELD(case_doc, reason_nl),
    TEXT_FIELD(case_doc, reason_en),      TEXT_FIELD(case_doc, closed_reason),
    TEXT_FIELD(case_doc, asked_by),       TEXT_FIELD(case_doc, asked_why),
    TEXT_FIELD(case_doc, opened_by),      TIME_FIELD(case_doc, opened),
    TIME_FIELD(case_doc, step_since),     TIME_FIELD(case_doc, due),
    TIME_FIELD(case_doc, closed),         TIME_FIELD(case_doc, asked_at),
    TIME_FIELD(case_doc, opened_until),   INT_FIELD(case_doc, quiet_h),
    INT_FIELD(case_doc, late_count),      BOOL_FIELD(case_doc, is_made_up),
    BOOL_FIELD(case_doc, is_of_silences),
};
static const struct field event_fields[] = {
    TIME_FIELD(event, at),
    TEXT_FIELD(event, by),
    TEXT_FIELD(event, what),
    TEXT_FIELD(event, outcome),
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

// ---- Writing -----------------------------------------------------------------------------------------------------

static void put_fields(json_writer *w, const void *from, const struct field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *f = &fields[i];
        const char *at = (const char *)from + f->offset;
        int64_t number;
        bool flag;
        char text[TIME_TEXT_MAX];
        json_name(w, str_of(f->name));
        if (f->type == FIELD_TEXT) {
            json_put_text(w, str_of(at));
        } else if (f->type == FIELD_BOOL) {
            memcpy(&flag, at, sizeof flag);
            json_put_bool(w, flag);
        } else {
            memcpy(&number, at, sizeof number);
            if (f->type == FIELD_INT)
                json_put_int(w, number);
            else if (number == TIME_NONE)
                json_put_null(w);
            else
                json_put_text(w, (str){text, time_write(text, number)});
        }
    }
}

static bool put_document(struct store_tx *tx, str kind, str key, buf *b, err *e)
{
    const bool ok = b->failed ? err_no_memory(e) : store_document_put(tx, kind, key, buf_str(b), e);
    buf_free(b);
    return ok;
}

bool participant_put(struct store_tx *tx, const struct participant *p, err *e)
{
    buf b = {.max = DOCUMENT_BYTES};
    json_writer w = json_writer_on(&b);
    char key[2 * SIGN_KEY_BYTES + 1];
    sodium_bin2hex(key, sizeof key, p->key, sizeof p->key);
    json_open(&w, '{');
    json_name(&w, STR("way"));
    json_put_text(&w, p->way == CARE_WATCH ? STR("watch") : STR("stream"));
    json_name(&w, STR("key"));
    json_put_text(&w, str_of(key));
    put_fields(&w, p, participant_fields, COUNT(participant_fields));
    json_close(&w, '}');
    return put_document(tx, KIND_PARTICIPANT, str_of(p->pseudonym), &b, e);
}

bool case_put(struct store_tx *tx, const struct case_doc *c, err *e)
{
    buf b = {.max = DOCUMENT_BYTES};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("step"));
    json_put_text(&w, str_of(ladder_rung(c->step)->name));
    put_fields(&w, c, case_fields, COUNT(case_fields));
    json_name(&w, STR("events"));
    json_open(&w, '[');
    for (size_t i = 0; i < c->event_count; i++) {
        json_open(&w, '{');
        put_fields(&w, &c->events[i], event_fields, COUNT(event_fields));
        json_close(&w, '}');
    }
    json_close(&w, ']');
    json_close(&w, '}');
    const bool is_open = c->closed == TIME_NONE;
    return put_document(tx, is_open ? KIND_CASE : KIND_CLOSED, str_of(c->id), &b, e) &&
           (is_open || store_document_delete(tx, KIND_CASE, str_of(c->id), e));
}

void case_note(struct case_doc *c, instant at, const struct principal *by, const char *what,
               const char *outcome)
{
    if (c->event_count == EVENTS_MAX) {
        // The first one says when it was opened, and stays.
        memmove(&c->events[1], &c->events[2], (EVENTS_MAX - 2) * sizeof c->events[0]);
        c->event_count--;
    }
    struct event *x = &c->events[c->event_count++];
    memset(x, 0, sizeof *x);
    x->at = at;
    text_set(x->by, sizeof x->by, by ? str_of(by->name) : STR("peil"));
    text_set(x->what, sizeof x->what, str_of(what));
    text_set(x->outcome, sizeof x->outcome, str_of(outcome));
}

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool get_fields(const json *from, void *out, const struct field *fields, size_t count, err *e)
{
    for (size_t i = 0; i < count; i++) {
        const struct field *f = &fields[i];
        char *at = (char *)out + f->offset;
        const json *j = json_get(from, str_of(f->name));
        int64_t number = TIME_NONE;
        if (f->type == FIELD_TEXT) {
            text_set(at, f->size, json_text(from, str_of(f->name)));
        } else if (f->type == FIELD_BOOL) {
            const bool flag = j && j->type == JSON_TRUE;
            memcpy(at, &flag, sizeof flag);
        } else if (f->type == FIELD_INT) {
            number = 0;
            if (j && j->type == JSON_NUMBER && !num_parse_int(j->text, &number, e)) return false;
            memcpy(at, &number, sizeof number);
        } else {
            if (j && j->type == JSON_TEXT && !time_parse(j->text, &number, e)) return false;
            memcpy(at, &number, sizeof number);
        }
    }
    return true;
}

static bool parse(str text, arena **a, json **root, err *e)
{
    *a = arena_new(4 * DOCUMENT_BYTES);
    return *a ? json_parse(text, *a, root, e) : err_no_memory(e);
}

bool participant_parse(str text, str pseudonym, struct participant *out, err *e)
{
    arena *a;
    json *root;
    size_t n;
    memset(out, 0, sizeof *out);
    bool ok = parse(text, &a, &root, e) &&
              get_fields(root, out, participant_fields, COUNT(participant_fields), e);
    if (ok) {
        const str key = json_text(root, STR("key"));
        text_set(out->pseudonym, sizeof out->pseudonym, pseudonym);
        out->way = str_eq(json_text(root, STR("way")), STR("stream")) ? CARE_STREAM : CARE_WATCH;
        ok = sodium_hex2bin(out->key, sizeof out->key, key.p ? key.p : "", key.n, NULL, &n, NULL) == 0 ||
             err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a participant's key is damaged");
    }
    arena_free(a);
    return ok;
}

bool case_parse(str text, str id, struct case_doc *out, err *e)
{
    arena *a;
    json *root;
    memset(out, 0, sizeof *out);
    bool ok = parse(text, &a, &root, e) && get_fields(root, out, case_fields, COUNT(case_fields), e);
    if (ok) {
        const json *events = json_get(root, STR("events"));
        text_set(out->id, sizeof out->id, id);
        if (!ladder_step_by_name(json_text(root, STR("step")), &out->step)) out->step = LADDER_RESIDENT;
        for (const json *x = events ? events->first : NULL; ok && x && out->event_count < EVENTS_MAX;
             x = x->next)
            ok = get_fields(x, &out->events[out->event_count++], event_fields, COUNT(event_fields), e);
    }
    arena_free(a);
    return ok;
}

bool participant_get(struct snapshot *at, str pseudonym, struct participant *out, err *e)
{
    arena *a = arena_new(DOCUMENT_BYTES);
    str text;
    err why = {0};
    if (!a) return err_no_memory(e);
    bool ok = store_document_get(at, KIND_PARTICIPANT, pseudonym, a, &text, &why);
    if (ok)
        ok = participant_parse(text, pseudonym, out, e) &&
             (!out->is_withdrawn || err_set(e, ERR_GONE, ERR_NOWHERE, "consent was withdrawn"));
    else if (why.code == ERR_ABSENT)
        err_set(e, ERR_GONE, ERR_NOWHERE, "no home takes part under this pseudonym");
    else if (e)
        *e = why;
    arena_free(a);
    return ok;
}

bool case_get(struct snapshot *at, str id, struct case_doc *out, err *e)
{
    arena *a = arena_new(DOCUMENT_BYTES);
    str text;
    if (!a) return err_no_memory(e);
    err why = {0};
    const bool ok = (store_document_get(at, KIND_CASE, id, a, &text, &why) ||
                     store_document_get(at, KIND_CLOSED, id, a, &text, e)) &&
                    case_parse(text, id, out, e);
    arena_free(a);
    return ok;
}

struct collecting {
    arena *a;
    str *ids;
    size_t count;
};

static bool collect_id(str key, str text, void *context, err *e)
{
    (void)text;
    struct collecting *x = context;
    if (x->count == CASES_OF_HOME) return false;
    return arena_copy(x->a, str_slice(key, SIGN_PSEUDONYM_CHARS + 1, key.n), &x->ids[x->count++]) ||
           err_no_memory(e);
}

bool case_ids_of(struct snapshot *at, str pseudonym, arena *a, const str **ids, size_t *count, err *e)
{
    struct collecting x = {.a = a, .ids = ARENA_ARRAY(a, CASES_OF_HOME, str)};
    char from[SIGN_PSEUDONYM_CHARS + 2], to[SIGN_PSEUDONYM_CHARS + 2];
    if (!x.ids) return err_no_memory(e);
    snprintf(from, sizeof from, "%.*s/", STR_ARG(pseudonym));
    snprintf(to, sizeof to, "%.*s0", STR_ARG(pseudonym));  // '0' follows '/'
    if (!store_document_range(at, KIND_OF, str_of(from), str_of(to), collect_id, &x, e)) return false;
    *ids = x.ids;
    *count = x.count;
    return true;
}

// ---- Counts ------------------------------------------------------------------------------------------------------

static const char *const count_names[CARE_COUNT_KINDS] = {"cases", "asked", "contacts", "visits",
                                                          "help",  "meter", "outages",  "identities"};

const char *care_count_name(care_count c)
{
    return count_names[c];
}

bool month_count(struct store_tx *tx, const struct tz *zone, care_count kind, instant now, err *e)
{
    const civil c = tz_civil(zone, now);
    char month[24];
    double counts[CARE_COUNT_KINDS] = {0};
    arena *a = arena_new(DOCUMENT_BYTES);
    buf b = {.max = DOCUMENT_BYTES};
    json *root;
    str text;
    err why = {0};
    if (!a) return err_no_memory(e);
    snprintf(month, sizeof month, "%04d-%02d", c.year % 10000, c.month % 100);
    bool ok = store_document_get(store_tx_snapshot(tx), KIND_MONTH, str_of(month), a, &text, &why);
    if (ok) {
        ok = json_parse(text, a, &root, e);
        for (size_t i = 0; ok && i < CARE_COUNT_KINDS; i++)
            (void)json_number(root, str_of(count_names[i]), &counts[i]);
    } else {
        ok = why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
    }
    counts[kind]++;
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    for (size_t i = 0; i < CARE_COUNT_KINDS; i++) {
        json_name(&w, str_of(count_names[i]));
        json_put_int(&w, (int64_t)counts[i]);
    }
    json_close(&w, '}');
    ok = ok && store_document_put(tx, KIND_MONTH, str_of(month), buf_str(&b), e);
    buf_free(&b);
    arena_free(a);
    return ok;
}
