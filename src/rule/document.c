// SPDX-License-Identifier: EUPL-1.2
// A rule as JSON: one table of members, one reader.
#include "rule/rule.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 200

static const str deliver_names[DELIVER_COUNT] = {{"webhook", 7}, {"mail", 4}, {"mqtt", 4}};

struct reading {
    const json *document;
    const struct outbox *outbox;
    arena *a;
    struct rule *rule;
};

typedef bool (*member_reader)(struct reading *r, const json *j, err *e);

static bool needs(const json *j, json_type t, const char *form, err *e)
{
    const bool is_bool = t == JSON_TRUE && (j->type == JSON_TRUE || j->type == JSON_FALSE);
    return j->type == t || is_bool || err_set(e, ERR_TYPE, j->at, "'%.*s' is %s", STR_ARG(j->key), form);
}

static bool read_name(const json *j, str *out, err *e)
{
    if (!needs(j, JSON_TEXT, "a text", e)) return false;
    if (j->text.n == 0 || j->text.n > NAME_MAX_BYTES)
        return err_set(e, ERR_RANGE, j->at, "'%.*s' has 1 to %d bytes", STR_ARG(j->key), NAME_MAX_BYTES);
    for (size_t k = 0; k < j->text.n; k++)
        if ((unsigned char)j->text.p[k] < ' ')
            return err_set(e, ERR_SYNTAX, j->at, "'%.*s' is one line", STR_ARG(j->key));
    *out = j->text;
    return true;
}

static bool read_name_nl(struct reading *r, const json *j, err *e)
{
    return read_name(j, &r->rule->name_nl, e);
}

static bool read_name_en(struct reading *r, const json *j, err *e)
{
    return read_name(j, &r->rule->name_en, e);
}

// ---- On what -----------------------------------------------------------------------------------------------------

static bool read_area(struct rule *r, const json *c, err *e)
{
    if (c->type != JSON_TEXT || c->text.n == 0 || c->text.n > 30)
        return err_set(e, ERR_TYPE, c->at, "'areas' is a list of codes: [\"BU06030101\"]");
    for (size_t k = 0; k < c->text.n; k++)
        if (!isalnum((unsigned char)c->text.p[k]) && c->text.p[k] != '-' && c->text.p[k] != '_')
            return err_set(e, ERR_SYNTAX, c->at, "a code of an area has letters, digits, - and _");
    r->areas[r->subject_count++] = c->text;
    return true;
}

static bool read_thing(struct rule *r, const json *c, err *e)
{
    int64_t id;
    if (c->type != JSON_NUMBER || !num_parse_int(c->text, &id, NULL) || id < 1)
        return err_set(e, ERR_TYPE, c->at, "'things' is a list of ids: [3]");
    r->things[r->subject_count++] = id;
    return true;
}

static bool read_list(struct rule *r, const json *list, rule_on on,
                      bool (*each)(struct rule *, const json *, err *), err *e)
{
    if (!needs(list, JSON_ARRAY, "a list", e)) return false;
    if (list->count == 0 || list->count > RULE_SUBJECTS_MAX)
        return err_set(e, ERR_RANGE, list->at, "'%.*s' has 1 to %d members", STR_ARG(list->key),
                       RULE_SUBJECTS_MAX);
    r->on = on;
    for (const json *c = list->first; c; c = c->next)
        if (!each(r, c, e)) return false;
    return true;
}

static bool read_on(struct reading *r, const json *j, err *e)
{
    if (!needs(j, JSON_OBJECT, "an object", e)) return false;
    const json *c = j->first;
    if (!c || c->next)
        return err_set(e, ERR_SYNTAX, j->at, "'on' has one member: level, areas, things or meters");
    if (str_eq(c->key, STR("areas"))) return read_list(r->rule, c, ON_AREAS, read_area, e);
    if (str_eq(c->key, STR("things"))) return read_list(r->rule, c, ON_THINGS, read_thing, e);
    if (str_eq(c->key, STR("level"))) {
        r->rule->on = ON_LEVEL;
        return (c->type == JSON_TEXT && area_level_by_name(c->text, &r->rule->level)) ||
               err_set(e, ERR_UNKNOWN, c->at,
                       "'level' is street, neighbourhood, district, town, municipality ...");
    }
    r->rule->on = ON_METERS;
    return (str_eq(c->key, STR("meters")) && c->type == JSON_TEXT && str_eq(c->text, STR("all"))) ||
           err_set(e, ERR_UNKNOWN, c->at,
                   "'on' has one member: level, areas, things, or meters, which is \"all\"");
}

