/* The pages of self-service: the recovery key ID, or the computer where it shows none; the reason; what happens next. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "widget/choice.h"

/* --- the key ID ------------------------------------------------------------------------------------------------------------ */

static bool
is_own(const struct ud_app *app, const struct ud_device *d)
{
    const char *account = app->source[app->self.source].account;

    return account[0] != '\0' && d->user != NULL && strcasecmp(d->user, account) == 0;
}

static void
take_own(struct ud_app *app, const struct ud_device *d, const struct ud_key *k)
{
    if (app->owns == UD_SELF_DEVICES)
        return;
    ud_dev_set(&app->own[app->owns].dev, d);
    app->own[app->owns++].key = *k;
}

/* What is wrong with the ID as it was typed; NULL: nothing. */
static const char *
wrong_id(const struct ud_app *app, struct ud_keyid_prefix *p, char out[160])
{
    struct ud_error err = { 0 };
    unsigned digits = 0;

    for (const char *c = app->self.id.text; *c != '\0'; c++) {
        digits += isxdigit((unsigned char)*c) != 0;
        if (isxdigit((unsigned char)*c) || strchr("-{} ", *c) != NULL)
            continue;
        if ((unsigned char)*c >= 0x80)
            return _("Only the digits 0 to 9 and the letters A to F occur in a recovery key ID.");
        (void)snprintf(
            out, 160, _("\"%c\" cannot be right: only the digits 0 to 9 and the letters A to F occur in a recovery key ID."), *c);
        return out;
    }
    if (digits < 8 || (app->self.full && digits < 32)) {
        (void)snprintf(out, 160,
            app->self.full ? _("All 32 characters are needed; here are %u.")
                           : _("The first 8 characters are needed; here are %u."),
            digits);
        return out;
    }
    if (ud_keyid_prefix_parse(p, app->self.id.text, &err) == UD_OK)
        return NULL;
    (void)ud_copy(out, 160, err.message);
    return out;
}

void
ud_self_find(struct ud_app *app)
{
    struct ud_self_state *v = &app->self;
    struct ud_keyid_prefix p = { .digits = 0 };
    char text[160];
    const char *wrong = wrong_id(app, &p, text);
    size_t n = 0;

    if (v->find == UD_SELF_ASKING)
        return;
    v->error[0] = v->hint[0] = '\0';
    v->find = UD_SELF_NOT_ASKED;
    if (wrong != NULL) {
        ud_say(app, UD_TONE_WARNING, "%s", wrong);
        return;
    }
    for (const char *c = v->id.text; *c != '\0' && n < 32; c++)
        if (isxdigit((unsigned char)*c))
            v->asked[n++] = (char)toupper((unsigned char)*c);
    v->asked[n] = '\0';
    app->owns = v->found = 0;
    v->find = UD_SELF_ASKING;
    ud_ask(app, &v->tag, UD_MSG_FIND, 0)->u.prefix = p;
}

/* The device of a key that came without one. */
static void
take_found(struct ud_app *app, const struct ud_msg_found *m)
{
    struct ud_device d = { .source = m->source, .id = m->key.device, .last_checkin = UD_WALL_NONE };
    uint32_t row = ud_fleet_row_of(app->fleet, m->source, &m->key.device);

    if (m->has_device)
        d = m->device;
    else if (row == UD_ROW_NONE || !ud_fleet_device(app->fleet, row, &d))
        return; /* nobody knows whose it is */
    if (!is_own(app, &d))
        return;
    app->self.found++;
    take_own(app, &d, &m->key);
}

static void
show_reason(struct ud_app *app, size_t own)
{
    app->own_chosen = own;
    app->self.reason = UD_CHOICE_NONE;
    ud_show(app, UD_SCREEN_SELF_REASON);
}

static void
ask_for_all(struct ud_app *app)
{
    app->self.full = true;
    app->self.find = UD_SELF_NOT_ASKED;
    app->owns = 0;
    ud_say(app, UD_TONE_WARNING, "%s", _("More than one recovery key starts so. Type all 32 characters."));
}

static void
source_done(struct ud_app *app, const struct ud_msg_source_done *m)
{
    struct ud_self_state *v = &app->self;

    if (m->source != v->source || m->status == UD_OK || m->status == UD_NOTFOUND)
        return;
    if (m->status == UD_AMBIGUOUS) {
        ask_for_all(app);
        return;
    }
    v->find = UD_SELF_FAILED;
    (void)ud_copy(v->error, sizeof(v->error), m->message);
}

static void
find_done(struct ud_app *app, const struct ud_msg_done *m)
{
    struct ud_self_state *v = &app->self;

    v->tag = 0;
    if (v->find != UD_SELF_ASKING)
        return;
    if (m->status != UD_OK && m->status != UD_NOTFOUND) {
        v->find = UD_SELF_FAILED;
        (void)ud_copy(v->error, sizeof(v->error), m->message);
        (void)ud_copy(v->hint, sizeof(v->hint), m->hint);
    } else if (v->found == 0) {
        v->find = UD_SELF_MISS;
        ud_entry_detail(ud_do_record(app, NULL, UD_EVENT_FAILED), N_("self-service: no own recovery key has this ID"));
    } else if (v->found > 1) {
        ask_for_all(app);
    } else {
        v->find = UD_SELF_NOT_ASKED;
        v->by_device = false;
        show_reason(app, 0);
    }
}

