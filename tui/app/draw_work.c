/* Models of the screens that a call goes through: devices, device, reason, key, ticket. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/draw_parts.h"
#include "app/role.h"
#include "app/screens.h"
#include "app/where.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/device.h"
#include "view/devices.h"

const char *
ud_draw_name(const struct ud_app *app, const char *text)
{
    return app->config->present && text != NULL && text[0] != '\0' ? "••••••" : text;
}

void
ud_draw_device_masked(const struct ud_app *app, struct ud_device *d)
{
    d->name = ud_draw_name(app, d->name);
    d->serial = ud_draw_name(app, d->serial);
    d->user = ud_draw_name(app, d->user);
    d->user_name = ud_draw_name(app, d->user_name);
}

/* --- devices --------------------------------------------------------------------------------------------------------------------- */

/* Texts of the hits, which the model borrows. */
struct hit_text {
    struct ud_device d;
    char sources[160];
};

static void
fill_hit(const struct ud_app *app, const struct ud_found *f, struct ud_view_key_hit *hit, struct hit_text *t)
{
    size_t used = 0;

    *hit = (struct ud_view_key_hit){ .key = f->key, .sources = t->sources };
    t->sources[0] = '\0';
    for (size_t i = 0; i < app->config->source_count && used < sizeof(t->sources); i++)
        if (f->sources & (1u << i))
            used +=
                (size_t)snprintf(t->sources + used, sizeof(t->sources) - used, "%s%s", used > 0 ? ", " : "", app->source_name[i]);
    if (f->row != UD_ROW_NONE && ud_fleet_device(app->fleet, f->row, &t->d)) {
        hit->device = ud_draw_name(app, t->d.name);
        hit->user = ud_draw_name(app, t->d.user);
    } else if (f->has_device) {
        hit->device = ud_draw_name(app, f->dev.name);
        hit->user = ud_draw_name(app, f->dev.user);
    }
}

static void
list_state(const struct ud_app *app, struct ud_view_devices *m, char stale[120])
{
    char at[32];

    for (size_t i = 0; i < app->config->source_count; i++) {
        const struct ud_source_state *s = &app->source[i];
        if (s->sync_tag != 0) {
            m->loading = true;
            m->loaded += s->done;
            m->expected += s->total;
        }
        if (s->error[0] != '\0')
            m->error = s->error;
    }
    if (m->loading && m->loaded == 0)
        m->loaded = ud_fleet_devices(app->fleet);
    if (!app->list_cached)
        return;
    ud_view_clock(at, app->list_at, app->wall);
    (void)snprintf(stale, 120, ud_app_signed_in(app) ? _("list of %s") : _("signed out, list of %s"), at);
    m->stale = stale;
}

/* The first rows before a search has said which: the list's own, without those that were retired. */
static void
fill_rows(const struct ud_app *app, struct ud_view_devices *m, struct ud_device *row)
{
    const struct ud_list *list = &app->devices.list;
    size_t end = ud_list_end(list);

    for (size_t i = list->top; i < end && m->row_count < UD_PAGE_MAX; i++) {
        if (!ud_fleet_device(app->fleet, ud_devices_row(app, i), &row[m->row_count])) {
            row[m->row_count] = (struct ud_device){ .name = _("(no longer there)"), .last_checkin = UD_WALL_NONE };
            row[m->row_count].serial = row[m->row_count].user = row[m->row_count].user_name = "";
            row[m->row_count].model = row[m->row_count].os = row[m->row_count].os_version = "";
        }
        ud_draw_device_masked(app, &row[m->row_count++]);
    }
}

void
ud_draw_devices(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_devices_state *v = &app->devices;
    struct ud_view_key_hit hit[UD_LOOKUP_MAX];
    struct hit_text text[UD_LOOKUP_MAX];
    struct ud_device row[UD_PAGE_MAX];
    char typed[40], stale[120], miss[900], none[300];
    struct ud_view_devices m = {
        .filter = &v->filter,
        .on_list = v->on_list,
        .row = row,
        .total = ud_fleet_devices(app->fleet),
        .fuzzy = v->result != NULL && v->result->hits.fuzzy,
        .searching = v->searching,
        .filter_error = v->result != NULL && v->result->error.status != UD_OK ? v->result->error.message : NULL,
        .hit = hit,
        .hit_count = v->lookup.count,
        .hit_total = v->lookup.total,
        .hit_selected = v->hit,
        .now = app->wall,
    };

    for (size_t i = 0; i < v->lookup.count; i++)
        fill_hit(app, &v->lookup.hit[i], &hit[i], &text[i]);
    if (v->lookup.digits > 0) {
        for (size_t i = 0; i <= strlen(v->lookup.hex); i++)
            typed[i] = (char)toupper((unsigned char)v->lookup.hex[i]);
        m.typed_id = typed;
    }
    if (ud_lookup_miss(app, miss, sizeof(miss))) {
        m.miss = miss;
        if (ud_devices_count(app) == 0)
            (void)ud_copy(miss + strlen(miss), sizeof(miss) - strlen(miss), _(" Enter: where it may be."));
    }
    if (ud_role_none(app, none, sizeof(none)))
        m.none = none;
    list_state(app, &m, stale);
    for (size_t i = 0; i < app->config->source_count && app->config->source_count > 1; i++)
        m.source_name[i] = app->source_name[i];
    ud_list_set(&v->list, ud_devices_count(app), ud_view_devices_rows(cv.width, cv.height, &m));
    fill_rows(app, &m, row);
    m.list = v->list;
    ud_view_devices(cv, &m);
}

