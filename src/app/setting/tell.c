// SPDX-License-Identifier: EUPL-1.2
// What the table of settings says to people: peil.conf as it is first written, its manual page, what is in force.
#include "app/setting/table.h"

#include "base/num.h"

#include <stdio.h>
#include <string.h>

void settings_write_file(buf *out)
{
    BUF_LIT(out,
            "# Settings of peil. A line that starts with '#' is a comment; what stands here commented out is "
            "the default.\n"
            "# Each can be set in the environment too: http.listen is PEIL_HTTP_LISTEN. See peil.conf(5).\n");
    const char *section = "";
    for (size_t k = 0; k < setting_count; k++) {
        const struct setting *s = &setting_table[k];
        if (strcmp(section, s->section) != 0) buf_print(out, "\n[%s]\n", s->section);
        section = s->section;
        buf_print(out, "# %s\n#%s = %s\n", s->help, s->key, s->fallback);
    }
}

void settings_each(const struct settings *s, void (*each)(str name, str text, void *context), void *context)
{
    for (size_t k = 0; k < setting_count; k++) {
        char name[SETTING_NAME_MAX], number[NUM_TEXT_MAX];
        const void *field = (const char *)s + setting_table[k].offset;
        str text = {number, 0};
        const int n = snprintf(name, sizeof name, "%s.%s", setting_table[k].section, setting_table[k].key);
        switch (setting_table[k].type) {
        case SETTING_TEXT: text = *(const str *)field; break;
        case SETTING_INT: text.n = num_write_int(number, *(const int64_t *)field); break;
        case SETTING_BOOL: text = *(const bool *)field ? STR("yes") : STR("no"); break;
        }
        each((str){name, (size_t)n}, text, context);
    }
}

void settings_write_man(buf *out)
{
    const char *section = "";
    for (size_t k = 0; k < setting_count; k++) {
        const struct setting *s = &setting_table[k];
        if (strcmp(section, s->section) != 0) buf_print(out, ".SS [%s]\n", s->section);
        section = s->section;
        char environment[SETTING_ENVIRONMENT_MAX];
        setting_environment_name(s, environment);
        buf_print(out, ".TP\n.B %s\n%s\n", s->key, s->help);
        if (s->type == SETTING_INT)
            buf_print(out, "From %lld to %lld. ", (long long)s->least, (long long)s->most);
        buf_print(out, "Default: %s. Environment: \\fB%s\\fP.\n", s->fallback[0] ? s->fallback : "empty",
                  environment);
    }
}
