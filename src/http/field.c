// SPDX-License-Identifier: EUPL-1.2
#include "http/field.h"
#include "http/server.h"

// RFC 9110 section 5.6.2: tchar, as one bit per ASCII character.
static const uint32_t token_bits[4] = {0, 0x03ff6cfa, 0xc7fffffe, 0x57ffffff};

bool field_is_token(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const unsigned c = (unsigned char)s.p[i];
        if (c > 127 || !(token_bits[c / 32] >> c % 32 & 1)) return false;
    }
    return s.n > 0;
}

bool field_has_token(str list, str token)
{
    for (str item; str_cut(&list, ',', &item);)
        if (str_eq_nocase(str_trim(item), token)) return true;
    return false;
}

bool field_is_safe(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f) return false;
    return true;
}

int field_hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// A weight is 0, 0.000 to 0.999, 1 or 1.000; anything else counts as refused, for we cannot tell what was meant.
static bool is_weight_above_zero(str weight)
{
    weight = str_trim(weight);
    if (!weight.n || weight.n > 5 || (weight.p[0] != '0' && weight.p[0] != '1')) return false;
    if (weight.n > 1 && weight.p[1] != '.') return false;
    bool is_above = weight.p[0] == '1';
    for (size_t i = 2; i < weight.n; i++) {
        if (weight.p[i] < '0' || weight.p[i] > '9') return false;
        if (weight.p[i] != '0') is_above = true;
    }
    return is_above;
}

static bool parameters_allow(str parameters)
{
    for (str p; str_cut(&parameters, ';', &p);) {
        p = str_trim(p);
        if (str_eq_nocase(str_slice(p, 0, 2), STR("q="))) return is_weight_above_zero(str_slice(p, 2, p.n));
    }
    return true;
}

bool http_accepts(str accept_encoding, str coding)
{
    bool by_star = false;
    for (str item; str_cut(&accept_encoding, ',', &item);) {
        str name;
        if (!str_cut(&item, ';', &name)) continue;
        name = str_trim(name);
        if (str_eq_nocase(name, coding)) return parameters_allow(item);
        if (str_eq(name, STR("*"))) by_star = parameters_allow(item);
    }
    return by_star;
}
