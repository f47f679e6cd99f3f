/* The board: every source is asked in turn; while it is on screen, again and again. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "domain/account.h"
#include "grid/i18n.h"

#define AGAIN ((ud_msec)15000)

/* Asks the next source that is signed in, from `from` on; after the last what came takes the place of what was there. */
static void
ask_from(struct ud_app *app, unsigned from)
{
    struct ud_board *b = &app->board;

    for (unsigned i = from; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN && app->worker) {
            b->source = (uint8_t)i;
            ud_ask(app, &b->tag, UD_MSG_GET_BOARD, (uint8_t)i);
            return;
        }
    struct ud_board_item *old = b->item;
    b->tag = 0;
    b->item = b->coming;
    b->coming = old;
    b->count = b->coming_count;
    b->coming_count = 0;
    b->known = true;
    b->next = app->screen == UD_SCREEN_BOARD ? app->now + AGAIN : 0;
    ud_list_set(&b->list, b->count, b->list.rows);
    if (app->overlay == UD_OVERLAY_CONFIRM)
        ud_overlay_remind(app);
}

void
ud_board_refresh(struct ud_app *app)
{
    struct ud_board *b = &app->board;

    if (b->tag != 0 || !ud_app_signed_in(app) || app->self.on)
        return;
    if (b->coming == NULL) {
        b->coming = ud_xcalloc(UD_BOARD_MAX, sizeof(*b->coming));
        b->item = ud_xcalloc(UD_BOARD_MAX, sizeof(*b->item));
    }
    b->coming_count = 0;
    b->error[0] = '\0';
    ask_from(app, 0);
}

bool
ud_board_message(struct ud_app *app, const struct ud_event *e)
{
    struct ud_board *b = &app->board;
    const struct ud_msg_done *d = &e->message->u.done;

    if (b->tag == 0 || e->tag != b->tag)
        return false;
    if (e->message->type == UD_MSG_BOARD) {
        if (b->coming_count < UD_BOARD_MAX)
            b->coming[b->coming_count++] = (struct ud_board_item){ e->message->u.board.source, e->message->u.board.e };
    } else if (e->message->type == UD_MSG_DONE) {
        if (d->status != UD_OK && (d->status != UD_UNSUPPORTED || app->config->source_count == 1))
            (void)ud_copy(b->error, sizeof(b->error), d->message);
        ask_from(app, b->source + 1u);
    }
    return true;
}

void
ud_board_open(struct ud_app *app)
{
    ud_show(app, UD_SCREEN_BOARD);
    ud_board_refresh(app);
}

void
ud_board_clear(struct ud_app *app)
{
    struct ud_board *b = &app->board;

    if (b->item != NULL)
        explicit_bzero(b->item, UD_BOARD_MAX * sizeof(*b->item));
    if (b->coming != NULL)
        explicit_bzero(b->coming, UD_BOARD_MAX * sizeof(*b->coming));
    free(b->item);
    free(b->coming);
    explicit_bzero(b, sizeof(*b));
}

static const struct ud_board_item *
selected(const struct ud_app *app)
{
    return app->board.list.selected < app->board.count ? &app->board.item[app->board.list.selected] : NULL;
}

/* The device as the list knows it, else as far as the board does. */
static void
device_of(const struct ud_app *app, const struct ud_board_item *item, struct ud_device *out)
{
    uint32_t row = ud_fleet_row_of(app->fleet, item->source, &item->e.device);

    if (row != UD_ROW_NONE && ud_fleet_device(app->fleet, row, out))
        return;
    *out = (struct ud_device){ .id = item->e.device,
        .name = item->e.device_name,
        .user = item->e.user,
        .last_checkin = item->e.last_checkin,
        .source = item->source };
    out->serial = out->user_name = out->model = out->os_version = "";
    out->os = item->e.kind == UD_KIND_FILEVAULT ? "macOS" : item->e.kind == UD_KIND_LUKS ? "Linux" : "Windows";
}

void
ud_board_open_device(struct ud_app *app)
{
    const struct ud_board_item *item = selected(app);
    struct ud_device d;

    if (item == NULL)
        return;
    device_of(app, item, &d);
    ud_device_open(app, &d, ud_guid_is_zero(&item->e.key) ? NULL : &item->e.key);
}

const char *
ud_board_open_refused(const struct ud_app *app)
{
    return selected(app) != NULL ? NULL : _("There is nothing to open.");
}

const char *
ud_board_ask_refused(const struct ud_app *app)
{
    const struct ud_board_item *item = selected(app);

    if (item == NULL)
        return _("There is nothing to ask for.");
    if (ud_role_refused_key(app, item->source) != NULL)
        return ud_role_refused_key(app, item->source);
    if (ud_role_names_user(app, item->source) && ud_role_named(app, &item->e.device) == NULL)
        return _("Name its user first: look for the device by the user's whole account.");
    return item->e.state == UD_BOARD_ASKED ? _("A new key was asked for already; the device has not answered yet.") : NULL;
}

void
ud_board_ask(struct ud_app *app)
{
    const struct ud_board_item *item = selected(app);
    struct ud_disclosure why = { .reason = "" };
    struct ud_key key = { 0 };
    struct ud_dev dev;
    struct ud_device d;

    if (item == NULL)
        return;
    device_of(app, item, &d);
    if (ud_role_named(app, &d.id) != NULL)
        (void)!ud_account_name_user(&why, ud_role_named(app, &d.id), NULL); /* it was whole when it was noted */
    ud_dev_set(&dev, &d);
    key.id = item->e.key;
    key.kind = item->e.kind;
    ud_new_key_ask(app, &dev, &key, &why);
    ud_say(app, UD_TONE_PLAIN, "%s", _("A new key was asked for. The old key still works until then."));
    app->board.next = app->now + 1000;
}

void
ud_board_tick(struct ud_app *app)
{
    struct ud_board *b = &app->board;

    if (b->next == 0 || b->next > app->now)
        return;
    b->next = 0;
    if (app->screen == UD_SCREEN_BOARD)
        ud_board_refresh(app);
}

ud_msec
ud_board_deadline(const struct ud_app *app)
{
    return app->board.next == 0 ? -1 : app->board.next;
}

size_t
ud_board_own(const struct ud_app *app)
{
    size_t n = 0;

    for (size_t i = 0; i < app->board.count; i++) {
        const struct ud_board_item *item = &app->board.item[i];
        n += item->e.by[0] != '\0' && strcasecmp(item->e.by, app->source[item->source].account) == 0;
    }
    return n;
}
