// SPDX-License-Identifier: EUPL-1.2
// What became of webhooks and mails, for staff: what waits, what arrived, what was given up and why. Never to whom.
#include "api/api.h"

#include "identity/audit.h"
#include "outbox/outbox.h"

#include <sodium.h>
#include <stdio.h>

static void put_status(json_writer *w, const struct outbox_status *s)
{
    json_open(w, '{');
    json_member_text(w, STR("id"), s->id);
    json_member_text(w, STR("kind"), s->kind == OUTBOX_MAIL ? STR("mail") : STR("webhook"));
    json_member_text(w, STR("state"), outbox_state_name(s->state));
    json_member_text(w, STR("about"), s->about);
    json_name(w, STR("attempts"));
    json_put_int(w, s->attempts);
    json_member_time(w, STR("put"), s->put);
    json_member_time(w, STR("due"), s->due);
    if (s->reason.n) json_member_text(w, STR("reason"), s->reason);
    json_close(w, '}');
}

struct listing {
    struct api_call *call;
    str state, after, last;
    int64_t left;
    bool more;
};

static bool list_one(const struct outbox_status *s, void *context, err *e)
{
    (void)e;
    struct listing *l = context;
    if (l->state.n && !str_eq(l->state, outbox_state_name(s->state))) return true;
    if (l->after.n && str_cmp(s->id, l->after) <= 0) return true;
    if (l->left-- == 0) {
        l->more = true;
        return false;
    }
    l->last = s->id;
    put_status(&l->call->w, s);
    return true;
}

static bool list_messages(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct listing l = {.call = c,
                        .state = api_text(c, "state"),
                        .after = api_text(c, "after"),
                        .left = api_integer(c, "limit")};
    if (!api_snapshot(c, &at, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("messages"));
    json_open(&c->w, '[');
    if (!outbox_each(at, c->a, list_one, &l, e)) return false;
    json_close(&c->w, ']');
    api_put_links(c, l.more ? l.last : (str){0});
    json_close(&c->w, '}');
    return true;
}

static bool get_message(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct outbox_status s;
    if (!api_snapshot(c, &at, e) || !outbox_status(at, api_text(c, "id"), c->a, &s, e)) return false;
    put_status(&c->w, &s);
    return true;
}

static bool get_key(struct api_call *c, err *e)
{
    (void)e;
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("ed25519"), outbox_public_key(c->parts->outbox));
    json_close(&c->w, '}');
    return true;
}

// ---- Trying a target, trying again -------------------------------------------------------------------------------

struct writing {
    struct outbox *outbox;
    struct outbox_message message;
    const struct principal *who;
    str id;
    instant now;
};

// To whom stands in no line: a mail address is somebody's.
static bool tell(struct store_tx *tx, const struct writing *w, str what, str id, err *e)
{
    char which[128];
    const int n = snprintf(which, sizeof which, "message/%.*s", (int)(id.n < 100 ? id.n : 100), id.p);
    const struct audit_event event = {.who = w->who, .what = what, .which = {which, (size_t)n}, .at = w->now};
    return audit_record(tx, &event, e);
}

static bool put_test(struct store_tx *tx, void *context, err *e)
{
    const struct writing *w = context;
    return outbox_put(w->outbox, tx, &w->message, w->now, e) &&
           tell(tx, w, STR("message.test"), w->message.id, e);
}

static bool post_message(struct api_call *c, err *e)
{
    char id[40];
    unsigned char random[12];
    randombytes_buf(random, sizeof random);
    snprintf(id, sizeof id, "test:");
    sodium_bin2hex(id + 5, sizeof id - 5, random, sizeof random);
    const bool is_mail = str_eq(json_text(c->body, STR("kind")), STR("mail"));
    const struct writing w = {
        .outbox = c->parts->outbox,
        .who = &c->who,
        .now = c->now,
        .message = {.kind = is_mail ? OUTBOX_MAIL : OUTBOX_WEBHOOK,
                    .id = str_of(id),
                    .target = json_text(c->body, STR("target")),
                    .secret = json_text(c->body, STR("secret")),
                    .subject = STR("Testbericht / test message"),
                    .body = is_mail ? STR("Dit is een testbericht. U hoeft niets te doen.\n\nThis is a test "
                                          "message. You need not do anything.\n")
                                    : STR("{\"type\":\"test\"}"),
                    .about = STR("test")}};
    struct writing mutable = w;
    if (!store_run(c->parts->store, put_test, &mutable, e)) return false;
    json_open(&c->w, '{');
    json_member_text(&c->w, STR("id"), str_of(id));
    json_close(&c->w, '}');
    return true;
}

