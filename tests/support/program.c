#include "tests/support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

const char *
ud_build_dir(void)
{
    const char *dir = getenv("UD_BUILD");

    return dir != NULL ? dir : "build";
}

void
ud_build_path(char *out, size_t size, const char *program)
{
    (void)snprintf(out, size, "%s/%s", ud_build_dir(), program);
}

static double
now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
child(const char *const *argv, int in, int out, int err)
{
    char path[1024];

    if (strchr(argv[0], '/') != NULL)
        (void)snprintf(path, sizeof(path), "%s", argv[0]);
    else
        ud_build_path(path, sizeof(path), argv[0]);
    (void)setsid();
    (void)dup2(in, 0);
    (void)dup2(out, 1);
    (void)dup2(err, 2);
    (void)execv(path, (char *const *)(unsigned long)argv);
    fprintf(stderr, "%s cannot be started: %s\n", path, strerror(errno));
    _exit(127);
}

static bool
take(int *fd, char *to, size_t *used)
{
    ssize_t n = read(*fd, to + *used, UD_PROGRAM_OUT - 1 - *used);

    if (n > 0) {
        *used += (size_t)n;
        return true;
    }
    (void)close(*fd);
    *fd = -1;
    return false;
}

static void
give_input(int fd, const char *input)
{
    if (input != NULL && write(fd, input, strlen(input)) < 0)
        fprintf(stderr, "the program did not read its input\n");
    (void)close(fd);
}

void
ud_program_run(struct ud_program *p, const char *const *argv, const char *input, unsigned seconds)
{
    int in[2], out[2], err[2];
    double deadline = now() + seconds;

    memset(p, 0, sizeof(*p));
    p->out = calloc(1, UD_PROGRAM_OUT);
    p->err = calloc(1, UD_PROGRAM_OUT);
    if (p->out == NULL || p->err == NULL || pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0)
        fail_msg("no memory or no pipe");
    pid_t pid = fork();
    if (pid == 0)
        child(argv, in[0], out[1], err[1]);
    (void)close(in[0]);
    (void)close(out[1]);
    (void)close(err[1]);
    (void)signal(SIGPIPE, SIG_IGN);
    give_input(in[1], input);
    while (out[0] >= 0 || err[0] >= 0) {
        struct pollfd w[2] = { { out[0], POLLIN, 0 }, { err[0], POLLIN, 0 } };
        int left = (int)((deadline - now()) * 1000);
        if (left <= 0 || poll(w, 2, left) == 0) {
            (void)kill(-pid, SIGKILL);
            (void)waitpid(pid, NULL, 0);
            fail_msg("%s %s did not end in %u s; it said: %s", argv[0], argv[1] != NULL ? argv[1] : "", seconds, p->err);
        }
        if (out[0] >= 0 && (w[0].revents & (POLLIN | POLLHUP)) != 0)
            (void)take(&out[0], p->out, &p->out_length);
        if (err[0] >= 0 && (w[1].revents & (POLLIN | POLLHUP)) != 0)
            (void)take(&err[0], p->err, &p->err_length);
    }
    int status = 0;
    (void)waitpid(pid, &status, 0);
    p->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
ud_program_free(struct ud_program *p)
{
    free(p->out);
    free(p->err);
    memset(p, 0, sizeof(*p));
}
