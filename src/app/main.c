// SPDX-License-Identifier: EUPL-1.2
#include "app/command/command.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define COMMAND(name) extern const struct command command_##name;
#include "app/command/commands.inc"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "app/command/commands.inc"
#undef COMMAND
};

#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static int help(FILE *out)
{
    fprintf(out,
            "peil, the open city gauge: measures a town's living environment, shows it, and acts on it.\n\n"
            "usage: peil COMMAND [flags] [words]\n\n");
    for (size_t k = 0; k < COMMAND_COUNT; k++)
        fprintf(out, "  %-8s %s\n", commands[k]->name, commands[k]->summary);
    fprintf(out, "\n'peil COMMAND --help' tells more of one. 'peil --version' prints the version.\n\n"
                 "Examples\n"
                 "  peil demo                        a town with demo data at http://localhost:8080\n"
                 "  peil init --data /var/lib/peil   a new, empty store and a commented settings file\n"
                 "  peil serve --data /var/lib/peil  the service\n\n"
                 "Exit status\n" COMMAND_STATUSES);
    return out == stdout ? 0 : 2;
}

int main(int argc, char **argv)
{
    if (argc < 2) return help(stderr);
    umask(077);  // what peil keeps is its owner's alone
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0) {
        printf("peil %s\n", PEIL_VERSION);
        return 0;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return help(stdout);
    for (size_t k = 0; k < COMMAND_COUNT; k++)
        if (strcmp(commands[k]->name, name) == 0) return command_run(commands[k], argc - 2, argv + 2);
    if (strcmp(name, "help") == 0 && argc == 3) {
        for (size_t k = 0; k < COMMAND_COUNT; k++) {
            if (strcmp(commands[k]->name, argv[2]) != 0) continue;
            command_help(commands[k]);
            return 0;
        }
    }
    fprintf(stderr, "peil: there is no command '%s'; 'peil --help' lists them\n", name);
    return 2;
}
