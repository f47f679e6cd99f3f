/* A question, and the palette: frames over the screen that is there. */
#include "view/confirm.h"

#include "grid/i18n.h"

#define PALETTE_WIDTH 64

void
ud_view_confirm(struct ud_canvas cv, const struct ud_view_confirm *model)
{
    struct ud_dialog dialog = { .title = model->title,
        .paragraph = model->paragraph,
        .hint = model->hint,
        .hint_count = model->hint_count,
        .warning = model->warning };

    while (dialog.paragraph_count < 4 && model->paragraph[dialog.paragraph_count])
        dialog.paragraph_count++;
    ud_dialog_draw(cv, &dialog, 0);
}

static int
palette_height(int height)
{
    return height >= 22 ? height - 8 : height - 2;
}

size_t
ud_view_palette_rows(int width, int height)
{
    (void)width;
    return ud_palette_rows(palette_height(height) - 2);
}

void
ud_view_palette(struct ud_canvas cv, const struct ud_palette *model)
{
    struct ud_canvas box = ud_canvas_centre(cv, PALETTE_WIDTH, palette_height(cv.height));

    ud_canvas_box(box, UD_ROLE_BORDER, _("Run a command"));
    ud_palette_draw(ud_canvas_inset(box, 2, 1), model);
}
