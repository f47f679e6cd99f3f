/* One thread, one poll: requests of the front, finished changes, administrators, signals. */
#include "escrowd/vault/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/process.h"
#include "escrowd/vault/link.h"
#include "escrowd/vault/vault.h"

#define OPEN_MAX_REQUESTS 4096u /* beyond that the socket is not read: the front waits */
#define BATCH_MAX         64u
#define TOGETHER          8u    /* replies in one message to the front */
#define NOTIFY_WAIT       10000 /* ms */

struct process {
    struct ud_vault *vault;
    struct ud_vault_link *link;
    int signals, admin, lock;
    enum ud_status broken; /* of the link */
    bool stop;
    bool more;       /* requests have been read and wait for the next turn */
    unsigned unsent; /* replies queued since the last flush */
    char admin_path[108];
};

static void
answer(const struct ud_vault_reply *reply, void *arg)
{
    struct process *p = arg;

    if (p->broken == UD_OK)
        p->broken = ud_vault_link_reply(p->link, reply, NULL);
    /* A few at a time: the front sends them out while the next ones are looked up. */
    if (p->broken == UD_OK && ++p->unsent >= TOGETHER) {
        p->unsent = 0;
        p->broken = ud_vault_link_flush(p->link, NULL);
    }
}

/* --- what it stands on ------------------------------------------------------------------------------------------------- */

