/* Making and freeing the state, and the small helpers that every part of the update uses. */
#include "app/state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/screens.h"
#include "base/buf.h"
#include "grid/i18n.h"

static void
point(struct ud_dev *v)
{
    v->d.name = v->name;
    v->d.serial = v->serial;
    v->d.user = v->user;
    v->d.user_name = v->user_name;
    v->d.model = v->model;
    v->d.os = v->os;
    v->d.os_version = v->os_version;
}

static void
take(char *to, size_t size, const char *from)
{
    (void)ud_copy(to, size, from != NULL ? from : "");
}

void
ud_dev_set(struct ud_dev *to, const struct ud_device *from)
{
    take(to->name, sizeof(to->name), from->name);
    take(to->serial, sizeof(to->serial), from->serial);
    take(to->user, sizeof(to->user), from->user);
    take(to->user_name, sizeof(to->user_name), from->user_name);
    take(to->model, sizeof(to->model), from->model);
    take(to->os, sizeof(to->os), from->os);
    take(to->os_version, sizeof(to->os_version), from->os_version);
    to->d = *from;
    point(to);
}

void
ud_dev_copy(struct ud_dev *to, const struct ud_dev *from)
{
    *to = *from;
    point(to);
}

static void
new_secrets(struct ud_app *app)
{
    struct ud_error err;

    for (int i = 0; i < 2; i++) {
        if (ud_secret_new(&app->pin.secret[i], 128, &err) != UD_OK)
            return; /* ud_secret_check_limit has spoken before; without the block nothing can be typed */
        ud_line_init_hidden(&app->pin.line[i], app->pin.secret[i], false);
    }
    app->form.presence = app->pin.line[0];
}

struct ud_app *
ud_app_new(const struct ud_config *config, struct ud_fleet *fleet, ud_wall list_at, struct ud_tokens *tokens)
{
    struct ud_app *app = ud_xcalloc(1, sizeof(*app));

    app->config = config;
    app->policy = config->policy;
    app->fleet = fleet != NULL ? fleet : ud_fleet_new();
    app->list_cached = fleet != NULL;
    app->list_at = fleet != NULL ? list_at : UD_WALL_NONE;
    app->tokens = tokens != NULL ? tokens : ud_xcalloc(1, sizeof(*app->tokens));
    app->pin_chosen = tokens != NULL && tokens->count > 0;
    app->effect_end = &app->effect;
    app->active = -1;
    app->alternate_screen = true;
    ud_config_source_tag(app->source_tag, config);
    for (size_t i = 0; i < config->source_count; i++) {
        app->source_name[i] = config->source[i].name;
        app->source[i].list_at = list_at;
    }
    ud_keymap_default(&app->keymap);
    ud_line_init(&app->devices.filter, 200);
    app->devices.filter.code = true;
    app->devices.hit = UD_LIST_NONE;
    ud_line_init(&app->palette.line, 60);
    app->device.fetched = UD_WALL_NONE;
    new_secrets(app);
    ud_form_clear(app);
    return app;
}

void
ud_app_free(struct ud_app **app_at)
{
    struct ud_app *app = *app_at;
    struct ud_effect *e;

    if (app == NULL)
        return;
    for (int i = 0; i < UD_CALLS; i++)
        ud_call_drop_secrets(&app->call[i]);
    while ((e = ud_app_effect(app)) != NULL)
        ud_effect_free(&e);
    ud_secret_free(&app->store.secret[0]);
    ud_secret_free(&app->store.secret[1]);
    ud_bde_wipe(app);
    ud_secret_free(&app->lock.half);
    ud_secret_free(&app->pin.secret[0]);
    ud_secret_free(&app->pin.secret[1]);
    ud_result_release(&app->devices.result);
    ud_fleet_free(&app->fleet);
    free(app->tokens);
    free(app->notice.text);
    free(app->lock.box);
    free(app->log.line);
    ud_board_clear(app);
    ud_report_clear(app);
    explicit_bzero(app, sizeof(*app));
    free(app);
    *app_at = NULL;
}

struct ud_effect *
ud_do(struct ud_app *app, enum ud_effect_kind kind)
{
    struct ud_effect *e = ud_xcalloc(1, sizeof(*e));

    e->kind = kind;
    *app->effect_end = e;
    app->effect_end = &e->next;
    return e;
}

static uint32_t
fresh_tag(struct ud_app *app)
{
    if (++app->next_tag == 0)
        app->next_tag = 1;
    return app->next_tag;
}

