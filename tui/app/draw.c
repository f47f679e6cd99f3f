/* State to cells: fills each screen's model and calls its view. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/draw_parts.h"
#include "app/log_words.h"
#include "app/screens.h"
#include "grid/i18n.h"
#include "view/choose_pin.h"
#include "view/confirm.h"
#include "view/help.h"
#include "view/lock.h"
#include "view/log.h"
#include "view/notice.h"

/* --- footer ------------------------------------------------------------------------------------------------------------------ */

size_t
ud_draw_hints(const struct ud_app *app, struct ud_hint *hint, char key[][64], size_t max)
{
    size_t count, n = 0;
    const struct ud_command *c = ud_commands(&count);
    bool text = ud_app_in_text(app);

    if (text && app->screen == UD_SCREEN_KEY)
        hint[n++] = (struct ud_hint){ .key = _("Esc"), .label = _("end the check"), .pinned = false };
    for (size_t i = 0; i < count && n < max; i++) {
        if (!(c[i].flags & (app->self.on ? UD_HINT | UD_SELF_HINT : UD_HINT)) || !ud_command_here(app, &c[i]) ||
            app->keymap.count[i] == 0)
            continue;
        if (c[i].refused != NULL && c[i].refused(app) != NULL)
            continue;
        if (text && ud_key_printable(&app->keymap.key[i][0]))
            continue; /* it would be typed */
        ud_keymap_text(key[n], &app->keymap, &c[i], true);
        hint[n] = (struct ud_hint){ .key = key[n], .label = _(c[i].text), .pinned = strcmp(c[i].name, "app.help") == 0 };
        n++;
    }
    return n;
}

void
ud_draw_key_name(const struct ud_app *app, const char *command, char out[64])
{
    size_t count;
    const struct ud_command *c = ud_commands(&count);

    out[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(c[i].name, command) == 0 && app->keymap.count[i] > 0)
            ud_keymap_text(out, &app->keymap, &c[i], true);
}

static size_t
fill_calls(const struct ud_app *app, struct ud_view_call *call)
{
    size_t n = 0;

    for (int i = 0; i < UD_CALLS; i++) {
        const struct ud_call *c = &app->call[i];
        const struct ud_new_key *k;
        if (c->phase <= UD_CALL_FORM)
            continue;
        k = ud_new_key_of(app, &c->r.dev.d.id, c->r.key.kind);
        call[n++] = (struct ud_view_call){
            .number = (unsigned)i + 1,
            .device = ud_draw_name(app, c->r.dev.name),
            .caller = ud_draw_name(app, c->r.why.caller),
            .group = c->r.groups > 0 ? c->r.group + 1 : 0,
            .groups = c->r.groups,
            .active = app->active == i,
            .state = ud_draw_call_state(c),
            .waiting = c->r.rotated && k != NULL && (k->step == UD_NEW_KEY_ASKING || k->step == UD_NEW_KEY_WAITING),
        };
    }
    return n;
}

static const char *
title_of(enum ud_screen screen)
{
    static const char *const title[UD_SCREEN_COUNT] = {
        [UD_SCREEN_SIGN_IN] = N_("Sign in"),
        [UD_SCREEN_PIN] = N_("Choose a PIN"),
        [UD_SCREEN_NOTICE] = N_("Notice"),
        [UD_SCREEN_DEVICES] = N_("Devices"),
        [UD_SCREEN_DEVICE] = N_("Device"),
        [UD_SCREEN_REASON] = N_("Reason"),
        [UD_SCREEN_KEY] = N_("Recovery key"),
        [UD_SCREEN_TICKET] = N_("Call ended"),
        [UD_SCREEN_NEW_KEY] = N_("New keys"),
        [UD_SCREEN_LOG] = N_("Activity log"),
        [UD_SCREEN_WAITING] = N_("Approval"),
        [UD_SCREEN_APPROVALS] = N_("Requests for approval"),
        [UD_SCREEN_APPROVAL] = N_("Request for approval"),
        [UD_SCREEN_MISSING] = N_("Missing key"),
        [UD_SCREEN_BDE] = N_("manage-bde"),
        [UD_SCREEN_SELF_ID] = N_("Recovery key ID"),
        [UD_SCREEN_SELF_DEVICE] = N_("Your computers"),
        [UD_SCREEN_SELF_REASON] = N_("Reason"),
        [UD_SCREEN_SELF_NEXT] = N_("What happens next"),
        [UD_SCREEN_STORE] = N_("Store a recovery key"),
        [UD_SCREEN_BOARD] = N_("Keys to be replaced"),
        [UD_SCREEN_REPORT] = N_("Reports"),
    };
    return title[screen] != NULL ? _(title[screen]) : "";
}

