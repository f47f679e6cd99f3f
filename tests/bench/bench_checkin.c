/* The check-in protocol on a Unix socket, by one thread; one line of figures as bench_escrowd prints them:
 *
 *     bench_checkin SOCKET CONNECTIONS SECONDS DEVICES verify|same|new      name:secret of the agent on standard input
 *
 * `verify` asks for, and `same` sends the same key again of, DEVICES serial numbers; `new` sends a key of a serial number that nobody has used. The first run of
 * `same` stores what the later ones find. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/seal.h"
#include "bench_load.h"

struct work {
    char basic[400];
    unsigned devices, at;
    unsigned long run; /* makes the serial numbers of `new` its own */
};

static void
give_up(const char *what)
{
    fprintf(stderr, "bench_checkin: %s\n", what);
    exit(1);
}

static unsigned
choose(struct work *w)
{
    w->at = (w->at + 7919) % w->devices;
    return w->at;
}

static size_t
next_verify(char *out, size_t size, void *arg)
{
    struct work *w = arg;

    return (size_t)snprintf(out, size,
        "GET /verify/BENCH%u/recovery_key/ HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Basic %s\r\n\r\n",
        choose(w), w->basic);
}

static size_t
post(char *out, size_t size, const struct work *w, const char *serial)
{
    char body[256];
    int length = snprintf(body, sizeof(body),
        "serial=%s&recovery_password=AAAQ-EAYE-AUDA-OCAJ-B8FQ-YD8O&username=bench&macname=%s", serial, serial);

    return (size_t)snprintf(out, size,
        "POST /checkin/ HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\nAuthorization: Basic %s\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
        w->basic, length, body);
}

static size_t
next_same(char *out, size_t size, void *arg)
{
    char serial[32];

    snprintf(serial, sizeof(serial), "BENCH%u", choose(arg));
    return post(out, size, arg, serial);
}

static size_t
next_new(char *out, size_t size, void *arg)
{
    struct work *w = arg;
    char serial[48];

    snprintf(serial, sizeof(serial), "NEW%lx-%u", w->run, w->at++);
    return post(out, size, w, serial);
}

static void
read_credential(struct work *w)
{
    char line[256];

    if (fgets(line, sizeof(line), stdin) == NULL)
        give_up("no credential on standard input");
    line[strcspn(line, "\n")] = '\0';
    ud_base64_encode(w->basic, sizeof(w->basic), line, strlen(line));
}

int
main(int argc, char **argv)
{
    struct work w = { 0 };
    struct ud_load_result r;

    if (argc != 6 || ud_seal_init(NULL) != UD_OK)
        give_up("usage: bench_checkin SOCKET CONNECTIONS SECONDS DEVICES verify|same|new");
    w.devices = (unsigned)atoi(argv[4]);
    w.run = (unsigned long)ud_clock_wall();
    read_credential(&w);
    struct ud_load load = { .socket = argv[1],
        .connections = (unsigned)atoi(argv[2]),
        .seconds = atof(argv[3]),
        .wanted = 200,
        .next = argv[5][0] == 'v'   ? next_verify
                : argv[5][0] == 's' ? next_same
                                    : next_new,
        .arg = &w };
    ud_load_run(&r, &load);
    printf("%.1f %.3f %.3f %.3f %zu %zu %zu\n", r.rate, r.p50, r.p99, r.longest, r.answered, r.refused, r.bytes);
    return 0;
}
