/* Bodies about typed FileVault recovery keys (doc/protocol.md): handing one in, what became of it, asking a user for one. */
#ifndef UD_WIRE_TYPED_H
#define UD_WIRE_TYPED_H

#include "domain/device.h"
#include "domain/typed_key.h"
#include "wire/escrow.h"
#include "wire/json_writer.h"

/* POST /escrow/v1/devices/{id}/store */
struct ud_wire_typed {
    enum ud_kind kind;
    struct ud_guid request;
    unsigned char sealed[UD_WIRE_SEALED_MAX]; /* ud_typed_pack, sealed to the deposit key */
    size_t sealed_length;
};
UD_CHECK enum ud_status ud_wire_typed_encode(struct ud_buf *body, const struct ud_wire_typed *t, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_typed_decode(struct ud_wire_typed *out, const void *body, size_t length, struct ud_error *err);

/* Its answer, GET of the same address, and the answer to a store-request. */
struct ud_wire_typed_state {
    enum ud_typed_state state;
    enum ud_typed_cause cause;
    ud_wall requested, finished, expires;
    char by[UD_NAME_MAX];
    struct ud_guid new_key; /* zero: none, or without an ID */
    ud_wall new_created;    /* UD_WALL_NONE: no new key */
    ud_wall last_checkin;
    bool asked;
    ud_wall asked_at;
    char asked_by[UD_NAME_MAX], note[256];
};
void ud_wire_typed_state_write(struct ud_json_writer *w, const struct ud_wire_typed_state *s);
UD_CHECK enum ud_status ud_wire_typed_state_decode(
    struct ud_wire_typed_state *out, const void *body, size_t length, struct ud_error *err);

/* POST /escrow/v1/devices/{id}/store-request {"note"} */
UD_CHECK enum ud_status ud_wire_typed_ask_encode(struct ud_buf *body, const char *note, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_typed_ask_decode(char note[256], const void *body, size_t length, struct ud_error *err);

/* GET /escrow/v1/store-requests {"value":[…],"blocks"} */
struct ud_wire_typed_asked {
    struct ud_guid device;
    ud_wall at;
    char device_name[UD_NAME_MAX], serial[UD_SHORT_MAX], by[UD_NAME_MAX], note[256];
};
void ud_wire_typed_asked_write(struct ud_json_writer *w, const struct ud_wire_typed_asked *items, size_t count, bool blocks);
/* At most `max` into out. An entry without a device is left out. */
UD_CHECK enum ud_status ud_wire_typed_asked_decode(struct ud_wire_typed_asked *out, size_t max, size_t *count, bool *blocks,
    const void *body, size_t length, struct ud_error *err);

#endif