static struct ud_canvas
chrome(const struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_call call[UD_CALLS];
    struct ud_hint hint[24];
    char key[24][64], approve[64], surge[96];
    struct ud_view_chrome m = {
        .screen = title_of(app->screen),
        .source = app->config->source_count == 1 ? app->source_name[0] : NULL,
        .operator_label = ud_app_signed_in(app) && ud_app_operator(app)[0] ? ud_app_operator(app) : NULL,
        .training = ud_app_training(app),
        .unread = app->unread,
        .call = call,
        .call_count = fill_calls(app, call),
        .message = app->message,
        .tone = app->tone,
        .hint = hint,
        .hint_count = ud_draw_hints(app, hint, key, 24),
    };

    ud_draw_marks(app, &m, approve, surge);
    if (app->screen == UD_SCREEN_PIN && ud_app_passphrase(app))
        m.screen = _("Choose a passphrase");
    if (app->self.on) { /* the site's own page: no calls, no events, no names of ours */
        m.product = app->branding.company;
        m.source = NULL;
        m.call_count = m.unread = 0;
    }
    return ud_view_chrome(cv, &m);
}

/* --- small screens ------------------------------------------------------------------------------------------------------------ */

static void
draw_sign_in(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_sign_in_state *s = &app->sign_in;
    char full[400];
    struct ud_view_sign_in m = {
        .step = s->step,
        .source = s->source < app->config->source_count ? app->source_name[s->source] : "",
        .address = s->address,
        .code = s->code,
        .expires_in = s->expires > app->now ? s->expires - app->now : 0,
        .invented = !app->config->demo ? NULL
                    : app->self.on     ? _("the invented employee")
                                       : _("the invented operator"),
        .warning = s->warning[0] ? s->warning : NULL,
        .identity = s->identity,
        .role = ud_view_desk_role(ud_app_role(app, s->source)),
        .error = s->error,
        .hint = s->hint,
    };

    (void)snprintf(full, sizeof(full), "%s?user_code=%s", s->address, s->code);
    if (s->source < app->config->source_count && app->config->source[s->source].type == UD_SOURCE_ESCROWD)
        m.address_full = full;
    ud_view_sign_in(cv, &m);
}

static void
draw_pin(const struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_choose_pin m = {
        .passphrase = ud_app_passphrase(app),
        .least = ud_app_passphrase(app) ? 12 : 6,
        .first = &app->pin.line[0],
        .second = &app->pin.line[1],
        .on_second = app->pin.on_second,
        .working = app->pin.deriving,
        .error = app->pin.error[0] ? app->pin.error : NULL,
    };

    ud_view_choose_pin(cv, &m);
}

static void
draw_notice(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_notice m = {
        .site = app->source_name[app->notice.source],
        .text = app->notice.text != NULL ? app->notice.text : "",
        .changed = app->notice.changed,
    };
    size_t lines = ud_view_notice_lines(&m, cv.width), room = cv.height > 3 ? (size_t)cv.height - 3 : 1;

    if (app->notice.top + room > lines)
        app->notice.top = lines > room ? lines - room : 0;
    m.top = app->notice.top;
    ud_view_notice(cv, &m);
}

