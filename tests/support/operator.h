/* An operator at a service that is not a training service: a fixture's escrowd, a configuration that names it, and the steps from signing in to a shown
 * key, on the release binary and in real time. */
#ifndef UD_TESTS_OPERATOR_H
#define UD_TESTS_OPERATOR_H

#include "tests/support/escrowd_fixture.h"
#include "tests/support/pty_harness.h"

#define UD_OPERATOR_KEY 56 /* 48 digits, 7 dashes, NUL */

struct ud_operator {
    struct ud_fixture service;
    struct ud_pty *pty;
    char dir[64];        /* configuration and what the test puts there */
    char config[128];    /* unlockdesk.conf */
    char passphrase[32]; /* drawn anew for each operator */
    char user[32];       /* who signs in; "": "operator". Same password */
    char state[160];     /* "XDG_STATE_HOME=…" for consoles that share it; "": each its own */
};

/* A valid recovery key that nobody has: drawn at random. No group is zero. */
void ud_operator_draw_key(char key[UD_OPERATOR_KEY]);
/* The same key as the 16 bytes that BitLocker makes it from, and as digits without dashes. */
void ud_operator_key_bytes(unsigned char out[16], const char *key);
void ud_operator_key_digits(char out[49], const char *key);
/* Imports one line of CSV into the fixture and removes the file. `line` stands below "device,serial,user,key_id,secret,ownership,kind",
 * with one value more also below "local_users". */
void ud_operator_import(const struct ud_fixture *f, const char *line);

/* Makes the directory and its configuration for the fixture in o->service: profile workstation, one source "lab". `more` is further configuration text
 * (NULL: none). */
void ud_operator_configure(struct ud_operator *o, const char *more);
/* Opens the console on a terminal of 80x24. `program`: NULL for "unlockdesk". */
void ud_operator_open(struct ud_operator *o, const char *program);
/* The code of the sign-in screen, once it is there. */
void ud_operator_read_code(char out[16], struct ud_operator *o);
/* Signs in through the approval page, confirms the identity, chooses the passphrase (not in training), accepts a notice, and waits for the devices. */
void ud_operator_sign_in(struct ud_operator *o);
/* Presses Enter until the question on the screen is gone, then waits for `then`. */
void ud_operator_answer(struct ud_operator *o, const char *question, const char *then);
/* Text as single keys, without waiting. */
void ud_operator_type(struct ud_operator *o, const char *text);
/* From the devices: finds by the first eight digits, opens, and gives the reason "Lost PIN"; the last Enter is pressed when this returns. */
void ud_operator_ask_key(struct ud_operator *o, const char *eight);
/* The group that is on the screen. */
bool ud_operator_group(char out[8], struct ud_operator *o);
/* Ends console and service and removes everything. Fine half way. */
void ud_operator_end(struct ud_operator *o);

#endif
