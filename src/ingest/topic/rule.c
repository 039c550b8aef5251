// SPDX-License-Identifier: EUPL-1.2
#include "ingest/topic/rule.h"

#include "ingest/decode/gather.h"
#include "ingest/decode/loose.h"
#include "mqtt/topic.h"

#define READINGS_MAX 500
#define MILLISECONDS_FROM 100000000000  // as seconds this is the year 5138

// ---- places ------------------------------------------------------------------------------------------------------

// ~1 is a slash and ~0 a tilde.
static bool unescape(str step, arena *a, str *out, err *e)
{
    size_t n = 0;
    char *text = arena_alloc(a, step.n + 1);
    if (!text) return err_no_memory(e);
    for (size_t i = 0; i < step.n; i++) {
        char c = step.p[i];
        if (c == '~') {
            const char next = i + 1 < step.n ? step.p[++i] : 0;
            if (next != '0' && next != '1')
                return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "in a JSON pointer '~' is written ~0 and '/' ~1");
            c = next == '1' ? '/' : '~';
        }
        text[n++] = c;
    }
    *out = (str){text, n};
    return true;
}

bool json_place_parse(str pointer, arena *a, struct json_place *out, err *e)
{
    struct json_place p = {.count = 0};
    if (pointer.n == 0 || str_eq(pointer, STR("-"))) {
        *out = p;
        return true;
    }
    if (pointer.p[0] != '/')
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE,
                       "a JSON pointer starts with '/', as in /climate/temp: '%.*s'", STR_ARG(pointer));
    for (size_t from = 1, to; from <= pointer.n; from = to + 1) {
        for (to = from; to < pointer.n && pointer.p[to] != '/';) to++;
        if (p.count == PLACE_STEPS_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a JSON pointer has at most %d steps", PLACE_STEPS_MAX);
        if (!unescape(str_slice(pointer, from, to), a, &p.steps[p.count++], e)) return false;
    }
    *out = p;
    return true;
}

static const json *item_at(const json *array, str index)
{
    int64_t n;
    if (!num_parse_int(index, &n, NULL) || n < 0) return NULL;
    const json *j = array->first;
    while (j && n-- > 0) j = j->next;
    return j;
}

const json *json_place_find(const json *root, const struct json_place *p)
{
    for (size_t i = 0; root && i < p->count; i++)
        root = root->type == JSON_ARRAY ? item_at(root, p->steps[i]) : json_get(root, p->steps[i]);
    return root;
}

// ---- one message -------------------------------------------------------------------------------------------------

bool topic_rules_match(const struct topic_rules *r, str topic)
{
    for (size_t i = 0; r && i < r->count; i++)
        if (mqtt_topic_matches(r->all[i]->filter, topic)) return true;
    return false;
}

static str level_of(str topic, int level)
{
    size_t from = 0, to;
    for (;; from = to + 1) {
        for (to = from; to < topic.n && topic.p[to] != '/';) to++;
        if (level-- == 0) return str_slice(topic, from, to);
        if (to >= topic.n) return (str){0};
    }
}

// A payload while its rules are applied; read as JSON once, when a rule first asks.
struct reading_of_topic {
    struct gather g;
    json text;  // the payload as it is
    json *tree;
};

static bool root_of(struct reading_of_topic *w, const struct json_place *p, const json **out, err *e)
{
    *out = &w->text;
    if (p->count == 0) return true;
    if (!w->tree && !loose_json(w->g.m->body, w->g.a, &w->tree, e)) return false;
    *out = w->tree;
    return true;
}

