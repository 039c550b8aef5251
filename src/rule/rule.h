// SPDX-License-Identifier: EUPL-1.2
// rule.h: rules on readings and indices, the alerts that they raise, and who is told.
//
// A rule is a JSON document (its one parser is document.c). Those that peil comes with stand in share/rules and
// are switched off until staff switch them on; one of the town's own with the same id takes its place.
//
//     {"nameNl":"Fijnstof hoog","nameEn":"Fine dust high",
//      "on":{"level":"neighbourhood"} | {"areas":["BU06030101"]} | {"things":[3]} | {"meters":"all"},
//      "quantity":"pm25" | "scale":"lki",
//      "when":"above","value":50,"clear":40,"lasting":"PT30M","within":"PT1H",
//      "quiet":{"from":"22:00","to":"07:00","notFrom":5},
//      "isPublic":true,"isOn":true,
//      "deliver":[{"kind":"webhook","target":"https://...","secret":"whsec_..."},{"kind":"mail","target":"..."},{"kind":"mqtt"}]}
//
// Alerts are computed from readings (condition.h): a restart, late data or a changed clock raises none twice and loses none that
// the window of RULE_WINDOW still holds. An alert and the messages about it are one store operation. In quiet hours nothing is
// sent (the feed shows it all the same); what still lasts when they end is told then.
//
// Personal data   a delivery may name a mail address that staff entered: purpose: to tell; kept with the rule and its versions (the newest
//                 RULE_VERSIONS_KEPT); only shown to
//                 who may operate. Whoever follows a feed gives none.
// Threads  rules_hear on the writer thread; the job on the scheduler's; the rest any
// Errors   ERR_SYNTAX, ERR_TYPE, ERR_UNKNOWN, ERR_RANGE, ERR_MISSING of a rule name the member; ERR_ABSENT; store
#ifndef PEIL_RULE_RULE_H
#define PEIL_RULE_RULE_H

#include "base/json.h"
#include "http/server.h"
#include "index/index.h"
#include "outbox/outbox.h"
#include "rule/condition.h"

#define RULE_ID_MAX 40
#define RULE_SUBJECTS_MAX 100
#define RULE_DELIVERIES_MAX 8
#define RULES_MAX 500
#define RULE_WINDOW (48 * TIME_HOUR)

typedef enum { ON_LEVEL, ON_AREAS, ON_THINGS, ON_METERS } rule_on;
typedef enum { DELIVER_WEBHOOK, DELIVER_MAIL, DELIVER_MQTT, DELIVER_COUNT } deliver_kind;

struct rule_delivery {
    deliver_kind kind;
    str target, secret;
};

struct rule {
    str id, name_nl, name_en;
    rule_on on;
    area_level level;                     // ON_LEVEL
    str areas[RULE_SUBJECTS_MAX];         // ON_AREAS
    entity_id things[RULE_SUBJECTS_MAX];  // ON_THINGS
    size_t subject_count;
    const struct quantity *quantity;  // NULL with a scale
    const struct index_scale *scale;  // of WHEN_CLASS
    struct condition condition;
    int quiet_from, quiet_to;  // minutes of the local day; equal: no quiet hours
    int quiet_not_from;        // group of classes that is told at any hour; 0: none
    bool is_public, is_on;
    bool is_built_in;  // of share/rules
    struct rule_delivery deliveries[RULE_DELIVERIES_MAX];
    size_t delivery_count;
    str text;  // the document
};

// Texts are views into `text` and the arena. `outbox` checks targets; NULL: they are not.
NODISCARD bool rule_parse(str id, str text, const struct outbox *outbox, arena *a, struct rule *out, err *e);
bool rule_is_on_areas(const struct rule *r);
bool rule_is_quiet(const struct rule *r, const struct tz *zone, instant t);

struct rules;

typedef struct {
    struct store *store;
    struct indices *indices;
    struct areas *areas;
    struct rollups *rollups;
    struct outbox *outbox;
    const struct tz *zone;
    const str *root_url;
    str town;
    const char *directory;  // share/rules; NULL or absent: none
    // Publishes at the town's broker; NULL: there is none.
    bool (*publish)(void *context, str topic, str payload);
    void *publish_context;
    struct metrics *metrics;  // may be NULL
} rules_config;

NODISCARD bool rules_open(const rules_config *c, struct rules **out, err *e);
NODISCARD bool rules_schedule(struct rules *r, struct schedule *s, err *e);
void rules_hear(struct rules *r, const struct change *changes, size_t count);
void rules_stop(struct rules *r);   // ends live streams; while the server runs. NULL is fine
void rules_close(struct rules *r);  // after the store is closed. NULL is fine
// Looks at everything that came in, now; for the job and tests. all: at every rule and subject, whether something came in or not.
NODISCARD bool rules_look(struct rules *r, instant now, bool all, err *e);

