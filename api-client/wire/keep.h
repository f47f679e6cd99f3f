/* Bodies about keys that are brought to escrowd, and about key packages (doc/protocol.md): both directions. */
#ifndef UD_WIRE_KEEP_H
#define UD_WIRE_KEEP_H

#include "domain/bde.h"
#include "domain/device.h"
#include "wire/escrow.h"

/* POST /escrow/v1/devices/{id}/keys */
struct ud_wire_keep {
    struct ud_guid id;
    enum ud_kind kind;
    enum ud_volume volume;
    unsigned char sealed[UD_WIRE_SEALED_MAX]; /* the key's text, sealed to the deposit key */
    size_t sealed_length;
    struct ud_bde_other other[UD_BDE_PROTECTORS]; /* the volume's protectors that are no keys */
    size_t other_count;
};
UD_CHECK enum ud_status ud_wire_keep_encode(struct ud_buf *body, const struct ud_wire_keep *k, struct ud_error *err);
/* A member `secret` is refused: a key in clear does not belong here. */
UD_CHECK enum ud_status ud_wire_keep_decode(struct ud_wire_keep *out, const void *body, size_t length, struct ud_error *err);

/* The answer to POST /escrow/v1/keys/{id}/package; the request is that of a reveal. */
struct ud_wire_package {
    struct ud_guid key, device;
    unsigned char sealed[UD_PACKAGE_MAX + UD_SEAL_EXTRA];
    size_t sealed_length;
};
UD_CHECK enum ud_status ud_wire_package_decode(
    struct ud_wire_package *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_package_write(struct ud_json_writer *w, const struct ud_key *k, const unsigned char *sealed, size_t length);

#endif
