/* escrowd-simulate [-C DIR] [--url URL] [--approve-fd N]     plays the devices of a training service
 * escrowd-simulate [-C DIR] --screen DEVICE                  plays one locked laptop on this terminal
 * escrowd-simulate [-C DIR] check-in DEVICE | offline DEVICE */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/process.h"
#include "escrowd/simulate/sim.h"

struct wish {
    const char *dir, *url, *screen, *verb, *device;
    int approve_fd;
};

static enum ud_status
usage(struct ud_error *err)
{
    ud_error_set(err, UD_USAGE, "The command line is not understood");
    return ud_error_hint(err, "escrowd-simulate [-C DIR] [--url URL] [--screen DEVICE | check-in DEVICE | offline DEVICE]");
}

static enum ud_status
parse(struct wish *w, int argc, char **argv, struct ud_error *err)
{
    static const struct option table[] = { { "url", required_argument, NULL, 'u' }, { "screen", required_argument, NULL, 's' },
        { "approve-fd", required_argument, NULL, 'a' }, { NULL, 0, NULL, 0 } };
    int c;

    *w = (struct wish){ .dir = ".", .approve_fd = -1 };
    opterr = 0;
    while ((c = getopt_long(argc, argv, "C:", table, NULL)) != -1) {
        if (c == 'C')
            w->dir = optarg;
        else if (c == 'u')
            w->url = optarg;
        else if (c == 's')
            w->screen = optarg;
        else if (c == 'a')
            w->approve_fd = atoi(optarg);
        else
            return usage(err);
    }
    if (optind < argc)
        w->verb = argv[optind++];
    if (optind < argc)
        w->device = argv[optind++];
    bool known = w->verb == NULL || strcmp(w->verb, "check-in") == 0 || strcmp(w->verb, "offline") == 0;
    return optind == argc && known && (w->verb == NULL || w->device != NULL) ? UD_OK : usage(err);
}

static enum ud_status
named(struct ud_sim *s, const struct ud_roster_line **out, const char *device, struct ud_error *err)
{
    bool several;

    *out = ud_roster_named(s->roster, device, &several);
    if (*out != NULL)
        return UD_OK;
    return ud_error_set(err, several ? UD_AMBIGUOUS : UD_NOTFOUND,
        several ? "Several devices are called \"%s\"" : "No device is called \"%s\"", device);
}

/* From now on the loop leaves this device's work alone. */
static enum ud_status
go_offline(struct ud_sim *s, const char *device, struct ud_error *err)
{
    const struct ud_roster_line *l;
    enum ud_status st = named(s, &l, device, err);

    if (st != UD_OK)
        return st;
    struct ud_roster_line line = *l;
    line.behaviour = UD_PLAYS_OFFLINE;
    return ud_roster_add(s->roster, &line, err);
}

/* One contact by hand: what is asked of the device is done at once. */
static enum ud_status
contact(struct ud_sim *s, const char *device, struct ud_error *err)
{
    const struct ud_roster_line *l;
    struct ud_wire_work work[16];
    size_t count = 0;
    enum ud_status st = named(s, &l, device, err);

    if (st != UD_OK)
        return st;
    struct ud_guid id = l->device;
    struct ud_roster_line line = *l;
    if (line.behaviour == UD_PLAYS_OFFLINE) {
        line.behaviour = UD_PLAYS_ONLINE;
        if ((st = ud_roster_add(s->roster, &line, err)) != UD_OK)
            return st;
    }
    st = ud_sim_check_in(s, &id, work, 16, &count, err);
    for (size_t i = 0; i < count && st == UD_OK; i++)
        st = ud_sim_replace_key(s, &id, work[i].kind, line.volume, work[i].id, err);
    if (st == UD_OK)
        printf("%s checked in; new keys made: %zu\n", line.name, count);
    return st;
}

static enum ud_status
act(struct ud_sim *s, const struct wish *w, struct ud_error *err)
{
    if (w->screen != NULL)
        return ud_sim_screen(s, w->screen, err);
    if (w->verb == NULL)
        return ud_sim_run(s, w->approve_fd, err);
    return strcmp(w->verb, "offline") == 0 ? go_offline(s, w->device, err) : contact(s, w->device, err);
}

int
main(int argc, char **argv)
{
    char url[600], dir[512];
    struct ud_error err = { 0 };
    struct ud_sim s = { 0 };
    struct wish w;
    enum ud_status st;

    if ((st = ud_process_harden(&err)) != UD_OK || (st = ud_seal_init(&err)) != UD_OK ||
        (st = ud_http_global_init(&err)) != UD_OK || (st = parse(&w, argc, argv, &err)) != UD_OK)
        goto out;
    if (realpath(w.dir, dir) == NULL) {
        st = ud_error_errno(&err, w.dir);
        goto out;
    }
    (void)snprintf(url, sizeof(url), "unix://%s/escrowd.sock", dir);
    if ((st = ud_sim_open(&s, dir, w.url != NULL ? w.url : url, &err)) == UD_OK)
        st = act(&s, &w, &err);
out:
    ud_sim_close(&s);
    if (st != UD_OK)
        fprintf(stderr, "escrowd-simulate: %s\n%s%s", err.message, err.hint, err.hint[0] != '\0' ? "\n" : "");
    return ud_status_exit_code(st);
}
