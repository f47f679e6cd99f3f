/* A session: sign-in source by source, PIN or passphrase, notice, and the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/role.h"
#include "app/screens.h"
#include "base/buf.h"
#include "base/language.h"
#include "grid/i18n.h"

static void
need_worker(struct ud_app *app)
{
    if (app->worker || app->worker_asked)
        return;
    app->worker_asked = true;
    ud_do(app, UD_DO_WORKER);
}

static void
sign_in(struct ud_app *app, uint8_t source)
{
    struct ud_source_state *s = &app->source[source];
    struct ud_sign_in_state *v = &app->sign_in;

    explicit_bzero(v, sizeof(*v));
    v->source = source;
    v->step = UD_SIGN_IN_STARTING;
    s->confirmed = false;
    ud_show(app, UD_SCREEN_SIGN_IN);
    need_worker(app);
    if (!app->worker)
        return; /* goes on when it is there */
    s->sign = UD_SIGNED_BUSY;
    ud_ask(app, &s->sign_tag, UD_MSG_SIGN_IN, source);
}

void
ud_session_begin(struct ud_app *app)
{
    if (app->config->source_count == 0) {
        ud_session_over(app, _("No place where keys are stored is configured."),
            _("Add a [source NAME] section to the configuration, or try: unlockdesk --demo"));
        return;
    }
    if (app->tokens->count > 0) {
        ud_lock_open_kept(app);
        return;
    }
    sign_in(app, 0);
}

void
ud_session_worker(struct ud_app *app)
{
    app->worker = true;
    app->worker_asked = false;
    ud_branding_ask(app);
    if (app->lock.locked || app->lock.start)
        ud_lock_worker(app);
    else if (app->screen == UD_SCREEN_SIGN_IN)
        sign_in(app, app->sign_in.source);
}

static void
sign_in_failed(struct ud_app *app, const char *message, const char *hint)
{
    app->sign_in.step = UD_SIGN_IN_FAILED;
    (void)ud_copy(app->sign_in.error, sizeof(app->sign_in.error), message);
    if (app->self.on) { /* nobody else here knows what to do */
        char help[420];
        ud_app_helpdesk(app, help, sizeof(help));
        (void)snprintf(app->sign_in.hint, sizeof(app->sign_in.hint), "%s\n%s", hint, help);
    } else {
        (void)ud_copy(app->sign_in.hint, sizeof(app->sign_in.hint), hint);
    }
}

void
ud_session_lost(struct ud_app *app, const struct ud_error *error)
{
    bool had = app->worker;

    app->worker = false;
    app->worker_asked = false;
    if (app->lock.locked || app->lock.start) {
        ud_lock_worker_lost(app, error != NULL ? error->message : _("The program that talks to the servers has ended."));
        return;
    }
    if (app->screen == UD_SCREEN_OVER)
        return;
    for (size_t i = 0; i < app->config->source_count; i++)
        app->source[i].sign = UD_SIGNED_OUT;
    for (int i = 0; i < UD_CALLS; i++)
        ud_reveal_abandon(app, &app->call[i]);
    if (app->screen == UD_SCREEN_SIGN_IN)
        sign_in_failed(
            app, error != NULL ? error->message : _("The program that talks to the servers has ended."), _("Enter tries again."));
    else if (had)
        ud_lock_now(app, _("the program that talks to the servers has ended"));
}

/* --- messages ---------------------------------------------------------------------------------------------------------- */

static void
on_code(struct ud_app *app, const struct ud_msg_code *m)
{
    struct ud_sign_in_state *v = &app->sign_in;

    if (m->source != v->source)
        return;
    v->step = UD_SIGN_IN_WAITING;
    (void)ud_copy(v->code, sizeof(v->code), m->user_code);
    (void)ud_copy(v->address, sizeof(v->address), m->uri);
    v->expires = app->now + (ud_msec)m->expires_in * 1000;
    v->since = app->now;
    if (app->config->source[m->source].type == UD_SOURCE_GRAPH)
        (void)snprintf(v->warning, sizeof(v->warning), "%s",
            _("Only go on if you started this yourself. Never enter a code that somebody sent you."));
}

