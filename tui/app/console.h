/* The console: everything the operator sees between start and end. */
#ifndef UD_APP_CONSOLE_H
#define UD_APP_CONSOLE_H

#include <stdio.h>

#include "app/config.h"
#include "app/launcher.h"

/* Runs the console on the controlling terminal until the operator leaves or the session is over; switches the sandbox on. Fails with a sentence
 * where it cannot start or the terminal was lost. The launcher stays the caller's. */
UD_CHECK enum ud_status ud_console_run(const struct ud_config *config, struct ud_launcher *launcher, struct ud_error *err);

/* `unlockdesk commands`: every command, its keys and where it works, from the command table and the key files. */
void ud_console_print_commands(FILE *out, const struct ud_config *config);

#endif
