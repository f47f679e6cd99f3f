/* Requests and events of one worker. Keeps the list of open requests, so that each ends exactly once, whatever becomes of the worker. */
#include "client/client.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define OPEN_MAX_COUNT 256

struct ud_client {
    struct ud_channel *channel;
    uint32_t last;
    bool gone;
    struct ud_error why; /* of its end */
    size_t open_count;
    struct {
        uint32_t number;
        enum ud_msg_type type;
    } open[OPEN_MAX_COUNT];
};

static enum ud_status
configure(struct ud_client *c, const struct ud_source_config *s, size_t index, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_CONFIGURE };

    m.u.configure = (struct ud_msg_configure){ .source = (uint8_t)index,
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
    return ud_channel_send(c->channel, &m, NULL, err);
}

enum ud_status
ud_client_new(struct ud_client **out, int fd, const struct ud_source_config *sources, size_t count, struct ud_error *err)
{
    struct ud_client *c = ud_xcalloc(1, sizeof(*c));
    enum ud_status st;

    *out = NULL;
    if ((st = ud_channel_new(&c->channel, fd, false, err)) != UD_OK) {
        close(fd);
        goto out;
    }
    if (count == 0 || count > UD_SOURCE_MAX) {
        st = ud_error_set(err, UD_CONFIG, "between 1 and %u sources can be configured", UD_SOURCE_MAX);
        goto out;
    }
    for (size_t i = 0; i < count; i++)
        if ((st = configure(c, &sources[i], i, err)) != UD_OK)
            goto out;
    *out = c;
    c = NULL;
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
    return ud_channel_wants_out(c->channel) ? POLLIN | POLLOUT : POLLIN;
}

size_t
ud_client_open(const struct ud_client *c)
{
    return c->open_count;
}

/* Takes a request off the list; false where it is not on it. */
static bool
close_request(struct ud_client *c, uint32_t request)
{
    for (size_t i = 0; i < c->open_count; i++)
        if (c->open[i].number == request) {
            memmove(&c->open[i], &c->open[i + 1], (c->open_count - i - 1) * sizeof(c->open[0]));
            c->open_count--;
            return true;
        }
    return false;
}

static bool
is_open(const struct ud_client *c, uint32_t request)
{
    for (size_t i = 0; i < c->open_count; i++)
        if (c->open[i].number == request)
            return true;
    return false;
}

/* The worker has ended: its open requests end one by one, then nothing comes any more. */
static enum ud_status
end_open(struct ud_client *c, struct ud_msg *event, struct ud_error *err)
{
    if (c->open_count == 0) {
        if (err != NULL)
            *err = c->why;
        return UD_OFFLINE;
    }
    event->type = UD_MSG_DONE;
    event->request = c->open[0].number;
    /* Nobody knows whether the request for a key had left already. */
    event->u.done = (struct ud_msg_done){
        .status = c->open[0].type == UD_MSG_REVEAL ? UD_UNCERTAIN : UD_OFFLINE, .message = c->why.message, .hint = ""
    };
    close_request(c, event->request);
    return UD_OK;
}

/* UD_OK: hand it over. UD_NOTFOUND: a note about nothing in particular. UD_MALFORMED: an answer that nobody asked for. */
static enum ud_status
judge(struct ud_client *c, const struct ud_msg *event, struct ud_error *err)
{
    if (event->type == UD_MSG_READY || event->type == UD_MSG_TOKEN)
        return UD_OK;
    if (event->request == 0)
        return UD_NOTFOUND;
    if (event->type == UD_MSG_DONE ? close_request(c, event->request) : is_open(c, event->request))
        return UD_OK;
    return ud_error_set(err, UD_MALFORMED, "the network process answers what nobody asked");
}

enum ud_status
ud_client_next(struct ud_client *c, struct ud_msg *event, struct ud_error *err)
{
    struct ud_secret *secret = NULL;

    while (!c->gone) {
        enum ud_status st = ud_channel_receive(c->channel, event, &secret, &c->why);
        if (st == UD_OK && (st = judge(c, event, &c->why)) == UD_NOTFOUND)
            continue;
        if (st == UD_OFFLINE) {
            c->gone = true;
            break;
        }
        if (err != NULL && st != UD_OK && st != UD_NOTFOUND)
            *err = c->why;
        return st;
    }
    return end_open(c, event, err);
}

enum ud_status
ud_client_flush(struct ud_client *c, struct ud_error *err)
{
    return ud_channel_flush(c->channel, err);
}

/* A number that no open request has; never 0. */
static uint32_t
new_number(struct ud_client *c)
{
    do
        c->last++;
    while (c->last == 0 || is_open(c, c->last));
    return c->last;
}

/* Notes have no answer. */
static bool
is_note(enum ud_msg_type t)
{
    return t == UD_MSG_CONFIGURE || t == UD_MSG_SEAL_KEY || t == UD_MSG_CANCEL;
}

/* The sender's union is large: only what the type uses is sent, so the copy is of the number alone. */
static enum ud_status
send_numbered(struct ud_client *c, const struct ud_msg *m, uint32_t number, struct ud_secret *secret, struct ud_error *err)
{
    struct ud_msg *copy = ud_xcalloc(1, sizeof(*copy));

    memcpy(copy, m, sizeof(*copy));
    copy->request = number;
    enum ud_status st = ud_channel_send(c->channel, copy, secret, err);
    free(copy);
    return st;
}

enum ud_status
ud_client_request(struct ud_client *c, uint32_t *request, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    bool note = is_note(m->type);

    *request = 0;
    if (c->gone)
        return ud_error_set(err, UD_OFFLINE, "%s", c->why.message);
    if (!note && c->open_count == OPEN_MAX_COUNT)
        return ud_error_set(err, UD_BUSY, "too many requests are open");
    uint32_t number = note ? 0 : new_number(c);
    enum ud_status st = send_numbered(c, m, number, secret, err);
    if (st != UD_OK)
        return st;
    if (!note) {
        c->open[c->open_count].number = number;
        c->open[c->open_count++].type = m->type;
    }
    *request = number;
    return UD_OK;
}

enum ud_status
ud_client_cancel(struct ud_client *c, uint32_t request, struct ud_error *err)
{
    struct ud_msg m = { .type = UD_MSG_CANCEL, .request = 0 };

    m.u.cancel.request = request;
    if (!is_open(c, request))
        return UD_OK;
    return ud_channel_send(c->channel, &m, NULL, err);
}

enum ud_status
ud_client_wait(struct ud_client *c, struct ud_msg *event, ud_msec deadline, struct ud_error *err)
{
    for (;;) {
        enum ud_status st = ud_client_next(c, event, err);
        if (st != UD_NOTFOUND)
            return st;
        ud_msec left = deadline - ud_clock_now();
        if (left <= 0)
            return ud_error_set(err, UD_TIMEOUT, "no answer came in time");
        struct pollfd p = { .fd = ud_client_fd(c), .events = ud_client_events(c) };
        int wait = left > 60000 ? 60000 : (int)left;
        if (poll(&p, 1, wait) < 0 && errno != EINTR)
            return ud_error_errno(err, "waiting for an answer failed");
        if ((p.revents & POLLOUT) != 0 && (st = ud_client_flush(c, err)) != UD_OK && st != UD_OFFLINE)
            return st;
    }
}
