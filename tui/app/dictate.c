/* Dictation: group after group, and the read-back of the digits that the caller has typed. What is typed is a secret like the key itself. */
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
    } else {
        mark_digits(c, group);
        (void)snprintf(c->readback, sizeof(c->readback),
            fault == UD_GROUP_NOT_11 ? _("Group %u: one digit is wrong. Ask for it again.")
            : fault == UD_GROUP_OK   ? _("Group %u: a valid group, but not this one. Is it from another key or place?")
                                     : _("Group %u cannot be right. Ask for it again."),
            c->r.group + 1);
        c->readback_tone = UD_TONE_WARNING;
    }
    ud_secret_free(&group);
}

static void
type_digit(struct ud_app *app, struct ud_call *c, char digit)
{
    struct ud_error err;

    if (c->typed == NULL && ud_secret_new(&c->typed, UD_VIEW_GROUP_MAX, &err) != UD_OK) {
        ud_say(app, UD_TONE_ERROR, "%s", err.message);
        return;
    }
    if (c->typed_count >= c->shape.group_size) /* a new try after a wrong one */
        clear_typed(c);
    if (ud_secret_append(c->typed, &digit, 1, &err) != UD_OK)
        return;
    c->mark[c->typed_count++] = UD_DIGIT_TYPED;
    if (c->typed_count == c->shape.group_size)
        compare(app, c);
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
    if (key->code == UD_KEY_TEXT && key->text[0] >= '0' && key->text[0] <= '9' && c->r.key.kind == UD_KIND_BITLOCKER)
        type_digit(app, c, key->text[0]);
}
