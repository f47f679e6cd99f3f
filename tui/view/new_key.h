/* New keys: asked, waiting for the device, replaced, failed. */
#ifndef UD_VIEW_NEW_KEY_H
#define UD_VIEW_NEW_KEY_H

#include "view/chrome.h"
#include "widget/list.h"

enum ud_new_key_step { UD_NEW_KEY_ASKING, UD_NEW_KEY_WAITING, UD_NEW_KEY_REPLACED, UD_NEW_KEY_FAILED };

struct ud_view_new_key_row {
    enum ud_new_key_step step;
    const char *device, *user;
    ud_wall asked;
    ud_wall last_checkin;
    ud_wall replaced;      /* REPLACED */
    struct ud_guid new_id; /* REPLACED; zero: not known */
    struct ud_guid old_id; /* zero: not known */
    enum ud_kind kind;
    const char *error; /* FAILED: a sentence that helps */
};

struct ud_view_new_key {
    const struct ud_view_new_key_row *row; /* all of them */
    struct ud_list list;
    ud_wall now;
};

size_t ud_view_new_key_rows(int width, int height);
void ud_view_new_key(struct ud_canvas cv, const struct ud_view_new_key *model);

#endif
