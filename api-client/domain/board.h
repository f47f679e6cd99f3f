/* The board: recovery keys that were shown and not replaced yet. Plain values; text is clean. */
#ifndef UD_DOMAIN_BOARD_H
#define UD_DOMAIN_BOARD_H

#include <stdbool.h>

#include "base/clock.h"
#include "domain/device.h"

#define UD_BOARD_MAX 200 /* entries of one answer; the longest shown come first */

enum ud_board_state {
    UD_BOARD_WAITING, /* no new key was asked for since; the service does so at `due`, where there is one */
    UD_BOARD_ASKED,   /* and the device has not answered */
    UD_BOARD_FAILED,  /* the device could not; `message` says why */
    UD_BOARD_STATE_COUNT
};
const char *ud_board_state_name(enum ud_board_state s); /* "waiting" "asked" "failed" */
bool ud_board_state_parse(enum ud_board_state *out, const char *name);

struct ud_board_entry {
    struct ud_guid key; /* zero: the key has no ID */
    struct ud_guid device;
    enum ud_kind kind;
    enum ud_board_state state;
    bool overdue; /* shown for longer than policy wants */
    ud_wall shown, asked, due, last_checkin;
    char device_name[UD_NAME_MAX], user[UD_NAME_MAX];
    char by[UD_NAME_MAX]; /* account that was shown it last */
    char message[256];
};

#endif
