/* What each process of a session has open and what holds it, looked at from outside while the session runs: console, worker, the service's front and
 * vault. */
#include <ctype.h>
#include <dirent.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/seal.h"
#include "tests/support/memscan.h"
#include "tests/support/operator.h"

#define FAMILY   32
#define INODES   4096
#define GONE_MS  250
#define PATIENCE 30000

struct sight {
    struct ud_operator o;
    unsigned long inet[INODES]; /* inodes of network sockets */
    size_t inets;
};

/* --- looking -------------------------------------------------------------------------------------------------------------------------- */

static void
read_proc(char *out, size_t size, pid_t pid, const char *name)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *f = fopen(path, "re");
    size_t n = f != NULL ? fread(out, 1, size - 1, f) : 0;
    out[n] = '\0';
    if (f != NULL)
        (void)fclose(f);
}

/* The first process below `root` of that name (as the kernel cuts it); 0: none. */
static pid_t
process(pid_t root, const char *name)
{
    pid_t pids[FAMILY];
    size_t n = ud_scan_family(root, pids, FAMILY);

    for (size_t i = 0; i < n; i++) {
        char comm[64];
        read_proc(comm, sizeof(comm), pids[i], "comm");
        if (strcspn(comm, "\n") == strlen(name) && strncmp(comm, name, strlen(name)) == 0)
            return pids[i];
    }
    return 0;
}

static long
number_in_status(pid_t pid, const char *name)
{
    char status[8192];
    const char *at;

    read_proc(status, sizeof(status), pid, "status");
    at = strstr(status, name);
    return at != NULL ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void
expect_held(pid_t pid, const char *who)
{
    if (number_in_status(pid, "\nSeccomp:") != 2 || number_in_status(pid, "\nNoNewPrivs:") != 1)
        fail_msg("%s (%d) runs without its filter", who, (int)pid);
}

static void
list_network(struct sight *s)
{
    static const char *const tables[] = { "tcp", "tcp6", "udp", "udp6", "raw", "raw6" };
    char path[64], line[512];

    s->inets = 0;
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        (void)snprintf(path, sizeof(path), "/proc/net/%s", tables[i]);
        FILE *f = fopen(path, "re");
        while (f != NULL && fgets(line, sizeof(line), f) != NULL && s->inets < INODES)
            if (sscanf(line, " %*d: %*s %*s %*s %*s %*s %*s %*s %*s %lu", &s->inet[s->inets]) == 1)
                s->inets++;
        if (f != NULL)
            (void)fclose(f);
    }
}

struct open_files {
    unsigned network, terminals, databases, keys, all;
};

static void
count_one(struct open_files *o, const struct sight *s, const char *target)
{
    unsigned long inode = 0;

    o->all++;
    o->terminals += strncmp(target, "/dev/pts/", 9) == 0 || strcmp(target, "/dev/tty") == 0;
    o->databases += strstr(target, "escrowd.db") != NULL;
    o->keys += strstr(target, "master.key") != NULL;
    if (sscanf(target, "socket:[%lu]", &inode) == 1)
        for (size_t i = 0; i < s->inets; i++)
            o->network += s->inet[i] == inode;
}

static struct open_files
files_of(struct sight *s, pid_t pid)
{
    struct open_files o = { 0 };
    char path[320], target[512];
    struct dirent *e;

    list_network(s);
    (void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL) {
        (void)snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, e->d_name);
        ssize_t n = isdigit((unsigned char)e->d_name[0]) ? readlink(path, target, sizeof(target) - 1) : -1;
        if (n > 0) {
            target[n] = '\0';
            count_one(&o, s, target);
        }
    }
    (void)closedir(dir);
    return o;
}

static pid_t
worker_of(const struct sight *s)
{
    return process(ud_pty_pid(s->o.pty), "unlockdesk-work");
}

/* The two of the service: one has the database open. */
static void
service_of(struct sight *s, pid_t *front, pid_t *vault)
{
    pid_t pids[FAMILY];
    size_t n = ud_scan_family(s->o.service.server, pids, FAMILY);

    *front = *vault = 0;
    for (size_t i = 0; i < n; i++)
        *(files_of(s, pids[i]).databases > 0 ? vault : front) = pids[i];
    assert_int_equal(n, 2);
    assert_true(*front > 0 && *vault > 0);
}

/* --- tests ---------------------------------------------------------------------------------------------------------------------------- */

static void
the_console_is_held_by_its_filter_before_anything_is_typed(void **state)
{
    struct sight *s = *state;

    ud_operator_open(&s->o, NULL);
    ud_pty_wait(s->o.pty, "Type this code there:");
    assert_true(worker_of(s) > 0);
    expect_held(ud_pty_pid(s->o.pty), "the console");
    expect_held(worker_of(s), "the worker");
}

static void
the_console_has_no_network_and_the_worker_no_terminal(void **state)
{
    struct sight *s = *state;

    ud_operator_sign_in(&s->o);
    ud_pty_wait(s->o.pty, "1 device");
    struct open_files console = files_of(s, ud_pty_pid(s->o.pty)), worker = files_of(s, worker_of(s));
    assert_int_equal(console.network, 0);
    assert_true(console.terminals > 0);
    assert_int_equal(worker.terminals, 0);
    assert_true(worker.network > 0); /* it talks to the service over HTTPS: so this is how one would be seen */
}

static void
front_and_vault_have_only_what_is_theirs(void **state)
{
    struct sight *s = *state;
    pid_t front, vault;

    service_of(s, &front, &vault);
    expect_held(front, "the front");
    expect_held(vault, "the vault");
    struct open_files f = files_of(s, front), v = files_of(s, vault);
    assert_true(f.network > 0);
    assert_int_equal(f.databases + f.keys, 0);
    assert_int_equal(v.network, 0);
}

static void
the_worker_is_gone_soon_after_the_lock(void **state)
{
    struct sight *s = *state;
    pid_t worker = worker_of(s);
    ud_msec locked;

    assert_true(worker > 0);
    ud_pty_key(s->o.pty, "C-l");
    ud_pty_wait(s->o.pty, "you locked it");
    locked = ud_clock_now();
    while (worker_of(s) == worker && ud_clock_now() - locked < PATIENCE)
        (void)poll(NULL, 0, 5);
    assert_true(ud_clock_now() - locked <= GONE_MS);
}

static int
set_up(void **state)
{
    static struct sight s;

    *state = &s;
    ud_fixture_make(&s.o.service, &(struct ud_fixture_options){ .service = true, .https = true });
    ud_operator_import(&s.o.service, "SIGHT-LT-01,TRN7700001,sight@training.invalid,5ca1ab1e-0000-4000-8000-00000000c0de,"
                                     "461109-608201-413820-485342-181588-463056-430617-501391,company,bitlocker");
    ud_fixture_serve(&s.o.service);
    ud_operator_configure(&s.o, NULL);
    return 0;
}

static int
tear_down(void **state)
{
    struct sight *s = *state;

    ud_operator_end(&s->o);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_console_is_held_by_its_filter_before_anything_is_typed),
        cmocka_unit_test(the_console_has_no_network_and_the_worker_no_terminal),
        cmocka_unit_test(front_and_vault_have_only_what_is_theirs),
        cmocka_unit_test(the_worker_is_gone_soon_after_the_lock),
    };

    return ud_seal_init(NULL) == UD_OK ? cmocka_run_group_tests(tests, set_up, tear_down) : 1;
}
