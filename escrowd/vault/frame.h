/* What requests and replies have in common: the frame around the fields. Private to the vault's codec and link.
 * u32 length of what follows | u32 id | u8 op | u8 code | u32 length of the secret part | fields | secret part */
#ifndef UD_VAULT_FRAME_H
#define UD_VAULT_FRAME_H

#include "escrowd/vault/pack.h"
#include "escrowd/vault/request.h"

#define UD_FRAME_LENGTH 4u
#define UD_FRAME_HEAD   10u

struct ud_frame_head {
    uint32_t id;
    uint8_t op, code;
    uint32_t secret;
};

/* Starts a frame at the end of `out`; returns where, for the end. */
size_t ud_frame_begin(struct ud_pack *p, struct ud_buf *out, struct ud_frame_head *head);
/* Fills in the length. Takes the frame back and returns UD_INVALID where something was too long. */
UD_CHECK enum ud_status ud_frame_end(struct ud_pack *p, size_t start, uint32_t secret, struct ud_error *err);
/* Copies a frame's fields to new memory (*copy, owned by the caller), sets up the packer on it, moves the secret part out. */
UD_CHECK enum ud_status ud_frame_open(struct ud_pack *p, struct ud_frame_head *head, void **copy, struct ud_secret **secret,
    const uint8_t *bytes, size_t length, struct ud_error *err);
/* The descriptions. */
void ud_request_fields(struct ud_pack *p, struct ud_vault_request *r);
void ud_reply_fields(struct ud_pack *p, struct ud_vault_reply *r);
void ud_pack_disclosure_fields(struct ud_pack *p, struct ud_disclosure *d);

#endif
