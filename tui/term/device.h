/* The terminal as a file: raw mode and back, its size, its permissions, and a queue of bytes that is sent without ever
 * blocking. Saved modes lie in term/restore.c, which the fatal-signal handler uses. */
#ifndef UD_TERM_DEVICE_H
#define UD_TERM_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct ud_tty;

/* Takes over the terminal on `fd` (own open of its path, so that O_NONBLOCK does not leak to other programs). UD_NOTTY where
 * it is none. Removes group and other write permission (remembered for close). */
UD_CHECK enum ud_status ud_tty_open(struct ud_tty **out, int fd, struct ud_error *err);
/* Sends nothing. Restores modes and permission, closes. */
void ud_tty_free(struct ud_tty **tty);
int ud_tty_fd(const struct ud_tty *tty);

/* Raw mode on, and what to send on a crash (`undo`, from ud_encoder_stop) into the saved-modes file; installs the fatal-signal
 * handlers. */
UD_CHECK enum ud_status ud_tty_raw(struct ud_tty *tty, const struct ud_buf *undo, struct ud_error *err);
/* Modes as they were (before suspend, at the end). ud_tty_raw goes back. */
void ud_tty_cooked(struct ud_tty *tty);
/* Columns and rows; 80x24 where the terminal says 0, clamped to UD_GRID_MAX. */
void ud_tty_size(const struct ud_tty *tty, int *width, int *height);

/* Appends to the queue (encode into it directly) and sends as much as the terminal takes. UD_IO: the terminal is gone. */
struct ud_buf *ud_tty_queue(struct ud_tty *tty);
UD_CHECK enum ud_status ud_tty_send(struct ud_tty *tty, struct ud_error *err);
/* Bytes not taken yet: poll for POLLOUT and call ud_tty_send. */
size_t ud_tty_pending(const struct ud_tty *tty);
/* Reads what is there: count, 0 for nothing now, -1 for end of file or error (the terminal is gone). */
ssize_t ud_tty_read(struct ud_tty *tty, void *out, size_t size);
/* Drops input that has arrived but was not read. */
void ud_tty_flush_input(struct ud_tty *tty);

#endif
