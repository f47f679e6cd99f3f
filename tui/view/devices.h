/* Home: the filter and the devices that match; above them the recovery keys whose ID starts with what was typed. */
#ifndef UD_VIEW_DEVICES_H
#define UD_VIEW_DEVICES_H

#include "view/chrome.h"
#include "widget/line.h"
#include "widget/list.h"

struct ud_view_key_hit {
    struct ud_key key;
    const char *device; /* name; NULL: no such device in the list */
    const char *user;
    const char *sources; /* every source that has it, "Entra, escrowd" */
};

struct ud_view_devices {
    const struct ud_line *filter;
    bool on_list;                /* focus: false in the filter */
    struct ud_list list;         /* over the devices that match; rows as ud_view_devices_rows says */
    const struct ud_device *row; /* the devices from list.top on */
    size_t row_count;
    size_t total;             /* devices there are */
    bool fuzzy;               /* nothing matched as written; these match loosely */
    bool searching;           /* a search is under way */
    const char *filter_error; /* what the filter does not understand; NULL: nothing */

    const struct ud_view_key_hit *hit; /* recovery keys by ID */
    size_t hit_count;                  /* in `hit`, at most UD_VIEW_HITS are drawn */
    size_t hit_total;
    size_t hit_selected;  /* index, or UD_LIST_NONE where the selection is in the device list */
    const char *typed_id; /* what was taken for a recovery key ID, as typed; NULL: nothing looked like one */
    const char *none;     /* what an empty list means to this operator; NULL: what it says */
    const char *miss;     /* the sentence of a miss (ud_view_miss_text); NULL: none */

    bool loading;
    size_t loaded;              /* devices so far */
    size_t expected;            /* 0: not known */
    const char *stale;          /* "signed out, list of 10:42"; NULL: fresh */
    const char *error;          /* the list could not be loaded; NULL: none */
    const char *source_name[8]; /* by ud_device.source, for wide screens; NULL: one source only */
    ud_wall now;
};

#define UD_VIEW_HITS 6

/* Device rows that fit in a body of this size with that many hits. Use it for ud_list_set before drawing. */
size_t ud_view_devices_rows(int width, int height, const struct ud_view_devices *model);
void ud_view_devices(struct ud_canvas cv, const struct ud_view_devices *model);

/* The long sentence of a miss, into `out`. `asked` and `not_asked` are finished lists ("Entra (list of 2 minutes ago),
 * escrowd"); either may be NULL. `digits` as typed in upper case; `near` recovery keys differ in one character. */
void ud_view_miss_text(
    char *out, size_t size, const char *digits, const char *asked, const char *not_asked, size_t near, bool loading);

#endif
