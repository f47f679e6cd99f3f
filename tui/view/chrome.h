/* What stands around every screen: header line, bar of calls, message line, footer. And the marks and times that screens
 * share. */
#ifndef UD_VIEW_CHROME_H
#define UD_VIEW_CHROME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "domain/desk_role.h"
#include "domain/device.h"
#include "grid/canvas.h"
#include "widget/bar.h"

#define UD_VIEW_CALLS      4
#define UD_VIEW_MIN_WIDTH  40
#define UD_VIEW_MIN_HEIGHT 10
/* Nothing secret is shown on less (SR-25). */
#define UD_VIEW_KEY_WIDTH  60
#define UD_VIEW_KEY_HEIGHT 18

enum ud_tone { UD_TONE_PLAIN, UD_TONE_GOOD, UD_TONE_WARNING, UD_TONE_ERROR };

struct ud_view_call {
    unsigned number; /* the digit that brings it back */
    const char *device;
    const char *caller;     /* may be empty */
    unsigned group, groups; /* group reached; groups 0: not started */
    bool active;            /* the one being worked on; others are held */
    bool waiting;           /* waits for the device's new key */
    const char *state;      /* instead of the group: where its approval stands; NULL: none */
};

struct ud_view_chrome {
    const char *product;        /* the site's name; NULL or "": ours */
    const char *screen;         /* title of the screen, translated */
    const char *source;         /* where the keys are stored, e.g. "Lab"; may be NULL */
    const char *operator_label; /* may be NULL: nobody is signed in */
    bool training;
    unsigned unread;             /* things that happened elsewhere: new keys stored, failures */
    const char *approve, *surge; /* in the header: requests that wait for this person; the surge that is on; NULL: none */
    const struct ud_view_call *call;
    size_t call_count;   /* at most UD_VIEW_CALLS are drawn; 0: no bar */
    const char *message; /* NULL or "": none */
    enum ud_tone tone;
    const struct ud_hint *hint; /* footer, most important first */
    size_t hint_count;
};

/* Draws it and returns the body: full width, between header (and calls) and message line. */
struct ud_canvas ud_view_chrome(struct ud_canvas cv, const struct ud_view_chrome *model);
/* The body's size for a terminal of this size. */
void ud_view_body_size(int *width, int *height, int terminal_width, int terminal_height, size_t call_count);

/* "14:02" today, "Thu 14:02" within the last 6 days, else "2026-08-20". `never` ("-") for UD_WALL_NONE. out: 32 bytes. */
void ud_view_clock(char out[32], ud_wall t, ud_wall now);
/* "just now", "5 min ago", "3 h ago", "2 days ago", else the date. "never" for UD_WALL_NONE. out: 48 bytes. */
void ud_view_ago(char out[48], ud_wall t, ud_wall now);
/* "4:05" from milliseconds, rounded up to whole seconds. out: 16 bytes. */
void ud_view_minutes(char out[16], ud_msec left);

/* Words of section 2, translated: "48-digit recovery key", "FileVault recovery key", "LUKS recovery key", "local administrator
 * password". */
const char *ud_view_kind(enum ud_kind kind);
const char *ud_view_kind_short(enum ud_kind kind);      /* "BitLocker" … */
const char *ud_view_volume(enum ud_volume volume);      /* "system drive", "data drive", "removable drive", "" */
const char *ud_view_key_state(enum ud_key_state state); /* "current", "older", "was shown", "new key asked" */
enum ud_role ud_view_key_state_role(enum ud_key_state state);
const char *ud_view_mark(enum ud_key_mark mark); /* "key", "no key", "shown", "overdue", "" */
enum ud_role ud_view_mark_role(enum ud_key_mark mark);
const char *ud_view_desk_role(enum ud_desk_role role); /* "helpdesk", "advanced helpdesk", …; NONE: NULL */
/* Cells of the widest of these words in the operator's language, at least `least`: for columns that hold one of them. */
enum ud_view_words { UD_WORDS_MARK, UD_WORDS_KEY_STATE, UD_WORDS_VOLUME, UD_WORDS_AGO };
int ud_view_widest(enum ud_view_words words, int least);
const char *ud_view_ownership(enum ud_ownership ownership); /* "company", "personal", "unknown" */

#endif
