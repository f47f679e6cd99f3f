/* The device simulator: plays the invented devices of a training service through the same device API that real ones use. It holds the
 * service's simulate.key, so it is for training services only; it never learns a recovery key but those it makes itself. */
#ifndef UD_SIMULATE_SIMULATE_H
#define UD_SIMULATE_SIMULATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "escrowd/vault/roster.h"
#include "escrowd/vault/token.h"
#include "http/http.h"
#include "wire/device_api.h"

struct ud_sim_work;

struct ud_sim {
    char dir[512];
    struct ud_http *http;
    struct ud_http_origin origin;
    struct ud_roster *roster;
    struct ud_secret *key;   /* simulate.key */
    struct ud_secret *token; /* the simulator's own, for the list of work */
    unsigned char deposit_key[UD_SEAL_PUBLIC];
    bool has_deposit_key;
};

/* Opens files and transport. `url` NULL: where the service's configuration says that it listens. */
UD_CHECK enum ud_status ud_sim_open(struct ud_sim *s, const char *dir, const char *url, struct ud_error *err);
void ud_sim_close(struct ud_sim *s);
/* The token of one device, as text. */
UD_CHECK enum ud_status ud_sim_token(
    struct ud_secret **out, struct ud_sim *s, const struct ud_guid *device, struct ud_error *err);

/* --- one device, step by step (device.c) ----------------------------------------------------------------------------- */

/* Called when a step of a device has ended. */
typedef void (*ud_sim_done)(enum ud_status st, const struct ud_error *err, void *arg);

/* One device's business: checks in, then replaces the key (or fails, if that is its part). A key that somebody typed is compared with its own first. Zero it, fill the first members. */
struct ud_sim_job {
    struct ud_sim *sim;
    struct ud_guid device;
    enum ud_kind kind;
    char work[UD_SHORT_MAX]; /* "": nobody asked */
    bool failing;
    ud_sim_done done;
    void *arg;

    struct ud_roster_line line; /* what will be true once the new key is stored */
    struct ud_secret *bearer;
    struct ud_http_call *call;
    bool found_work;        /* check-in named work for this kind: `work` holds it */
    bool typed;             /* it is about a key that somebody has typed */
    bool refused;           /* a failure was reported instead of a new key */
    struct ud_secret *half; /* of the one-time pair that the typed key is sealed to */
};

/* Checks in, and goes on to the new key where `replace` or where work is found. `done` is called once, from the loop. */
void ud_sim_job_start(struct ud_sim_job *j, bool replace);
/* Gives up without calling `done`. */
void ud_sim_job_clear(struct ud_sim_job *j);
/* Runs the loop until a job is done. */
UD_CHECK enum ud_status ud_sim_job_run(struct ud_sim_job *j, bool replace, struct ud_error *err);
/* Finds a device by name, serial or id; the sentence says what is wrong. */
UD_CHECK enum ud_status ud_sim_find(const struct ud_roster_line **out, struct ud_sim *s, const char *text, struct ud_error *err);

/* --- modes ----------------------------------------------------------------------------------------------------------- */

/* Plays every device until a signal; with approve_fd >= 0 also approves the user codes that are written there, and ends when it is
 * closed and the last one is done. */
UD_CHECK enum ud_status ud_sim_play(struct ud_sim *s, int approve_fd, int signal_fd, struct ud_error *err);
/* The locked laptop in this terminal. */
UD_CHECK enum ud_status ud_sim_screen(struct ud_sim *s, const char *device, struct ud_error *err);

/* --- approval (approve.c) -------------------------------------------------------------------------------------------- */

struct ud_sim_approver;
struct ud_sim_approver *ud_sim_approver_new(struct ud_sim *s);
void ud_sim_approver_free(struct ud_sim_approver **a);
bool ud_sim_approver_idle(const struct ud_sim_approver *a);
/* Fills in the approval page: "CODE" as the invented operator, "CODE NAME" as another invented person. One after the other; what fails is
 * said on standard error. */
void ud_sim_approve(struct ud_sim_approver *a, const char *line);

#endif