static bool put_again(struct store_tx *tx, void *context, err *e)
{
    const struct writing *w = context;
    return outbox_retry(w->outbox, tx, w->id, w->now, e) && tell(tx, w, STR("message.retry"), w->id, e);
}

static bool retry_message(struct api_call *c, err *e)
{
    struct writing w = {.outbox = c->parts->outbox, .who = &c->who, .id = api_text(c, "id"), .now = c->now};
    return store_run(c->parts->store, put_again, &w, e);
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field list_parameters[] = {
    {"state", API_WORD, "waiting delivered dead", "Only those in this state"},
    {"limit", API_INTEGER, .about = "Messages on a page", .least = 1, .most = 1000, .standard = "100"},
    {"after", API_TEXT, .about = "Go on behind this id"},
    {0}};
static const struct api_field id_parameter[] = {{"id", API_TEXT, .about = "Id of the message"}, {0}};
static const struct api_field message_fields[] = {
    {"id", API_TEXT, .about = "Its own; webhook-id for a receiver", .flags = API_NEEDED},
    {"kind", API_WORD, "webhook mail", "How it is sent", .flags = API_NEEDED},
    {"state", API_WORD, "waiting delivered dead", "dead: given up, see reason", .flags = API_NEEDED},
    {"about", API_TEXT, .about = "What it was sent for: rule:NAME", .flags = API_NEEDED},
    {"attempts", API_INTEGER, .about = "How often it was tried", .flags = API_NEEDED},
    {"put", API_TIME, .about = "When it was put in", .flags = API_NEEDED},
    {"due", API_TIME, .about = "When it is tried next"},
    {"reason", API_TEXT, .about = "Why the last attempt failed"},
    {0}};
static const struct api_field list_fields[] = {
    {"messages", API_LIST, "Message", "By id", .flags = API_NEEDED},
    {"_links", API_OBJECT, .about = "This page and the next"},
    {0}};
static const struct api_field test_fields[] = {
    {"kind", API_WORD, "webhook mail", "How to send", .flags = API_NEEDED},
    {"target", API_TEXT, .about = "https address, or mail address", .flags = API_NEEDED},
    {"secret", API_TEXT, .about = "Of the webhook's HMAC: whsec_ and base64, or any text"},
    {0}};
static const struct api_field id_fields[] = {
    {"id", API_TEXT, .about = "Id of the message", .flags = API_NEEDED}, {0}};
static const struct api_field key_fields[] = {
    {"ed25519", API_TEXT, .about = "whpk_ and base64: checks v1a signatures (Standard Webhooks)",
     .flags = API_NEEDED},
    {0}};

const struct api_set api_messages = {
    .tag = "messages",
    .about = "Webhooks and mails that must arrive: what became of them. Signed as Standard Webhooks 1.0 "
             "describes.",
    .resources =
        (const struct api_resource[]){
            {HTTP_GET, "/messages", "getMessages", "What waits, arrived and was given up", ACTION_OPERATE,
             list_parameters, .answer = "Messages", .run = list_messages},
            {HTTP_POST, "/messages", "sendTestMessage", "Sends a test message to a target", ACTION_OPERATE,
             NULL, "TestMessage", "MessageId", .status = 202, .run = post_message},
            {HTTP_GET, "/messages/{id}", "getMessage", "What became of one message", ACTION_OPERATE,
             id_parameter, .answer = "Message", .run = get_message},
            {HTTP_POST, "/messages/{id}/attempts", "retryMessage",
             "Tries a message that was given up once more", ACTION_OPERATE, id_parameter, .status = 202,
             .run = retry_message},
            {HTTP_GET, "/webhook-key", "getWebhookKey", "The key that checks signatures of webhooks",
             ACTION_READ_PUBLIC, .answer = "WebhookKey", .run = get_key},
            {0}},
    .schemas = (const struct api_schema[]){{"Messages", "A page of messages.", list_fields},
                                           {"Message", "A message and what became of it.", message_fields},
                                           {"TestMessage", "Where to send a test.", test_fields},
                                           {"MessageId", "The id that a message was given.", id_fields},
                                           {"WebhookKey", "Public keys of this node.", key_fields},
                                           {0}},
};
