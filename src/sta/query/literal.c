// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#include "base/json.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// ---- times ----

// " 01:00" or " 0100" at the end of a time that has its clock: a zone whose '+' was read as a space.
static bool ends_in_lost_zone(str s, size_t *space)
{
    for (size_t n = 5; n <= 6; n++) {
        if (s.n < 15 + n || s.p[s.n - n] != ' ' || (n == 6 && s.p[s.n - 3] != ':')) continue;
        bool digits = true;
        for (size_t i = s.n - n + 1; i < s.n; i++)
            digits = digits && (is_digit(s.p[i]) || (n == 6 && i == s.n - 3));
        *space = s.n - n;
        return digits;
    }
    return false;
}

static bool restore_zone(struct parser *p, str *s)
{
    size_t space;
    if (!ends_in_lost_zone(*s, &space)) return true;
    char *copy = arena_alloc(p->arena, s->n);
    if (!copy) return parser_no_memory(p);
    memcpy(copy, s->p, s->n);
    copy[space] = '+';
    *s = (str){copy, s->n};
    return true;
}

static bool has_clock(str s)
{
    return s.n > 10 || (s.n > 0 && memchr(s.p, 'T', s.n));
}

static bool parse_instant(struct parser *p, str s, size_t at, bool needs_zone, instant *out)
{
    if (!restore_zone(p, &s)) return false;
    const bool parsed = needs_zone && has_clock(s) ? time_parse(s, out, p->e) : time_parse_utc(s, out, p->e);
    if (parsed) return true;
    p->e->at = at + (p->e->at == ERR_NOWHERE ? 0 : p->e->at);
    return parser_fail_within(p);
}

bool time_literal(struct parser *p, str text, size_t at, bool needs_zone, interval *out)
{
    size_t slash;
    interval i = {.end = TIME_NONE};
    if (!str_find(text, STR("/"), &slash)) {
        if (!parse_instant(p, text, at, needs_zone, &i.start)) return false;
    } else {
        if (!parse_instant(p, str_slice(text, 0, slash), at, needs_zone, &i.start)) return false;
        if (!parse_instant(p, str_slice(text, slash + 1, text.n), at + slash + 1, needs_zone, &i.end))
            return false;
        if (i.start > i.end) return parser_fail(p, ERR_RANGE, at, "the interval starts after it ends");
    }
    *out = i;
    return true;
}

static bool read_time(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_TIME;
    x->literal.type = VALUE_TIME;
    return time_literal(p, t->text, t->at, true, &x->literal.time);
}

static bool read_date(struct parser *p, const struct token *t, struct expr *x)
{
    if (!read_time(p, t, x)) return false;
    x->type = TYPE_DATE;
    return true;
}

static bool read_clock(struct parser *p, const struct token *t, struct expr *x)
{
    str whole;
    instant since_midnight;
    if (!arena_print(p->arena, &whole, "1970-01-01T%.*s", STR_ARG(t->text))) return parser_no_memory(p);
    if (!time_parse_utc(whole, &since_midnight, p->e)) {
        return parser_fail(p, ERR_SYNTAX, t->at, "expected a time of day like 09:30:00, found '%.*s'",
                           STR_ARG(parser_now(p)));
    }
    x->type = TYPE_CLOCK;
    x->literal = (value){.type = VALUE_DURATION, .microseconds = since_midnight};
    return true;
}

// ---- texts ----

static bool unquote(struct parser *p, str quoted, str *out)
{
    *out = quoted;
    if (quoted.n == 0 || !memchr(quoted.p, '\'', quoted.n)) return true;
    char *plain = arena_alloc(p->arena, quoted.n);
    if (!plain) return parser_no_memory(p);
    size_t n = 0;
    for (size_t i = 0; i < quoted.n; i++) {
        plain[n++] = quoted.p[i];
        if (quoted.p[i] == '\'') i++;
    }
    *out = (str){plain, n};
    return true;
}

static bool read_text(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_TEXT;
    x->literal.type = VALUE_TEXT;
    return unquote(p, t->text, &x->literal.text);
}

static bool read_number(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_NUMBER;
    if (t->text.n > 1 && t->text.p[0] == '0' && is_digit(t->text.p[1])) {
        return parser_fail(p, ERR_SYNTAX, t->at, "expected a number without leading zeros, found '%.*s'",
                           STR_ARG(t->text));
    }
    x->literal = value_of_number(t->text);
    return true;
}

