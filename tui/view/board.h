/* The board: recovery keys that were shown and not replaced yet. */
#ifndef UD_VIEW_BOARD_H
#define UD_VIEW_BOARD_H

#include "domain/board.h"
#include "view/chrome.h"
#include "widget/list.h"

struct ud_view_board_row {
    const struct ud_board_entry *entry;
    const char *device, *user; /* as they may be seen */
};

struct ud_view_board {
    const struct ud_view_board_row *row; /* those in sight: row[0] is list.top */
    const struct ud_board_entry *selected;
    struct ud_list list;
    ud_wall now;
    bool loading;      /* nothing is known yet */
    const char *error; /* NULL: none */
};

size_t ud_view_board_rows(int width, int height);
void ud_view_board(struct ud_canvas cv, const struct ud_view_board *model);

#endif
