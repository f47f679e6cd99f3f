#include "tests/support/remote.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/memscan.h"
#include "tests/support/program.h"

static double
now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
give_up(const char *what)
{
    fail_msg("remote: %s", what);
}

static void
run(const char *const *argv)
{
    struct ud_program p;

    ud_program_run(&p, argv, NULL, 30);
    if (p.code != 0)
        fail_msg("%s: %s", argv[0], p.err);
    ud_program_free(&p);
}

static void
write_text(const struct ud_remote *r, const char *name, const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", r->dir, name);
    FILE *f = fopen(path, "we");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        give_up(path);
    (void)chmod(path, 0600);
}

/* A port nobody listens on now. */
static unsigned
free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || getsockname(fd, (struct sockaddr *)&a, &size) != 0)
        give_up("no free port");
    (void)close(fd);
    return ntohs(a.sin_port);
}

static bool
answers(unsigned port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

    (void)close(fd);
    return ok;
}

static void
make_keys(const struct ud_remote *r)
{
    char host[96], user[96], allowed[96], line[512];

    (void)snprintf(host, sizeof(host), "%s/host", r->dir);
    (void)snprintf(user, sizeof(user), "%s/user", r->dir);
    (void)snprintf(allowed, sizeof(allowed), "%s/user.pub", r->dir);
    run((const char *const[]){ "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", host, NULL });
    run((const char *const[]){ "/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", user, NULL });
    FILE *f = fopen(allowed, "re");
    if (f == NULL || fgets(line, sizeof(line), f) == NULL) {
        give_up(allowed);
        return;
    }
    (void)fclose(f);
    write_text(r, "authorized", line);
}

