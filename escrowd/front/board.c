/* GET /escrow/v1/board */
#include <string.h>

#include "base/buf.h"
#include "escrowd/front/call.h"
#include "escrowd/front/route.h"
#include "wire/board.h"

#define ROOM ((size_t)60 * 1024) /* clients take 64 KiB; what does not fit is "more", and the oldest come first */

static void
fill(struct ud_board_entry *e, const struct ud_vault_reply *r, size_t i)
{
    static const enum ud_board_state states[] = { [UD_VAULT_ROT_PENDING] = UD_BOARD_ASKED,
        [UD_VAULT_ROT_FAILED] = UD_BOARD_FAILED,
        [UD_VAULT_ROT_WAITING] = UD_BOARD_WAITING };
    const struct ud_vault_rotation *rot = &r->rotations[i];
    const struct ud_device *d = &r->devices[i].d;

    *e = (struct ud_board_entry){ .key = r->keys[i].k.id,
        .device = d->id,
        .kind = r->keys[i].k.kind,
        .state = states[rot->state],
        .overdue = rot->overdue,
        .shown = r->keys[i].k.shown,
        .asked = rot->requested,
        .due = rot->due,
        .last_checkin = d->last_checkin };
    (void)ud_copy(e->device_name, sizeof(e->device_name), d->name);
    (void)ud_copy(e->user, sizeof(e->user), d->user);
    (void)ud_copy(e->by, sizeof(e->by), rot->by);
    (void)ud_copy(e->message, sizeof(e->message), rot->message);
}

static void
answer(struct ud_call *c, struct ud_vault_reply *r)
{
    size_t count = r->key_count < r->rotation_count ? r->key_count : r->rotation_count, i = 0;
    struct ud_board_entry e;
    struct ud_json_writer w;

    ud_call_json(c, &w, 200);
    ud_json_write_object(&w, NULL);
    ud_json_write_array(&w, "value");
    for (; i < count && i < r->device_count && w.out->length < ROOM; i++) {
        fill(&e, r, i);
        ud_wire_board_write(&w, &e);
    }
    ud_json_write_array_end(&w);
    ud_json_write_bool(&w, "more", i < count || count >= UD_BOARD_MAX);
    ud_json_write_object_end(&w);
}

void
ud_front_board(struct ud_call *c)
{
    struct ud_vault_request r = { .op = UD_VAULT_BOARD };

    ud_call_ask(c, &r, answer);
}