// ---- Rules as documents ------------------------------------------------------------------------------------------

// Those of share/rules and of the town, by id; in the arena.
NODISCARD bool rules_list(struct rules *r, struct snapshot *at, arena *a, struct rule **out, size_t *count,
                          err *e);
NODISCARD bool rules_get(struct rules *r, struct snapshot *at, str id, arena *a, struct rule *out,
                         err *e);  // ERR_ABSENT
struct principal;
NODISCARD bool rules_put(struct rules *r, str id, str text, const struct principal *who, instant now,
                         err *e);  // waits
NODISCARD bool rules_delete(struct rules *r, str id, const struct principal *who, instant now, err *e);
// The same rule with some members changed (RFC 7396: those with null go): a document of the town's own from now on. What is not named
// stays, also the secrets of webhooks, which nobody can read. ERR_CONFLICT: somebody else changed it at the same moment.
NODISCARD bool rules_patch(struct rules *r, str id, str patch, const struct principal *who, instant now,
                           err *e);
NODISCARD bool rules_switch(struct rules *r, str id, bool is_on, const struct principal *who, instant now,
                            err *e);
// What a rule was before: each put, switch and delete adds a version; the newest RULE_VERSIONS_KEPT are kept. Newest first, in the arena.
#define RULE_VERSIONS_KEPT 50
struct rule_version {
    int64_t number;
    instant at;
    str by;    // who made it
    str text;  // the document; empty: the rule was deleted then
};
NODISCARD bool rules_versions(struct snapshot *at, str id, arena *a, struct rule_version **out, size_t *count,
                              err *e);
// As a document: with the targets of deliveries only when they may be seen.
void rule_write(json_writer *w, const struct rule *r, bool with_targets);

// When readings came whose time was more than RULE_WINDOW ago, for which no alert is raised any more: a trial over that time says what
// would have been.
#define RULE_LATE_MAX 50
struct rule_late {
    instant seen, oldest;  // when it came, and the oldest time of what came within that hour
    size_t streams;        // Datastreams
};
struct rule_late_list {
    struct rule_late all[RULE_LATE_MAX];  // oldest first
    size_t count;
};
NODISCARD bool rules_late(struct snapshot *at, str id, arena *a, struct rule_late_list *out, err *e);
void rule_late_write(json_writer *w, const struct rule_late *l);

// What a rule would have raised: over all its subjects, nothing stored, nothing sent.
struct rule_trial_episode {
    str subject;  // "area:BU06030101", "datastream:12"
    str place;    // its name, or that of its meter
    struct episode episode;
};
struct rule_trial {
    struct rule_trial_episode *all;
    size_t count;     // listed, at most TRIAL_EPISODES_MAX
    size_t found;     // in all
    size_t subjects;  // looked at
    size_t without_data;
    int64_t lasted_us;  // in all
};
#define TRIAL_EPISODES_MAX 1000
#define TRIAL_DAYS_MAX 366
NODISCARD bool rules_try(struct rules *r, struct snapshot *at, const struct rule *rule, interval when,
                         arena *a, struct rule_trial *out, err *e);

// ---- Alerts ------------------------------------------------------------------------------------------------------

struct alert {
    str id;    // its own, in order of start: "0006...-pm25-high-BU06030101"
    str rule;  // id
    str name_nl, name_en, subject_name;
    str area;    // code; of a meter: the smallest of the line that it stands in; empty: none
    str beside;  // codes of the street, town and region there, with spaces between
    entity_id stream, thing;
    instant start, end;  // of the readings; end TIME_NONE: still so
    instant raised;      // when peil saw it
    double worst;        // NAN: none (missing)
    str unit;
    int group;  // of the class when it was raised; 0: none
    bool is_public;
    bool was_told;
};

struct alert_filter {
    str rule, area;  // empty: all. area: of it, of its parents and of what lies in it
    bool open_only, public_only;
    interval when;  // of their start
};
// Newest first, at most `most`; in the arena.
NODISCARD bool alerts_list(struct rules *r, struct snapshot *at, const struct alert_filter *f, size_t most,
                           arena *a, struct alert **out, size_t *count, err *e);
void alert_write(json_writer *w, const struct alert *x,
                 const struct tz *zone);  // a JSON object; also what webhooks send
// "Centrum: fijnstof hoog sinds 26-11-2026 14.05 uur"
NODISCARD bool alert_sentence(const struct alert *x, const struct tz *zone, bool is_dutch, arena *a, str *out,
                              err *e);

// ---- Feeds and live ----------------------------------------------------------------------------------------------

// GET /feeds/gebied/CODE.atom, /feeds/regel/ID.atom (Dutch; below /en in English), /live/alerts (server-sent events).
#define RULE_ROUTES 3
void rules_routes(struct rules *r, http_route out[static RULE_ROUTES]);

#endif
