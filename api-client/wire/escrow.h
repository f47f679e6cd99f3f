/* Bodies below /escrow/v1/ (doc/protocol.md): both directions, the worker's and escrowd's. *_write functions write one whole object. */
#ifndef UD_WIRE_ESCROW_H
#define UD_WIRE_ESCROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/seal.h"
#include "domain/device.h"
#include "domain/policy.h"
#include "wire/json_writer.h"

#define UD_WIRE_SEALED_MAX 1024

/* X(enumerator, name) */
#define UD_WIRE_CAPABILITY_LIST(X)                                                                                               \
    X(POLICY, "policy")                                                                                                          \
    X(NOTICE, "notice")                                                                                                          \
    X(FIND, "find")                                                                                                              \
    X(KEYS, "keys")                                                                                                              \
    X(REVEAL, "reveal")                                                                                                          \
    X(ROTATE, "rotate")                                                                                                          \
    X(OUTCOME, "outcome")                                                                                                        \
    X(BRANDING, "branding")                                                                                                      \
    X(STORE, "store")                                                                                                            \
    X(KEEP, "keep")                                                                                                              \
    X(PACKAGE, "package")                                                                                                        \
    X(APPROVAL, "approval")                                                                                                      \
    X(BOARD, "board")                                                                                                            \
    X(REPORTS, "reports")

enum ud_wire_capability_bit {
#define X(name, text) UD_WIRE_CAN_##name##_BIT,
    UD_WIRE_CAPABILITY_LIST(X)
#undef X
        UD_WIRE_CAPABILITY_COUNT
};
enum ud_wire_capability {
#define X(name, text) UD_WIRE_CAN_##name = 1 << UD_WIRE_CAN_##name##_BIT,
    UD_WIRE_CAPABILITY_LIST(X)
#undef X
        UD_WIRE_CAN_ALL = (1 << UD_WIRE_CAPABILITY_COUNT) - 1
};

/* /.well-known/escrow */
struct ud_wire_well_known {
    char name[96];
    char authority[512];
    char graph[512];
    char client_id[64];
    bool training;
    unsigned capabilities; /* UD_WIRE_CAN_… */
};
UD_CHECK enum ud_status ud_wire_well_known_decode(
    struct ud_wire_well_known *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_well_known_write(struct ud_json_writer *w, const struct ud_wire_well_known *k);

/* Policy. Decoding changes only the members that are present (start from ud_policy_default); `plain_graph_reads` may be NULL. Times travel in
 * seconds. A reason without code, an unknown word, a time out of range (0 to 31 days): UD_MALFORMED, *p is unchanged then. */
UD_CHECK enum ud_status ud_wire_policy_decode(
    struct ud_policy *p, bool *plain_graph_reads, const void *body, size_t length, struct ud_error *err);
void ud_wire_policy_write(struct ud_json_writer *w, const struct ud_policy *p, bool plain_graph_reads);

#define UD_WIRE_NOTICE_MAX 8192
struct ud_wire_notice {
    char language[16];
    char text[UD_WIRE_NOTICE_MAX]; /* lines kept, each one clean */
    char hash[65];                 /* hex of BLAKE2b-256 of the text */
    bool missing;                  /* there are notices, but none in this language and no default: text and hash are empty */
};
UD_CHECK enum ud_status ud_wire_notice_decode(struct ud_wire_notice *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_notice_write(struct ud_json_writer *w, const struct ud_wire_notice *n);

/* POST /escrow/v1/reveal */
struct ud_wire_reveal {
    struct ud_guid key;    /* zero: by device and kind */
    struct ud_guid device; /* managedDevice id; zero: by key */
    enum ud_kind kind;
    struct ud_guid request;
    unsigned char public_key[UD_SEAL_PUBLIC];
    struct ud_disclosure why;
    struct ud_guid approval; /* zero: none */
};
UD_CHECK enum ud_status ud_wire_reveal_encode(struct ud_buf *body, const struct ud_wire_reveal *r, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_reveal_decode(struct ud_wire_reveal *out, const void *body, size_t length, struct ud_error *err);

struct ud_wire_revealed {
    struct ud_guid key; /* zero where the key has no id */
    struct ud_guid device;
    enum ud_kind kind;
    ud_wall created;
    unsigned char sealed[UD_WIRE_SEALED_MAX];
    size_t sealed_length;
};
UD_CHECK enum ud_status ud_wire_revealed_decode(
    struct ud_wire_revealed *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_revealed_write(struct ud_json_writer *w, const struct ud_wire_revealed *r);

/* POST /escrow/v1/devices/{id}/rotate */
struct ud_wire_rotate {
    enum ud_kind kind;
    struct ud_guid request;
    struct ud_disclosure why; /* reason, ticket, user_domain and user_account */
};
UD_CHECK enum ud_status ud_wire_rotate_encode(struct ud_buf *body, const struct ud_wire_rotate *r, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_rotate_decode(struct ud_wire_rotate *out, const void *body, size_t length, struct ud_error *err);

/* GET /escrow/v1/devices/{id}/rotation; the answer to a rotate request is the same with only `state` set. */
enum ud_wire_rotation_state { UD_WIRE_ROTATION_NONE, UD_WIRE_ROTATION_PENDING, UD_WIRE_ROTATION_DONE, UD_WIRE_ROTATION_FAILED };
struct ud_wire_rotation {
    enum ud_wire_rotation_state state;
    ud_wall requested;
    ud_wall finished;
    int32_t error_code;
    char message[256];
    struct ud_guid new_key; /* zero where there is none, or where it has no id */
    ud_wall new_created;    /* UD_WALL_NONE: no new key */
    ud_wall last_checkin;
};
UD_CHECK enum ud_status ud_wire_rotation_decode(
    struct ud_wire_rotation *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_rotation_write(struct ud_json_writer *w, const struct ud_wire_rotation *r);
const char *ud_wire_rotation_state_name(enum ud_wire_rotation_state s); /* "none" "pending" "done" "failed" */

/* POST /escrow/v1/outcome */
struct ud_wire_outcome {
    struct ud_guid request;
    char outcome[24]; /* "worked" "did-not-unlock" "gone"; others are refused */
};
UD_CHECK enum ud_status ud_wire_outcome_encode(struct ud_buf *body, const struct ud_wire_outcome *o, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_outcome_decode(
    struct ud_wire_outcome *out, const void *body, size_t length, struct ud_error *err);

#endif
