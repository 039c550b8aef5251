// SPDX-License-Identifier: EUPL-1.2
// Writes the manual pages from the tables that the program itself runs by: man peil.1 | peil.conf.5
#include "app/command/command.h"

#include <stdio.h>
#include <string.h>

#define COMMAND(name) extern const struct command command_##name;
#include "app/command/commands.inc"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "app/command/commands.inc"
#undef COMMAND
};

// A line that troff must take as it stands.
static void print_verbatim(const char *text)
{
    for (const char *p = text; *p; p++) {
        if ((p == text || p[-1] == '\n') && (*p == '.' || *p == '\'')) fputs("\\&", stdout);
        if (*p == '\\')
            fputs("\\e", stdout);
        else if (*p == '-')
            fputs("\\-", stdout);
        else
            putchar(*p);
    }
}

static void print_command(const struct command *c)
{
    printf(".SS peil %s", c->name);
    printf(" [flags] %s\n", c->words);
    print_verbatim(c->about);
    printf("\n");
    for (const struct flag *f = c->flags; f && f->name; f++) {
        printf(".TP\n\\fB\\-\\-%s\\fP %s\n", f->name, f->value ? f->value : "");
        print_verbatim(f->help);
        printf("\n");
    }
    printf(".PP\n.nf\n");
    print_verbatim(c->examples);
    printf(".fi\n");
}

static void peil_1(void)
{
    printf(".TH PEIL 1 \"\" \"peil " PEIL_VERSION
           "\" \"User Commands\"\n.SH NAME\npeil \\- the open city gauge\n"
           ".SH SYNOPSIS\n\\fBpeil\\fP COMMAND [flags] [words]\n"
           ".SH DESCRIPTION\nOne program that a municipality runs to measure its living environment, to show "
           "it to the people who\n"
           "live there, and to act on it. Readings come in over SensorThings, MQTT and device pushes; what "
           "is acknowledged is on\n"
           "disk. Everybody reads them on the portal and through open interfaces.\n.SH COMMANDS\n");
    for (size_t k = 0; k < sizeof commands / sizeof commands[0]; k++) print_command(commands[k]);
    printf(
        ".SH FLAGS OF EVERY COMMAND\n.TP\n\\fB\\-\\-config\\fP FILE\nsettings file; see "
        "\\fBpeil.conf\\fP(5)\n"
        ".TP\n\\fB\\-\\-data\\fP DIR\ndata directory\n.TP\n\\fB\\-\\-set\\fP KEY=VALUE\nany setting, as "
        "section.key=value\n"
        ".TP\n\\fB\\-\\-help\\fP\nwhat the command does, with examples\n"
        ".SH EXIT STATUS\n.nf\n" COMMAND_STATUSES ".fi\n"
        ".SH FILES\nIn the data directory: \\fBpeil.db\\fP, the store; \\fBpeil.conf\\fP, its settings, when "
        "there is no\n"
        "\\fB/etc/peil/peil.conf\\fP to hold them; \\fBadmin.sock\\fP, on which the owner of the directory "
        "finds\n"
        "/metrics (Prometheus), and over which the commands reach a running peil; \\fBlock\\fP.\n"
        ".SH SIGNALS\nSIGTERM and SIGINT end \\fBpeil serve\\fP after what was acknowledged is finished; "
        "SIGHUP reads the settings\n"
        "again.\n.SH SEE ALSO\n\\fBpeil.conf\\fP(5)\n");
}

static void peil_conf_5(void)
{
    buf b = {.max = (size_t)1 << 18};
    settings_write_man(&b);
    printf(".TH PEIL.CONF 5 \"\" \"peil " PEIL_VERSION
           "\" \"File Formats\"\n.SH NAME\npeil.conf \\- settings of peil\n"
           ".SH DESCRIPTION\nLines are \\fBkey = value\\fP below a \\fB[section]\\fP; a line that starts "
           "with # is a comment. An unknown key\n"
           "or a wrong value is refused with its line number. What stands here can be set in the environment "
           "too, which goes over\n"
           "the file; flags go over both.\n.SH SETTINGS\n%.*s.SH SEE ALSO\n\\fBpeil\\fP(1)\n",
           (int)b.n, b.p);
    buf_free(&b);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "peil.1") == 0)
        peil_1();
    else if (argc == 2 && strcmp(argv[1], "peil.conf.5") == 0)
        peil_conf_5();
    else
        return 2;
    return 0;
}
