/* Choices taken by their digit. */
#ifndef UD_WIDGET_CHOICE_H
#define UD_WIDGET_CHOICE_H

#include "grid/canvas.h"
#include "grid/key.h"

#define UD_CHOICE_NONE ((size_t)-1)

/* Index for a typed digit: '1' is 0 … '9' is 8, '0' is 9; from eleven on letters a, b, c. UD_CHOICE_NONE where it names none. */
size_t ud_choice_of(const struct ud_key_event *key, size_t count);
/* The character that chooses `index`. */
char ud_choice_digit(size_t index);
/* Rows the block takes at this width (several columns where they fit). */
int ud_choice_rows(int width, const char *const *text, size_t count);
/* Draws the block; `chosen` (or UD_CHOICE_NONE) carries a mark beside its colour. `focus`: the cursor sits on it. */
void ud_choice_draw(struct ud_canvas cv, const char *const *text, size_t count, size_t chosen, bool focus);

#endif
