/* The recovery key: dictation of one group at a time. The key itself never comes here: places are reserved in the grid
 * (UD_RESERVE_LARGE, _SPELLED, _WHOLE) and the secret painter fills them. */
#ifndef UD_VIEW_KEY_H
#define UD_VIEW_KEY_H

#include "view/chrome.h"

enum ud_key_show {
    UD_KEY_FETCHING, /* asked for, not there yet */
    UD_KEY_GROUP,    /* dictation: one group */
    UD_KEY_WHOLE,    /* everything at once */
    UD_KEY_COVERED,  /* got, not on screen */
    UD_KEY_FAILED,   /* did not come */
};

enum ud_digit_mark { UD_DIGIT_OPEN, UD_DIGIT_RIGHT, UD_DIGIT_WRONG, UD_DIGIT_TYPED };

#define UD_VIEW_GROUP_MAX 8

struct ud_view_key {
    enum ud_key_show show;
    const char *device, *user, *caller; /* caller may be empty */
    struct ud_key key;
    const char *reason, *ticket;                /* may be empty */
    unsigned group, groups;                     /* 1-based; groups 0 while fetching */
    unsigned group_size;                        /* characters of the current group */
    unsigned half;                              /* wider gap after that many; 0: none */
    size_t whole_length;                        /* characters of the whole key with its dashes */
    const char *where[2];                       /* two lines that say where the caller types it; NULL: none */
    enum ud_digit_mark mark[UD_VIEW_GROUP_MAX]; /* read-back of this group */
    bool letters;                               /* the read-back has letters: it is begun by a command */
    bool reading;                               /* it has been begun */
    bool exact;                                 /* capital and small letters differ */
    bool reading_back;                          /* a digit of a read-back has been typed */
    const char *readback_text;                  /* sentence about the read-back; NULL: the standing one */
    enum ud_tone readback_tone;
    ud_msec covers_in;        /* shown: until it is covered; <= 0: no countdown */
    const char *covered_why;  /* COVERED: sentence; NULL: none */
    ud_msec wiped_in;         /* COVERED: until it has to be fetched again; <= 0: unknown */
    const char *finding;      /* tmux or recorder finding, recorded; NULL: none */
    const char *error, *hint; /* FAILED */
    bool log_unwritable;      /* FAILED: the activity log cannot be written */
    bool own;                 /* who sees it types it himself: there is no caller to dictate to */
};

/* Draws and reserves. On less than UD_VIEW_KEY_WIDTH x UD_VIEW_KEY_HEIGHT (of the terminal, `terminal_*`) nothing is reserved
 * and a sentence asks for a larger window. */
void ud_view_key(struct ud_canvas cv, const struct ud_view_key *model, int terminal_width, int terminal_height);

/* The recovery key is not shown because of where the console runs (tmux, screen, recorder): what was found and the exact
 * command that puts it right. */
struct ud_view_cover {
    const char *title;   /* "Covered: 2 terminals are attached to this tmux session" */
    const char *why;     /* one sentence */
    const char *command; /* "tmux detach-client -a"; NULL: none */
    const char *after;   /* what happens then; NULL: none */
};
void ud_view_cover(struct ud_canvas cv, const struct ud_view_cover *model);

#endif