static void
draw_new_keys(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_new_key_row row[UD_NEW_KEYS];
    struct ud_view_new_key m = { .row = row, .now = app->wall };

    for (size_t i = 0; i < app->new_keys; i++) {
        const struct ud_new_key *n = &app->new_key[i];
        row[i] = (struct ud_view_new_key_row){ .step = n->step,
            .device = ud_draw_name(app, n->name),
            .user = ud_draw_name(app, n->user),
            .asked = n->asked,
            .last_checkin = n->last_checkin,
            .replaced = n->replaced,
            .new_id = n->new_key,
            .old_id = n->old_key,
            .kind = n->kind,
            .error = n->error };
    }
    ud_list_set(&app->new_key_list, app->new_keys, ud_view_new_key_rows(cv.width, cv.height));
    m.list = app->new_key_list;
    ud_view_new_key(cv, &m);
}

static void
draw_log(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_log_row row[UD_PAGE_MAX];
    struct ud_log_state *v = &app->log;
    struct ud_view_log m = { .row = row, .loading = v->tag != 0, .error = v->error[0] ? v->error : NULL, .now = app->wall };
    size_t rows = ud_view_log_rows(cv.width, cv.height);

    ud_list_set(&v->list, v->count, rows < UD_PAGE_MAX ? rows : UD_PAGE_MAX);
    for (size_t i = v->list.top; i < ud_list_end(&v->list); i++) {
        const struct ud_log_entry *e = &v->line[i];
        row[m.row_count++] = (struct ud_view_log_row){ .when = e->when,
            .what = ud_log_event(e->event),
            .device = ud_draw_name(app, e->device),
            .key = e->key,
            .user = ud_draw_name(app, e->user),
            .reason = ud_log_reason(e->reason),
            .ticket = e->ticket,
            .detail = ud_log_detail(e->detail),
            .tone = strstr(e->event, "fail") != NULL || strcmp(e->event, "mismatch") == 0 ? UD_TONE_WARNING : UD_TONE_PLAIN };
    }
    m.list = v->list;
    ud_view_log(cv, &m);
}

/* --- lock and end --------------------------------------------------------------------------------------------------------------- */

static void
draw_lock(const struct ud_app *app, struct ud_canvas cv)
{
    const struct ud_lock_state *l = &app->lock;
    struct ud_hint hint[] = { { _("Enter"), _("unlock"), true }, { "C-q", _("end unlockdesk"), true } };
    struct ud_view_lock m = {
        .host = app->host,
        .operator_label = ud_app_operator(app),
        .reason = l->reason,
        .since = l->since_wall,
        .now = app->wall,
        .passphrase = ud_app_passphrase(app),
        .line = &app->pin.line[0],
        .training_pin = app->pin.training[0] ? app->pin.training : NULL,
        .training = ud_app_training(app),
        .working = l->working || l->half != NULL,
        .tries_left = UD_TRIES_MAX - app->tokens->tries,
        .error = l->error[0] ? l->error : NULL,
        .hint = hint,
        .hint_count = 2,
    };

    ud_view_lock(cv, &m);
}

static void
draw_over(const struct ud_app *app, struct ud_canvas cv)
{
    struct ud_hint hint[] = { { _("Enter"), _("leave"), true } };
    char next[sizeof(app->over_next) + 440], help[420];
    struct ud_view_session_over m = { .product = app->self.on ? app->branding.company : NULL,
        .host = app->host,
        .why = app->over_why,
        .next = app->over_next,
        .at = app->over_at,
        .now = app->wall,
        .training = ud_app_training(app),
        .hint = hint,
        .hint_count = 1 };

    if (!app->self.on &&
        app->branding.helpdesk_text[0] != '\0') { /* the site has said who helps; self-service has it in its sentence */
        ud_app_helpdesk(app, help, sizeof(help));
        (void)snprintf(next, sizeof(next), "%s %s", app->over_next, help);
        m.next = next;
    }
    ud_view_session_over(cv, &m);
}

