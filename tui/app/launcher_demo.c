/* --demo: a private escrowd with an invented fleet, and the simulator that plays its devices and approves sign-ins. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launcher_wire.h"
#include "base/i18n.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/process.h"

#define START_MS 60000

static void
log_path(char *out, size_t size, const struct ud_demo *d)
{
    (void)snprintf(out, size, "%.480s/escrowd.log", d->dir);
}

/* The last line of the service's log explains best why it did not start. */
static void
last_line(char *out, size_t size, const char *path)
{
    char text[1024];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;

    out[0] = '\0';
    if (fd < 0)
        return;
    off_t end = lseek(fd, 0, SEEK_END);
    if (end > 0 && lseek(fd, end > 1000 ? end - 1000 : 0, SEEK_SET) >= 0)
        n = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    while (n > 0 && text[n - 1] == '\n')
        n--;
    text[n > 0 ? n : 0] = '\0';
    const char *line = strrchr(text, '\n');
    (void)ud_copy(out, size, line != NULL ? line + 1 : text);
}

static enum ud_status
failed(const struct ud_demo *d, const char *what, struct ud_error *err)
{
    char log[512], line[200];

    log_path(log, sizeof(log), d);
    last_line(line, sizeof(line), log);
    return ud_error_set(err, UD_FAILED, "The demo's %s did not start. %s", what, line);
}

/* Runs escrowd with arguments and waits for its end. */
static enum ud_status
run(const struct ud_demo *d, const char *path, char *const argv[], struct ud_error *err)
{
    char log[512];
    int pid, status;
    enum ud_status st;

    log_path(log, sizeof(log), d);
    if ((st = ud_spawn(&pid, path, argv, -1, log, err)) != UD_OK)
        return st;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return failed(d, _("escrow service"), err);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? UD_OK : failed(d, _("escrow service"), err);
}

static bool
answers(const char *socket_path)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || !ud_copy(a.sun_path, sizeof(a.sun_path), socket_path)) {
        (void)close(fd);
        return false;
    }
    bool ok = connect(fd, (const struct sockaddr *)&a, sizeof(a)) == 0;
    (void)close(fd);
    return ok;
}

static enum ud_status
wait_for_service(struct ud_demo *d, const char *socket_path, struct ud_error *err)
{
    ud_msec deadline = ud_clock_now() + START_MS;

    while (!answers(socket_path)) {
        if (waitpid(d->service, NULL, WNOHANG) == d->service) {
            d->service = 0;
            return failed(d, _("escrow service"), err);
        }
        if (ud_clock_now() > deadline)
            return ud_error_set(err, UD_TIMEOUT, "The demo's escrow service did not answer in %d s", START_MS / 1000);
        (void)poll(NULL, 0, 5);
    }
    return UD_OK;
}

static enum ud_status
prepare(struct ud_demo *d, const char *escrowd, const char *socket_path, unsigned devices, unsigned seed, struct ud_error *err)
{
    char database[560], count[16], number[16];
    enum ud_status st;

    (void)snprintf(database, sizeof(database), "%s/escrowd.conf", d->dir);
    if (access(database, F_OK) == 0)
        return UD_OK;
    (void)snprintf(count, sizeof(count), "%u", devices);
    (void)snprintf(number, sizeof(number), "%u", seed);
    char *init[] = { (char *)"escrowd", (char *)"init", d->dir, (char *)"--training", (char *)"--unix", (char *)socket_path,
        NULL };
    char *fill[] = { (char *)"escrowd", (char *)"-C", d->dir, (char *)"seed", (char *)"--devices", count, (char *)"--seed",
        number, NULL };
    if ((st = run(d, escrowd, init, err)) != UD_OK)
        return st;
    return run(d, escrowd, fill, err);
}

