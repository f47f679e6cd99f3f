/* The simulator: plays the devices of a training service through the device API, as real devices would, and the invented operator's browser. Private to
 * escrowd/simulate. One thread; calls are waited for in the main loop, never inside a callback. */
#ifndef UD_SIMULATE_SIM_H
#define UD_SIMULATE_SIM_H

#include "base/buf.h"
#include "base/seal.h"
#include "domain/device.h"
#include "escrowd/vault/roster.h"
#include "http/http.h"
#include "wire/device_api.h"

struct ud_sim {
    char dir[512];
    struct ud_http_origin origin;
    struct ud_http *http;
    struct ud_secret *key;         /* simulate.key: device tokens and fingerprints are made with it */
    struct ud_secret *work_bearer; /* simulate.token */
    struct ud_roster *roster;
    bool has_deposit_key;
    unsigned char deposit_key[UD_SEAL_PUBLIC];
};

/* Opens DIR's files and the way to `url`. */
UD_CHECK enum ud_status ud_sim_open(struct ud_sim *s, const char *dir, const char *url, struct ud_error *err);
void ud_sim_close(struct ud_sim *s);

struct ud_sim_answer {
    long code;
    struct ud_buf body;
};
void ud_sim_answer_free(struct ud_sim_answer *a);

/* One call, waited for. `bearer` may be NULL; `body` with content type `type`, or `secret_body` (taken over), or neither. UD_OK: an answer came,
 * whatever its code. */
UD_CHECK enum ud_status ud_sim_call(struct ud_sim *s, struct ud_sim_answer *a, bool post, const char *path,
    struct ud_secret *bearer, const char *type, const char *body, struct ud_secret **secret_body, struct ud_error *err);

/* The bearer token of a simulated device; new, owned by the caller. */
UD_CHECK enum ud_status ud_sim_bearer(
    struct ud_sim *s, struct ud_secret **out, const struct ud_guid *device, struct ud_error *err);
/* A device says that it is there. Its work comes back (at most `max`). */
UD_CHECK enum ud_status ud_sim_check_in(
    struct ud_sim *s, const struct ud_guid *device, struct ud_wire_work *work, size_t max, size_t *count, struct ud_error *err);
/* A device makes a new key, escrows it (sealed) and reports the work done. `work` may be "". */
UD_CHECK enum ud_status ud_sim_replace_key(struct ud_sim *s, const struct ud_guid *device, enum ud_kind kind,
    enum ud_volume volume, const char *work, struct ud_error *err);
/* A device reports that it could not. */
UD_CHECK enum ud_status ud_sim_fail(
    struct ud_sim *s, const struct ud_guid *device, const char *work, int32_t code, struct ud_error *err);

/* Fills in the approval page for `user_code` as the operator whose password stands in DIR/operator.password. */
UD_CHECK enum ud_status ud_sim_approve(struct ud_sim *s, const char *user_code, struct ud_error *err);

/* Plays all devices until the service ends or `approve_fd` (-1: none) closes. */
UD_CHECK enum ud_status ud_sim_run(struct ud_sim *s, int approve_fd, struct ud_error *err);
/* Plays one locked laptop on this terminal. */
UD_CHECK enum ud_status ud_sim_screen(struct ud_sim *s, const char *device, struct ud_error *err);

#endif
