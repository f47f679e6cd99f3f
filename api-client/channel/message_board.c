/* The board's entries. */
#include "channel/message_io.h"

void
ud_pack_board(struct ud_packer *p, const struct ud_msg *m)
{
    const struct ud_board_entry *e = &m->u.board.e;

    ud_pack_u8(p, m->u.board.source);
    ud_pack_guid(p, &e->key);
    ud_pack_guid(p, &e->device);
    ud_pack_u8(p, e->kind);
    ud_pack_u8(p, e->state);
    ud_pack_u8(p, e->overdue);
    ud_pack_i64(p, e->shown);
    ud_pack_i64(p, e->asked);
    ud_pack_i64(p, e->due);
    ud_pack_i64(p, e->last_checkin);
    ud_pack_text(p, e->device_name);
    ud_pack_text(p, e->user);
    ud_pack_text(p, e->by);
    ud_pack_text(p, e->message);
}

void
ud_unpack_board(struct ud_unpacker *p, struct ud_msg *m)
{
    struct ud_board_entry *e = &m->u.board.e;

    m->u.board.source = ud_unpack_below(p, UD_SOURCE_MAX);
    ud_unpack_guid(p, &e->key);
    ud_unpack_guid(p, &e->device);
    e->kind = (enum ud_kind)ud_unpack_below(p, UD_KIND_COUNT);
    e->state = (enum ud_board_state)ud_unpack_below(p, UD_BOARD_STATE_COUNT);
    e->overdue = ud_unpack_bool(p);
    e->shown = ud_unpack_i64(p);
    e->asked = ud_unpack_i64(p);
    e->due = ud_unpack_i64(p);
    e->last_checkin = ud_unpack_i64(p);
    ud_unpack_into(p, e->device_name, sizeof(e->device_name));
    ud_unpack_into(p, e->user, sizeof(e->user));
    ud_unpack_into(p, e->by, sizeof(e->by));
    ud_unpack_into(p, e->message, sizeof(e->message));
}
