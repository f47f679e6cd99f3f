/* The board of keys that were shown and not replaced. Part of the state; see state.h. */
#ifndef UD_APP_BOARD_H
#define UD_APP_BOARD_H

#include "domain/board.h"
#include "widget/list.h"

struct ud_board_item {
    uint8_t source;
    struct ud_board_entry e;
};

struct ud_board {
    struct ud_board_item *item, *coming; /* owned; UD_BOARD_MAX each, NULL until asked */
    size_t count, coming_count;
    uint32_t tag;   /* GET_BOARD under way */
    uint8_t source; /* that is being asked */
    bool known;
    ud_msec next; /* asked again while the screen is open; 0: not */
    struct ud_list list;
    char error[320];
};

#endif
