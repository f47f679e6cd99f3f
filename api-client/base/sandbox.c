/* The sandbox: no new privileges, and a seccomp deny list for each kind of process. Deny lists, because libc's choice of calls
 * changes from release to release; what no program of ours ever calls kills instead of failing. */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <syslog.h>
#include <termios.h>
#ifdef UD_SANITIZED
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

/* Kinds as bits, so that one row can name several. */
#define UI     (1u << UD_SANDBOX_UI)
#define WORKER (1u << UD_SANDBOX_WORKER)
#define FRONT  (1u << UD_SANDBOX_FRONT)
#define VAULT  (1u << UD_SANDBOX_VAULT)
#define HELPER (1u << UD_SANDBOX_HELPER)
#define SQL    (1u << UD_SANDBOX_VAULT_SQL)
#define EVERY  (UI | WORKER | FRONT | VAULT | HELPER | SQL)
#define QUIET  (UI | HELPER)    /* no network at all */
#define READER (WORKER | FRONT) /* writes no file */

struct deny {
    const char *call;
    unsigned kinds;
};

/* No program of ours makes these: one that does has been taken over. */
static const struct deny deadly[] = {
#ifndef UD_SANITIZED /* the leak checker stops its own threads with ptrace */
    { "ptrace", EVERY },
#endif
    { "process_vm_readv", EVERY },
    { "process_vm_writev", EVERY },
    { "kexec_load", EVERY },
    { "kexec_file_load", EVERY },
    { "init_module", EVERY },
    { "finit_module", EVERY },
    { "delete_module", EVERY },
    { "mount", EVERY },
    { "umount2", EVERY },
    { "pivot_root", EVERY },
    { "reboot", EVERY },
    { "swapon", EVERY },
    { "swapoff", EVERY },
    { "bpf", EVERY },
};

static const struct deny refused[] = {
    { "execve", EVERY },
    { "execveat", EVERY },
    { "chroot", EVERY },
    { "unshare", EVERY },
    { "setns", EVERY },
    { "move_mount", EVERY },
    { "open_tree", EVERY },
    { "mount_setattr", EVERY },
    { "fsopen", EVERY },
    { "fsconfig", EVERY },
    { "fsmount", EVERY },
    { "fspick", EVERY },
    { "open_by_handle_at", EVERY },
    { "pidfd_getfd", EVERY },
    { "process_madvise", EVERY },
    { "kcmp", EVERY },
    { "keyctl", EVERY },
    { "add_key", EVERY },
    { "request_key", EVERY },
    { "perf_event_open", EVERY },
    { "userfaultfd", EVERY },
    { "io_uring_setup", EVERY },
    { "io_uring_enter", EVERY },
    { "io_uring_register", EVERY },
    { "acct", EVERY },
    { "quotactl", EVERY },
    { "settimeofday", EVERY },
    { "clock_settime", EVERY },
    { "sethostname", EVERY },
    { "setdomainname", EVERY },
    { "setuid", UI | WORKER | HELPER },
    { "setgid", UI | WORKER | HELPER },
    { "setresuid", UI | WORKER | HELPER },
    { "setresgid", UI | WORKER | HELPER },
    { "setgroups", UI | WORKER | HELPER },
    { "fork", EVERY },
    { "vfork", EVERY },
    { "socket", QUIET },
    { "connect", QUIET },
    { "bind", QUIET },
    { "listen", QUIET },
    { "accept", QUIET },
    { "accept4", QUIET },
    { "creat", READER },
    { "truncate", READER },
    { "rename", READER },
    { "renameat", READER },
    { "renameat2", READER },
    { "unlink", READER },
    { "unlinkat", READER },
    { "mkdir", READER },
    { "mkdirat", READER },
    { "rmdir", READER },
    { "mknod", READER },
    { "mknodat", READER },
    { "link", READER },
    { "linkat", READER },
    { "symlink", READER },
    { "symlinkat", READER },
    { "chmod", READER },
    { "fchmodat", READER },
    { "chown", READER },
    { "lchown", READER },
    { "fchownat", READER },
    { "setxattr", READER },
    { "lsetxattr", READER },
    { "removexattr", READER },
};

/* libc falls back to the older call, whose arguments a filter can see. */
static const struct deny missing[] = {
    { "clone3", EVERY },
    { "openat2", READER },
};

/* Requests that reach a terminal; the worker has none, and nobody may type into one. */
static const unsigned terminal_requests[] = { TCGETS, TCSETS, TCSETSW, TCSETSF, TCSBRK, TCXONC, TCFLSH, TIOCGWINSZ, TIOCSWINSZ,
    TIOCSCTTY, TIOCNOTTY, TIOCGPGRP, TIOCSPGRP, TIOCGSID, TIOCSETD, TIOCCONS, TIOCMGET, TIOCEXCL, TIOCNXCL, TIOCOUTQ };
static const unsigned injecting_requests[] = { TIOCSTI, 0x541C /* TIOCLINUX: pastes the console's selection */ };

