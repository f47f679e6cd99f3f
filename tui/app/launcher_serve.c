/* The launcher process itself. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launcher_wire.h"
#include "base/process.h"

struct children {
    int worker, watcher;
    struct ud_demo demo;
};

static void
end(int *pid)
{
    if (*pid > 0) {
        (void)kill(*pid, SIGKILL);
        (void)waitpid(*pid, NULL, 0);
    }
    *pid = 0;
}

static void
answer(int to, enum ud_launcher_reply reply, int fd, const struct ud_error *error)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct launcher_answer a = { .reply = reply };
    struct iovec part = { &a, sizeof(a) };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

    if (error != NULL)
        a.error = *error;
    if (fd >= 0) {
        memset(&control, 0, sizeof(control));
        m.msg_control = &control;
        m.msg_controllen = sizeof(control);
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    }
    (void)sendmsg(to, &m, MSG_NOSIGNAL);
}

static enum ud_status
start_worker(struct children *c, int *fd, struct ud_error *err)
{
    char path[512];
    int pair[2];
    enum ud_status st;

    end(&c->worker);
    if ((st = ud_process_beside(path, sizeof(path), "unlockdesk-worker", err)) != UD_OK)
        return st;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return ud_error_errno(err, "A socket for the worker cannot be made");
    for (int i = 0; i < 2; i++) {
        const int size = 1 << 20;
        (void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    }
    st = ud_spawn(&c->worker, path, (char *[]){ (char *)"unlockdesk-worker", NULL }, pair[1], NULL, err);
    (void)close(pair[1]);
    if (st != UD_OK)
        (void)close(pair[0]);
    *fd = pair[0];
    return st;
}

static enum ud_status
start_watcher(struct children *c, int *fd, struct ud_error *err)
{
    int pair[2];

    end(&c->watcher);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return ud_error_errno(err, "A socket for the tmux watcher cannot be made");
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || dup2(pair[1], 3) != 3)
            _exit(1);
        (void)close_range(4, ~0U, 0);
        ud_tmux_watch(3);
        _exit(0);
    }
    (void)close(pair[1]);
    if (child < 0) {
        (void)close(pair[0]);
        return ud_error_errno(err, "The tmux watcher cannot be started");
    }
    c->watcher = child;
    *fd = pair[0];
    return UD_OK;
}

static void
carry_out(int to, struct children *c, const struct launcher_request *r)
{
    struct ud_error err = { 0 };
    enum ud_launcher_reply reply = UD_LAUNCHER_NONE;
    enum ud_status st = UD_OK;
    int fd = -1;

    switch (r->op) {
    case OP_WORKER:
        reply = UD_LAUNCHER_WORKER;
        st = start_worker(c, &fd, &err);
        break;
    case OP_KILL_WORKER:
        end(&c->worker);
        return;
    case OP_WATCHER:
        reply = UD_LAUNCHER_WATCHER;
        st = start_watcher(c, &fd, &err);
        break;
    case OP_APPROVE:
        reply = UD_LAUNCHER_APPROVED;
        st = ud_demo_approve(&c->demo, r->text, &err);
        break;
    case OP_DEMO:
        reply = UD_LAUNCHER_DEMO;
        st = ud_demo_start(&c->demo, r, &err);
        break;
    default:
        return;
    }
    answer(to, st == UD_OK ? reply : UD_LAUNCHER_FAILED, st == UD_OK ? fd : -1, &err);
    if (fd >= 0)
        (void)close(fd);
}

/* No terminal, no inherited descriptors but the socket, which becomes descriptor 3. */
static int
settle(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    (void)setsid();
    for (int i = 0; i < 3 && null >= 0; i++)
        (void)dup2(null, i);
    if (fd != 3) {
        (void)dup2(fd, 3);
        fd = 3;
    }
    (void)fcntl(3, F_SETFD, FD_CLOEXEC);
    (void)close_range(4, ~0U, 0);
    for (int s = 1; s < 32; s++)
        if (s != SIGKILL && s != SIGSTOP && s != SIGCHLD)
            (void)signal(s, s == SIGTERM ? SIG_DFL : SIG_IGN);
    return fd;
}

void
ud_launcher_serve(int fd)
{
    struct children c = { .demo = { .approve_fd = -1 } };
    struct launcher_request r;
    ssize_t n;

    fd = settle(fd);
    for (;;) {
        n = recv(fd, &r, sizeof(r), 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof(r))
            break;
        r.text[sizeof(r.text) - 1] = '\0';
        carry_out(fd, &c, &r);
    }
    end(&c.worker);
    end(&c.watcher);
    ud_demo_stop(&c.demo);
}
