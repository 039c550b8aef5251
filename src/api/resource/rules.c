// SPDX-License-Identifier: EUPL-1.2
// Rules, what they would have raised, and the alerts that they raised.
#include "api/api.h"

#include "rule/rule.h"

#include <math.h>

#define ALERTS_STANDARD_DAYS 30

// ---- Rules -------------------------------------------------------------------------------------------------------

static bool may_operate(const struct api_call *c)
{
    return policy_allows(&c->who, ACTION_OPERATE, NULL);
}

static bool list_rules(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct rule *all;
    size_t count;
    if (!api_snapshot(c, &at, e) || !rules_list(c->parts->rules, at, c->a, &all, &count, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("rules"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < count; k++)
        if (all[k].is_public || may_operate(c)) rule_write(&c->w, &all[k], may_operate(c));
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

static bool get_rule(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct rule r;
    if (!api_snapshot(c, &at, e) || !rules_get(c->parts->rules, at, api_text(c, "id"), c->a, &r, e))
        return false;
    if (!r.is_public && !may_operate(c))
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no rule '%.*s'", STR_ARG(r.id));
    rule_write(&c->w, &r, may_operate(c));
    return true;
}

static bool put_rule(struct api_call *c, err *e)
{
    return rules_put(c->parts->rules, api_text(c, "id"), http_request_body(c->request), &c->who, c->now, e);
}

static bool patch_rule(struct api_call *c, err *e)
{
    return rules_patch(c->parts->rules, api_text(c, "id"), http_request_body(c->request), &c->who, c->now, e);
}

static bool delete_rule(struct api_call *c, err *e)
{
    return rules_delete(c->parts->rules, api_text(c, "id"), &c->who, c->now, e);
}

// ---- History -----------------------------------------------------------------------------------------------------

static void put_version(struct api_call *c, const struct rule_version *v, const struct rule *rule)
{
    json_writer *w = &c->w;
    json_open(w, '{');
    json_member_int(w, STR("version"), v->number);
    json_member_time(w, STR("at"), v->at);
    json_member_text(w, STR("what"), v->text.n ? STR("put") : STR("delete"));
    if (may_operate(c)) json_member_given(w, STR("by"), v->by);
    if (v->text.n) {
        json_name(w, STR("rule"));
        rule_write(w, rule, false);
    }
    json_close(w, '}');
}

// Whoever may not operate sees the versions that were public, and that such a one was taken away.
static size_t put_versions(struct api_call *c, const struct rule_version *all, size_t count)
{
    size_t shown = 0;
    for (size_t k = count; k-- > 0;) {  // they come newest first
        struct rule rule = {.is_public = shown > 0};
        err why;
        if (all[k].text.n && !rule_parse(api_text(c, "id"), all[k].text, NULL, c->a, &rule, &why)) continue;
        if (!rule.is_public && !may_operate(c)) continue;
        put_version(c, &all[k], &rule);
        shown++;
    }
    return shown;
}

// Also of one that was taken away.
static bool get_history(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct rule_version *all;
    struct rule_late_list late;
    struct rule now;
    size_t count;
    const str id = api_text(c, "id");
    if (!api_snapshot(c, &at, e) || !rules_versions(at, id, c->a, &all, &count, e) ||
        !rules_late(at, id, c->a, &late, e))
        return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("versions"));
    json_open(&c->w, '[');
    const size_t shown = put_versions(c, all, count);
    json_close(&c->w, ']');
    json_name(&c->w, STR("late"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < late.count; k++) rule_late_write(&c->w, &late.all[k]);
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    if (shown) return true;
    return rules_get(c->parts->rules, at, id, c->a, &now, e) &&
           (now.is_public || may_operate(c) ||
            err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no rule '%.*s'", STR_ARG(id)));
}

// ---- Trials ------------------------------------------------------------------------------------------------------

static void put_trial(struct api_call *c, const struct rule_trial *t, interval when)
{
    json_writer *w = &c->w;
    json_open(w, '{');
    json_member_time(w, STR("from"), when.start);
    json_member_time(w, STR("to"), when.end);
    json_name(w, STR("found"));
    json_put_int(w, (int64_t)t->found);
    json_name(w, STR("subjects"));
    json_put_int(w, (int64_t)t->subjects);
    json_name(w, STR("withoutData"));
    json_put_int(w, (int64_t)t->without_data);
    json_name(w, STR("hours"));
    json_put_double(w, round((double)t->lasted_us / (double)TIME_HOUR * 100) / 100);
    json_name(w, STR("episodes"));
    json_open(w, '[');
    for (size_t k = 0; k < t->count; k++) {
        json_open(w, '{');
        json_name(w, STR("subject"));
        json_put_text(w, t->all[k].subject);
        json_member_time(w, STR("start"), t->all[k].episode.start);
        json_member_time(w, STR("end"), t->all[k].episode.end);
        json_name(w, STR("worst"));
        json_put_double(w, t->all[k].episode.worst);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_close(w, '}');
}

// The body is a rule; nothing of it is stored.
static bool try_rule(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct rule r;
    struct rule_trial t;
    const instant to = api_time(c, "to", c->now), from = api_time(c, "from", to - 30 * TIME_DAY);
    if (!rule_parse(STR("trial"), http_request_body(c->request), NULL, c->a, &r, e) ||
        !api_snapshot(c, &at, e) || !rules_try(c->parts->rules, at, &r, (interval){from, to}, c->a, &t, e))
        return false;
    put_trial(c, &t, (interval){from, to});
    return true;
}

// ---- Alerts ------------------------------------------------------------------------------------------------------

static bool list_alerts(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct alert *all;
    size_t count;
    const struct alert_filter f = {.rule = api_text(c, "rule"),
                                   .area = api_text(c, "area"),
                                   .open_only = api_flag(c, "open"),
                                   .public_only = !policy_allows(&c->who, ACTION_READ_INTERNAL, NULL),
                                   .when = {api_time(c, "from", c->now - ALERTS_STANDARD_DAYS * TIME_DAY),
                                            api_time(c, "to", TIME_NONE)}};
    if (!api_snapshot(c, &at, e) ||
        !alerts_list(c->parts->rules, at, &f, (size_t)api_integer(c, "limit"), c->a, &all, &count, e))
        return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("alerts"));
    json_open(&c->w, '[');
    for (size_t k = 0; k < count; k++) alert_write(&c->w, &all[k], c->parts->zone);
    json_close(&c->w, ']');
    api_put_links(c, (str){0});
    json_close(&c->w, '}');
    return true;
}

// ---- Tables ------------------------------------------------------------------------------------------------------

#define ID                                                   \
    {                                                        \
        "id", API_TEXT, .about = "Id of the rule: a-z 0-9 -" \
    }
#define FROM(what)                      \
    {                                   \
        "from", API_TIME, .about = what \
    }
#define TO                                                                   \
    {                                                                        \
        "to", API_TIME, .about = "End, itself not; now when it is not given" \
    }
static const struct api_field id_parameter[] = {ID, {0}};
static const struct api_field trial_parameters[] = {
    FROM("Start; 30 days before the end when it is not given"), TO, {0}};
static const struct api_field alert_parameters[] = {
    {"rule", API_TEXT, .about = "Only of this rule"},
    {"area", API_TEXT, .about = "Only of this area, of those that it lies in and of what lies in it"},
    {"open", API_BOOLEAN, .about = "Only those that still last", .standard = "false"},
    FROM("Raised for a time from then on; 30 days ago when it is not given"),
    TO,
    {"limit", API_INTEGER, .about = "At most", .least = 1, .most = 1000, .standard = "100"},
    {0}};
static const struct api_field rule_fields[] = {
    {"id", API_TEXT, .about = "Its own"},
    {"isBuiltIn", API_BOOLEAN, .about = "Comes with peil"},
    {"nameNl", API_TEXT, .about = "What holds, in Dutch: 'veel fijnstof'", .flags = API_NEEDED},
    {"nameEn", API_TEXT, .about = "What holds, in English", .flags = API_NEEDED},
    {"on", API_OBJECT, .about = "One of level, areas, things, meters (all)", .flags = API_NEEDED},
    {"quantity", API_TEXT, .about = "Key of the quantity; not with 'class'"},
    {"scale", API_TEXT, .about = "Key of the index, with 'class'"},
    {"when", API_WORD, "above below rise fall missing class", "The condition", .flags = API_NEEDED},
    {"value", API_NUMBER, .about = "Limit in the unit of the quantity, or the class"},
    {"clear", API_NUMBER, .about = "Where it ends, on the better side of 'value'"},
    {"lasting", API_TEXT, .about = "Duration: for PT30M"},
    {"within", API_TEXT, .about = "Duration: of the last PT1H"},
    {"quiet", API_OBJECT,
     .about =
         "from, to: clock times between which nothing is sent; notFrom: group that is told all the same"},
    {"isPublic", API_BOOLEAN, .about = "Alerts stand in the public feeds"},
    {"isOn", API_BOOLEAN, .about = "It raises alerts"},
    {"deliver", API_LIST, "RuleDelivery", "Who is told"},
    {0}};
// Of a patch none must be there, and null takes one away.
static const struct api_field patch_fields[] = {{"nameNl", API_TEXT},
                                                {"nameEn", API_TEXT},
                                                {"on", API_OBJECT},
                                                {"quantity", API_TEXT, .flags = API_NULLABLE},
                                                {"scale", API_TEXT, .flags = API_NULLABLE},
                                                {"when", API_WORD, "above below rise fall missing class"},
                                                {"value", API_NUMBER, .flags = API_NULLABLE},
                                                {"clear", API_NUMBER, .flags = API_NULLABLE},
                                                {"lasting", API_TEXT, .flags = API_NULLABLE},
                                                {"within", API_TEXT, .flags = API_NULLABLE},
                                                {"quiet", API_OBJECT, .flags = API_NULLABLE},
                                                {"isPublic", API_BOOLEAN},
                                                {"isOn", API_BOOLEAN},
                                                {"deliver", API_LIST, "RuleDelivery", .flags = API_NULLABLE},
                                                {0}};
static const struct api_field history_fields[] = {
    {"versions", API_LIST, "RuleVersion", "Oldest first, the last 50", API_NEEDED},
    {"late", API_LIST, "RuleLate",
     "When readings came whose time was more than 48 hours ago: no alert is raised of them; a trial says "
     "what would have been",
     API_NEEDED},
    {"_links", API_OBJECT, .about = "Where this is"},
    {0}};
static const struct api_field version_fields[] = {
    {"version", API_INTEGER, .about = "From 1", .flags = API_NEEDED},
    {"at", API_TIME, .about = "Since when", .flags = API_NEEDED},
    {"what", API_WORD, "put delete", "Made or changed, or taken away", API_NEEDED},
    {"by", API_TEXT, .about = "Who; shown to those who may operate"},
    {"rule", API_OBJECT, "Rule", "As it was, without whom it told"},
    {0}};
static const struct api_field late_fields[] = {
    {"seen", API_TIME, .about = "When the first of them came", .flags = API_NEEDED},
    {"oldest", API_TIME, .about = "The oldest time of a reading of these", .flags = API_NEEDED},
    {"streams", API_INTEGER, .about = "Datastreams that they belong to", .flags = API_NEEDED},
    {0}};
static const struct api_field delivery_fields[] = {
    {"kind", API_WORD, "webhook mail mqtt", "How", .flags = API_NEEDED},
    {"target", API_TEXT, .about = "https address or mail address; shown to those who may operate"},
    {"secret", API_TEXT, .about = "Of the webhook's HMAC; never shown"},
    {0}};
static const struct api_field rules_fields[] = {{"rules", API_LIST, "Rule", "By id", .flags = API_NEEDED},
                                                {"_links", API_OBJECT, .about = "Where this is"},
                                                {0}};
static const struct api_field trial_fields[] = {
    {"from", API_TIME, .about = "Start", .flags = API_NEEDED},
    {"to", API_TIME, .about = "End", .flags = API_NEEDED},
    {"found", API_INTEGER, .about = "Alerts that would have been raised", .flags = API_NEEDED},
    {"subjects", API_INTEGER, .about = "Areas or meters that were looked at"},
    {"withoutData", API_INTEGER, .about = "Of these without readings in this time"},
    {"hours", API_NUMBER, .about = "That they would have lasted in all"},
    {"episodes", API_LIST, "TrialEpisode", "The first thousand", .flags = API_NEEDED},
    {0}};
static const struct api_field episode_fields[] = {
    {"subject", API_TEXT, .about = "area:CODE, datastream:ID or thing:ID", .flags = API_NEEDED},
    {"start", API_TIME, .about = "Of the readings", .flags = API_NEEDED},
    {"end", API_TIME, .about = "Not there: it still lasted"},
    {"worst", API_NUMBER, .about = "Value furthest beyond"},
    {0}};
static const struct api_field alerts_fields[] = {
    {"alerts", API_LIST, "Alert", "Newest first", .flags = API_NEEDED},
    {"_links", API_OBJECT, .about = "Where this is"},
    {0}};
static const struct api_field alert_fields[] = {
    {"id", API_TEXT, .about = "Its own, in order of start", .flags = API_NEEDED},
    {"rule", API_TEXT, .about = "Id of the rule", .flags = API_NEEDED},
    {"nameNl", API_TEXT, .about = "Of the rule, in Dutch"},
    {"nameEn", API_TEXT, .about = "Of the rule, in English"},
    {"subjectName", API_TEXT, .about = "Of the area or meter"},
    {"area", API_TEXT, .about = "Code; of a meter: where it stands"},
    {"beside", API_TEXT, .about = "Codes of the street, town and region there, with spaces between"},
    {"thing", API_INTEGER, .about = "Id of the meter"},
    {"datastream", API_INTEGER, .about = "Id"},
    {"start", API_TIME, .about = "Of the readings", .flags = API_NEEDED},
    {"end", API_TIME, .about = "Not there: it still lasts"},
    {"raised", API_TIME, .about = "When peil saw it"},
    {"isOpen", API_BOOLEAN, .about = "It still lasts", .flags = API_NEEDED},
    {"worst", API_NUMBER, .about = "Value furthest beyond"},
    {"unit", API_TEXT, .about = "Of worst"},
    {"group", API_INTEGER, .about = "Of the class of an index"},
    {"sentenceNl", API_TEXT, .about = "In a sentence, in Dutch"},
    {"sentenceEn", API_TEXT, .about = "In a sentence, in English"},
    {0}};

const struct api_set api_rules = {
    .tag = "rules",
    .about = "Rules on readings and indices, and the alerts that they raise. Feeds: /feeds/gebied/CODE.atom, "
             "/feeds/regel/ID.atom; "
             "live: /live/alerts.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/rules", "getRules", "All rules", ACTION_READ_PUBLIC, NULL, .answer = "Rules",
             .run = list_rules},
            {HTTP_GET, "/rules/{id}", "getRule", "One rule", ACTION_READ_PUBLIC, id_parameter,
             .answer = "Rule", .run = get_rule},
            {HTTP_PUT, "/rules/{id}", "putRule", "Makes or changes a rule", ACTION_OPERATE, id_parameter,
             "Rule", .run = put_rule},
            {HTTP_PATCH, "/rules/{id}", "patchRule", "Changes some members of a rule (RFC 7396)",
             ACTION_OPERATE, id_parameter, "RulePatch", .run = patch_rule},
            {HTTP_GET, "/rules/{id}/history", "getRuleHistory",
             "Versions of a rule, and readings too late for it", ACTION_READ_PUBLIC, id_parameter,
             .answer = "RuleHistory", .run = get_history},
            {HTTP_DELETE, "/rules/{id}", "deleteRule", "Takes a rule of the town's own away", ACTION_OPERATE,
             id_parameter, .run = delete_rule},
            {HTTP_POST, "/rule-trials", "tryRule", "What a rule would have raised; nothing is stored or sent",
             ACTION_OPERATE, trial_parameters, "Rule", "RuleTrial", .run = try_rule},
            {HTTP_GET, "/alerts", "getAlerts", "Alerts, newest first", ACTION_READ_PUBLIC, alert_parameters,
             .answer = "Alerts", .run = list_alerts},
            {0}},
    .schemas =
        (const struct api_schema[]){
            {"Rules", "All rules.", rules_fields},
            {"Rule", "A rule.", rule_fields},
            {"RulePatch", "Members of a rule that change; null takes one away.", patch_fields},
            {"RuleHistory", "What became of a rule.", history_fields},
            {"RuleVersion", "A rule as it was.", version_fields},
            {"RuleLate", "Readings too old for an alert.", late_fields},
            {"RuleDelivery", "Who is told of a rule's alerts.", delivery_fields},
            {"RuleTrial", "What a rule would have raised.", trial_fields},
            {"TrialEpisode", "One time that a rule's condition held.", episode_fields},
            {"Alerts", "Alerts.", alerts_fields},
            {"Alert", "An alert.", alert_fields},
            {0}},
};
