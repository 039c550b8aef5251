// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include <math.h>

#include "base/utf8.h"

#include <string.h>

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void write_escape(buf *b, char c)
{
    static const char meant[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *const known = c ? strchr(meant, c) : NULL;
    if (known) {
        buf_add(b, (str){(char[]){'\\', letters[known - meant]}, 2});
    } else {
        buf_print(b, "\\u%04x", (unsigned char)c);
    }
}

// Valid UTF-8, escaped where it must be.
static void write_valid(buf *b, str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t end = i;
        while (end < s.n && is_plain(s.p[end])) end++;
        buf_add(b, str_slice(s, i, end));
        if (end < s.n) write_escape(b, s.p[end++]);
        i = end;
    }
}

void json_write_text(buf *b, str s)
{
    size_t bad;
    buf_add_char(b, '"');
    while (!utf8_is_valid(s, &bad)) {
        write_valid(b, str_slice(s, 0, bad));
        BUF_LIT(b, "\xEF\xBF\xBD");
        s = str_slice(s, bad + 1, s.n);
    }
    write_valid(b, s);
    buf_add_char(b, '"');
}

static void write_children(buf *b, const json *j, char open, char close)
{
    buf_add_char(b, open);
    for (const json *c = j->first; c; c = c->next) {
        if (c != j->first) buf_add_char(b, ',');
        if (open == '{') {
            json_write_text(b, c->key);
            buf_add_char(b, ':');
        }
        json_write(b, c);
    }
    buf_add_char(b, close);
}

void json_write(buf *b, const json *j)
{
    switch (j->type) {
    case JSON_NULL: BUF_LIT(b, "null"); break;
    case JSON_FALSE: BUF_LIT(b, "false"); break;
    case JSON_TRUE: BUF_LIT(b, "true"); break;
    case JSON_NUMBER: buf_add(b, j->text); break;
    case JSON_TEXT: json_write_text(b, j->text); break;
    case JSON_ARRAY: write_children(b, j, '[', ']'); break;
    case JSON_OBJECT: write_children(b, j, '{', '}'); break;
    }
}

json_writer json_writer_on(buf *b)
{
    return (json_writer){.b = b};
}

// Before each value: the comma, unless a key or nothing stands before it.
static void separate(json_writer *w)
{
    const uint64_t bit = (uint64_t)1 << w->depth;
    if (!w->named && (w->filled & bit)) buf_add_char(w->b, ',');
    w->filled |= bit;
    w->named = false;
}

void json_open(json_writer *w, char bracket)
{
    separate(w);
    if (w->depth == 63) {
        w->b->failed = true;
        return;
    }
    buf_add_char(w->b, bracket);
    w->depth++;
    w->filled &= ~((uint64_t)1 << w->depth);
}

void json_close(json_writer *w, char bracket)
{
    if (w->depth > 0) w->depth--;
    buf_add_char(w->b, bracket);
}

void json_name(json_writer *w, str key)
{
    separate(w);
    json_write_text(w->b, key);
    buf_add_char(w->b, ':');
    w->named = true;
}

void json_put_raw(json_writer *w, str raw)
{
    separate(w);
    buf_add(w->b, raw);
}

void json_put_text(json_writer *w, str s)
{
    separate(w);
    json_write_text(w->b, s);
}

void json_put_int(json_writer *w, int64_t v)
{
    separate(w);
    buf_add_int(w->b, v);
}

void json_put_double(json_writer *w, double v)
{
    separate(w);
    buf_add_double(w->b, v);
}

void json_put_bool(json_writer *w, bool v)
{
    json_put_raw(w, v ? STR("true") : STR("false"));
}

void json_put_null(json_writer *w)
{
    json_put_raw(w, STR("null"));
}

void json_member_text(json_writer *w, str name, str s)
{
    json_name(w, name);
    json_put_text(w, s);
}

void json_member_given(json_writer *w, str name, str s)
{
    if (s.n > 0) json_member_text(w, name, s);
}

void json_member_int(json_writer *w, str name, int64_t v)
{
    json_name(w, name);
    json_put_int(w, v);
}

void json_member_double(json_writer *w, str name, double v)
{
    if (isnan(v)) return;
    json_name(w, name);
    json_put_double(w, v);
}

void json_member_time(json_writer *w, str name, instant t)
{
    char text[TIME_TEXT_MAX];
    if (t != TIME_NONE) json_member_text(w, name, (str){text, time_write(text, t)});
}
