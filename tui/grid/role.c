/* Names and letters of roles, from the one list. */
#include "grid/role.h"

#include <string.h>

static const struct {
    const char *name;
    char letter;
} roles[] = {
#define X(id, text, sign) { text, sign },
    UD_ROLE_LIST(X)
#undef X
};

const char *
ud_role_name(enum ud_role role)
{
    return (unsigned)role < UD_ROLE_COUNT ? roles[role].name : "text";
}

char
ud_role_letter(enum ud_role role)
{
    return (unsigned)role < UD_ROLE_COUNT ? roles[role].letter : '?';
}

bool
ud_role_parse(enum ud_role *out, const char *name)
{
    for (unsigned i = 0; i < UD_ROLE_COUNT; i++) {
        if (strcmp(roles[i].name, name) == 0) {
            *out = (enum ud_role)i;
            return true;
        }
    }
    return false;
}
