/* Frames to bytes. curses draws into a memory file of ours and never sees the terminal, a key or a secret: reserved cells
 * (UD_CELL_SECRET) are blanks to it. The bytes are the caller's to send (term/device.h), whole and in order; never encode a
 * frame while bytes of the last one are unsent. One encoder a process. */
#ifndef UD_TERM_ENCODER_H
#define UD_TERM_ENCODER_H

#include "base/buf.h"
#include "base/error.h"
#include "grid/grid.h"
#include "term/theme.h"

struct ud_encoder;

enum ud_color_when { UD_COLOR_AUTO, UD_COLOR_ALWAYS, UD_COLOR_NEVER };

/* For a terminal type (the value of TERM, may be NULL) and a size. Call setlocale (a UTF-8 one) before and the sandbox after.
 * UD_NOTTY where the type is unset, unknown, or cannot address the cursor, with a sentence. `theme` is copied. `no_color`:
 * NO_COLOR is set; it counts where `when` is AUTO. */
UD_CHECK enum ud_status ud_encoder_new(struct ud_encoder **out, const char *term, int width, int height,
    const struct ud_theme *theme, enum ud_color_when when, bool no_color, struct ud_error *err);
void ud_encoder_free(struct ud_encoder **enc);

/* Does the terminal have an alternate screen? Without one no key is shown (SR-22). */
bool ud_encoder_alternate(const struct ud_encoder *enc);
enum ud_depth ud_encoder_depth(const struct ud_encoder *enc);
void ud_encoder_theme(struct ud_encoder *enc, const struct ud_theme *theme); /* the next frame repaints everything */

/* What is sent first (alternate screen, application keys, bracketed paste) and last (all of it undone, cursor shown). */
void ud_encoder_start(struct ud_encoder *enc, struct ud_buf *out);
void ud_encoder_stop(struct ud_encoder *enc, struct ud_buf *out);
/* The terminal has a new size: the next frame repaints everything. */
void ud_encoder_resize(struct ud_encoder *enc, int width, int height);
/* The terminal's content is unknown: the next frame repaints everything. */
void ud_encoder_forget(struct ud_encoder *enc);
/* Appends the bytes that turn the last frame into this one; none where nothing changed. The grid must have the encoder's size. */
UD_CHECK enum ud_status ud_encoder_frame(
    struct ud_encoder *enc, struct ud_buf *out, const struct ud_grid *grid, struct ud_error *err);
/* Did the last frame send anything to a row of this rectangle (so that what was painted there must be painted again)? */
bool ud_encoder_touched(const struct ud_encoder *enc, struct ud_rect rect);

/* For the painter. What comes before its bytes: the terminal's style is plain afterwards, and curses knows it. */
void ud_encoder_begin(struct ud_encoder *enc, struct ud_buf *out);
/* Goes to a cell. */
void ud_encoder_move(struct ud_encoder *enc, struct ud_buf *out, int x, int y);
/* Puts a role's style on; it stays until ud_encoder_plain. */
void ud_encoder_style(struct ud_encoder *enc, struct ud_buf *out, enum ud_role role);
void ud_encoder_plain(struct ud_encoder *enc, struct ud_buf *out);
/* Back to where the last frame left the cursor. */
void ud_encoder_back(struct ud_encoder *enc, struct ud_buf *out);

#endif
