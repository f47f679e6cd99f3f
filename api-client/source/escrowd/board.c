/* escrowd's board of keys that were shown and not replaced. */
#include <stdio.h>

#include "source/escrowd/escrowd.h"
#include "wire/board.h"
#include "wire/escrow.h"

#include "base/i18n.h"

static void
pass_on(const struct ud_board_entry *e, void *arg)
{
    struct ud_source_call *c = arg;

    c->sink->board(e, c->arg);
}

static void
on_board(struct ud_source_call *c, struct ud_http_reply *r)
{
    struct ud_error e;
    bool more;

    if (ud_wire_board_decode(&more, pass_on, c, r->body, r->length, &e) != UD_OK)
        ud_source_fail(c, &e);
    else
        ud_source_done(c);
}

void
ud_escrowd_board(struct ud_source_call *c)
{
    char path[UD_SOURCE_PATH_MAX];

    if ((c->source->can & UD_WIRE_CAN_BOARD) == 0) {
        ud_source_refuse(c, UD_UNSUPPORTED, N_("This service does not list the keys that were shown"), "");
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/escrow/v1/board", c->source->site_path);
    ud_source_send(c, &(struct ud_source_step){ .kind = UD_HTTP_SMALL, .retry = UD_HTTP_READ, .path = path, .then = on_board });
}
