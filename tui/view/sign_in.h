/* Sign-in with a code on another screen. */
#ifndef UD_VIEW_SIGN_IN_H
#define UD_VIEW_SIGN_IN_H

#include "view/chrome.h"

enum ud_sign_in_step {
    UD_SIGN_IN_STARTING, /* the code is being asked for */
    UD_SIGN_IN_WAITING,  /* code on screen, waiting for the approval */
    UD_SIGN_IN_IDENTITY, /* approved: is this you? */
    UD_SIGN_IN_FAILED,
};

struct ud_view_sign_in {
    enum ud_sign_in_step step;
    const char *source;       /* "Lab" */
    const char *address;      /* verification address, typed by hand */
    const char *address_full; /* the same with the code in it, for the QR code; NULL: address */
    const char *code;         /* "BDFK-MPQR" */
    ud_msec expires_in;       /* 0: not known */
    const char *invented;     /* demo: the invented operator's name, whom Enter approves; else NULL */
    const char *warning;      /* e.g. what the directory will record; NULL: none */
    const char *identity;     /* IDENTITY: name and account */
    const char *role;         /* IDENTITY: role, may be NULL */
    const char *error, *hint; /* FAILED */
};

void ud_view_sign_in(struct ud_canvas cv, const struct ud_view_sign_in *model);

#endif
