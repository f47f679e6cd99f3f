/* Facts of a device. */
#include "view/detail.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define FACTS     8
#define TWO_WIDTH 76 /* from here on two columns */
#define TWO_LEFT  36

struct fact {
    const char *label;
    enum ud_role role;
    const char *value;
};

static const char *
encrypted(enum ud_tristate state, enum ud_role *role)
{
    *role = state == UD_NO ? UD_ROLE_STATE_BAD : UD_ROLE_TEXT;
    return state == UD_YES ? _("yes") : state == UD_NO ? _("no") : _("unknown");
}

static int
label_width(const struct fact *fact, int count)
{
    int cells = 12;

    for (int i = 0; i < count; i++)
        cells = ud_cells(fact[i].label) + 1 > cells ? ud_cells(fact[i].label) + 1 : cells;
    return cells;
}

int
ud_detail_fact_rows(int width, const char *source)
{
    int facts = FACTS - (source == NULL);

    return width >= TWO_WIDTH ? (facts + 1) / 2 : facts;
}

int
ud_detail_facts(struct ud_canvas cv, int y, const struct ud_device *device, const char *source, ud_wall now)
{
    char seen[48], system[160];
    enum ud_role disk;
    const char *state = encrypted(device->encrypted, &disk);
    struct fact fact[FACTS] = {
        { _("User"), UD_ROLE_STRONG, ud_part_user(device) },
        { _("Account"), UD_ROLE_TEXT, device->user },
        { _("Serial"), UD_ROLE_TEXT, device->serial },
        { _("Last seen"), UD_ROLE_TEXT, seen },
        { _("Model"), UD_ROLE_TEXT, device->model },
        { _("System"), UD_ROLE_TEXT, system },
        { _("Ownership"), device->ownership == UD_OWNERSHIP_PERSONAL ? UD_ROLE_STATE_WARNING : UD_ROLE_TEXT,
            ud_view_ownership(device->ownership) },
        { _("Stored in"), UD_ROLE_TEXT, source },
    };
    int rows = ud_detail_fact_rows(cv.width, source), count = FACTS - (source == NULL);
    bool two = cv.width >= TWO_WIDTH;

    if (!source) /* the list beside it says nothing about encryption */
        fact[FACTS - 1] = (struct fact){ _("Encrypted"), disk, state };
    ud_view_ago(seen, device->last_checkin, now);
    ud_part_system(system, sizeof(system), device);
    for (int i = 0; i < count; i++) {
        int row = two ? i / 2 : i, left = two && i % 2 ? TWO_LEFT : 0;

        ud_part_fact(cv, left, y + row, two && !left ? TWO_LEFT - 2 : cv.width - left, label_width(fact, count), fact[i].label,
            fact[i].role, fact[i].value);
    }
    return rows;
}
