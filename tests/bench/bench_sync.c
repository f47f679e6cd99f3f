/* N2, N3: a sync through the real worker into a fleet, as the console does it.
 *
 *     bench_sync WORKER escrowd URL CA RUNS                  sync from escrowd
 *     bench_sync WORKER graph GRAPH CA RUNS AUTHORITY FIRST  the devices of a static Graph origin from the page FIRST on; sign-in at AUTHORITY
 *
 * A static server has no list of keys, so there a sync is over with the last device, however the request ends after it.
 * Prints "code XXXX-XXXX" for whoever approves it, then for each sync: devices, keys, ms to the last device, ms in all, and this process'
 * resident memory after it, its highest, and the worker's highest, in bytes. */
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/seal.h"
#include "bench_common.h"
#include "client/client.h"

#define WAIT_MS 60000

struct sync {
    struct ud_client *client;
    struct ud_msg *event;
    struct ud_fleet *fleet;
    pid_t worker;
    double from, last_device;
    size_t devices, keys;
    const char *first; /* page to go on from; "": a whole sync */
};

static void
give_up(const char *what, const char *more)
{
    fprintf(stderr, "bench_sync: %s %s\n", what, more);
    exit(1);
}

static void
start_worker(struct sync *s, const char *program, const struct ud_source_config *config)
{
    struct ud_error e;
    int fd[2];

    if (ud_channel_pair(fd, &e) != UD_OK)
        give_up(e.message, "");
    if ((s->worker = fork()) == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (fd[1] == 3)
            (void)fcntl(3, F_SETFD, 0);
        else
            (void)dup2(fd[1], 3);
        execl(program, "unlockdesk-worker", (char *)NULL);
        _exit(127);
    }
    close(fd[1]);
    if (ud_client_new(&s->client, fd[0], config, 1, &e) != UD_OK)
        give_up(e.message, "");
}

static void
take(struct sync *s)
{
    const struct ud_msg *m = s->event;
    struct ud_error e;

    if (m->type == UD_MSG_CODE) {
        printf("code %s\n", m->u.code.user_code);
        fflush(stdout);
    } else if (m->type == UD_MSG_DEVICES) {
        for (size_t i = 0; i < m->u.devices.count; i++)
            if (ud_fleet_add(s->fleet, &m->u.devices.device[i], &e) != UD_OK)
                give_up(e.message, "");
        s->devices += m->u.devices.count;
        s->last_device = ud_bench_now();
        ud_fleet_publish(s->fleet);
    } else if (m->type == UD_MSG_KEY_BATCH) {
        for (size_t i = 0; i < m->u.key_batch.count; i++)
            if (ud_fleet_add_key(s->fleet, &m->u.key_batch.key[i], &e) != UD_OK)
                give_up(e.message, "");
        s->keys += m->u.key_batch.count;
        ud_fleet_publish(s->fleet);
    }
}

static void
request(struct sync *s, const struct ud_msg *m)
{
    uint32_t number = 0;
    struct ud_error e;

    if (ud_client_request(s->client, &number, m, NULL, &e) != UD_OK)
        give_up(e.message, e.hint);
    do {
        if (ud_client_wait(s->client, s->event, ud_clock_now() + WAIT_MS, &e) != UD_OK)
            give_up(e.message, e.hint);
        take(s);
    } while (s->event->type != UD_MSG_DONE || s->event->request != number);
    if (s->event->u.done.status != UD_OK && (s->first[0] == '\0' || s->devices == 0) && m->type == UD_MSG_SYNC)
        give_up(s->event->u.done.message, s->event->u.done.hint);
}

static size_t
peak_of(pid_t pid)
{
    char path[64], line[256];
    size_t kib = 0;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *in = fopen(path, "r");
    while (in != NULL && fgets(line, sizeof(line), in) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtoul(line + 6, NULL, 10);
    if (in != NULL)
        fclose(in);
    return kib * 1024;
}

static void
sync_once(struct sync *s)
{
    const struct ud_msg m = { .type = UD_MSG_SYNC, .u.sync = { .resume = s->first } };

    s->fleet = ud_fleet_new();
    s->devices = s->keys = 0;
    ud_fleet_sync_begin(s->fleet, 0);
    s->from = s->last_device = ud_bench_now();
    request(s, &m);
    ud_fleet_sync_end(s->fleet, 0, true);
    ud_fleet_publish(s->fleet);
    double until = ud_bench_now();
    printf("sync %zu %zu %.1f %.1f %zu %zu %zu\n", s->devices, s->keys, s->last_device - s->from, until - s->from,
        ud_bench_resident(), ud_bench_peak(), peak_of(s->worker));
    fflush(stdout);
    ud_fleet_free(&s->fleet);
    (void)malloc_trim(0);
}

int
main(int argc, char **argv)
{
    struct ud_source_config config = { .sign_in = UD_SIGN_IN_DEVICE_CODE, .name = "bench" };
    struct ud_msg sign_in = { .type = UD_MSG_SIGN_IN };
    struct sync s = { .first = argc > 7 ? argv[7] : "" };

    if (argc < 6 || ud_seal_init(NULL) != UD_OK)
        give_up("usage: bench_sync WORKER graph|escrowd URL CA RUNS [AUTHORITY FIRST]", "");
    config.type = strcmp(argv[2], "graph") == 0 ? UD_SOURCE_GRAPH : UD_SOURCE_ESCROWD;
    snprintf(config.ca_file, sizeof(config.ca_file), "%s", argv[4]);
    if (config.type == UD_SOURCE_GRAPH) {
        snprintf(config.graph, sizeof(config.graph), "%s", argv[3]);
        snprintf(config.authority, sizeof(config.authority), "%s", argc > 6 ? argv[6] : argv[3]);
        snprintf(config.tenant, sizeof(config.tenant), "bench.example");
        snprintf(config.client_id, sizeof(config.client_id), "bench");
    } else {
        snprintf(config.url, sizeof(config.url), "%s", argv[3]);
    }
    s.event = ud_xcalloc(1, sizeof(*s.event));
    start_worker(&s, argv[1], &config);
    s.fleet = ud_fleet_new();
    request(&s, &sign_in);
    ud_fleet_free(&s.fleet);
    for (int i = 0; i < atoi(argv[5]); i++)
        sync_once(&s);
    ud_client_free(&s.client);
    (void)waitpid(s.worker, NULL, 0);
    free(s.event);
    return 0;
}
