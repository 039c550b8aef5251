// SPDX-License-Identifier: EUPL-1.2
// commands.h: the subcommands, in the order in which `peil --help` lists them: COMMAND(name) is cmd_NAME.c.
COMMAND(serve)
COMMAND(init)
COMMAND(token)
COMMAND(import)
COMMAND(export)
COMMAND(backup)
COMMAND(doctor)
COMMAND(demo)
