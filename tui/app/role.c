#include "app/role.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "grid/i18n.h"

const char *
ud_role_refused_key(const struct ud_app *app, uint8_t source)
{
    switch (ud_app_role(app, source)) {
    case UD_DESK_APPROVER:
        return _("You are signed in as approver: you see devices and approve, but get no recovery keys.");
    case UD_DESK_AUDITOR:
        return _("You are signed in as auditor: you read reports, but get no recovery keys.");
    case UD_DESK_ADMIN:
        return _("You are signed in as administrator: you see devices and reports, but get no recovery keys.");
    default:
        return NULL;
    }
}

const char *
ud_role_not_found(const struct ud_app *app, uint8_t source)
{
    switch (ud_app_role(app, source)) {
    case UD_DESK_HELPDESK:
        return _("Perhaps this account is no user of the device: ask the caller for domain and account once more.");
    case UD_DESK_USER:
        return _("Only keys of your own devices are given to you. Call the helpdesk.");
    default:
        return NULL;
    }
}

/* Everybody at every source is this. */
static bool
everywhere(const struct ud_app *app, enum ud_desk_role role)
{
    size_t in = 0;

    for (uint8_t i = 0; i < app->config->source_count; i++) {
        if (app->source[i].sign != UD_SIGNED_IN)
            continue;
        if (ud_app_role(app, i) != role)
            return false;
        in++;
    }
    return in > 0;
}

uint8_t
ud_role_report_source(const struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++) {
        enum ud_desk_role role = ud_app_role(app, i);
        if (app->source[i].sign == UD_SIGNED_IN && (role == UD_DESK_ADVANCED || role == UD_DESK_AUDITOR || role == UD_DESK_ADMIN))
            return i;
    }
    return UD_SOURCE_MAX;
}

const char *
ud_role_refused_reports(const struct ud_app *app)
{
    bool roles = false;

    if (!ud_app_signed_in(app))
        return _("Nobody is signed in.");
    if (ud_role_report_source(app) != UD_SOURCE_MAX)
        return NULL;
    for (uint8_t i = 0; i < app->config->source_count; i++)
        roles |= ud_app_role(app, i) != UD_DESK_NONE;
    return roles ? _("Reports are read by the advanced helpdesk, auditors and administrators.")
                 : _("None of the places where keys are stored has reports.");
}

bool
ud_role_only_reports(const struct ud_app *app)
{
    return everywhere(app, UD_DESK_AUDITOR);
}

static const char *
helpdesk(const struct ud_app *app)
{
    return app->policy.helpdesk[0] != '\0' ? ud_translate(app->policy.helpdesk)
                                           : _("its number is in your company's address book");
}

bool
ud_role_miss(const struct ud_app *app, char *out, size_t size)
{
    size_t hidden = 0;

    for (size_t i = 0; i < app->config->source_count; i++)
        hidden += app->source[i].hidden;
    if (hidden > 1)
        (void)snprintf(out, size, _("%zu recovery keys start with these characters. Ask the caller for more of them."), hidden);
    else if (everywhere(app, UD_DESK_USER) && app->devices.lookup.tag == 0)
        (void)snprintf(out, size,
            _("None of your own devices has a recovery key that starts so. For any other device call the helpdesk: %s."),
            helpdesk(app));
    else
        return false;
    return true;
}

bool
ud_role_none(const struct ud_app *app, char *out, size_t size)
{
    const char *filter = app->devices.filter.text;

    if (everywhere(app, UD_DESK_AUDITOR))
        (void)snprintf(out, size, "%s", _("You are signed in as auditor: devices are not shown to you. F8 opens the reports."));
    else if (everywhere(app, UD_DESK_USER))
        (void)snprintf(out, size,
            filter[0] != '\0' ? _("None of your own devices matches. For any other device call the helpdesk: %s.")
                              : _("No device here is yours, or you have never signed in at it. Call the helpdesk: %s."),
            helpdesk(app));
    else if (ud_role_names_users(app) && strchr(filter, '@') != NULL && app->devices.ask_tag == 0)
        (void)snprintf(out, size, "%s",
            _("Enter looks for the devices of this account. Your role is not told the users, so type the whole account."));
    else
        return false;
    return true;
}

/* --- naming the user -------------------------------------------------------------------------------------------------------- */

bool
ud_role_names_user(const struct ud_app *app, uint8_t source)
{
    return ud_app_role(app, source) == UD_DESK_HELPDESK;
}

bool
ud_role_names_users(const struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN && ud_role_names_user(app, i))
            return true;
    return false;
}

static const struct ud_named *
find(const struct ud_app *app, const struct ud_guid *device)
{
    for (size_t i = 0; i < UD_NAMED; i++)
        if (app->named[i].account[0] != '\0' && ud_guid_compare(&app->named[i].device, device) == 0)
            return &app->named[i];
    return NULL;
}

const char *
ud_role_named(const struct ud_app *app, const struct ud_guid *device)
{
    const struct ud_named *n = find(app, device);

    return n != NULL ? n->account : NULL;
}

void
ud_role_note(struct ud_app *app, const struct ud_guid *device, const char *account)
{
    const struct ud_named *known = find(app, device);
    size_t at = known != NULL ? (size_t)(known - app->named) : app->named_next++ % UD_NAMED;

    app->named[at].device = *device;
    (void)ud_copy(app->named[at].account, sizeof(app->named[at].account), account);
}

void
ud_role_forget(struct ud_app *app)
{
    explicit_bzero(app->named, sizeof(app->named));
}
