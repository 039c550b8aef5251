// SPDX-License-Identifier: EUPL-1.2
#include "ingest/topic/discovery.h"

#include "ingest/decode/gather.h"
#include "model/unit.h"
#include "mqtt/topic.h"

#include <stdlib.h>
#include <string.h>

#define ANNOUNCEMENT_MEMORY ((size_t)128 << 10)
#define PREFIX STR("homeassistant/")

struct announced {
    arena *a;
    str topic;  // of the announcement
    struct topic_rule rule;
};

struct discovery {
    struct announced *all[DISCOVERED_MAX];
    const struct topic_rule *rules_of[DISCOVERED_MAX];  // the same order
    struct topic_rules rules;
};

// ---- words -------------------------------------------------------------------------------------------------------

// Each key has a short form, and senders mix both.
static const json *member(const json *object, str key, str abbreviation)
{
    const json *j = json_get(object, key);
    return j ? j : json_get(object, abbreviation);
}

static str text_member(const json *object, str key, str abbreviation)
{
    const str text = json_text(object, key);
    return text.n ? text : json_text(object, abbreviation);
}

static const struct {
    str device_class, quantity;
} classes[] = {
    {STR("temperature"), STR("temperature")},
    {STR("humidity"), STR("humidity")},
    {STR("atmospheric_pressure"), STR("pressure")},
    {STR("pressure"), STR("pressure")},
    {STR("pm1"), STR("pm1")},
    {STR("pm25"), STR("pm25")},
    {STR("pm10"), STR("pm10")},
    {STR("carbon_dioxide"), STR("co2")},
    {STR("carbon_monoxide"), STR("co")},
    {STR("nitrogen_dioxide"), STR("no2")},
    {STR("nitrogen_monoxide"), STR("no")},
    {STR("ozone"), STR("o3")},
    {STR("sulphur_dioxide"), STR("so2")},
    {STR("volatile_organic_compounds"), STR("voc")},
    {STR("illuminance"), STR("illuminance")},
    {STR("irradiance"), STR("solar_radiation")},
    {STR("moisture"), STR("soil_moisture")},
    {STR("wind_speed"), STR("wind_speed")},
    {STR("precipitation"), STR("rain")},
    {STR("power"), STR("power")},
    {STR("energy"), STR("energy")},
    {STR("voltage"), STR("voltage")},
    {STR("current"), STR("current")},
    {STR("frequency"), STR("frequency")},
    {STR("power_factor"), STR("power_factor")},
    {STR("gas"), STR("gas")},
    {STR("water"), STR("water")},
    {STR("battery"), STR("battery")},
    {STR("distance"), STR("distance")},
};

// What the class says, where the unit can be true of it: some call a sound level a "signal strength", and a plug's energy comes
// without a unit.
static const struct quantity *quantity_of(const json *config, str unit, str object, arena *a)
{
    const str device_class = text_member(config, STR("device_class"), STR("dev_cla"));
    const struct quantity *q = NULL;
    struct word w;
    value one = value_int(1);
    bool converted;
    err ignored;
    for (size_t i = 0; i < sizeof classes / sizeof classes[0] && !q; i++)
        if (str_eq(classes[i].device_class, device_class)) q = quantity_by_key(classes[i].quantity);
    if (!q && word_find(object, &w) && w.role == WORD_QUANTITY) q = w.quantity;
    if (!q && str_eq(device_class, STR("sound_pressure"))) q = quantity_by_key(STR("noise_laf"));
    if (!q || unit.n == 0) return q;
    return unit_to_quantity(&one, unit, q, a, &converted, &ignored) ? q : NULL;
}

// ---- templates ---------------------------------------------------------------------------------------------------

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static str skip_space(str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t')) s = str_slice(s, 1, s.n);
    return s;
}

static bool take(str *s, str word)
{
    if (!str_starts(*s, word)) return false;
    *s = str_slice(*s, word.n, s->n);
    return true;
}

