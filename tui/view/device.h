/* One device: its facts and its recovery keys, newest first. */
#ifndef UD_VIEW_DEVICE_H
#define UD_VIEW_DEVICE_H

#include "view/missing.h"
#include "view/store.h"
#include "widget/list.h"

struct ud_view_device {
    struct ud_device device;
    const char *source;                    /* where its keys are stored */
    size_t same_name;                      /* other devices of this name */
    const struct ud_key *key;              /* newest first, all of them */
    struct ud_list list;                   /* over `key` */
    bool loading;                          /* keys are being fetched afresh */
    ud_wall fetched;                       /* when the keys were fetched; UD_WALL_NONE: not yet */
    const char *error, *hint;              /* keys could not be fetched */
    const char *get_refused;               /* why the selected key cannot be got; NULL: Enter gets it */
    const char *new_refused;               /* why no new key can be asked for; NULL: it can */
    const char *new_state;                 /* sentence about a new key under way; NULL: none */
    const struct ud_view_stored *stored;   /* what became of a key that was typed; NULL: nothing to say */
    const struct ud_view_missing *missing; /* drawn where there is no key; NULL: the source cannot say so yet */
    ud_wall now;
};

/* Key rows that fit. */
size_t ud_view_device_rows(int width, int height, const struct ud_view_device *model);
void ud_view_device(struct ud_canvas cv, const struct ud_view_device *model);

#endif
