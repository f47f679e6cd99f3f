/* What survives a lock: open calls and requested new keys, sealed to the public key of the PIN. The box holds no secret of a caller's
 * device; it holds names and tickets, which a locked console must not keep in clear either. */
#include <stdlib.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"

struct bundle {
    struct ud_call_record call[UD_CALLS];
    bool used[UD_CALLS];
    int active;
    size_t new_keys;
    struct ud_new_key new_key[UD_NEW_KEYS];
    struct ud_dev device;
};
_Static_assert(sizeof(struct bundle) + UD_SEAL_EXTRA <= UD_SECRET_MAX, "a bundle fits in one secret");

static void
fill(struct bundle *b, const struct ud_app *app)
{
    b->active = app->active;
    for (int i = 0; i < UD_CALLS; i++) {
        b->used[i] = app->call[i].phase > UD_CALL_FORM;
        if (b->used[i])
            b->call[i] = app->call[i].r;
    }
    b->new_keys = app->new_keys;
    memcpy(b->new_key, app->new_key, sizeof(b->new_key));
    b->device = app->device.dev;
}

/* Wipes what it sealed. Where sealing fails the calls are lost, never kept in clear. */
void
ud_calls_seal(struct ud_app *app)
{
    struct ud_secret *plain = NULL;
    struct ud_error err;
    size_t room = sizeof(struct bundle) + UD_SEAL_EXTRA;

    if (app->pin_chosen && app->lock.box == NULL && ud_secret_new(&plain, sizeof(struct bundle), &err) == UD_OK) {
        fill((struct bundle *)(void *)ud_secret_open_write(plain), app);
        ud_secret_close(plain);
        ud_secret_set_length(plain, sizeof(struct bundle));
        app->lock.box = ud_xcalloc(1, room);
        if (ud_seal(app->lock.box, room, &app->lock.box_length, plain, app->tokens->public_key, &err) != UD_OK) {
            free(app->lock.box);
            app->lock.box = NULL;
            app->lock.box_length = 0;
        }
    }
    ud_secret_free(&plain);
    for (int i = 0; i < UD_CALLS; i++) {
        ud_call_drop_secrets(&app->call[i]);
        explicit_bzero(&app->call[i], sizeof(app->call[i]));
    }
    app->active = -1;
    explicit_bzero(app->new_key, sizeof(app->new_key));
    app->new_keys = 0;
    explicit_bzero(&app->device, sizeof(app->device));
    app->device.fetched = UD_WALL_NONE;
}

/* A call whose approval is not used yet goes on waiting for it. */
static bool
is_waiting(const struct ud_call_approval *a)
{
    return !ud_guid_is_zero(&a->request) && a->state != UD_APPROVAL_USED;
}

static void
take(struct ud_app *app, const struct bundle *b)
{
    for (int i = 0; i < UD_CALLS; i++) {
        struct ud_call *c = &app->call[i];
        explicit_bzero(c, sizeof(*c));
        if (!b->used[i])
            continue;
        c->r = b->call[i];
        ud_dev_copy(&c->r.dev, &b->call[i].dev);
        c->phase = c->r.ended ? UD_CALL_ENDED : is_waiting(&c->r.approval) ? UD_CALL_APPROVAL : UD_CALL_FETCH;
    }
    app->active = b->active;
    app->new_keys = b->new_keys;
    memcpy(app->new_key, b->new_key, sizeof(app->new_key));
    for (size_t i = 0; i < app->new_keys; i++)
        if (app->new_key[i].step == UD_NEW_KEY_ASKING || app->new_key[i].step == UD_NEW_KEY_WAITING) {
            app->new_key[i].step = UD_NEW_KEY_WAITING;
            app->new_key[i].tag = 0;
            app->new_key[i].next_poll = app->now;
        }
    ud_dev_copy(&app->device.dev, &b->device);
}

void
ud_calls_unseal(struct ud_app *app, struct ud_secret *half)
{
    struct ud_secret *plain = NULL;
    struct ud_error err;

    if (app->lock.box != NULL && ud_seal_open(&plain, app->lock.box, app->lock.box_length, half, &err) == UD_OK &&
        ud_secret_length(plain) == sizeof(struct bundle)) {
        const struct bundle *b = (const struct bundle *)(const void *)ud_secret_open(plain);
        take(app, b);
        ud_secret_close(plain);
    }
    ud_secret_free(&plain);
    free(app->lock.box);
    app->lock.box = NULL;
    app->lock.box_length = 0;
}