struct ud_request *
ud_ask(struct ud_app *app, uint32_t *tag, enum ud_msg_type type, uint8_t source)
{
    struct ud_effect *e = ud_do(app, UD_DO_REQUEST);

    e->tag = fresh_tag(app);
    if (tag != NULL)
        *tag = e->tag;
    e->request = ud_xcalloc(1, sizeof(*e->request));
    e->request->type = type;
    e->request->source = source;
    return e->request;
}

struct ud_job *
ud_do_job(struct ud_app *app, uint32_t *tag, enum ud_job_kind kind)
{
    struct ud_effect *e = ud_do(app, UD_DO_JOB);

    e->tag = fresh_tag(app);
    if (tag != NULL)
        *tag = e->tag;
    e->job = ud_job_new(kind, e->tag);
    return e->job;
}

struct ud_entry *
ud_do_record(struct ud_app *app, uint32_t *tag, enum ud_event_kind event)
{
    struct ud_job *job = ud_do_job(app, tag, UD_JOB_JOURNAL);

    job->entry = ud_xcalloc(1, sizeof(*job->entry));
    job->entry->event = event;
    take(job->entry->operator_id, sizeof(job->entry->operator_id), ud_app_operator(app));
    take(job->entry->finding, sizeof(job->entry->finding), app->recorder[0] ? app->recorder : app->tmux.inside ? "tmux" : "");
    take(job->entry->surge, sizeof(job->entry->surge), ud_app_surge(app));
    return job->entry;
}

struct ud_effect *
ud_app_effect(struct ud_app *app)
{
    struct ud_effect *e = app->effect;

    if (e != NULL && (app->effect = e->next) == NULL)
        app->effect_end = &app->effect;
    return e;
}

void
ud_effect_free(struct ud_effect **e)
{
    if (*e == NULL)
        return;
    ud_job_free(&(*e)->job);
    free((*e)->request);
    free((*e)->text);
    free(*e);
    *e = NULL;
}

void
ud_say(struct ud_app *app, enum ud_tone tone, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(app->message, sizeof(app->message), fmt, ap);
    va_end(ap);
    app->tone = tone;
}

static bool
is_sentence(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && (strchr(".!?:", text[n - 1]) != NULL || (n >= 3 && strcmp(text + n - 3, "。") == 0));
}

void
ud_sentences(char *out, size_t size, const char *message, const char *hint)
{
    if (hint == NULL || hint[0] == '\0')
        (void)snprintf(out, size, "%s", message);
    else if (is_sentence(message))
        (void)snprintf(out, size, "%s %s", message, hint);
    else
        (void)snprintf(out, size, _("%s. %s"), message, hint);
}

void
ud_say_problem(struct ud_app *app, const char *message, const char *hint)
{
    ud_sentences(app->message, sizeof(app->message), message, hint);
    app->tone = UD_TONE_ERROR;
}

void
ud_show(struct ud_app *app, enum ud_screen screen)
{
    app->screen = screen;
    app->screen_since = app->now;
    app->overlay = UD_OVERLAY_NONE;
    app->message[0] = '\0';
}

bool
ud_app_locked(const struct ud_app *app)
{
    return app->lock.locked;
}

enum ud_desk_role
ud_app_role(const struct ud_app *app, uint8_t source)
{
    return source < UD_SOURCE_MAX ? app->source[source].role : UD_DESK_NONE;
}

bool
ud_app_signed_in(const struct ud_app *app)
{
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].sign == UD_SIGNED_IN)
            return true;
    return false;
}

bool
ud_app_training(const struct ud_app *app)
{
    if (app->config->demo || app->config->profile == UD_PROFILE_TRAINING || app->policy.training)
        return true;
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].training)
            return true;
    return false;
}

const char *
ud_app_operator(const struct ud_app *app)
{
    for (size_t i = 0; i < app->config->source_count; i++)
        if (app->source[i].account[0] != '\0')
            return app->source[i].account;
    return app->tokens->count > 0 ? app->tokens->entry[0].account : "";
}

const struct ud_policy *
ud_app_policy_of(const struct ud_app *app, uint8_t source)
{
    if (source < app->config->source_count && app->source[source].has_policy)
        return &app->source[source].policy;
    return &app->policy;
}

bool
ud_app_passphrase(const struct ud_app *app)
{
    return app->config->profile == UD_PROFILE_WORKSTATION && !app->config->demo;
}
