/* The front's life: say hello to the vault, listen, shut the sandbox, then wait for either side. Ends when the vault does. */
#include "escrowd/front/front.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <microhttpd.h>

#include "base/file.h"
#include "base/process.h"
#include "escrowd/front/delay.h"
#include "escrowd/front/front_state.h"
#include "escrowd/front/grants.h"
#include "escrowd/front/listen.h"
#include "escrowd/front/signer.h"
#include "escrowd/front/throttle.h"
#include "escrowd/front/wipe.h"

#define HELLO_WAIT ((ud_msec)30000)
#define KEEP_BYTES (4 * 1024 * 1024)
#define TICK       1000
#define SECRETS    32     /* used again: each deposit brings one */
#define TOGETHER   8      /* requests in one message to the vault */
#define MOMENT_NS  300000 /* how long the vault is waited for before connections are suspended */

/* --- questions to the vault ------------------------------------------------------------------------------------------ */

enum ud_status
ud_front_send(struct ud_front *f, struct ud_call *c, struct ud_vault_request *r, struct ud_error *err)
{
    if (f->free_count == 0)
        return ud_error_set(err, UD_THROTTLED, "Too many requests wait for the vault.");
    size_t slot = f->free_slot[--f->free_count];
    struct ud_front_slot *s = &f->slot[slot];

    s->call = c;
    s->busy = true;
    s->generation = (s->generation + 1) & 0xFFFF;
    c->slot = slot;
    r->id = s->generation << 16 | (uint32_t)slot;
    enum ud_status st = ud_vault_link_request(f->link, r, err);
    /* A few at a time: the vault works on them while the next ones are read. */
    if (st == UD_OK && ++f->unsent >= TOGETHER) {
        f->unsent = 0;
        st = ud_vault_link_flush(f->link, err);
    }
    if (st == UD_OK)
        return UD_OK;
    s->busy = false;
    s->call = NULL;
    c->slot = SIZE_MAX;
    f->free_slot[f->free_count++] = slot;
    return st;
}

void
ud_front_forget(struct ud_front *f, struct ud_call *c)
{
    if (c->slot < UD_FRONT_SLOTS && f->slot[c->slot].call == c)
        f->slot[c->slot].call = NULL;
}

/* A reply to something never asked is nonsense, and nonsense from the vault ends the front. */
static enum ud_status
take_reply(struct ud_front *f, struct ud_vault_reply *reply, struct ud_error *err)
{
    size_t slot = reply->id & 0xFFFF;

    if (slot >= UD_FRONT_SLOTS || !f->slot[slot].busy || f->slot[slot].generation != reply->id >> 16) {
        ud_vault_reply_free(&reply);
        return ud_error_set(err, UD_MALFORMED, "The vault answered a question that was not asked.");
    }
    struct ud_call *c = f->slot[slot].call;
    f->slot[slot].busy = false;
    f->slot[slot].call = NULL;
    f->free_slot[f->free_count++] = slot;
    if (c == NULL) {
        ud_vault_reply_free(&reply);
        return UD_OK;
    }
    c->slot = SIZE_MAX;
    ud_call_answered(c, reply);
    if (!c->waiting)
        ud_front_http_resume(f, c);
    return UD_OK;
}

static enum ud_status
drain(struct ud_front *f, struct ud_error *err)
{
    for (;;) {
        struct ud_vault_reply *reply = NULL;
        enum ud_status st = ud_vault_link_next_reply(f->link, &reply, err);
        if (st == UD_NOTFOUND)
            return UD_OK;
        if (st == UD_OK)
            st = take_reply(f, reply, err);
        if (st != UD_OK)
            return st;
    }
}

/* --- start ----------------------------------------------------------------------------------------------------------- */

