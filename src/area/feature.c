// SPDX-License-Identifier: EUPL-1.2
#include "area/feature.h"

#include "base/utf8.h"

#include <limits.h>

#define YEAR_LEAST 1800
#define YEAR_MOST 2200

// ---- codes ---------------------------------------------------------------------------------------------------------

// clang-format off
static const struct { str prefix; size_t digits; area_level level; } codes[] = {
    {STR("BU"), 8, AREA_NEIGHBOURHOOD}, {STR("WK"), 6, AREA_DISTRICT}, {STR("GM"), 4, AREA_MUNICIPALITY},
    {STR("WP"), 4, AREA_TOWN}, {STR("PV"), 2, AREA_PROVINCE}, {STR("OR"), 16, AREA_STREET}, {STR("NL"), 0, AREA_COUNTRY},
};
// clang-format on

#define CODE_COUNT (sizeof codes / sizeof codes[0])

static bool are_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

bool area_code_is_fine(str code)
{
    for (size_t i = 0; i < code.n; i++) {
        const char c = code.p[i];
        const bool fine = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          c == '.' || c == '_' || c == '-';
        if (!fine) return false;
    }
    return code.n > 0 && code.n <= AREA_CODE_MAX && code.p[0] != '.';
}

bool area_code_level(str code, area_level *out)
{
    for (size_t i = 0; i < CODE_COUNT; i++) {
        if (!str_starts(code, codes[i].prefix) || code.n != codes[i].prefix.n + codes[i].digits) continue;
        if (!are_digits(str_slice(code, codes[i].prefix.n, code.n))) continue;
        *out = codes[i].level;
        return true;
    }
    return false;
}

bool area_code_parent(str code, arena *a, str *out)
{
    area_level l;
    if (!area_code_level(code, &l) || (l != AREA_NEIGHBOURHOOD && l != AREA_DISTRICT)) return false;
    return l == AREA_NEIGHBOURHOOD ? arena_print(a, out, "WK%.6s", code.p + 2)
                                   : arena_print(a, out, "GM%.4s", code.p + 2);
}

// ---- properties ----------------------------------------------------------------------------------------------------

// A text, or the digits of a number; missing values of CBS are below zero.
static bool text_of(const json *properties, const char *key, str *out)
{
    const json *j = key ? json_get(properties, str_of(key)) : NULL;
    if (!j || (j->type != JSON_TEXT && j->type != JSON_NUMBER)) return false;
    const str text = str_trim(j->text);
    if (text.n == 0 || text.p[0] == '-') return false;
    *out = text;
    return true;
}

// "GM0603", also of 603, for leading zeros are lost where a code was read as a number.
static bool padded(str text, const char *prefix, size_t digits, arena *a, str *out)
{
    *out = text;
    if (!prefix || str_starts(text, str_of(prefix))) return true;
    if (!are_digits(text) || text.n > digits) return true;
    return arena_print(a, out, "%s%.*s%.*s", prefix, (int)(digits - text.n), "0000000000000000",
                       STR_ARG(text));
}

static bool year_of(const json *properties, const char *key, int *out, err *e)
{
    str text;
    int64_t year;
    *out = 0;
    if (!text_of(properties, key, &text)) return true;
    if (!num_parse_int(str_slice(text, 0, 4), &year, NULL) || year < YEAR_LEAST || year > YEAR_MOST)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "'%s' is no year: %.*s", key, STR_ARG(text));
    *out = (int)year;
    return true;
}

// ---- who made the file ---------------------------------------------------------------------------------------------

struct naming {
    const char *code, *name, *year, *parent, *parent_name;
    const char *prefix;  // of a code that may come as a number
    size_t digits;
    const char *needs;  // another property that must be there, to tell files apart
    bool (*finish)(const json *properties, arena *a, struct area_feature *f, err *e);
};

static bool level_by_code(const json *properties, arena *a, struct area_feature *f, err *e)
{
    (void)properties;
    (void)a;
    return area_code_level(f->code, &f->level) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "the code '%.*s' is of no level that peil has",
                   STR_ARG(f->code));
}

static bool level_named(const json *properties, arena *a, struct area_feature *f, err *e)
{
    str name;
    if (!text_of(properties, "level", &name)) return level_by_code(properties, a, f, e);
    if (!area_level_by_name(name, &f->level) || f->level >= AREA_EUROPE)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "there is no level '%.*s' to import", STR_ARG(name));
    (void)text_of(properties, "country", &f->country);
    return true;
}

static bool finish_nuts(const json *properties, arena *a, struct area_feature *f, err *e)
{
    static const area_level levels[] = {AREA_COUNTRY, AREA_LEVEL_COUNT, AREA_PROVINCE, AREA_REGION};
    str text;
    int64_t n;
    (void)a;
    if (!text_of(properties, "LEVL_CODE", &text) || !num_parse_int(text, &n, NULL) || n < 0 || n > 3)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "'LEVL_CODE' must be 0 to 3");
    if (levels[n] == AREA_LEVEL_COUNT)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "NUTS level 1 is no level that peil has");
    f->level = levels[n];
    f->country = str_slice(f->code, 0, 2);
    if (n == 0) f->parent = STR("EU");  // NUTS has European countries only
    if (f->name.n == 0) (void)text_of(properties, "NUTS_NAME", &f->name);
    return true;
}

// Of the Netherlands LAU_ID is the code of CBS; elsewhere only with the country before it is it a name of one area.
static bool finish_lau(const json *properties, arena *a, struct area_feature *f, err *e)
{
    str whole;
    (void)a;
    (void)e;
    f->level = AREA_MUNICIPALITY;
    (void)text_of(properties, "CNTR_CODE", &f->country);
    if (!str_starts(f->code, STR("GM")) && text_of(properties, "GISCO_ID", &whole)) f->code = whole;
    return true;
}

