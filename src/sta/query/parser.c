// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#define SHOWN_MAX 40  // bytes of the query that a message repeats

bool parser_fail_within(struct parser *p)
{
    const size_t at = p->e->at == ERR_NOWHERE ? 0 : p->e->at;
    return err_within(p->e, "%s, position %zu", p->option,
                      utf8_length(str_slice(p->lexer.source, 0, at)) + 1);
}

bool parser_fail(struct parser *p, err_code code, size_t at, const char *format, ...)
{
    char text[sizeof p->e->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    err_set(p->e, code, at, "%s", text);
    return parser_fail_within(p);
}

str parser_now(const struct parser *p)
{
    const struct token *t = &p->lexer.now;
    const str whole = str_slice(p->lexer.source, t->at, t->end);
    return whole.n <= SHOWN_MAX ? whole : utf8_slice(whole, 0, SHOWN_MAX / 2);
}

bool parser_fail_here(struct parser *p, const char *expected)
{
    const struct token *t = &p->lexer.now;
    if (t->kind == TOKEN_END)
        return parser_fail(p, ERR_SYNTAX, t->at, "expected %s, found the end", expected);
    return parser_fail(p, ERR_SYNTAX, t->at, "expected %s, found '%.*s'", expected, STR_ARG(parser_now(p)));
}

bool parser_no_memory(struct parser *p)
{
    return parser_fail(p, ERR_RANGE, 0, "the query is too large");
}

bool parser_start(struct parser *p, const char *option, str text)
{
    p->option = option;
    p->variable_count = 0;
    p->depth = 0;
    p->lexer.source = text;
    return lexer_start(&p->lexer, text, p->e) || parser_fail_within(p);
}

bool parser_step(struct parser *p)
{
    return lexer_step(&p->lexer, p->e) || parser_fail_within(p);
}

bool parser_take(struct parser *p, char mark, const char *expected)
{
    return token_is_mark(&p->lexer.now, mark) ? parser_step(p) : parser_fail_here(p, expected);
}

bool parser_end(struct parser *p, const char *expected)
{
    return p->lexer.now.kind == TOKEN_END || parser_fail_here(p, expected);
}
