/* Carries out what the state asks for. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/loop.h"
#include "base/buf.h"
#include "term/clipboard.h"

/* --- requests ------------------------------------------------------------------------------------------------------------------------- */

/* Fills the wire message from a request. */
static void
fill(struct ud_msg *m, const struct ud_request *r)
{
    memset(m, 0, offsetof(struct ud_msg, u) + 512);
    m->type = r->type;
    switch ((int)r->type) {
    case UD_MSG_SEAL_KEY:
    case UD_MSG_RESUME:
        m->u.blob = (struct ud_msg_blob){ .source = r->source, .bytes = r->bytes, .length = r->length };
        break;
    case UD_MSG_GET_NOTICE:
    case UD_MSG_GET_BRANDING:
        m->u.get_notice = (struct ud_msg_get_notice){ .source = r->source, .language = r->text };
        break;
    case UD_MSG_SYNC:
        m->u.sync = (struct ud_msg_sync){ .source = r->source, .resume = r->text };
        break;
    case UD_MSG_FIND:
        m->u.find.prefix = r->u.prefix;
        break;
    case UD_MSG_ASK:
        m->u.ask = (struct ud_msg_ask){ .field = r->u.field, .text = r->text };
        break;
    case UD_MSG_KEYS:
        m->u.keys = r->u.keys;
        m->u.keys.os = r->text;
        break;
    case UD_MSG_REVEAL:
        m->u.reveal = r->u.reveal;
        break;
    case UD_MSG_REPORT:
        m->u.report = r->u.report;
        break;
    case UD_MSG_APPROVAL_ASK:
        m->u.approval_ask = r->u.approval_ask;
        break;
    case UD_MSG_APPROVALS:
    case UD_MSG_APPROVAL_WATCH:
    case UD_MSG_DECIDE:
    case UD_MSG_SURGE:
        m->u.approval_do = r->u.approval_do;
        m->u.approval_do.note = r->text;
        break;
    case UD_MSG_ROTATE:
        m->u.rotate = r->u.rotate;
        break;
    case UD_MSG_KEEP:
        m->u.keep = r->u.keep;
        break;
    case UD_MSG_ROTATION:
        m->u.rotation = r->u.rotation;
        break;
    case UD_MSG_OUTCOME:
        m->u.outcome = (struct ud_msg_outcome){ .source = r->source, .request = r->u.request, .outcome = r->text };
        break;
    case UD_MSG_STORE:
    case UD_MSG_STORE_STATE:
    case UD_MSG_STORE_ASK:
        m->u.store = r->u.store;
        m->u.store.sealed = r->bytes;
        m->u.store.sealed_length = r->length;
        m->u.store.note = r->text;
        break;
    default: /* SIGN_IN, SIGN_OUT, GET_POLICY and others that only name their source */
        m->u.source.source = r->source;
        break;
    }
}

static void
remember(struct ud_loop *l, uint32_t request, uint32_t tag)
{
    if (l->open_count == l->open_room) {
        l->open_room = l->open_room == 0 ? 16 : l->open_room * 2;
        l->open = ud_xrealloc(l->open, l->open_room, sizeof(*l->open));
    }
    l->open[l->open_count++] = (struct ud_open_request){ request, tag };
}

uint32_t
ud_loop_tag(struct ud_loop *l, uint32_t request, bool last)
{
    for (size_t i = 0; i < l->open_count; i++)
        if (l->open[i].request == request) {
            uint32_t tag = l->open[i].tag;
            if (last)
                l->open[i] = l->open[--l->open_count];
            return tag;
        }
    return 0;
}

/* The client wipes what it sends, and the state's secret half is needed once for each source. */
static enum ud_status
copy_secret(struct ud_secret **out, struct ud_secret *from, struct ud_error *err)
{
    enum ud_status st;

    *out = NULL;
    if (from == NULL)
        return UD_OK;
    if ((st = ud_secret_new(out, ud_secret_length(from), err)) != UD_OK)
        return st;
    st = ud_secret_append(*out, ud_secret_open(from), ud_secret_length(from), err);
    ud_secret_close(from);
    return st;
}

static void
send_request(struct ud_loop *l, const struct ud_effect *e)
{
    struct ud_secret *secret = NULL;
    struct ud_error err = { 0 };
    uint32_t request = 0;

    if (l->client != NULL) {
        fill(l->message, e->request);
        if (copy_secret(&secret, e->request->secret, &err) == UD_OK &&
            ud_client_request(l->client, &request, l->message, secret, &err) == UD_OK) {
            if (request != 0)
                remember(l, request, e->tag);
            ud_secret_free(&secret);
            return;
        }
        ud_secret_free(&secret);
    }
    if (l->orphans < sizeof(l->orphan) / sizeof(l->orphan[0]))
        l->orphan[l->orphans++] = e->tag;
}

static void
cancel(struct ud_loop *l, uint32_t tag)
{
    struct ud_error err;

    for (size_t i = 0; i < l->open_count && l->client != NULL; i++)
        if (l->open[i].tag == tag)
            (void)!ud_client_cancel(l->client, l->open[i].request, &err);
}

