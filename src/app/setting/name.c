// SPDX-License-Identifier: EUPL-1.2
// Names of settings, and the nearest one to a mistyped name.
#include "app/setting/table.h"

#include <ctype.h>
#include <stdio.h>

// Levenshtein distance; names beyond the maximum are far from everything.
static size_t name_distance(str a, str b)
{
    size_t row[SETTING_NAME_MAX + 1];
    if (a.n > SETTING_NAME_MAX || b.n > SETTING_NAME_MAX) return SETTING_NAME_MAX;
    for (size_t j = 0; j <= b.n; j++) row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            const size_t replaced = diagonal + (a.p[i - 1] != b.p[j - 1]);
            diagonal = row[j];
            const size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[b.n];
}

bool setting_has_section(str section)
{
    for (size_t k = 0; k < setting_count; k++)
        if (str_eq(str_of(setting_table[k].section), section)) return true;
    return false;
}

const struct setting *setting_find(str section, str key)
{
    for (size_t k = 0; k < setting_count; k++)
        if (str_eq(str_of(setting_table[k].section), section) && str_eq(str_of(setting_table[k].key), key))
            return &setting_table[k];
    return NULL;
}

// The nearest of the keys in `section`, or of the sections when `section` is empty.
static const char *nearest_name(str section, str wrong)
{
    const char *best = setting_table[0].section;
    size_t best_distance = SETTING_NAME_MAX + 1;
    for (size_t k = 0; k < setting_count; k++) {
        if (section.n && !str_eq(str_of(setting_table[k].section), section)) continue;
        const char *name = section.n ? setting_table[k].key : setting_table[k].section;
        const size_t distance = name_distance(str_of(name), wrong);
        if (distance >= best_distance) continue;
        best = name;
        best_distance = distance;
    }
    return best;
}

bool setting_unknown_key(str section, str key, err *e)
{
    return err_set(e, ERR_CONFIG, ERR_NOWHERE, "unknown key '%.*s' in [%.*s]; did you mean '%s'?",
                   STR_ARG(key), STR_ARG(section), nearest_name(section, key));
}

bool setting_unknown_section(str section, err *e)
{
    return err_set(e, ERR_CONFIG, ERR_NOWHERE, "unknown section [%.*s]; did you mean [%s]?", STR_ARG(section),
                   nearest_name((str){0}, section));
}

void setting_environment_name(const struct setting *s, char out[static SETTING_ENVIRONMENT_MAX])
{
    const int n = snprintf(out, SETTING_ENVIRONMENT_MAX, "PEIL_%s_%s", s->section, s->key);
    for (int k = 0; k < n; k++) out[k] = (char)toupper((unsigned char)out[k]);
}