static enum ud_status
wait_for_hello(struct ud_front *f, struct ud_vault_reply **reply, struct ud_error *err)
{
    ud_msec end = ud_clock_now() + HELLO_WAIT;
    enum ud_status st;

    while ((st = ud_vault_link_next_reply(f->link, reply, err)) == UD_NOTFOUND) {
        ud_msec left = end - ud_clock_now();
        struct pollfd p = { .fd = ud_vault_link_fd(f->link), .events = POLLIN };
        if (ud_vault_link_wants_out(f->link))
            p.events |= POLLOUT;
        if (left <= 0)
            return ud_error_set(err, UD_TIMEOUT, "The vault does not answer.");
        (void)poll(&p, 1, (int)left);
        if ((st = ud_vault_link_flush(f->link, err)) != UD_OK)
            return st;
    }
    return st;
}

static enum ud_status
hello(struct ud_front *f, struct ud_error *err)
{
    struct ud_vault_request r = { .op = UD_VAULT_HELLO };
    struct ud_vault_reply *reply = NULL;
    enum ud_status st;

    if ((st = ud_vault_link_request(f->link, &r, err)) != UD_OK || (st = ud_vault_link_flush(f->link, err)) != UD_OK ||
        (st = wait_for_hello(f, &reply, err)) != UD_OK)
        return st;
    if (reply->code == UD_VAULT_OK) {
        f->training = reply->hello.training;
        f->plain_graph_reads = reply->hello.plain_graph_reads;
        (void)ud_copy(f->name, sizeof(f->name), reply->hello.name);
        (void)ud_copy(f->tenant, sizeof(f->tenant), reply->hello.tenant);
        (void)ud_copy(f->client_id, sizeof(f->client_id), reply->hello.client_id);
        memcpy(f->deposit_key, reply->hello.deposit_key, sizeof(f->deposit_key));
        if ((st = ud_sealer_new(&f->sealer, f->deposit_key, err)) == UD_OK)
            st = ud_secret_new(&f->scratch, UD_RECOVERY_MAX, err);
    } else {
        st = ud_error_set(err, UD_FAILED, "The vault refuses to start: %s", reply->message);
    }
    ud_vault_reply_free(&reply);
    return st;
}

/* Certificate and key are read before the sandbox; the key stays in a secret until the library has taken it. */
static enum ud_status
start_http(struct ud_front *f, int listen_fd, struct ud_error *err)
{
    struct ud_buf cert;
    struct ud_secret *file = NULL, *key = NULL;
    enum ud_status st = UD_OK;

    ud_buf_init(&cert, 256 * 1024);
    if (f->tls) {
        if ((st = ud_file_read(&cert, f->config->cert_file, cert.max, err)) != UD_OK ||
            (st = ud_file_read_secret(&file, f->config->key_file, err)) != UD_OK ||
            (st = ud_secret_new(&key, ud_secret_length(file) + 1, err)) != UD_OK ||
            (st = ud_secret_move(key, file, err)) != UD_OK || (st = ud_secret_append(key, "", 1, err)) != UD_OK)
            goto out;
    }
    st = ud_front_http_start(f, listen_fd, cert.data, key, err);
out:
    ud_secret_free(&key);
    ud_secret_free(&file);
    ud_buf_free(&cert);
    return st;
}

static enum ud_status
start(struct ud_front *f, int *listen_fd, char *url, size_t url_size, struct ud_error *err)
{
    enum ud_status st;

    for (size_t i = 0; i < UD_FRONT_SLOTS; i++)
        f->free_slot[i] = UD_FRONT_SLOTS - 1 - i;
    f->free_count = UD_FRONT_SLOTS;
    f->grants = ud_grants_new();
    f->delays = ud_delays_new();
    f->throttle = ud_throttle_new(f->config->throttle_calls);
    ud_random(f->form_key, sizeof(f->form_key));
    f->tls = f->config->socket_path == NULL;
    (void)ud_copy(f->scheme, sizeof(f->scheme), f->tls ? "https://" : "http://");
    if ((st = ud_signer_load(&f->signer, f->config->signer_file, err)) != UD_OK || (st = hello(f, err)) != UD_OK ||
        (st = ud_listen(listen_fd, url, url_size, f->config, err)) != UD_OK)
        return st;
    return start_http(f, *listen_fd, err);
}

/* --- the loop -------------------------------------------------------------------------------------------------------- */

