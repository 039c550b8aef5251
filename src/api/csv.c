// SPDX-License-Identifier: EUPL-1.2
#include "api/csv.h"

#include "base/num.h"

#include <math.h>
#include <string.h>

static void end_field(buf *b, char after)
{
    if (after == CSV_END) buf_add_char(b, '\r');
    buf_add_char(b, after);
}

void csv_text(buf *b, str text, char after)
{
    bool is_plain = true;
    for (size_t i = 0; i < text.n && is_plain; i++) is_plain = !strchr(",\"\r\n", text.p[i]);
    if (!is_plain) buf_add_char(b, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"') buf_add_char(b, '"');
        buf_add_char(b, text.p[i]);
    }
    if (!is_plain) buf_add_char(b, '"');
    end_field(b, after);
}

void csv_int(buf *b, int64_t v, char after)
{
    buf_add_int(b, v);
    end_field(b, after);
}

void csv_number(buf *b, double v, char after)
{
    if (isfinite(v)) buf_add_double(b, v);
    end_field(b, after);
}

void csv_time(buf *b, instant t, char after)
{
    if (t != TIME_NONE) buf_add_time(b, t);
    end_field(b, after);
}
