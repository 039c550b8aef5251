// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/lexer.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Everything beyond ASCII counts as a letter: JSON keys may hold any.
static bool starts_name(char c)
{
    return is_letter(c) || c == '_' || c == '$' || c == '@' || (unsigned char)c >= 0x80;
}

static bool continues_name(char c)
{
    return starts_name(c) || is_digit(c) || c == '-' || c == '.' || c == ':';
}

static char byte_at(const struct lexer *l, size_t at)
{
    return at < l->source.n ? l->source.p[at] : '\0';
}

// '9' stands for any digit, any other byte for itself.
static bool looks_like(const struct lexer *l, size_t at, const char *pattern)
{
    for (; *pattern; pattern++, at++) {
        const char c = byte_at(l, at);
        if (*pattern == '9' ? !is_digit(c) : c != *pattern) return false;
    }
    return true;
}

static bool finish(struct lexer *l, token_kind kind, size_t from, size_t to)
{
    l->now = (struct token){.kind = kind, .at = from, .end = to, .text = str_slice(l->source, from, to)};
    l->next = to;
    return true;
}

// `from` is the opening quote; *to is set behind the closing one. A quote within is doubled.
static bool skip_quoted(const struct lexer *l, size_t from, size_t *to, err *e)
{
    for (size_t at = from + 1; at < l->source.n; at++) {
        if (l->source.p[at] != '\'') continue;
        if (byte_at(l, at + 1) != '\'') {
            *to = at + 1;
            return true;
        }
        at++;
    }
    return err_set(e, ERR_SYNTAX, from, "expected a closing quote for the text that starts here");
}

static bool lex_text(struct lexer *l, size_t from, err *e)
{
    size_t to = from;
    if (!skip_quoted(l, from, &to, e)) return false;
    finish(l, TOKEN_TEXT, from, to);
    l->now.text = str_slice(l->source, from + 1, to - 1);
    return true;
}

static bool is_literal_prefix(str name)
{
    static const str prefixes[] = {STR("duration"), STR("geography"),      STR("geometry"),
                                   STR("datetime"), STR("datetimeoffset"), STR("json")};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (str_eq(name, prefixes[i])) return true;
    return false;
}

static bool lex_name(struct lexer *l, size_t from, err *e)
{
    size_t to = from;
    while (to < l->source.n && continues_name(l->source.p[to])) to++;
    const str name = str_slice(l->source, from, to);
    if (byte_at(l, to) != '\'' || !is_literal_prefix(name)) return finish(l, TOKEN_NAME, from, to);
    size_t end = to;
    if (!skip_quoted(l, to, &end, e)) return false;
    finish(l, TOKEN_QUOTED, from, end);
    l->now.name = name;
    l->now.text = str_slice(l->source, to + 1, end - 1);
    return true;
}

// `2026-01-01T00:00:00 01:00`: the '+' of the zone was read as a space by somebody on the way.
static size_t skip_zone_after_space(const struct lexer *l, size_t at)
{
    const size_t n = looks_like(l, at, " 99:99") ? 6 : looks_like(l, at, " 9999") ? 5 : 0;
    const char after = byte_at(l, at + n);
    return n > 0 && !is_digit(after) && after != ':' && after != '-' ? at + n : at;
}

static size_t skip_time(const struct lexer *l, size_t at, bool *has_clock)
{
    bool has_zone = false;
    const size_t from = at;
    for (char c = byte_at(l, at); is_digit(c) || (c && strchr("Tt:.Zz+-", c)); c = byte_at(l, ++at)) {
        if (c == 'T' || c == 't') *has_clock = true;
        if (c == 'Z' || c == 'z' || c == '+' || (c == '-' && *has_clock)) has_zone = true;
    }
    return *has_clock && !has_zone && at > from ? skip_zone_after_space(l, at) : at;
}

static bool lex_time(struct lexer *l, size_t from)
{
    bool has_clock = false;
    size_t to = skip_time(l, from, &has_clock);
    if (byte_at(l, to) == '/' && is_digit(byte_at(l, to + 1))) {
        has_clock = true;  // an interval is TOKEN_TIME also when made of dates
        bool end_has_clock = false;
        to = skip_time(l, to + 1, &end_has_clock);
    }
    return finish(l, has_clock ? TOKEN_TIME : TOKEN_DATE, from, to);
}