static void
on_identity(struct ud_app *app, const struct ud_msg_identity *m)
{
    struct ud_source_state *s = &app->source[m->source];
    struct ud_sign_in_state *v = &app->sign_in;

    (void)ud_copy(s->id, sizeof(s->id), m->id);
    (void)ud_copy(s->account, sizeof(s->account), m->account);
    (void)ud_copy(s->name, sizeof(s->name), m->name);
    s->role = ud_desk_role_parse(m->role);
    s->training = m->training;
    if (app->screen != UD_SCREEN_SIGN_IN || v->source != m->source)
        return;
    v->step = UD_SIGN_IN_IDENTITY;
    v->since = app->now;
    app->last_key = app->now; /* whoever approved it elsewhere was busy there, not gone */
    (void)snprintf(v->identity, sizeof(v->identity), "%s (%s)%s%s", s->name, s->account, m->more_scopes ? ": " : "",
        m->more_scopes ? _("more was granted than was asked for") : "");
    ud_do(app, UD_DO_FLUSH_INPUT);
}

static void
on_policy(struct ud_app *app, const struct ud_msg_policy *m)
{
    struct ud_source_state *s = &app->source[m->source];
    struct ud_policy p = m->policy;
    bool first = true;

    if (app->config->idle_lock > 0 && app->config->idle_lock < p.idle_warn)
        p.idle_warn = app->config->idle_lock;
    if (app->config->profile == UD_PROFILE_TRAINING)
        p.training = true;
    s->policy = p;
    s->has_policy = true;
    for (size_t i = 0; i < app->config->source_count; i++) {
        if (!app->source[i].has_policy)
            continue;
        if (first)
            app->policy = app->source[i].policy;
        else
            ud_policy_tighten(&app->policy, &app->source[i].policy);
        first = false;
    }
}

static void
on_token(struct ud_app *app, const struct ud_msg_blob *m)
{
    const struct ud_source_config *c = &app->config->source[m->source];

    ud_tokens_put(app->tokens, c->name, app->source[m->source].account, m->bytes, m->length);
    ud_session_save_tokens(app);
}

static bool
any_busy(const struct ud_app *app)
{
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_BUSY)
            return true;
    return false;
}

/* The end of SIGN_IN or RESUME. */
static void
sign_done(struct ud_app *app, uint8_t source, const struct ud_msg_done *m)
{
    struct ud_source_state *s = &app->source[source];

    s->sign_tag = 0;
    if (m->status == UD_OK) {
        s->sign = UD_SIGNED_IN;
        if (s->confirmed)
            ud_session_enter(app);
        ud_reveal_signed_in(app, source);
        if (s->confirmed && app->device.dev.d.source == source && app->device.dev.d.name != NULL)
            ud_device_fetch(app); /* after an unlock the device on screen has no keys yet */
        return;
    }
    s->sign = UD_SIGNED_OUT;
    (void)ud_copy(s->error, sizeof(s->error), m->message);
    (void)ud_copy(s->hint, sizeof(s->hint), m->hint);
    if (app->screen == UD_SCREEN_SIGN_IN && app->sign_in.source == source) {
        sign_in_failed(app, m->message, m->hint);
    } else if (m->status == UD_SIGNIN || m->status == UD_DENIED) {
        sign_in(app, source); /* the grant has ended: a fresh sign-in, the calls stay */
    } else if (!ud_app_signed_in(app) && !any_busy(app)) {
        ud_lock_now(app, m->message); /* the PIN or passphrase tries again; nothing else could */
    } else {
        ud_say_problem(app, m->message, m->hint);
    }
}

/* The end of GET_POLICY or GET_NOTICE. A source may have neither; one that cannot say lets nobody in. */
static bool
rules_done(struct ud_app *app, uint8_t source, uint32_t tag, const struct ud_msg_done *m)
{
    struct ud_source_state *s = &app->source[source];

    if (tag != s->policy_tag && tag != s->notice_tag)
        return false;
    if (tag == s->policy_tag)
        s->policy_tag = 0;
    else
        s->notice_tag = 0;
    if (m->status == UD_OK || m->status == UD_NOTFOUND || m->status == UD_UNSUPPORTED) {
        ud_session_enter(app);
        return true;
    }
    s->rules_asked = false;
    if (app->screen == UD_SCREEN_SIGN_IN || app->screen == UD_SCREEN_PIN) {
        app->screen = UD_SCREEN_SIGN_IN;
        app->sign_in.source = source;
        sign_in_failed(app, m->message, m->hint);
    } else {
        ud_say_problem(app, m->message, m->hint);
    }
    return true;
}

