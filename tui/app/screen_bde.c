/* What manage-bde printed, pasted unseen. The bytes go from the terminal straight into one guarded block; only IDs and kinds come out of it, and,
 * when a key is to be stored, its digits into a box that the service opens. Leaving the page, or a lock, wipes it. */
#include <stdio.h>
#include <string.h>

#include "app/draw_parts.h"
#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"
#include "view/bde.h"

/* --- opening and leaving ------------------------------------------------------------------------------------------------------- */

void
ud_bde_wipe(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;

    ud_secret_free(&b->text);
    explicit_bzero(b, sizeof(*b));
}

void
ud_bde_open(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;
    bool with_device = app->screen == UD_SCREEN_DEVICE || (app->screen == UD_SCREEN_MISSING && !app->missing.by_id);
    struct ud_error err = { 0 };

    ud_bde_wipe(app);
    if (ud_secret_new(&b->text, UD_BDE_TEXT_MAX, &err) != UD_OK) {
        ud_say(app, UD_TONE_ERROR, "%s", err.message);
        return;
    }
    b->has_device = with_device;
    b->last = app->now;
    if (app->devices.lookup.digits >= 8)
        (void)ud_copy(b->asked, sizeof(b->asked), app->devices.lookup.hex);
    ud_do(app, UD_DO_FLUSH_INPUT);
    ud_show(app, UD_SCREEN_BDE);
}

void
ud_bde_back(struct ud_app *app)
{
    bool with_device = app->bde.has_device;

    ud_bde_wipe(app);
    ud_do(app, UD_DO_FLUSH_INPUT);
    ud_show(app, with_device ? UD_SCREEN_DEVICE : UD_SCREEN_DEVICES);
}

bool
ud_bde_waits(const struct ud_app *app)
{
    const struct ud_bde_state *b = &app->bde;
    bool waits = b->deposit_tag != 0 || b->keep_tag != 0;

    for (size_t i = 0; i < b->list.count; i++)
        waits = waits || b->fact[i].tag != 0;
    return waits;
}

struct ud_secret *
ud_app_capture(const struct ud_app *app)
{
    bool here = app->screen == UD_SCREEN_BDE && app->bde.step == UD_BDE_TAKING;

    return here && app->overlay == UD_OVERLAY_NONE && !app->warning && !app->lock.locked && !app->lock.start ? app->bde.text
                                                                                                             : NULL;
}

/* --- comparing ----------------------------------------------------------------------------------------------------------------- */

static struct ud_keyid_prefix
whole_id(const struct ud_guid *id)
{
    return (struct ud_keyid_prefix){ .value = *id, .digits = 32 };
}

static bool
starts_with_asked(const struct ud_bde_state *b, const struct ud_guid *id)
{
    char text[UD_GUID_TEXT];
    size_t n = 0;

    ud_guid_format(text, id);
    for (const char *p = text; *p != '\0' && b->asked[n] != '\0'; p++)
        if (*p != '-' && *p != b->asked[n++])
            return false;
    return n > 0;
}

/* Is each recovery key stored somewhere? Every source is asked for its whole ID. */
static void
compare(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;

    for (size_t i = 0; i < b->list.count; i++) {
        struct ud_bde_fact *f = &b->fact[i];
        if (!b->list.item[i].is_key || f->known == UD_BDE_WRONG)
            continue;
        if (!app->worker || !ud_app_signed_in(app)) {
            (void)ud_copy(f->why, sizeof(f->why), _("not compared: nobody is signed in"));
            continue;
        }
        f->known = UD_BDE_ASKED;
        ud_ask(app, &f->tag, UD_MSG_FIND, 0)->u.prefix = whole_id(&b->list.item[i].id);
    }
}

/* The groups of each key; what is wrong has its sentence and is not compared. */
static void
check_keys(struct ud_bde_state *b)
{
    for (size_t i = 0; i < b->list.count; i++) {
        struct ud_secret *key = NULL;
        struct ud_error err = { 0 };
        if (!b->list.item[i].is_key)
            continue;
        if (ud_bde_take(&key, b->text, &b->list.item[i], &err) != UD_OK) {
            b->fact[i].known = UD_BDE_WRONG;
            (void)ud_copy(b->fact[i].why, sizeof(b->fact[i].why), err.message);
        }
        ud_secret_free(&key);
    }
}

static void
select_best(struct ud_bde_state *b)
{
    size_t best = 0;
    int worth = -1;

    for (size_t i = 0; i < b->list.count; i++) {
        bool asked = starts_with_asked(b, &b->list.item[i].id);
        int w = b->list.item[i].is_key ? (asked ? 3 : 1) : (asked ? 2 : 0);
        if (w > worth) {
            worth = w;
            best = i;
        }
    }
    ud_list_set(&b->rows, b->list.count, b->rows.rows > 0 ? b->rows.rows : 8);
    ud_list_select(&b->rows, best);
}

