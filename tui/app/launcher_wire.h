/* What console and launcher say to each other: fixed-size packets on a SOCK_SEQPACKET pair, descriptors by SCM_RIGHTS. Private to launcher*.c. */
#ifndef UD_APP_LAUNCHER_WIRE_H
#define UD_APP_LAUNCHER_WIRE_H

#include "app/launcher.h"

enum launcher_op { OP_WORKER = 1, OP_KILL_WORKER, OP_WATCHER, OP_APPROVE, OP_DEMO };

struct launcher_request {
    enum launcher_op op;
    bool throw_away;
    unsigned devices, seed;
    char person[32]; /* of the demo: who signs in */
    char text[512];  /* code to approve, or the demo's directory */
};

struct launcher_answer {
    enum ud_launcher_reply reply;
    struct ud_error error;
};

/* The launcher's whole life; returns when `fd` closes. */
void ud_launcher_serve(int fd);

/* --- the demo's children ------------------------------------------------------------------------------------------------ */

struct ud_demo {
    char dir[512], person[32];
    bool throw_away;
    int service, simulator; /* process ids, 0: none */
    int approve_fd;         /* pipe to the simulator, -1: none */
};

UD_CHECK enum ud_status ud_demo_start(struct ud_demo *d, const struct launcher_request *r, struct ud_error *err);
UD_CHECK enum ud_status ud_demo_approve(struct ud_demo *d, const char *code, struct ud_error *err);
void ud_demo_stop(struct ud_demo *d);

/* --- starting programs ---------------------------------------------------------------------------------------------------- */

/* Forks and executes `path`; `fd3` becomes descriptor 3 (-1: none), standard error goes to `log` (NULL: /dev/null), everything else is closed.
 * The child dies with the launcher. */
UD_CHECK enum ud_status ud_spawn(int *pid, const char *path, char *const argv[], int fd3, const char *log, struct ud_error *err);

/* The tmux watcher's whole life. */
void ud_tmux_watch(int fd);

#endif
