/* A console on a pseudo-terminal with an emulator (libvterm) behind it: tests press keys and look at cells. Every byte that was sent is kept. Waiting is for
 * a condition, never for a time; what does not come ends the test with the screen in its message. */
#ifndef UD_TESTS_PTY_HARNESS_H
#define UD_TESTS_PTY_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct ud_pty;

struct ud_pty_options {
    int width, height;       /* 0: 80x24 */
    const char *const *argv; /* argv[0] below the build directory ("seams/unlockdesk"), or a path */
    const char *const *env;  /* more of "NAME=value"; NULL ends; may be NULL */
    const char *term;        /* NULL: xterm-256color */
    const char *home;        /* the caller's own; NULL: a private one, removed at the end */
};

/* A private HOME and runtime directory, removed at the end; the fake clock and the idle mark of seam builds are set up. */
struct ud_pty *ud_pty_start(const struct ud_pty_options *options);
/* Closes the terminal (the program gets its hang-up), waits, removes the directory. */
void ud_pty_end(struct ud_pty **p);
pid_t ud_pty_pid(const struct ud_pty *p);
const char *ud_pty_home(const struct ud_pty *p);

/* Bytes as a terminal would send them. */
void ud_pty_send(struct ud_pty *p, const char *bytes);
/* One key by name: "Enter", "Esc", "Tab", "Space", "Left", "PgDn", "F1", "C-l", or a character. Counted. */
void ud_pty_key(struct ud_pty *p, const char *name);
/* Each character as one key, then the idle mark. */
void ud_pty_type(struct ud_pty *p, const char *text);
unsigned ud_pty_presses(const struct ud_pty *p);
/* Keys that open a question count only 150 ms after it: lets that time pass (on the fake clock where there is one). */
void ud_pty_pause(struct ud_pty *p);
/* Adds to both clocks of a seam build. */
void ud_pty_clock(struct ud_pty *p, int64_t milliseconds);
void ud_pty_resize(struct ud_pty *p, int width, int height);

/* Until the text stands somewhere on the screen, or no longer does; 20 s. */
void ud_pty_wait(struct ud_pty *p, const char *text);
void ud_pty_wait_gone(struct ud_pty *p, const char *text);
/* Until either stands there; returns 0 or 1. */
int ud_pty_wait_either(struct ud_pty *p, const char *a, const char *b);
/* Until the console says that it has nothing to do and the frame is out. Seam builds only. */
void ud_pty_idle(struct ud_pty *p);
/* Until the program has ended; its exit code, 128 + signal. */
int ud_pty_exit(struct ud_pty *p);
/* Takes what has arrived without waiting. */
void ud_pty_pump(struct ud_pty *p);

bool ud_pty_has(struct ud_pty *p, const char *text);
/* One row as text without trailing blanks; borrowed until the next call. */
const char *ud_pty_row(struct ud_pty *p, int y);
/* Row that holds the text, or -1. */
int ud_pty_find(struct ud_pty *p, const char *text);
/* The whole screen, rows with newlines; free it. */
char *ud_pty_screen(struct ud_pty *p);
void ud_pty_cursor(struct ud_pty *p, int *x, int *y);
/* Is the cell drawn reversed, bold, or in a colour of its own? */
struct ud_pty_cell {
    char text[8];
    bool reverse, bold, coloured;
};
struct ud_pty_cell ud_pty_cell(struct ud_pty *p, int x, int y);

/* Everything the program has sent, and how much that was. */
const char *ud_pty_bytes(const struct ud_pty *p, size_t *length);

#endif
