/* Commands of escrowd on agents and devices, with what they read from standard input and print. */
#ifndef UD_VAULT_VERBS_H
#define UD_VAULT_VERBS_H

#include "escrowd/vault/admin.h"

/* The first line of standard input; on a terminal without echo, behind `prompt`. */
UD_CHECK enum ud_status ud_verb_read_secret(struct ud_secret **out, const char *prompt, struct ud_error *err);
/* A secret and a line end to standard output. */
UD_CHECK enum ud_status ud_verb_print_secret(struct ud_secret *s, struct ud_error *err);

/* agent add NAME | list | disable NAME | release DEVICE. `given`: the secret of add comes from standard input. */
struct ud_verb_agent {
    const char *verb, *name, *os; /* name, os: may be NULL */
    bool given;
};
UD_CHECK enum ud_status ud_verb_agent(struct ud_admin *a, const struct ud_verb_agent *o, struct ud_error *err);
/* device add NAME --serial S | token DEVICE. Prints the token. */
struct ud_verb_device {
    const char *verb, *name, *serial, *os, *user;
};
UD_CHECK enum ud_status ud_verb_device(struct ud_admin *a, const struct ud_verb_device *o, struct ud_error *err);

#endif
