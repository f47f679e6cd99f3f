/* GET /escrow/v1/board: {"value":[…],"more":bool}, both directions (doc/protocol.md). */
#ifndef UD_WIRE_BOARD_H
#define UD_WIRE_BOARD_H

#include "domain/board.h"
#include "wire/json_writer.h"

/* One object of `value`. */
void ud_wire_board_write(struct ud_json_writer *w, const struct ud_board_entry *e);
/* Calls `each` for every entry, in order; *more: the service has more than it told. More than UD_BOARD_MAX, an unknown kind or state: UD_MALFORMED. */
UD_CHECK enum ud_status ud_wire_board_decode(bool *more, void (*each)(const struct ud_board_entry *e, void *arg), void *arg,
    const void *body, size_t length, struct ud_error *err);

#endif
