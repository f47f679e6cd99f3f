/* Where a recovery key may be that is not stored here, in the order in which it is worth looking, and what to do in each place. */
#ifndef UD_VIEW_MISSING_H
#define UD_VIEW_MISSING_H

#include "view/chrome.h"

enum ud_directory { UD_DIRECTORY_NOT_CONFIGURED, UD_DIRECTORY_NOT_ASKED, UD_DIRECTORY_ASKED };

struct ud_view_missing {
    const char *device; /* its name; NULL: a look-up by ID found nothing */
    const char *digits; /* that were looked up, upper case; "" where it is about a device */
    const char *miss;   /* look-up: the sentence of the miss */
    enum ud_kind kind;  /* of the key that is missing */
    enum ud_tristate encrypted;
    bool mac_asks;            /* FileVault: a key that the user knows can be stored from here */
    bool keeps;               /* the source keeps keys of deleted devices */
    const char *source;       /* where keys are stored */
    const char *new_refused;  /* why no new key can be asked for; NULL: it can */
    const char *new_state;    /* sentence about a new key under way; NULL: none */
    const char *new_key_hint; /* key of the command that asks for a new key, "n" */
    const char *paste_hint;   /* key of the page that takes the output of manage-bde; NULL: it is not offered */
    const char *all_hint;     /* short form only: key of the page with all of it */
    enum ud_directory directory;
    const char *directory_name; /* where it is configured */
    ud_wall last_seen, now;
    size_t top; /* first line shown */
};

/* Lines of the whole text at this width, without the heading. */
size_t ud_view_missing_lines(const struct ud_view_missing *model, int width);
void ud_view_missing(struct ud_canvas cv, const struct ud_view_missing *model);
/* On the page of a device, from row `y` down: that there is no key, the first thing to do, and, unless `brief`, where it may be. Returns its rows. */
int ud_view_missing_short(struct ud_canvas cv, int y, const struct ud_view_missing *model, bool brief);

#endif
