/* The command line, taken apart. */
#ifndef UD_APP_OPTIONS_H
#define UD_APP_OPTIONS_H

#include <stdbool.h>

#include "base/error.h"

#define UD_ARGS_MAX 64

struct ud_options {
    /* any command, and the console */
    const char *config, *source, *theme, *language, *color, *demo_dir, *role;
    bool demo, plain, present, json, help, version;
    unsigned devices, seed;
    long idle_lock; /* seconds, 0: not given */
    /* commands */
    bool store, wait, refresh, verbose, csv;
    long limit;           /* -1: not given */
    long hours;           /* of a surge; -1: not given */
    const char *incident; /* of a surge */
    const char *reason, *ticket, *note, *caller, *verified, *device, *kind, *output, *user, *key_id;
    /* "device list", "key find", … or NULL for the console; and what follows */
    const char *verb;
    const char *arg[UD_ARGS_MAX];
    int arg_count;
};

/* Takes apart argv (kept borrowed). UD_USAGE with a sentence that names the word, and what to type instead. */
UD_CHECK enum ud_status ud_options_parse(struct ud_options *o, int argc, char **argv, struct ud_error *err);
/* Prints the usage, made from the table of commands. */
void ud_options_usage(void);

#endif
