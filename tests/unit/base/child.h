/* Runs a function in a child, for tests of things that kill or change a process. */
#ifndef UD_TESTS_UNIT_BASE_CHILD_H
#define UD_TESTS_UNIT_BASE_CHILD_H

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Wait status of a child that ran `f` and exited with its result. */
static inline int
child_status(int (*f)(void *arg), void *arg)
{
    pid_t pid = fork();

    if (pid < 0)
        abort();
    if (pid == 0) {
        static const int caught[] = { SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGSYS };
        struct rlimit none = { 0, 0 };
        for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
            signal(caught[i], SIG_DFL);
        setrlimit(RLIMIT_CORE, &none);
        _exit(f(arg));
    }
    int status = 0;
    if (waitpid(pid, &status, 0) != pid)
        abort();
    return status;
}

static inline int
exit_code_of(int (*f)(void *arg), void *arg)
{
    int status = child_status(f, arg);

    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static inline int
signal_of(int (*f)(void *arg), void *arg)
{
    int status = child_status(f, arg);

    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

#endif
