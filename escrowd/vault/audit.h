/* The audit: one canonical line a row, chained by a keyed hash, in the same transaction as what it records; an Ed25519 signature
 * over the head every UD_AUDIT_CHECKPOINT lines and at every orderly end. The head is also kept in DIR/audit.anchor, outside
 * the database, so that an older copy of the database put back is found. Never a secret, nor an unkeyed hash of one. */
#ifndef UD_VAULT_AUDIT_H
#define UD_VAULT_AUDIT_H

#include "escrowd/vault/ring.h"

#define UD_AUDIT_CHECKPOINT 1000u

/* What a row says; NULL, "" and zero are left out. Text is cleaned here once more: the front is not believed. */
struct ud_audit_entry {
    const char *event; /* intent disclosed refused damaged deposited rotate rotated rotate-failed outcome grant … */
    const struct ud_guid *user, *device, *key, *request, *call;
    const char *user_name, *device_name, *serial, *kind, *reason, *ticket, *note, *caller, *verified, *outcome, *detail;
    const struct ud_guid *approval;
    const char *surge;    /* incident number of the surge that was on */
    const char *role;     /* of the person */
    const char *asked;    /* "key" "package": what somebody asked for and this line answers; the audit report lists such lines */
    const char *end_user; /* on whose behalf, as far as it was said */
};

/* Where the chain stands. A copy of it is the way back when a transaction fails. */
struct ud_audit {
    uint64_t seq;
    uint8_t head[UD_HASH_SIZE];
    uint64_t signed_seq; /* of the last checkpoint */
};

UD_CHECK enum ud_status ud_audit_open(struct ud_audit *a, struct ud_store *s, struct ud_error *err);
/* Inside a transaction. */
UD_CHECK enum ud_status ud_audit_append(
    struct ud_audit *a, struct ud_store *s, struct ud_ring *r, ud_wall at, const struct ud_audit_entry *e, struct ud_error *err);
/* Signs the head into the database (inside a transaction) where there are lines since the last time. */
UD_CHECK enum ud_status ud_audit_checkpoint(
    struct ud_audit *a, struct ud_store *s, struct ud_ring *r, ud_wall at, struct ud_error *err);
/* Writes the head to the anchor file; after the commit. */
UD_CHECK enum ud_status ud_audit_anchor(
    const struct ud_audit *a, struct ud_ring *r, const char *path, ud_wall at, struct ud_error *err);

/* UD_TAMPERED where the anchor file knows of lines that the database does not have: an older copy was put back. No file: fine. */
UD_CHECK enum ud_status ud_audit_check_anchor(
    const struct ud_audit *a, struct ud_ring *r, const char *path, struct ud_error *err);

struct ud_audit_report {
    uint64_t lines, checkpoints;
    bool ok;
    uint64_t first_bad; /* sequence; 0: none */
    uint64_t anchored;  /* sequence in the anchor file; 0: there is none */
    char what[160];
};
/* Checks every line, every checkpoint and the anchor. UD_OK also where report->ok is false. */
UD_CHECK enum ud_status ud_audit_verify(
    struct ud_audit_report *report, struct ud_store *s, struct ud_ring *r, const char *anchor_path, struct ud_error *err);

#endif
