/* Pieces that several screens draw. */
#include "view/parts.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "grid/i18n.h"

void
ud_part_fact(
    struct ud_canvas cv, int x, int y, int width, int label_width, const char *label, enum ud_role role, const char *value)
{
    ud_canvas_fit(cv, x, y, label_width - 1, UD_ROLE_LABEL, label);
    ud_canvas_fit(cv, x + label_width, y, width - label_width, role, value && *value ? value : "–");
}

enum ud_role
ud_part_tone_role(enum ud_tone tone)
{
    switch (tone) {
    case UD_TONE_GOOD:
        return UD_ROLE_STATE_GOOD;
    case UD_TONE_WARNING:
        return UD_ROLE_STATE_WARNING;
    case UD_TONE_ERROR:
        return UD_ROLE_STATE_BAD;
    default:
        return UD_ROLE_TEXT;
    }
}

static const char *
tone_sign(enum ud_tone tone)
{
    return tone == UD_TONE_ERROR ? "✗ " : tone == UD_TONE_WARNING ? "! " : tone == UD_TONE_GOOD ? "✓ " : "";
}

int
ud_part_sentence_rows(int width, enum ud_tone tone, const char *text)
{
    struct ud_canvas nowhere = { 0 };

    return ud_canvas_wrap(nowhere, 0, 0, width - ud_cells(tone_sign(tone)), UD_ROLE_TEXT, text, false);
}

int
ud_part_sentence(struct ud_canvas cv, int x, int y, int width, enum ud_tone tone, const char *text)
{
    const char *sign = tone_sign(tone);
    enum ud_role role = ud_part_tone_role(tone);
    int lead = ud_cells(sign);

    ud_canvas_text(cv, x, y, role, sign);
    return ud_canvas_wrap(cv, x + lead, y, width - lead, role, text, true);
}

void
ud_part_position(struct ud_canvas cv, int y, size_t first, size_t end, size_t count)
{
    char from[32], to[32], of[32], line[128];

    if (count == 0 || (first == 0 && end >= count))
        return;
    ud_bar_number(from, first + 1);
    ud_bar_number(to, end);
    ud_bar_number(of, count);
    snprintf(line, sizeof(line), _("%s–%s of %s"), from, to, of);
    ud_canvas_fit_right(cv, 0, y, cv.width - 1, UD_ROLE_DIM, line);
}

void
ud_part_short_id(char out[12], const struct ud_guid *id)
{
    char text[9];

    if (ud_guid_is_zero(id)) {
        snprintf(out, 12, "–");
        return;
    }
    ud_guid_short(text, id);
    snprintf(out, 12, "%s", text);
}

void
ud_part_full_id(char out[UD_GUID_TEXT], const struct ud_guid *id)
{
    ud_guid_format(out, id);
    for (char *c = out; *c; c++)
        *c = (char)toupper((unsigned char)*c);
}

void
ud_part_system(char *out, size_t size, const struct ud_device *device)
{
    const char *os = device->os ? device->os : "", *version = device->os_version ? device->os_version : "";

    snprintf(out, size, "%s%s%s", os, *os && *version ? " " : "", version);
}

const char *
ud_part_user(const struct ud_device *device)
{
    if (device->user_name && *device->user_name)
        return device->user_name;
    return device->user && *device->user ? device->user : "";
}

void
ud_part_account(char *out, size_t size, const char *account, int cells)
{
    char *at;

    ud_copy(out, size, account ? account : "");
    at = strchr(out, '@');
    if (at && at != out && ud_cells(out) > cells)
        *at = '\0';
}
