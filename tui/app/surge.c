/* The surge as the console sees it: announced by the rules of the source, which are asked for again every few minutes. */
#include <string.h>

#include "app/screens.h"

#define AGAIN ((ud_msec)5 * 60 * 1000)

const char *
ud_app_surge(const struct ud_app *app)
{
    const struct ud_policy *p = &app->policy;

    return p->surge[0] != '\0' && app->wall < p->surge_ends ? p->surge : "";
}

/* The first source that has rules of its own and is signed in. */
static int
source_of(const struct ud_app *app)
{
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN && app->source[i].has_policy && app->source[i].policy_tag == 0)
            return i;
    return -1;
}

bool
ud_surge_message(struct ud_app *app, const struct ud_event *e)
{
    if (e->tag == 0 || e->tag != app->policy_tag || e->message->type != UD_MSG_DONE)
        return false; /* the rules themselves are taken where all rules are */
    app->policy_tag = 0;
    return true;
}

void
ud_surge_tick(struct ud_app *app)
{
    int source = source_of(app);

    if (app->policy_next == 0)
        app->policy_next = app->now + AGAIN;
    if (source < 0 || !app->worker || app->policy_tag != 0 || app->now < app->policy_next)
        return;
    app->policy_next = app->now + AGAIN;
    ud_ask(app, &app->policy_tag, UD_MSG_GET_POLICY, (uint8_t)source);
}

ud_msec
ud_surge_deadline(const struct ud_app *app)
{
    return source_of(app) >= 0 && app->worker && app->policy_tag == 0 && app->policy_next != 0 ? app->policy_next : -1;
}
