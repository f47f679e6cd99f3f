/* The console's side of the launcher. */
#include "app/launcher.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launcher_wire.h"
#include "base/buf.h"
#include "base/clock.h"

#define WAIT_MS      5000
#define DEMO_WAIT_MS 120000

struct ud_launcher {
    int fd;
    pid_t pid;
};

enum ud_status
ud_launcher_start(struct ud_launcher **out, struct ud_error *err)
{
    int fd[2];

    *out = NULL;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fd) != 0)
        return ud_error_errno(err, "The helper that starts processes cannot be reached");
    pid_t pid = fork();
    if (pid < 0)
        return ud_error_errno(err, "The helper that starts processes cannot be started");
    if (pid == 0) {
        (void)close(fd[0]);
        ud_launcher_serve(fd[1]);
        _exit(0);
    }
    (void)close(fd[1]);
    *out = ud_xcalloc(1, sizeof(**out));
    (*out)->fd = fd[0];
    (*out)->pid = pid;
    return UD_OK;
}

void
ud_launcher_free(struct ud_launcher **l)
{
    if (l == NULL || *l == NULL)
        return;
    (void)close((*l)->fd);
    for (int i = 0; i < 200 && waitpid((*l)->pid, NULL, WNOHANG) == 0; i++)
        (void)poll(NULL, 0, 10);
    free(*l);
    *l = NULL;
}

int
ud_launcher_fd(const struct ud_launcher *l)
{
    return l->fd;
}

static enum ud_status
request(struct ud_launcher *l, const struct launcher_request *r, struct ud_error *err)
{
    ssize_t n;

    do
        n = send(l->fd, r, sizeof(*r), MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(*r) ? UD_OK : ud_error_set(err, UD_OFFLINE, "The helper that starts processes has ended");
}

static enum ud_status
ask(struct ud_launcher *l, enum launcher_op op, const char *text, struct ud_error *err)
{
    struct launcher_request r = { .op = op };

    if (text != NULL && !ud_copy(r.text, sizeof(r.text), text))
        return ud_error_set(err, UD_INVALID, "The name is too long");
    return request(l, &r, err);
}

enum ud_status
ud_launcher_ask_worker(struct ud_launcher *l, struct ud_error *err)
{
    return ask(l, OP_WORKER, NULL, err);
}

enum ud_status
ud_launcher_kill_worker(struct ud_launcher *l, struct ud_error *err)
{
    return ask(l, OP_KILL_WORKER, NULL, err);
}

enum ud_status
ud_launcher_ask_watcher(struct ud_launcher *l, struct ud_error *err)
{
    return ask(l, OP_WATCHER, NULL, err);
}

enum ud_status
ud_launcher_approve(struct ud_launcher *l, const char *user_code, struct ud_error *err)
{
    return ask(l, OP_APPROVE, user_code, err);
}

static int
descriptor_of(struct msghdr *m)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    int fd = -1;

    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(c), sizeof(fd));
    return fd;
}

static enum ud_status
receive(struct ud_launcher *l, struct launcher_answer *a, int *fd, int flags)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = { a, sizeof(*a) };
    struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control) };
    ssize_t n;

    *fd = -1;
    do
        n = recvmsg(l->fd, &m, flags | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return UD_NOTFOUND;
    if (n != (ssize_t)sizeof(*a))
        return UD_OFFLINE;
    *fd = descriptor_of(&m);
    return UD_OK;
}

enum ud_status
ud_launcher_take(struct ud_launcher *l, enum ud_launcher_reply *reply, int *fd, struct ud_error *err)
{
    struct launcher_answer a;
    enum ud_status st = receive(l, &a, fd, MSG_DONTWAIT);

    *reply = UD_LAUNCHER_NONE;
    if (st == UD_NOTFOUND)
        return UD_OK;
    if (st != UD_OK)
        return ud_error_set(err, UD_OFFLINE, "The helper that starts processes has ended");
    *reply = a.reply;
    if (a.reply == UD_LAUNCHER_FAILED && err != NULL)
        *err = a.error;
    return UD_OK;
}

static enum ud_status
wait_for(struct ud_launcher *l, enum ud_launcher_reply wanted, int *fd, int limit_ms, struct ud_error *err)
{
    struct launcher_answer a;
    ud_msec deadline = ud_clock_now() + limit_ms;

    for (;;) {
        struct pollfd p = { .fd = l->fd, .events = POLLIN };
        ud_msec left = deadline - ud_clock_now();
        if (left <= 0)
            return ud_error_set(err, UD_TIMEOUT, "The helper that starts processes did not answer in %d s", limit_ms / 1000);
        if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
            return ud_error_errno(err, "Waiting for the helper that starts processes");
        enum ud_status st = receive(l, &a, fd, MSG_DONTWAIT);
        if (st == UD_NOTFOUND)
            continue;
        if (st != UD_OK)
            return ud_error_set(err, UD_OFFLINE, "The helper that starts processes has ended");
        if (a.reply == wanted)
            return UD_OK;
        if (a.reply == UD_LAUNCHER_FAILED) {
            if (err != NULL)
                *err = a.error;
            return a.error.status;
        }
        if (*fd >= 0)
            (void)close(*fd);
    }
}

enum ud_status
ud_launcher_worker(struct ud_launcher *l, int *fd, struct ud_error *err)
{
    enum ud_status st = ud_launcher_ask_worker(l, err);

    return st != UD_OK ? st : wait_for(l, UD_LAUNCHER_WORKER, fd, WAIT_MS, err);
}

enum ud_status
ud_launcher_demo(struct ud_launcher *l, const struct ud_config *c, const char *dir, bool throw_away, struct ud_error *err)
{
    struct launcher_request r = { .op = OP_DEMO, .throw_away = throw_away, .devices = c->demo_devices, .seed = c->demo_seed };
    enum ud_status st;
    int fd;

    (void)ud_copy(r.person, sizeof(r.person), c->demo_person);
    if (!ud_copy(r.text, sizeof(r.text), dir))
        return ud_error_set(err, UD_INVALID, "The directory name is too long: %s", dir);
    if ((st = request(l, &r, err)) != UD_OK)
        return st;
    return wait_for(l, UD_LAUNCHER_DEMO, &fd, DEMO_WAIT_MS, err);
}