// ".name", "['name']", "[\"name\"]", "[0]".
static bool take_step(str *s, str *out)
{
    size_t n = 0;
    if (take(s, STR("."))) {
        while (n < s->n && is_name(s->p[n])) n++;
    } else if (take(s, STR("["))) {
        const char quote = s->n && (s->p[0] == '\'' || s->p[0] == '"') ? s->p[0] : 0;
        if (quote) *s = str_slice(*s, 1, s->n);
        while (n < s->n && s->p[n] != (quote ? quote : ']')) n++;
        *out = str_slice(*s, 0, n);
        *s = str_slice(*s, n + (quote != 0), s->n);
        return n > 0 && take(s, STR("]"));
    }
    *out = str_slice(*s, 0, n);
    *s = str_slice(*s, n, s->n);
    return n > 0;
}

// Filters that leave a number what it is.
static bool take_filter(str *s)
{
    static const str filters[] = {STR("float"), STR("int"), STR("round"), STR("is_defined"), STR("default")};
    *s = skip_space(*s);
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (!take(s, filters[i])) continue;
        if (!take(s, STR("("))) return true;
        while (s->n && s->p[0] != ')') *s = str_slice(*s, 1, s->n);
        return take(s, STR(")"));
    }
    return false;
}

bool template_place(str text, arena *a, struct json_place *out)
{
    struct json_place p = {.count = 0};
    str s = str_trim(text), step;
    if (!take(&s, STR("{{"))) return false;
    s = skip_space(s);
    const bool is_tree = take(&s, STR("value_json"));
    if (!is_tree && !take(&s, STR("value"))) return false;
    while (is_tree && s.n && (s.p[0] == '.' || s.p[0] == '[')) {
        if (p.count == PLACE_STEPS_MAX || !take_step(&s, &step) || !arena_copy(a, step, &p.steps[p.count++]))
            return false;
    }
    for (s = skip_space(s); take(&s, STR("|")); s = skip_space(s))
        if (!take_filter(&s)) return false;
    if (!take(&s, STR("}}")) || s.n || (is_tree && p.count == 0)) return false;
    *out = p;
    return true;
}

// ---- one announcement --------------------------------------------------------------------------------------------

// "~" stands for the base topic at either end.
static bool whole_topic(const json *config, str topic, arena *a, str *out, err *e)
{
    const str base = json_text(config, STR("~"));
    bool ok = true;
    if (str_starts(topic, STR("~"))) {
        const str rest = str_slice(topic, 1, topic.n);
        ok = arena_print(a, out, "%.*s%.*s", STR_ARG(base), STR_ARG(rest));
    } else if (str_ends(topic, STR("~"))) {
        const str start = str_slice(topic, 0, topic.n - 1);
        ok = arena_print(a, out, "%.*s%.*s", STR_ARG(start), STR_ARG(base));
    } else {
        *out = topic;
    }
    if (!ok) return err_no_memory(e);
    return mqtt_topic_is_valid(*out) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "state_topic is no topic: '%.*s'", STR_ARG(*out));
}

static str device_of(const json *config, str node)
{
    const json *device = member(config, STR("device"), STR("dev"));
    const json *ids = member(device, STR("identifiers"), STR("ids"));
    if (ids && ids->type == JSON_ARRAY) ids = ids->first;
    if (ids && ids->type == JSON_TEXT && ids->text.n && ids->text.n <= GATHER_DEVICE_MAX) return ids->text;
    const str name = json_text(device, STR("name"));
    return name.n && name.n <= GATHER_DEVICE_MAX ? name : node;
}

// homeassistant/COMPONENT/[NODE/]OBJECT/config
struct address {
    str component, node, object;
};

static bool address_read(str topic, struct address *out)
{
    str levels[5] = {{0}}, rest = topic;
    size_t n = 0;
    while (n < 5 && str_cut(&rest, '/', &levels[n])) n++;
    if (n < 4 || rest.n || !str_eq(levels[n - 1], STR("config"))) return false;
    *out = (struct address){levels[1], n == 5 ? levels[2] : levels[n - 2], levels[n - 2]};
    return true;
}

