/* The launcher: a small process forked before the sandbox and before anything secret exists. It has no secret and no terminal; it starts workers
 * and the tmux watcher and hands over their sockets (SCM_RIGHTS), and with --demo the private escrowd and its simulator. It ends, with its
 * children, when its socket closes. */
#ifndef UD_APP_LAUNCHER_H
#define UD_APP_LAUNCHER_H

#include <stdbool.h>

#include "app/config.h"
#include "base/error.h"

struct ud_launcher;

/* Forks the launcher. Call while the process has one thread and no secret. */
UD_CHECK enum ud_status ud_launcher_start(struct ud_launcher **out, struct ud_error *err);
/* Closes the socket: workers, watcher and the demo's service end. Waits at most 2 s for the launcher. */
void ud_launcher_free(struct ud_launcher **l);

/* Asynchronous use: poll the descriptor; ask; later take the reply. */
int ud_launcher_fd(const struct ud_launcher *l);
enum ud_launcher_reply {
    UD_LAUNCHER_NONE,
    UD_LAUNCHER_WORKER,
    UD_LAUNCHER_WATCHER,
    UD_LAUNCHER_DEMO,
    UD_LAUNCHER_APPROVED,
    UD_LAUNCHER_FAILED
};
/* Asks for a fresh worker. The previous one is killed first if it still lives. */
UD_CHECK enum ud_status ud_launcher_ask_worker(struct ud_launcher *l, struct ud_error *err);
/* Kills the worker at once (lock). */
UD_CHECK enum ud_status ud_launcher_kill_worker(struct ud_launcher *l, struct ud_error *err);
/* Asks for the tmux watcher (only useful where TMUX is set). */
UD_CHECK enum ud_status ud_launcher_ask_watcher(struct ud_launcher *l, struct ud_error *err);
/* --demo: has the simulator fill in the approval page for this code, as the invented operator. */
UD_CHECK enum ud_status ud_launcher_approve(struct ud_launcher *l, const char *user_code, struct ud_error *err);
/* Takes one reply if there is one (UD_LAUNCHER_NONE otherwise); *fd gets the descriptor that came with WORKER or WATCHER, else -1.
 * UD_OFFLINE: the launcher is gone. */
UD_CHECK enum ud_status ud_launcher_take(struct ud_launcher *l, enum ud_launcher_reply *reply, int *fd, struct ud_error *err);

/* Waiting use, for one-shot commands and for the start: asks and waits up to 5 s. */
UD_CHECK enum ud_status ud_launcher_worker(struct ud_launcher *l, int *fd, struct ud_error *err);

/* --demo: init, seed and serve in `dir` (made when missing), and the simulator. Waits until the service answers; up to 60 s for large fleets.
 * `c`: demo_devices, demo_seed, demo_person. A directory that holds a fleet already is used as it is. `throw_away`: the launcher removes `dir` at its end. */
UD_CHECK enum ud_status ud_launcher_demo(
    struct ud_launcher *l, const struct ud_config *c, const char *dir, bool throw_away, struct ud_error *err);

/* The tmux watcher answers each byte '?' on its socket with one struct ud_tmux_finding (SOCK_SEQPACKET). */
struct ud_tmux_finding {
    bool answered;     /* false: the tmux server did not answer in 400 ms */
    int attached;      /* clients attached to the session */
    int viewing;       /* clients whose current window is ours */
    bool piped;        /* pipe-pane is on */
    bool synchronised; /* synchronize-panes is on */
    bool alternate;    /* the alternate screen is on */
};

#endif