void
ud_bde_finish(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;

    if (ud_secret_length(b->text) == ud_secret_capacity(b->text)) {
        ud_say(app, UD_TONE_ERROR, "%s", _("More than 64 KiB came. Leave the page and paste the output only."));
        return;
    }
    ud_bde_read(&b->list, b->text);
    b->step = UD_BDE_READ;
    app->screen_since = app->now; /* what still arrives is not meant for this page */
    ud_do(app, UD_DO_FLUSH_INPUT);
    check_keys(b);
    select_best(b);
    compare(app);
}

const char *
ud_bde_finish_refused(const struct ud_app *app)
{
    if (app->bde.step == UD_BDE_READ)
        return _("It has been read already.");
    return app->bde.text != NULL && ud_secret_length(app->bde.text) > 0 ? NULL : _("Nothing has come yet.");
}

/* --- what the terminal brings --------------------------------------------------------------------------------------------------- */

static size_t
count_lines(struct ud_secret *text, bool *empty_line)
{
    const unsigned char *bytes = ud_secret_open(text);
    size_t length = ud_secret_length(text), lines = 0;

    for (size_t i = 0; i < length; i++)
        lines += bytes[i] == '\n' || (bytes[i] == '\r' && (i + 1 == length || bytes[i + 1] != '\n'));
    *empty_line = length == 0 || bytes[length - 1] == '\n' || bytes[length - 1] == '\r';
    ud_secret_close(text);
    return lines + !*empty_line;
}

/* A line end of the text, or, alone and by itself in time, the end of it: an output has empty lines, too. */
static void
on_enter(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;
    bool empty, alone = app->now - b->last >= UD_CONFIRM_WAIT;
    struct ud_error err;

    b->lines = count_lines(b->text, &empty);
    if (alone && (empty || b->whole) && ud_secret_length(b->text) > 0) {
        ud_bde_finish(app);
        return;
    }
    (void)!ud_secret_append(b->text, "\n", 1, &err); /* full: said when it is finished */
    b->lines = count_lines(b->text, &empty);
    b->whole = false;
    b->last = app->now;
}

void
ud_bde_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_bde_state *b = &app->bde;
    bool empty;

    if (b->step == UD_BDE_READ) {
        (void)ud_list_key(&b->rows, key);
    } else if (key->code == UD_KEY_ENTER) {
        on_enter(app);
    } else if (key->code == UD_KEY_CAPTURED) {
        b->lines = count_lines(b->text, &empty);
        b->whole = key->number != 0;
        b->last = app->now;
        app->message[0] = '\0';
    }
}

/* --- storing ---------------------------------------------------------------------------------------------------------------------- */

static const struct ud_bde_protector *
selected(const struct ud_app *app)
{
    return app->bde.rows.selected < app->bde.list.count ? &app->bde.list.item[app->bde.rows.selected] : NULL;
}

const char *
ud_bde_store_refused(const struct ud_app *app)
{
    const struct ud_bde_state *b = &app->bde;
    const struct ud_bde_protector *p = selected(app);

    if (b->step != UD_BDE_READ || p == NULL)
        return _("There is nothing to store.");
    if (!p->is_key)
        return _("This is no recovery key. Only its ID is kept, when a key of the drive is stored.");
    switch (b->fact[b->rows.selected].known) {
    case UD_BDE_WRONG:
        return _("A group of this key is wrong: print it at the device once more.");
    case UD_BDE_ASKED:
        return _("It is still being compared.");
    case UD_BDE_STORED_HERE:
        return _("This key is stored already.");
    case UD_BDE_STORED_ELSEWHERE:
        return _("This key is stored for another device: find it there by its ID.");
    default:
        break;
    }
    if (!b->has_device)
        return _("The text does not say of which device it is. Open the device, then paste it there.");
    if (!ud_app_signed_in(app))
        return _("Nobody is signed in.");
    if (ud_role_refused_key(app, app->device.dev.d.source) != NULL)
        return ud_role_refused_key(app, app->device.dev.d.source);
    if (app->config->source[app->device.dev.d.source].type != UD_SOURCE_ESCROWD)
        return _("Only the device itself can store keys there: ask it for a new key.");
    return b->deposit_tag != 0 || b->keep_tag != 0 ? _("A key is being stored.") : NULL;
}

void
ud_bde_store(struct ud_app *app)
{
    struct ud_bde_state *b = &app->bde;

    b->storing = b->rows.selected;
    b->error[0] = '\0';
    (void)ud_ask(app, &b->deposit_tag, UD_MSG_DEPOSIT_KEY, app->device.dev.d.source);
}

