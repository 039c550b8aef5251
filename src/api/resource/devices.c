// SPDX-License-Identifier: EUPL-1.2
// Devices for staff: what is known, what waits to be let in, what is shut out. A device's name and place can be a home's: for
// operators only.
#include "api/api.h"

#include "ingest/registry.h"

struct listing {
    struct api_call *call;
    str state, kind, last;
    int64_t left;
    bool more;
};

static bool list_one(const struct device_entry *d, void *context, err *e)
{
    struct listing *l = context;
    if (l->state.n && !str_eq(l->state, device_state_name(d->state))) return true;
    if (l->kind.n && !str_eq(l->kind, d->adapter)) return true;
    if (l->left-- == 0) {
        l->more = true;
        return false;
    }
    registry_write(&l->call->w, d);
    return registry_position(d, l->call->a, &l->last, e);
}

static bool list_devices(struct api_call *c, err *e)
{
    struct snapshot *at;
    struct listing l = {.call = c,
                        .state = api_text(c, "state"),
                        .kind = api_text(c, "kind"),
                        .left = api_integer(c, "limit")};
    if (!api_snapshot(c, &at, e)) return false;
    json_open(&c->w, '{');
    json_name(&c->w, STR("devices"));
    json_open(&c->w, '[');
    if (!registry_each(at, api_text(c, "after"), list_one, &l, e)) return false;
    json_close(&c->w, ']');
    api_put_links(c, l.more ? l.last : (str){0});
    json_close(&c->w, '}');
    return true;
}

static bool key_of(struct api_call *c, str *out, err *e)
{
    const str kind = api_text(c, "kind"), name = api_text(c, "name");
    return arena_print(c->a, out, "%.*s/%.*s", STR_ARG(kind), STR_ARG(name)) || err_no_memory(e);
}

static bool show(struct api_call *c, str key, err *e)
{
    struct snapshot *at;
    struct device_entry d;
    if (!api_snapshot(c, &at, e) || !registry_get(at, key, c->a, &d, e)) return false;
    registry_write(&c->w, &d);
    return true;
}

static bool get_device(struct api_call *c, err *e)
{
    str key;
    return key_of(c, &key, e) && show(c, key, e);
}

static bool change(struct api_call *c, str key, device_action what, str owner, err *e)
{
    const struct device_change x = {key, what, owner, &c->who, c->now, c->parts->identity};
    return registry_change(c->parts->ingest, &x, e);
}

static bool patch_device(struct api_call *c, err *e)
{
    const str state = json_text(c->body, STR("state"));
    const json *owner = json_get(c->body, STR("owner"));
    str key;
    if (!key_of(c, &key, e)) return false;
    if (!state.n && !owner) return err_set(e, ERR_MISSING, ERR_NOWHERE, "expected a state or an owner");
    if (state.n && !change(c, key, str_eq(state, STR("blocked")) ? DEVICE_BLOCK : DEVICE_LET_IN, (str){0}, e))
        return false;
    if (owner && !change(c, key, DEVICE_ASSIGN, owner->type == JSON_TEXT ? owner->text : (str){0}, e))
        return false;
    return show(c, key, e);
}

static bool delete_device(struct api_call *c, err *e)
{
    str key;
    return key_of(c, &key, e) && change(c, key, DEVICE_FORGET, (str){0}, e);
}

// ---- Tables ------------------------------------------------------------------------------------------------------

static const struct api_field list_parameters[] = {
    {"state", API_WORD, "known waiting blocked", "Only those in this state"},
    {"kind", API_TEXT, .about = "Only those of this kind: tts_v3"},
    {"limit", API_INTEGER, .about = "Devices on a page", .least = 1, .most = 1000, .standard = "100"},
    {"after", API_TEXT, .about = "Go on behind this position, as the link to the next page has it"},
    {0}};
static const struct api_field one[] = {
    {"kind", API_TEXT, .about = "What reads its messages: tts_v3, sensor_community, ..."},
    {"name", API_TEXT, .about = "As the device gives it"},
    {0}};
static const struct api_field device_fields[] = {
    {"kind", API_TEXT, .about = "What reads its messages", .flags = API_NEEDED},
    {"name", API_TEXT, .about = "As the device gives it", .flags = API_NEEDED},
    {"state", API_WORD, "known waiting blocked", "waiting: nobody let it in yet", .flags = API_NEEDED},
    {"firstSeen", API_TIME, .about = "Its first message"},
    {"lastSeen", API_TIME, .about = "Its newest message"},
    {"messages", API_INTEGER, .about = "How many came", .flags = API_NEEDED},
    {"datastreams", API_INTEGER, .about = "How many Datastreams it fills", .flags = API_NEEDED},
    {"thing", API_INTEGER, .about = "Id of its Thing"},
    {"owner", API_TEXT, .about = "Name of the token that alone may write for it"},
    {"clock", API_TEXT, .about = "What is wrong with its clock"},
    {"battery", API_NUMBER, .about = "Percent"},
    {"signal", API_NUMBER, .about = "dBm"},
    {"latitude", API_NUMBER, .about = "Degrees, WGS84"},
    {"longitude", API_NUMBER, .about = "Degrees, WGS84"},
    {"names", API_LIST, "string",
     "What it sends and peil has no quantity for; of one that waits, all it sends", .flags = API_NEEDED},
    {0}};
static const struct api_field list_fields[] = {
    {"devices", API_LIST, "Device", "By kind and name, then those that wait", .flags = API_NEEDED},
    {"_links", API_OBJECT, .about = "This page and the next"},
    {0}};
static const struct api_field change_fields[] = {
    {"state", API_WORD, "known blocked", "known lets it in, blocked refuses its messages"},
    {"owner", API_TEXT, .about = "Token that alone may write for it; null: any", .flags = API_NULLABLE},
    {0}};

const struct api_set api_devices = {
    .tag = "devices",
    .about = "Devices that send readings: those that are known, those that wait to be let in, and those that "
             "are shut "
             "out.",
    .resources = (const struct api_resource[]){{HTTP_GET, "/devices", "getDevices",
                                                "Known, waiting and blocked devices", ACTION_OPERATE,
                                                list_parameters, .answer = "Devices", .run = list_devices},
                                               {HTTP_GET, "/devices/{kind}/{name}", "getDevice", "One device",
                                                ACTION_OPERATE, one, .answer = "Device", .run = get_device},
                                               {HTTP_PATCH, "/devices/{kind}/{name}", "changeDevice",
                                                "Lets a device in, shuts it out, or gives it an owner",
                                                ACTION_OPERATE, one, "DeviceChange", "Device",
                                                .run = patch_device},
                                               {HTTP_DELETE, "/devices/{kind}/{name}", "forgetDevice",
                                                "Makes a device a stranger again; its readings stay",
                                                ACTION_OPERATE, one, .run = delete_device},
                                               {0}},
    .schemas = (const struct api_schema[]){{"Devices", "A page of devices.", list_fields},
                                           {"Device", "A device and how it fares.", device_fields},
                                           {"DeviceChange", "What is to be of a device.", change_fields},
                                           {0}},
};