/* --- overlays -------------------------------------------------------------------------------------------------------------------- */

static void
draw_palette(const struct ud_app *app, struct ud_canvas cv)
{
    struct ud_palette_entry entry[64];
    char key[64][64];
    struct ud_palette m = { .line = &app->palette.line, .list = app->palette.list, .entry = entry, .count = app->palette.count };

    for (size_t i = 0; i < m.count; i++) {
        const struct ud_command *c = app->palette.match[i];
        ud_keymap_text(key[i], &app->keymap, c, true);
        entry[i] = (struct ud_palette_entry){ _(c->text), key[i], c->refused != NULL ? c->refused(app) : NULL };
    }
    ud_view_palette(cv, &m);
}

static void
draw_confirm(const struct ud_app *app, struct ud_canvas cv)
{
    struct ud_hint hint[] = { { _("Enter"), _("yes"), true }, { _("Esc"), _("no"), true } };
    struct ud_view_confirm m = { .title = app->confirm.title, .hint = hint, .hint_count = 2, .warning = app->confirm.warning };

    memcpy(m.paragraph, app->confirm.paragraph, sizeof(m.paragraph));
    ud_view_confirm(cv, &m);
}

static const char *
about(enum ud_screen screen)
{
    switch (screen) {
    case UD_SCREEN_DEVICES:
        return _("Type a name, user, serial number, or the first 4 to 8 characters of the recovery key ID. Every character "
                 "narrows the list; Tab goes to it.");
    case UD_SCREEN_DEVICE:
        return _(
            "The recovery keys of one device, newest first. Compare the first 8 characters of the ID with what the caller sees.");
    case UD_SCREEN_REASON:
        return _("Why the key is needed. The last line is what will be recorded.");
    case UD_SCREEN_WAITING:
        return _("This key needs the approval of a second person. You can do other work meanwhile: h holds the call.");
    case UD_SCREEN_APPROVALS:
    case UD_SCREEN_APPROVAL:
        return _("What others ask for. You see who, which device and why, never a key. Nobody decides about their own request.");
    case UD_SCREEN_MISSING:
        return _("Where a recovery key may be that is not stored here, in the order in which it is worth looking.");
    case UD_SCREEN_BDE:
        return _("Takes what 'manage-bde -protectors -get C:' printed at the device, without showing it: which ID belongs to the "
                 "recovery "
                 "key, and whether that key is stored.");
    case UD_SCREEN_KEY:
        return _("Read one group at a time. Typing the digits that the caller reads back checks them.");
    case UD_SCREEN_REPORT:
        return _("Who asked for recovery keys, and how devices stand. Type a filter, Enter looks.");
    case UD_SCREEN_BOARD:
        return _("Recovery keys that were shown and not replaced yet; the longest shown first.");
    case UD_SCREEN_STORE:
        return _("The recovery key of a Mac, typed twice. It is not shown, and not kept: the Mac checks it and makes a new one.");
    default:
        return "";
    }
}

static void
draw_help(struct ud_app *app, struct ud_canvas cv)
{
    struct ud_view_help_row row[UD_KEYMAP_COMMANDS + 2];
    char key[UD_KEYMAP_COMMANDS][64];
    size_t count;
    const struct ud_command *c = ud_commands(&count);
    struct ud_view_help m = { .about = about(app->screen), .row = row };
    size_t lines;

    for (int part = 0; part < 2; part++) {
        row[m.count++] = (struct ud_view_help_row){ .section = part == 0 ? title_of(app->screen) : _("Everywhere") };
        for (size_t i = 0; i < count; i++) {
            bool everywhere = strncmp(c[i].name, "app.", 4) == 0 || strncmp(c[i].name, "call.", 5) == 0;
            if (everywhere != (part == 1) || !(c[i].at & (1u << app->screen)) || app->keymap.count[i] == 0)
                continue;
            ud_keymap_text(key[i], &app->keymap, &c[i], false);
            row[m.count++] = (struct ud_view_help_row){ .key = key[i], .label = _(c[i].text) };
        }
    }
    lines = ud_view_help_lines(&m, cv.width);
    if (app->help_top + (size_t)cv.height > lines)
        app->help_top = lines > (size_t)cv.height ? lines - (size_t)cv.height : 0;
    m.top = app->help_top;
    ud_view_help(cv, &m);
}

