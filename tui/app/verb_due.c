/* `key due`: recovery keys that were shown and not replaced yet. */
#include <stdio.h>
#include <stdlib.h>

#include "app/oneshot.h"
#include "grid/i18n.h"
#include "wire/cli.h"

#define PRINT_MAX ((size_t)1024 * 1024)

struct due {
    struct ud_wire_cli_due *list;
    size_t count, room;
};

static void
on_entry(struct ud_oneshot *s, const struct ud_msg *e, void *arg)
{
    struct due *d = arg;

    if (e->type != UD_MSG_BOARD || d->count == d->room)
        return;
    d->list[d->count++] =
        (struct ud_wire_cli_due){ .entry = e->u.board.e, .source_name = s->config.source[e->u.board.source].name };
}

static const char *
state_text(const struct ud_board_entry *e)
{
    if (e->state == UD_BOARD_FAILED)
        return _("failed");
    if (e->overdue)
        return _("overdue");
    return e->state == UD_BOARD_ASKED ? _("asked") : _("not asked");
}

static void
print_text(const struct due *d)
{
    char id[UD_GUID_TEXT], when[32];

    if (d->count == 0)
        printf("%s\n", _("Every recovery key that was shown has been replaced."));
    for (size_t i = 0; i < d->count; i++) {
        const struct ud_board_entry *e = &d->list[i].entry;
        ud_wall_format(when, sizeof(when), e->shown, false);
        ud_guid_format(id, &e->key);
        ud_print_cell(state_text(e), 10);
        printf(" %s  %-36s  %s  %s  %s  %s\n", when, ud_guid_is_zero(&e->key) ? ud_kind_name(e->kind) : id, e->device_name,
            e->user, e->by, e->message);
    }
}

static enum ud_status
print(const struct due *d, bool json, struct ud_error *err)
{
    struct ud_json_writer w;
    struct ud_buf b;
    enum ud_status st;

    if (!json) {
        print_text(d);
        return UD_OK;
    }
    ud_buf_init(&b, PRINT_MAX);
    ud_json_writer_init(&w, &b);
    ud_wire_cli_due(&w, d->list, d->count);
    st = ud_print_json(&b, err);
    ud_buf_free(&b);
    return st;
}

enum ud_status
ud_verb_due(struct ud_oneshot *s, struct ud_error *err)
{
    struct due d = { .room = (size_t)UD_BOARD_MAX * UD_SOURCE_MAX };
    enum ud_status st;

    d.list = ud_xcalloc(d.room, sizeof(*d.list));
    if ((st = ud_oneshot_start(s, true, err)) != UD_OK || (st = ud_oneshot_sign_in(s, err)) != UD_OK)
        goto out;
    for (size_t i = 0; i < s->config.source_count && st == UD_OK; i++) {
        struct ud_msg m = { .type = UD_MSG_GET_BOARD, .u.source = { (uint8_t)i } };
        st = ud_oneshot_request(s, &m, NULL, on_entry, &d, err);
        if (st == UD_UNSUPPORTED && s->config.source_count > 1)
            st = UD_OK; /* the others are asked */
    }
    if (st == UD_OK)
        st = print(&d, s->options->json, err);
out:
    free(d.list);
    return st;
}
