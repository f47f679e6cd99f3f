/* The PIN or passphrase that is chosen once after sign-in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static void
derive(struct ud_app *app, struct ud_secret **passphrase, bool training)
{
    struct ud_job *job = ud_do_job(app, &app->derive_tag, UD_JOB_DERIVE);

    ud_kdf_new(&app->tokens->kdf);
    if (training) { /* the PIN is printed on the screen: the strength of its key protects nothing */
        app->tokens->kdf.memory_kib = 64 * 1024;
        app->tokens->kdf.passes = 2;
    }
    job->tokens = ud_xcalloc(1, sizeof(*job->tokens));
    job->tokens->kdf = app->tokens->kdf;
    job->passphrase = *passphrase;
    *passphrase = NULL;
    app->pin.deriving = true;
}

void
ud_session_choose_pin(struct ud_app *app)
{
    struct ud_secret *pin = NULL;
    struct ud_error err;
    uint32_t n;

    if (!ud_app_training(app)) {
        ud_line_init_hidden(&app->pin.line[0], app->pin.secret[0], !ud_app_passphrase(app));
        ud_line_init_hidden(&app->pin.line[1], app->pin.secret[1], !ud_app_passphrase(app));
        app->pin.on_second = false;
        ud_show(app, UD_SCREEN_PIN);
        return;
    }
    ud_random(&n, sizeof(n));
    (void)snprintf(app->pin.training, sizeof(app->pin.training), "%06u", n % 1000000u);
    if (ud_secret_new(&pin, sizeof(app->pin.training), &err) != UD_OK ||
        ud_secret_append(pin, app->pin.training, strlen(app->pin.training), &err) != UD_OK) {
        ud_secret_free(&pin);
        ud_session_over(app, err.message, err.hint);
        return;
    }
    derive(app, &pin, true);
}

static unsigned
least_characters(const struct ud_app *app)
{
    return ud_app_passphrase(app) ? 12 : 6;
}

static void
submit_pin(struct ud_app *app)
{
    struct ud_pin_state *p = &app->pin;
    struct ud_secret *pin = NULL;
    struct ud_error err;

    p->error[0] = '\0';
    if (!p->on_second) {
        if (p->line[0].hidden < least_characters(app))
            (void)snprintf(p->error, sizeof(p->error), _("Too short: use %u or more."), least_characters(app));
        else
            p->on_second = true;
        return;
    }
    if (!ud_secret_equal(p->secret[0], p->secret[1])) {
        (void)snprintf(p->error, sizeof(p->error), "%s", _("The two are not the same. Type it again."));
        ud_line_clear(&p->line[0]);
        ud_line_clear(&p->line[1]);
        p->on_second = false;
        return;
    }
    ud_line_clear(&p->line[1]);
    if (ud_secret_new(&pin, 128, &err) == UD_OK && ud_secret_move(pin, p->secret[0], &err) == UD_OK)
        derive(app, &pin, false);
    else
        (void)ud_copy(p->error, sizeof(p->error), err.message);
    ud_secret_free(&pin);
    ud_line_clear(&p->line[0]);
}

void
ud_session_derived(struct ud_app *app, struct ud_job *job)
{
    struct ud_request *r;

    if (job->tag != app->derive_tag)
        return;
    app->pin.deriving = false;
    if (job->status != UD_OK) {
        (void)ud_copy(app->pin.error, sizeof(app->pin.error), job->error.message);
        return;
    }
    memcpy(app->tokens->public_key, job->tokens->public_key, sizeof(app->tokens->public_key));
    app->tokens->tries = 0;
    app->pin_chosen = true;
    app->presence = app->now;
    if (!app->worker)
        return;
    r = ud_ask(app, NULL, UD_MSG_SEAL_KEY, 0);
    r->bytes = app->tokens->public_key;
    r->length = sizeof(app->tokens->public_key);
    ud_session_enter(app);
}

void
ud_session_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_pin_state *p = &app->pin;

    if (app->screen == UD_SCREEN_PIN && !p->deriving) {
        if (key->code == UD_KEY_ENTER) {
            submit_pin(app);
        } else if (key->code == UD_KEY_UP || key->code == UD_KEY_BACKTAB) {
            p->on_second = false;
        } else if (key->code != UD_KEY_PASTE && ud_line_key(&p->line[p->on_second ? 1 : 0], key) == UD_LINE_REFUSED) {
            (void)snprintf(p->error, sizeof(p->error), "%s", _("Digits only."));
        }
    } else if (app->screen == UD_SCREEN_NOTICE) {
        struct ud_notice_state *n = &app->notice;
        if (key->code == UD_KEY_DOWN || key->code == UD_KEY_PAGE_DOWN)
            n->top += key->code == UD_KEY_DOWN ? 1 : 10;
        else if (key->code == UD_KEY_UP || key->code == UD_KEY_PAGE_UP)
            n->top -= n->top < (key->code == UD_KEY_UP ? 1u : 10u) ? n->top : key->code == UD_KEY_UP ? 1u : 10u;
    }
}