/* --- everything --------------------------------------------------------------------------------------------------------------------- */

static void
draw_body(struct ud_app *app, struct ud_canvas body)
{
    switch (app->screen) {
    case UD_SCREEN_SIGN_IN:
        draw_sign_in(app, body);
        break;
    case UD_SCREEN_PIN:
        draw_pin(app, body);
        break;
    case UD_SCREEN_NOTICE:
        draw_notice(app, body);
        break;
    case UD_SCREEN_DEVICES:
        ud_draw_devices(app, body);
        break;
    case UD_SCREEN_DEVICE:
        ud_draw_device(app, body);
        break;
    case UD_SCREEN_REASON:
        ud_draw_reason(app, body);
        break;
    case UD_SCREEN_KEY:
        ud_draw_key(app, body);
        break;
    case UD_SCREEN_TICKET:
        ud_draw_ticket(app, body);
        break;
    case UD_SCREEN_SELF_ID:
    case UD_SCREEN_SELF_DEVICE:
    case UD_SCREEN_SELF_REASON:
    case UD_SCREEN_SELF_NEXT:
        ud_draw_self(app, body);
        break;
    case UD_SCREEN_NEW_KEY:
        draw_new_keys(app, body);
        break;
    case UD_SCREEN_LOG:
        draw_log(app, body);
        break;
    case UD_SCREEN_BOARD:
        ud_draw_board(app, body);
        break;
    case UD_SCREEN_REPORT:
        ud_draw_report(app, body);
        break;
    case UD_SCREEN_STORE:
        ud_draw_store(app, body);
        break;
    case UD_SCREEN_WAITING:
        ud_draw_waiting(app, body);
        break;
    case UD_SCREEN_APPROVALS:
        ud_draw_approvals(app, body);
        break;
    case UD_SCREEN_APPROVAL:
        ud_draw_approval(app, body);
        break;
    case UD_SCREEN_MISSING:
        ud_draw_missing(app, body);
        break;
    case UD_SCREEN_BDE:
        ud_draw_bde(app, body);
        break;
    default:
        break;
    }
}

void
ud_app_draw(struct ud_app *app, struct ud_grid *grid)
{
    struct ud_canvas cv = ud_canvas_of(grid);
    struct ud_canvas body;

    ud_grid_clear(grid);
    if (grid->width < UD_VIEW_MIN_WIDTH || grid->height < UD_VIEW_MIN_HEIGHT) {
        ud_view_too_small(cv);
        return;
    }
    if (app->screen == UD_SCREEN_OVER) {
        draw_over(app, cv);
        return;
    }
    if (app->lock.locked || app->lock.start) {
        draw_lock(app, cv);
        return;
    }
    body = chrome(app, cv);
    if (app->overlay == UD_OVERLAY_HELP)
        draw_help(app, body);
    else
        draw_body(app, body);
    if (app->overlay == UD_OVERLAY_PALETTE)
        draw_palette(app, cv);
    else if (app->overlay == UD_OVERLAY_CONFIRM)
        draw_confirm(app, cv);
    if (app->warning) {
        ud_msec left = app->last_key + app->policy.idle_warn + app->policy.idle_countdown - app->now;
        ud_view_countdown(cv, left > 0 ? (unsigned)((left + 999) / 1000) : 0, app->self.on);
    }
}
