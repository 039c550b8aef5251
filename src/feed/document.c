// SPDX-License-Identifier: EUPL-1.2
// Documents of feeds: what may stand in them, and the state that is kept beside them.
#include "feed/document.h"

#include <ctype.h>

#define STANDARD_EVERY_MIN 15
#define STANDARD_PAUSE_MS 1000

// Members that every kind knows.
static const struct feed_option common[] = {
    {STR("kind"), JSON_TEXT, true},
    {STR("url"), JSON_TEXT, true},
    {STR("everyMinutes"), JSON_NUMBER, false},
    {STR("pauseMs"), JSON_NUMBER, false},
    {STR("paused"), JSON_TRUE, false},
    {STR("local"), JSON_TRUE, false},
    {{0}, JSON_NULL, false},
};

static const struct feed_option *find_option(const struct feed_option *list, str name)
{
    for (; list && list->name.n; list++)
        if (str_eq(list->name, name)) return list;
    return NULL;
}

static bool has_type(const json *j, json_type type)
{
    return j->type == type || (type == JSON_TRUE && j->type == JSON_FALSE);
}

static bool check_members(const json *document, const struct feed_kind *kind, err *e)
{
    for (const json *j = document->first; j; j = j->next) {
        const struct feed_option *o = find_option(common, j->key);
        if (!o) o = find_option(kind->options, j->key);
        if (!o)
            return err_set(e, ERR_UNKNOWN, j->at, "a feed of kind '%.*s' knows no member '%.*s'",
                           STR_ARG(kind->adapter.name), STR_ARG(j->key));
        if (!has_type(j, o->type))
            return err_set(e, ERR_TYPE, j->at, "%.*s: expected %.*s", STR_ARG(j->key),
                           STR_ARG(json_type_name(o->type)));
    }
    return true;
}

static bool check_needed(const json *document, const struct feed_option *list, err *e)
{
    for (; list && list->name.n; list++)
        if (list->is_needed && !json_get(document, list->name))
            return err_set(e, ERR_MISSING, document->at, "'%.*s' is missing", STR_ARG(list->name));
    return true;
}

static bool check_number(const json *document, str member, double least, double most, err *e)
{
    double v;
    const json *const j = json_get(document, member);
    if (!j || (json_number(document, member, &v) && v >= least && v <= most)) return true;
    return err_set(e, ERR_RANGE, j->at, "%.*s: expected a number from %g to %g", STR_ARG(member), least,
                   most);
}

static bool check_since(const json *document, err *e)
{
    instant t;
    const json *const j = json_get(document, STR("since"));
    return !j || time_parse_utc(j->text, &t, e) || err_within(e, "since");
}

static bool check_name(str name, err *e)
{
    bool ok = name.n > 0 && name.n <= FEED_NAME_MAX;
    for (size_t i = 0; ok && i < name.n; i++)
        ok = isalnum((unsigned char)name.p[i]) || name.p[i] == '-' || name.p[i] == '_';
    return ok || err_set(e, ERR_RANGE, ERR_NOWHERE, "a feed's name has 1 to %d letters, digits, '-' and '_'",
                         FEED_NAME_MAX);
}

bool feed_check(str name, const json *document, err *e)
{
    if (!check_name(name, e)) return false;
    if (document->type != JSON_OBJECT) return err_set(e, ERR_TYPE, document->at, "expected an object");
    if (!check_needed(document, common, e)) return false;
    const str kind_name = json_text(document, STR("kind")), url = json_text(document, STR("url"));
    const struct feed_kind *const kind = feed_kind_by_name(kind_name);
    if (!kind)
        return err_set(e, ERR_UNKNOWN, document->at, "there is no kind of feed '%.*s'", STR_ARG(kind_name));
    if (!str_starts(url, STR("http://")) && !str_starts(url, STR("https://")))
        return err_set(e, ERR_RANGE, document->at,
                       "url: expected an address that begins with http:// or https://");
    return check_members(document, kind, e) && check_needed(document, kind->options, e) &&
           check_number(document, STR("everyMinutes"), 1, 525600, e) &&
           check_number(document, STR("pauseMs"), 0, 3600000, e) && check_since(document, e);
}

static int64_t number_of(const json *document, str member, int64_t otherwise)
{
    double v;
    return json_number(document, member, &v) ? (int64_t)v : otherwise;
}

static bool truth_of(const json *document, str member)
{
    const json *const j = json_get(document, member);
    return j && j->type == JSON_TRUE;
}

int64_t feed_every_us(const json *document)
{
    return number_of(document, STR("everyMinutes"), STANDARD_EVERY_MIN) * TIME_MINUTE;
}

int64_t feed_pause_us(const json *document)
{
    return number_of(document, STR("pauseMs"), STANDARD_PAUSE_MS) * 1000;
}

