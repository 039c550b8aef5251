// SPDX-License-Identifier: EUPL-1.2
#include "store/sight.h"

#include "store/hidden.h"

#include "base/json.h"
#include "model/place.h"
#include "store/engine.h"
#include "store/entity/entity.h"

#include <stdlib.h>

struct ids {
    entity_id *all;  // in order
    size_t count, capacity;
};

struct sight {
    atomic_size_t holders;
    uint64_t key;       // access_commit when it was made
    bool lists_shown;   // the lists hold what is shown; else what is hidden
    bool shows_others;  // what belongs to nothing
    struct ids things, streams;
    struct ids coarse_things, coarse_streams;  // whose places are on the grid; hidden ones too
};

// ---- What an entity says of itself ------------------------------------------------------------------------------

#define WORD_ARENA ((size_t)64 << 10)
#define PLACE_ARENA ((size_t)64 << 20)  // a geometry may be as large as a body

// access_of(properties): the level; NULL where nothing is said. Anything but the three words is as secret as can be.
static void access_of(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    arena *a = sqlite3_user_data(out);
    err ignored;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    const str text = {(const char *)sqlite3_value_text(values[0]), (size_t)sqlite3_value_bytes(values[0])};
    json_reader r = json_reader_of(text, &ignored);
    bool more;
    arena_reset(a);
    if (!json_enter(&r, '{')) return;
    while (json_more(&r, '{', &more) && more) {
        str key, raw, word;
        json_type type;
        access_level level = ACCESS_PRIVATE;
        if (!json_key(&r, a, &key)) break;
        if (!str_eq(key, STR("access"))) {
            if (!json_skip(&r, &raw)) break;
            continue;
        }
        if (!json_peek(&r, &type) || type == JSON_NULL) return;
        if (type == JSON_TEXT && json_read_text(&r, a, &word)) (void)access_by_name(word, &level);
        sqlite3_result_int(out, level);
        return;
    }
    if (r.failed) sqlite3_result_int(out, ACCESS_PRIVATE);
}

// is_coarse(properties): 1, or NULL so that an index can leave it out.
static void is_coarse(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    arena *a = sqlite3_user_data(out);
    json *j;
    err ignored;
    size_t at;
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) return;
    const str text = {(const char *)sqlite3_value_text(values[0]), (size_t)sqlite3_value_bytes(values[0])};
    if (!str_find(text, STR("place"), &at) && !str_find(text, STR("origin"), &at) &&
        !str_find(text, STR("\\"), &at))
        return;
    arena_reset(a);
    // What cannot be read here (too large) is coarse: rather too little said than too much.
    if (!json_parse(text, a, &j, &ignored) || place_is_coarse(j)) sqlite3_result_int(out, 1);
}

// place_shown(place, whether it is coarse): the place, or what of it may be told; NULL when it has no position.
static void place_shown(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    arena *a = sqlite3_user_data(out);
    buf b = {.max = 256};
    if (!sqlite3_value_int(values[1])) {
        sqlite3_result_value(out, values[0]);
        return;
    }
    const str text = {(const char *)sqlite3_value_text(values[0]), (size_t)sqlite3_value_bytes(values[0])};
    arena_reset(a);
    if (place_coarsen(text, a, &b)) sqlite3_result_text(out, b.p, (int)b.n, SQLITE_TRANSIENT);
    buf_free(&b);
}

static void forget_arena(void *a)
{
    arena_free(a);
}

bool sight_create_indexes(struct connection *c, err *e)
{
    return sql_script(c,
                      "CREATE INDEX Thing_access ON Thing(access_of(properties)) "
                      "WHERE access_of(properties) IS NOT NULL;"
                      "CREATE INDEX Datastream_access ON Datastream(access_of(properties)) "
                      "WHERE access_of(properties) IS NOT NULL;"
                      "CREATE INDEX MultiDatastream_access ON MultiDatastream(access_of(properties)) "
                      "WHERE access_of(properties) IS NOT NULL;",
                      e);
}

bool sight_create_coarse_index(struct connection *c, err *e)
{
    return sql_script(
        c,
        "CREATE INDEX Thing_coarse ON Thing(is_coarse(properties)) WHERE is_coarse(properties) IS NOT NULL;",
        e);
}

// ---- Making one --------------------------------------------------------------------------------------------------

// ?1: the most secret level that is shown. A comparison with NULL, which says nothing, is not true.
// The index is named and Things come first, for the planner would read all rows to have them in order of id.
#define HIDDEN_STREAMS(table)                                                                          \
    "SELECT id FROM " table " INDEXED BY " table "_access WHERE access_of(properties) > ?1 UNION ALL " \
    "SELECT d.id FROM Thing AS t INDEXED BY Thing_access CROSS JOIN " table                            \
    " AS d ON d.Thing = t.id WHERE access_of(t.properties) > ?1"
