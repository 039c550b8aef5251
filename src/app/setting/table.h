// SPDX-License-Identifier: EUPL-1.2
// table.h: every setting there is. A new one is a line in table.c and a member in setting.h.
// Threads  any; nothing here changes
// Errors   ERR_CONFIG
#ifndef PEIL_APP_SETTING_TABLE_H
#define PEIL_APP_SETTING_TABLE_H

#include "app/setting/setting.h"

#define SETTING_NAME_MAX ((size_t)64)
#define SETTING_ENVIRONMENT_MAX (2 * SETTING_NAME_MAX)

typedef enum { SETTING_TEXT, SETTING_INT, SETTING_BOOL } setting_type;

struct setting {
    const char *section, *key;
    setting_type type;
    size_t offset;  // in struct settings
    const char *fallback;
    int64_t least, most;  // SETTING_INT
    const char *help;
    bool (*check)(str text, err *e);  // SETTING_TEXT, NULL: any text will do; it ends with a NUL byte
};

extern const struct setting setting_table[];
extern const size_t setting_count;

NODISCARD bool setting_has_section(str section);
const struct setting *setting_find(str section, str key);  // NULL: none
// For what is not in the table; they name the nearest one there is. Always false.
NODISCARD bool setting_unknown_key(str section, str key, err *e);
NODISCARD bool setting_unknown_section(str section, err *e);
// As it stands in the environment: PEIL_HTTP_LISTEN.
void setting_environment_name(const struct setting *s, char out[static SETTING_ENVIRONMENT_MAX]);

#endif
