/* The tmux watcher: answers what tmux says about our pane. It knows no secret and has no terminal; a console that gets no answer covers. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/launcher_wire.h"
#include "base/buf.h"
#include "base/clock.h"

#define ANSWER_MS 400
#define QUESTION  "#{session_attached} #{window_active_clients} #{pane_pipe} #{pane_synchronized} #{alternate_on}"

struct place {
    char socket[512], pane[32], program[512];
};

/* The running server's own program, so that client and server versions agree; else Debian's place. */
static void
find_program(struct place *p, long server)
{
    char link[64];

    (void)snprintf(link, sizeof(link), "/proc/%ld/exe", server);
    ssize_t n = readlink(link, p->program, sizeof(p->program) - 1);
    if (n > 0)
        p->program[n] = '\0';
    if (n <= 0 || access(p->program, X_OK) != 0)
        (void)ud_copy(p->program, sizeof(p->program), "/usr/bin/tmux");
}

static bool
find_place(struct place *p)
{
    const char *tmux = getenv("TMUX"), *pane = getenv("TMUX_PANE");

    if (tmux == NULL || pane == NULL || !ud_copy(p->socket, sizeof(p->socket), tmux) || !ud_copy(p->pane, sizeof(p->pane), pane))
        return false;
    char *comma = strchr(p->socket, ',');
    if (comma == NULL)
        return false;
    *comma = '\0';
    find_program(p, strtol(comma + 1, NULL, 10));
    return true;
}

static pid_t
ask(const struct place *p, int *out)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(fd[1], 1);
        (void)execl(p->program, "tmux", "-S", p->socket, "display-message", "-p", "-t", p->pane, QUESTION, (char *)NULL);
        _exit(127);
    }
    (void)close(fd[1]);
    *out = fd[0];
    return child;
}

static size_t
read_until(int fd, char *text, size_t size, ud_msec deadline)
{
    size_t used = 0;

    while (used + 1 < size) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ud_msec left = deadline - ud_clock_now();
        if (left <= 0 || poll(&p, 1, (int)left) <= 0)
            break;
        ssize_t n = read(fd, text + used, size - 1 - used);
        if (n <= 0)
            break;
        used += (size_t)n;
    }
    text[used] = '\0';
    return used;
}

static void
look(const struct place *p, struct ud_tmux_finding *f)
{
    char text[128];
    int fd, piped, synchronised, alternate;

    memset(f, 0, sizeof(*f));
    pid_t child = ask(p, &fd);
    if (child < 0)
        return;
    (void)read_until(fd, text, sizeof(text), ud_clock_now() + ANSWER_MS);
    (void)close(fd);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    if (sscanf(text, "%d %d %d %d %d", &f->attached, &f->viewing, &piped, &synchronised, &alternate) != 5)
        return;
    f->answered = true;
    f->piped = piped != 0;
    f->synchronised = synchronised != 0;
    f->alternate = alternate != 0;
}

void
ud_tmux_watch(int fd)
{
    struct place p;
    struct ud_tmux_finding f = { 0 };
    bool found = find_place(&p);
    char question;

    while (recv(fd, &question, 1, 0) == 1) {
        if (found)
            look(&p, &f);
        if (send(fd, &f, sizeof(f), MSG_NOSIGNAL) != (ssize_t)sizeof(f))
            break;
    }
}
