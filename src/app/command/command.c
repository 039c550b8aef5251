// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SETTINGS_BYTES ((size_t)4 << 20)
#define OVERRIDES_MAX 64

static const struct flag common_flags[] = {
    {"config", "FILE", "settings file (default: peil.conf in the data directory, then /etc/peil/peil.conf)",
     NULL, NULL},
    {"data", "DIR", "data directory (store.directory)", "store.directory", NULL},
    {"set", "KEY=VALUE", "any setting, as section.key=value; may be repeated", NULL, NULL},
    {"help", NULL, "this text", NULL, NULL},
    {0},
};

struct parsing {
    struct invocation *in;
    struct override overrides[OVERRIDES_MAX];
    size_t override_count;
    bool wants_help;
};

static const struct flag *flag_find(const struct command *c, str name)
{
    const struct flag *const tables[] = {common_flags, c->flags};
    for (size_t t = 0; t < 2; t++)
        for (const struct flag *f = tables[t]; f && f->name; f++)
            if (str_eq(str_of(f->name), name)) return f;
    return NULL;
}

static bool override_add(struct parsing *p, str name, str value, str flag, err *e)
{
    if (p->override_count == OVERRIDES_MAX)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "more than %d settings on the command line", OVERRIDES_MAX);
    p->overrides[p->override_count++] = (struct override){name, value, flag};
    return true;
}

// The value in the form that its setting has: --port 81 is http.listen = 127.0.0.1:81.
static bool setting_from_flag(struct parsing *p, const struct flag *f, const char *value, str as_given,
                              err *e)
{
    str text = str_of(value);
    if (f->format) {
        size_t mark;
        const str format = str_of(f->format);
        if (!str_find(format, STR("%s"), &mark))
            return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "format of --%s", f->name);
        if (!arena_print(p->in->arena, &text, "%.*s%s%s", (int)mark, f->format, value, f->format + mark + 2))
            return err_no_memory(e);
    }
    return override_add(p, str_of(f->setting), text, as_given, e);
}

static bool flag_take(struct parsing *p, const struct flag *f, const char *value, str as_given, err *e)
{
    if (f->setting) return setting_from_flag(p, f, value, as_given, e);
    if (strcmp(f->name, "help") == 0) {
        p->wants_help = true;
        return true;
    }
    if (strcmp(f->name, "config") == 0) {
        p->in->config_file = value;
        return true;
    }
    if (strcmp(f->name, "set") == 0) {
        str rest = str_of(value), key;
        if (!str_cut(&rest, '=', &key) || !rest.p)
            return err_set(e, ERR_USAGE, ERR_NOWHERE, "--set takes section.key=value, not '%s'", value);
        return override_add(p, str_trim(key), str_trim(rest), as_given, e);
    }
    struct invocation *in = p->in;
    if (in->given_count == sizeof in->given / sizeof in->given[0])
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "too many flags");
    in->given[in->given_count] = f;
    in->given_value[in->given_count++] = value ? value : "";
    return true;
}

static bool arguments_parse(struct parsing *p, int argc, char **argv, err *e)
{
    struct invocation *in = p->in;
    in->words = argv;  // words are moved to the front
    bool flags_over = false;
    for (int i = 0; i < argc; i++) {
        const str word = str_of(argv[i]);
        if (flags_over || !str_starts(word, STR("-")) || word.n == 1) {
            in->words[in->word_count++] = argv[i];
            continue;
        }
        if (str_eq(word, STR("--"))) {
            flags_over = true;
            continue;
        }
        str rest = str_slice(word, str_starts(word, STR("--")) ? 2 : 1, word.n), name;
        if (!str_cut(&rest, '=', &name)) name = (str){0};
        const bool has_value = memchr(argv[i], '=', word.n) != NULL;
        const struct flag *f = flag_find(in->command, str_eq(name, STR("h")) ? STR("help") : name);
        if (!f)
            return err_set(e, ERR_USAGE, ERR_NOWHERE, "unknown flag '%s'; see 'peil %s --help'", argv[i],
                           in->command->name);
        if (!f->value && has_value) return err_set(e, ERR_USAGE, ERR_NOWHERE, "--%s takes no value", f->name);
        const char *value = NULL;
        if (f->value && has_value)
            value = strchr(argv[i], '=') + 1;
        else if (f->value && i + 1 < argc)
            value = argv[++i];
        if (f->value && !value)
            return err_set(e, ERR_USAGE, ERR_NOWHERE, "--%s needs a value: %s", f->name, f->value);
        if (!flag_take(p, f, value, word, e)) return false;
    }
    return true;
}

