/* Bodies of the device API (doc/protocol.md, "Devices"): what a device, or the simulator that plays it, and escrowd say to each other. */
#ifndef UD_WIRE_DEVICE_API_H
#define UD_WIRE_DEVICE_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seal.h"
#include "base/secret.h"
#include "domain/device.h"
#include "domain/typed_key.h"
#include "wire/escrow.h"
#include "wire/json_writer.h"

/* POST check-in */
struct ud_wire_check_in {
    char os_version[UD_SHORT_MAX]; /* "": not told */
    enum ud_tristate encrypted;    /* UD_UNKNOWN: not told */
};
UD_CHECK enum ud_status ud_wire_check_in_encode(struct ud_buf *body, const struct ud_wire_check_in *c, struct ud_error *err);
/* An empty body is an empty check-in. */
UD_CHECK enum ud_status ud_wire_check_in_decode(
    struct ud_wire_check_in *out, const void *body, size_t length, struct ud_error *err);

/* One thing to do: {"work":[…]} of a check-in, {"value":[…]} of /escrow/v1/training/work (there with `device`). */
struct ud_wire_work {
    struct ud_guid device; /* zero where not told */
    char id[UD_SHORT_MAX]; /* opaque: letters, digits, dashes */
    enum ud_kind kind;
    bool
        typed; /* action "store": a typed key is to be verified and replaced; else "rotate". Entries with another action are left out when decoding */
};
void ud_wire_work_write(struct ud_json_writer *w, const struct ud_wire_work *items, size_t count);          /* {"work":[…]} */
void ud_wire_training_work_write(struct ud_json_writer *w, const struct ud_wire_work *items, size_t count); /* {"value":[…]} */
/* Either form. At most `max` into out; *count gets how many were taken. */
UD_CHECK enum ud_status ud_wire_work_decode(
    struct ud_wire_work *out, size_t max, size_t *count, const void *body, size_t length, struct ud_error *err);

/* POST device/keys. Either `secret` or `sealed`. */
struct ud_wire_deposit {
    struct ud_guid id; /* zero: the key has none */
    enum ud_kind kind;
    enum ud_volume volume;
    char work[UD_SHORT_MAX];  /* "": not because of work */
    struct ud_secret *secret; /* owned after decoding: ud_wire_deposit_clear; borrowed for encoding */
    unsigned char sealed[UD_WIRE_SEALED_MAX];
    size_t sealed_length; /* 0: none */
};
UD_CHECK enum ud_status ud_wire_deposit_encode(struct ud_secret **body, const struct ud_wire_deposit *d, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_deposit_decode(struct ud_wire_deposit *out, struct ud_secret *body, struct ud_error *err);
void ud_wire_deposit_clear(struct ud_wire_deposit *d);

/* POST device/work/{id} {"state":"failed","error_code":n,"cause":"wrong-key"}; the cause is of work with a typed key, and left out where there is none */
struct ud_wire_work_failed {
    int32_t error_code;
    enum ud_typed_cause cause;
};
UD_CHECK enum ud_status ud_wire_work_failed_encode(
    struct ud_buf *body, const struct ud_wire_work_failed *f, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_work_failed_decode(
    struct ud_wire_work_failed *out, const void *body, size_t length, struct ud_error *err);

/* POST device/work/{id}/key {"public_key":base64}: ud_wire_public_key_write and _decode. The answer: {"sealed":base64}. */
struct ud_wire_work_key {
    unsigned char sealed[UD_WIRE_SEALED_MAX];
    size_t sealed_length;
};
void ud_wire_work_key_write(struct ud_json_writer *w, const void *sealed, size_t length);
UD_CHECK enum ud_status ud_wire_work_key_decode(
    struct ud_wire_work_key *out, const void *body, size_t length, struct ud_error *err);

/* GET device/deposit-key {"public_key":base64} */
UD_CHECK enum ud_status ud_wire_public_key_decode(
    unsigned char out[UD_SEAL_PUBLIC], const void *body, size_t length, struct ud_error *err);
void ud_wire_public_key_write(struct ud_json_writer *w, const unsigned char public_key[UD_SEAL_PUBLIC]);

#endif
