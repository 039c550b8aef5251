// SPDX-License-Identifier: EUPL-1.2
// command.h: what a subcommand is. A new one is one new file cmd_NAME.c and its name in commands.inc.
#ifndef PEIL_APP_COMMAND_COMMAND_H
#define PEIL_APP_COMMAND_COMMAND_H

#include "app/setting/setting.h"

// What the exit statuses mean; err_exit_status (base/err.h) gives them.
#define COMMAND_STATUSES                                                     \
    "   0 done                      70 a mistake of peil\n"                  \
    "   1 failed, or found wrong    73 cannot create, or the disk is full\n" \
    "   2 wrong use                 74 a fault of disk or network\n"         \
    "  65 wrong or damaged input    75 busy, try again\n"                    \
    "  66 not there                 77 not allowed\n"                        \
    "  69 not supported             78 wrong settings\n"

struct flag {
    const char *name;   // "port": written --port
    const char *value;  // "N", as help shows it; NULL: takes none
    const char *help;
    const char
        *setting;  // the setting that it overrides: "http.listen"; NULL: the command reads it with flag_value
    const char *format;  // how the value becomes the setting's: "127.0.0.1:%s"; NULL: as it is
};

struct invocation {
    const struct command *command;
    struct settings settings;
    arena *arena;
    const char *config_file;           // NULL: none was found or named
    const struct override *overrides;  // for reading the settings again
    size_t override_count;
    const struct flag *given[64];  // flags without a setting, with their values
    const char *given_value[64];
    size_t given_count;
    char **words;  // what is no flag
    int word_count;
};

struct command {
    const char *name;
    const char *summary;  // one line
    const char *words;    // "FILE [FILE...]"; "" for none
    int words_min, words_max;
    const struct flag *flags;  // ends with an empty row; the common flags come on top
    const char *about;         // a paragraph
    const char *examples;      // lines, indented by two
    // Returns the exit status; -1: failed with `e`, whose code gives the status.
    int (*run)(struct invocation *in, err *e);
};

const char *flag_value(const struct invocation *in,
                       const char *name);  // NULL when not given; "" for a flag without value
bool flag_given(const struct invocation *in, const char *name);

// Parses argv (after the subcommand's name), loads the settings, runs; prints a failure as "peil NAME: sentence" on stderr.
int command_run(const struct command *c, int argc, char **argv);
void command_help(const struct command *c);

#endif