bool discovery_is_announcement(str topic)
{
    struct address ignored;
    return str_starts(topic, PREFIX) && address_read(topic, &ignored);
}

static bool rule_read(struct announced *x, const json *config, const struct address *where, err *e)
{
    struct topic_rule *r = &x->rule;
    const str topic = text_member(config, STR("state_topic"), STR("stat_t")),
              template = text_member(config, STR("value_template"), STR("val_tpl")),
              name = json_text(config, STR("name"));
    if (topic.n == 0) return err_set(e, ERR_MISSING, ERR_NOWHERE, "the announcement has no state_topic");
    r->device_level = r->sensor_level = -1;
    r->is_optional = true;
    r->device = device_of(config, where->node);
    r->sensor = where->object;
    r->name = name.n && name.n <= GATHER_DEVICE_MAX ? name : where->object;
    r->unit = text_member(config, STR("unit_of_measurement"), STR("unit_of_meas"));
    r->quantity = quantity_of(config, r->unit, where->object, x->a);
    if (template.n && !template_place(template, x->a, &r->value))
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "peil does not follow the template '%.*s'",
                       STR_ARG(template));
    return whole_topic(config, topic, x->a, &r->filter, e);
}

static struct announced *announced_new(str topic)
{
    struct announced *x = calloc(1, sizeof *x);
    if (x && (x->a = arena_new(ANNOUNCEMENT_MEMORY)) && arena_copy(x->a, topic, &x->topic)) return x;
    if (x) arena_free(x->a);
    free(x);
    return NULL;
}

static void announced_free(struct announced *x)
{
    if (!x) return;
    arena_free(x->a);
    free(x);
}

static size_t find(const struct discovery *d, str topic)
{
    size_t i = 0;
    while (i < d->rules.count && !str_eq(d->all[i]->topic, topic)) i++;
    return i;
}

static void take_back(struct discovery *d, size_t i)
{
    if (i == d->rules.count) return;
    announced_free(d->all[i]);
    const size_t last = --d->rules.count;
    d->all[i] = d->all[last];
    d->rules_of[i] = d->rules_of[last];
}

static bool announce(struct discovery *d, str topic, str body, str *state_topic, err *e)
{
    json *config;
    str copy;
    if (d->rules.count == DISCOVERED_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d announcements", DISCOVERED_MAX);
    struct announced *x = announced_new(topic);
    if (!x) return err_no_memory(e);
    struct address where;
    const bool ok = (arena_copy(x->a, body, &copy) || err_no_memory(e)) &&
                    json_parse(copy, x->a, &config, e) && address_read(x->topic, &where) &&
                    rule_read(x, config, &where, e);
    if (!ok) {
        announced_free(x);
        return false;
    }
    d->all[d->rules.count] = x;
    d->rules_of[d->rules.count++] = &x->rule;
    *state_topic = x->rule.filter;
    return true;
}

bool discovery_take(struct discovery *d, str topic, str body, str *state_topic, err *e)
{
    struct address where;
    *state_topic = (str){0};
    if (!address_read(topic, &where))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "is no topic of an announcement");
    take_back(d, find(d, topic));
    if (str_trim(body).n == 0 || !str_eq(where.component, STR("sensor"))) return true;
    return announce(d, topic, body, state_topic, e);
}

// ---- life --------------------------------------------------------------------------------------------------------

struct discovery *discovery_new(void)
{
    struct discovery *d = calloc(1, sizeof *d);
    if (d) d->rules.all = d->rules_of;
    return d;
}

void discovery_free(struct discovery *d)
{
    if (!d) return;
    while (d->rules.count) take_back(d, d->rules.count - 1);
    free(d);
}

const struct topic_rules *discovery_rules(const struct discovery *d)
{
    return &d->rules;
}