/* --- one device ------------------------------------------------------------------------------------------------------------------- */

const char *
ud_draw_new_key(const struct ud_app *app, const struct ud_new_key *n, char *out, size_t size)
{
    char when[48];

    if (n == NULL)
        return NULL;
    switch (n->step) {
    case UD_NEW_KEY_REPLACED:
        ud_view_clock(when, n->replaced, app->wall);
        (void)snprintf(out, size, _("replaced at %s"), when);
        break;
    case UD_NEW_KEY_FAILED:
        (void)snprintf(out, size, _("the device could not replace its key: %s"), n->error);
        break;
    default:
        ud_view_ago(when, n->last_checkin, app->wall);
        (void)snprintf(out, size, _("asked, waiting for the device (last seen %s). The old key still works until then."), when);
        break;
    }
    return out;
}

/* For the ticket, where every word is copied. */
static const char *
new_key_short(const struct ud_app *app, const struct ud_new_key *n, char *out, size_t size)
{
    char when[48];

    if (n == NULL)
        return NULL;
    ud_view_clock(when, n->step == UD_NEW_KEY_REPLACED ? n->replaced : n->asked, app->wall);
    if (n->step == UD_NEW_KEY_FAILED)
        (void)snprintf(out, size, _("failed: %s"), n->error);
    else
        (void)snprintf(out, size, n->step == UD_NEW_KEY_REPLACED ? _("replaced at %s") : _("asked at %s"), when);
    return out;
}

void
ud_draw_device(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_device_state *v = &app->device;
    const struct ud_key *k = ud_device_selected(app);
    struct ud_view_stored stored;
    struct ud_missing_text missing;
    char state[500];
    struct ud_view_device m = {
        .device = v->dev.d,
        .source = app->source_name[v->dev.d.source],
        .same_name = v->same_name,
        .key = v->key,
        .loading = v->tag != 0,
        .fetched = v->fetched,
        .error = v->error[0] ? v->error : NULL,
        .hint = v->hint[0] ? v->hint : NULL,
        .get_refused = ud_device_get_refused(app),
        .new_state = ud_draw_new_key(app, k != NULL ? ud_new_key_of(app, &v->dev.d.id, k->kind) : NULL, state, sizeof(state)),
        .now = app->wall,
    };

    if (ud_draw_stored(app, &v->dev.d.id, v->dev.d.source, v->dev.d.user, &stored))
        m.stored = &stored;
    ud_draw_device_masked(app, &m.device);
    if (ud_missing_known(app)) {
        ud_missing_model(app, &missing);
        m.missing = &missing.m;
    }
    ud_list_set(&v->list, v->count, ud_view_device_rows(cv.width, cv.height, &m));
    m.list = v->list;
    ud_view_device(cv, &m);
}

/* --- the reason --------------------------------------------------------------------------------------------------------------------- */

void
ud_draw_reason(struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_form_state *f = &app->form;
    const struct ud_policy *p = ud_app_policy_of(app, app->device.dev.d.source);
    const struct ud_key *k = ud_device_selected(app);
    const char *reason[UD_REASON_MAX], *verified[UD_VERIFIED_MAX];
    struct ud_view_reason m = {
        .device = ud_draw_name(app, app->device.dev.name),
        .user = ud_draw_name(app, app->device.dev.user),
        .reason = reason,
        .reason_chosen = f->reason,
        .verified = verified,
        .verified_count = p->verified_count,
        .verified_chosen = f->verified,
        .ticket_need = p->ticket,
        .caller_need = p->caller,
        .verified_need = p->verified_count > 0 ? p->verified : UD_NEED_NO,
        .note_shown = ud_form_has(app, UD_REASON_FIELD_NOTE),
        .note = &f->note,
        .user_shown = ud_form_has(app, UD_REASON_FIELD_USER),
        .user_line = &f->user,
        .ticket = &f->ticket,
        .caller = &f->caller,
        .presence = &f->presence,
        .presence_shown = f->presence_due,
        .presence_passphrase = ud_app_passphrase(app),
        .focus = f->focus,
        .operator_label = ud_app_operator(app),
        .sending = f->tag != 0,
        .error = f->error[0] ? f->error : NULL,
        .error_field = f->error_field,
        .now = app->wall,
    };

    if (m.user_shown)
        m.user = ud_draw_name(app, f->user.text);
    if (k != NULL)
        m.key = *k;
    for (const struct ud_reason *r; (r = ud_form_reason(app, m.reason_count)) != NULL;)
        reason[m.reason_count++] = ud_translate(r->text);
    for (size_t i = 0; i < p->verified_count; i++)
        verified[i] = ud_translate(p->verified_way[i]);
    ud_view_reason(cv, &m);
}