void
ud_remote_start(struct ud_remote *r)
{
    char text[1024], config[96], log[96];

    memset(r, 0, sizeof(*r));
    (void)snprintf(r->dir, sizeof(r->dir), "/tmp/ud-remote-XXXXXX");
    if (mkdtemp(r->dir) == NULL)
        give_up("no directory");
    (void)snprintf(r->tmux, sizeof(r->tmux), "%s/tmux", r->dir);
    (void)mkdir("/run/sshd", 0755);
    make_keys(r);
    r->port = free_port();
    (void)snprintf(text, sizeof(text),
        "Port %u\nListenAddress 127.0.0.1\nHostKey %s/host\nAuthorizedKeysFile %s/authorized\nStrictModes no\nPidFile none\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\nUsePAM no\nPrintMotd no\nLogLevel "
        "ERROR\nSubsystem sftp internal-sftp\n",
        r->port, r->dir, r->dir);
    write_text(r, "sshd_config", text);
    (void)snprintf(config, sizeof(config), "%s/sshd_config", r->dir);
    (void)snprintf(log, sizeof(log), "%s/sshd.log", r->dir);
    r->sshd = fork();
    if (r->sshd == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
        (void)execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-E", log, "-f", config, (char *)NULL);
        _exit(127);
    }
    for (double end = now() + 10; !answers(r->port); (void)poll(NULL, 0, 20))
        if (now() > end)
            give_up("sshd does not answer");
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

/* What ran in the pane ends by itself when its terminal is gone; until then it may still write. */
static void
wait_for_end(const pid_t *pids, size_t count)
{
    double end = now() + 10;

    for (size_t i = 0; i < count; i++)
        while (kill(pids[i], 0) == 0 && now() < end)
            (void)poll(NULL, 0, 10);
    for (size_t i = 0; i < count; i++)
        if (kill(pids[i], 0) == 0)
            (void)kill(pids[i], SIGKILL);
}

void
ud_remote_stop(struct ud_remote *r)
{
    pid_t pids[64];
    size_t count = 0;

    if (r->dir[0] == '\0')
        return;
    if (access(r->tmux, F_OK) == 0) {
        pid_t pane = ud_tmux_pane(r);
        count = pane > 0 ? ud_scan_family(pane, pids, 64) : 0;
        (void)ud_tmux(r, (const char *const[]){ "kill-server", NULL });
    }
    wait_for_end(pids, count);
    if (r->sshd > 0) {
        (void)kill(r->sshd, SIGTERM);
        (void)waitpid(r->sshd, NULL, 0);
    }
    (void)nftw(r->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    memset(r, 0, sizeof(*r));
}

/* --- clients ------------------------------------------------------------------------------------------------------------------ */

void
ud_remote_force(const struct ud_remote *r, const char *command)
{
    char path[96], key[512], line[2048];

    (void)snprintf(path, sizeof(path), "%s/user.pub", r->dir);
    FILE *f = fopen(path, "re");
    if (f == NULL || fgets(key, sizeof(key), f) == NULL) {
        give_up(path);
        return;
    }
    (void)fclose(f);
    (void)snprintf(line, sizeof(line), "restrict,pty,command=\"%s\" %s", command, key);
    write_text(r, "authorized", line);
}

void
ud_ssh_words(
    struct ud_ssh_words *w, const struct ud_remote *r, const char *program, const char *const *options, const char *command)
{
    size_t n = 0;

    (void)snprintf(w->port, sizeof(w->port), "Port=%u", r->port);
    (void)snprintf(w->key, sizeof(w->key), "IdentityFile=%s/user", r->dir);
    (void)snprintf(w->known, sizeof(w->known), "UserKnownHostsFile=%s/known", r->dir);
    const char *const fixed[] = { program, "-q", "-F", "none", "-o", w->port, "-o", w->key, "-o", w->known, "-o",
        "StrictHostKeyChecking=no", "-o", "IdentitiesOnly=yes" };
    for (; n < sizeof(fixed) / sizeof(fixed[0]); n++)
        w->argv[n] = fixed[n];
    for (size_t i = 0; options != NULL && options[i] != NULL; i++)
        w->argv[n++] = options[i];
    w->argv[n++] = "127.0.0.1";
    if (command != NULL)
        w->argv[n++] = command;
    w->argv[n] = NULL;
}

void
ud_ssh_open(struct ud_ssh *c, const struct ud_remote *r, const char *command)
{
    struct winsize size = { .ws_row = 24, .ws_col = 80 };
    char port[16], key[96], known[160];

    (void)snprintf(port, sizeof(port), "%u", r->port);
    (void)snprintf(key, sizeof(key), "%s/user", r->dir);
    (void)snprintf(known, sizeof(known), "UserKnownHostsFile=%s/known", r->dir);
    c->pid = forkpty(&c->master, NULL, NULL, &size);
    if (c->pid == 0) {
        (void)setenv("TERM", "xterm-256color", 1);
        (void)execl("/usr/bin/ssh", "ssh", "-tt", "-q", "-F", "none", "-p", port, "-i", key, "-o", "StrictHostKeyChecking=no",
            "-o", known, "-o", "IdentitiesOnly=yes", "127.0.0.1", command, (char *)NULL);
        _exit(127);
    }
    if (c->pid < 0)
        give_up("no pseudo-terminal");
    (void)fcntl(c->master, F_SETFL, O_NONBLOCK);
}

void
ud_ssh_drain(struct ud_ssh *c)
{
    char bytes[4096];

    while (c != NULL && c->master >= 0 && read(c->master, bytes, sizeof(bytes)) > 0)
        ;
}

void
ud_ssh_kill(struct ud_ssh *c)
{
    if (c->pid <= 0)
        return;
    (void)kill(c->pid, SIGKILL);
    (void)waitpid(c->pid, NULL, 0);
    (void)close(c->master);
    c->pid = 0;
    c->master = -1;
}

/* --- tmux ----------------------------------------------------------------------------------------------------------------------- */

const char *
ud_tmux(const struct ud_remote *r, const char *const *words)
{
    static char out[65536];
    const char *argv[32] = { "/usr/bin/tmux", "-S", r->tmux, "-f", "/dev/null" };
    struct ud_program p;
    size_t n = 5;

    for (size_t i = 0; words[i] != NULL && n + 1 < 32; i++)
        argv[n++] = words[i];
    argv[n] = NULL;
    ud_program_run(&p, argv, NULL, 20);
    (void)snprintf(out, sizeof(out), "%s", p.out);
    ud_program_free(&p);
    return out;
}

pid_t
ud_tmux_pane(const struct ud_remote *r)
{
    return (pid_t)strtol(
        ud_tmux(r, (const char *const[]){ "display-message", "-p", "-t", "call", "#{pane_pid}", NULL }), NULL, 10);
}

const char *
ud_tmux_screen(const struct ud_remote *r)
{
    return ud_tmux(r, (const char *const[]){ "capture-pane", "-p", "-t", "call", NULL });
}

bool
ud_tmux_wait(const struct ud_remote *r, struct ud_ssh *c, const char *text, bool gone, double seconds)
{
    for (double end = now() + seconds; now() < end; (void)poll(NULL, 0, 20)) {
        ud_ssh_drain(c);
        if ((strstr(ud_tmux_screen(r), text) == NULL) == gone)
            return true;
    }
    fprintf(
        stderr, "waited %.1f s for \"%s\"%s; the screen shows:\n%s\n", seconds, text, gone ? " to go" : "", ud_tmux_screen(r));
    return false;
}

void
ud_tmux_key(const struct ud_remote *r, const char *name)
{
    (void)ud_tmux(r, (const char *const[]){ "send-keys", "-t", "call", name, NULL });
}

void
ud_tmux_type(const struct ud_remote *r, const char *text)
{
    (void)ud_tmux(r, (const char *const[]){ "send-keys", "-t", "call", "-l", text, NULL });
}
