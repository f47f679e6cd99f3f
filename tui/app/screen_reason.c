/* The reason form: one page, one Enter. Fields that the policy leaves out do not exist. */
#include <stdio.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "domain/account.h"
#include "grid/i18n.h"

static const struct ud_policy *
rules(const struct ud_app *app)
{
    return ud_app_policy_of(app, app->device.dev.d.source);
}

const struct ud_reason *
ud_form_reason(const struct ud_app *app, size_t index)
{
    const struct ud_policy *p = rules(app);

    for (size_t i = 0; i < p->reason_count; i++)
        if (!p->reason[i].self_service && index-- == 0)
            return &p->reason[i];
    return NULL;
}

static size_t
reason_count(const struct ud_app *app)
{
    size_t n = 0;

    while (ud_form_reason(app, n) != NULL)
        n++;
    return n;
}

static const struct ud_reason *
chosen(const struct ud_app *app)
{
    return app->form.reason == UD_CHOICE_NONE ? NULL : ud_form_reason(app, app->form.reason);
}

bool
ud_form_has(const struct ud_app *app, enum ud_reason_field field)
{
    const struct ud_policy *p = rules(app);
    const struct ud_reason *r = chosen(app);

    switch (field) {
    case UD_REASON_FIELD_REASON:
        return true;
    case UD_REASON_FIELD_NOTE:
        return p->note == UD_NEED_YES || (r != NULL && (r->needs_note || strcmp(r->code, "other") == 0));
    case UD_REASON_FIELD_USER:
        return ud_role_names_user(app, app->device.dev.d.source);
    case UD_REASON_FIELD_TICKET:
        return p->ticket != UD_NEED_NO;
    case UD_REASON_FIELD_CALLER:
        return p->caller != UD_NEED_NO;
    case UD_REASON_FIELD_VERIFIED:
        return p->verified != UD_NEED_NO && p->verified_count > 0;
    case UD_REASON_FIELD_PRESENCE:
        return app->form.presence_due;
    default:
        return false;
    }
}

void
ud_form_clear(struct ud_app *app)
{
    struct ud_form_state *f = &app->form;

    explicit_bzero(f, sizeof(*f));
    f->reason = f->verified = UD_CHOICE_NONE;
    ud_line_init(&f->note, sizeof(((struct ud_disclosure *)0)->note) - 1);
    ud_line_init(&f->user, sizeof(app->named[0].account) - 1);
    ud_line_init(&f->ticket, sizeof(((struct ud_disclosure *)0)->ticket) - 1);
    ud_line_init(&f->caller, sizeof(((struct ud_disclosure *)0)->caller) - 1);
    if (app->pin.secret[0] != NULL)
        ud_line_init_hidden(&f->presence, app->pin.secret[0], false);
}

static bool
presence_due(const struct ud_app *app)
{
    if (!app->pin_chosen || ud_app_training(app))
        return false;
    if (app->policy.presence_max > 0 && app->now - app->presence > app->policy.presence_max)
        return true;
    return app->policy.keys_asked_again > 0 && app->budget_count >= app->policy.keys_asked_again;
}

void
ud_form_open(struct ud_app *app)
{
    struct ud_form_state *f = &app->form;

    ud_form_clear(app);
    f->presence_due = presence_due(app);
    if (ud_form_has(app, UD_REASON_FIELD_USER) && ud_role_named(app, &app->device.dev.d.id) != NULL)
        ud_line_set(&f->user, ud_role_named(app, &app->device.dev.d.id)); /* typed before, to find the device */
    if (rules(app)->ticket_prefix[0] != '\0')
        ud_line_set(&f->ticket, rules(app)->ticket_prefix);
    ud_show(app, UD_SCREEN_REASON);
}

void
ud_form_move(struct ud_app *app, int by)
{
    struct ud_form_state *f = &app->form;
    int at = (int)f->focus;

    for (int i = 0; i < UD_REASON_FIELD_COUNT; i++) {
        at = (at + by + UD_REASON_FIELD_COUNT) % UD_REASON_FIELD_COUNT;
        if (ud_form_has(app, (enum ud_reason_field)at))
            break;
    }
    f->focus = (enum ud_reason_field)at;
}

static struct ud_line *
line_of(struct ud_form_state *f)
{
    switch (f->focus) {
    case UD_REASON_FIELD_NOTE:
        return &f->note;
    case UD_REASON_FIELD_USER:
        return &f->user;
    case UD_REASON_FIELD_TICKET:
        return &f->ticket;
    case UD_REASON_FIELD_CALLER:
        return &f->caller;
    case UD_REASON_FIELD_PRESENCE:
        return &f->presence;
    default:
        return NULL;
    }
}

void
ud_form_key(struct ud_app *app, const struct ud_key_event *key)
{
    struct ud_form_state *f = &app->form;
    struct ud_line *l = line_of(f);
    size_t choice;

    if (f->tag != 0)
        return; /* the PIN is being checked */
    f->error[0] = '\0';
    if (l != NULL) {
        if (f->focus == UD_REASON_FIELD_PRESENCE && key->code == UD_KEY_PASTE)
            return;
        (void)ud_line_key(l, key);
        return;
    }
    if (key->code == UD_KEY_PASTE)
        return;
    choice = ud_choice_of(key, f->focus == UD_REASON_FIELD_REASON ? reason_count(app) : rules(app)->verified_count);
    if (choice == UD_CHOICE_NONE)
        return;
    if (f->focus == UD_REASON_FIELD_REASON)
        f->reason = choice;
    else
        f->verified = choice;
    ud_form_move(app, 1);
}

