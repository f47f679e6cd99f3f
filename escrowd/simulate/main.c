/* escrowd-simulate: plays the devices of a training service. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/file.h"
#include "base/language.h"
#include "base/process.h"
#include "escrowd/simulate/simulate.h"

enum mode { PLAY, SCREEN, CHECK_IN, OFFLINE };

struct options {
    const char *dir, *url, *device;
    int approve_fd;
    enum mode mode;
};

static const char usage[] = "Usage: escrowd-simulate -C DIR [--url unix:///PATH|https://HOST[:PORT]] [MODE]\n"
                            "\n"
                            "Plays the invented devices of a training service (escrowd init DIR --training, escrowd seed).\n"
                            "Without a mode every device does what it is asked for, until Ctrl-C.\n"
                            "\n"
                            "  --screen DEVICE      the locked laptop in this terminal: type the recovery key\n"
                            "  check-in DEVICE      the device is online again, checks in and does what it is asked for, now\n"
                            "  offline DEVICE       the device does nothing until its next check-in\n"
                            "  --approve-fd N       approve the sign-in codes read from this descriptor, one a line, with the\n"
                            "                       name of who approves behind it where it is not the operator; end with it\n"
                            "  -h, --help  -V, --version\n"
                            "\n"
                            "DEVICE is a name, a serial number or an id.\n";

static enum ud_status
misused(struct ud_error *err, const char *what)
{
    (void)ud_error_set(err, UD_USAGE, "%s", what);
    return ud_error_hint(err, "escrowd-simulate --help says what there is.");
}

static enum ud_status
set_mode(struct options *o, enum mode mode, const char *device, struct ud_error *err)
{
    if (device == NULL)
        return misused(err, "Which device?");
    if (o->mode != PLAY)
        return misused(err, "One mode at a time.");
    o->mode = mode;
    o->device = device;
    return UD_OK;
}

static enum ud_status
read_fd(int *fd, const char *text, struct ud_error *err)
{
    char *end = NULL;
    long n = text != NULL ? strtol(text, &end, 10) : -1;

    if (n < 0 || n > 1024 || end == text || *end != '\0' || fcntl((int)n, F_GETFD) < 0)
        return misused(err, "--approve-fd needs the number of an open descriptor.");
    *fd = (int)n;
    return UD_OK;
}

/* One option with its value, at argv[*i]. */
static enum ud_status
take_option(struct options *o, char **argv, int *i, struct ud_error *err)
{
    const char *name = argv[*i], *value = argv[*i + 1];

    if (value != NULL)
        ++*i;
    if (strcmp(name, "-C") == 0)
        o->dir = value;
    else if (strcmp(name, "--url") == 0)
        o->url = value;
    else if (strcmp(name, "--approve-fd") == 0)
        return read_fd(&o->approve_fd, value, err);
    else if (strcmp(name, "--screen") == 0)
        return set_mode(o, SCREEN, value, err);
    else if (strcmp(name, "check-in") == 0)
        return set_mode(o, CHECK_IN, value, err);
    else if (strcmp(name, "offline") == 0)
        return set_mode(o, OFFLINE, value, err);
    else
        return misused(err, "An argument is not known.");
    return value != NULL ? UD_OK : misused(err, "An option has no value.");
}

static enum ud_status
read_options(struct options *o, char **argv, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (int i = 1; argv[i] != NULL && st == UD_OK; i++)
        st = take_option(o, argv, &i, err);
    if (st == UD_OK && o->dir == NULL)
        st = misused(err, "The service's directory is missing: -C DIR.");
    return st;
}

/* A line about the device for every kind of key it has: the last one counts. */
static enum ud_status
set_behaviour(struct ud_sim *s, const struct ud_guid *device, enum ud_behaviour behaviour, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (unsigned kind = 0; kind < UD_KIND_COUNT && st == UD_OK; kind++) {
        const struct ud_roster_line *line = ud_roster_find(s->roster, device, kind);
        if (line == NULL || line->behaviour == behaviour)
            continue;
        struct ud_roster_line changed = *line;
        changed.behaviour = behaviour;
        st = ud_roster_add(s->roster, &changed, err);
    }
    return st;
}

static enum ud_status
check_in(struct ud_sim *s, const struct ud_roster_line *line, struct ud_error *err)
{
    struct ud_guid device = line->device;
    bool replaced = false, refused = false, failing = line->behaviour == UD_PLAYS_FAILING;
    enum ud_status st = failing ? UD_OK : set_behaviour(s, &device, UD_PLAYS_ONLINE, err);

    for (unsigned kind = 0; kind < UD_KIND_COUNT && st == UD_OK; kind++) {
        struct ud_sim_job job = { .sim = s, .device = device, .kind = kind, .failing = failing };
        if (ud_roster_find(s->roster, &device, kind) == NULL)
            continue;
        st = ud_sim_job_run(&job, false, err);
        replaced = replaced || (job.found_work && !job.refused);
        refused = refused || job.refused;
    }
    if (st == UD_OK)
        printf("%s\n", replaced  ? "Checked in. A new key was made and stored."
                       : refused ? "Checked in. The device could not do what was asked, and said so."
                                 : "Checked in. There was nothing to do.");
    return st;
}

static enum ud_status
run_device(struct ud_sim *s, const struct options *o, struct ud_error *err)
{
    const struct ud_roster_line *line;
    enum ud_status st;

    if (o->mode == SCREEN) {
        ud_language_use(NULL); /* the caller reads out what stands there */
        return ud_sim_screen(s, o->device, err);
    }
    if ((st = ud_sim_find(&line, s, o->device, err)) != UD_OK)
        return st;
    if (o->mode == CHECK_IN)
        return check_in(s, line, err);
    struct ud_guid device = line->device;
    st = set_behaviour(s, &device, UD_PLAYS_OFFLINE, err);
    if (st == UD_OK)
        printf("Offline until: escrowd-simulate -C %s check-in %s\n", o->dir, o->device);
    return st;
}

/* Signals end the loop in order, so that no device is left half way. */
static int
signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum ud_status
run(const struct options *o, struct ud_error *err)
{
    struct ud_sim s;
    enum ud_status st = ud_sim_open(&s, o->dir, o->url, err);

    if (st == UD_OK)
        st = ud_process_sandbox(UD_SANDBOX_VAULT_SQL, err);
    if (st == UD_OK && o->mode != PLAY)
        st = run_device(&s, o, err);
    else if (st == UD_OK)
        st = ud_sim_play(&s, o->approve_fd, signals(), err);
    ud_sim_close(&s);
    return st;
}

int
main(int argc, char **argv)
{
    struct options o = { .approve_fd = -1 };
    struct ud_error err = { 0 };
    enum ud_status st;

    if ((st = ud_process_harden(&err)) != UD_OK)
        goto out;
    if (argc == 2 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (argc == 2 && (strcmp(argv[1], "-V") == 0 || strcmp(argv[1], "--version") == 0)) {
        puts("escrowd-simulate " UD_VERSION);
        return 0;
    }
    if ((st = read_options(&o, argv, &err)) == UD_OK && (st = ud_http_global_init(&err)) == UD_OK &&
        (st = ud_seal_init(&err)) == UD_OK)
        st = run(&o, &err);
out:
    if (st != UD_OK)
        fprintf(stderr, "escrowd-simulate: %s%s%s\n", err.message, err.hint[0] != '\0' ? " " : "", err.hint);
    return ud_status_exit_code(st);
}
