/* Dictation: group after group, and the read-back of what the caller has typed. What is typed is a secret like the key itself. */
#include <stdio.h>
#include <string.h>

#include "app/screens.h"
#include "grid/i18n.h"

static void
clear_typed(struct ud_call *c)
{
    if (c->typed != NULL)
        ud_secret_wipe(c->typed);
    c->typed_count = 0;
    explicit_bzero(c->mark, sizeof(c->mark));
    c->readback[0] = '\0';
    c->readback_tone = UD_TONE_PLAIN;
}

void
ud_dictate_move(struct ud_app *app, int by)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL || c->phase != UD_CALL_KEY || !c->visible)
        return;
    c->pressed = app->now;
    clear_typed(c);
    if (by > 0 && c->r.group + 1 >= c->r.groups) {
        (void)snprintf(c->readback, sizeof(c->readback), "%s", _("That was the last group."));
        return;
    }
    if (by > 0)
        c->r.group++;
    else if (c->r.group > 0)
        c->r.group--;
}

/* The group as a secret of its own, for the comparison. */
static bool
take_group(struct ud_secret **out, struct ud_call *c)
{
    size_t offset, length;
    struct ud_error err;
    bool ok;

    if (!ud_recovery_group(c->r.key.kind, ud_secret_length(c->key), c->r.group, &offset, &length))
        return false;
    if (ud_secret_new(out, length, &err) != UD_OK)
        return false;
    ok = ud_secret_append(*out, ud_secret_open(c->key) + offset, length, &err) == UD_OK;
    ud_secret_close(c->key);
    return ok;
}

/* Characters of the group that is on the screen; the last of a passphrase may be shorter. */
static size_t
group_length(const struct ud_call *c)
{
    size_t offset, length = 0;

    (void)ud_recovery_group(c->r.key.kind, ud_secret_length(c->key), c->r.group, &offset, &length);
    return length < UD_VIEW_GROUP_MAX ? length : UD_VIEW_GROUP_MAX;
}

static void
mark_digits(struct ud_call *c, struct ud_secret *group)
{
    const unsigned char *a = ud_secret_open(group);
    const unsigned char *b = ud_secret_open(c->typed);

    for (size_t i = 0; i < c->typed_count && i < UD_VIEW_GROUP_MAX; i++)
        c->mark[i] = a[i] == b[i] ? UD_DIGIT_RIGHT : UD_DIGIT_WRONG;
    ud_secret_close(c->typed);
    ud_secret_close(group);
}

static void
say_wrong(struct ud_call *c, enum ud_group_fault fault)
{
    unsigned group = c->r.group + 1;

    if (c->r.key.kind != UD_KIND_BITLOCKER)
        (void)snprintf(c->readback, sizeof(c->readback), _("Group %u: a character differs. Ask for it again."), group);
    else
        (void)snprintf(c->readback, sizeof(c->readback),
            fault == UD_GROUP_NOT_11 ? _("Group %u: one digit is wrong. Ask for it again.")
            : fault == UD_GROUP_OK   ? _("Group %u: a valid group, but not this one. Is it from another key or place?")
                                     : _("Group %u cannot be right. Ask for it again."),
            group);
    c->readback_tone = UD_TONE_WARNING;
}

static void
compare(struct ud_app *app, struct ud_call *c)
{
    struct ud_secret *group = NULL;
    enum ud_group_fault fault;

    if (!take_group(&group, c)) {
        ud_secret_free(&group);
        return;
    }
    fault = ud_recovery_group_check(c->r.key.kind, (const char *)ud_secret_open(c->typed), c->typed_count);
    ud_secret_close(c->typed);
    if (ud_secret_equal(group, c->typed)) {
        unsigned was = c->r.group + 1;
        bool last = was >= c->r.groups;
        ud_dictate_move(app, 1);
        (void)snprintf(c->readback, sizeof(c->readback),
            last ? _("Group %u is right. That was the last one.") : _("Group %u is right."), was);
        c->readback_tone = UD_TONE_GOOD;
        c->reading = c->reading && !last;
    } else {
        mark_digits(c, group);
        say_wrong(c, fault);
    }
    ud_secret_free(&group);
}