bool
ud_self_found(struct ud_app *app, const struct ud_event *e)
{
    const struct ud_msg *m = e->message;

    if (e->tag == 0 || e->tag != app->self.tag)
        return false;
    if (m->type == UD_MSG_FOUND && m->u.found.source == app->self.source)
        take_found(app, &m->u.found);
    else if (m->type == UD_MSG_SOURCE_DONE)
        source_done(app, &m->u.source_done);
    else if (m->type == UD_MSG_DONE)
        find_done(app, &m->u.done);
    return true;
}

/* --- a computer that shows no ID --------------------------------------------------------------------------------------------- */

/* Macs and Linux: one row a computer, its newest key. */
void
ud_self_list(struct ud_app *app)
{
    struct ud_key key[UD_DEVICE_KEYS];
    struct ud_device d;

    app->owns = 0;
    for (uint32_t row = 0; row < ud_fleet_rows(app->fleet); row++) {
        if (!ud_fleet_device(app->fleet, row, &d) || d.source != app->self.source || !is_own(app, &d))
            continue;
        size_t count = ud_fleet_keys_of(app->fleet, row, key, UD_DEVICE_KEYS);
        for (size_t i = 0; i < count; i++)
            if ((key[i].kind == UD_KIND_FILEVAULT || key[i].kind == UD_KIND_LUKS) && key[i].state != UD_KEY_SUPERSEDED) {
                take_own(app, &d, &key[i]);
                break;
            }
    }
}

void
ud_self_no_id(struct ud_app *app)
{
    app->self.by_device = true;
    ud_self_list(app);
    ud_show(app, UD_SCREEN_SELF_DEVICE);
}

void
ud_self_back(struct ud_app *app)
{
    if (app->screen == UD_SCREEN_SELF_REASON && app->self.by_device)
        ud_self_no_id(app);
    else
        ud_show(app, UD_SCREEN_SELF_ID);
}

/* --- the reason --------------------------------------------------------------------------------------------------------------- */

const struct ud_reason *
ud_self_reason(const struct ud_app *app, size_t index)
{
    const struct ud_policy *p = ud_app_policy_of(app, app->self.source);

    for (size_t i = 0; i < p->reason_count; i++)
        if (p->reason[i].self_service && index-- == 0)
            return &p->reason[i];
    return NULL;
}

static size_t
reasons(const struct ud_app *app)
{
    size_t n = 0;

    while (ud_self_reason(app, n) != NULL)
        n++;
    return n;
}

void
ud_self_get(struct ud_app *app)
{
    struct ud_disclosure why = { .reason = "" };
    const struct ud_reason *r = app->self.reason == UD_CHOICE_NONE ? NULL : ud_self_reason(app, app->self.reason);

    if (r == NULL) {
        ud_say(app, UD_TONE_WARNING, "%s", _("Choose a reason first: press its digit."));
        return;
    }
    (void)ud_copy(why.reason, sizeof(why.reason), r->code);
    ud_call_open(app, &app->own[app->own_chosen].dev, &app->own[app->own_chosen].key, &why);
}

void
ud_self_refused(struct ud_app *app, struct ud_call *c, enum ud_status st)
{
    if (st != UD_DENIED && st != UD_NOTFOUND)
        return;
    (void)ud_copy(c->error, sizeof(c->error), _("This recovery key cannot be shown to you here."));
    ud_app_helpdesk(app, c->hint, sizeof(c->hint));
}

/* --- keys ---------------------------------------------------------------------------------------------------------------------- */

static void
choose(struct ud_app *app, const struct ud_key_event *key)
{
    size_t count = app->screen == UD_SCREEN_SELF_DEVICE ? app->owns : reasons(app);
    size_t choice = ud_choice_of(key, count);

    if (choice == UD_CHOICE_NONE)
        ud_say(app, UD_TONE_PLAIN, "%s", _("That does nothing here. The last line says which keys there are."));
    else if (app->screen == UD_SCREEN_SELF_DEVICE)
        show_reason(app, choice);
    else
        app->self.reason = choice;
}

static void
type_id(struct ud_app *app, const struct ud_key_event *key)
{
    if (app->self.find == UD_SELF_ASKING)
        return;
    if (ud_line_key(&app->self.id, key) != UD_LINE_CHANGED)
        return;
    app->self.find = UD_SELF_NOT_ASKED;
    app->message[0] = '\0';
}

bool
ud_self_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_call *c = ud_call_active(app);

    switch (app->screen) {
    case UD_SCREEN_SELF_ID:
        type_id(app, key);
        return true;
    case UD_SCREEN_SELF_DEVICE:
    case UD_SCREEN_SELF_REASON:
        if (key->code != UD_KEY_PASTE)
            choose(app, key);
        return true;
    case UD_SCREEN_KEY:
        if (c != NULL)
            c->pressed = app->now;
        if (key->code == UD_KEY_TEXT && isdigit((unsigned char)key->text[0]))
            ud_say(app, UD_TONE_PLAIN, "%s", _("Type it at the locked computer, not here. Space: next group."));
        else if (key->code != UD_KEY_PASTE)
            ud_say(app, UD_TONE_PLAIN, "%s", _("That does nothing here. The last line says which keys there are."));
        return true;
    case UD_SCREEN_SELF_NEXT:
        return true;
    default:
        return false;
    }
}