bool
ud_session_message(struct ud_app *app, const struct ud_event *e)
{
    const struct ud_msg *m = e->message;

    switch ((int)m->type) {
    case UD_MSG_CODE:
        on_code(app, &m->u.code);
        return true;
    case UD_MSG_IDENTITY:
        on_identity(app, &m->u.identity);
        return true;
    case UD_MSG_TOKEN:
        on_token(app, &m->u.blob);
        return true;
    case UD_MSG_POLICY:
        on_policy(app, &m->u.policy);
        return true;
    case UD_MSG_NOTICE:
        ud_session_notice(app, &m->u.notice);
        return true;
    case UD_MSG_DONE:
        for (uint8_t i = 0; i < app->config->source_count && e->tag != 0; i++)
            if (e->tag == app->source[i].sign_tag) {
                sign_done(app, i, &m->u.done);
                return true;
            } else if (rules_done(app, i, e->tag, &m->u.done)) {
                return true;
            }
        return false;
    default:
        return false;
    }
}

/* The SESSION line, once. */
void
ud_session_record(struct ud_app *app)
{
    if (!app->session_recorded)
        ud_do_record(app, NULL, UD_EVENT_SESSION);
    app->session_recorded = true;
}

/* --- the operator's answers ------------------------------------------------------------------------------------------------ */

void
ud_session_confirm(struct ud_app *app)
{
    struct ud_sign_in_state *v = &app->sign_in;
    struct ud_source_state *s = &app->source[v->source];

    if (v->step == UD_SIGN_IN_WAITING && app->config->demo && !v->approving) {
        struct ud_effect *e = ud_do(app, UD_DO_APPROVE);
        e->text = ud_xstrdup(v->code);
        v->approving = true;
    } else if (v->step == UD_SIGN_IN_FAILED && s->sign == UD_SIGNED_IN && app->worker) {
        v->step = UD_SIGN_IN_STARTING;
        ud_session_enter(app);
    } else if (v->step == UD_SIGN_IN_FAILED) {
        sign_in(app, v->source);
    } else if (v->step == UD_SIGN_IN_IDENTITY && !s->confirmed) {
        struct ud_entry *line;
        ud_session_record(app);
        line = ud_do_record(app, NULL, UD_EVENT_SIGNIN);
        (void)ud_copy(line->source, sizeof(line->source), app->source_name[v->source]);
        s->confirmed = true;
        v->approving = false;
        if (ud_self_identity(app, v->source))
            return;
        if (!app->pin_chosen) {
            app->session_start = app->now;
            ud_session_choose_pin(app);
        } else {
            ud_session_enter(app);
        }
    }
}

void
ud_session_refuse(struct ud_app *app)
{
    struct ud_sign_in_state *v = &app->sign_in;

    if (v->step == UD_SIGN_IN_IDENTITY) {
        ud_ask(app, NULL, UD_MSG_SIGN_OUT, v->source);
        app->source[v->source].sign = UD_SIGNED_OUT;
        app->source[v->source].account[0] = '\0';
        sign_in(app, v->source);
        return;
    }
    if (app->source[v->source].sign_tag != 0)
        ud_do(app, UD_DO_CANCEL)->tag = app->source[v->source].sign_tag;
    app->source[v->source].sign_tag = 0;
    app->source[v->source].sign = UD_SIGNED_OUT;
    if (!app->self.on && (app->list_cached || ud_app_signed_in(app)))
        ud_show(app, UD_SCREEN_DEVICES);
    else
        app->quit = true;
}

