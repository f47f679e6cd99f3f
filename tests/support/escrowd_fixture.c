#include "tests/support/escrowd_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/program.h"

#define PASSWORD "correct horse battery 7"
#define LIMIT_S  120

static int64_t
now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A port nobody uses at this moment. */
static int
free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &size), 0);
    close(fd);
    return ntohs(a.sin_port);
}

char *
ud_fixture_command(const struct ud_fixture *f, const char *input, const char *const *args)
{
    const char *argv[32] = { "escrowd" };
    struct ud_program p;
    size_t n = 1;

    if (strcmp(args[0], "init") != 0) {
        argv[n++] = "-C";
        argv[n++] = f->dir;
    }
    for (size_t i = 0; args[i] != NULL && n < 31; i++)
        argv[n++] = args[i];
    ud_program_run(&p, argv, input, LIMIT_S);
    if (p.code != 0)
        fail_msg("escrowd %s: exit code %d: %s%s", args[0], p.code, p.out, p.err);
    char *out = p.out;
    p.out = NULL;
    ud_program_free(&p);
    return out;
}

static void
init(struct ud_fixture *f, const struct ud_fixture_options *o)
{
    const char *args[16] = { "init", f->dir };
    char port[16];
    size_t n = 2;

    if (!o->service)
        args[n++] = "--training";
    if (o->plain_graph_reads)
        args[n++] = "--plain-graph-reads";
    if (o->https) {
        f->port = free_port();
        snprintf(port, sizeof(port), "%d", f->port);
        snprintf(f->url, sizeof(f->url), "https://localhost:%d", f->port);
        snprintf(f->ca_file, sizeof(f->ca_file), "%s/ca.pem", f->dir);
        args[n++] = "--host";
        args[n++] = "localhost";
        args[n++] = "--port";
        args[n++] = port;
    } else {
        snprintf(f->socket, sizeof(f->socket), "%s/escrowd.sock", f->dir);
        snprintf(f->url, sizeof(f->url), "unix://%s", f->socket);
        args[n++] = "--unix";
        args[n++] = f->socket;
    }
    free(ud_fixture_command(f, NULL, args));
}

void
ud_fixture_make(struct ud_fixture *f, const struct ud_fixture_options *o)
{
    char devices[16], seed[16], parent[] = "/tmp/ud-escrowd-XXXXXX";

    memset(f, 0, sizeof(*f));
    f->program = o->program != NULL ? o->program : "escrowd";
    assert_non_null(mkdtemp(parent));
    snprintf(f->dir, sizeof(f->dir), "%s/service", parent);
    init(f, o);
    if (o->service)
        free(
            ud_fixture_command(f, PASSWORD "\n", (const char *const[]){ "user", "add", "operator", "--role", "advanced", NULL }));
    snprintf(devices, sizeof(devices), "%u", o->devices);
    snprintf(seed, sizeof(seed), "%u", o->seed != 0 ? o->seed : 1);
    if (o->devices > 0)
        free(ud_fixture_command(f, NULL, (const char *const[]){ "seed", "--devices", devices, "--seed", seed, NULL }));
}

static bool
accepts(const struct ud_fixture *f)
{
    struct sockaddr_un u = { .sun_family = AF_UNIX };
    struct sockaddr_in t = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)f->port)
    };
    int fd = socket(f->port != 0 ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    if (f->port != 0) {
        rc = connect(fd, (const struct sockaddr *)&t, sizeof(t));
    } else {
        memcpy(u.sun_path, f->socket, strlen(f->socket) + 1);
        rc = connect(fd, (const struct sockaddr *)&u, sizeof(u));
    }
    close(fd);
    return rc == 0;
}

/* Starts a program of the build in the background; it dies with the test. */
static pid_t
start(const char *program, const char *const *args, const char *log)
{
    char path[512];
    char *argv[16] = { NULL };

    ud_build_path(path, sizeof(path), program);
    argv[0] = path;
    for (size_t i = 0; args[i] != NULL && i < 14; i++)
        argv[i + 1] = (char *)(uintptr_t)args[i];
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600), in = open("/dev/null", O_RDONLY);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    dup2(in, 0);
    dup2(out, 1);
    dup2(out, 2);
    execv(path, argv);
    _exit(127);
}

static void
fail_with_log(const struct ud_fixture *f, const char *what)
{
    char log[128], text[2000] = "";

    snprintf(log, sizeof(log), "%s/../serve.log", f->dir);
    FILE *file = fopen(log, "r");
    if (file != NULL) {
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        fclose(file);
    }
    fail_msg("%s: %s", what, text);
}

void
ud_fixture_serve(struct ud_fixture *f)
{
    char log[128];
    int64_t end = now_ms() + 30000;

    snprintf(log, sizeof(log), "%s/../serve.log", f->dir);
    f->server = start(f->program, (const char *const[]){ "-C", f->dir, "serve", NULL }, log);
    while (!accepts(f)) {
        if (waitpid(f->server, NULL, WNOHANG) != 0) {
            f->server = 0;
            fail_with_log(f, "escrowd serve ended");
        }
        if (now_ms() > end)
            fail_with_log(f, "escrowd serve accepts no connections");
        (void)poll(NULL, 0, 10);
    }
}

void
ud_fixture_simulate(struct ud_fixture *f)
{
    char log[128];

    snprintf(log, sizeof(log), "%s/../simulate.log", f->dir);
    f->simulator = start("escrowd-simulate", (const char *const[]){ "-C", f->dir, "--url", f->url, NULL }, log);
}

void
ud_fixture_start(struct ud_fixture *f, const struct ud_fixture_options *o)
{
    ud_fixture_make(f, o);
    ud_fixture_serve(f);
    if (o->simulator)
        ud_fixture_simulate(f);
}

static void
reap(pid_t *pid, int signal_number)
{
    if (*pid <= 0)
        return;
    kill(*pid, signal_number);
    while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
        ;
    *pid = 0;
}

void
ud_fixture_stop(struct ud_fixture *f)
{
    reap(&f->simulator, SIGTERM);
    reap(&f->server, SIGTERM);
}

/* The front follows by itself when the vault is gone. */
void
ud_fixture_kill(struct ud_fixture *f)
{
    reap(&f->simulator, SIGKILL);
    reap(&f->server, SIGKILL);
    while (accepts(f))
        (void)poll(NULL, 0, 5);
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void
ud_fixture_end(struct ud_fixture *f)
{
    char parent[64];

    ud_fixture_stop(f);
    if (f->dir[0] == '\0')
        return;
    snprintf(parent, sizeof(parent), "%s", f->dir);
    *strrchr(parent, '/') = '\0';
    (void)nftw(parent, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    f->dir[0] = '\0';
}

void
ud_fixture_password(char *out, size_t size, const struct ud_fixture *f)
{
    char path[160];

    snprintf(out, size, "%s", PASSWORD);
    snprintf(path, sizeof(path), "%s/operator.password", f->dir);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return;
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
    out[strcspn(out, "\n")] = '\0';
}
