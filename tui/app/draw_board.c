/* The board's model. */
#include <stdio.h>

#include "app/draw_parts.h"
#include "app/screens.h"
#include "view/board.h"

#define ROWS 200

void
ud_draw_board(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_board_row row[ROWS];
    struct ud_board *b = &app->board;
    struct ud_view_board m = { .row = row, .now = app->wall, .loading = !b->known };

    ud_list_set(&b->list, b->count, ud_view_board_rows(cv.width, cv.height));
    m.list = b->list;
    m.error = b->error[0] != '\0' && b->count == 0 ? b->error : NULL;
    for (size_t i = b->list.top; i < ud_list_end(&b->list) && i - b->list.top < ROWS; i++)
        row[i - b->list.top] = (struct ud_view_board_row){ .entry = &b->item[i].e,
            .device = ud_draw_name(app, b->item[i].e.device_name),
            .user = ud_draw_name(app, b->item[i].e.user) };
    if (b->count > 0)
        m.selected = &b->item[b->list.selected].e;
    ud_view_board(cv, &m);
}