static bool words_check(const struct invocation *in, err *e)
{
    const struct command *c = in->command;
    if (in->word_count < c->words_min)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "expected %s; see 'peil %s --help'", c->words, c->name);
    if (in->word_count > c->words_max)
        return err_set(e, ERR_USAGE, ERR_NOWHERE, "'%s' is one word too many; see 'peil %s --help'",
                       in->words[c->words_max], c->name);
    return true;
}

// The file named, or the first of the usual ones that is there.
static bool config_find(struct parsing *p, err *e)
{
    struct invocation *in = p->in;
    if (in->config_file) return true;
    str directory = STR("data");
    const char *environment = getenv("PEIL_STORE_DIRECTORY");
    if (environment) directory = str_of(environment);
    for (size_t k = 0; k < p->override_count; k++)
        if (str_eq(p->overrides[k].name, STR("store.directory"))) directory = p->overrides[k].value;
    str path;
    if (!arena_print(in->arena, &path, "%.*s/" SETTINGS_FILE, STR_ARG(directory))) return err_no_memory(e);
    if (access(path.p, R_OK) == 0)
        in->config_file = path.p;
    else if (access("/etc/peil/" SETTINGS_FILE, R_OK) == 0)
        in->config_file = "/etc/peil/" SETTINGS_FILE;
    return true;
}

static int run(const struct command *c, struct invocation *in, int argc, char **argv, err *e)
{
    struct parsing p = {.in = in};
    in->command = c;
    in->arena = arena_new(SETTINGS_BYTES);
    if (!in->arena) {
        err_no_memory(e);
        return -1;
    }
    if (!arguments_parse(&p, argc, argv, e)) return -1;
    if (p.wants_help) {
        command_help(c);
        return 0;
    }
    if (!words_check(in, e) || !config_find(&p, e)) return -1;
    in->overrides = p.overrides;
    in->override_count = p.override_count;
    if (!settings_load(in->config_file, p.overrides, p.override_count, in->arena, &in->settings, e))
        return -1;
    return c->run(in, e);
}

int command_run(const struct command *c, int argc, char **argv)
{
    struct invocation in = {0};
    err e = {0};
    log_set_level(LOG_WARNING);  // a command speaks by its output; `serve` has a setting for it
    int status = run(c, &in, argc, argv, &e);
    if (status < 0) {
        fprintf(stderr, "peil %s: %s\n", c->name, e.text);
        status = err_exit_status(e.code);
    }
    arena_free(in.arena);
    return status;
}

const char *flag_value(const struct invocation *in, const char *name)
{
    for (size_t k = 0; k < in->given_count; k++)
        if (strcmp(in->given[k]->name, name) == 0) return in->given_value[k];
    return NULL;
}

bool flag_given(const struct invocation *in, const char *name)
{
    return flag_value(in, name) != NULL;
}

static void flags_print(const struct flag *f)
{
    for (; f && f->name; f++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", f->name, f->value ? " " : "", f->value ? f->value : "");
        printf("  %-22s %s\n", left, f->help);
    }
}

void command_help(const struct command *c)
{
    printf("usage: peil %s [flags]%s%s\n\n%s\n\n", c->name, c->words[0] ? " " : "", c->words, c->about);
    if (c->flags && c->flags->name) {
        printf("Flags\n");
        flags_print(c->flags);
        printf("\n");
    }
    printf("Flags of every command\n");
    flags_print(common_flags);
    printf("\nExamples\n%s", c->examples);
}
