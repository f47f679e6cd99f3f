/* The clipboard by OSC 52, write-only, for the ticket's text. Never for a recovery key. */
#ifndef UD_TERM_CLIPBOARD_H
#define UD_TERM_CLIPBOARD_H

#include "base/buf.h"
#include "base/error.h"

#define UD_CLIPBOARD_MAX 4096 /* bytes of text */

/* Appends the sequence that asks the terminal to take `text`. UD_INVALID where it is longer than UD_CLIPBOARD_MAX. Nobody
 * answers: say "sent to your terminal". */
UD_CHECK enum ud_status ud_clipboard_write(struct ud_buf *out, const char *text, struct ud_error *err);

#endif
