#include "view/missing.h"

#include <stdio.h>

#include "grid/i18n.h"
#include "view/parts.h"

#define SIDE      1
#define WIDEST    76
#define INDENT    3
#define HEAD      2 /* heading and a blank */
#define TEXT_ROOM 400

enum place { UPLOAD, ACCOUNT, DIRECTORY, MOVED, DELETED, RUNNING, PLACES };

static bool
applies(const struct ud_view_missing *m, enum place p)
{
    switch (p) {
    case DIRECTORY:
    case MOVED:
        return m->kind == UD_KIND_BITLOCKER;
    case RUNNING:
        return m->kind == UD_KIND_BITLOCKER && m->paste_hint != NULL;
    default:
        return true;
    }
}

static const char *
heading(const struct ud_view_missing *m, enum place p)
{
    switch (p) {
    case UPLOAD:
        return _("It was never stored");
    case ACCOUNT:
        return m->kind == UD_KIND_FILEVAULT ? _("The user encrypted the Mac before it was enrolled")
                                            : _("The drive was encrypted before the device was enrolled");
    case DIRECTORY:
        return _("A domain policy put it into Active Directory");
    case MOVED:
        return _("The drive came from another computer");
    case DELETED:
        return _("The device was deleted, or enrolled again");
    default:
        return _("The device still starts");
    }
}

static void
upload_text(char *out, size_t size, const struct ud_view_missing *m)
{
    char seen[48];

    ud_view_ago(seen, m->last_seen, m->now);
    if (m->device == NULL)
        snprintf(out, size, "%s",
            _("Look for the device or its user instead and open it: there it can be asked for a new key, which it stores."));
    else if (m->new_state != NULL)
        snprintf(out, size, _("A new key: %s"), m->new_state);
    else if (m->new_refused != NULL)
        snprintf(out, size, _("A new key would be stored, but: %s"), m->new_refused);
    else
        snprintf(out, size,
            _("%s asks the device for a new key: making one, it stores it in %s, and this page shows it. Last seen %s."),
            m->new_key_hint, m->source, seen);
}

static const char *
account_text(const struct ud_view_missing *m)
{
    switch (m->kind) {
    case UD_KIND_FILEVAULT:
        return m->mac_asks
                   ? _("Its 24-character key is with the user. It can be stored from the Mac's page: typed twice; the Mac "
                       "checks it and replaces it.")
                   : _("Its 24-character key is with the user, on paper or in their own account.");
    case UD_KIND_LUKS:
        return _("Whoever installed it may have kept a passphrase. Started with it, the device stores a recovery key.");
    default:
        return _("The user signs in to their own Microsoft account on a phone or another computer and opens the page "
                 "'recoverykey': it lists keys with their IDs.");
    }
}

static void
directory_text(char *out, size_t size, const struct ud_view_missing *m)
{
    if (m->directory == UD_DIRECTORY_ASKED)
        snprintf(out, size, _("%s was asked: none that this account may see. Ask its administrators."), m->directory_name);
    else if (m->directory == UD_DIRECTORY_NOT_ASKED)
        snprintf(out, size, _("%s is configured and was not asked: sign in there."), m->directory_name);
    else
        snprintf(out, size, "%s",
            _("It is not configured here, so it was not asked. Its administrators look at the computer's object, or for the "
              "first 8 characters of the ID."));
}

static const char *
moved_text(const struct ud_view_missing *m)
{
    return m->device == NULL ? _("That was looked for as well: keys are found by their ID whatever the device.")
                             : _("Then its key is stored for that one. Look for the first 8 characters of the ID on the caller's "
                                 "screen: keys are "
                                 "found whatever the device.");
}

static const char *
deleted_text(const struct ud_view_missing *m)
{
    if (m->keeps && m->kind != UD_KIND_BITLOCKER)
        return _("Its keys stay, at the older entry of the device: look for its serial number.");
    return m->keeps ? _("Its keys stay. They are found by the first 8 characters of the ID, or at the older entry of the device.")
                    : _("The keys may have gone with it. Look for an older entry of the same name or serial number, and ask its "
                        "administrators.");
}

