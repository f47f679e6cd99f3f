/* Durability: devices store keys through the real socket of a real service that is killed, with no warning, again and again.
 * Whatever was acknowledged must be readable afterwards, and the audit chain whole. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "escrowd/vault/admin.h"

#define CLIENTS     8
#define KILLS       200
#define DEVICES     24
#define ACKED_MAX   40000
#define START_WAIT  10000 /* ms */
#define CLIENT_WAIT 5000

struct acked {
    struct ud_guid id;
    char key[56];
};

/* Shared with the clients. */
struct board {
    atomic_bool stop;
    atomic_uint count;
    atomic_uint refused; /* answers other than 201: there must be none */
    struct acked acked[ACKED_MAX];
};

static char dir[64], socket_path[96], program[512];
static struct board *board;
static struct ud_guid device[DEVICES];
static char bearer[DEVICES][UD_TOKEN_TEXT];

/* --- the service ------------------------------------------------------------------------------------------------------- */

static pid_t
spawn(const char *const *argv, int out)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(out >= 0 ? out : null, 1);
    dup2(null, 2);
    execv(program, (char *const *)(uintptr_t)argv);
    _exit(127);
}

static void
wait_for(pid_t pid)
{
    int state = 0;

    assert_int_equal(waitpid(pid, &state, 0), pid);
    assert_true(WIFEXITED(state) && WEXITSTATUS(state) == 0);
}

static void
run(const char *const *argv)
{
    wait_for(spawn(argv, -1));
}

static int
dial(void)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)ud_copy(a.sun_path, sizeof(a.sun_path), socket_path);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* One start. -1: it ended at once, because the front of the last one still held the socket. */
static pid_t
try_start(void)
{
    int out[2];
    char line[256];

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    pid_t pid = spawn((const char *const[]){ "escrowd", "-C", dir, "serve", NULL }, out[1]);
    close(out[1]);
    struct pollfd p = { .fd = out[0], .events = POLLIN };
    ssize_t n = poll(&p, 1, START_WAIT) == 1 ? read(out[0], line, sizeof(line)) : 0;
    close(out[0]);
    if (n > 0)
        return pid;
    (void)kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return -1;
}

/* Starts the service and waits until it says that it serves. */
static pid_t
start(void)
{
    ud_msec deadline = ud_clock_now() + START_WAIT;
    pid_t pid;

    while ((pid = try_start()) < 0)
        assert_true(ud_clock_now() < deadline);
    return pid;
}

/* --- clients ----------------------------------------------------------------------------------------------------------- */

static void
make_key(char out[56])
{
    struct ud_secret *s = NULL;

    if (ud_recovery_generate(&s, UD_KIND_BITLOCKER, NULL) != UD_OK)
        _exit(3);
    memcpy(out, ud_secret_open(s), 55);
    out[55] = '\0';
    ud_secret_close(s);
    ud_secret_free(&s);
}

/* The status of the answer; 0 where the connection broke. */
static int
post(int fd, const char *text)
{
    char answer[4096];
    size_t used = 0;
    int code = 0;

    if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
        return 0;
    while (used < sizeof(answer) - 1) {
        struct pollfd p = { .fd = fd, .events = POLLIN };
        ssize_t n = poll(&p, 1, CLIENT_WAIT) == 1 ? recv(fd, answer + used, sizeof(answer) - 1 - used, 0) : 0;
        if (n <= 0)
            return 0;
        used += (size_t)n;
        answer[used] = '\0';
        if (strstr(answer, "\r\n\r\n") != NULL)
            break;
    }
    return sscanf(answer, "HTTP/1.1 %d", &code) == 1 ? code : 0;
}

static void
deposit_once(int *fd, const char *token)
{
    struct acked a;
    char id[UD_GUID_TEXT], body[256], text[1024];

    ud_guid_random(&a.id);
    ud_guid_format(id, &a.id);
    make_key(a.key);
    (void)snprintf(body, sizeof(body), "{\"id\":\"%s\",\"kind\":\"bitlocker\",\"volume\":\"os\",\"secret\":\"%s\"}", id, a.key);
    (void)snprintf(text, sizeof(text),
        "POST /escrow/v1/device/keys HTTP/1.1\r\nHost: localhost\r\nUser-Agent: test\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
        token, strlen(body), body);
    int code = post(*fd, text);
    if (code == 201) {
        unsigned at = atomic_fetch_add(&board->count, 1);
        if (at < ACKED_MAX)
            board->acked[at] = a;
    } else if (code != 0 && code != 503) {
        atomic_fetch_add(&board->refused, 1);
    }
    close(*fd);
    *fd = -1;
}

static void
client(unsigned number)
{
    while (!atomic_load(&board->stop)) {
        int fd = dial();
        if (fd < 0) {
            (void)poll(NULL, 0, 1);
            continue;
        }
        deposit_once(&fd, bearer[number % DEVICES]);
    }
    _exit(0);
}

/* --- set-up ------------------------------------------------------------------------------------------------------------ */

static bool
take_device(const struct ud_store_device *d, void *arg)
{
    size_t *count = arg;

    device[(*count)++] = d->d.id;
    return *count < DEVICES;
}