static bool finish_town(const json *properties, arena *a, struct area_feature *f, err *e)
{
    (void)properties;
    (void)a;
    (void)e;
    f->level = AREA_TOWN;
    return true;
}

static bool finish_street(const json *properties, arena *a, struct area_feature *f, err *e)
{
    (void)properties;
    (void)a;
    (void)e;
    f->level = AREA_STREET;
    return true;
}

// clang-format off
static const struct naming namings[] = {  // the first whose code is there; of a neighbourhood's file the smallest code first
    {"code", "name", "year", "parent", "parentName", .finish = level_named},
    {"statcode", "statnaam", "jrstatcode", .finish = level_by_code},
    {"buurtcode", "buurtnaam", "jaar", "wijkcode", "wijknaam", "BU", 8, .finish = level_by_code},
    {"wijkcode", "wijknaam", "jaar", "gemeentecode", "gemeentenaam", "WK", 6, .finish = level_by_code},
    {"gemeentecode", "gemeentenaam", "jaar", "provinciecode", "provincienaam", "GM", 4, .finish = level_by_code},
    {"provinciecode", "provincienaam", "jaar", .prefix = "PV", .digits = 2, .finish = level_by_code},
    {"BU_CODE", "BU_NAAM", "JAAR", "WK_CODE", "WK_NAAM", "BU", 8, .finish = level_by_code},
    {"WK_CODE", "WK_NAAM", "JAAR", "GM_CODE", "GM_NAAM", "WK", 6, .finish = level_by_code},
    {"GM_CODE", "GM_NAAM", "JAAR", .prefix = "GM", .digits = 4, .finish = level_by_code},
    {"NUTS_ID", "NAME_LATN", NULL, .finish = finish_nuts},
    {"LAU_ID", "LAU_NAME", "YEAR", .finish = finish_lau},
    {"identificatie", "woonplaats", NULL, .prefix = "WP", .digits = 4, .needs = "woonplaats", .finish = finish_town},
    {"identificatie", "openbare_ruimte", NULL, .prefix = "OR", .digits = 16, .needs = "openbare_ruimte", .finish = finish_street},
};
// clang-format on

static const struct naming *naming_of(const json *properties, str *code)
{
    str ignored;
    for (size_t i = 0; i < sizeof namings / sizeof namings[0]; i++) {
        const struct naming *n = &namings[i];
        if (n->needs && !text_of(properties, n->needs, &ignored)) continue;
        if (text_of(properties, n->code, code)) return n;
    }
    return NULL;
}

static int64_t people_of(const json *properties)
{
    static const char *const keys[] = {"aantal_inwoners", "aantalInwoners", "AANT_INW", "people"};
    str text;
    int64_t n;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (text_of(properties, keys[i], &text) && num_parse_int(text, &n, NULL)) return n;
    return -1;
}

static bool is_dutch(area_level l, str code)
{
    area_level by_code;
    return area_code_level(code, &by_code) && by_code == l && l != AREA_COUNTRY;
}

static bool parents_find(struct area_feature *f, const struct naming *n, const json *properties, arena *a,
                         err *e)
{
    str parent;
    area_level l;
    if (f->parent.n == 0 && text_of(properties, n->parent, &parent)) {
        const size_t digits = n->digits == 8 ? 6 : n->digits == 6 ? 4 : 2;
        const char *prefix = n->digits == 8 ? "WK" : n->digits == 6 ? "GM" : "PV";
        if (!padded(parent, n->digits ? prefix : NULL, digits, a, &f->parent)) return err_no_memory(e);
        (void)text_of(properties, n->parent_name, &f->parent_name);
    }
    if (f->parent.n == 0) (void)area_code_parent(f->code, a, &f->parent);
    if (f->parent.n && !area_code_is_fine(f->parent))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "its parent '%.*s' is no code", STR_ARG(f->parent));
    if (area_code_level(f->parent, &l) && l <= f->level)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "its parent %.*s is no larger area", STR_ARG(f->parent));
    if (f->country.n == 0 && is_dutch(f->level, f->code)) f->country = STR("NL");
    return f->country.n <= 3 && (f->country.n == 0 || area_code_is_fine(f->country))
               ? true
               : err_set(e, ERR_RANGE, ERR_NOWHERE, "'%.*s' is no code of a country", STR_ARG(f->country));
}

bool area_feature_read(const json *properties, arena *a, struct area_feature *out, err *e)
{
    struct area_feature f = {.people = -1};
    str code;
    if (!properties || properties->type != JSON_OBJECT)
        return err_set(e, ERR_MISSING, ERR_NOWHERE, "it has no properties");
    const struct naming *n = naming_of(properties, &code);
    if (!n)
        return err_set(
            e, ERR_MISSING, ERR_NOWHERE,
            "no property names its code (statcode, buurtcode, gemeentecode, NUTS_ID, LAU_ID, code ...)");
    if (!padded(code, n->prefix, n->digits, a, &f.code)) return err_no_memory(e);
    (void)text_of(properties, n->name, &f.name);
    if (!year_of(properties, n->year, &f.year, e) || !n->finish(properties, a, &f, e)) return false;
    if (!area_code_is_fine(f.code))
        return err_set(e, ERR_RANGE, ERR_NOWHERE,
                       "the code '%.*s' has other characters than letters, digits, '.', '_', '-'",
                       STR_ARG(utf8_slice(f.code, 0, AREA_CODE_MAX)));
    if (f.name.n == 0) f.name = f.code;
    f.name = utf8_slice(f.name, 0, AREA_NAME_MAX);
    f.people = people_of(properties);
    if (!parents_find(&f, n, properties, a, e)) return false;
    *out = f;
    return true;
}
