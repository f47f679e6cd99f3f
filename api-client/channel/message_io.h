/* The primitive values of a packet: little-endian numbers, GUIDs, bytes and text with a length in front. Internal to channel. */
#ifndef UD_CHANNEL_MESSAGE_IO_H
#define UD_CHANNEL_MESSAGE_IO_H

#include "channel/message.h"

#define UD_PACKET_TEXT_MAX 8192u /* bytes of one text */

/* Writes into a packet; `failed` is sticky. */
struct ud_packer {
    uint8_t *at, *end;
    bool failed;
};
void ud_pack_u8(struct ud_packer *p, unsigned v);
void ud_pack_u16(struct ud_packer *p, unsigned v);
void ud_pack_u32(struct ud_packer *p, uint32_t v);
void ud_pack_i64(struct ud_packer *p, int64_t v);
void ud_pack_guid(struct ud_packer *p, const struct ud_guid *id);
void ud_pack_raw(struct ud_packer *p, const void *bytes, size_t length);
/* Length in 16 bits, then the bytes. */
void ud_pack_bytes(struct ud_packer *p, const void *bytes, size_t length);
/* Length in 16 bits, the text, NUL. NULL is sent as "". What is not clean is cleaned. */
void ud_pack_text(struct ud_packer *p, const char *text);
void ud_pack_lines(struct ud_packer *p, const char *text); /* the same, line ends kept */
/* The same for text that must arrive as it is (paths, addresses): fails where it is not clean. */
void ud_pack_exact(struct ud_packer *p, const char *text);

/* Reads from a packet; `failed` is sticky and everything read after it is zero or "". */
struct ud_unpacker {
    const uint8_t *at, *end;
    bool failed;
};
uint8_t ud_unpack_u8(struct ud_unpacker *p);
/* A value below `limit`. */
uint8_t ud_unpack_below(struct ud_unpacker *p, unsigned limit);
bool ud_unpack_bool(struct ud_unpacker *p);
uint16_t ud_unpack_u16(struct ud_unpacker *p);
uint32_t ud_unpack_u32(struct ud_unpacker *p);
int64_t ud_unpack_i64(struct ud_unpacker *p);
void ud_unpack_guid(struct ud_unpacker *p, struct ud_guid *id);
void ud_unpack_raw(struct ud_unpacker *p, void *to, size_t length);
/* Borrowed from the packet; at most `max` bytes. */
const uint8_t *ud_unpack_bytes(struct ud_unpacker *p, size_t *length, size_t max);
const char *ud_unpack_text(struct ud_unpacker *p);
const char *ud_unpack_lines(struct ud_unpacker *p);
/* Copies into a field of `size` bytes; longer text fails. */
void ud_unpack_into(struct ud_unpacker *p, char *to, size_t size);

/* One type of message: who sends it, how its body is written and read. */
typedef void (*ud_pack_body)(struct ud_packer *p, const struct ud_msg *m);
typedef void (*ud_unpack_body)(struct ud_unpacker *p, struct ud_msg *m);
struct ud_message_type {
    enum ud_msg_type type;
    bool from_worker;
    ud_pack_body pack;
    ud_unpack_body unpack;
};
/* The types that the console and the worker send; *count is set. */
const struct ud_message_type *ud_message_requests(size_t *count);
const struct ud_message_type *ud_message_events(size_t *count);

/* Keys that are brought, key packages (message_keep.c). */
void ud_pack_keep(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_keep(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_package(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_package(struct ud_unpacker *p, struct ud_msg *m);
/* Reports (message_report.c). */
void ud_pack_report(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_report(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_report_page(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_report_page(struct ud_unpacker *p, struct ud_msg *m);
/* Approvals and the surge (message_approval.c). */
void ud_pack_approval_ask(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_approval_ask(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_approval_do(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_approval_do(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_board(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_board(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_approval(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_approval(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_approvals_end(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_approvals_end(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_surge_state(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_surge_state(struct ud_unpacker *p, struct ud_msg *m);
/* Typed keys (message_store.c). */
void ud_pack_store(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_store(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_store_info(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_store_info(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_store_request(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_store_request(struct ud_unpacker *p, struct ud_msg *m);
void ud_pack_deposit_key(struct ud_packer *p, const struct ud_msg *m);
void ud_unpack_deposit_key(struct ud_unpacker *p, struct ud_msg *m);

/* Parts that several messages have. */
void ud_pack_disclosure(struct ud_packer *p, const struct ud_disclosure *d);
void ud_unpack_disclosure(struct ud_unpacker *p, struct ud_disclosure *d);
void ud_pack_policy(struct ud_packer *p, const struct ud_policy *policy);
void ud_unpack_policy(struct ud_unpacker *p, struct ud_policy *policy);

#endif
