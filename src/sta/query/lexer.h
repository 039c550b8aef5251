// SPDX-License-Identifier: EUPL-1.2
// lexer.h: words of the query language, one ahead.
// Owns     a token's text is a view into the source
// Errors   ERR_SYNTAX with the byte offset: an open quote, a letter behind a number, a byte no word starts
// with Source   OData 4.01 ABNF for literals; digest section 5
#ifndef PEIL_STA_QUERY_LEXER_H
#define PEIL_STA_QUERY_LEXER_H

#include "base/err.h"

typedef enum {
    TOKEN_END,
    TOKEN_NAME,    // property, relation, function, operator, $option, @iot.id
    TOKEN_NUMBER,  // 12, 1.5, 2e3; a minus is a token of its own
    TOKEN_TEXT,    // 'it''s': text is what stands between the quotes
    TOKEN_QUOTED,  // duration'PT1H': name and text
    TOKEN_DATE,    // 2026-01-01
    TOKEN_TIME,    // 2026-01-01T00:00:00Z, and intervals a/b; a zone's '+' may have become a space
    TOKEN_CLOCK,   // 09:30:00
    TOKEN_MARK     // one of ( ) , ; = / [ ] - *
} token_kind;

struct token {
    token_kind kind;
    size_t at;   // byte offset of its first byte
    size_t end;  // and behind its last
    str text;
    str name;   // TOKEN_QUOTED: what stands before the quote
    char mark;  // TOKEN_MARK
};

struct lexer {
    str source;
    size_t next;  // behind `now`
    struct token now;
};

NODISCARD bool lexer_start(struct lexer *l, str source, err *e);
NODISCARD bool lexer_step(struct lexer *l, err *e);
// Behind '/': a name that may start with a digit, as keys of JSON objects do.
NODISCARD bool lexer_step_key(struct lexer *l, err *e);
// Behind '(' of any: the variable and its ':'; `now` becomes what follows.
NODISCARD bool lexer_step_variable(struct lexer *l, str *name, err *e);

bool token_is_mark(const struct token *t, char mark);
bool token_is_name(const struct token *t, const char *name);

#endif
