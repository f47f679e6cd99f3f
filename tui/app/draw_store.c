/* The models of storing a recovery key. */
#include "app/draw_parts.h"
#include "app/screens.h"
#include "view/device.h"

bool
ud_draw_stored(
    const struct ud_app *app, const struct ud_guid *device, uint8_t source, const char *user, struct ud_view_stored *out)
{
    const struct ud_store_watch *w = ud_store_watch_of(app, device);

    *out = (struct ud_view_stored){ .requested = UD_WALL_NONE,
        .finished = UD_WALL_NONE,
        .last_checkin = UD_WALL_NONE,
        .new_created = UD_WALL_NONE,
        .asked_at = UD_WALL_NONE,
        .now = app->wall };
    if (w == NULL || !w->known)
        return false;
    out->state = w->state;
    out->cause = w->cause;
    out->requested = w->requested;
    out->finished = w->finished;
    out->last_checkin = w->last_checkin;
    out->new_created = w->new_created;
    out->by = ud_draw_name(app, w->by);
    out->asked = w->asked;
    out->asked_at = w->asked_at;
    out->asked_by = w->asked_by;
    out->note = ud_draw_name(app, w->note);
    out->own = user != NULL && ud_store_is_own(app, source, user);
    out->blocked = ud_store_blocked(app, device);
    return w->asked || w->state != UD_TYPED_NONE;
}

void
ud_draw_store(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_store_state *v = &app->store;
    struct ud_view_store m = {
        .step = v->wanted ? UD_VIEW_STORE_SENDING : v->step,
        .device = ud_draw_name(app, v->name),
        .user = ud_draw_name(app, v->user_name),
        .system = v->system,
        .on_second = v->on_second,
        .error = v->error[0] ? v->error : NULL,
        .error_second = v->error_second,
        .warning = v->unusual ? ud_view_typed_unusual() : NULL,
        .failed = v->failed[0] ? v->failed : NULL,
        .hint = v->hint,
        .note = &v->note,
    };

    for (int i = 0; i < 2; i++)
        m.typed[i] = v->secret[i] != NULL ? ud_secret_length(v->secret[i]) : 0;
    (void)ud_draw_stored(app, &v->device, v->source, v->user, &m.state);
    m.state.full = v->step == UD_VIEW_STORE_STATE;
    ud_view_store(cv, &m);
}
