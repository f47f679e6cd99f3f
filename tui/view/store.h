/* Storing the FileVault recovery key of a Mac: the page that takes it twice, asking its user for it, and what became of it. The keys themselves are
 * never here: the page knows how many characters were typed. */
#ifndef UD_VIEW_STORE_H
#define UD_VIEW_STORE_H

#include "domain/typed_key.h"
#include "view/chrome.h"
#include "widget/line.h"

/* What became of a typed key, as the service tells it. */
struct ud_view_stored {
    enum ud_typed_state state;
    enum ud_typed_cause cause; /* FAILED */
    ud_wall requested, finished, last_checkin, new_created;
    const char *by; /* who typed it; NULL or "": not told */
    bool asked;     /* somebody asks the user to store it */
    ud_wall asked_at;
    const char *asked_by, *note;
    bool own;     /* the reader is the user of this Mac */
    bool blocked; /* nothing else is to be had before it is stored */
    bool full;    /* with what helps where nothing else does */
    ud_wall now;
};

/* Rows that it takes in `width` cells; 0: there is nothing to say. */
int ud_view_stored_rows(int width, const struct ud_view_stored *s);
/* Draws it from row `y` down, as far as there is room, and returns its rows. */
int ud_view_stored(struct ud_canvas cv, int x, int y, int width, const struct ud_view_stored *s);

enum ud_view_store_step { UD_VIEW_STORE_ENTRY, UD_VIEW_STORE_SENDING, UD_VIEW_STORE_STATE, UD_VIEW_STORE_ASK };
struct ud_view_store {
    enum ud_view_store_step step;
    const char *device, *user, *system;
    size_t typed[2]; /* characters in the two fields */
    bool on_second;
    const char *error;           /* NULL: none */
    bool error_second;           /* it belongs below the second field */
    const char *warning;         /* to be looked at, not refused */
    const char *failed, *hint;   /* STATE: it was not taken at all */
    const struct ud_line *note;  /* ASK */
    struct ud_view_stored state; /* what is known of an earlier one, or of this one */
};

void ud_view_store(struct ud_canvas cv, const struct ud_view_store *model);

/* Sentence for what is wrong with the shape; "" for FINE. */
void ud_view_typed_fault(char *out, size_t size, enum ud_typed_fault fault, size_t characters);
/* Sentence for 0, 1, I, S. */
const char *ud_view_typed_unusual(void);

#endif
