/* What the fatal-signal handler needs: saved terminal modes, the bytes that undo what was sent, the terminal's permission. The
 * one file with mutable state beside the registry of live secrets. */
#ifndef UD_TERM_RESTORE_H
#define UD_TERM_RESTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include "base/error.h"

#define UD_RESTORE_BYTES 512

/* Remembers; `undo` is cut at UD_RESTORE_BYTES. `mode` is the permission to give back, or -1. */
void ud_restore_save(int fd, const struct termios *modes, const void *undo, size_t undo_length, int mode);
/* Nothing is restored any more. */
void ud_restore_forget(void);
/* Secrets wiped (ud_secret_wipe_all), undo sent (not waiting longer than it takes to try), modes and permission back.
 * Async-signal-safe. */
void ud_restore_now(void);
/* Handlers for SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGQUIT on an alternate stack: ud_restore_now, then
 * the signal again with its default action. */
UD_CHECK enum ud_status ud_restore_install(struct ud_error *err);

#endif
