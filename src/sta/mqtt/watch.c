// SPDX-License-Identifier: EUPL-1.2
#include "sta/mqtt/watch.h"

#include "base/json.h"
#include "base/log.h"
#include "mqtt/topic.h"
#include "sta/option.h"

#include <stdlib.h>

#define TOPICS STR("mqtt_topic")  // kind of the documents; key: the topic
#define WATCH_ARENA_MAX ((size_t)256 << 10)
#define TOPIC_MAX 512
#define ASKED_AGAIN TIME_DAY  // a later question is written down only then

// ---- parsing ----

static bool take_version(str *topic, sta_version *out)
{
    for (sta_version v = STA_V1_0; v <= STA_V1_1; v++) {
        const str name = sta_version_name(v);
        if (!str_starts(*topic, name) || topic->n == name.n || topic->p[name.n] != '/') continue;
        *topic = str_slice(*topic, name.n, topic->n);
        *out = v;
        return true;
    }
    return false;
}

static bool is_announceable(const struct sta_path *p)
{
    return p->kind == PATH_SET || p->kind == PATH_ENTITY || p->kind == PATH_PROPERTY;
}

static bool parse_query(struct watch *w, const struct sta *sta, str query)
{
    const struct sta_hop *last = sta_path_last(&w->path);
    // As of one entity, where only $select and $expand mean anything.
    const struct sta_target target = {.set = last->set, .id = 1};
    if (query.n == 0) return true;
    return w->path.kind != PATH_PROPERTY &&
           sta_options_parse(query, &target, &sta->limits, w->a, &w->query, NULL) &&
           w->query->expand_count == 0 && w->query->filter == NULL;
}

static bool parse(struct watch *w, const struct sta *sta, str topic)
{
    str query = {0};
    size_t at;
    if (!arena_copy(w->a, topic, &w->topic)) return false;
    topic = w->topic;
    if (!take_version(&topic, &w->version)) return false;
    if (str_find(topic, STR("?"), &at)) {
        query = str_slice(topic, at + 1, topic.n);
        topic = str_slice(topic, 0, at);
    }
    return sta_path_parse(topic, w->a, &w->path, NULL) && is_announceable(&w->path) &&
           parse_query(w, sta, query);
}

static bool has_wildcard(str topic)
{
    size_t at;
    return str_find(topic, STR("#"), &at) || str_find(topic, STR("+"), &at);
}

struct watch *watch_parse(const struct sta *sta, str topic, instant now)
{
    if (topic.n == 0 || topic.n > TOPIC_MAX) return NULL;
    struct watch *w = calloc(1, sizeof *w);
    if (w) w->a = arena_new(WATCH_ARENA_MAX);
    if (w && w->a) {
        w->asked = now;
        w->is_filter = has_wildcard(topic);
        if (w->is_filter ? arena_copy(w->a, topic, &w->topic) : parse(w, sta, topic)) return w;
    }
    watch_free(w);
    return NULL;
}

void watch_free(struct watch *w)
{
    if (!w) return;
    arena_free(w->a);
    free(w);
}

// The client's name may hold anything, so that the topic is found from behind its quality of service.
bool watch_topic_of_log(str payload, str own_client, str *topic)
{
    static const str marks[] = {STR(" 0 v1."), STR(" 1 v1."), STR(" 2 v1."), STR(" 0 #"), STR(" 1 #"),
                                STR(" 2 #"),   STR(" 0 +"),   STR(" 1 +"),   STR(" 2 +")};
    size_t start, at;
    if (!str_find(payload, STR(": "), &start)) return false;
    const str line = str_slice(payload, start + 2, payload.n);
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (!str_find(line, marks[i], &at)) continue;
        *topic = str_trim(str_slice(line, at + 3, line.n));
        return !str_eq(str_slice(line, 0, at), own_client);
    }
    return false;
}

// ---- does it speak of an entity? ----

// The parent of a set is mostly a to-one link of the entity itself: then nobody need be asked.
static bool has_parent_link(const struct watch *w, const struct record *r, bool *answer)
{
    const struct sta_path *p = &w->path;
    if (p->hop_count != 2 || !p->hops[0].has_key) return false;
    const struct relation *rel = &entity_schema_of(p->hops[0].set)->relations[p->hops[1].relation];
    if (entity_schema_of(r->set)->relations[rel->inverse].is_many) return false;
    *answer = r->links[rel->inverse] == p->hops[0].key;
    return true;
}

static bool resolves_to(const struct sta_path *p, struct snapshot *at, arena *scratch, const struct record *r)
{
    struct sta_target target;
    return sta_path_resolve(p, at, scratch, &target, NULL) && target.set == r->set && target.id == r->id;
}

static bool set_has(const struct watch *w, struct snapshot *at, const struct record *r, arena *scratch)
{
    bool answer;
    struct sta_path with_key = w->path;
    struct sta_hop *last = &with_key.hops[with_key.hop_count - 1];
    if (w->path.hop_count == 1 || (has_parent_link(w, r, &answer) && answer)) return true;
    if (has_parent_link(w, r, &answer)) return false;
    last->has_key = true;
    last->key = r->id;
    with_key.kind = PATH_ENTITY;
    return resolves_to(&with_key, at, scratch, r);
}

bool watch_matches(const struct watch *w, struct snapshot *at, const struct record *r, arena *scratch)
{
    if (w->is_filter) return false;
    const struct sta_hop *last = sta_path_last(&w->path);
    if (last->set != r->set) return false;
    if (w->path.kind == PATH_SET) return set_has(w, at, r, scratch);
    if (last->has_key)
        return last->key == r->id && (w->path.hop_count == 1 || resolves_to(&w->path, at, scratch, r));
    return resolves_to(&w->path, at, scratch, r);
}

