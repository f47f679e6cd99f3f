/* Packets: header and dispatch. The bodies are in message_request.c and message_event.c. */
#include "channel/message.h"

#include <string.h>

#include "channel/message_io.h"

#define VERSION 1

/* type, version, secret length, request, body length, zero */
_Static_assert(1 + 1 + 2 + 4 + 4 + 4 == UD_PACKET_HEADER, "the header is as long as it says");

static const struct ud_message_type *
find_type(unsigned type)
{
    size_t requests, events;
    const struct ud_message_type *request = ud_message_requests(&requests), *event = ud_message_events(&events);

    for (size_t i = 0; i < requests; i++)
        if (request[i].type == type)
            return &request[i];
    for (size_t i = 0; i < events; i++)
        if (event[i].type == type)
            return &event[i];
    return NULL;
}

/* Where the body begins. */
static size_t
body_at(bool from_worker)
{
    return from_worker ? UD_PACKET_HEADER : UD_PACKET_HEADER + UD_PACKET_SECRET;
}

enum ud_status
ud_message_encode(uint8_t *packet, size_t *length, const struct ud_msg *m, struct ud_error *err)
{
    const struct ud_message_type *t = find_type(m->type);

    *length = 0;
    if (t == NULL)
        return ud_error_set(err, UD_INVALID, "there is no message of this type");
    size_t start = body_at(t->from_worker);
    struct ud_packer body = { packet + start, packet + UD_PACKET_MAX, false };
    t->pack(&body, m);
    if (body.failed)
        return ud_error_set(
            err, UD_INVALID, "the request cannot be sent: a text is too long, or has characters that cannot be used");
    struct ud_packer head = { packet, packet + UD_PACKET_HEADER, false };
    ud_pack_u8(&head, m->type);
    ud_pack_u8(&head, VERSION);
    ud_pack_u16(&head, 0);
    ud_pack_u32(&head, m->request);
    ud_pack_u32(&head, (uint32_t)((size_t)(body.at - packet) - start));
    ud_pack_u32(&head, 0);
    memset(packet + UD_PACKET_HEADER, 0, start - UD_PACKET_HEADER);
    *length = (size_t)(body.at - packet);
    return UD_OK;
}

static enum ud_status
refused(struct ud_error *err, const char *what)
{
    return ud_error_set(err, UD_MALFORMED, "the other process sent a message that is not valid: %s", what);
}

enum ud_status
ud_message_decode(struct ud_msg *m, const uint8_t *packet, size_t length, bool from_worker, struct ud_error *err)
{
    size_t start = body_at(from_worker);

    if (length < start || length > UD_PACKET_MAX)
        return refused(err, "its length");
    struct ud_unpacker head = { packet, packet + UD_PACKET_HEADER, false };
    const struct ud_message_type *t = find_type(ud_unpack_u8(&head));
    unsigned version = ud_unpack_u8(&head), secret = ud_unpack_u16(&head);
    uint32_t request = ud_unpack_u32(&head), body_length = ud_unpack_u32(&head), zero = ud_unpack_u32(&head);
    if (t == NULL || version != VERSION || t->from_worker != from_worker || zero != 0)
        return refused(err, "its type");
    if (body_length != length - start || secret > UD_PACKET_SECRET || (secret > 0 && t->type != UD_MSG_RESUME))
        return refused(err, "its length");
    struct ud_unpacker body = { packet + start, packet + length, false };
    m->type = t->type;
    m->request = request;
    t->unpack(&body, m);
    if (body.failed)
        return refused(err, "its content");
    if (body.at != body.end)
        return refused(err, "there is more than it should have");
    return UD_OK;
}
