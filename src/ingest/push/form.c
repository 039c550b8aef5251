// SPDX-License-Identifier: EUPL-1.2
#include "ingest/push/form.h"

#include "base/json.h"

#define REJECTS_SHOWN 100
#define ANSWER_MAX ((size_t)128 << 10)

static void reply_json(struct http_request *r, int status, const buf *b, const err *e)
{
    http_reply_data reply = {.status = status, .content_type = STR("application/json"), .body = buf_str(b)};
    if (e && e->code == ERR_AUTH)
        http_reply_add_header(&reply, STR("WWW-Authenticate"), STR("Bearer realm=\"peil\""));
    if (e && e->code == ERR_BUSY) http_reply_add_header(&reply, STR("Retry-After"), STR("1"));
    http_reply(r, &reply);
}

static void put_at(json_writer *w, size_t at)
{
    if (at == ERR_NOWHERE) return;
    json_name(w, STR("at"));
    json_put_int(w, (int64_t)at);
}

// ---- peil's own --------------------------------------------------------------------------------------------------

static void peil_failed(struct http_request *r, const err *e)
{
    buf b = {.max = 4096};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_name(&w, STR("code"));
    json_put_int(&w, err_http_status(e->code));
    json_member_text(&w, STR("type"), STR("error"));
    json_member_text(&w, STR("message"), str_of(e->text));
    put_at(&w, e->at);
    json_close(&w, '}');
    reply_json(r, err_http_status(e->code), &b, e);
    buf_free(&b);
}

// What became of each value that could not be read, so that its sender can tell which.
static void rejects_write(json_writer *w, const struct ingest_outcome *o)
{
    json_name(w, STR("rejects"));
    json_open(w, '[');
    for (size_t k = 0; k < o->reject_count && k < REJECTS_SHOWN; k++) {
        const struct device_reject *r = &o->rejects[k];
        json_open(w, '{');
        json_member_text(w, STR("name"), r->name);
        json_member_text(w, STR("message"), str_of(r->why.text));
        put_at(w, r->why.at);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void outcome_write(buf *b, const struct ingest_outcome *o)
{
    const struct {
        str name;
        int64_t count;
    } counts[] = {{STR("stored"), o->stored},
                  {STR("duplicates"), o->duplicates},
                  {STR("flagged"), o->flagged},
                  {STR("refused"), o->refused},
                  {STR("unknown"), o->unknown}};
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        json_name(&w, counts[k].name);
        json_put_int(&w, counts[k].count);
    }
    json_name(&w, STR("quarantined"));
    json_put_bool(&w, o->quarantined);
    if (o->note.n) json_member_text(&w, STR("note"), o->note);
    if (o->reject_count) rejects_write(&w, o);
    json_close(&w, '}');
}

static int status_of(const struct device_adapter *adapter, const struct ingest_outcome *o)
{
    if (o->reject_count && adapter->partial_status) return adapter->partial_status;
    return adapter->reply_status ? adapter->reply_status : 200;
}

static void peil_stored(struct http_request *r, const struct device_adapter *adapter,
                        const struct ingest_outcome *o)
{
    buf b = {.max = ANSWER_MAX};
    const int status = status_of(adapter, o);
    if (status == 204) {
        http_reply(r, &(http_reply_data){.status = 204});
    } else {
        if (adapter->reply.n)
            buf_add(&b, adapter->reply);
        else
            outcome_write(&b, o);
        reply_json(r, status, &b, NULL);
    }
    buf_free(&b);
}

const struct push_form push_form_of_peil = {peil_failed, peil_stored};

// ---- InfluxDB ----------------------------------------------------------------------------------------------------

static const struct {
    int status;
    str code;
} influx_codes[] = {
    {400, STR("invalid")},           {401, STR("unauthorized")},      {403, STR("forbidden")},
    {404, STR("not found")},         {413, STR("request too large")}, {415, STR("invalid")},
    {429, STR("too many requests")}, {503, STR("unavailable")},
};

static str influx_code(int status)
{
    for (size_t i = 0; i < sizeof influx_codes / sizeof influx_codes[0]; i++)
        if (influx_codes[i].status == status) return influx_codes[i].code;
    return STR("internal error");
}

// Version 1 looks for "error", version 2 for "code" and "message".
static void influx_refuse(struct http_request *r, int status, str message, const err *e)
{
    buf b = {.max = ANSWER_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_text(&w, STR("code"), influx_code(status));
    json_member_text(&w, STR("message"), message);
    json_member_text(&w, STR("error"), message);
    json_close(&w, '}');
    reply_json(r, status, &b, e);
    buf_free(&b);
}

static void influx_failed(struct http_request *r, const err *e)
{
    influx_refuse(r, err_http_status(e->code), str_of(e->text), e);
}

// Waiting for the operator is no fault of the sender: with an error it would send the same again and again.
static void influx_stored(struct http_request *r, const struct device_adapter *adapter,
                          const struct ingest_outcome *o)
{
    (void)adapter;
    if (o->reject_count == 0) {
        http_reply(r, &(http_reply_data){.status = 204});
        return;
    }
    buf b = {.max = ANSWER_MAX};
    buf_print(&b, "partial write: %s", o->rejects[0].why.text);
    if (o->rejects[0].why.at != ERR_NOWHERE) buf_print(&b, " at byte %zu", o->rejects[0].why.at);
    buf_print(&b, " dropped=%zu", o->reject_count);
    influx_refuse(r, 400, buf_str(&b), NULL);
    buf_free(&b);
}

const struct push_form push_form_of_influx = {influx_failed, influx_stored};

// ---- openSenseMap ------------------------------------------------------------------------------------------------

static void opensensemap_refuse(struct http_request *r, int status, str message, const err *e)
{
    buf b = {.max = ANSWER_MAX};
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_member_text(&w, STR("code"),
                     status == 401   ? STR("Unauthorized")
                     : status == 422 ? STR("UnprocessableEntity")
                                     : STR("BadRequest"));
    json_member_text(&w, STR("message"), message);
    json_close(&w, '}');
    reply_json(r, status, &b, e);
    buf_free(&b);
}

static void opensensemap_failed(struct http_request *r, const err *e)
{
    const int status = err_http_status(e->code);
    opensensemap_refuse(r, status == 400 ? 422 : status, str_of(e->text), e);
}

// Values that could be read are stored, though others could not: the answer says which.
static void opensensemap_stored(struct http_request *r, const struct device_adapter *adapter,
                                const struct ingest_outcome *o)
{
    (void)adapter;
    if (o->reject_count) {
        opensensemap_refuse(r, 422, str_of(o->rejects[0].why.text), NULL);
        return;
    }
    buf b = {.max = ANSWER_MAX};
    json_write_text(&b, o->stored + o->duplicates == 1 ? STR("Measurement saved in box")
                                                       : STR("Measurements saved in box"));
    reply_json(r, 201, &b, NULL);
    buf_free(&b);
}

const struct push_form push_form_of_opensensemap = {opensensemap_failed, opensensemap_stored};