// ---- When --------------------------------------------------------------------------------------------------------

static bool read_quantity(struct reading *r, const json *j, err *e)
{
    if (!needs(j, JSON_TEXT, "the key of a quantity", e)) return false;
    r->rule->quantity = quantity_by_key(j->text);
    return r->rule->quantity ||
           err_set(e, ERR_UNKNOWN, j->at, "there is no quantity '%.*s'", STR_ARG(j->text));
}

static bool read_scale(struct reading *r, const json *j, err *e)
{
    if (!needs(j, JSON_TEXT, "the key of an index", e)) return false;
    r->rule->scale = index_scale_by_key(j->text);
    return r->rule->scale ||
           err_set(e, ERR_UNKNOWN, j->at, "there is no index '%.*s': lki, eaqi, ...", STR_ARG(j->text));
}

static bool read_when(struct reading *r, const json *j, err *e)
{
    if (!needs(j, JSON_TEXT, "a word", e)) return false;
    return when_by_name(j->text, &r->rule->condition.kind) ||
           err_set(e, ERR_UNKNOWN, j->at, "'when' is above, below, rise, fall, missing or class, not '%.*s'",
                   STR_ARG(j->text));
}

static bool read_number(const json *j, double *out, err *e)
{
    return needs(j, JSON_NUMBER, "a number", e) && num_parse_double(j->text, out, e);
}

static bool read_value(struct reading *r, const json *j, err *e)
{
    return read_number(j, &r->rule->condition.value, e);
}

static bool read_clear(struct reading *r, const json *j, err *e)
{
    return read_number(j, &r->rule->condition.clear, e);
}

static bool read_duration(const json *j, int64_t *out, err *e)
{
    int64_t months;
    if (!needs(j, JSON_TEXT, "a duration: \"PT30M\"", e)) return false;
    if (!duration_parse(j->text, &months, out, e)) return err_within(e, "'%.*s'", STR_ARG(j->key));
    return (months == 0 && *out >= 0 && *out <= 24 * TIME_HOUR) ||
           err_set(e, ERR_RANGE, j->at, "'%.*s' is at most a day: PT24H", STR_ARG(j->key));
}

static bool read_lasting(struct reading *r, const json *j, err *e)
{
    return read_duration(j, &r->rule->condition.lasting_us, e);
}

static bool read_within(struct reading *r, const json *j, err *e)
{
    return read_duration(j, &r->rule->condition.within_us, e);
}

// ---- Quiet hours, switches, deliveries ---------------------------------------------------------------------------

static bool read_clock(const json *j, str key, int *out, err *e)
{
    const json *c;
    if (!json_need(j, key, JSON_TEXT, &c, e)) return false;
    const str t = c->text;
    const bool ok = t.n == 5 && t.p[2] == ':' && isdigit((unsigned char)t.p[0]) &&
                    isdigit((unsigned char)t.p[1]) && isdigit((unsigned char)t.p[3]) &&
                    isdigit((unsigned char)t.p[4]);
    *out = ok ? ((t.p[0] - '0') * 10 + t.p[1] - '0') * 60 + (t.p[3] - '0') * 10 + t.p[4] - '0' : 0;
    return (ok && *out < 24 * 60 && t.p[3] < '6') ||
           err_set(e, ERR_SYNTAX, c->at, "a clock time is \"22:00\"");
}

static bool read_quiet(struct reading *r, const json *j, err *e)
{
    double not_from = 0;
    if (!needs(j, JSON_OBJECT, "an object", e)) return false;
    (void)json_number(j, STR("notFrom"), &not_from);
    r->rule->quiet_not_from = (int)not_from;
    return read_clock(j, STR("from"), &r->rule->quiet_from, e) &&
           read_clock(j, STR("to"), &r->rule->quiet_to, e);
}

static bool read_bool(const json *j, bool *out, err *e)
{
    if (!needs(j, JSON_TRUE, "true or false", e)) return false;
    *out = j->type == JSON_TRUE;
    return true;
}