bool feed_is_paused(const json *document)
{
    return truth_of(document, STR("paused"));
}

bool feed_is_local(const json *document)
{
    return truth_of(document, STR("local"));
}

// ---- state -------------------------------------------------------------------------------------------------------

bool feed_state_read(struct snapshot *at, str name, arena *a, struct feed_state *out, err *e)
{
    str text;
    json *j;
    err why;
    *out = (struct feed_state){
        .last_tried = TIME_NONE, .last_worked = TIME_NONE, .next = TIME_NONE, .failing_since = TIME_NONE};
    if (!store_document_get(at, FEED_STATE, name, a, &text, &why)) {
        if (why.code != ERR_ABSENT) *e = why;
        return why.code == ERR_ABSENT;
    }
    if (!json_parse(text, a, &j, e)) return err_within(e, "document feed_state %.*s", STR_ARG(name));
    const json *const position = json_get(j, STR("position"));
    *out = (struct feed_state){.position = position ? position->raw : (str){0},
                               .tag_url = json_text(j, STR("tagUrl")),
                               .tag = json_text(j, STR("tag")),
                               .stored = number_of(j, STR("stored"), 0),
                               .requests = number_of(j, STR("requests"), 0),
                               .failures = number_of(j, STR("failures"), 0),
                               .last_tried = feed_time(j, STR("lastTried"), TIME_NONE),
                               .last_worked = feed_time(j, STR("lastWorked"), TIME_NONE),
                               .next = feed_time(j, STR("next"), TIME_NONE),
                               .failing_since = feed_time(j, STR("failingSince"), TIME_NONE),
                               .error = json_text(j, STR("error"))};
    return true;
}

bool feed_state_write(struct store_tx *tx, str name, const struct feed_state *s, err *e)
{
    buf b = {.max = 1 << 20};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    if (s->position.n) {
        json_name(&w, STR("position"));
        json_put_raw(&w, s->position);
    }
    json_member_given(&w, STR("tagUrl"), s->tag_url);
    json_member_given(&w, STR("tag"), s->tag);
    json_member_int(&w, STR("stored"), s->stored);
    json_member_int(&w, STR("requests"), s->requests);
    json_member_int(&w, STR("failures"), s->failures);
    json_member_time(&w, STR("lastTried"), s->last_tried);
    json_member_time(&w, STR("lastWorked"), s->last_worked);
    json_member_time(&w, STR("next"), s->next);
    json_member_time(&w, STR("failingSince"), s->failing_since);
    json_member_given(&w, STR("error"), s->error);
    json_close(&w, '}');
    const bool ok = b.failed ? err_no_memory(e) : store_document_put(tx, FEED_STATE, name, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

// ---- putting and deleting ----------------------------------------------------------------------------------------

// Another kind or address has nothing to do with how far the old one was.
static bool is_same_source(struct store_tx *tx, str name, const json *document, arena *a)
{
    str text;
    json *before;
    return store_document_get(store_tx_snapshot(tx), FEED, name, a, &text, NULL) &&
           json_parse(text, a, &before, NULL) &&
           str_eq(json_text(before, STR("kind")), json_text(document, STR("kind"))) &&
           str_eq(json_text(before, STR("url")), json_text(document, STR("url")));
}

bool feed_put(struct store_tx *tx, str name, const json *document, arena *a, err *e)
{
    buf b = {.max = 65536};
    if (!feed_check(name, document, e)) return false;
    struct feed_state state = {0};
    if (is_same_source(tx, name, document, a) && !feed_state_read(store_tx_snapshot(tx), name, a, &state, e))
        return false;
    if (!state.position.n)
        state = (struct feed_state){
            .last_tried = TIME_NONE, .last_worked = TIME_NONE, .failing_since = TIME_NONE};
    state.next = TIME_NONE;  // its turn is now
    state.failures = 0;
    json_write(&b, document);
    const bool ok = b.failed
                        ? err_set(e, ERR_LIMIT, ERR_NOWHERE, "a feed's document has at most %zu bytes", b.max)
                        : store_document_put(tx, FEED, name, buf_str(&b), e) &&
                              feed_state_write(tx, name, &state, e);
    buf_free(&b);
    return ok;
}

// What it mirrored stays; which of it is whose is forgotten only with the Datastreams themselves.
bool feed_delete(struct store_tx *tx, str name, err *e)
{
    arena *a = arena_new(1 << 17);
    str text;
    const bool ok = (a || err_no_memory(e)) &&
                    store_document_get(store_tx_snapshot(tx), FEED, name, a, &text, e) &&
                    store_document_delete(tx, FEED, name, e) &&
                    store_document_delete(tx, FEED_STATE, name, e);
    arena_free(a);
    return ok;
}
