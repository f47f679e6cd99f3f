/* What every one-shot command stands on: configuration, worker, sign-in without screens, requests that are waited for. */
#ifndef UD_APP_ONESHOT_H
#define UD_APP_ONESHOT_H

#include "app/config.h"
#include "app/launcher.h"
#include "app/options.h"
#include "app/tokens.h"
#include "client/client.h"
#include "domain/desk_role.h"
#include "domain/fleet.h"
#include "journal/journal.h"
#include "wire/json_writer.h"

struct ud_oneshot {
    const struct ud_options *options;
    struct ud_config config;
    struct ud_launcher *launcher;
    struct ud_client *client;
    struct ud_fleet *fleet;
    struct ud_policy policy; /* of the first source that has one, else the site's */
    struct ud_tokens tokens;
    int tokens_claim; /* -1: not claimed */
    bool signed_in;
    bool answered; /* standard output has said in JSON how it went: the exit code is all that is missing */
    ud_wall list_as_of;
    char account[128];
    enum ud_desk_role role[UD_SOURCE_MAX];
    char demo_dir[512];
};

/* Called for each event of a request; fills what it wants. */
typedef void (*ud_oneshot_event)(struct ud_oneshot *s, const struct ud_msg *event, void *arg);

/* Configuration only: enough for the log, themes and `status`. Frees with ud_oneshot_free. */
UD_CHECK enum ud_status ud_oneshot_open(struct ud_oneshot *s, const struct ud_options *o, struct ud_error *err);
/* Starts launcher (and with --demo the private service) and, for commands, a worker. */
UD_CHECK enum ud_status ud_oneshot_start(struct ud_oneshot *s, bool worker, struct ud_error *err);
/* Signs in to every source: by itself with --demo, by the PIN or passphrase where tokens are kept, else by device code on the terminal. */
UD_CHECK enum ud_status ud_oneshot_sign_in(struct ud_oneshot *s, struct ud_error *err);
/* The parts of it, for `sign-in` and `sign-out`: device code for every source; the kept tokens, opened with the PIN; and the public half to which
 * the worker seals new ones (ud_oneshot.tokens.public_key). */
UD_CHECK enum ud_status ud_oneshot_by_code(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_oneshot_resume(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_oneshot_seal(struct ud_oneshot *s, struct ud_error *err);
/* One request from sending to DONE; its status and sentence are returned. */
UD_CHECK enum ud_status ud_oneshot_request(struct ud_oneshot *s, const struct ud_msg *m, struct ud_secret *secret,
    ud_oneshot_event on_event, void *arg, struct ud_error *err);
/* The list of devices: the cached one where it is younger than 15 minutes, else every source is asked. */
UD_CHECK enum ud_status ud_oneshot_list(struct ud_oneshot *s, struct ud_error *err);
/* DEVICE is an id, a serial or a name that is unique. */
UD_CHECK enum ud_status ud_oneshot_device(struct ud_oneshot *s, const char *text, uint32_t *row, struct ud_error *err);
/* Fresh key metadata of a device into the fleet. */
UD_CHECK enum ud_status ud_oneshot_keys(struct ud_oneshot *s, uint32_t row, struct ud_error *err);
/* The disclosure the options describe, checked against the policy. */
UD_CHECK enum ud_status ud_oneshot_why(struct ud_oneshot *s, struct ud_disclosure *why, struct ud_error *err);
/* UD_DENIED with a sentence where the role at this source gets no keys, or has to name the user (--user) and `why` does not. */
UD_CHECK enum ud_status ud_oneshot_may(
    const struct ud_oneshot *s, uint8_t source, const struct ud_disclosure *why, struct ud_error *err);
void ud_oneshot_free(struct ud_oneshot *s);

/* Reads a line from /dev/tty without echo into a new secret. UD_SIGNIN where there is no terminal. */
UD_CHECK enum ud_status ud_ask_secret(struct ud_secret **out, const char *question, struct ud_error *err);
/* Writes the buffer and a newline to standard output. UD_IO where it cannot be written. */
UD_CHECK enum ud_status ud_print_json(struct ud_buf *b, struct ud_error *err);
/* Prints text padded or cut to `cells`. */
void ud_print_cell(const char *text, size_t cells);
/* A label in front of a value, padded to cells, one blank behind it. */
void ud_print_label(const char *label, size_t cells);

/* Commands. `o` has been checked against the table of commands. */
UD_CHECK enum ud_status ud_verb_account(struct ud_oneshot *s, struct ud_error *err); /* sign-in, sign-out, status */
UD_CHECK enum ud_status ud_verb_device(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_key(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_due(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_rotate(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_store(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_read_bde(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_package(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_approve(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_check(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_journal(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_theme(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_commands(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_calls(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_report(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_reveal(struct ud_oneshot *s, struct ud_error *err);
UD_CHECK enum ud_status ud_verb_self_service(struct ud_oneshot *s, struct ud_error *err);

#endif