static bool read_time(struct reading_of_topic *w, const struct topic_rule *r, err *e)
{
    const json *root, *j;
    int64_t n;
    gather_time(&w->g, TIME_NONE);
    if (!r->has_time) return true;
    if (!root_of(w, &r->time, &root, e)) return false;
    j = json_place_find(root, &r->time);
    if (!j || j->type != JSON_NUMBER) return gather_local_time_text(&w->g, STR("time"), j, e);
    double real;
    err why;
    if (!num_parse_int(j->text, &n, NULL)) {
        if (!num_parse_double(j->text, &real, &why)) return gather_reject(&w->g, STR("time"), &why, e);
        n = real > -1e17 && real < 1e17 ? (int64_t)real : 0;
    }
    const int64_t unit = n >= MILLISECONDS_FROM ? TIME_SECOND / 1000 : TIME_SECOND;
    if (n < 0 || __builtin_mul_overflow(n, unit, &n) || n > TIME_MAX) {
        (void)err_set(&why, ERR_RANGE, j->at, "is no time");
        return gather_reject(&w->g, STR("time"), &why, e);
    }
    gather_time(&w->g, n);
    return true;
}

// Home Assistant's words for "nobody knows", and what some gadgets send instead of leaving a value out.
static bool is_no_value(const json *j)
{
    static const str words[] = {STR("unknown"), STR("unavailable"), STR("none"), STR("null"), STR("")};
    if (j->type == JSON_NULL) return true;
    for (size_t i = 0; j->type == JSON_TEXT && i < sizeof words / sizeof words[0]; i++)
        if (str_eq_nocase(words[i], j->text)) return true;
    return false;
}

static bool read_value(struct reading_of_topic *w, const struct topic_rule *r, err *e)
{
    const json *root, *j;
    if (!root_of(w, &r->value, &root, e)) return false;
    j = json_place_find(root, &r->value);
    if (j ? is_no_value(j) : r->is_optional) {
        w->g.out.note = STR("the device says that it does not know");
        return true;
    }
    w->g.stream = r->stream;
    const bool ok = r->quantity ? gather_json(&w->g, r->name, r->quantity, j, r->unit, e)
                    : j         ? gather_unknown(&w->g, r->name, loose_value(j), j->at, e)
                        : gather_json(&w->g, r->name, quantity_by_key(STR("counter")), NULL, r->unit, e);
    w->g.stream = 0;
    return ok;
}

// With texts of its own: what was discovered may be replaced before the readings are stored.
static bool own_rule(const struct topic_rule *r, str topic, arena *a, struct topic_rule *out)
{
    *out = *r;
    if (r->device_level >= 0) out->device = level_of(topic, r->device_level);
    if (r->sensor_level >= 0) out->sensor = level_of(topic, r->sensor_level);
    if (out->device.n == 0) out->device = topic;
    return arena_copy(a, out->device, &out->device) && arena_copy(a, out->sensor, &out->sensor) &&
           arena_copy(a, out->name, &out->name);
}

static bool apply(struct reading_of_topic *w, const struct topic_rule *rule, err *e)
{
    struct topic_rule r;
    if (!own_rule(rule, w->g.m->topic, w->g.a, &r)) return err_no_memory(e);
    w->g.sensor = r.sensor;
    w->g.out.is_vouched = w->g.out.is_vouched || r.is_vouched;
    return gather_device(&w->g, r.device, e) && read_time(w, &r, e) && read_value(w, &r, e);
}

bool topic_rules_decode(const struct topic_rules *r, const struct device_message *m, arena *a,
                        struct device_result *out, err *e)
{
    struct reading_of_topic w = {.text = {.type = JSON_TEXT}};
    bool matched = false;
    gather_start(&w.g, m, READINGS_MAX, a);
    if (!loose_text(str_trim(m->body), a, &w.text.text)) return err_no_memory(e);
    for (size_t i = 0; r && i < r->count; i++) {
        if (!mqtt_topic_matches(r->all[i]->filter, m->topic)) continue;
        matched = true;
        if (!apply(&w, r->all[i], e)) return false;
    }
    if (!matched)
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "no rule says what is on the topic '%.*s'",
                       STR_ARG(m->topic));
    gather_end(&w.g, out);
    return true;
}