static enum ud_status
start_simulator(struct ud_demo *d, const char *socket_path, struct ud_error *err)
{
    char path[512], url[600], log[512];
    int pipe_fd[2];
    enum ud_status st;

    if ((st = ud_process_beside(path, sizeof(path), "escrowd-simulate", err)) != UD_OK)
        return st;
    if (pipe2(pipe_fd, O_CLOEXEC) != 0)
        return ud_error_errno(err, "A pipe to the simulator cannot be made");
    (void)snprintf(url, sizeof(url), "unix://%s", socket_path);
    log_path(log, sizeof(log), d);
    char *argv[] = { (char *)"escrowd-simulate", (char *)"-C", d->dir, (char *)"--url", url, (char *)"--approve-fd", (char *)"3",
        NULL };
    st = ud_spawn(&d->simulator, path, argv, pipe_fd[0], log, err);
    (void)close(pipe_fd[0]);
    if (st == UD_OK)
        d->approve_fd = pipe_fd[1];
    else
        (void)close(pipe_fd[1]);
    return st;
}

enum ud_status
ud_demo_start(struct ud_demo *d, const struct launcher_request *r, struct ud_error *err)
{
    char escrowd[512], socket_path[560], log[512];
    enum ud_status st;

    (void)ud_copy(d->dir, sizeof(d->dir), r->text);
    (void)ud_copy(d->person, sizeof(d->person), r->person);
    d->throw_away = r->throw_away;
    (void)snprintf(socket_path, sizeof(socket_path), "%s/escrowd.sock", d->dir);
    if (mkdir(d->dir, 0700) != 0 && errno != EEXIST)
        return ud_error_errno(err, d->dir);
    if ((st = ud_process_beside(escrowd, sizeof(escrowd), "escrowd", err)) != UD_OK)
        return st;
    if ((st = prepare(d, escrowd, socket_path, r->devices, r->seed, err)) != UD_OK)
        return st;
    if (answers(socket_path)) {
        ud_error_set(err, UD_BUSY, "Another unlockdesk uses %.400s", d->dir);
        return ud_error_hint(err, "End it first, or choose another --demo-dir.");
    }
    (void)unlink(socket_path);
    log_path(log, sizeof(log), d);
    char *serve[] = { (char *)"escrowd", (char *)"-C", d->dir, (char *)"serve", NULL };
    if ((st = ud_spawn(&d->service, escrowd, serve, -1, log, err)) != UD_OK)
        return st;
    if ((st = wait_for_service(d, socket_path, err)) != UD_OK)
        return st;
    return start_simulator(d, socket_path, err);
}

enum ud_status
ud_demo_approve(struct ud_demo *d, const char *code, struct ud_error *err)
{
    char line[96];
    int n = snprintf(line, sizeof(line), "%s %s\n", code, d->person);

    if (d->approve_fd < 0 || n < 0 || (size_t)n >= sizeof(line))
        return ud_error_set(err, UD_UNSUPPORTED, "There is nobody here who could approve by himself");
    return write(d->approve_fd, line, (size_t)n) == n ? UD_OK : ud_error_errno(err, "The simulator does not listen");
}

static void
end(int *pid, int signal_number)
{
    if (*pid <= 0)
        return;
    (void)kill(*pid, signal_number);
    for (int i = 0; i < 100; i++) {
        if (waitpid(*pid, NULL, WNOHANG) != 0) {
            *pid = 0;
            return;
        }
        (void)poll(NULL, 0, 10);
    }
    (void)kill(*pid, SIGKILL);
    (void)waitpid(*pid, NULL, 0);
    *pid = 0;
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    (void)remove(path);
    return 0;
}

void
ud_demo_stop(struct ud_demo *d)
{
    if (d->approve_fd >= 0)
        (void)close(d->approve_fd);
    d->approve_fd = -1;
    end(&d->simulator, SIGTERM);
    end(&d->service, SIGTERM);
    if (d->throw_away && d->dir[0] == '/')
        (void)nftw(d->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
