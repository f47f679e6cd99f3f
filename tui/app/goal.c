/* `key reveal`: the console goes to one key by itself, as far as nobody has to decide anything. The reason form, filled in, is where it stops. */
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "domain/account.h"

enum { GOAL_START, GOAL_FIND, GOAL_DEVICE, GOAL_REACHED };

static void
type_filter(struct ud_app *app)
{
    ud_line_set(&app->devices.filter, app->config->goal.filter);
    ud_lookup_update(app);
    app->devices.hit = app->devices.lookup.count > 0 ? 0 : UD_LIST_NONE;
    ud_devices_search(app);
    app->goal = GOAL_FIND;
}

static bool
list_complete(const struct ud_app *app)
{
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN && !app->source[i].list_complete)
            return false;
    return app->devices.refresh_at == 0 && !app->devices.searching;
}

static void
find(struct ud_app *app)
{
    const struct ud_lookup *l = &app->devices.lookup;

    if (app->config->goal.by_kind) {
        if (list_complete(app) && app->devices.result != NULL && app->devices.result->hits.count == 1)
            ud_devices_open(app);
    } else if (l->count == 1 && (l->tag == 0 || list_complete(app))) {
        ud_devices_open(app);
    }
}

static void
select_kind(struct ud_app *app)
{
    for (size_t i = 0; i < app->device.count; i++)
        if (app->device.key[i].kind == app->config->goal.kind) {
            ud_list_select(&app->device.list, i);
            return;
        }
}

static void
fill_form(struct ud_app *app)
{
    const struct ud_disclosure *why = &app->config->goal.why;
    const struct ud_policy *p = ud_app_policy_of(app, app->device.dev.d.source);
    struct ud_form_state *f = &app->form;
    char user[200];

    ud_form_open(app);
    for (size_t i = 0; ud_form_reason(app, i) != NULL; i++)
        if (strcmp(ud_form_reason(app, i)->code, why->reason) == 0)
            f->reason = i;
    for (size_t i = 0; i < p->verified_count; i++)
        if (strcmp(p->verified_way[i], why->verified) == 0)
            f->verified = i;
    ud_line_set(&f->note, why->note);
    ud_account_named_user(user, sizeof(user), why);
    if (user[0] != '\0')
        ud_line_set(&f->user, user);
    ud_line_set(&f->caller, why->caller);
    if (why->ticket[0] != '\0')
        ud_line_set(&f->ticket, why->ticket);
    if (f->reason != UD_CHOICE_NONE)
        ud_form_move(app, 1);
    app->goal = GOAL_REACHED;
}

void
ud_goal_step(struct ud_app *app)
{
    if (!app->config->goal.wanted || app->goal == GOAL_REACHED || app->lock.locked || !ud_app_signed_in(app))
        return;
    if (app->screen == UD_SCREEN_DEVICE) { /* by itself, or the operator chose among several */
        app->goal = GOAL_DEVICE;
        if (app->device.fetched == UD_WALL_NONE)
            return;
        if (app->config->goal.by_kind)
            select_kind(app);
        if (ud_device_get_refused(app) == NULL)
            fill_form(app);
        else
            app->goal = GOAL_REACHED;
    } else if (app->screen == UD_SCREEN_DEVICES && app->goal == GOAL_START) {
        type_filter(app);
    } else if (app->screen == UD_SCREEN_DEVICES && app->goal == GOAL_FIND) {
        find(app);
    }
}
