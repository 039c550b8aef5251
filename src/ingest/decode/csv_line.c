// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/csv_line.h"

#include <string.h>

char csv_separator(str header)
{
    static const char candidates[] = {';', '\t'};
    for (size_t k = 0; k < sizeof candidates; k++)
        if (header.n && memchr(header.p, candidates[k], header.n)) return candidates[k];
    return ',';
}

// A quoted field, from its opening quote: the content without quotes, doubled ones made single.
static bool quoted_field(str line, size_t *at, arena *a, str *out, err *e)
{
    const size_t start = *at + 1;
    char *text = arena_alloc(a, line.n - *at);
    if (!text) return err_no_memory(e);
    size_t n = 0;
    for (size_t k = start; k < line.n; k++) {
        if (line.p[k] != '"') {
            text[n++] = line.p[k];
        } else if (k + 1 < line.n && line.p[k + 1] == '"') {
            text[n++] = '"';
            k++;
        } else {
            *at = k + 1;
            *out = (str){text, n};
            return true;
        }
    }
    return err_set(e, ERR_SYNTAX, *at, "the quote is never closed");
}

bool csv_split(str line, char separator, arena *a, str fields[static CSV_COLUMNS_MAX], size_t *count, err *e)
{
    size_t at = 0, n = 0;
    while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\n')) line.n--;
    for (;;) {
        if (n == CSV_COLUMNS_MAX) return err_set(e, ERR_LIMIT, at, "more than %d columns", CSV_COLUMNS_MAX);
        if (at < line.n && line.p[at] == '"') {
            if (!quoted_field(line, &at, a, &fields[n++], e)) return false;
            if (at < line.n && line.p[at] != separator)
                return err_set(e, ERR_SYNTAX, at, "expected '%c' behind the closing quote", separator);
        } else {
            const char *end = at < line.n ? memchr(line.p + at, separator, line.n - at) : NULL;
            const size_t to = end ? (size_t)(end - line.p) : line.n;
            if (to > at && memchr(line.p + at, '\r', to - at))
                return err_set(e, ERR_SYNTAX, at,
                               "a carriage return alone ends no line: save with line feeds");
            fields[n++] = str_trim(str_slice(line, at, to));
            at = to;
        }
        if (at >= line.n) break;
        at++;  // the separator
    }
    *count = n;
    return true;
}
