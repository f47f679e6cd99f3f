/* The command line: decides between the console and a one-shot command. */
#ifndef UD_APP_CLI_H
#define UD_APP_CLI_H

/* Runs the program after hardening and setlocale; returns the exit code. */
int ud_cli_main(int argc, char **argv);

#endif
