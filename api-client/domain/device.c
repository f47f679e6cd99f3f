/* Names of the small enumerations of a device. */
#include "domain/device.h"

#include <string.h>

static const char *const ownership_names[] = { "unknown", "company", "personal" };
static const char *const mark_names[] = { "unknown", "missing", "current", "shown", "due" };

const char *
ud_ownership_name(enum ud_ownership o)
{
    return (unsigned)o < sizeof(ownership_names) / sizeof(ownership_names[0]) ? ownership_names[o] : ownership_names[0];
}

bool
ud_ownership_parse(enum ud_ownership *out, const char *name)
{
    for (unsigned i = 0; i < sizeof(ownership_names) / sizeof(ownership_names[0]); i++) {
        if (strcmp(name, ownership_names[i]) == 0) {
            *out = (enum ud_ownership)i;
            return true;
        }
    }
    *out = UD_OWNERSHIP_UNKNOWN;
    return false;
}

const char *
ud_key_mark_name(enum ud_key_mark m)
{
    return (unsigned)m < sizeof(mark_names) / sizeof(mark_names[0]) ? mark_names[m] : mark_names[0];
}