static int
make_service(void **state)
{
    const char *build = getenv("UD_BUILD");
    struct ud_secret *key = NULL;
    struct ud_admin a;
    char path[128];
    size_t count = 0;

    (void)state;
    (void)snprintf(program, sizeof(program), "%s/escrowd", build != NULL ? build : "build");
    (void)snprintf(dir, sizeof(dir), "/tmp/ud-kill-XXXXXX");
    if (mkdtemp(dir) == NULL || ud_seal_init(NULL) != UD_OK)
        return -1;
    (void)snprintf(socket_path, sizeof(socket_path), "%s/escrowd.sock", dir);
    (void)snprintf(path, sizeof(path), "%s/%s", dir, UD_FILE_SIM_KEY);
    run((const char *const[]){ "escrowd", "init", dir, "--training", "--unix", socket_path, NULL });
    run((const char *const[]){ "escrowd", "-C", dir, "seed", "--devices", "24", "--seed", "1", NULL });
    board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED || ud_file_read_secret(&key, path, NULL) != UD_OK || ud_admin_open(&a, dir, NULL) != UD_OK)
        return -1;
    enum ud_status st = ud_store_devices(a.context.store, UD_STORE_ALL, NULL, NULL, 0, DEVICES, take_device, &count, NULL);
    ud_admin_close(&a);
    for (size_t i = 0; i < count && st == UD_OK; i++) { /* here: secrets are not there in children */
        struct ud_token t;
        if ((st = ud_token_simulated(&t, key, device[i].byte, NULL)) == UD_OK)
            ud_base64url_encode(bearer[i], UD_TOKEN_TEXT, &t, sizeof(t));
    }
    ud_secret_free(&key);
    return st == UD_OK && count == DEVICES ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *sb, int flag, struct FTW *where)
{
    (void)sb;
    (void)flag;
    (void)where;
    return remove(path);
}

static int
drop_service(void **state)
{
    (void)state;
    munmap(board, sizeof(*board));
    return nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* --- the tests --------------------------------------------------------------------------------------------------------- */

static bool
check_key(const struct ud_store_key *k, void *arg)
{
    struct ud_ring *ring = ((void **)arg)[0];
    const struct acked *a = ((void **)arg)[1];
    struct ud_secret *plain = NULL;

    assert_int_equal(ud_ring_unseal(ring, &plain, k, NULL), UD_OK);
    assert_int_equal(ud_secret_length(plain), 55);
    assert_memory_equal(ud_secret_open(plain), a->key, 55);
    ud_secret_close(plain);
    ud_secret_free(&plain);
    return false;
}

static void
check_all(struct ud_admin *a, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct ud_store_key k = { 0 };
        void *arg[] = { a->context.ring, &board->acked[i] };
        assert_int_equal(ud_store_key_by_id(a->context.store, &board->acked[i].id, ud_take_key, &k, NULL), UD_OK);
        assert_int_equal(ud_store_key_box(a->context.store, k.row, check_key, arg, NULL), UD_OK);
    }
}

static void
no_acknowledged_key_is_lost_when_the_service_is_killed(void **state)
{
    pid_t clients[CLIENTS];
    struct ud_admin a;
    struct ud_audit_report report;
    struct ud_error err = { 0 };
    unsigned dice = 12345;

    (void)state;
    for (unsigned i = 0; i < CLIENTS; i++) {
        if ((clients[i] = fork()) == 0)
            client(i);
    }
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t service = start();
        /* The moment is random on purpose: it is what the test varies. */
        dice = dice * 1103515245u + 12345u;
        (void)poll(NULL, 0, (int)(5 + (dice >> 16) % 60));
        assert_int_equal(kill(service, SIGKILL), 0);
        assert_int_equal(waitpid(service, NULL, 0), service);
    }
    atomic_store(&board->stop, true);
    for (unsigned i = 0; i < CLIENTS; i++)
        wait_for(clients[i]);

    unsigned count = atomic_load(&board->count);
    print_message("%u keys acknowledged between %d kills, %u refused\n", count, KILLS, atomic_load(&board->refused));
    assert_in_range(count, KILLS, ACKED_MAX);
    assert_int_equal(atomic_load(&board->refused), 0);
    assert_int_equal(ud_admin_open(&a, dir, &err), UD_OK);
    check_all(&a, count);
    assert_int_equal(ud_admin_verify(&a, &report, &err), UD_OK);
    assert_string_equal(report.what, "");
    assert_true(report.ok);
    assert_true(report.lines >= count);
    ud_admin_close(&a);
}

static void
contains(const char *path, const char *needle, bool *found)
{
    struct ud_buf b;

    ud_buf_init(&b, (size_t)1 << 30);
    assert_int_equal(ud_file_read(&b, path, b.max, NULL), UD_OK);
    *found = memmem(b.data, b.length, needle, strlen(needle)) != NULL;
    ud_buf_free(&b);
}

static void
the_database_holds_no_key_in_clear(void **state)
{
    char path[128], bare[49];
    bool found;
    size_t used = 0;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/%s", dir, UD_FILE_DATABASE);
    for (const char *c = board->acked[0].key; *c != '\0'; c++) {
        if (*c != '-')
            bare[used++] = *c;
    }
    bare[used] = '\0';
    contains(path, board->acked[0].key, &found);
    assert_false(found);
    contains(path, bare, &found);
    assert_false(found);
    contains(path, "training.invalid", &found); /* the search does find what is there */
    assert_true(found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_acknowledged_key_is_lost_when_the_service_is_killed),
        cmocka_unit_test(the_database_holds_no_key_in_clear),
    };

    return cmocka_run_group_tests(tests, make_service, drop_service);
}
