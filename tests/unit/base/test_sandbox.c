/* Each promise of each kind of sandbox, tried in a child. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/process.h"
#include "base/seal.h"
#include "tests/unit/base/child.h"

typedef int (*attempt)(void); /* 0 or more: it worked; -1: errno says why not */

static int
try_inet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int
try_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static int
try_connect(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(1), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

    return connect(0, (struct sockaddr *)&a, sizeof(a));
}

static int
try_exec(void)
{
    char *argv[] = { NULL };

    return execve("/bin/true", argv, argv);
}

static int
try_execveat(void)
{
    return (int)syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0);
}

#ifndef UD_SANITIZED
static int
try_fork(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid;
}
#endif

#ifndef UD_SANITIZED
static int
try_clone3(void)
{
    return (int)syscall(SYS_clone3, NULL, (size_t)0);
}
#endif

static int
try_open_write(void)
{
    return open("/dev/null", O_WRONLY);
}

static int
try_open_read_write(void)
{
    return open("/dev/null", O_RDWR);
}

static int
try_truncate(void)
{
    return open("/dev/null", O_RDONLY | O_TRUNC);
}

static int
try_create(void)
{
    int fd = open("/tmp/ud-sandbox-test", O_RDONLY | O_CREAT, 0600);

    if (fd >= 0)
        unlink("/tmp/ud-sandbox-test");
    return fd;
}

static int
try_unlink(void)
{
    return unlink("/tmp/ud-sandbox-none");
}

static int
try_mkdir(void)
{
    return mkdir("/tmp/ud-sandbox-none/x", 0700);
}

static int
try_open_read(void)
{
    return open("/dev/null", O_RDONLY);
}

static int
try_terminal(void)
{
    struct termios t;

    return tcgetattr(0, &t);
}

static int
try_typing(void)
{
    return ioctl(0, TIOCSTI, "x");
}

/* The kernel looks at 32 bits of the request; a filter that compares 64 is walked around. */
static int
try_typing_with_high_bits(void)
{
    return (int)syscall(SYS_ioctl, 0, 0x100000000ul | TIOCSTI, "x");
}

static int
try_keyring(void)
{
    return (int)syscall(SYS_keyctl, 0, 0, 0, 0, 0);
}

static int
try_io_uring(void)
{
    return (int)syscall(SYS_io_uring_setup, 1, NULL);
}

static int
try_userfaultfd(void)
{
    return (int)syscall(SYS_userfaultfd, 0);
}

static int
try_unshare(void)
{
    return unshare(CLONE_NEWUSER);
}

static int
try_perf(void)
{
    return (int)syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);
}

#ifndef UD_SANITIZED
static int
try_ptrace(void)
{
    return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}
#endif

static int
try_reading_memory(void)
{
    return (int)process_vm_readv(getpid(), NULL, 0, NULL, 0, 0);
}

static int
try_mount(void)
{
    return (int)syscall(SYS_mount, "", "", "", 0, NULL);
}

static int
try_bpf(void)
{
    return (int)syscall(SYS_bpf, 0, NULL, 0);
}

static int
try_kexec(void)
{
    return (int)syscall(SYS_kexec_load, 0, 0, NULL, ~0ul); /* flags that no kernel takes */
}

static int
try_module(void)
{
    return (int)syscall(SYS_init_module, NULL, 0, NULL);
}

struct trial {
    enum ud_sandbox kind;
    attempt f;
    int want; /* errno, or 0: not EPERM */
};

static int
run_trial(void *arg)
{
    const struct trial *t = arg;

    if (ud_process_sandbox(t->kind, NULL) != UD_OK)
        return 100;
    errno = 0;
    int rc = t->f();
    if (t->want == 0)
        return rc < 0 && errno == EPERM;
    return rc >= 0 || errno != t->want;
}

static void
check(const struct trial *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trial one = t[i];
        int code = exit_code_of(run_trial, &one);
        if (code != 0)
            fail_msg("trial %zu of kind %d: %d", i, (int)one.kind, code);
    }
}