#define SHOWN_STREAMS(table)                                                \
    "SELECT d.id FROM Thing AS t INDEXED BY Thing_access CROSS JOIN " table \
    " AS d ON d.Thing = t.id WHERE access_of(t.properties) <= ?1 AND "      \
    "coalesce(access_of(d.properties), 0) <= ?1"
#define IN_ORDER(a, b) STR("SELECT DISTINCT id FROM (" a " UNION ALL " b ") ORDER BY id")

static const struct {
    str things, streams;
} questions[] = {
    [false] =
        {STR("SELECT id FROM Thing INDEXED BY Thing_access WHERE access_of(properties) > ?1 ORDER BY id"),
         IN_ORDER(HIDDEN_STREAMS("Datastream"), HIDDEN_STREAMS("MultiDatastream"))},
    [true] =
        {STR("SELECT id FROM Thing INDEXED BY Thing_access WHERE access_of(properties) <= ?1 ORDER BY id"),
         IN_ORDER(SHOWN_STREAMS("Datastream"), SHOWN_STREAMS("MultiDatastream"))},
};

static const str coarse_things = STR(
    "SELECT id FROM Thing INDEXED BY Thing_coarse WHERE is_coarse(properties) IS NOT NULL ORDER BY id");
#define COARSE_STREAMS(table)                                               \
    "SELECT d.id FROM Thing AS t INDEXED BY Thing_coarse CROSS JOIN " table \
    " AS d ON d.Thing = t.id WHERE is_coarse(t.properties) IS NOT NULL"
static const str coarse_streams = IN_ORDER(COARSE_STREAMS("Datastream"), COARSE_STREAMS("MultiDatastream"));

static bool ids_add(struct ids *list, entity_id id)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 64;
        entity_id *grown = realloc(list->all, capacity * sizeof *grown);
        if (!grown) return false;
        list->all = grown;
        list->capacity = capacity;
    }
    list->all[list->count++] = id;
    return true;
}

static bool ids_read(struct connection *c, str question, access_level most, struct ids *out, err *e)
{
    sqlite3_stmt *st;
    bool got = true, ok;
    if (!sql_take(c, question, &st, e)) return false;
    sqlite3_bind_int(st, 1, (int)most);
    while ((ok = sql_step(c, st, &got, e)) && got)
        if (!ids_add(out, sqlite3_column_int64(st, 0))) {
            ok = err_no_memory(e);
            break;
        }
    sql_give(c, st);
    return ok;
}

static void sight_free(struct sight *s)
{
    free(s->things.all);
    free(s->streams.all);
    free(s->coarse_things.all);
    free(s->coarse_streams.all);
    free(s);
}

static bool make(struct snapshot *at, access_level most, uint64_t key, struct sight **out, err *e)
{
    struct sight *s = calloc(1, sizeof *s);
    if (!s) return err_no_memory(e);
    atomic_init(&s->holders, 1);
    s->key = key;
    s->shows_others = at->store->standard_access <= most;
    s->lists_shown = !s->shows_others;
    if (ids_read(at->connection, questions[s->lists_shown].things, most, &s->things, e) &&
        ids_read(at->connection, questions[s->lists_shown].streams, most, &s->streams, e) &&
        ids_read(at->connection, coarse_things, most, &s->coarse_things, e) &&
        ids_read(at->connection, coarse_streams, most, &s->coarse_streams, e)) {
        *out = s;
        return true;
    }
    sight_free(s);
    return false;
}

void sight_drop(struct sight *s)
{
    if (s && atomic_fetch_sub(&s->holders, 1) == 1) sight_free(s);
}

// ---- Sharing -----------------------------------------------------------------------------------------------------

static struct sight *share(struct store *s, access_level most, uint64_t key)
{
    lock_take(s->lock);
    struct sight *found = s->sights[most];
    if (found && found->key == key)
        atomic_fetch_add(&found->holders, 1);
    else
        found = NULL;
    lock_drop(s->lock);
    return found;
}

struct sight *sight_of_public(struct store *s, uint64_t commit)
{
    const uint64_t key = atomic_load_explicit(&s->access_commit, memory_order_acquire);
    return commit >= key ? share(s, ACCESS_PUBLIC, key) : NULL;
}

static void offer(struct store *s, access_level most, struct sight *fresh)
{
    atomic_fetch_add(&fresh->holders, 1);
    lock_take(s->lock);
    struct sight *old = s->sights[most];
    s->sights[most] = fresh;
    lock_drop(s->lock);
    sight_drop(old);
}