static bool read_is_public(struct reading *r, const json *j, err *e)
{
    return read_bool(j, &r->rule->is_public, e);
}

static bool read_is_on(struct reading *r, const json *j, err *e)
{
    return read_bool(j, &r->rule->is_on, e);
}

static bool read_delivery(struct reading *r, const json *c, err *e)
{
    struct rule_delivery *d = &r->rule->deliveries[r->rule->delivery_count];
    const str kind = json_text(c, STR("kind"));
    *d = (struct rule_delivery){DELIVER_COUNT, json_text(c, STR("target")), json_text(c, STR("secret"))};
    for (int k = 0; k < DELIVER_COUNT; k++)
        if (str_eq(deliver_names[k], kind)) d->kind = (deliver_kind)k;
    if (d->kind == DELIVER_COUNT)
        return err_set(e, ERR_UNKNOWN, c->at, "a delivery's kind is webhook, mail or mqtt");
    r->rule->delivery_count++;
    if (d->kind == DELIVER_MQTT || !r->outbox) return true;
    return outbox_check_target(r->outbox, d->kind == DELIVER_MAIL ? OUTBOX_MAIL : OUTBOX_WEBHOOK, d->target,
                               e);
}

static bool read_deliver(struct reading *r, const json *j, err *e)
{
    if (!needs(j, JSON_ARRAY, "a list", e)) return false;
    if (j->count > RULE_DELIVERIES_MAX)
        return err_set(e, ERR_RANGE, j->at, "at most %d deliveries", RULE_DELIVERIES_MAX);
    for (const json *c = j->first; c; c = c->next)
        if (!read_delivery(r, c, e)) return false;
    return true;
}

static const struct {
    str name;
    member_reader read;
    bool is_needed;
} members[] = {
    {{"nameNl", 6}, read_name_nl, true}, {{"nameEn", 6}, read_name_en, true},
    {{"on", 2}, read_on, true},          {{"quantity", 8}, read_quantity},
    {{"scale", 5}, read_scale},          {{"when", 4}, read_when, true},
    {{"value", 5}, read_value},          {{"clear", 5}, read_clear},
    {{"lasting", 7}, read_lasting},      {{"within", 6}, read_within},
    {{"quiet", 5}, read_quiet},          {{"isPublic", 8}, read_is_public},
    {{"isOn", 4}, read_is_on},           {{"deliver", 7}, read_deliver},
};

// ---- The whole ---------------------------------------------------------------------------------------------------

static bool check_class(const struct rule *r, err *e)
{
    const struct condition *c = &r->condition;
    if (!r->scale) return err_set(e, ERR_MISSING, ERR_NOWHERE, "'scale' is needed with \"when\":\"class\"");
    if (c->value < 2 || c->value > r->scale->class_count)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "'value' is a class of the index: 2 to %d",
                       r->scale->class_count);
    return true;
}

// What is not said is filled in; what contradicts itself is refused.
static bool complete(struct rule *r, err *e)
{
    struct condition *c = &r->condition;
    const bool has_value = !isnan(c->value);
    if (c->kind == WHEN_CLASS) {
        if (has_value && !check_class(r, e)) return false;
    } else if (!r->quantity)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "'quantity' is needed");
    if (c->kind == WHEN_MISSING) {
        c->value = c->clear = 0;
        if (rule_is_on_areas(r))
            return err_set(e, ERR_TYPE, ERR_NOWHERE, "\"when\":\"missing\" is for meters, not for areas");
        return c->lasting_us > 0 ||
               err_set(e, ERR_MISSING, ERR_NOWHERE, "'lasting' is needed with \"when\":\"missing\"");
    }
    if (!has_value) return err_set(e, ERR_MISSING, ERR_NOWHERE, "'value' is needed");
    if ((c->kind == WHEN_RISE || c->kind == WHEN_FALL) && c->within_us <= 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "'within' is needed with \"when\":\"rise\" and \"fall\"");
    if (isnan(c->clear)) c->clear = c->kind == WHEN_RISE || c->kind == WHEN_FALL ? c->value / 2 : c->value;
    const bool is_wrong = c->kind == WHEN_BELOW ? c->clear < c->value : c->clear > c->value;
    if (is_wrong) return err_set(e, ERR_RANGE, ERR_NOWHERE, "'clear' lies on the better side of 'value'");
    if (c->lasting_us > 0 && c->within_us == 0) c->within_us = c->lasting_us;
    return c->lasting_us <= c->within_us ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "'lasting' is at most 'within'");
}

