// SPDX-License-Identifier: EUPL-1.2
#include "http/head.h"
#include "http/field.h"

static bool refuse(struct refusal *why, int status, const char *message)
{
    *why = (struct refusal){status, message};
    return false;
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

static head_state refuse_scan(struct refusal *why, int status, const char *message)
{
    refuse(why, status, message);
    return HEAD_REFUSED;
}

static head_state check_size(const struct head_scan *scan, size_t n, size_t fields_max, struct refusal *why)
{
    // The method and the version share the line with the target: 32 bytes are enough for both.
    const size_t line = scan->first_line_end ? scan->first_line_end : n;
    if (line > HEAD_TARGET_MAX + 32) return refuse_scan(why, 414, "the address is longer than 16 KiB");
    if (n - line > fields_max) return refuse_scan(why, 431, "the header fields are larger than allowed");
    return HEAD_INCOMPLETE;
}

head_state head_find_end(struct head_scan *scan, str in, size_t fields_max, struct refusal *why)
{
    for (; scan->at < in.n; scan->at++) {
        if (!is_control(in.p[scan->at])) continue;
        if (in.p[scan->at] != '\r')
            return refuse_scan(why, 400, "a control character, or a line that does not end in CR LF");
        if (scan->at + 1 == in.n) break;
        if (in.p[scan->at + 1] != '\n') return refuse_scan(why, 400, "a CR without LF");
        const bool is_empty_line = scan->at == scan->line_start;
        if (!scan->first_line_end) scan->first_line_end = scan->at;
        scan->line_start = scan->at + 2;
        scan->at++;
        if (!is_empty_line) continue;
        scan->at++;
        return check_size(scan, scan->at, fields_max, why) == HEAD_REFUSED ? HEAD_REFUSED : HEAD_COMPLETE;
    }
    return check_size(scan, scan->at, fields_max, why);
}

str head_span(str bytes, span s)
{
    return s.n ? (str){bytes.p + s.at, s.n} : (str){0};
}

static span span_of(str bytes, str part)
{
    return part.n ? (span){(uint16_t)(part.p - bytes.p), (uint16_t)part.n} : (span){0};
}

const head_field *head_find(const struct head *h, str bytes, str name)
{
    for (size_t i = 0; i < h->field_count; i++)
        if (str_eq_nocase(head_span(bytes, h->fields[i].name), name)) return &h->fields[i];
    return NULL;
}

static const struct {
    str name;
    http_method method;
} methods[] = {
    {STR("GET"), HTTP_GET},         {STR("HEAD"), HTTP_HEAD},   {STR("POST"), HTTP_POST},
    {STR("PUT"), HTTP_PUT},         {STR("PATCH"), HTTP_PATCH}, {STR("DELETE"), HTTP_DELETE},
    {STR("OPTIONS"), HTTP_OPTIONS},
};

static bool parse_method(str name, struct head *out, struct refusal *why)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (str_eq(methods[i].name, name)) {
            out->method = methods[i].method;
            return true;
        }
    if (!field_is_token(name)) return refuse(why, 400, "the request does not start with a method");
    return refuse(why, 501, "a method that this server does not know");
}

static bool parse_version(str version, struct head *out, struct refusal *why)
{
    if (version.n != 8 || !str_starts(version, STR("HTTP/")) || version.p[6] != '.')
        return refuse(why, 400, "the request line does not end in HTTP/1.1");
    const char major = version.p[5], minor = version.p[7];
    if (major < '0' || major > '9' || minor < '0' || minor > '9')
        return refuse(why, 400, "the request line does not end in HTTP/1.1");
    if (major != '1') return refuse(why, 505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    out->is_http10 = minor == '0';
    return true;
}

// http://host:port/path: a proxy may send it, and we must take it (RFC 9112 section 3.2.2).
static str without_authority(str target)
{
    size_t scheme = 0, slash;
    if (str_eq_nocase(str_slice(target, 0, 7), STR("http://"))) scheme = 7;
    if (str_eq_nocase(str_slice(target, 0, 8), STR("https://"))) scheme = 8;
    if (!scheme) return target;
    const str rest = str_slice(target, scheme, target.n);
    return str_find(rest, STR("/"), &slash) ? str_slice(rest, slash, rest.n) : STR("/");
}

static bool parse_target(str bytes, str target, struct head *out, struct refusal *why)
{
    if (target.n > HEAD_TARGET_MAX) return refuse(why, 414, "the address is longer than 16 KiB");
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= ' ' || (unsigned char)target.p[i] >= 0x7f)
            return refuse(why, 400, "the address has a character that must be percent-encoded");
    const bool is_asterisk = out->method == HTTP_OPTIONS && str_eq(target, STR("*"));
    str path = without_authority(target);
    if (!is_asterisk && !str_starts(path, STR("/")))
        return refuse(why, 400, "the address does not start with /");
    size_t mark;
    str query = {0};
    if (str_find(path, STR("?"), &mark)) {
        query = str_slice(path, mark + 1, path.n);
        path = str_slice(path, 0, mark);
    }
    size_t hash;
    if (str_find(target, STR("#"), &hash)) return refuse(why, 400, "the address has a fragment (#)");
    // "/" made up for http://host is not in the bytes; an empty path says the same.
    if (path.p >= bytes.p && path.p < bytes.p + bytes.n) out->path = span_of(bytes, path);
    out->query = span_of(bytes, query);
    return true;
}