static int
how_long(struct ud_front *f)
{
    MHD_UNSIGNED_LONG_LONG wanted = TICK;

    if (f->resumed > 0)
        return 0;
    if (MHD_get_timeout(f->daemon, &wanted) != MHD_YES || wanted > TICK)
        return TICK;
    return (int)wanted;
}

static enum ud_status
loop(struct ud_front *f, struct ud_error *err)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(f->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd p[2] = { { .fd = info->epoll_fd, .events = POLLIN }, { .fd = ud_vault_link_fd(f->link), .events = POLLIN } };
    const struct timespec moment = { .tv_nsec = MOMENT_NS };
    ud_msec swept = ud_clock_now();
    enum ud_status st;
    int rc;

    f->now = swept;
    for (;;) {
        f->resumed = 0;
        if (MHD_run(f->daemon) != MHD_YES)
            return ud_error_set(err, UD_FAILED, "The HTTP server stopped.");
        ud_front_let_go(f);
        if ((st = ud_vault_link_flush(f->link, err)) != UD_OK)
            return st;
        p[1].events = (short)(ud_vault_link_wants_out(f->link) ? POLLIN | POLLOUT : POLLIN);
        p[0].revents = p[1].revents = 0;
        if (f->hot > 0)
            rc = ppoll(&p[1], 1, &moment, NULL);
        else
            rc = poll(p, 2, how_long(f));
        if (rc < 0 && errno != EINTR)
            return ud_error_errno(err, "poll");
        if ((p[1].revents & ~POLLOUT) != 0 && (st = drain(f, err)) != UD_OK)
            return st;
        f->now = ud_clock_now();
        if (f->now - swept >= TICK) {
            ud_front_http_sweep(f, f->now);
            ud_sealer_tidy(f->sealer);
            swept = f->now;
        }
    }
}

/* A suspended connection must not outlive the daemon's stop: resume them all first. */
static void
stop_http(struct ud_front *f)
{
    for (size_t i = 0; i < UD_FRONT_SLOTS; i++) {
        struct ud_call *c = f->slot[i].call;
        if (c == NULL)
            continue;
        f->slot[i].call = NULL;
        c->slot = SIZE_MAX;
        c->waiting = false;
        ud_call_error(c, 503, "serviceNotAvailable", "The service is stopping.");
        ud_front_http_resume(f, c);
    }
    if (f->daemon != NULL)
        MHD_stop_daemon(f->daemon);
    f->daemon = NULL;
}

enum ud_status
ud_front_run(const struct ud_front_config *config, int vault_fd, struct ud_error *err)
{
    struct ud_front *f = ud_xcalloc(1, sizeof(*f));
    char url[512] = "";
    int listen_fd = -1;
    enum ud_status st;

    f->config = config;
    signal(SIGPIPE, SIG_IGN);
    (void)mallopt(M_TRIM_THRESHOLD, KEEP_BYTES); /* pages come and go: what they took is kept for the next one */
    (void)mallopt(M_TOP_PAD, KEEP_BYTES / 16);
    ud_front_wipe_tls();
    if ((st = ud_vault_link_new(&f->link, vault_fd, err)) != UD_OK)
        goto out;
    if ((st = start(f, &listen_fd, url, sizeof(url), err)) != UD_OK || (st = ud_process_sandbox(UD_SANDBOX_FRONT, err)) != UD_OK)
        goto out;
    ud_secret_keep(SECRETS);
    if (config->ready != NULL)
        config->ready(url, config->arg);
    st = loop(f, err);
out:
    if (f->daemon == NULL && listen_fd >= 0)
        close(listen_fd); /* else it is the daemon's */
    stop_http(f);
    ud_call_free_spares(f);
    ud_secret_free(&f->scratch);
    ud_sealer_free(&f->sealer);
    ud_signer_free(&f->signer);
    ud_throttle_free(&f->throttle);
    ud_delays_free(&f->delays);
    ud_grants_free(&f->grants);
    ud_vault_link_free(&f->link);
    ud_secret_keep(0);
    free(f);
    return st;
}
