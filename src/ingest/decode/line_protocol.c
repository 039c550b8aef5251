// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/line_protocol.h"

#include <stdio.h>
#include <string.h>

// One line while it is being read; `p` moves, `end` is where the line ends.
struct scan {
    const char *start, *p, *end;
    arena *a;
    err *e;
};

static bool fault(const struct scan *s, const char *at, const char *why)
{
    return err_set(s->e, ERR_SYNTAX, (size_t)(at - s->start), "%s", why);
}

// ---- words -------------------------------------------------------------------------------------------------------

// Characters that end a word: a space and the comma always, '=' in keys and tags.
static bool ends_word(char c, bool is_key)
{
    return c == ',' || c == ' ' || (is_key && c == '=');
}

static bool unescape(struct scan *s, const char *from, const char *to, str *out)
{
    char *text = arena_alloc(s->a, (size_t)(to - from));
    size_t n = 0;
    if (!text) return err_no_memory(s->e);
    for (const char *p = from; p < to; p++) {
        const bool is_escape = *p == '\\' && p + 1 < to &&
                               (p[1] == ',' || p[1] == '=' || p[1] == ' ' || p[1] == '"' || p[1] == '\\');
        p += is_escape;
        text[n++] = *p;
    }
    *out = (str){text, n};
    return true;
}

static bool word(struct scan *s, bool is_key, str *out)
{
    const char *from = s->p;
    bool has_escapes = false;
    while (s->p < s->end && !ends_word(*s->p, is_key)) {
        if (*s->p == '\\' && s->p + 1 < s->end) {
            has_escapes = true;
            s->p++;
        }
        s->p++;
    }
    if (s->p == from) return fault(s, from, "expected a name or value");
    *out = (str){from, (size_t)(s->p - from)};
    return !has_escapes || unescape(s, from, s->p, out);
}

static bool take(struct scan *s, char c)
{
    if (s->p == s->end || *s->p != c) return false;
    s->p++;
    return true;
}

// ---- values ------------------------------------------------------------------------------------------------------

static bool text_value(struct scan *s, value *out)
{
    const char *from = ++s->p;
    bool has_escapes = false;
    while (s->p < s->end && *s->p != '"') {
        has_escapes = has_escapes || *s->p == '\\';
        s->p += *s->p == '\\' && s->p + 1 < s->end ? 2 : 1;
    }
    if (s->p >= s->end) return fault(s, from - 1, "the quote is never closed");
    str text = {from, (size_t)(s->p - from)};
    if (has_escapes && !unescape(s, from, s->p, &text)) return false;
    s->p++;
    *out = value_text(text);
    return true;
}

static bool truth_of(str w, value *out)
{
    static const str yes[] = {STR("t"), STR("T"), STR("true"), STR("True"), STR("TRUE")};
    static const str no[] = {STR("f"), STR("F"), STR("false"), STR("False"), STR("FALSE")};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++) {
        if (!str_eq(w, yes[i]) && !str_eq(w, no[i])) continue;
        *out = value_bool(str_eq(w, yes[i]));
        return true;
    }
    return false;
}

#define BARE_DIGITS_MAX 40  // a decimal has no more

// "1." and ".5", which JSON does not take, with the zero that is left out.
static bool bare_decimal(str w, decimal *out)
{
    char whole[BARE_DIGITS_MAX + 1];
    const bool is_negative = w.n > 0 && w.p[0] == '-';
    const str rest = str_slice(w, is_negative, w.n);
    if (rest.n < 2 || w.n > BARE_DIGITS_MAX || (rest.p[0] == '.') == (rest.p[rest.n - 1] == '.'))
        return false;
    const int n = snprintf(whole, sizeof whole, "%s%s%.*s%s", is_negative ? "-" : "",
                           rest.p[0] == '.' ? "0" : "", STR_ARG(rest), rest.p[0] == '.' ? "" : "0");
    return n > 0 && (size_t)n < sizeof whole && decimal_parse((str){whole, (size_t)n}, out);
}