static bool lex_clock(struct lexer *l, size_t from)
{
    size_t to = from;
    while (is_digit(byte_at(l, to)) || byte_at(l, to) == ':' || byte_at(l, to) == '.') to++;
    return finish(l, TOKEN_CLOCK, from, to);
}

static size_t skip_digits(const struct lexer *l, size_t at)
{
    while (is_digit(byte_at(l, at))) at++;
    return at;
}

static bool lex_number(struct lexer *l, size_t from, err *e)
{
    size_t to = skip_digits(l, from);
    if (byte_at(l, to) == '.' && is_digit(byte_at(l, to + 1))) to = skip_digits(l, to + 1);
    if (byte_at(l, to) == 'e' || byte_at(l, to) == 'E') {
        const char sign = byte_at(l, to + 1);
        const size_t digits = to + 1 + (sign == '-' || sign == '+');
        if (is_digit(byte_at(l, digits))) to = skip_digits(l, digits);
    }
    if (continues_name(byte_at(l, to)) && byte_at(l, to) != '-') {
        return err_set(e, ERR_SYNTAX, to, "expected a space behind the number '%.*s'",
                       STR_ARG(str_slice(l->source, from, to)));
    }
    return finish(l, TOKEN_NUMBER, from, to);
}

static bool lex_digit(struct lexer *l, size_t from, err *e)
{
    if (looks_like(l, from, "9999-9") || looks_like(l, from, "99999999T")) return lex_time(l, from);
    if (looks_like(l, from, "99:99")) return lex_clock(l, from);
    return lex_number(l, from, e);
}

static size_t skip_space(const struct lexer *l, size_t at)
{
    while (at < l->source.n && is_space(l->source.p[at])) at++;
    return at;
}

bool lexer_step(struct lexer *l, err *e)
{
    const size_t at = skip_space(l, l->next);
    if (at >= l->source.n) return finish(l, TOKEN_END, at, at);
    const char c = l->source.p[at];
    if (is_digit(c)) return lex_digit(l, at, e);
    if (c == '\'') return lex_text(l, at, e);
    if (starts_name(c)) return lex_name(l, at, e);
    if (c && strchr("(),;=/[]-*", c)) {
        finish(l, TOKEN_MARK, at, at + 1);
        l->now.mark = c;
        return true;
    }
    if (c > ' ' && c < 0x7f)
        return err_set(e, ERR_SYNTAX, at, "expected a word, number or quote, found '%c'", c);
    return err_set(e, ERR_SYNTAX, at, "expected a word, number or quote, found the byte 0x%02x",
                   (unsigned char)c);
}

bool lexer_start(struct lexer *l, str source, err *e)
{
    *l = (struct lexer){.source = source};
    return lexer_step(l, e);
}

bool lexer_step_key(struct lexer *l, err *e)
{
    const size_t from = l->next;
    size_t to = from;
    while (to < l->source.n && continues_name(l->source.p[to])) to++;
    if (to == from) return err_set(e, ERR_SYNTAX, from, "expected a name behind '/'");
    return finish(l, TOKEN_NAME, from, to);
}

bool lexer_step_variable(struct lexer *l, str *name, err *e)
{
    const size_t from = skip_space(l, l->next);
    size_t to = from;
    while (is_letter(byte_at(l, to)) || is_digit(byte_at(l, to)) || byte_at(l, to) == '_') to++;
    const size_t colon = skip_space(l, to);
    if (to == from || is_digit(byte_at(l, from)) || byte_at(l, colon) != ':') {
        return err_set(e, ERR_SYNTAX, from, "expected a variable and ':', as in any(d: d/name eq 'x')");
    }
    *name = str_slice(l->source, from, to);
    l->next = colon + 1;
    return lexer_step(l, e);
}

bool token_is_mark(const struct token *t, char mark)
{
    return t->kind == TOKEN_MARK && t->mark == mark;
}

bool token_is_name(const struct token *t, const char *name)
{
    return t->kind == TOKEN_NAME && str_eq(t->text, str_of(name));
}
