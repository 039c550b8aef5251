// SPDX-License-Identifier: EUPL-1.2
// Feeds: readings fetched from others on a schedule; what each is told, how far it is, and how it fares.
#include "api/api.h"

#include "feed/feed.h"

static str state_of(const struct feed_status *s)
{
    if (s->is_paused) return STR("paused");
    if (s->is_running) return STR("running");
    return s->failures ? STR("failing") : STR("waiting");
}

static void put_status(json_writer *w, const struct feed_status *s)
{
    json_open(w, '{');
    json_member_text(w, STR("name"), s->name);
    json_member_text(w, STR("kind"), s->kind);
    json_member_text(w, STR("url"), s->url);
    json_member_text(w, STR("state"), state_of(s));
    json_member_int(w, STR("stored"), s->stored);
    json_member_int(w, STR("requests"), s->requests);
    json_member_int(w, STR("failures"), s->failures);
    json_member_time(w, STR("lastTried"), s->last_tried);
    json_member_time(w, STR("lastWorked"), s->last_worked);
    json_member_time(w, STR("next"), s->next);
    if (s->error.n) json_member_text(w, STR("error"), s->error);
    if (s->position.n) {
        json_name(w, STR("position"));
        json_put_raw(w, s->position);
    }
    json_close(w, '}');
}

struct listing {
    json_writer *w;
    str only;  // a name; empty: all
    bool found;
};

static bool list_one(const struct feed_status *s, void *context, err *e)
{
    (void)e;
    struct listing *l = context;
    if (l->only.n && !str_eq(l->only, s->name)) return true;
    l->found = true;
    put_status(l->w, s);
    return true;
}

static bool list(struct api_call *c, struct listing *l, err *e)
{
    struct snapshot *at;
    if (!c->parts->feeds) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no feeds are run here");
    return api_snapshot(c, &at, e) && feeds_each(c->parts->feeds, at, c->a, list_one, l, e);
}

static bool list_feeds(struct api_call *c, err *e)
{
    struct listing l = {.w = &c->w};
    json_open(&c->w, '{');
    json_name(&c->w, STR("feeds"));
    json_open(&c->w, '[');
    if (!list(c, &l, e)) return false;
    json_close(&c->w, ']');
    json_close(&c->w, '}');
    return true;
}

static bool get_feed(struct api_call *c, err *e)
{
    struct listing l = {.w = &c->w, .only = api_text(c, "name")};
    if (!list(c, &l, e)) return false;
    return l.found || err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no feed '%.*s'", STR_ARG(l.only));
}

// ---- changing ----------------------------------------------------------------------------------------------------

static bool change(struct api_call *c, feed_action what, const json *document, err *e)
{
    if (!c->parts->feeds) return err_set(e, ERR_UNSUPPORTED, ERR_NOWHERE, "no feeds are run here");
    return feeds_change(c->parts->feeds, api_text(c, "name"), what, document, &c->who, c->now, e);
}

static bool put_feed(struct api_call *c, err *e)
{
    struct listing l = {.w = &c->w, .only = api_text(c, "name")};
    return change(c, FEED_PUT, c->body, e) && list(c, &l, e);
}

static bool delete_feed(struct api_call *c, err *e)
{
    return change(c, FEED_END, NULL, e);
}

// ---- tables ------------------------------------------------------------------------------------------------------

#define NAME                                                                                        \
    {                                                                                               \
        "name", API_TEXT, .about = "Of the feed: letters, digits, '-' and '_'", .flags = API_NEEDED \
    }

static const struct api_field one[] = {NAME, {0}};
static const struct api_field feed_fields[] = {
    {"kind", API_WORD, "luchtmeetnet sensor_community_api sensor_community_archive sensorthings",
     "Whose answers it reads", .flags = API_NEEDED},
    {"url", API_TEXT, .about = "Of the service, without the paths of its parts", .flags = API_NEEDED},
    {"everyMinutes", API_INTEGER, .about = "From the end of a turn to the next; 15", .least = 1,
     .most = 525600},
    {"pauseMs", API_INTEGER, .about = "Between two requests; 1000", .least = 0, .most = 3600000},
    {"paused", API_BOOLEAN, .about = "No turns for now"},
    {"local", API_BOOLEAN, .about = "The address may lie in our own network"},
    {"since", API_TEXT, .about = "From when on, a date or time in UTC"},
    {"stations", API_LIST, "string", "luchtmeetnet: numbers of stations"},
    {"sensors", API_LIST, "string",
     "sensor_community_archive: like sds011_sensor_15092; sensor_community_api: like 5637"},
    {"area", API_TEXT, .about = "sensor_community_api: latitude,longitude,kilometres instead of sensors"},
    {"path", API_TEXT,
     .about = "sensor_community_archive: how its files are named, with {date}, {year} and {sensor}"},
    {"filter", API_TEXT, .about = "sensorthings: $filter on its Things"},
    {"quotedTimes", API_BOOLEAN, .about = "sensorthings: it wants times in quotes"},
    {0}};
static const struct api_field status_fields[] = {
    {"name", API_TEXT, .about = "Of the feed", .flags = API_NEEDED},
    {"kind", API_TEXT, .about = "Whose answers it reads", .flags = API_NEEDED},
    {"url", API_TEXT, .about = "Of the service", .flags = API_NEEDED},
    {"state", API_WORD, "waiting running failing paused", "How it fares", .flags = API_NEEDED},
    {"stored", API_INTEGER, .about = "Readings so far", .flags = API_NEEDED},
    {"requests", API_INTEGER, .about = "Requests so far", .flags = API_NEEDED},
    {"failures", API_INTEGER, .about = "In a row; 0: the last request worked", .flags = API_NEEDED},
    {"lastTried", API_TIME, .about = "Its newest request"},
    {"lastWorked", API_TIME, .about = "The newest that worked"},
    {"next", API_TIME, .about = "When its next turn begins"},
    {"error", API_TEXT, .about = "Of the last request, when it failed"},
    {"position", API_OBJECT, .about = "How far it is, in the terms of its kind"},
    {0}};
static const struct api_field list_fields[] = {
    {"feeds", API_LIST, "FeedStatus", "All feeds", .flags = API_NEEDED}, {0}};

const struct api_set api_feeds = {
    .tag = "feeds",
    .about = "Readings fetched from others on a schedule.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/feeds", "listFeeds", "All feeds and how they fare", ACTION_OPERATE,
             .answer = "FeedList", .run = list_feeds},
            {HTTP_GET, "/feeds/{name}", "getFeed", "How a feed fares", ACTION_OPERATE, one,
             .answer = "FeedStatus", .run = get_feed},
            {HTTP_PUT, "/feeds/{name}", "putFeed", "Makes a feed or changes it; its turn begins at once",
             ACTION_OPERATE, one, .body = "Feed", .answer = "FeedStatus", .run = put_feed},
            {HTTP_DELETE, "/feeds/{name}", "deleteFeed", "Ends a feed; its readings stay", ACTION_OPERATE,
             one, .run = delete_feed},
            {0}},
    .schemas = (const struct api_schema[]){{"Feed", "What a feed is told.", feed_fields},
                                           {"FeedStatus", "How a feed fares.", status_fields},
                                           {"FeedList", "All feeds.", list_fields},
                                           {0}},
};