struct expr *literal_negative(struct parser *p, const struct token *minus, const struct token *number)
{
    struct expr *x = expr_new(p, EXPR_VALUE, TYPE_NUMBER, minus->at);
    str digits;
    if (!x || !read_number(p, number, x) || !parser_step(p)) return NULL;
    if (!arena_print(p->arena, &digits, "-%.*s", STR_ARG(number->text))) {
        parser_no_memory(p);
        return NULL;
    }
    x->literal = value_of_number(digits);
    return x;
}

static bool read_word(struct parser *p, const struct token *t, struct expr *x)
{
    (void)p;
    x->type = str_eq(t->text, STR("null")) ? TYPE_ANY : TYPE_BOOL;
    x->literal = x->type == TYPE_ANY ? value_null() : value_bool(str_eq(t->text, STR("true")));
    return true;
}

// ---- literals that say what they are ----

#define BODY_AT(t) ((t)->at + (t)->name.n + 1)  // of what stands between the quotes

static bool read_duration(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_DURATION;
    x->literal.type = VALUE_DURATION;
    if (duration_parse(t->text, &x->literal.months, &x->literal.microseconds, p->e)) return true;
    p->e->at = BODY_AT(t) + (p->e->at == ERR_NOWHERE ? 0 : p->e->at);
    return parser_fail_within(p);
}

static bool read_quoted_time(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_TIME;
    x->literal.type = VALUE_TIME;
    return time_literal(p, t->text, BODY_AT(t), false, &x->literal.time);
}

static bool read_geometry(struct parser *p, const struct token *t, struct expr *x)
{
    str wkt = t->text;
    size_t skipped = 0;
    if (str_starts(wkt, STR("SRID="))) {
        str rest = wkt, srid;
        if (!str_cut(&rest, ';', &srid) || !str_eq(srid, STR("SRID=4326"))) {
            return parser_fail(p, ERR_RANGE, BODY_AT(t),
                               "expected SRID=4326 (WGS 84, longitude before latitude)");
        }
        skipped = wkt.n - rest.n;
        wkt = rest;
    }
    x->type = TYPE_GEOMETRY;
    x->literal = (value){.type = VALUE_GEOMETRY, .text = wkt};
    if (wkt_check(wkt, p->e)) return true;
    p->e->at += BODY_AT(t) + skipped;
    return parser_fail_within(p);
}

// Only our own links carry these: a sort key that is a JSON value.
static bool read_json(struct parser *p, const struct token *t, struct expr *x)
{
    x->type = TYPE_ANY;
    x->literal.type = VALUE_JSON;
    if (!unquote(p, t->text, &x->literal.text)) return false;
    json_reader r = json_reader_of(x->literal.text, p->e);
    str raw;
    if (json_skip(&r, &raw) && json_end(&r)) return true;
    p->e->at = BODY_AT(t);
    return parser_fail_within(p);
}

typedef bool (*literal_reader)(struct parser *p, const struct token *t, struct expr *x);

static const struct {
    str name;
    literal_reader read;
} named[] = {
    {STR("duration"), read_duration},          {STR("geography"), read_geometry},
    {STR("geometry"), read_geometry},          {STR("datetime"), read_quoted_time},
    {STR("datetimeoffset"), read_quoted_time}, {STR("json"), read_json},
};

static bool read_named(struct parser *p, const struct token *t, struct expr *x)
{
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (str_eq(named[i].name, t->name)) return named[i].read(p, t, x);
    return parser_fail(p, ERR_INTERNAL, t->at, "no reader for this literal");
}

static const literal_reader readers[] = {
    [TOKEN_NAME] = read_word,    [TOKEN_NUMBER] = read_number, [TOKEN_TEXT] = read_text,
    [TOKEN_QUOTED] = read_named, [TOKEN_DATE] = read_date,     [TOKEN_TIME] = read_time,
    [TOKEN_CLOCK] = read_clock,
};

struct expr *parse_literal(struct parser *p, const struct token *t)
{
    struct expr *x = expr_new(p, EXPR_VALUE, TYPE_ANY, t->at);
    return x && readers[t->kind](p, t, x) && parser_step(p) ? x : NULL;
}