// ---- what is announced ----

static uint64_t hash(str s)  // FNV-1a
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

// {"observedArea": ...}, keyed by the last segment of the path.
static bool write_property(buf *b, const struct watch *w, const struct sta_form *f, const struct record *r,
                           arena *scratch)
{
    const struct sta_path *p = &w->path;
    if (p->property == PROPERTY_IS_ID) return false;
    const str name = entity_schema_of(r->set)->properties[p->property].name;
    value v = r->properties[p->property];
    buf_add_char(b, '{');
    json_write_text(b, p->key_count ? p->keys[p->key_count - 1] : name);
    buf_add_char(b, ':');
    if (p->key_count == 0) {
        sta_form_property(b, f, r->set, p->property, &v);
    } else {
        value member;
        if (!sta_json_at(&v, p->keys, p->key_count, scratch, &member)) member = value_null();
        value_write_json(b, &member);
    }
    buf_add_char(b, '}');
    return true;
}

// A selection and a property are announced when what they show has changed; a whole entity with every change.
bool watch_payload(struct watch *w, const struct sta *sta, const struct record *r, arena *scratch, buf *out)
{
    struct sta_form f;
    buf_clear(out);
    if (!sta_form_make(sta, w->version, scratch, scratch, &f, NULL)) return false;
    if (w->path.kind == PATH_PROPERTY) {
        if (!write_property(out, w, &f, r, scratch)) return false;
    } else {
        sta_form_entity(out, &f, r, w->query);
    }
    const bool is_part = w->path.kind == PATH_PROPERTY || (w->query && w->path.kind == PATH_ENTITY);
    const uint64_t h = hash(buf_str(out));
    if (out->failed || (is_part && h == w->last_payload)) return false;
    w->last_payload = h;
    return true;
}

// ---- all of them ----

struct loading {
    struct watches *watches;
    const struct sta *sta;
};

static void insert(struct watches *ws, struct watch *w)
{
    w->next = ws->first;
    ws->first = w;
    ws->count++;
}

static bool load_one(str key, str json_text, void *context, err *e)
{
    struct loading *l = context;
    instant asked;
    (void)e;
    // The document is the time of the question, as a JSON text.
    if (json_text.n < 2 || !time_parse(str_slice(json_text, 1, json_text.n - 1), &asked, NULL)) asked = 0;
    struct watch *w = watch_parse(l->sta, key, asked);
    if (w) insert(l->watches, w);
    return l->watches->count < WATCHES_MAX;
}

bool watches_load(struct watches *ws, const struct sta *sta, err *e)
{
    struct loading l = {ws, sta};
    struct snapshot *at;
    if (!snapshot_open(sta->store, &at, e)) return false;
    const bool ok = store_document_each(at, TOPICS, load_one, &l, e);
    snapshot_close(at);
    return ok;
}

// Writing down, in the background: a topic asked for (asked != 0) or forgotten.
struct keeping {
    struct store_op op;
    instant asked;
    size_t n;
    char topic[];
};

static bool keep_run(struct store_tx *tx, void *context, err *e)
{
    struct keeping *k = context;
    char text[TIME_TEXT_MAX + 2] = "\"";
    const str topic = {k->topic, k->n};
    if (k->asked == 0) return store_document_delete(tx, TOPICS, topic, e);
    const size_t n = time_write(text + 1, k->asked);
    text[n + 1] = '"';
    return store_document_put(tx, TOPICS, topic, (str){text, n + 2}, e);
}

static void keep_done(void *context, const err *e)
{
    if (e) log_warning("an MQTT topic that was asked for is not kept", "reason=%s", e->text);
    free(context);
}

static void keep(const struct sta *sta, str topic, instant asked)
{
    err e;
    struct keeping *k = calloc(1, sizeof *k + topic.n);
    if (!k) return;
    for (size_t i = 0; i < topic.n; i++) k->topic[i] = topic.p[i];
    k->n = topic.n;
    k->asked = asked;
    k->op = (struct store_op){.run = keep_run, .done = keep_done, .context = k};
    if (!store_submit(sta->store, &k->op, &e)) keep_done(k, &e);
}

static void forget_oldest(struct watches *ws, const struct sta *sta)
{
    struct watch **oldest = &ws->first;
    for (struct watch **w = &ws->first; *w; w = &(*w)->next)
        if ((*w)->asked < (*oldest)->asked) oldest = w;
    struct watch *gone = *oldest;
    if (!gone) return;
    *oldest = gone->next;
    ws->count--;
    keep(sta, gone->topic, 0);
    watch_free(gone);
}

void watches_add(struct watches *ws, const struct sta *sta, struct watch *w)
{
    for (struct watch *old = ws->first; old; old = old->next) {
        if (!str_eq(old->topic, w->topic)) continue;
        old->last_payload = 0;  // somebody new wants to see it
        if (w->asked - old->asked > ASKED_AGAIN) keep(sta, w->topic, old->asked = w->asked);
        watch_free(w);
        return;
    }
    if (ws->count == WATCHES_MAX) forget_oldest(ws, sta);
    insert(ws, w);
    keep(sta, w->topic, w->asked);
}

bool watches_want(const struct watches *ws, entity_set set)
{
    for (const struct watch *w = ws->first; w; w = w->next)
        if (!w->is_filter && sta_path_last(&w->path)->set == set) return true;
    return false;
}

bool watches_ask(const struct watches *ws, str topic)
{
    for (const struct watch *w = ws->first; w; w = w->next)
        if (w->is_filter ? mqtt_topic_matches(w->topic, topic) : str_eq(w->topic, topic)) return true;
    return false;
}

void watches_free(struct watches *ws)
{
    while (ws->first) {
        struct watch *w = ws->first;
        ws->first = w->next;
        watch_free(w);
    }
}
