/* A real escrowd (front and vault) in a private directory, for end-to-end tests: init, seed, serve, stop. */
#ifndef UD_TESTS_ESCROWD_FIXTURE_H
#define UD_TESTS_ESCROWD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ud_fixture_options {
    unsigned devices;       /* 0: no seed */
    unsigned seed;          /* 0: 1 */
    bool service;           /* not a training service */
    bool https;             /* else a Unix socket */
    bool plain_graph_reads; /* init --plain-graph-reads */
    bool simulator;         /* escrowd-simulate runs beside it */
    const char *program;    /* NULL: "escrowd"; "seams/escrowd" has a clock that UD_SEAM_CLOCK of the test's environment shifts */
};

struct ud_fixture {
    char dir[64];      /* the service's -C DIR; everything is below it */
    char url[160];     /* "unix:///…/escrowd.sock" or "https://localhost:PORT" */
    char socket[108];  /* "" for HTTPS */
    char ca_file[128]; /* of HTTPS */
    int port;
    pid_t server, simulator;
    const char *program;
};

/* Makes, seeds and serves; returns when connections are accepted. Fails the test otherwise. */
void ud_fixture_start(struct ud_fixture *f, const struct ud_fixture_options *o);
/* init, user and seed only; f->server is 0. */
void ud_fixture_make(struct ud_fixture *f, const struct ud_fixture_options *o);
void ud_fixture_serve(struct ud_fixture *f);
/* Ends it (SIGTERM) and waits; the directory stays, so that it can be served again. ud_fixture_kill: SIGKILL to both processes. */
void ud_fixture_stop(struct ud_fixture *f);
void ud_fixture_kill(struct ud_fixture *f);
/* Stops and removes the directory. */
void ud_fixture_end(struct ud_fixture *f);
/* Starts the simulator beside it (ended by ud_fixture_stop). */
void ud_fixture_simulate(struct ud_fixture *f);
/* "operator" with role advanced exists in every fixture; this is the password (the training service's own, else a fixed one). */
void ud_fixture_password(char *out, size_t size, const struct ud_fixture *f);
/* Runs `escrowd ARGS` with -C DIR behind the first and `input` on standard input; fails the test unless it exits with 0. Returns
 * its standard output (free). */
char *ud_fixture_command(const struct ud_fixture *f, const char *input, const char *const *args);

#endif
