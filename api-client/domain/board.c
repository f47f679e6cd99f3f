#include "domain/board.h"

#include <string.h>

static const char *const names[UD_BOARD_STATE_COUNT] = { "waiting", "asked", "failed" };

const char *
ud_board_state_name(enum ud_board_state s)
{
    return (unsigned)s < UD_BOARD_STATE_COUNT ? names[s] : "waiting";
}

bool
ud_board_state_parse(enum ud_board_state *out, const char *name)
{
    for (int i = 0; i < UD_BOARD_STATE_COUNT; i++)
        if (strcmp(names[i], name) == 0) {
            *out = (enum ud_board_state)i;
            return true;
        }
    return false;
}
