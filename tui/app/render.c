/* State to terminal: hide what must go, send the frame, then paint. Never a frame while bytes of the last are unsent. */
#include <poll.h>
#include <string.h>

#include "app/loop.h"

void
ud_loop_hide(struct ud_loop *l)
{
    struct ud_error err;
    struct ud_event e = { .on = UD_ON_STALLED };

    enum ud_status st;

    l->painted_from = NULL;
    if (!ud_painter_painted(l->painter))
        return;
    st = ud_painter_erase(l->painter, &err);
    if (st != UD_OK || ud_tty_pending(l->tty) > 0) { /* went out in the middle of something, or did so itself */
        ud_encoder_forget(l->encoder);
        l->dirty = true;
    }
    if (st == UD_TIMEOUT && !ud_app_locked(l->app))
        ud_loop_tell(l, &e);
}

void
ud_loop_hide_unwanted(struct ud_loop *l)
{
    struct ud_paint p;
    bool whole;

    if (l->painted_from != NULL && ud_app_paint(l->app, &p.offset, &p.length, &p.wrong, &whole) != l->painted_from)
        ud_loop_hide(l);
}

static bool
wanted(struct ud_loop *l, struct ud_secret **secret, struct ud_paint *p)
{
    bool whole = false;

    memset(p, 0, sizeof(*p));
    *secret = ud_app_paint(l->app, &p->offset, &p->length, &p->wrong, &whole);
    if (*secret == NULL)
        return false;
    if (whole) {
        p->whole = l->grid->reserved[UD_RESERVE_WHOLE];
    } else {
        p->large = l->grid->reserved[UD_RESERVE_LARGE];
        p->spelled = l->grid->reserved[UD_RESERVE_SPELLED];
    }
    p->spelling = ud_dictate_exact(&l->app->call[l->app->active]) ? &l->spelling_exact.table : &l->spelling;
    p->half = p->length == 6 ? 3 : p->length == 8 ? 4 : 0;
    return p->whole.width > 0 || p->large.width > 0 || p->spelled.width > 0;
}

static bool
touched(struct ud_loop *l, const struct ud_paint *p)
{
    return (p->large.width > 0 && ud_encoder_touched(l->encoder, p->large)) ||
           (p->spelled.width > 0 && ud_encoder_touched(l->encoder, p->spelled)) ||
           (p->whole.width > 0 && ud_encoder_touched(l->encoder, p->whole));
}

static bool
moved(const struct ud_paint *a, const struct ud_paint *b)
{
    return memcmp(&a->large, &b->large, sizeof(a->large)) != 0 || memcmp(&a->spelled, &b->spelled, sizeof(a->spelled)) != 0 ||
           memcmp(&a->whole, &b->whole, sizeof(a->whole)) != 0;
}

/* A frame is sent only when the last one is out. */
static bool
flush(struct ud_loop *l)
{
    struct ud_error err;

    if (ud_tty_pending(l->tty) > 0 && ud_tty_send(l->tty, &err) != UD_OK)
        l->gone = true;
    return !l->gone && ud_tty_pending(l->tty) == 0;
}

void
ud_loop_render(struct ud_loop *l)
{
    struct ud_secret *secret;
    struct ud_paint p;
    struct ud_error err;
    struct ud_event stalled = { .on = UD_ON_STALLED };
    bool show, repaint;

    if (!flush(l) || !l->dirty)
        return;
    ud_app_draw(l->app, l->grid);
    show = wanted(l, &secret, &p);
    if (!show || (l->painted_from != NULL && (l->painted_from != secret || memcmp(&l->painted, &p, sizeof(p)) != 0))) {
        if (!show || (l->painted_from != NULL && moved(&l->painted, &p)))
            ud_loop_hide(l); /* before the frame, which draws where the key stood */
        l->painted_from = NULL;
    }
    l->dirty = false;
    if (ud_encoder_frame(l->encoder, ud_tty_queue(l->tty), l->grid, &err) != UD_OK) {
        l->gone = true;
        return;
    }
    repaint = show && (l->painted_from == NULL || touched(l, &p));
    if (!flush(l)) {
        l->dirty = l->dirty || repaint; /* painted when the frame is out */
        if (repaint)
            l->painted_from = NULL;
        return;
    }
    if (!repaint)
        return;
    switch (ud_painter_paint(l->painter, secret, &p, &err)) {
    case UD_OK:
        l->painted = p;
        l->painted_from = secret;
        break;
    case UD_TIMEOUT:
        ud_encoder_forget(l->encoder);
        ud_loop_tell(l, &stalled);
        break;
    default:
        break;
    }
}

void
ud_loop_terminal_start(struct ud_loop *l)
{
    ud_encoder_start(l->encoder, ud_tty_queue(l->tty));
    ud_encoder_forget(l->encoder);
    ud_painter_forget(l->painter);
    l->painted_from = NULL;
    l->dirty = true;
}

/* Half a second for the terminal to take the last bytes. */
void
ud_loop_terminal_stop(struct ud_loop *l)
{
    struct pollfd p = { .fd = ud_tty_fd(l->tty), .events = POLLOUT };

    ud_loop_hide(l);
    ud_encoder_stop(l->encoder, ud_tty_queue(l->tty));
    for (int i = 0; i < 10 && !flush(l) && !l->gone; i++)
        (void)poll(&p, 1, 50);
    ud_tty_cooked(l->tty);
}