/* --- the key ------------------------------------------------------------------------------------------------------------------------- */

static enum ud_key_show
show_of(const struct ud_app *app, const struct ud_call *c)
{
    switch (c->phase) {
    case UD_CALL_KEY:
        if (!c->visible || ud_call_blocked(app, c) != NULL)
            return UD_KEY_COVERED;
        return c->whole ? UD_KEY_WHOLE : UD_KEY_GROUP;
    case UD_CALL_FETCH:
        return c->error[0] ? UD_KEY_FAILED : UD_KEY_COVERED;
    default:
        return UD_KEY_FETCHING;
    }
}

void
ud_draw_key(struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_call *c = ud_call_active(app);
    char title[200];
    struct ud_view_cover cover = { .title = title, .why = app->tmux.why };
    size_t offset, length = 0;
    struct ud_view_key m;

    if (c == NULL)
        return;
    if (c->phase == UD_CALL_KEY && app->tmux.inside && !app->tmux.fine && app->tmux.title[0] != '\0') {
        (void)snprintf(title, sizeof(title), _("Covered: %s"), app->tmux.title);
        cover.command = app->tmux.command[0] ? app->tmux.command : NULL;
        cover.after = _("The key is shown again with Enter once that is put right.");
        ud_view_cover(cv, &cover);
        return;
    }
    if (c->key != NULL)
        (void)ud_recovery_group(c->r.key.kind, ud_secret_length(c->key), c->r.group, &offset, &length);
    m = (struct ud_view_key){
        .show = show_of(app, c),
        .device = ud_draw_name(app, c->r.dev.name),
        .user = ud_draw_name(app, c->r.dev.user),
        .caller = ud_draw_name(app, c->r.why.caller),
        .key = c->r.key,
        .reason = c->r.why.reason,
        .ticket = c->r.why.ticket,
        .group = c->r.groups > 0 ? c->r.group + 1 : 0,
        .groups = c->r.groups,
        .group_size = (unsigned)length,
        .half = length == 6   ? 3
                : length == 8 ? 4
                              : 0,
        .whole_length = c->key != NULL ? ud_secret_length(c->key) : 0,
        .letters = c->r.key.kind != UD_KIND_BITLOCKER,
        .reading = c->reading,
        .exact = ud_dictate_exact(c),
        .reading_back = c->typed_count > 0,
        .readback_text = c->readback[0] ? c->readback : NULL,
        .readback_tone = c->readback_tone,
        .covered_why = ud_call_blocked(app, c) != NULL ? ud_call_blocked(app, c)
                       : c->covered_why[0]             ? c->covered_why
                                                       : NULL,
        .finding = app->recorder[0] ? app->recorder : NULL,
        .error = c->error,
        .hint = c->hint,
        .log_unwritable = c->log_unwritable,
        .own = app->self.on,
    };
    if (c->visible)
        m.covers_in = c->pressed + (c->whole ? app->policy.whole_cover : app->policy.group_cover) - app->now;
    if (c->key != NULL)
        m.wiped_in = c->got + app->policy.covered_max - app->now;
    if (ud_policy_reason(ud_app_policy_of(app, c->r.dev.d.source), c->r.why.reason) != NULL)
        m.reason = ud_translate(ud_policy_reason(ud_app_policy_of(app, c->r.dev.d.source), c->r.why.reason)->text);
    memcpy(m.mark, c->mark, sizeof(m.mark));
    ud_where_lines(m.where, &app->config->where, c->r.key.kind);
    ud_view_key(cv, &m, app->width, app->height);
}

void
ud_draw_ticket(struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_call *c = ud_call_active(app);
    const struct ud_key *other;
    struct ud_view_ticket m;
    char sentence[500], next[160], id[9];
    const struct ud_new_key *n;

    if (c == NULL)
        return;
    ud_call_ticket_model(app, c, &m);
    n = ud_new_key_of(app, &c->r.dev.d.id, c->r.key.kind);
    if (c->r.rotated)
        m.new_key_text = new_key_short(app, n, sentence, sizeof(sentence));
    if (n != NULL && (n->step == UD_NEW_KEY_ASKING || n->step == UD_NEW_KEY_WAITING))
        m.next = _("The old key still works until then.");
    other = ud_call_other_key(app, c);
    if (c->r.outcome == UD_OUTCOME_DID_NOT_UNLOCK && other != NULL) {
        ud_guid_short(id, &other->id);
        (void)snprintf(next, sizeof(next), _("n: get the next key of that volume, %s"), id);
        m.next = next;
    }
    ud_view_ticket(cv, &m);
}