static bool parse_request_line(str bytes, str line, struct head *out, struct refusal *why)
{
    size_t first, last;
    if (!str_find(line, STR(" "), &first)) return refuse(why, 400, "the request line has no address");
    const str rest = str_slice(line, first + 1, line.n);
    if (!str_find(rest, STR(" "), &last))
        return refuse(why, 400, "the request line does not end in HTTP/1.1");
    return parse_method(str_slice(line, 0, first), out, why) &&
           parse_version(str_slice(rest, last + 1, rest.n), out, why) &&
           parse_target(bytes, str_slice(rest, 0, last), out, why);
}

static bool parse_field(str bytes, str line, struct head *out, struct refusal *why)
{
    size_t colon;
    if (line.p[0] == ' ' || line.p[0] == '\t') return refuse(why, 400, "a folded header line");
    if (!str_find(line, STR(":"), &colon)) return refuse(why, 400, "a header line without a colon");
    const str name = str_slice(line, 0, colon);
    if (!field_is_token(name)) return refuse(why, 400, "a header name with a character that is not allowed");
    if (out->field_count == HEAD_FIELDS_MAX) return refuse(why, 431, "more than 64 header fields");
    out->fields[out->field_count++] = (head_field){
        span_of(bytes, name), span_of(bytes, str_trim(str_slice(line, colon + 1, line.n)))};
    return true;
}

static bool take_length(struct head *h, str value, struct refusal *why)
{
    uint64_t length = 0;
    if (!value.n || value.n > 18) return refuse(why, 400, "a Content-Length that is not a number");
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return refuse(why, 400, "a Content-Length that is not a number");
        length = length * 10 + (uint64_t)(value.p[i] - '0');
    }
    if (h->has_length && h->length != length) return refuse(why, 400, "two Content-Lengths that differ");
    h->has_length = true;
    h->length = length;
    return true;
}

static bool take_transfer_encoding(struct head *h, str value, struct refusal *why)
{
    if (h->is_http10) return refuse(why, 400, "Transfer-Encoding in HTTP/1.0");
    if (h->is_chunked) return refuse(why, 400, "two Transfer-Encodings");
    if (!str_eq_nocase(value, STR("chunked")))
        return refuse(why, 501, "a transfer coding other than chunked");
    h->is_chunked = true;
    return true;
}

static bool take_connection(struct head *h, str value, struct refusal *why)
{
    (void)why;
    if (field_has_token(value, STR("keep-alive")) && h->is_http10) h->keeps_alive = true;
    if (field_has_token(value, STR("close"))) h->keeps_alive = false;
    return true;
}

static bool take_expect(struct head *h, str value, struct refusal *why)
{
    if (!str_eq_nocase(value, STR("100-continue")))
        return refuse(why, 417, "an expectation other than 100-continue");
    h->expects_continue = !h->is_http10;
    return true;
}

// Fields that decide how the message is read.
static const struct {
    str name;
    bool (*take)(struct head *h, str value, struct refusal *why);
} framing[] = {
    {STR("content-length"), take_length},
    {STR("transfer-encoding"), take_transfer_encoding},
    {STR("connection"), take_connection},
    {STR("expect"), take_expect},
};

static bool apply_framing(str bytes, struct head *h, struct refusal *why)
{
    size_t hosts = 0;
    for (size_t i = 0; i < h->field_count; i++) {
        const str name = head_span(bytes, h->fields[i].name), value = head_span(bytes, h->fields[i].value);
        for (size_t f = 0; f < sizeof framing / sizeof *framing; f++)
            if (str_eq_nocase(name, framing[f].name) && !framing[f].take(h, value, why)) return false;
        hosts += str_eq_nocase(name, STR("host"));
    }
    if (h->is_chunked && h->has_length) return refuse(why, 400, "both Content-Length and Transfer-Encoding");
    if (hosts > 1) return refuse(why, 400, "more than one Host");
    if (!hosts && !h->is_http10) return refuse(why, 400, "no Host");
    const bool wants_body = h->method & (HTTP_POST | HTTP_PUT | HTTP_PATCH);
    if (h->is_http10 && wants_body && !h->has_length)
        return refuse(why, 411, "a body needs a Content-Length");
    return true;
}

bool head_parse(str bytes, struct head *out, struct refusal *why)
{
    str rest = bytes, line = {0};
    size_t end;
    out->field_count = 0;
    for (bool is_first = true; str_find(rest, STR("\r\n"), &end) && end; is_first = false) {
        line = str_slice(rest, 0, end);
        rest = str_slice(rest, end + 2, rest.n);
        if (is_first ? !parse_request_line(bytes, line, out, why) : !parse_field(bytes, line, out, why))
            return false;
    }
    out->keeps_alive = !out->is_http10;
    return apply_framing(bytes, out, why);
}
