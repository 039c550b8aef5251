// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lorawan/uplink.h"

#include "http/server.h"
#include "ingest/lorawan/book.h"
#include "ingest/lorawan/payload.h"

#include <sodium.h>

#define PAYLOAD_BYTES_MAX 255

str uplink_decoder_of_query(const struct device_message *m, arena *a)
{
    str name;
    return http_query_get(m->query, STR("decoder"), a, &name) ? name : (str){0};
}

void uplink_read_signal(const json *receptions, struct gather *g)
{
    double rssi;
    for (const json *r = receptions ? receptions->first : NULL; r; r = r->next)
        if (json_number(r, STR("rssi"), &rssi) && !(rssi <= g->out.state.rssi_dbm))
            g->out.state.rssi_dbm = rssi;
}

bool uplink_read_place(const json *place, struct gather *g)
{
    double latitude, longitude;
    if (!json_number(place, STR("latitude"), &latitude) || !json_number(place, STR("longitude"), &longitude))
        return false;
    g->out.state.latitude = latitude;
    g->out.state.longitude = longitude;
    return true;
}

static bool reject_payload(const struct uplink *u, struct gather *g, err_code code, const char *why, err *e)
{
    err reason;
    (void)err_set(&reason, code, u->payload->at, "%s", why);
    return gather_reject(g, STR("payload"), &reason, e);
}

static bool base64_read(str text, char out[static PAYLOAD_BYTES_MAX], str *bytes)
{
    static const int variants[] = {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING};
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        size_t n;
        if (sodium_base642bin((unsigned char *)out, PAYLOAD_BYTES_MAX, text.p, text.n, " \r\n", &n, NULL,
                              variants[i]))
            continue;
        *bytes = (str){out, n};
        return true;
    }
    return false;
}

// Bytes that nobody described are listed for the manager, as values of an unknown name are.
static bool list_payload(const struct uplink *u, struct gather *g, err *e)
{
    str name;
    if (!arena_print(g->a, &name, "payload on port %lld", (long long)u->f_port)) return err_no_memory(e);
    return gather_unknown(g, name, value_text(u->payload->text), u->payload->at, e);
}

static bool read_payload(const struct uplink *u, struct gather *g, err *e)
{
    const struct payload_book *book = g->m->site ? g->m->site->payloads : NULL;
    char bytes[PAYLOAD_BYTES_MAX];
    str payload;
    if (!base64_read(u->payload->text, bytes, &payload))
        return reject_payload(u, g, ERR_SYNTAX, "is not base64 of at most 255 bytes", e);
    const struct description *d = !book          ? NULL
                                  : u->decoder.n ? payload_book_by_name(book, u->decoder)
                                                 : payload_book_by_model(book, u->model, u->f_port);
    if (d) return payload_read(d, payload, u->payload->at, g, e);
    if (u->decoder.n)
        return reject_payload(u, g, ERR_UNKNOWN, "the decoder that the device names is not there", e);
    return list_payload(u, g, e);
}

bool uplink_read(const struct uplink *u, struct gather *g, err *e)
{
    if (u->decoded) return gather_tree(g, u->decoded, e);
    if (!u->payload || u->payload->type != JSON_TEXT || u->payload->text.n == 0) {
        g->out.note = STR("the message has no payload");
        return true;
    }
    if (u->f_port == 0) {
        g->out.note = STR("port 0 carries commands of the radio, no readings");
        return true;
    }
    return read_payload(u, g, e);
}