// 1, 1.5, 1e3, 1i, 1u; the protocol also takes "1." and ".5".
static bool number_of(str w, value *out)
{
    double ignored;
    const bool is_int = w.n > 1 && (w.p[w.n - 1] == 'i' || w.p[w.n - 1] == 'u');
    const str digits = str_slice(w, 0, w.n - is_int);
    decimal d;
    if (decimal_parse(digits, &d) || (!is_int && bare_decimal(digits, &d))) {
        *out = value_decimal(d);
        return true;
    }
    if (!num_parse_double(digits, &ignored, NULL)) return false;
    *out = value_of_number(digits);
    return true;
}

static bool field_value(struct scan *s, value *out)
{
    str w;
    if (s->p < s->end && *s->p == '"') return text_value(s, out);
    const char *from = s->p;
    if (!word(s, false, &w)) return false;
    return number_of(w, out) || truth_of(w, out) ||
           fault(s, from, "expected a number, a truth or a text in quotes");
}

// ---- parts of a line ---------------------------------------------------------------------------------------------

static bool tags(struct scan *s, struct line_point *out)
{
    out->tag_count = 0;
    while (take(s, ',')) {
        struct line_tag *t = &out->tags[out->tag_count];
        if (out->tag_count == LINE_TAGS_MAX) return fault(s, s->p, "too many tags");
        if (!word(s, true, &t->key)) return false;
        if (!take(s, '=')) return fault(s, s->p, "expected '=' behind the tag's key");
        if (!word(s, true, &t->value)) return false;
        out->tag_count++;
    }
    return true;
}

static bool fields(struct scan *s, struct line_point *out)
{
    out->field_count = 0;
    do {
        struct line_field *f = &out->fields[out->field_count];
        if (out->field_count == LINE_FIELDS_MAX) return fault(s, s->p, "too many fields");
        if (!word(s, true, &f->key)) return false;
        if (!take(s, '=')) return fault(s, s->p, "expected '=' behind the field's key");
        f->at = (size_t)(s->p - s->start);
        if (!field_value(s, &f->value)) return false;
        out->field_count++;
    } while (take(s, ','));
    return true;
}

static bool timestamp(struct scan *s, int64_t *out)
{
    while (take(s, ' ')) continue;
    *out = INT64_MIN;
    if (s->p == s->end) return true;
    const str digits = {s->p, (size_t)(s->end - s->p)};
    return num_parse_int(digits, out, NULL) || fault(s, s->p, "expected a whole number as the time");
}

static bool point(struct scan *s, struct line_point *out)
{
    const char *const from = s->p;
    if (!word(s, false, &out->measurement) || !tags(s, out)) return false;
    out->head = (str){from, (size_t)(s->p - from)};
    if (!take(s, ' ')) return fault(s, s->p, "expected a space before the fields");
    while (take(s, ' ')) continue;
    if (!fields(s, out)) return false;
    if (s->p < s->end && *s->p != ' ') return fault(s, s->p, "expected a space before the time");
    return timestamp(s, &out->time);
}

// ---- lines -------------------------------------------------------------------------------------------------------

// A line ends at a line feed that is not within a quoted text.
const char *line_end(const char *p, const char *end)
{
    const char *feed = memchr(p, '\n', (size_t)(end - p));
    const char *stop = feed ? feed : end;
    if (!memchr(p, '"', (size_t)(stop - p))) return stop;
    bool in_text = false;
    for (; p < end; p++) {
        if (*p == '\\' && p + 1 < end)
            p++;
        else if (*p == '"')
            in_text = !in_text;
        else if (*p == '\n' && !in_text)
            return p;
    }
    return stop;  // a quote that is never closed costs its own line only
}

static bool is_blank(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
    return p == end || *p == '#';
}

bool line_next(struct line_reader *r, arena *a, struct line_point *out, bool *done, err *e)
{
    *done = false;
    while (r->at < r->text.n) {
        const char *const end = r->text.p + r->text.n;
        struct scan s = {.start = r->text.p, .p = r->text.p + r->at, .a = a, .e = e};
        s.end = line_end(s.p, end);
        r->at = (size_t)(s.end - s.start) + 1;
        if (is_blank(s.p, s.end)) continue;
        while (s.end > s.p && (s.end[-1] == '\r' || s.end[-1] == ' ')) s.end--;
        return point(&s, out);
    }
    *done = true;
    return false;
}
