// SPDX-License-Identifier: EUPL-1.2
#include "http/reply.h"

#include "http/field.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int status;
    str reason;
} reasons[] = {
    {200, STR("OK")},
    {201, STR("Created")},
    {202, STR("Accepted")},
    {204, STR("No Content")},
    {206, STR("Partial Content")},
    {301, STR("Moved Permanently")},
    {302, STR("Found")},
    {303, STR("See Other")},
    {304, STR("Not Modified")},
    {307, STR("Temporary Redirect")},
    {308, STR("Permanent Redirect")},
    {400, STR("Bad Request")},
    {401, STR("Unauthorized")},
    {403, STR("Forbidden")},
    {404, STR("Not Found")},
    {405, STR("Method Not Allowed")},
    {406, STR("Not Acceptable")},
    {408, STR("Request Timeout")},
    {409, STR("Conflict")},
    {410, STR("Gone")},
    {411, STR("Length Required")},
    {412, STR("Precondition Failed")},
    {413, STR("Content Too Large")},
    {414, STR("URI Too Long")},
    {415, STR("Unsupported Media Type")},
    {417, STR("Expectation Failed")},
    {422, STR("Unprocessable Content")},
    {424, STR("Failed Dependency")},
    {428, STR("Precondition Required")},
    {429, STR("Too Many Requests")},
    {431, STR("Request Header Fields Too Large")},
    {500, STR("Internal Server Error")},
    {501, STR("Not Implemented")},
    {502, STR("Bad Gateway")},
    {503, STR("Service Unavailable")},
    {504, STR("Gateway Timeout")},
    {505, STR("HTTP Version Not Supported")},
    {507, STR("Insufficient Storage")},
};

str http_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status) return reasons[i].reason;
    return (str){0};  // the reason phrase may be empty
}

bool reply_has_body(int status)
{
    return status >= 200 && status != 204 && status != 304;
}

static void write_two(char *out, int v)
{
    out[0] = (char)('0' + v / 10);
    out[1] = (char)('0' + v % 10);
}

void reply_write_date(char out[static REPLY_DATE_TEXT], instant t)
{
    static const char days[] = "MonTueWedThuFriSatSun", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const civil c = time_to_civil(t);
    memcpy(out, "Day, 00 Mon 0000 00:00:00 GMT", REPLY_DATE_TEXT);
    memcpy(out, days + 3 * time_weekday(t), 3);
    write_two(out + 5, c.day);
    memcpy(out + 8, months + 3 * (c.month - 1), 3);
    write_two(out + 12, c.year / 100);
    write_two(out + 14, c.year % 100);
    write_two(out + 17, c.hour);
    write_two(out + 20, c.minute);
    write_two(out + 23, c.second);
}

static void write_field(buf *out, str name, str value)
{
    if (!field_is_token(name) || !field_is_safe(value)) return;
    buf_add(out, name);
    BUF_LIT(out, ": ");
    buf_add(out, value);
    BUF_LIT(out, "\r\n");
}

static void write_framing(buf *out, const struct reply_head *h)
{
    if (h->framing == REPLY_CHUNKED) BUF_LIT(out, "Transfer-Encoding: chunked\r\n");
    if (h->framing == REPLY_LENGTH && reply_has_body(h->data->status)) {
        BUF_LIT(out, "Content-Length: ");
        buf_add_int(out, (int64_t)h->length);
        BUF_LIT(out, "\r\n");
    }
    if (h->closes || h->framing == REPLY_UNTIL_CLOSE)
        BUF_LIT(out, "Connection: close\r\n");
    else if (h->is_http10)
        BUF_LIT(out, "Connection: keep-alive\r\n");
}

void reply_write_head(buf *out, const struct reply_head *h)
{
    const http_reply_data *d = h->data;
    char date[REPLY_DATE_TEXT];
    reply_write_date(date, h->now);
    BUF_LIT(out, "HTTP/1.1 ");
    buf_add_int(out, d->status);
    buf_add_char(out, ' ');
    buf_add(out, http_reason(d->status));
    BUF_LIT(out, "\r\nDate: ");
    buf_add(out, (str){date, sizeof date});
    BUF_LIT(out, "\r\n");
    if (d->content_type.n) write_field(out, STR("Content-Type"), d->content_type);
    for (size_t i = 0; i < d->header_count; i++) write_field(out, d->headers[i].name, d->headers[i].value);
    if (h->is_compressed) BUF_LIT(out, "Content-Encoding: gzip\r\n");
    if (h->varies) BUF_LIT(out, "Vary: Accept-Encoding\r\n");
    write_framing(out, h);
    BUF_LIT(out, "\r\n");
}

static bool is_text_type(str type)
{
    static const str whole[] = {STR("application/json"),       STR("application/xml"),
                                STR("application/javascript"), STR("application/manifest+json"),
                                STR("application/n-triples"),  STR("image/svg+xml")};
    str essence = {0};
    if (!str_cut(&type, ';', &essence)) return false;
    essence = str_trim(essence);
    if (str_eq_nocase(str_slice(essence, 0, 5), STR("text/"))) return true;
    if (str_ends(essence, STR("+json")) || str_ends(essence, STR("+xml"))) return true;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (str_eq_nocase(essence, whole[i])) return true;
    return false;
}

bool reply_is_compressible(const http_reply_data *d)
{
    if (!reply_has_body(d->status) || d->status == 206 || !is_text_type(d->content_type)) return false;
    for (size_t i = 0; i < d->header_count; i++)
        if (str_eq_nocase(d->headers[i].name, STR("Content-Encoding"))) return false;
    return true;
}

void http_reply_add_header(http_reply_data *reply, str name, str value)
{
    if (reply->header_count < HTTP_REPLY_HEADERS_MAX)
        reply->headers[reply->header_count++] = (http_header){name, value};
}