static void
no_kind_can_start_a_program_or_reach_the_kernels_dark_corners(void **state)
{
    static const attempt refused[] = { try_exec, try_execveat, try_typing, try_typing_with_high_bits, try_keyring, try_io_uring,
        try_userfaultfd, try_unshare, try_perf };

    (void)state;
    for (unsigned kind = UD_SANDBOX_UI; kind <= UD_SANDBOX_VAULT_SQL; kind++) {
        for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
            struct trial t = { (enum ud_sandbox)kind, refused[i], EPERM };
            check(&t, 1);
        }
#ifndef UD_SANITIZED
        struct trial fork_ = { (enum ud_sandbox)kind, try_fork, EPERM }, clone3_ = { (enum ud_sandbox)kind, try_clone3, ENOSYS };
        check(&fork_, 1);
        check(&clone3_, 1);
#endif
    }
}

static void
deadly_calls_kill(void **state)
{
    static const attempt deadly[] = { try_reading_memory, try_mount, try_bpf, try_kexec, try_module };

    (void)state;
    for (unsigned kind = UD_SANDBOX_UI; kind <= UD_SANDBOX_VAULT_SQL; kind++) {
        for (size_t i = 0; i < sizeof(deadly) / sizeof(deadly[0]); i++) {
            struct trial t = { (enum ud_sandbox)kind, deadly[i], 0 };
            assert_int_equal(signal_of(run_trial, &t), SIGSYS);
        }
#ifndef UD_SANITIZED
        struct trial t = { (enum ud_sandbox)kind, try_ptrace, 0 };
        assert_int_equal(signal_of(run_trial, &t), SIGSYS);
#endif
    }
}

static void
the_console_has_no_network(void **state)
{
    static const struct trial trials[] = {
        { UD_SANDBOX_UI, try_inet, EPERM },
        { UD_SANDBOX_UI, try_unix, EPERM },
        { UD_SANDBOX_UI, try_connect, EPERM },
        { UD_SANDBOX_HELPER, try_inet, EPERM },
        { UD_SANDBOX_HELPER, try_unix, EPERM },
        { UD_SANDBOX_UI, try_open_write, 0 },
        { UD_SANDBOX_UI, try_terminal, 0 },
    };

    (void)state;
    check(trials, sizeof(trials) / sizeof(trials[0]));
}

static void
the_worker_writes_no_file_and_has_no_terminal(void **state)
{
    static const struct trial trials[] = {
        { UD_SANDBOX_WORKER, try_open_write, EPERM },
        { UD_SANDBOX_WORKER, try_open_read_write, EPERM },
        { UD_SANDBOX_WORKER, try_truncate, EPERM },
        { UD_SANDBOX_WORKER, try_create, EPERM },
        { UD_SANDBOX_WORKER, try_unlink, EPERM },
        { UD_SANDBOX_WORKER, try_mkdir, EPERM },
        { UD_SANDBOX_WORKER, try_terminal, EPERM },
        { UD_SANDBOX_WORKER, try_open_read, 0 },
        { UD_SANDBOX_WORKER, try_inet, 0 },
        { UD_SANDBOX_FRONT, try_open_write, EPERM },
        { UD_SANDBOX_FRONT, try_create, EPERM },
        { UD_SANDBOX_FRONT, try_unlink, EPERM },
        { UD_SANDBOX_FRONT, try_open_read, 0 },
        { UD_SANDBOX_FRONT, try_inet, 0 },
    };

    (void)state;
    check(trials, sizeof(trials) / sizeof(trials[0]));
}

static void
the_vault_has_unix_sockets_only_unless_its_database_is_remote(void **state)
{
    static const struct trial trials[] = {
        { UD_SANDBOX_VAULT, try_inet, EPERM },
        { UD_SANDBOX_VAULT, try_unix, 0 },
        { UD_SANDBOX_VAULT, try_open_read_write, 0 },
        { UD_SANDBOX_VAULT, try_create, 0 },
        { UD_SANDBOX_VAULT_SQL, try_inet, 0 },
    };

    (void)state;
    check(trials, sizeof(trials) / sizeof(trials[0]));
}