// access_commit is the newest commit that changed entities. A snapshot from before it makes its own; one that has it can
// use, and make, what holds until the next such commit.
bool sight_take(struct snapshot *at, access_level most, struct sight **out, err *e)
{
    struct store *s = at->store;
    *out = NULL;
    if (most >= ACCESS_PRIVATE) return true;
    const uint64_t key = atomic_load_explicit(&s->access_commit, memory_order_acquire);
    const bool is_shared = !at->is_inside && at->commit >= key;
    if (is_shared && (*out = share(s, most, key))) return true;
    if (!make(at, most, key, out, e)) return false;
    if (is_shared && atomic_load_explicit(&s->access_commit, memory_order_acquire) == key)
        offer(s, most, *out);
    return true;
}

void sights_forget(struct store *s)
{
    for (size_t k = 0; k < ACCESS_PRIVATE; k++) {
        sight_drop(s->sights[k]);
        s->sights[k] = NULL;
    }
}

// ---- Looking -----------------------------------------------------------------------------------------------------

static bool holds(const struct ids *list, entity_id id)
{
    return list->count && bsearch(&id, list->all, list->count, sizeof id, entity_id_order);
}

static bool shows(const struct sight *s, const struct ids *list, entity_id id)
{
    return holds(list, id) == s->lists_shown;
}

bool sight_hides_nothing(const struct sight *s)
{
    return !s || (!s->lists_shown && s->things.count == 0 && s->streams.count == 0);
}

bool sight_shows_stream(const struct sight *s, entity_id stream)
{
    return !s || shows(s, &s->streams, stream);
}

static void seen_thing(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    const struct connection *c = sqlite3_user_data(out);
    const struct sight *s = c->at ? c->at->sight : NULL;
    sqlite3_result_int(out, !s || shows(s, &s->things, sqlite3_value_int64(values[0])));
}

static void seen_stream(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    const struct connection *c = sqlite3_user_data(out);
    sqlite3_result_int(out, !c->at || sight_shows_stream(c->at->sight, sqlite3_value_int64(values[0])));
}

static void coarse_thing(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    const struct connection *c = sqlite3_user_data(out);
    const struct sight *s = c->at ? c->at->sight : NULL;
    sqlite3_result_int(out, s && holds(&s->coarse_things, sqlite3_value_int64(values[0])));
}

static void coarse_stream(sqlite3_context *out, int count, sqlite3_value **values)
{
    (void)count;
    const struct connection *c = sqlite3_user_data(out);
    const struct sight *s = c->at ? c->at->sight : NULL;
    sqlite3_result_int(out, s && holds(&s->coarse_streams, sqlite3_value_int64(values[0])));
}

static int register_with_arena(struct connection *c, const char *name, int arguments, int flags, size_t most,
                               void (*function)(sqlite3_context *, int, sqlite3_value **))
{
    arena *a = arena_new(most);
    if (!a) return SQLITE_NOMEM;
    return sqlite3_create_function_v2(c->db, name, arguments, SQLITE_UTF8 | SQLITE_INNOCUOUS | flags, a,
                                      function, NULL, NULL, forget_arena);
}

bool sight_register(struct connection *c, err *e)
{
    int rc = register_with_arena(c, "access_of", 1, SQLITE_DETERMINISTIC, WORD_ARENA, access_of);
    if (rc == SQLITE_OK)
        rc = register_with_arena(c, "is_coarse", 1, SQLITE_DETERMINISTIC, PLACE_ARENA, is_coarse);
    if (rc == SQLITE_OK) rc = register_with_arena(c, "place_shown", 2, 0, PLACE_ARENA, place_shown);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "coarse_thing", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, c,
                                     coarse_thing, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "coarse_stream", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, c,
                                     coarse_stream, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "seen_thing", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, c, seen_thing,
                                     NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(c->db, "seen_stream", 1, SQLITE_UTF8 | SQLITE_INNOCUOUS, c, seen_stream,
                                     NULL, NULL);
    return rc == SQLITE_OK || sql_error(c, rc, e);
}

// ---- Conditions --------------------------------------------------------------------------------------------------

// What a set belongs to: rows "FROM ... = id", and when such a row is shown. '@' stands for the id.
struct belonging {
    const char *rows, *is_shown;
};

#define BELONGINGS_MAX 2

