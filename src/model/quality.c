// SPDX-License-Identifier: EUPL-1.2
#include "model/quality.h"

#include "base/json.h"

// clang-format off
static const struct {
    str name;
    bool counts;
} flags[QUALITY_COUNT] = {
    [QUALITY_GOOD]         = {{"", 0}, true},
    [QUALITY_IMPLAUSIBLE]  = {{"implausible", 11}, false},
    [QUALITY_SATURATED]    = {{"saturated", 9}, false},
    [QUALITY_CLOCK]        = {{"clock", 5}, false},
    [QUALITY_CONTRADICTED] = {{"contradicted", 12}, false},
    [QUALITY_SPIKE]        = {{"spike", 5}, false},
    [QUALITY_STUCK]        = {{"stuck", 5}, false},
    [QUALITY_BIASED]       = {{"biased", 6}, true},
    [QUALITY_DRIFT]        = {{"drift", 5}, true},
    [QUALITY_HUMID]        = {{"humid", 5}, true},
};
// clang-format on

str quality_name(quality_flag f)
{
    return flags[f].name;
}

bool quality_counts(quality_flag f)
{
    return flags[f].counts;
}

// The text behind "key":", up to the next quote: our own form is compact and a status has no escapes.
static bool member(str text, str key, str *out)
{
    size_t at, end;
    if (!str_find(text, key, &at)) return false;
    const str rest = str_slice(text, at + key.n, text.n);
    for (end = 0; end < rest.n && rest.p[end] != '"'; end++)
        if (rest.p[end] == '\\') end++;
    *out = str_slice(rest, 0, end);
    return true;
}

quality_flag quality_of_value(const value *v)
{
    str status;
    if (v->type != VALUE_JSON || !member(v->text, STR("\"status\":\""), &status)) return QUALITY_GOOD;
    for (quality_flag f = QUALITY_GOOD + 1; f < QUALITY_COUNT; f++)
        if (str_eq(flags[f].name, status)) return f;
    return QUALITY_GOOD;
}

str quality_reason(const value *v)
{
    str reason;
    return v->type == VALUE_JSON && member(v->text, STR("\"reason\":\""), &reason) ? reason : (str){0};
}

bool quality_write(buf *b, quality_flag f, str reason)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_name(&w, STR("status"));
    json_put_text(&w, flags[f].name);
    json_name(&w, STR("reason"));
    json_put_text(&w, reason);
    json_close(&w, '}');
    return !b->failed;
}
