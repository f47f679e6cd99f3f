/* Times and states in the operator's words. */
#include <stdio.h>
#include <time.h>

#include "grid/i18n.h"
#include "view/chrome.h"

#define SECOND ((ud_wall)1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static bool
local_time(struct tm *out, ud_wall t)
{
    time_t seconds = (time_t)(t / SECOND);

    return t != UD_WALL_NONE && localtime_r(&seconds, out) != NULL;
}

static void
date(char *out, size_t size, const struct tm *tm)
{
    if (strftime(out, size, "%Y-%m-%d", tm) == 0)
        snprintf(out, size, "-");
}

/* The machine's locale may lack the operator's language, so names of days come from the catalogue. */
static const char *
weekday(const struct tm *tm)
{
    static const char *const day[7] = { N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat") };

    return _(day[tm->tm_wday % 7]);
}

void
ud_view_clock(char out[32], ud_wall t, ud_wall now)
{
    struct tm then, today;

    if (!local_time(&then, t) || !local_time(&today, now)) {
        snprintf(out, 32, "-");
        return;
    }
    if (then.tm_year == today.tm_year && then.tm_yday == today.tm_yday)
        strftime(out, 32, "%H:%M", &then);
    else if (t < now && now - t < 6 * DAY)
        snprintf(out, 32, "%s %02d:%02d", weekday(&then), then.tm_hour, then.tm_min);
    else
        date(out, 32, &then);
}

void
ud_view_ago(char out[48], ud_wall t, ud_wall now)
{
    ud_wall age;
    struct tm tm;

    if (t == UD_WALL_NONE) {
        snprintf(out, 48, "%s", _("never"));
        return;
    }
    age = now - t;
    if (age < MINUTE && age > -HOUR)
        snprintf(out, 48, "%s", _("just now"));
    else if (age >= 0 && age < HOUR)
        snprintf(out, 48, _("%d min ago"), (int)(age / MINUTE));
    else if (age >= 0 && age < DAY)
        snprintf(out, 48, _("%d h ago"), (int)(age / HOUR));
    else if (age >= 0 && age < 14 * DAY)
        snprintf(out, 48, ud_plural("%d day ago", "%d days ago", age / DAY), (int)(age / DAY));
    else if (local_time(&tm, t))
        date(out, 48, &tm);
    else
        snprintf(out, 48, "-");
}

void
ud_view_minutes(char out[16], ud_msec left)
{
    const ud_msec most = 99 * 60;
    ud_msec seconds = left > 0 ? (left + 999) / 1000 : 0;
    unsigned short shown = (unsigned short)(seconds < most ? seconds : most);

    snprintf(out, 16, "%u:%02u", shown / 60u, shown % 60u);
}

const char *
ud_view_kind(enum ud_kind kind)
{
    switch (kind) {
    case UD_KIND_BITLOCKER:
        return _("48-digit recovery key");
    case UD_KIND_FILEVAULT:
        return _("FileVault recovery key");
    case UD_KIND_LUKS:
        return _("LUKS recovery key");
    case UD_KIND_LAPS:
        return _("local administrator password");
    default:
        return _("recovery key");
    }
}

const char *
ud_view_kind_short(enum ud_kind kind)
{
    switch (kind) {
    case UD_KIND_BITLOCKER:
        return _("BitLocker");
    case UD_KIND_FILEVAULT:
        return _("FileVault");
    case UD_KIND_LUKS:
        return _("LUKS");
    case UD_KIND_LAPS:
        return _("Administrator");
    default:
        return "";
    }
}

const char *
ud_view_volume(enum ud_volume volume)
{
    switch (volume) {
    case UD_VOLUME_OS:
        return _("system drive");
    case UD_VOLUME_FIXED:
        return _("data drive");
    case UD_VOLUME_REMOVABLE:
        return _("removable drive");
    default:
        return "";
    }
}

const char *
ud_view_key_state(enum ud_key_state state)
{
    switch (state) {
    case UD_KEY_CURRENT:
        return _("current");
    case UD_KEY_SUPERSEDED:
        return _("older");
    case UD_KEY_DISCLOSED:
        return _("was shown");
    case UD_KEY_ROTATION_PENDING:
        return _("new key asked");
    default:
        return "";
    }
}

enum ud_role
ud_view_key_state_role(enum ud_key_state state)
{
    switch (state) {
    case UD_KEY_CURRENT:
        return UD_ROLE_STATE_GOOD;
    case UD_KEY_DISCLOSED:
        return UD_ROLE_STATE_WARNING;
    case UD_KEY_ROTATION_PENDING:
        return UD_ROLE_STATE_WAITING;
    default:
        return UD_ROLE_DIM;
    }
}

const char *
ud_view_mark(enum ud_key_mark mark)
{
    switch (mark) {
    case UD_MARK_MISSING:
        return _("no key");
    case UD_MARK_CURRENT:
        return _("key");
    case UD_MARK_SHOWN:
        return _("shown");
    case UD_MARK_DUE:
        return _("overdue");
    default:
        return "";
    }
}

enum ud_role
ud_view_mark_role(enum ud_key_mark mark)
{
    switch (mark) {
    case UD_MARK_MISSING:
        return UD_ROLE_STATE_BAD;
    case UD_MARK_SHOWN:
    case UD_MARK_DUE:
        return UD_ROLE_STATE_WARNING;
    default:
        return UD_ROLE_TEXT;
    }
}

const char *
ud_view_ownership(enum ud_ownership ownership)
{
    switch (ownership) {
    case UD_OWNERSHIP_COMPANY:
        return _("company");
    case UD_OWNERSHIP_PERSONAL:
        return _("personal");
    default:
        return _("unknown");
    }
}

const char *
ud_view_desk_role(enum ud_desk_role role)
{
    switch (role) {
    case UD_DESK_USER:
        return _("user: your own devices");
    case UD_DESK_HELPDESK:
        return _("helpdesk: you name the user of each device");
    case UD_DESK_ADVANCED:
        return _("advanced helpdesk");
    case UD_DESK_APPROVER:
        return _("approver: sees devices, gets no recovery keys");
    case UD_DESK_AUDITOR:
        return _("auditor: reads reports");
    case UD_DESK_ADMIN:
        return _("administrator: sees devices and reports, gets no recovery keys");
    default:
        return NULL;
    }
}

static int
wider(int cells, const char *text)
{
    return ud_cells(text) > cells ? ud_cells(text) : cells;
}

static int
widest_ago(void)
{
    static const ud_wall age[] = { MINUTE / 2, 59 * MINUTE, 23 * HOUR, DAY, 13 * DAY };
    char text[48];
    int cells = ud_cells(_("never"));

    for (size_t i = 0; i < sizeof(age) / sizeof(age[0]); i++) {
        ud_view_ago(text, 0, age[i]);
        cells = wider(cells, text);
    }
    return cells;
}

int
ud_view_widest(enum ud_view_words words, int least)
{
    if (words == UD_WORDS_AGO)
        return widest_ago() > least ? widest_ago() : least;
    for (int i = 0; i < 16; i++)
        least = wider(least, words == UD_WORDS_MARK        ? ud_view_mark((enum ud_key_mark)i)
                             : words == UD_WORDS_KEY_STATE ? ud_view_key_state((enum ud_key_state)i)
                                                           : ud_view_volume((enum ud_volume)i));
    return least;
}
