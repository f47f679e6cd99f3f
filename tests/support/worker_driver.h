/* Drives a real unlockdesk-worker as the console does: through client/client.h, one request at a time. */
#ifndef UD_TESTS_WORKER_DRIVER_H
#define UD_TESTS_WORKER_DRIVER_H

#include <sys/types.h>

#include "client/client.h"
#include "tests/support/escrowd_fixture.h"

struct ud_driver {
    pid_t pid;
    struct ud_client *client;
    struct ud_msg *event;
    const struct ud_fixture *fixture; /* approves codes; may be NULL */
    const char *approve;              /* "approve", "deny", NULL: leave the code alone */

    /* what the last request yielded */
    enum ud_status status;
    char message[320], hint[320];
    unsigned devices, batches, keys, founds, others, progress, source_dones, codes;
    unsigned with_device;  /* FOUNDs that named their device */
    uint32_t total;        /* of the last PROGRESS with one */
    char resume[4096];     /* of the last PROGRESS with one */
    struct ud_key key[64]; /* the first of keys or founds */
    bool has_kind[UD_KIND_COUNT];
    struct ud_key of_kind[UD_KIND_COUNT]; /* the first of each kind */
    struct ud_guid device, entra;         /* of the first device or found device */
    char device_name[256], device_user[256], device_serial[256], device_os[64];
    char account[256], source_message[320];
    uint8_t source_status;
    bool training, has_policy, has_notice, revealed;
    struct ud_policy policy;
    struct ud_guid revealed_key, revealed_device;
    uint8_t sealed[UD_SEALED_MAX];
    size_t sealed_length;
    uint8_t rotation;
    struct ud_guid new_key;
    ud_wall last_checkin;
    /* kept over requests */
    uint8_t token[UD_BLOB_MAX];
    size_t token_length;
    unsigned tokens;
};

/* Spawns BUILD/unlockdesk-worker with these sources. */
void ud_driver_start(struct ud_driver *d, const struct ud_source_config *sources, size_t count);
/* One escrowd source for the fixture. */
void ud_driver_start_on(struct ud_driver *d, const struct ud_fixture *f);
/* Closes the channel and waits; the worker's exit code (128 + signal). */
int ud_driver_stop(struct ud_driver *d);

/* Sends and runs to DONE; the status. Fails the test after a minute. */
enum ud_status ud_driver_request(struct ud_driver *d, const struct ud_msg *m, struct ud_secret *secret);
/* The same without waiting. */
uint32_t ud_driver_send(struct ud_driver *d, const struct ud_msg *m);
/* Takes events until DONE of `request`. */
enum ud_status ud_driver_finish(struct ud_driver *d, uint32_t request);
/* One event; false at the worker's end. */
bool ud_driver_step(struct ud_driver *d);

/* A REVEAL with a disclosure that the training policy accepts. */
struct ud_msg ud_driver_reveal_message(const struct ud_key *k, const unsigned char public_key[UD_SEAL_PUBLIC]);
/* Reveals and opens: the key must be one. The request's number. */
struct ud_guid ud_driver_reveal(struct ud_driver *d, const struct ud_key *k);

#endif