static bool check_id(str id, err *e)
{
    bool ok = id.n > 0 && id.n <= RULE_ID_MAX;
    for (size_t k = 0; ok && k < id.n; k++)
        ok = islower((unsigned char)id.p[k]) || isdigit((unsigned char)id.p[k]) || id.p[k] == '-';
    return ok || err_set(e, ERR_SYNTAX, ERR_NOWHERE, "a rule's id is 1 to %d of a-z 0-9 -", RULE_ID_MAX);
}

static bool read_members(struct reading *r, err *e)
{
    for (const json *c = r->document->first; c; c = c->next) {
        size_t k = 0;
        while (k < sizeof members / sizeof members[0] && !str_eq(members[k].name, c->key)) k++;
        if (k == sizeof members / sizeof members[0])
            return err_set(e, ERR_UNKNOWN, c->at, "a rule has no member '%.*s'", STR_ARG(c->key));
        if (!members[k].read(r, c, e)) return false;
    }
    for (size_t k = 0; k < sizeof members / sizeof members[0]; k++)
        if (members[k].is_needed && !json_get(r->document, members[k].name))
            return err_set(e, ERR_MISSING, ERR_NOWHERE, "'%.*s' is needed", STR_ARG(members[k].name));
    return true;
}

bool rule_parse(str id, str text, const struct outbox *outbox, arena *a, struct rule *out, err *e)
{
    json *j;
    struct rule *rule = ARENA_NEW(a, struct rule);
    if (!rule) return err_no_memory(e);
    *rule = (struct rule){.id = id, .text = text, .condition = {.value = NAN, .clear = NAN}};
    if (!check_id(id, e) || !json_parse(text, a, &j, e)) return false;
    if (j->type != JSON_OBJECT) return err_set(e, ERR_TYPE, j->at, "a rule is a JSON object");
    struct reading r = {j, outbox, a, rule};
    if (!read_members(&r, e) || !complete(rule, e)) return false;
    *out = *rule;
    return true;
}

bool rule_is_on_areas(const struct rule *r)
{
    return r->on == ON_LEVEL || r->on == ON_AREAS;
}

bool rule_is_quiet(const struct rule *r, const struct tz *zone, instant t)
{
    const civil c = tz_civil(zone, t);
    const int minute = c.hour * 60 + c.minute;
    if (r->quiet_from == r->quiet_to) return false;
    return r->quiet_from < r->quiet_to ? minute >= r->quiet_from && minute < r->quiet_to
                                       : minute >= r->quiet_from || minute < r->quiet_to;
}

// ---- Back to JSON ------------------------------------------------------------------------------------------------

static void write_delivery(json_writer *w, const struct rule_delivery *d, bool with_targets)
{
    json_open(w, '{');
    json_name(w, STR("kind"));
    json_put_text(w, deliver_names[d->kind]);
    if (with_targets && d->target.n) {
        json_name(w, STR("target"));
        json_put_text(w, d->target);
    }
    json_close(w, '}');
}

void rule_write(json_writer *w, const struct rule *r, bool with_targets)
{
    arena *a = arena_new((size_t)1 << 20);
    json *j = NULL;
    json_open(w, '{');
    json_name(w, STR("id"));
    json_put_text(w, r->id);
    json_name(w, STR("isBuiltIn"));
    json_put_bool(w, r->is_built_in);
    if (a && json_parse(r->text, a, &j, NULL)) {
        for (const json *c = j->first; c; c = c->next) {
            if (str_eq(c->key, STR("deliver"))) continue;
            json_name(w, c->key);
            json_put_raw(w, c->raw);
        }
    }
    json_name(w, STR("deliver"));
    json_open(w, '[');
    for (size_t k = 0; k < r->delivery_count; k++) write_delivery(w, &r->deliveries[k], with_targets);
    json_close(w, ']');
    json_close(w, '}');
    arena_free(a);
}