static const struct {
    const char *direct;  // the id alone tells
    struct belonging to[BELONGINGS_MAX];
} rules[ENTITY_SET_COUNT] = {
    [SET_THING] = {"seen_thing(@)", {{0}}},
    [SET_DATASTREAM] = {"seen_stream(@)", {{0}}},
    [SET_MULTI_DATASTREAM] = {"seen_stream(@)", {{0}}},
    [SET_HISTORICAL_LOCATION] = {"seen_thing((SELECT s.Thing FROM HistoricalLocation AS s WHERE s.id = @))",
                                 {{0}}},
    [SET_LOCATION] =
        {NULL,
         {{"Thing_Locations AS s WHERE s.Location = @", "seen_thing(s.Thing)"},
          {"HistoricalLocation_Locations AS s WHERE s.Location = @",
           "seen_thing((SELECT h.Thing FROM HistoricalLocation AS h WHERE h.id = s.HistoricalLocation))"}}},
    [SET_SENSOR] = {NULL,
                    {{"Datastream AS s WHERE s.Sensor = @", "seen_stream(s.id)"},
                     {"MultiDatastream AS s WHERE s.Sensor = @", "seen_stream(s.id)"}}},
    [SET_OBSERVED_PROPERTY] = {NULL,
                               {{"Datastream AS s WHERE s.ObservedProperty = @", "seen_stream(s.id)"},
                                {"MultiDatastream_ObservedProperties AS s WHERE s.ObservedProperty = @",
                                 "seen_stream(s.MultiDatastream)"}}},
    [SET_FEATURE_OF_INTEREST] = {NULL,
                                 {{"stream_feature AS s WHERE s.feature = @", "seen_stream(s.stream)"}}},
    [SET_OBSERVATION] = {NULL, {{0}}},
};

static void add_with_id(buf *b, const char *text, str id)
{
    for (; *text; text++) {
        if (*text == '@')
            buf_add(b, id);
        else
            buf_add_char(b, *text);
    }
}

static void add_belongings(buf *b, const struct sight *s, const struct belonging *to, str id)
{
    BUF_LIT(b, "(");
    for (int k = 0; k < BELONGINGS_MAX && to[k].rows; k++) {
        buf_print(b, "%sEXISTS(SELECT 1 FROM ", k ? " OR " : "");
        add_with_id(b, to[k].rows, id);
        buf_print(b, " AND %s)", to[k].is_shown);
    }
    for (int k = 0; s->shows_others && k < BELONGINGS_MAX && to[k].rows; k++) {
        buf_print(b, "%sNOT EXISTS(SELECT 1 FROM ", k ? " AND " : " OR (");
        add_with_id(b, to[k].rows, id);
        BUF_LIT(b, ")");
    }
    buf_print(b, "%s)", s->shows_others ? ")" : "");
}

void sight_add_sql(buf *b, const struct sight *s, entity_set set, str id)
{
    if (sight_hides_nothing(s) || set == SET_OBSERVATION) return;
    BUF_LIT(b, " AND ");
    if (rules[set].direct)
        add_with_id(b, rules[set].direct, id);
    else
        add_belongings(b, s, rules[set].to, id);
}

bool sight_shows(struct snapshot *at, entity_set set, entity_id id, bool *out, err *e)
{
    *out = true;
    if (sight_hides_nothing(at->sight)) return true;
    if (set == SET_OBSERVATION) {
        *out = sight_shows_stream(at->sight, OBSERVATION_STREAM(id));
        return true;
    }
    buf sql = {.max = 4096};
    sqlite3_stmt *st = NULL;
    BUF_LIT(&sql, "SELECT 1 WHERE 1");
    sight_add_sql(&sql, at->sight, set, STR("?1"));
    bool ok = sql.failed ? err_no_memory(e) : sql_take(at->connection, buf_str(&sql), &st, e);
    buf_free(&sql);
    if (!ok) return false;
    sqlite3_bind_int64(st, 1, id);
    ok = sql_step(at->connection, st, out, e);
    sql_give(at->connection, st);
    return ok;
}

// ---- Places ------------------------------------------------------------------------------------------------------

bool sight_coarsens(const struct sight *s)
{
    return s && s->coarse_things.count;
}

void sight_add_place_sql(buf *b, entity_set set, str place, str id)
{
    static const char *const of_location =
        "EXISTS(SELECT 1 FROM Thing_Locations AS s WHERE s.Location = @ AND coarse_thing(s.Thing)) OR "
        "EXISTS(SELECT 1 FROM HistoricalLocation_Locations AS s JOIN HistoricalLocation AS h ON h.id = "
        "s.HistoricalLocation "
        "WHERE s.Location = @ AND coarse_thing(h.Thing))";
    static const char *const of_feature =
        "EXISTS(SELECT 1 FROM stream_feature AS s WHERE s.feature = @ AND coarse_stream(s.stream))";
    buf_print(b, "place_shown(%.*s, ", STR_ARG(place));
    add_with_id(b, set == SET_LOCATION ? of_location : of_feature, id);
    BUF_LIT(b, ")");
}

bool snapshot_hides(struct snapshot *at, access_level from, entity_id stream, bool *out, err *e)
{
    struct sight *s;
    if (!sight_take(at, from, &s, e)) return false;
    *out = stream ? !sight_shows_stream(s, stream) : !sight_hides_nothing(s);
    sight_drop(s);
    return true;
}
