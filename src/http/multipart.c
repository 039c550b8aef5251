// SPDX-License-Identifier: EUPL-1.2
#include "http/multipart.h"

#include <string.h>

// The next line of *rest without its end; *rest goes on behind it. False: nothing is left.
static bool next_line(str *rest, str *line)
{
    if (rest->n == 0) return false;
    const char *end = memchr(rest->p, '\n', rest->n);
    const size_t n = end ? (size_t)(end - rest->p) : rest->n;
    *line = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, end ? n + 1 : n, rest->n);
    if (str_ends(*line, STR("\r"))) line->n--;
    return true;
}

// Headers up to an empty line, and what follows it.
static void split(str text, str *headers, str *body)
{
    str rest = text, line;
    size_t end = 0;
    while (next_line(&rest, &line) && line.n) end = text.n - rest.n;
    *headers = str_slice(text, 0, end);
    *body = rest;
}

// ---- headers ----

bool multipart_is_media(str content_type, str media)
{
    str rest = content_type, head = {0};
    str_cut(&rest, ';', &head);
    return str_eq_nocase(str_trim(head), media);
}

str multipart_header(str headers, str name)
{
    str line;
    while (next_line(&headers, &line)) {
        str value = line, key = {0};
        if (str_cut(&value, ':', &key) && str_eq_nocase(str_trim(key), name)) return str_trim(value);
    }
    return (str){0};
}

static str unquoted(str s)
{
    return s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? str_slice(s, 1, s.n - 1) : s;
}

bool multipart_open(str body, str content_type, struct multipart *out, err *e)
{
    str rest = content_type, parameter;
    *out = (struct multipart){.body = body};
    while (str_cut(&rest, ';', &parameter)) {
        str value = parameter, key = {0};
        if (str_cut(&value, '=', &key) && str_eq_nocase(str_trim(key), STR("boundary")))
            out->boundary = unquoted(str_trim(value));
    }
    if (out->boundary.n == 0)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "Content-Type: multipart needs a boundary");
    return out->boundary.n <= MULTIPART_BOUNDARY_MAX ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "Content-Type: the boundary is longer than %d",
                   MULTIPART_BOUNDARY_MAX);
}

// ---- parts ----

typedef enum { DELIMITER_NONE, DELIMITER_PART, DELIMITER_END } delimiter;

// "--boundary" or "--boundary--", perhaps with white space behind it.
static delimiter delimiter_of(str line, str boundary)
{
    if (!str_starts(line, STR("--"))) return DELIMITER_NONE;
    line = str_slice(line, 2, line.n);
    if (!str_starts(line, boundary)) return DELIMITER_NONE;
    const str behind = str_trim(str_slice(line, boundary.n, line.n));
    if (behind.n == 0) return DELIMITER_PART;
    return str_eq(behind, STR("--")) ? DELIMITER_END : DELIMITER_NONE;
}

// The next delimiter line: where it starts, and m->at moves behind it.
static delimiter find_delimiter(struct multipart *m, size_t *start)
{
    str rest = str_slice(m->body, m->at, m->body.n), line;
    size_t begin = m->at;
    while (next_line(&rest, &line)) {
        const size_t end = m->body.n - rest.n;
        const delimiter d = delimiter_of(line, m->boundary);
        if (d != DELIMITER_NONE) {
            *start = begin;
            m->at = end;
            return d;
        }
        begin = end;
    }
    return DELIMITER_NONE;
}

// The line end before a delimiter belongs to the delimiter.
static str without_line_end(str s)
{
    if (str_ends(s, STR("\n"))) s.n--;
    if (str_ends(s, STR("\r"))) s.n--;
    return s;
}

bool multipart_next(struct multipart *m, struct multipart_part *out, bool *got, err *e)
{
    size_t end;
    *got = false;
    if (!m->has_begun) {
        const delimiter first = find_delimiter(m, &end);
        if (first == DELIMITER_NONE) {
            return err_set(e, ERR_SYNTAX, 0, "expected a line '--%.*s' that begins the first part",
                           STR_ARG(m->boundary));
        }
        m->has_begun = true;
        if (first == DELIMITER_END) m->body.n = m->at = 0;
    }
    if (m->body.n == 0) return true;
    const size_t begin = m->at;
    const delimiter next = find_delimiter(m, &end);
    if (next == DELIMITER_NONE) {
        return err_set(e, ERR_SYNTAX, m->body.n, "expected a line '--%.*s--' that ends the last part",
                       STR_ARG(m->boundary));
    }
    out->at = begin;
    split(without_line_end(str_slice(m->body, begin, end)), &out->headers, &out->body);
    if (next == DELIMITER_END) m->body.n = 0;
    return *got = true;
}

// ---- the request in a part ----

bool http_part_read(str text, struct http_part *out, err *e)
{
    str line, rest = text;
    while (next_line(&rest, &line) && line.n == 0) text = rest;  // empty lines before the request line
    if (!next_line(&text, &line))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "expected a request such as 'GET Things HTTP/1.1'");
    line = str_trim(line);
    str_cut(&line, ' ', &out->method);
    const str version = STR(" HTTP/1.");
    line = str_trim(line);
    if (line.n > version.n + 1 &&
        str_eq_nocase(str_slice(line, line.n - version.n - 1, line.n - 1), version)) {
        line = str_trim(str_slice(line, 0, line.n - version.n - 1));
    }
    if (out->method.n == 0 || line.n == 0) {
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "expected a request such as 'GET Things HTTP/1.1'");
    }
    out->url = line;
    split(text, &out->headers, &out->body);
    return true;
}

// ---- the field in a part ----

// The next parameter of a header: what stands before the ';' that is in no quotes. False: nothing is left.
static bool next_parameter(str *rest, str *key, str *value)
{
    bool quoted = false;
    size_t n = 0;
    if (rest->n == 0) return false;
    for (; n < rest->n && (quoted || rest->p[n] != ';'); n++)
        if (rest->p[n] == '"') quoted = !quoted;
    *value = str_slice(*rest, 0, n);
    *rest = str_slice(*rest, n < rest->n ? n + 1 : n, rest->n);
    *key = (str){0};
    str_cut(value, '=', key);
    *key = str_trim(*key);
    *value = unquoted(str_trim(*value));
    return true;
}

bool form_part_read(const struct multipart_part *part, struct form_part *out, err *e)
{
    str rest = multipart_header(part->headers, STR("Content-Disposition")), key, value;
    bool has_name = false;
    *out = (struct form_part){.media_type = multipart_header(part->headers, STR("Content-Type"))};
    if (!multipart_is_media(rest, STR("form-data")))
        return err_set(e, ERR_SYNTAX, part->at, "expected 'Content-Disposition: form-data'");
    while (next_parameter(&rest, &key, &value)) {
        if (str_eq_nocase(key, STR("name"))) {
            out->name = value;
            has_name = true;
        }
        if (str_eq_nocase(key, STR("filename"))) out->filename = (str){value.n ? value.p : "", value.n};
    }
    return has_name || err_set(e, ERR_SYNTAX, part->at, "a part of a form needs a name");
}
