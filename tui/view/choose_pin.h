/* Choosing the PIN or passphrase that unlocks the console, twice, once after sign-in. */
#ifndef UD_VIEW_CHOOSE_PIN_H
#define UD_VIEW_CHOOSE_PIN_H

#include "view/chrome.h"
#include "widget/line.h"

struct ud_view_choose_pin {
    bool passphrase;                      /* else a PIN */
    unsigned least;                       /* fewest characters */
    const struct ud_line *first, *second; /* hidden lines */
    bool on_second;                       /* focus */
    bool working;                         /* the key is being derived */
    const char *error;                    /* NULL: none */
};

void ud_view_choose_pin(struct ud_canvas cv, const struct ud_view_choose_pin *model);

#endif