static void
read_form(const struct ud_app *app, struct ud_disclosure *d)
{
    const struct ud_form_state *f = &app->form;
    const struct ud_policy *p = rules(app);

    explicit_bzero(d, sizeof(*d));
    if (chosen(app) != NULL)
        (void)ud_copy(d->reason, sizeof(d->reason), chosen(app)->code);
    if (ud_form_has(app, UD_REASON_FIELD_NOTE))
        (void)ud_copy(d->note, sizeof(d->note), f->note.text);
    if (strcmp(f->ticket.text, p->ticket_prefix) != 0 || p->ticket == UD_NEED_YES)
        (void)ud_copy(d->ticket, sizeof(d->ticket), f->ticket.text);
    (void)ud_copy(d->caller, sizeof(d->caller), f->caller.text);
    if (ud_form_has(app, UD_REASON_FIELD_USER))
        (void)!ud_account_name_user(d, f->user.text, NULL); /* what is wrong with it is said when the form is sent */
    if (f->verified < p->verified_count)
        (void)ud_copy(d->verified, sizeof(d->verified), p->verified_way[f->verified]);
}

static void
wrong_field(struct ud_app *app, const char *field, const struct ud_error *err)
{
    static const char *const name[] = { "reason", "note", "user", "ticket", "caller", "verified", "presence" };
    struct ud_form_state *f = &app->form;

    for (size_t i = 0; i < UD_REASON_FIELD_COUNT; i++)
        if (field != NULL && strcmp(field, name[i]) == 0 && ud_form_has(app, (enum ud_reason_field)i))
            f->focus = f->error_field = (enum ud_reason_field)i;
    ud_sentences(f->error, sizeof(f->error), err->message, err->hint);
}

static void
send(struct ud_app *app)
{
    struct ud_disclosure why;
    const struct ud_key *k = ud_device_selected(app);

    read_form(app, &why);
    if (why.user_account[0] != '\0')
        ud_role_note(app, &app->device.dev.d.id, app->form.user.text);
    if (k != NULL)
        ud_call_open(app, &app->device.dev, k, &why);
    ud_form_clear(app);
    explicit_bzero(&why, sizeof(why));
}

/* Presence is the last field: the PIN is checked before the line in the log is written. */
static void
check_presence(struct ud_app *app)
{
    struct ud_form_state *f = &app->form;
    struct ud_secret *pin = NULL;
    struct ud_error err = { 0 };
    struct ud_job *job;

    if (ud_line_empty(&f->presence)) {
        (void)snprintf(err.message, sizeof(err.message), "%s", _("Type your PIN or passphrase once more."));
        wrong_field(app, "presence", &err);
        return;
    }
    if (ud_secret_new(&pin, 128, &err) != UD_OK || ud_secret_move(pin, app->pin.secret[0], &err) != UD_OK) {
        wrong_field(app, "presence", &err);
        ud_secret_free(&pin);
        return;
    }
    ud_line_clear(&f->presence);
    job = ud_do_job(app, &f->tag, UD_JOB_UNLOCK);
    job->passphrase = pin;
    job->tokens = ud_xcalloc(1, sizeof(*job->tokens));
    *job->tokens = *app->tokens;
    (void)ud_copy(job->path, sizeof(job->path), app->config->tokens_file);
}

void
ud_form_submit(struct ud_app *app)
{
    struct ud_form_state *f = &app->form;
    struct ud_disclosure why;
    const char *field = NULL;
    struct ud_error err = { 0 };

    if (f->tag != 0)
        return;
    read_form(app, &why);
    if (ud_policy_check(rules(app), &why, &field, &err) != UD_OK)
        wrong_field(app, field, &err);
    else if (ud_form_has(app, UD_REASON_FIELD_USER) && ud_account_name_user(&why, f->user.text, &err) != UD_OK)
        wrong_field(app, "user", &err);
    else if (f->presence_due)
        check_presence(app);
    else
        send(app);
    explicit_bzero(&why, sizeof(why));
}

void
ud_form_checked(struct ud_app *app, struct ud_job *job)
{
    struct ud_form_state *f = &app->form;
    struct ud_error err = { 0 };

    f->tag = 0;
    app->tokens->tries = job->tokens->tries;
    if (job->status == UD_OK) {
        app->presence = app->now;
        app->budget_count = 0;
        f->presence_due = false;
        if (app->screen == UD_SCREEN_REASON)
            send(app);
        return;
    }
    ud_do_record(app, NULL, UD_EVENT_UNLOCK_FAILED);
    if (app->tokens->tries >= UD_TRIES_MAX) {
        ud_session_over(app, _("The PIN or passphrase was wrong five times."), _("Start unlockdesk again and sign in."));
        return;
    }
    (void)snprintf(err.message, sizeof(err.message),
        ud_plural("Wrong. %u try is left.", "Wrong. %u tries are left.", UD_TRIES_MAX - app->tokens->tries),
        UD_TRIES_MAX - app->tokens->tries);
    wrong_field(app, "presence", &err);
}
