#include "client/client.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define OPEN_MAX_REQUESTS 256u

struct ud_client {
    struct ud_channel *channel;
    uint32_t next;                    /* number of the next request */
    uint32_t open[OPEN_MAX_REQUESTS]; /* numbers of requests not yet ended */
    size_t count;
    bool lost;
};

static enum ud_status
configure(struct ud_client *c, const struct ud_source_config *s, uint8_t number, struct ud_error *err)
{
    struct ud_msg *m = ud_xcalloc(1, sizeof(*m));
    enum ud_status st;

    m->type = UD_MSG_CONFIGURE;
    m->u.configure = (struct ud_msg_configure){ .source = number,
        .type = (uint8_t)s->type,
        .sign_in = (uint8_t)s->sign_in,
        .name = s->name,
        .tenant = s->tenant,
        .client_id = s->client_id,
        .authority = s->authority,
        .graph = s->graph,
        .scopes = s->scopes,
        .ca_file = s->ca_file,
        .pin = s->pin,
        .url = s->url };
    st = ud_channel_send(c->channel, m, NULL, err);
    free(m);
    return st;
}

enum ud_status
ud_client_new(struct ud_client **out, int fd, const struct ud_source_config *sources, size_t count, struct ud_error *err)
{
    struct ud_client *c = ud_xcalloc(1, sizeof(*c));
    enum ud_status st;

    *out = NULL;
    c->next = 1;
    if ((st = ud_channel_new(&c->channel, fd, false, err)) != UD_OK)
        goto out;
    for (size_t i = 0; i < count && st == UD_OK; i++)
        st = configure(c, &sources[i], (uint8_t)i, err);
    if (st == UD_OK) {
        *out = c;
        c = NULL;
    }
out:
    ud_client_free(&c);
    return st;
}

void
ud_client_free(struct ud_client **c)
{
    if (c == NULL || *c == NULL)
        return;
    ud_channel_free(&(*c)->channel);
    free(*c);
    *c = NULL;
}

int
ud_client_fd(const struct ud_client *c)
{
    return ud_channel_fd(c->channel);
}

short
ud_client_events(const struct ud_client *c)
{
    return (short)(POLLIN | (ud_channel_wants_out(c->channel) ? POLLOUT : 0));
}

enum ud_status
ud_client_flush(struct ud_client *c, struct ud_error *err)
{
    return ud_channel_flush(c->channel, err);
}

size_t
ud_client_open(const struct ud_client *c)
{
    return c->count;
}

/* --- requests ------------------------------------------------------------------------------------------------------------ */

enum ud_status
ud_client_request(struct ud_client *c, uint32_t *request, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    bool note = m->type == UD_MSG_SEAL_KEY || m->type == UD_MSG_CANCEL || m->type == UD_MSG_CONFIGURE;
    enum ud_status st;

    *request = 0;
    if (c->lost)
        return ud_error_set(err, UD_OFFLINE, "The worker process has ended");
    if (!note && c->count == OPEN_MAX_REQUESTS)
        return ud_error_set(err, UD_BUSY, "Too many requests are under way");
    struct ud_msg *copy = ud_xcalloc(1, sizeof(*copy));
    *copy = *m;
    copy->request = note ? 0 : c->next;
    st = ud_channel_send(c->channel, copy, secret, err);
    free(copy);
    if (st != UD_OK || note)
        return st;
    *request = c->next;
    c->open[c->count++] = c->next;
    c->next = c->next == UINT32_MAX ? 1 : c->next + 1;
    return UD_OK;
}

enum ud_status
ud_client_cancel(struct ud_client *c, uint32_t request, struct ud_error *err)
{
    const struct ud_msg m = { .type = UD_MSG_CANCEL, .u.cancel = { .request = request } };
    uint32_t none;

    return ud_client_request(c, &none, &m, NULL, err);
}

/* --- events ---------------------------------------------------------------------------------------------------------------- */

static bool
is_open(const struct ud_client *c, uint32_t request)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->open[i] == request)
            return true;
    return false;
}

static void
close_request(struct ud_client *c, uint32_t request)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->open[i] == request) {
            c->open[i] = c->open[--c->count];
            return;
        }
}

/* The worker is gone: every open request ends with a DONE of our own. */
static enum ud_status
end_one(struct ud_client *c, struct ud_msg *event, struct ud_error *err)
{
    c->lost = true;
    if (c->count == 0)
        return ud_error_set(err, UD_OFFLINE, "The worker process has ended");
    memset(event, 0, sizeof(event->type) + sizeof(event->request));
    event->type = UD_MSG_DONE;
    event->request = c->open[--c->count];
    event->u.done = (struct ud_msg_done){ .status = UD_OFFLINE,
        .message = "The process that talks to the services has ended",
        .hint = "Try again; a new one is started." };
    return UD_OK;
}

enum ud_status
ud_client_next(struct ud_client *c, struct ud_msg *event, struct ud_error *err)
{
    struct ud_secret *none = NULL;
    enum ud_status st;

    if (c->lost)
        return end_one(c, event, err);
    st = ud_channel_receive(c->channel, event, &none, err);
    if (st == UD_OFFLINE)
        return end_one(c, event, err);
    if (st != UD_OK)
        return st;
    if (event->request != 0 && event->type != UD_MSG_TOKEN && !is_open(c, event->request))
        return ud_error_set(err, UD_MALFORMED, "The worker answers what nobody asked");
    if (event->type == UD_MSG_DONE)
        close_request(c, event->request);
    return UD_OK;
}

enum ud_status
ud_client_wait(struct ud_client *c, struct ud_msg *event, ud_msec deadline, struct ud_error *err)
{
    enum ud_status st;

    while ((st = ud_client_next(c, event, err)) == UD_NOTFOUND) {
        struct pollfd p = { .fd = ud_client_fd(c), .events = ud_client_events(c) };
        ud_msec left = deadline - ud_clock_now();
        if (left <= 0)
            return ud_error_set(err, UD_TIMEOUT, "The service did not answer in time");
        (void)poll(&p, 1, left > 60000 ? 60000 : (int)left);
        if ((p.revents & POLLOUT) != 0 && (st = ud_client_flush(c, err)) != UD_OK)
            return st;
    }
    return st;
}
