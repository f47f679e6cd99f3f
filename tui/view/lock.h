/* The lock screen, the countdown before it, and the end of the session. Drawn on the whole terminal, without chrome. */
#ifndef UD_VIEW_LOCK_H
#define UD_VIEW_LOCK_H

#include "view/chrome.h"
#include "widget/line.h"

struct ud_view_lock {
    const char *host, *operator_label;
    const char *reason; /* "nobody pressed anything for 5 minutes" */
    ud_wall since, now;
    bool passphrase;            /* else a PIN */
    const struct ud_line *line; /* hidden */
    const char *training_pin;   /* training prints it; else NULL */
    bool training;
    bool working;        /* the try is being checked */
    unsigned tries_left; /* shown once below 5 */
    const char *error;   /* about the last try; NULL: none */
    const struct ud_hint *hint;
    size_t hint_count;
};
void ud_view_lock(struct ud_canvas cv, const struct ud_view_lock *model);

/* Over the screen that is there: "Locks in 42 s". `ends`: the session ends instead, and nothing is kept. */
void ud_view_countdown(struct ud_canvas cv, unsigned seconds, bool ends);

struct ud_view_session_over {
    const char *product; /* the site's name; NULL or "": ours */
    const char *host;
    const char *why;  /* one full sentence */
    const char *next; /* what to do */
    ud_wall at, now;
    bool training;
    const struct ud_hint *hint;
    size_t hint_count;
};
void ud_view_session_over(struct ud_canvas cv, const struct ud_view_session_over *model);

/* The whole terminal where it is smaller than UD_VIEW_MIN_WIDTH x UD_VIEW_MIN_HEIGHT. */
void ud_view_too_small(struct ud_canvas cv);

#endif