static void
send_key(struct ud_app *app, const uint8_t public_key[UD_SEAL_PUBLIC])
{
    struct ud_bde_state *b = &app->bde;
    const struct ud_bde_protector *p = &b->list.item[b->storing];
    struct ud_secret *key = NULL;
    struct ud_error err = { 0 };
    struct ud_request *r;
    enum ud_status st = ud_bde_take(&key, b->text, p, &err);

    if (st == UD_OK)
        st = ud_seal(b->sealed, sizeof(b->sealed), &b->sealed_length, key, public_key, &err);
    ud_secret_free(&key);
    if (st != UD_OK) {
        (void)ud_copy(b->error, sizeof(b->error), err.message);
        return;
    }
    r = ud_ask(app, &b->keep_tag, UD_MSG_KEEP, app->device.dev.d.source);
    r->u.keep = (struct ud_msg_keep){ .source = app->device.dev.d.source,
        .kind = UD_KIND_BITLOCKER,
        .volume = (uint8_t)p->volume,
        .device = app->device.dev.d.id,
        .key = p->id,
        .sealed = b->sealed,
        .sealed_length = b->sealed_length };
    for (size_t i = 0; i < b->list.count; i++)
        if (!b->list.item[i].is_key && b->list.item[i].drive == p->drive)
            r->u.keep.other[r->u.keep.other_count++] = (struct ud_bde_other){ b->list.item[i].id, b->list.item[i].kind };
}

static void
stored(struct ud_app *app, const struct ud_msg_done *m)
{
    struct ud_bde_state *b = &app->bde;
    struct ud_bde_fact *f = &b->fact[b->storing];
    struct ud_entry *e;

    b->keep_tag = 0;
    if (m->status != UD_OK && m->status != UD_EXISTS) {
        (void)snprintf(b->error, sizeof(b->error), "%s%s%s", m->message, m->hint[0] ? ". " : "", m->hint);
        ud_say(app, UD_TONE_ERROR, "%s", b->error);
        return;
    }
    f->known = UD_BDE_STORED_HERE;
    f->key = (struct ud_key){ .id = b->list.item[b->storing].id,
        .kind = UD_KIND_BITLOCKER,
        .volume = b->list.item[b->storing].volume,
        .created = app->wall,
        .shown = UD_WALL_NONE };
    if (m->status == UD_OK) {
        e = ud_do_record(app, NULL, UD_EVENT_KEPT);
        ud_entry_device(e, &app->device.dev.d);
        ud_entry_key(e, &f->key);
        (void)ud_copy(e->source, sizeof(e->source), app->source_name[app->device.dev.d.source]);
    }
    ud_say(app, UD_TONE_GOOD, "%s",
        m->status == UD_OK ? _("Stored. The key stands on the device's page from now on.") : _("It was stored before."));
    ud_device_fetch(app);
}

/* --- what the sources say ----------------------------------------------------------------------------------------------------------- */

static void
found(struct ud_app *app, struct ud_bde_fact *f, const struct ud_msg_found *m)
{
    bool here = !app->bde.has_device || (m->source == app->device.dev.d.source && m->has_device &&
                                            ud_guid_compare(&m->device.id, &app->device.dev.d.id) == 0);

    f->known = here ? UD_BDE_STORED_HERE : UD_BDE_STORED_ELSEWHERE;
    f->key = m->key;
    (void)ud_copy(f->device, sizeof(f->device), m->has_device ? m->device.name : "");
}

static bool
compared(struct ud_app *app, const struct ud_event *e)
{
    struct ud_bde_state *b = &app->bde;

    for (size_t i = 0; i < b->list.count; i++) {
        struct ud_bde_fact *f = &b->fact[i];
        const struct ud_msg *m = e->message;
        if (f->tag != e->tag)
            continue;
        if (m->type == UD_MSG_FOUND && ud_guid_compare(&m->u.found.key.id, &b->list.item[i].id) == 0)
            found(app, f, &m->u.found);
        else if (m->type == UD_MSG_SOURCE_DONE && m->u.source_done.status != UD_OK && m->u.source_done.status != UD_NOTFOUND)
            (void)snprintf(f->why, sizeof(f->why), _("%s was not compared: %s"), app->source_name[m->u.source_done.source],
                m->u.source_done.message);
        else if (m->type == UD_MSG_DONE) {
            f->tag = 0;
            if (f->known == UD_BDE_ASKED)
                f->known = f->why[0] != '\0' || m->u.done.status != UD_OK ? UD_BDE_NOT_COMPARED : UD_BDE_NOT_STORED;
        }
        return true;
    }
    return false;
}

bool
ud_bde_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_bde_state *b = &app->bde;

    if (e->tag == 0 || b->text == NULL)
        return false;
    if (e->tag == b->deposit_tag) {
        if (e->message->type == UD_MSG_DEPOSIT_KEY_IS)
            send_key(app, e->message->u.deposit_key.public_key);
        else if (e->message->type == UD_MSG_DONE) {
            b->deposit_tag = 0;
            if (e->message->u.done.status != UD_OK)
                ud_say(app, UD_TONE_ERROR, "%s", e->message->u.done.message);
        }
        return true;
    }
    if (e->tag == b->keep_tag) {
        if (e->message->type == UD_MSG_DONE)
            stored(app, &e->message->u.done);
        return true;
    }
    return compared(app, e);
}
