/* Finding a command by its key, and running it. The table: command_table.c. */
#include "app/commands.h"

#include "app/screens.h"
#include "grid/i18n.h"

size_t
ud_command_index(const struct ud_command *c)
{
    size_t count;

    return (size_t)(c - ud_commands(&count));
}

bool
ud_app_in_text(const struct ud_app *app)
{
    switch (app->screen) {
    case UD_SCREEN_DEVICES:
        return !app->devices.on_list;
    case UD_SCREEN_APPROVAL:
        return app->approver.writing;
    case UD_SCREEN_REASON:
        return app->form.focus != UD_REASON_FIELD_REASON && app->form.focus != UD_REASON_FIELD_VERIFIED;
    case UD_SCREEN_STORE:
        return app->store.step == UD_VIEW_STORE_ENTRY || app->store.step == UD_VIEW_STORE_ASK;
    case UD_SCREEN_PIN:
    case UD_SCREEN_LOCK:
    case UD_SCREEN_SELF_ID:
    case UD_SCREEN_REPORT:
        return true;
    case UD_SCREEN_KEY:
        return app->active >= 0 && app->call[app->active].reading;
    default:
        return false;
    }
}

bool
ud_command_here(const struct ud_app *app, const struct ud_command *c)
{
    return (c->at & (1u << app->screen)) != 0 && (!app->self.on || (c->flags & UD_SELF) != 0);
}

/* Keys that belong to the field while one has the focus. */
static bool
field_key(const struct ud_app *app, const struct ud_key_event *key)
{
    if (!ud_app_in_text(app))
        return false;
    return ud_key_printable(key) || key->code == UD_KEY_PASTE || key->code == UD_KEY_LEFT || key->code == UD_KEY_RIGHT;
}

const struct ud_command *
ud_command_for(const struct ud_app *app, const struct ud_key_event *key)
{
    size_t count;
    const struct ud_command *table = ud_commands(&count);

    if (key->code == UD_KEY_PASTE || field_key(app, key))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (!ud_command_here(app, &table[i]))
            continue;
        for (size_t k = 0; k < app->keymap.count[i]; k++)
            if (ud_key_same(&app->keymap.key[i][k], key))
                return &table[i];
    }
    return NULL;
}

void
ud_command_run(struct ud_app *app, const struct ud_command *c)
{
    const char *why = c->refused != NULL ? c->refused(app) : NULL;
    ud_msec since =
        app->screen == UD_SCREEN_SIGN_IN && app->sign_in.since > app->screen_since ? app->sign_in.since : app->screen_since;

    if (why != NULL) {
        ud_say(app, UD_TONE_WARNING, "%s", why);
        return;
    }
    if ((c->flags & UD_DELIBERATE) && app->now - since < UD_CONFIRM_WAIT)
        return; /* typed before the question could be read */
    app->message[0] = '\0';
    if (c->flags & UD_ASKS)
        ud_overlay_confirm(app, c);
    else
        c->run(app);
}

void
ud_commands_print(FILE *out, const struct ud_keymap *map)
{
    size_t count;
    const struct ud_command *table = ud_commands(&count);
    char keys[64];

    for (size_t i = 0; i < count; i++) {
        ud_keymap_text(keys, map, &table[i], false);
        (void)fprintf(out, "%-20s %-24s %s\n", table[i].name, keys, _(table[i].text));
    }
}
