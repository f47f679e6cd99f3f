/* Models of the pages of self-service. */
#include <stdio.h>

#include "app/draw_parts.h"
#include "app/screens.h"
#include "grid/i18n.h"
#include "view/self_service.h"

#define HELP_MAX 420

static void
draw_id(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_self_state *v = &app->self;
    char help[HELP_MAX];
    struct ud_view_self_id m = {
        .id = &v->id,
        .full = v->full,
        .searching = v->find == UD_SELF_ASKING,
        .miss = v->find == UD_SELF_MISS ? v->asked : NULL,
        .error = v->find == UD_SELF_FAILED ? v->error : NULL,
        .hint = v->hint,
        .help = help,
    };

    ud_app_helpdesk(app, help, sizeof(help));
    ud_view_self_id(cv, &m);
}

static void
draw_device(const struct ud_app *app, struct ud_canvas cv)
{
    char help[HELP_MAX], text[UD_SELF_DEVICES][400];
    const char *name[UD_SELF_DEVICES];
    struct ud_view_self_device m = {
        .name = name, .count = app->owns, .loading = app->source[app->self.source].sync_tag != 0, .help = help
    };

    for (size_t i = 0; i < app->owns; i++) {
        const struct ud_device *d = &app->own[i].dev.d;
        (void)snprintf(text[i], sizeof(text[i]), "%s%s%s%s%s", ud_draw_name(app, d->name), d->model[0] ? ", " : "", d->model,
            d->serial[0] ? ", " : "", ud_draw_name(app, d->serial));
        name[i] = text[i];
    }
    ud_app_helpdesk(app, help, sizeof(help));
    ud_view_self_device(cv, &m);
}

static void
draw_reason(const struct ud_app *app, struct ud_canvas cv)
{
    const char *reason[UD_REASON_MAX];
    struct ud_view_self_reason m = { .device = ud_draw_name(app, app->own[app->own_chosen].dev.d.name),
        .key = app->own[app->own_chosen].key,
        .reason = reason,
        .chosen = app->self.reason,
        .account = app->source[app->self.source].account };

    for (const struct ud_reason *r; (r = ud_self_reason(app, m.reason_count)) != NULL;)
        reason[m.reason_count++] = ud_translate(r->text);
    if (m.device == NULL)
        m.device = "";
    ud_view_self_reason(cv, &m);
}

static void
draw_next(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;
    char help[HELP_MAX];
    struct ud_view_self_next m = { .worked = app->self.worked, .leaving = app->self.out_tag != 0, .help = help };

    if (c != NULL) {
        m.kind = c->r.key.kind;
        m.new_key_asked = c->r.rotated;
        m.device = c->r.dev.name;
    }
    ud_app_helpdesk(app, help, sizeof(help));
    ud_view_self_next(cv, &m);
}

void
ud_draw_self(const struct ud_app *app, struct ud_canvas cv)
{
    switch (app->screen) {
    case UD_SCREEN_SELF_ID:
        draw_id(app, cv);
        break;
    case UD_SCREEN_SELF_DEVICE:
        draw_device(app, cv);
        break;
    case UD_SCREEN_SELF_REASON:
        draw_reason(app, cv);
        break;
    default:
        draw_next(app, cv);
        break;
    }
}