/* What comes next: another source to sign in to, the notice, or the devices. */
void
ud_session_enter(struct ud_app *app)
{
    if (!app->pin_chosen || app->pin.deriving || app->lock.locked)
        return;
    for (uint8_t i = 0; i < app->config->source_count; i++) {
        struct ud_source_state *s = &app->source[i];
        if (s->sign == UD_SIGNED_BUSY || (s->sign == UD_SIGNED_IN && !s->confirmed))
            return; /* its own answer comes first */
        if (s->sign == UD_SIGNED_IN && !s->rules_asked) {
            struct ud_request *r;
            s->rules_asked = true;
            ud_ask(app, &s->policy_tag, UD_MSG_GET_POLICY, i);
            r = ud_ask(app, &s->notice_tag, UD_MSG_GET_NOTICE, i);
            ud_language_tag(r->text, UD_LANGTAG_MAX);
            if (!s->list_complete)
                ud_sync_start(app, i);
        }
    }
    for (uint8_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_OUT && app->source[i].error[0] == '\0' && (!app->self.on || i == app->self.source)) {
            sign_in(app, i);
            return;
        }
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].policy_tag != 0 || app->source[i].notice_tag != 0)
            return; /* the rules come before the first device */
    if (app->notice.pending) {
        ud_show(app, UD_SCREEN_NOTICE);
        return;
    }
    if (app->self.on) {
        if (app->screen == UD_SCREEN_SIGN_IN || app->screen == UD_SCREEN_NOTICE)
            ud_self_enter(app);
        return;
    }
    if (app->screen == UD_SCREEN_SIGN_IN || app->screen == UD_SCREEN_PIN || app->screen == UD_SCREEN_NOTICE) {
        ud_show(app, UD_SCREEN_DEVICES);
        ud_board_refresh(app);
        if (ud_role_only_reports(app))
            ud_report_open(app);
        if (app->second)
            ud_say(app, UD_TONE_WARNING, "%s", _("Another unlockdesk of yours is open; this one keeps its sign-in to itself."));
    }
    if (app->screen == UD_SCREEN_DEVICES && app->devices.opened) {
        app->devices.opened = false;
        ud_devices_open(app);
    }
}

/* After an unlock each source has its token again; what was interrupted goes on. */
void
ud_session_resumed(struct ud_app *app)
{
    struct ud_request *r = ud_ask(app, NULL, UD_MSG_SEAL_KEY, 0);

    r->bytes = app->tokens->public_key;
    r->length = sizeof(app->tokens->public_key);
    for (uint8_t i = 0; i < app->config->source_count; i++) {
        struct ud_source_state *s = &app->source[i];
        const struct ud_token_entry *t = ud_tokens_of(app->tokens, app->source_name[i]);
        s->confirmed = true;
        s->error[0] = '\0';
        if (t == NULL) {
            s->sign = UD_SIGNED_OUT;
            continue;
        }
        s->sign = UD_SIGNED_BUSY;
        if (s->account[0] == '\0')
            (void)ud_copy(s->account, sizeof(s->account), t->account);
        r = ud_ask(app, &s->sign_tag, UD_MSG_RESUME, i);
        r->bytes = t->blob;
        r->length = t->length;
        r->secret = app->lock.half;
    }
}

void
ud_session_save_tokens(struct ud_app *app)
{
    struct ud_job *job;

    if (app->config->tokens_file[0] == '\0' || app->tokens->count == 0)
        return;
    job = ud_do_job(app, NULL, UD_JOB_SAVE_TOKENS);
    job->tokens = ud_xcalloc(1, sizeof(*job->tokens));
    *job->tokens = *app->tokens;
    (void)ud_copy(job->path, sizeof(job->path), app->config->tokens_file);
}

void
ud_session_over(struct ud_app *app, const char *why, const char *next)
{
    for (int i = 0; i < UD_CALLS; i++) {
        ud_reveal_abandon(app, &app->call[i]);
        ud_call_drop_secrets(&app->call[i]);
        explicit_bzero(&app->call[i], sizeof(app->call[i]));
    }
    app->active = -1;
    if (app->session_recorded)
        ud_entry_detail(ud_do_record(app, NULL, UD_EVENT_END), why);
    app->session_recorded = false;
    ud_do(app, UD_DO_KILL_WORKER);
    app->worker = app->worker_asked = false;
    ud_secret_free(&app->lock.half);
    ud_line_clear(&app->pin.line[0]);
    ud_line_clear(&app->pin.line[1]);
    free(app->lock.box);
    app->lock.box = NULL;
    app->lock.box_length = 0;
    explicit_bzero(app->tokens, sizeof(*app->tokens));
    app->lock.locked = app->lock.start = false;
    app->over = true;
    app->over_at = app->wall;
    app->self.over_until = app->now + app->policy.idle_warn;
    (void)ud_copy(app->over_why, sizeof(app->over_why), why);
    (void)ud_copy(app->over_next, sizeof(app->over_next), next);
    for (size_t i = 0; i < app->config->source_count; i++)
        app->source[i].sign = UD_SIGNED_OUT;
    ud_devices_clear(app);
    ud_form_clear(app);
    ud_store_locked(app);
    ud_bde_wipe(app);
    ud_show(app, UD_SCREEN_OVER);
}
