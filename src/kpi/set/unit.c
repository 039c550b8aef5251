// SPDX-License-Identifier: EUPL-1.2
#include "kpi/set/unit.h"

#include "base/num.h"

#include <math.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define POWER_MAX 9
#define DAY 86400.0
#define YEAR (365 * DAY)

// clang-format off
static const struct {
    str name;
    double factor;
    int8_t power[KPI_BASES];  // length, mass, time, money
} table[] = {
    {STR("1"),   1,     {0}},          {STR("%"),    0.01,  {0}},
    {STR("mm"),  1e-3,  {1}},          {STR("m"),    1,     {1}},          {STR("km"),  1e3,  {1}},
    {STR("m2"),  1,     {2}},          {STR("ha"),   1e4,   {2}},          {STR("km2"), 1e6,  {2}},
    {STR("L"),   1e-3,  {3}},          {STR("m3"),   1,     {3}},
    {STR("ug"),  1e-9,  {0, 1}},       {STR("mg"),   1e-6,  {0, 1}},       {STR("g"),   1e-3, {0, 1}},
    {STR("kg"),  1,     {0, 1}},       {STR("t"),    1e3,   {0, 1}},
    {STR("s"),   1,     {0, 0, 1}},    {STR("min"),  60,    {0, 0, 1}},    {STR("h"),   3600, {0, 0, 1}},
    {STR("day"), DAY,   {0, 0, 1}},    {STR("year"), YEAR,  {0, 0, 1}},
    {STR("J"),   1,     {2, 1, -2}},   {STR("MJ"),   1e6,   {2, 1, -2}},   {STR("GJ"),  1e9,  {2, 1, -2}},
    {STR("TJ"),  1e12,  {2, 1, -2}},   {STR("Wh"),   3600,  {2, 1, -2}},   {STR("kWh"), 3.6e6, {2, 1, -2}},
    {STR("MWh"), 3.6e9, {2, 1, -2}},   {STR("GWh"),  3.6e12, {2, 1, -2}},
    {STR("EUR"), 1,     {0, 0, 0, 1}},
};
// clang-format on

static bool name_find(str name, const struct kpi_nouns *nouns, struct kpi_unit *out)
{
    *out = (struct kpi_unit){.factor = 1};
    for (size_t i = 0; i < COUNT(table); i++) {
        if (!str_eq(table[i].name, name)) continue;
        out->factor = table[i].factor;
        memcpy(out->power, table[i].power, sizeof table[i].power);
        return true;
    }
    for (size_t i = 0; i < nouns->count; i++) {
        if (!str_eq(nouns->names[i], name)) continue;
        out->power[KPI_BASES + i] = 1;
        return true;
    }
    return false;
}

bool kpi_unit_multiply(struct kpi_unit *a, const struct kpi_unit *b, int sign, err *e)
{
    for (size_t i = 0; i < COUNT(a->power); i++) {
        const int p = a->power[i] + sign * b->power[i];
        if (p > POWER_MAX || p < -POWER_MAX)
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a unit to a power beyond %d", POWER_MAX);
        a->power[i] = (int8_t)p;
    }
    a->factor = sign > 0 ? a->factor * b->factor : a->factor / b->factor;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// One term: a number, a name, or both.
static bool term_parse(str term, size_t at, const struct kpi_nouns *nouns, struct kpi_unit *out, err *e)
{
    size_t n = 0;
    double factor = 1;
    while (n < term.n && (is_digit(term.p[n]) || term.p[n] == '.')) n++;
    const str digits = str_slice(term, 0, n), name = str_trim(str_slice(term, n, term.n));
    if (n && (!num_parse_double(digits, &factor, NULL) || factor <= 0))
        return err_set(e, ERR_SYNTAX, at, "'%.*s' is no number above zero", STR_ARG(digits));
    if (!n && !name.n) return err_set(e, ERR_SYNTAX, at, "expected the name of a unit");
    if (!name_find(name.n ? name : STR("1"), nouns, out))
        return err_set(e, ERR_UNKNOWN, at,
                       "there is no unit '%.*s'; what is counted must be named under \"nouns\"",
                       STR_ARG(name));
    out->factor *= factor;
    return true;
}

bool kpi_unit_parse(str text, const struct kpi_nouns *nouns, struct kpi_unit *out, err *e)
{
    struct kpi_unit all = {.factor = 1}, one;
    if (str_eq(text, STR("yes/no"))) {
        all.is_claim = true;
        *out = all;
        return true;
    }
    int sign = 1;
    for (size_t from = 0;;) {
        size_t to = from;
        while (to < text.n && text.p[to] != '/' && text.p[to] != '*') to++;
        if (!term_parse(str_trim(str_slice(text, from, to)), from, nouns, &one, e) ||
            !kpi_unit_multiply(&all, &one, sign, e))
            return false;
        if (to >= text.n) break;
        sign = text.p[to] == '/' ? -1 : 1;
        from = to + 1;
    }
    *out = all;
    return true;
}

bool kpi_unit_same_kind(const struct kpi_unit *a, const struct kpi_unit *b)
{
    return a->is_claim == b->is_claim && memcmp(a->power, b->power, sizeof a->power) == 0;
}

bool kpi_unit_same_scale(const struct kpi_unit *a, const struct kpi_unit *b)
{
    return fabs(a->factor - b->factor) <= 1e-9 * fmax(fabs(a->factor), fabs(b->factor));
}

bool kpi_unit_is_number(const struct kpi_unit *u)
{
    static const struct kpi_unit none;
    return kpi_unit_same_kind(u, &none);
}

static void powers_print(buf *out, const struct kpi_unit *u, const struct kpi_nouns *nouns, int sign)
{
    static const str bases[KPI_BASES] = {{"m", 1}, {"kg", 2}, {"s", 1}, {"EUR", 3}};
    bool is_first = sign > 0;
    for (size_t i = 0; i < KPI_BASES + nouns->count; i++) {
        const int p = sign * u->power[i];
        if (p <= 0) continue;
        if (!is_first) buf_add_char(out, sign > 0 ? ' ' : '/');
        is_first = false;
        buf_add(out, i < KPI_BASES ? bases[i] : nouns->names[i - KPI_BASES]);
        if (p > 1) buf_add_int(out, p);
    }
}

void kpi_unit_print(buf *out, const struct kpi_unit *u, const struct kpi_nouns *nouns)
{
    if (u->is_claim) {
        BUF_LIT(out, "yes/no");
        return;
    }
    const size_t start = out->n;
    if (!kpi_unit_is_number(u) && fabs(u->factor - 1) > 1e-9) {
        buf_print(out, "%.6g ", u->factor);
    }
    const size_t before = out->n;
    powers_print(out, u, nouns, 1);
    if (out->n == before) BUF_LIT(out, "1");
    powers_print(out, u, nouns, -1);
    if (kpi_unit_is_number(u)) {
        out->n = start;
        if (fabs(u->factor - 1) <= 1e-9)
            BUF_LIT(out, "a plain number");
        else
            buf_print(out, "a number of %.6g", u->factor);
    }
}