static void *
note_that_it_ran(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

/* What the console needs after its sandbox is on. */
static int
console_at_work(void *arg)
{
    int pair[2], ran = 0;
    pthread_t thread;
    sigset_t set;
    char byte = 0;

    (void)arg;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0 || ud_process_sandbox(UD_SANDBOX_UI, NULL) != UD_OK)
        return 1;
    if (send(pair[0], "x", 1, 0) != 1 || recv(pair[1], &byte, 1, 0) != 1)
        return 2;
    struct iovec iov = { &byte, 1 };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    if (sendmsg(pair[0], &msg, 0) != 1 || recvmsg(pair[1], &msg, 0) != 1)
        return 3;
    if (pthread_create(&thread, NULL, note_that_it_ran, &ran) != 0 || pthread_join(thread, NULL) != 0 || !ran)
        return 4;
    sigemptyset(&set);
    if (signalfd(-1, &set, SFD_CLOEXEC) < 0 || timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC) < 0)
        return 5;
    if (memfd_create("frame", MFD_CLOEXEC) < 0)
        return 6;
    struct ud_secret *s;
    if (ud_seal_init(NULL) != UD_OK || ud_secret_new(&s, 100, NULL) != UD_OK)
        return 7;
    ud_secret_free(&s);
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    return fd >= 0 && write(fd, "x", 1) == 1 && fdatasync(fd) == 0 ? 0 : 8;
}

static void
the_console_can_still_do_its_work(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(console_at_work, NULL), 0);
}

static void *
wait_then_try(void *arg)
{
    int *pipe_end = arg;
    char c;

    if (read(pipe_end[0], &c, 1) != 1)
        return (void *)2;
    errno = 0;
    return (void *)(intptr_t)(try_unix() < 0 && errno == EPERM ? 0 : 1);
}

static int
try_from_an_older_thread(void *arg)
{
    int ends[2];
    pthread_t thread;
    void *result = (void *)3;

    (void)arg;
    if (pipe(ends) != 0 || pthread_create(&thread, NULL, wait_then_try, ends) != 0)
        return 9;
    if (ud_process_sandbox(UD_SANDBOX_UI, NULL) != UD_OK || write(ends[1], "x", 1) != 1)
        return 8;
    pthread_join(thread, &result);
    return (int)(intptr_t)result;
}

static void
threads_that_ran_before_are_held_too(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(try_from_an_older_thread, NULL), 0);
}

#ifdef UD_SANITIZED
static int
sandbox_without_the_call(void *arg)
{
    (void)arg;
    return ud_process_sandbox(UD_SANDBOX_UI, NULL) != UD_OK;
}

static void
under_a_checker_without_seccomp_a_debug_build_goes_on(void **state)
{
    (void)state;
    assert_int_equal(exit_code_of(sandbox_without_the_call, NULL), 0);
}
#endif

int
main(void)
{
#ifdef UD_SANITIZED
    const struct CMUnitTest without[] = {
        cmocka_unit_test(under_a_checker_without_seccomp_a_debug_build_goes_on),
    };

    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, NULL) != 0 && errno == ENOSYS)
        return cmocka_run_group_tests(without, NULL, NULL);
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_kind_can_start_a_program_or_reach_the_kernels_dark_corners),
        cmocka_unit_test(deadly_calls_kill),
        cmocka_unit_test(the_console_has_no_network),
        cmocka_unit_test(the_worker_writes_no_file_and_has_no_terminal),
        cmocka_unit_test(the_vault_has_unix_sockets_only_unless_its_database_is_remote),
        cmocka_unit_test(the_console_can_still_do_its_work),
        cmocka_unit_test(threads_that_ran_before_are_held_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
