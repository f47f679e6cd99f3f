#include "domain/desk_role.h"

#include <string.h>

static const char *const names[UD_DESK_ROLE_COUNT] = {
#define X(name, text) text,
    UD_DESK_ROLE_LIST(X)
#undef X
};

enum ud_desk_role
ud_desk_role_parse(const char *name)
{
    for (unsigned i = 0; i < UD_DESK_ROLE_COUNT; i++) {
        if (strcmp(names[i], name) == 0)
            return (enum ud_desk_role)i;
    }
    return UD_DESK_NONE;
}

const char *
ud_desk_role_name(enum ud_desk_role role)
{
    return (unsigned)role < UD_DESK_ROLE_COUNT ? names[role] : "";
}