static void
type_character(struct ud_app *app, struct ud_call *c, char character)
{
    struct ud_error err;

    if (c->typed == NULL && ud_secret_new(&c->typed, UD_VIEW_GROUP_MAX, &err) != UD_OK) {
        ud_say(app, UD_TONE_ERROR, "%s", err.message);
        return;
    }
    if (c->typed_count >= group_length(c)) /* a new try after a wrong one */
        clear_typed(c);
    if (ud_secret_append(c->typed, &character, 1, &err) != UD_OK)
        return;
    c->mark[c->typed_count++] = UD_DIGIT_TYPED;
    if (c->typed_count == group_length(c))
        compare(app, c);
}

/* Digits are always a read-back where the key has only digits; anything is where the operator said so. */
static bool
is_typed(const struct ud_call *c, char ch)
{
    if (c->r.key.kind == UD_KIND_BITLOCKER)
        return ch >= '0' && ch <= '9';
    return c->reading && ch >= ' ' && ch <= '~';
}

/* Where only one case occurs the operator need not think of it. */
static char
as_stored(const struct ud_call *c, char ch)
{
    if (c->r.key.kind == UD_KIND_FILEVAULT && ch >= 'a' && ch <= 'z')
        return (char)(ch - 0x20);
    if (c->r.key.kind == UD_KIND_LUKS && !ud_dictate_exact(c) && ch >= 'A' && ch <= 'Z')
        return (char)(ch + 0x20);
    return ch;
}

void
ud_dictate_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL || c->phase != UD_CALL_KEY || !c->visible || c->whole || key->code == UD_KEY_PASTE)
        return;
    c->pressed = app->now;
    if (key->code == UD_KEY_BACKSPACE && c->typed_count > 0) {
        ud_secret_truncate(c->typed, --c->typed_count);
        for (int i = 0; i < UD_VIEW_GROUP_MAX; i++)
            c->mark[i] = i < (int)c->typed_count ? UD_DIGIT_TYPED : UD_DIGIT_OPEN;
        c->readback[0] = '\0';
        return;
    }
    if (c->reading && (key->code == UD_KEY_LEFT || key->code == UD_KEY_RIGHT))
        ud_dictate_move(app, key->code == UD_KEY_RIGHT ? 1 : -1);
    else if (key->code == UD_KEY_TEXT && key->text[1] == '\0' && is_typed(c, key->text[0]))
        type_character(app, c, as_stored(c, key->text[0]));
}

void
ud_dictate_read(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    c->reading = true;
    c->pressed = app->now;
    clear_typed(c);
}

bool
ud_dictate_stop(struct ud_app *app)
{
    struct ud_call *c = ud_call_active(app);

    if (c == NULL || !c->reading)
        return false;
    c->reading = false;
    c->pressed = app->now;
    clear_typed(c);
    return true;
}

const char *
ud_dictate_read_refused(const struct ud_app *app)
{
    const struct ud_call *c = app->active >= 0 ? &app->call[app->active] : NULL;

    if (c == NULL || c->phase != UD_CALL_KEY)
        return _("The key is not here yet.");
    if (!c->visible)
        return _("The key is covered. Enter shows it again.");
    if (c->whole)
        return _("Only a group can be read back, and the whole key is shown.");
    return c->r.key.kind == UD_KIND_BITLOCKER ? _("Type the digits; they are compared as they come.") : NULL;
}

bool
ud_dictate_exact(const struct ud_call *c)
{
    if (c->r.key.kind == UD_KIND_LAPS)
        return true;
    return c->r.key.kind == UD_KIND_LUKS && c->shape.group_size < UD_VIEW_GROUP_MAX; /* a passphrase of somebody's own */
}