static void
text_of(char *out, size_t size, const struct ud_view_missing *m, enum place p)
{
    switch (p) {
    case UPLOAD:
        upload_text(out, size, m);
        break;
    case DIRECTORY:
        directory_text(out, size, m);
        break;
    case ACCOUNT:
        snprintf(out, size, "%s", account_text(m));
        break;
    case MOVED:
        snprintf(out, size, "%s", moved_text(m));
        break;
    case DELETED:
        snprintf(out, size, "%s", deleted_text(m));
        break;
    default:
        snprintf(out, size,
            _("There, in a command prompt run as administrator: manage-bde -protectors -get C: prints the key. %s takes its "
              "output "
              "and can store it."),
            m->paste_hint);
        break;
    }
}

static int
text_width(int width)
{
    return width - 2 * SIDE < WIDEST ? width - 2 * SIDE : WIDEST;
}

/* All places from row 0 down; returns the rows. */
static int
draw_places(struct ud_canvas cv, int width, const struct ud_view_missing *m, bool draw)
{
    char line[TEXT_ROOM];
    int y = 0, number = 0;

    if (m->miss != NULL && m->miss[0] != '\0')
        y += ud_canvas_wrap(cv, 0, y, width, UD_ROLE_TEXT, m->miss, draw) + 1;
    if (m->encrypted == UD_NO)
        y += ud_canvas_wrap(cv, 0, y, width, UD_ROLE_STATE_WARNING,
                 _("As far as is known the drive is not encrypted: then there is no key, and none is needed."), draw) +
             1;
    for (enum place p = UPLOAD; p < PLACES; p++) {
        if (!applies(m, p))
            continue;
        snprintf(line, sizeof(line), "%d. %s", ++number, heading(m, p));
        y += ud_canvas_wrap(cv, 0, y, width, UD_ROLE_STRONG, line, draw);
        text_of(line, sizeof(line), m, p);
        y += ud_canvas_wrap(cv, INDENT, y, width - INDENT, UD_ROLE_TEXT, line, draw);
    }
    return y;
}

size_t
ud_view_missing_lines(const struct ud_view_missing *model, int width)
{
    struct ud_canvas nowhere = { 0 };

    return (size_t)draw_places(nowhere, text_width(width), model, false);
}

void
ud_view_missing(struct ud_canvas cv, const struct ud_view_missing *model)
{
    size_t lines = ud_view_missing_lines(model, cv.width), room = cv.height > HEAD + 1 ? (size_t)(cv.height - HEAD) : 1;
    bool scrolls = lines > room;
    size_t shown = scrolls ? room - 1 : room, top = scrolls && model->top + shown > lines ? lines - shown : model->top;
    struct ud_canvas window = ud_canvas_part(cv, SIDE, HEAD, text_width(cv.width), (int)shown);
    char title[300];

    if (!scrolls)
        top = 0;
    if (model->device != NULL)
        snprintf(title, sizeof(title), _("No recovery key of %s is stored here. It may be:"), model->device);
    else
        snprintf(title, sizeof(title), _("Where the key %s may be"), model->digits);
    ud_canvas_fit(cv, SIDE, 0, cv.width - 2 * SIDE, UD_ROLE_HEADING, title);
    (void)draw_places(ud_canvas_scrolled(window, (int)lines, (int)top), window.width, model, true);
    if (scrolls)
        ud_part_position(cv, cv.height - 1, top, top + shown, lines);
    ud_canvas_cursor(cv, SIDE, HEAD);
}

int
ud_view_missing_short(struct ud_canvas cv, int y, const struct ud_view_missing *model, bool brief)
{
    int width = text_width(cv.width), number = 0, first = y;
    char line[TEXT_ROOM];

    y += ud_part_sentence(cv, SIDE, y, width, UD_TONE_WARNING, _("No recovery key of this device is stored here."));
    snprintf(line, sizeof(line), _("%s: where it may be, and what to do."), model->all_hint);
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, line, true);
    upload_text(line, sizeof(line), model);
    y += ud_canvas_wrap(cv, SIDE, y, width, UD_ROLE_TEXT, line, true);
    if (brief || cv.height - y <= PLACES)
        return y - first;
    y++;
    for (enum place p = UPLOAD; p < PLACES; p++)
        if (applies(model, p))
            ud_canvas_format(cv, SIDE, y++, UD_ROLE_DIM, "%d. %s", ++number, heading(model, p));
    return y - first;
}