static enum ud_status
take_lock(struct process *p, const struct ud_service_config *c, struct ud_error *err)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char path[512];
    enum ud_status st = ud_service_path(path, sizeof(path), c, "escrowd.lock", err);

    if (st != UD_OK)
        return st;
    if ((p->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
        return ud_error_errno(err, path);
    if (fcntl(p->lock, F_OFD_SETLK, &whole) == 0)
        return UD_OK;
    return ud_error_set(err, UD_BUSY, "Another escrowd serves %s", c->dir);
}

static enum ud_status
admin_address(struct sockaddr_un *a, const struct ud_service_config *c, struct ud_error *err)
{
    char path[512];
    enum ud_status st = ud_service_path(path, sizeof(path), c, UD_FILE_ADMIN, err);

    memset(a, 0, sizeof(*a));
    a->sun_family = AF_UNIX;
    if (st == UD_OK && !ud_copy(a->sun_path, sizeof(a->sun_path), path)) {
        ud_error_set(err, UD_CONFIG, "The path %s is too long for a socket", path);
        return ud_error_hint(err, "Use a directory with a shorter name.");
    }
    return st;
}

static enum ud_status
open_admin(struct process *p, const struct ud_service_config *c, struct ud_error *err)
{
    struct sockaddr_un a;
    enum ud_status st = admin_address(&a, c, err);

    if (st != UD_OK)
        return st;
    if (unlink(a.sun_path) != 0 && errno != ENOENT) /* we hold the lock: whatever is there is left over */
        return ud_error_errno(err, a.sun_path);
    (void)ud_copy(p->admin_path, sizeof(p->admin_path), a.sun_path);
    p->admin = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (p->admin < 0 || bind(p->admin, (struct sockaddr *)&a, sizeof(a)) != 0 || chmod(a.sun_path, 0600) != 0 ||
        listen(p->admin, 8) != 0)
        return ud_error_errno(err, a.sun_path);
    return UD_OK;
}

static enum ud_status
open_signals(struct process *p, struct ud_error *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR || signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        (p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0)
        return ud_error_errno(err, "signals");
    return UD_OK;
}

/* --- events ------------------------------------------------------------------------------------------------------------ */

static enum ud_status
take_requests(struct process *p, struct ud_error *err)
{
    struct ud_vault_request *r = NULL;
    enum ud_status st = UD_OK;

    ud_vault_batch_begin(p->vault);
    for (unsigned i = 0; i < BATCH_MAX && ud_vault_open_requests(p->vault) < OPEN_MAX_REQUESTS &&
                         (st = ud_vault_link_next_request(p->link, &r, err)) == UD_OK;
         i++)
        ud_vault_handle(p->vault, r);
    ud_vault_batch_end(p->vault);
    p->more = st == UD_OK;
    return st == UD_NOTFOUND ? UD_OK : st;
}

static void
reload(struct process *p, int caller)
{
    struct ud_error err = { 0 };
    enum ud_status st = ud_vault_reload(p->vault, &err);
    char text[400];
    int n = snprintf(text, sizeof(text), "%s\n", st == UD_OK ? "ok" : err.message);

    if (st != UD_OK)
        fprintf(stderr, "escrowd: %s\n", err.message);
    if (caller >= 0 && send(caller, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        fprintf(stderr, "escrowd: an administrator's command did not wait for its answer\n");
}

static void
take_admin(struct process *p)
{
    struct ucred who = { .uid = (uid_t)-1 };
    socklen_t length = sizeof(who);
    int fd = accept4(p->admin, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        return;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) == 0 && (who.uid == 0 || who.uid == geteuid()))
        reload(p, fd);
    close(fd);
}

static void
take_signal(struct process *p)
{
    struct signalfd_siginfo s;

    if (read(p->signals, &s, sizeof(s)) != (ssize_t)sizeof(s))
        return;
    if (s.ssi_signo == SIGHUP)
        reload(p, -1);
    else
        p->stop = true;
}

static enum ud_status
loop(struct process *p, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    while (st == UD_OK && !p->stop) {
        bool full = ud_vault_open_requests(p->vault) >= OPEN_MAX_REQUESTS;
        short wanted = (short)((full ? 0 : POLLIN) | (ud_vault_link_wants_out(p->link) ? POLLOUT : 0));
        struct pollfd fd[] = { { .fd = ud_vault_link_fd(p->link), .events = wanted },
            { .fd = ud_vault_fd(p->vault), .events = POLLIN }, { .fd = p->admin, .events = POLLIN },
            { .fd = p->signals, .events = POLLIN } };
        int n = poll(fd, 4, p->more && !full ? 0 : ud_vault_timeout(p->vault));

        if (n < 0 && errno != EINTR)
            return ud_error_errno(err, "poll");
        if (n >= 0 && fd[3].revents != 0)
            take_signal(p);
        if (n >= 0 && fd[2].revents != 0)
            take_admin(p);
        if (n >= 0 && (p->more || (fd[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0))
            st = take_requests(p, err);
        ud_vault_finish(p->vault);
        if (st == UD_OK && p->broken != UD_OK)
            st = ud_error_set(err, p->broken, "The front process has ended");
        if (st == UD_OK)
            st = ud_vault_link_flush(p->link, err);
    }
    return st;
}

enum ud_status
ud_vault_run(const struct ud_service_config *c, int link_fd, struct ud_error *err)
{
    struct process p = { .signals = -1, .admin = -1, .lock = -1 };
    enum ud_status st;

    if ((st = ud_vault_link_new(&p.link, link_fd, err)) != UD_OK)
        return st;
    if ((st = take_lock(&p, c, err)) == UD_OK && (st = open_signals(&p, err)) == UD_OK &&
        (st = ud_vault_open(&p.vault, c, answer, &p, err)) == UD_OK && (st = open_admin(&p, c, err)) == UD_OK &&
        (st = ud_process_sandbox(UD_SANDBOX_VAULT, err)) == UD_OK && (st = ud_vault_start(p.vault, err)) == UD_OK)
        st = loop(&p, err);
    ud_vault_close(&p.vault);
    ud_vault_link_free(&p.link);
    if (p.admin_path[0] != '\0')
        (void)unlink(p.admin_path); /* left behind it would be replaced at the next start */
    for (size_t i = 0; i < 3; i++) {
        int fd = (const int[]){ p.signals, p.admin, p.lock }[i];
        if (fd >= 0)
            close(fd);
    }
    return st;
}

enum ud_status
ud_vault_notify(const struct ud_service_config *c, struct ud_error *err)
{
    struct sockaddr_un a;
    char text[400] = "";
    size_t used = 0;
    enum ud_status st = admin_address(&a, c, err);

    if (st != UD_OK)
        return st;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return ud_error_errno(err, "socket");
    if (connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
        close(fd);
        return UD_OK; /* nobody serves this directory */
    }
    for (struct pollfd p = { .fd = fd, .events = POLLIN }; used < sizeof(text) - 1 && poll(&p, 1, NOTIFY_WAIT) == 1;) {
        ssize_t n = recv(fd, text + used, sizeof(text) - 1 - used, 0);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    close(fd);
    if (strcmp(text, "ok\n") == 0)
        return UD_OK;
    text[strcspn(text, "\n")] = '\0';
    ud_error_set(err, UD_FAILED, "Stored, but the running service did not take it over: %s", used == 0 ? "no answer" : text);
    return ud_error_hint(err, "Restart the service.");
}
