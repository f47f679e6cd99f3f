/* Models of the screens of approvals. */
#include <stdio.h>
#include <string.h>

#include "app/draw_parts.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/approvals.h"

static const char *
reason_of(const struct ud_app *app, uint8_t source, const char *code)
{
    const struct ud_reason *r = ud_policy_reason(ud_app_policy_of(app, source), code);

    return r != NULL ? ud_translate(r->text) : code;
}

void
ud_draw_waiting(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;

    if (c == NULL)
        return;
    ud_view_waiting(cv, &(struct ud_view_waiting){ .device = ud_draw_name(app, c->r.dev.name),
                            .user = ud_draw_name(app, c->r.dev.user),
                            .key = c->r.key,
                            .reason = reason_of(app, c->r.dev.d.source, c->r.why.reason),
                            .ticket = c->r.why.ticket,
                            .note = c->r.why.note,
                            .caller = ud_draw_name(app, c->r.why.caller),
                            .state = c->r.approval.state,
                            .left = c->approval_until > app->now ? c->approval_until - app->now : 0,
                            .approver = c->r.approval.approver,
                            .answer = c->r.approval.answer,
                            .error = c->error,
                            .hint = c->hint,
                            .own = app->self.on });
}

void
ud_draw_approvals(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_approver_state *v = &app->approver;
    struct ud_view_approval_row row[UD_APPROVALS_SHOWN];
    struct ud_view_approvals m = { .row = row, .loading = v->revision == 0 && v->tag != 0 };

    for (size_t i = 0; i < v->count; i++) {
        const struct ud_approval_request *a = &v->item[i].a;
        row[i] = (struct ud_view_approval_row){ .requester = ud_draw_name(app, a->requester),
            .device = ud_draw_name(app, a->device_name),
            .reason = reason_of(app, 0, a->why.reason),
            .ticket = a->why.ticket,
            .key = a->key,
            .waited = a->expires - a->created - (v->item[i].until - app->now) };
    }
    if (v->error[0] != '\0')
        m.error = v->error;
    ud_list_set(&v->list, v->count, ud_view_approvals_rows(cv.width, cv.height));
    m.list = v->list;
    ud_view_approvals(cv, &m);
}

void
ud_draw_approval(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_approver_state *v = &app->approver;
    struct ud_approval_request a = v->shown.a;

    (void)ud_copy(a.requester, sizeof(a.requester), ud_draw_name(app, v->shown.a.requester));
    (void)ud_copy(a.account, sizeof(a.account), ud_draw_name(app, v->shown.a.account));
    (void)ud_copy(a.device_name, sizeof(a.device_name), ud_draw_name(app, v->shown.a.device_name));
    (void)ud_copy(a.serial, sizeof(a.serial), ud_draw_name(app, v->shown.a.serial));
    (void)ud_copy(a.user, sizeof(a.user), ud_draw_name(app, v->shown.a.user));
    (void)ud_copy(a.why.caller, sizeof(a.why.caller), ud_draw_name(app, v->shown.a.why.caller));
    ud_view_approval(cv, &(struct ud_view_approval){ .a = &a,
                             .reason = reason_of(app, 0, a.why.reason),
                             .left = v->shown.until > app->now ? v->shown.until - app->now : 0,
                             .writing = v->writing,
                             .sending = v->decide_tag != 0,
                             .note = &v->note,
                             .error = v->error[0] ? v->error : NULL,
                             .hint = v->hint });
}

void
ud_draw_marks(const struct ud_app *app, struct ud_view_chrome *m, char approve[64], char surge[96])
{
    size_t count = app->approver.count;

    if (count > 0 && app->screen != UD_SCREEN_APPROVALS) {
        (void)snprintf(approve, 64, ud_plural("%u to approve", "%u to approve", (unsigned)count), (unsigned)count);
        m->approve = approve;
    }
    if (ud_app_surge(app)[0] != '\0') {
        (void)snprintf(surge, 96, _("surge %s"), ud_app_surge(app));
        m->surge = surge;
    }
}

const char *
ud_draw_call_state(const struct ud_call *c)
{
    if (c->phase != UD_CALL_APPROVAL)
        return NULL;
    switch (c->r.approval.state) {
    case UD_APPROVAL_NONE:
    case UD_APPROVAL_OPEN:
        return _("asked");
    case UD_APPROVAL_GRANTED:
        return _("approved");
    default:
        return _("not approved");
    }
}
