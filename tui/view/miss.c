/* The sentence of a look-up that found nothing: what was asked, what was not, and what may be wrong. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "grid/i18n.h"
#include "view/devices.h"

static void
add(char *out, size_t size, const char *text)
{
    size_t length = strlen(out);

    ud_copy(out + length, size - length, text);
}

void
ud_view_miss_text(char *out, size_t size, const char *digits, const char *asked, const char *not_asked, size_t near, bool loading)
{
    char part[400];

    snprintf(part, sizeof(part), _("No recovery key ID starts with %s."), digits);
    ud_copy(out, size, part);
    if (asked && *asked) {
        snprintf(part, sizeof(part), _(" Asked: %s."), asked);
        add(out, size, part);
    }
    if (not_asked && *not_asked) {
        snprintf(part, sizeof(part), _(" Not asked: %s."), not_asked);
        add(out, size, part);
    }
    if (loading)
        add(out, size, _(" The list is still being loaded, so this is not final."));
    add(out, size, _(" The ID stands after 'Recovery key ID', not 'Drive label', and is not the TPM's."));
    if (near > 0) {
        snprintf(part, sizeof(part), ud_plural(" One character different: %zu key.", " One character different: %zu keys.", near),
            near);
        add(out, size, part);
    }
}
