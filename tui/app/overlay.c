/* What lies over a screen: help, palette, and the question before something that counts. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/confirm.h"

void
ud_overlay_help(struct ud_app *app)
{
    app->overlay = UD_OVERLAY_HELP;
    app->help_top = 0;
}

static void
filter(struct ud_app *app)
{
    struct ud_palette_state *p = &app->palette;
    size_t count;
    const struct ud_command *c = ud_commands(&count);
    unsigned score[64];

    p->count = 0;
    for (size_t i = 0; i < count && p->count < 64; i++) {
        unsigned s = ud_palette_score(_(c[i].text), p->line.text);
        size_t at = p->count;
        if ((c[i].flags & UD_HIDDEN) || !(c[i].at & (1u << app->screen)) || (p->line.length > 0 && s == 0))
            continue;
        while (at > 0 && score[at - 1] < s) {
            p->match[at] = p->match[at - 1];
            score[at] = score[at - 1];
            at--;
        }
        p->match[at] = &c[i];
        score[at] = s;
        p->count++;
    }
    p->list.selected = p->list.top = 0;
    ud_list_set(&p->list, p->count, ud_view_palette_rows(app->width, app->height));
}

void
ud_overlay_palette(struct ud_app *app)
{
    app->overlay = UD_OVERLAY_PALETTE;
    ud_line_clear(&app->palette.line);
    filter(app);
}

/* Keys this person has got and no device has replaced: the last moment to see to them. */
void
ud_overlay_remind(struct ud_app *app)
{
    struct ud_confirm_state *q = &app->confirm;
    size_t own = ud_board_own(app);

    if (own == 0 || q->command == NULL || strcmp(q->command->name, "app.quit") != 0)
        return;
    (void)snprintf(q->reminder, sizeof(q->reminder),
        ngettext("%zu recovery key that you got has not been replaced yet.",
            "%zu recovery keys that you got have not been replaced yet.", own),
        own);
    q->paragraph[1] = q->reminder;
    q->paragraph[2] = _("F7 lists them.");
    q->warning = true;
}

void
ud_overlay_confirm(struct ud_app *app, const struct ud_command *c)
{
    struct ud_confirm_state *q = &app->confirm;

    explicit_bzero(q, sizeof(*q));
    q->command = c;
    q->title = _(c->text);
    q->since = app->now;
    if (strcmp(c->name, "key.whole") == 0) {
        q->paragraph[0] = _("The whole key will stand on the screen at once, for everybody who can see it. This is recorded.");
        q->warning = true;
    } else if (strcmp(c->name, "approvals.grant") == 0) {
        q->paragraph[0] = _("Whoever asked can then get this one key, once, for this reason. This is recorded with your name.");
    } else if (strcmp(c->name, "bde.store") == 0) {
        q->paragraph[0] =
            _("The recovery key out of this text is stored for the device whose page you came from. This is recorded.");
    } else if (strcmp(c->name, "device.new-key") == 0 && ud_device_selected(app) == NULL) {
        q->paragraph[0] =
            _("The device is asked to make a recovery key and to store it. That happens at its next contact. This is recorded.");
    } else if (strcmp(c->name, "device.new-key") == 0 || strcmp(c->name, "board.new-key") == 0) {
        q->paragraph[0] =
            _("The device is asked to replace its recovery key. The old key still works until then. This is recorded.");
    } else if (app->self.on) {
        q->paragraph[0] = _("You are signed out, and what you have typed is wiped.");
    } else {
        q->paragraph[0] = _("Open calls are ended. Keys that were shown stay recorded.");
        ud_overlay_remind(app);
    }
    app->overlay = UD_OVERLAY_CONFIRM;
    ud_do(app, UD_DO_FLUSH_INPUT);
}

static void
confirm_key(struct ud_app *app, const struct ud_key_event *key)
{
    const char *why;

    if (key->code == UD_KEY_ESC || (key->code == UD_KEY_TEXT && strchr("nN", key->text[0]) != NULL)) {
        app->overlay = UD_OVERLAY_NONE;
        return;
    }
    if (key->code != UD_KEY_ENTER && !(key->code == UD_KEY_TEXT && strchr("yY", key->text[0]) != NULL))
        return;
    if (app->now - app->confirm.since < UD_CONFIRM_WAIT)
        return; /* typed before the question could be read */
    app->overlay = UD_OVERLAY_NONE;
    why = app->confirm.command->refused != NULL ? app->confirm.command->refused(app) : NULL;
    if (why != NULL)
        ud_say(app, UD_TONE_WARNING, "%s", why); /* what was asked about may have changed since */
    else
        app->confirm.command->run(app);
}

static void
palette_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_palette_state *p = &app->palette;

    if (key->code == UD_KEY_ESC || (key->code == UD_KEY_CTRL && key->number == 'p')) {
        app->overlay = UD_OVERLAY_NONE;
    } else if (key->code == UD_KEY_ENTER) {
        app->overlay = UD_OVERLAY_NONE;
        if (p->list.selected < p->count)
            ud_command_run(app, p->match[p->list.selected]);
    } else if (!ud_list_key(&p->list, key) && ud_line_key(&p->line, key) == UD_LINE_CHANGED) {
        filter(app);
    }
}

static void
help_key(struct ud_app *app, const struct ud_key_event *key)
{
    if (key->code == UD_KEY_DOWN || key->code == UD_KEY_PAGE_DOWN)
        app->help_top += key->code == UD_KEY_DOWN ? 1 : 10;
    else if (key->code == UD_KEY_UP || key->code == UD_KEY_PAGE_UP)
        app->help_top -= app->help_top < 10 && key->code == UD_KEY_PAGE_UP ? app->help_top
                         : app->help_top == 0                              ? 0
                         : key->code == UD_KEY_UP                          ? 1
                                                                           : 10;
    else if (key->code != UD_KEY_PASTE)
        app->overlay = UD_OVERLAY_NONE;
}

bool
ud_overlay_key(struct ud_app *app, const struct ud_key_event *key)
{
    const struct ud_command *c;

    if (app->overlay == UD_OVERLAY_NONE)
        return false;
    c = ud_command_for(app, key);
    if (c != NULL && strcmp(c->name, "app.lock") == 0) { /* works everywhere */
        app->overlay = UD_OVERLAY_NONE;
        ud_command_run(app, c);
        return true;
    }
    switch (app->overlay) {
    case UD_OVERLAY_CONFIRM:
        confirm_key(app, key);
        break;
    case UD_OVERLAY_PALETTE:
        palette_key(app, key);
        break;
    default:
        help_key(app, key);
        break;
    }
    return true;
}