/* --- worker ------------------------------------------------------------------------------------------------------------------------------ */

void
ud_loop_worker_gone(struct ud_loop *l)
{
    ud_client_free(&l->client);
    l->open_count = 0;
}

void
ud_loop_worker(struct ud_loop *l, int fd)
{
    struct ud_error err = { 0 };
    struct ud_event e = { .on = UD_ON_WORKER_NEW };

    ud_loop_worker_gone(l);
    if (ud_client_new(&l->client, fd, l->config->source, l->config->source_count, &err) != UD_OK) {
        e.on = UD_ON_WORKER_LOST;
        e.error = &err;
    }
    ud_loop_tell(l, &e);
}

static void
ask_worker(struct ud_loop *l)
{
    struct ud_error err = { 0 };
    struct ud_event e = { .on = UD_ON_WORKER_LOST, .error = &err };

    if (l->launcher == NULL)
        ud_error_set(&err, UD_FAILED, "the program that starts others has ended; start unlockdesk again");
    else if (ud_launcher_ask_worker(l->launcher, &err) == UD_OK)
        return;
    ud_loop_tell(l, &e);
}

/* --- the others ---------------------------------------------------------------------------------------------------------------------------- */

static void
suspend(struct ud_loop *l)
{
    struct ud_event e = { .on = UD_ON_CONTINUE };
    struct ud_error err;
    struct ud_buf undo;

    ud_loop_terminal_stop(l);
    (void)raise(SIGSTOP);
    ud_buf_init(&undo, 4096);
    ud_encoder_stop(l->encoder, &undo);
    if (ud_tty_raw(l->tty, &undo, &err) != UD_OK)
        l->gone = true;
    ud_buf_free(&undo);
    ud_decoder_flush(l->decoder);
    ud_tty_flush_input(l->tty);
    ud_loop_terminal_start(l);
    ud_loop_tell(l, &e);
}

/* While a job writes the list to disk it stays; it is dropped as soon as that job has ended. */
static void
drop_list(struct ud_loop *l)
{
    ud_jobs_stop_search(l->jobs);
    l->drop_later = l->app->saving_list;
    if (l->drop_later)
        return;
    ud_fleet_free(&l->app->fleet);
    l->app->fleet = ud_fleet_new();
    l->app->list_cached = false;
}

static void
watch(struct ud_loop *l)
{
    struct ud_event e = { .on = UD_ON_TMUX };

    if (l->watcher < 0 || send(l->watcher, "?", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
        ud_loop_tell(l, &e);
}

static void
copy_text(struct ud_loop *l, const char *text)
{
    struct ud_error err;

    (void)!ud_clipboard_write(ud_tty_queue(l->tty), text, &err);
    if (ud_tty_send(l->tty, &err) != UD_OK)
        l->gone = true;
}

static void
redraw(struct ud_loop *l)
{
    ud_loop_hide(l);
    ud_encoder_forget(l->encoder);
    l->dirty = true;
}

static void
carry_out(struct ud_loop *l, struct ud_effect *e)
{
    struct ud_error err;

    switch (e->kind) {
    case UD_DO_REQUEST:
        send_request(l, e);
        break;
    case UD_DO_CANCEL:
        cancel(l, e->tag);
        break;
    case UD_DO_WORKER:
        ask_worker(l);
        break;
    case UD_DO_KILL_WORKER:
        ud_loop_hide(l); /* a lock: off the terminal before anything else */
        ud_loop_worker_gone(l);
        if (l->launcher != NULL)
            (void)!ud_launcher_kill_worker(l->launcher, &err);
        break;
    case UD_DO_JOB:
        ud_jobs_start(l->jobs, e->job);
        e->job = NULL;
        break;
    case UD_DO_STOP_SEARCH:
        drop_list(l);
        break;
    case UD_DO_APPROVE:
        if (l->launcher != NULL)
            (void)!ud_launcher_approve(l->launcher, e->text, &err);
        break;
    case UD_DO_WATCH:
        watch(l);
        break;
    case UD_DO_CLIPBOARD:
        copy_text(l, e->text);
        break;
    case UD_DO_BELL:
        ud_buf_byte(ud_tty_queue(l->tty), '\a');
        break;
    case UD_DO_FLUSH_INPUT:
        ud_decoder_flush(l->decoder);
        ud_tty_flush_input(l->tty);
        break;
    case UD_DO_REDRAW:
        redraw(l);
        break;
    case UD_DO_SUSPEND:
        suspend(l);
        break;
    case UD_DO_DESTROY_TOKENS:
        if (l->config->tokens_file[0] != '\0')
            ud_tokens_destroy(l->config->tokens_file);
        break;
    case UD_DO_QUIT:
        l->app->quit = true;
        break;
    }
}

void
ud_loop_effects(struct ud_loop *l)
{
    struct ud_effect *e;

    while ((e = ud_app_effect(l->app)) != NULL) {
        carry_out(l, e);
        ud_effect_free(&e);
    }
    if (l->drop_later && !l->app->saving_list)
        drop_list(l);
}
