/* How self-service begins and ends. There is no PIN and no lock in it: who walks away loses the session, not the computer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "base/language.h"
#include "grid/i18n.h"

#define OUT_WAIT ((ud_msec)3000) /* the service's answer to the end is waited for that long */

/* --- the site's name and helpdesk --------------------------------------------------------------------------------------- */

void
ud_branding_ask(struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++) {
        struct ud_request *r = ud_ask(app, NULL, UD_MSG_GET_BRANDING, i);
        ud_language_tag(r->text, UD_LANGTAG_MAX);
    }
}

/* The first source that has any; in self-service that of the session. */
static void
take_branding(struct ud_app *app, const struct ud_msg_branding *m)
{
    bool none = app->branding.company[0] == '\0' && app->branding.helpdesk_text[0] == '\0';

    if (app->self.on ? m->source == app->self.source : none)
        app->branding = m->texts;
}

void
ud_app_helpdesk(const struct ud_app *app, char *out, size_t size)
{
    const struct ud_branding_texts *b = &app->branding;

    if (b->helpdesk_text[0] != '\0')
        (void)snprintf(out, size, "%s%s%s", b->helpdesk_text, b->helpdesk_url[0] ? " " : "", b->helpdesk_url);
    else if (b->helpdesk_url[0] != '\0')
        (void)snprintf(out, size, _("Help: %s"), b->helpdesk_url);
    else if (app->self.on)
        (void)snprintf(out, size, "%s", _("Call the helpdesk of your company."));
    else
        (void)snprintf(out, size, _("Call %s."),
            app->policy.helpdesk[0] ? ud_translate(app->policy.helpdesk) : _("whoever looks after this machine"));
}

/* --- beginning ------------------------------------------------------------------------------------------------------------ */

static void
reset(struct ud_app *app)
{
    struct ud_self_state *v = &app->self;

    for (int i = 0; i < UD_CALLS; i++) {
        ud_reveal_abandon(app, &app->call[i]);
        ud_call_drop_secrets(&app->call[i]);
        explicit_bzero(&app->call[i], sizeof(app->call[i]));
    }
    app->active = -1;
    if (v->tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = v->tag;
    v->tag = 0;
    ud_line_init(&v->id, 80);
    v->id.code = true;
    v->full = v->by_device = v->worked = false;
    v->find = UD_SELF_NOT_ASKED;
    v->reason = UD_CHOICE_NONE;
    v->error[0] = v->hint[0] = v->asked[0] = '\0';
    explicit_bzero(app->own, sizeof(app->own));
    app->owns = 0;
}

void
ud_self_begin(struct ud_app *app)
{
    app->self.on = true;
    reset(app);
}

/* A console in which an employee has signed in: its list of devices, perhaps kept by somebody else, goes. */
static void
turn_into(struct ud_app *app, uint8_t source)
{
    ud_self_begin(app);
    app->self.source = source;
    app->list_cached = false;
    ud_do(app, UD_DO_STOP_SEARCH);
}

bool
ud_self_identity(struct ud_app *app, uint8_t source)
{
    enum ud_desk_role role = ud_app_role(app, source);
    char why[200];

    if (!app->self.on && role != UD_DESK_USER)
        return false;
    if (!app->self.on) {
        turn_into(app, source);
    } else if (role != UD_DESK_USER && role != UD_DESK_NONE) {
        (void)snprintf(why, sizeof(why), _("This account has the role \"%s\"; self-service is for the user of a computer."),
            ud_desk_role_name(role));
        ud_session_over(app, why, _("Sign in with your own account, or use the console: unlockdesk"));
        return true;
    }
    app->pin_chosen = true; /* there is none: nothing is kept that it could protect */
    app->session_start = app->presence = app->now;
    ud_session_enter(app);
    return true;
}

void
ud_self_enter(struct ud_app *app)
{
    reset(app);
    ud_show(app, UD_SCREEN_SELF_ID);
}

void
ud_self_again(struct ud_app *app)
{
    ud_self_enter(app);
}

/* --- the end ---------------------------------------------------------------------------------------------------------------- */

static void
over(struct ud_app *app, const char *why, const char *next)
{
    app->warning = false;
    reset(app);
    ud_session_over(app, why, next);
}

static void
finished(struct ud_app *app)
{
    app->self.out_tag = 0;
    over(app, _("You are done. You are signed out, and nothing is left on this terminal."), _("Enter closes this page."));
}

/* The sign-in ends at the service as well; a service that does not answer is not waited for. */
void
ud_self_end(struct ud_app *app)
{
    struct ud_self_state *v = &app->self;

    if (v->out_tag != 0)
        return;
    reset(app);
    app->warning = false;
    if (!app->worker || app->source[v->source].sign != UD_SIGNED_IN) {
        finished(app);
        return;
    }
    ud_ask(app, &v->out_tag, UD_MSG_SIGN_OUT, v->source);
    v->out_until = app->now + OUT_WAIT;
    ud_show(app, UD_SCREEN_SELF_NEXT);
}

void
ud_self_expire(struct ud_app *app, const char *why)
{
    char text[200], next[480], help[420];

    (void)snprintf(text, sizeof(text), _("The session has ended and everything was wiped: %s."), why);
    ud_app_helpdesk(app, help, sizeof(help));
    (void)snprintf(next, sizeof(next), _("Start again if you still need the key. %s"), help);
    over(app, text, next);
}

void
ud_self_tick(struct ud_app *app)
{
    struct ud_self_state *v = &app->self;

    if (!v->on)
        return;
    if (app->screen == UD_SCREEN_SELF_DEVICE)
        ud_self_list(app);
    if (v->out_tag != 0 && app->now >= v->out_until)
        finished(app);
    else if (app->screen == UD_SCREEN_OVER && v->over_until != 0 && app->now >= v->over_until)
        app->quit = true;
}

ud_msec
ud_self_deadline(const struct ud_app *app)
{
    const struct ud_self_state *v = &app->self;

    if (!v->on)
        return -1;
    if (app->screen == UD_SCREEN_OVER)
        return v->over_until != 0 ? v->over_until : -1;
    return v->out_tag != 0 ? v->out_until : -1;
}

bool
ud_self_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_self_state *v = &app->self;

    if (e->message->type == UD_MSG_BRANDING) {
        take_branding(app, &e->message->u.branding);
        return true;
    }
    if (e->tag != 0 && e->tag == v->out_tag) {
        if (e->message->type == UD_MSG_DONE)
            finished(app);
        return true;
    }
    return ud_self_found(app, e);
}
