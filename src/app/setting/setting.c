// SPDX-License-Identifier: EUPL-1.2
#include "app/setting/table.h"

#include "base/file.h"
#include "base/num.h"
#include "base/utf8.h"
#include "care/withdrawn.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)

// ---- Passwords stand in files of their own ------------------------------------------------------------------------

#define PASSWORD_BYTES_MAX 4096

// A file that is not there is file_read's to tell.
static bool check_owner_only(const char *path, err *e)
{
    struct stat s;
    return stat(path, &s) != 0 || (s.st_mode & 077) == 0 ||
           err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s can be read by others than its owner: chmod 600", path);
}

bool password_read(str path, const char *setting, arena *a, str *out, err *e)
{
    str name;
    *out = (str){0};
    if (path.n == 0) return true;
    buf b = {.max = PASSWORD_BYTES_MAX};
    bool ok = arena_copy(a, path, &name) || err_no_memory(e);
    ok = ok && check_owner_only(name.p, e) && file_read(name.p, &b, e);
    str rest = buf_str(&b), line = {0};
    str_cut(&rest, '\n', &line);
    ok = ok && (arena_copy(a, str_trim(line), out) || err_no_memory(e));
    if (b.p) sodium_memzero(b.p, b.capacity);
    buf_free(&b);
    if (!ok) e->code = ERR_CONFIG;
    return ok || err_within(e, "%s", setting);
}

// ---- One value ---------------------------------------------------------------------------------------------------

static bool bool_parse(str text, bool *out)
{
    static const struct {
        str word;
        bool value;
    } words[] = {{STR("yes"), true}, {STR("true"), true},   {STR("on"), true},   {STR("1"), true},
                 {STR("no"), false}, {STR("false"), false}, {STR("off"), false}, {STR("0"), false}};
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
        if (!str_eq(words[k].word, text)) continue;
        *out = words[k].value;
        return true;
    }
    return false;
}

static bool text_set(const struct setting *s, str text, arena *a, str *out, err *e)
{
    str copy;
    if (!arena_copy(a, text, &copy)) return err_no_memory(e);
    if (s->check && !s->check(copy, e)) {
        e->code = ERR_CONFIG;
        return false;
    }
    *out = copy;
    return true;
}

static bool value_set(const struct setting *s, str text, arena *a, struct settings *out, err *e)
{
    void *field = (char *)out + s->offset;
    err ignored;
    switch (s->type) {
    case SETTING_TEXT: return text_set(s, text, a, field, e);
    case SETTING_BOOL:
        return bool_parse(text, field) ||
               err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%s' is yes or no, not '%.*s'", s->key, STR_ARG(text));
    case SETTING_INT: {
        int64_t v;
        if (!num_parse_int(text, &v, &ignored))
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%s' is a whole number, not '%.*s'", s->key,
                           STR_ARG(text));
        if (v < s->least || v > s->most)
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%s' is from %lld to %lld, not %lld", s->key,
                           (long long)s->least, (long long)s->most, (long long)v);
        *(int64_t *)field = v;
        return true;
    }
    }
    return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "setting type of '%s'", s->key);
}

// ---- The file ----------------------------------------------------------------------------------------------------

static bool line_read(str line, str *section, arena *a, struct settings *out, err *e)
{
    line = str_trim(line);
    if (line.n == 0 || line.p[0] == '#') return true;
    if (line.p[0] == '[') {
        if (line.p[line.n - 1] != ']')
            return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected ']' at the end of the section's name");
        *section = str_trim(str_slice(line, 1, line.n - 1));
        return setting_has_section(*section) || setting_unknown_section(*section, e);
    }
    size_t equals;
    if (!str_find(line, STR("="), &equals))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "expected 'key = value', '[section]' or '# comment'");
    const str key = str_trim(str_slice(line, 0, equals));
    if (section->n == 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "'%.*s' stands before any [section]", STR_ARG(key));
    const struct setting *s = setting_find(*section, key);
    if (!s) return setting_unknown_key(*section, key, e);
    return value_set(s, str_trim(str_slice(line, equals + 1, line.n)), a, out, e);
}

static bool text_read(str text, const char *name, arena *a, struct settings *out, err *e)
{
    size_t bad;
    if (!utf8_is_valid(text, &bad) || memchr(text.p ? text.p : "", 0, text.n))
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "%s: not a text file in UTF-8", name);
    str rest = text, line, section = {0};
    for (int number = 1; str_cut(&rest, '\n', &line); number++)
        if (!line_read(line, &section, a, out, e)) return err_within(e, "%s:%d", name, number);
    return true;
}

static bool defaults_set(arena *a, struct settings *out, err *e)
{
    for (size_t k = 0; k < setting_count; k++)
        if (!value_set(&setting_table[k], str_of(setting_table[k].fallback), a, out, e)) return false;
    return true;
}

bool settings_parse(str text, const char *name, arena *a, struct settings *out, err *e)
{
    struct settings s = {0};
    if (!defaults_set(a, &s, e) || !text_read(text, name, a, &s, e)) return false;
    *out = s;
    return true;
}

static bool file_take(const char *path, arena *a, struct settings *out, err *e)
{
    buf b = {.max = FILE_BYTES_MAX};
    str text;
    bool ok = file_read(path, &b, e);
    if (!ok)
        e->code = ERR_CONFIG;
    else
        ok = arena_copy(a, buf_str(&b), &text) || err_no_memory(e);
    buf_free(&b);
    return ok && text_read(text, path, a, out, e);
}

// ---- Environment and flags ---------------------------------------------------------------------------------------

static bool environment_set(arena *a, struct settings *out, err *e)
{
    for (size_t k = 0; k < setting_count; k++) {
        char name[SETTING_ENVIRONMENT_MAX];
        setting_environment_name(&setting_table[k], name);
        const char *text = getenv(name);
        if (text && !value_set(&setting_table[k], str_of(text), a, out, e))
            return err_within(e, "environment %s", name);
    }
    return true;
}

static bool override_set(const struct override *o, arena *a, struct settings *out, err *e)
{
    str rest = o->name, section;
    str_cut(&rest, '.', &section);
    if (!setting_has_section(section)) return setting_unknown_section(section, e);
    const struct setting *s = setting_find(section, rest);
    if (!s) return setting_unknown_key(section, rest, e);
    return value_set(s, o->value, a, out, e);
}

bool settings_load(const char *file, const struct override *overrides, size_t count, arena *a,
                   struct settings *out, err *e)
{
    struct settings s = {0};
    if (!defaults_set(a, &s, e)) return false;
    if (file && !file_take(file, a, &s, e)) return false;
    if (!environment_set(a, &s, e)) return false;
    for (size_t k = 0; k < count; k++)
        if (!override_set(&overrides[k], a, &s, e)) return err_within(e, "%.*s", STR_ARG(overrides[k].flag));
    *out = s;
    return true;
}

bool settings_withdrawn_file(const struct settings *s, arena *a, str *out, err *e)
{
    const str set = s->care.withdrawn_file;
    return (set.n ? arena_copy(a, set, out)
                  : arena_print(a, out, "%.*s/" WITHDRAWN_FILE, STR_ARG(s->store.directory))) ||
           err_no_memory(e);
}
