/* What every main does first: clean environment, file descriptors 0-2 open, umask, no core, not dumpable, and the sandbox. */
#ifndef UD_BASE_PROCESS_H
#define UD_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* First statements of main: umask 077, fds 0-2 guaranteed, core limit 0, not dumpable (read back), environment rebuilt from the
 * allow-list TERM LANG LC_* LANGUAGE TZ HOME USER LOGNAME SSH_* TMUX TMUX_PANE STY COLORTERM NO_COLOR XDG_* (and UD_SEAM_* in
 * seam builds).
 * PATH gets a fixed value: no program is looked up through it. Values with control characters, locale names with a slash and
 * time zones that name a file are dropped. UD_DENIED where installed setuid or setgid. */
UD_CHECK enum ud_status ud_process_harden(struct ud_error *err);

enum ud_sandbox {
    UD_SANDBOX_UI,        /* no network sockets, no exec, no fork, no ptrace */
    UD_SANDBOX_WORKER,    /* no exec, no opening for writing, no terminal ioctl */
    UD_SANDBOX_FRONT,     /* escrowd's front: network, no exec, no opening for writing */
    UD_SANDBOX_VAULT,     /* escrowd's vault: no inet sockets, no exec */
    UD_SANDBOX_HELPER,    /* small helpers: as UI */
    UD_SANDBOX_VAULT_SQL, /* the vault with PostgreSQL: as VAULT, with inet sockets */
};
/* no-new-privileges and the seccomp filter (deny list with EPERM; deadly calls kill), for this thread and all that come. No kind may
 * start processes. UI opens the connection to syslog first. UD_SANDBOX on failure, which is fatal. */
UD_CHECK enum ud_status ud_process_sandbox(enum ud_sandbox kind, struct ud_error *err);

/* Absolute path of a program beside the running one, else in ../libexec/unlockdesk of its tree, else in UD_LIBEXEC. Never through PATH. UD_NOTFOUND. */
UD_CHECK enum ud_status ud_process_beside(char *out, size_t size, const char *program, struct ud_error *err);

#endif
