/* A terminal as operators have it: sshd on loopback, an SSH client on a pseudo-terminal, tmux on the far side. Everything lies in a private
 * directory and is ended by ud_remote_stop. */
#ifndef UD_TESTS_REMOTE_H
#define UD_TESTS_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ud_ssh { /* one client */
    pid_t pid;
    int master;
};

struct ud_remote {
    char dir[64];
    char tmux[96]; /* socket of the tmux server */
    unsigned port;
    pid_t sshd;
};

/* The words of a client's command line, for programs that run it themselves. */
struct ud_ssh_words {
    char port[16], key[96], known[160];
    const char *argv[24];
};

/* Makes keys, starts sshd as this user on a free port of 127.0.0.1. */
void ud_remote_start(struct ud_remote *r);
/* Ends the tmux server and waits for what ran in it. Fine where nothing was started. */
void ud_remote_stop(struct ud_remote *r);

/* From now on the key is good for this command only, whatever the client asks for (authorized_keys: restrict,pty,command="…"). */
void ud_remote_force(const struct ud_remote *r, const char *command);
/* `program` is "/usr/bin/ssh" or "/usr/bin/sftp"; `options` go in front of the host, `command` (may be NULL) behind it. */
void ud_ssh_words(
    struct ud_ssh_words *w, const struct ud_remote *r, const char *program, const char *const *options, const char *command);

/* Opens a terminal of 80x24 on which `command` runs at the far end. */
void ud_ssh_open(struct ud_ssh *c, const struct ud_remote *r, const char *command);
/* Reads and forgets what the terminal shows, so that the far end never stalls. */
void ud_ssh_drain(struct ud_ssh *c);
/* Kills the client without a word. */
void ud_ssh_kill(struct ud_ssh *c);

/* Runs tmux with these words (NULL ends), on the private server; what it prints, NUL-terminated, in a static buffer. */
const char *ud_tmux(const struct ud_remote *r, const char *const *words);
/* Process in the pane of the session "call"; 0: none. */
pid_t ud_tmux_pane(const struct ud_remote *r);
/* What the pane shows now. */
const char *ud_tmux_screen(const struct ud_remote *r);
/* Waits until the pane shows `text` (or, with `gone`, no longer does); draining `c` meanwhile. False after `seconds`. */
bool ud_tmux_wait(const struct ud_remote *r, struct ud_ssh *c, const char *text, bool gone, double seconds);
/* Types a key by tmux's name ("Enter", "Escape", "Space"), or text letter by letter. */
void ud_tmux_key(const struct ud_remote *r, const char *name);
void ud_tmux_type(const struct ud_remote *r, const char *text);

#endif