/* Adds a rule for a call by name. Calls this architecture does not have need no rule. */
static int
add(scmp_filter_ctx ctx, uint32_t action, const char *call, unsigned count, const struct scmp_arg_cmp *arg)
{
    int number = seccomp_syscall_resolve_name(call);

    if (number == __NR_SCMP_ERROR)
        return 0;
    return seccomp_rule_add_array(ctx, action, number, count, arg);
}

static int
add_rows(scmp_filter_ctx ctx, uint32_t action, const struct deny *row, size_t count, enum ud_sandbox kind)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        if ((row[i].kinds & 1u << kind) != 0)
            rc = add(ctx, action, row[i].call, 0, NULL);
    }
    return rc;
}

static int
add_ioctls(scmp_filter_ctx ctx, const unsigned *request, size_t count)
{
    int rc = 0;

    for (size_t i = 0; i < count && rc == 0; i++) {
        /* The kernel looks at 32 bits only: so does the rule. */
        struct scmp_arg_cmp arg = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xFFFFFFFFu, request[i]);
        rc = add(ctx, SCMP_ACT_ERRNO(EPERM), "ioctl", 1, &arg);
    }
    return rc;
}

/* open() and openat() with any flag that writes, makes or empties. */
static int
add_no_writing(scmp_filter_ctx ctx)
{
    static const struct {
        scmp_datum_t mask, value;
    } writes[] = { { O_ACCMODE, O_WRONLY }, { O_ACCMODE, O_RDWR }, { O_ACCMODE, O_ACCMODE }, { O_CREAT, O_CREAT },
        { O_TRUNC, O_TRUNC } };
    int rc = 0;

    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]) && rc == 0; i++) {
        struct scmp_arg_cmp second = SCMP_A1(SCMP_CMP_MASKED_EQ, writes[i].mask, writes[i].value);
        struct scmp_arg_cmp third = SCMP_A2(SCMP_CMP_MASKED_EQ, writes[i].mask, writes[i].value);
        rc = add(ctx, SCMP_ACT_ERRNO(EPERM), "open", 1, &second);
        if (rc == 0)
            rc = add(ctx, SCMP_ACT_ERRNO(EPERM), "openat", 1, &third);
    }
    return rc;
}

static int
add_arguments(scmp_filter_ctx ctx, enum ud_sandbox kind)
{
    int rc = add_ioctls(ctx, injecting_requests, sizeof(injecting_requests) / sizeof(injecting_requests[0]));

#ifndef UD_SANITIZED /* the leak checker clones a tracer */
    struct scmp_arg_cmp no_thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0);
    if (rc == 0)
        rc = add(ctx, SCMP_ACT_ERRNO(EPERM), "clone", 1, &no_thread);
#endif
    struct scmp_arg_cmp not_unix = SCMP_A0(SCMP_CMP_NE, AF_UNIX, 0);
    if (rc == 0 && kind == UD_SANDBOX_VAULT)
        rc = add(ctx, SCMP_ACT_ERRNO(EPERM), "socket", 1, &not_unix);
    if (rc == 0 && (kind == UD_SANDBOX_WORKER || kind == UD_SANDBOX_FRONT))
        rc = add_no_writing(ctx);
    if (rc == 0 && kind == UD_SANDBOX_WORKER)
        rc = add_ioctls(ctx, terminal_requests, sizeof(terminal_requests) / sizeof(terminal_requests[0]));
    return rc;
}

static int
build(scmp_filter_ctx ctx, enum ud_sandbox kind)
{
    int rc = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);

    if (rc == 0)
        rc = add_rows(ctx, SCMP_ACT_KILL_PROCESS, deadly, sizeof(deadly) / sizeof(deadly[0]), kind);
    if (rc == 0)
        rc = add_rows(ctx, SCMP_ACT_ERRNO(EPERM), refused, sizeof(refused) / sizeof(refused[0]), kind);
    if (rc == 0)
        rc = add_rows(ctx, SCMP_ACT_ERRNO(ENOSYS), missing, sizeof(missing) / sizeof(missing[0]), kind);
    return rc == 0 ? add_arguments(ctx, kind) : rc;
}

enum ud_status
ud_process_sandbox(enum ud_sandbox kind, struct ud_error *err)
{
    scmp_filter_ctx ctx = NULL;
    int rc = -1;

    if (kind == UD_SANDBOX_UI)
        openlog("unlockdesk", LOG_PID | LOG_NDELAY, LOG_AUTHPRIV); /* checkpoints go there; no socket can be made later */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return ud_error_set(err, UD_SANDBOX, "The kernel refused \"no new privileges\"");
    ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (ctx != NULL)
        rc = build(ctx, kind);
    if (rc == 0)
        rc = seccomp_load(ctx);
    seccomp_release(ctx);
#ifdef UD_SANITIZED
    if (rc != 0 && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL) != 0 && errno == ENOSYS)
        rc = 0; /* a checker that does not know the call; a release never goes on without it */
#endif
    if (rc == 0)
        return UD_OK;
    ud_error_set(err, UD_SANDBOX, "The system-call filter could not be switched on (error %d)", -rc);
    ud_error_hint(err, "The kernel needs CONFIG_SECCOMP_FILTER; nothing is shown without it.");
    return UD_SANDBOX;
}
