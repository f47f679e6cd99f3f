/* Saved terminal modes and the fatal-signal handler. Mutable state on purpose: a handler can be handed nothing. Everything the
 * handler does is async-signal-safe. */
#include "term/restore.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"

#define HANDLER_STACK (64 * 1024)

static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios modes;
    int mode;
    size_t length;
    char undo[UD_RESTORE_BYTES];
    char stack[HANDLER_STACK];
} saved;

void
ud_restore_save(int fd, const struct termios *modes, const void *undo, size_t undo_length, int mode)
{
    saved.armed = 0;
    saved.fd = fd;
    saved.modes = *modes;
    saved.mode = mode;
    saved.length = undo_length < sizeof(saved.undo) ? undo_length : sizeof(saved.undo);
    if (saved.length > 0)
        memcpy(saved.undo, undo, saved.length);
    saved.armed = 1;
}

void
ud_restore_forget(void)
{
    saved.armed = 0;
}

void
ud_restore_now(void)
{
    int error = errno;
    size_t at = 0;

    ud_secret_wipe_all();
    if (!saved.armed)
        goto out;
    saved.armed = 0;
    while (at < saved.length) {
        ssize_t n = write(saved.fd, saved.undo + at, saved.length - at);

        if (n <= 0)
            break;
        at += (size_t)n;
    }
    tcsetattr(saved.fd, TCSANOW, &saved.modes);
    if (saved.mode >= 0 && fchmod(saved.fd, (mode_t)saved.mode) != 0)
        saved.mode = -1;
out:
    errno = error;
}

static void
on_fatal(int sig)
{
    ud_restore_now();
    signal(sig, SIG_DFL);
    raise(sig);
}

enum ud_status
ud_restore_install(struct ud_error *err)
{
#ifdef UD_SANITIZED /* the sanitizer reports these itself */
    static const int fatal[] = { SIGSYS, SIGTRAP, SIGQUIT };
#else
    static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGQUIT };
    stack_t stack = { .ss_sp = saved.stack, .ss_size = sizeof(saved.stack) };

    if (sigaltstack(&stack, NULL) != 0)
        return ud_error_errno(err, "stack of the crash handler");
#endif
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++) {
        struct sigaction action = { .sa_handler = on_fatal, .sa_flags = SA_ONSTACK };
        struct sigaction there;

        if (sigaction(fatal[i], NULL, &there) == 0 && there.sa_handler != SIG_DFL)
            continue; /* somebody knows better what to do about it */
        if (sigaction(fatal[i], &action, NULL) != 0)
            return ud_error_errno(err, "crash handler");
    }
    return UD_OK;
}
