/* Frames over one end of the socket pair. */
#include "escrowd/vault/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/clock.h"
#include "escrowd/vault/frame.h"

#define OUT_MAX     ((size_t)64 * 1024 * 1024)
#define OUT_START   ((size_t)64 * 1024)
#define IN_START    ((size_t)64 * 1024)
#define SOCKET_ROOM (1024 * 1024)
#define SECRET_WAIT 1000 /* ms */

struct ud_vault_link {
    int fd;
    struct ud_buf out;
    size_t out_sent; /* of out, already written */
    uint8_t *in;
    size_t in_room, in_start, in_end;
};

enum ud_status
ud_vault_link_new(struct ud_vault_link **out, int fd, struct ud_error *err)
{
    int flags = fcntl(fd, F_GETFL);
    int room = SOCKET_ROOM;

    *out = NULL;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)
        return ud_error_errno(err, "The socket between front and vault");
    /* Best effort: a smaller buffer only means more system calls. */
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
    struct ud_vault_link *l = ud_xcalloc(1, sizeof(*l));
    l->fd = fd;
    ud_buf_init(&l->out, OUT_MAX);
    l->out.data = ud_xcalloc(1, OUT_START); /* tokens pass here: growing would leave copies of them behind */
    l->out.room = OUT_START;
    l->in_room = IN_START;
    l->in = ud_xcalloc(1, l->in_room);
    *out = l;
    return UD_OK;
}

static void
wipe_out(struct ud_vault_link *l)
{
    if (l->out.data != NULL)
        explicit_bzero(l->out.data, l->out.length);
    ud_buf_clear(&l->out);
    l->out_sent = 0;
}

void
ud_vault_link_free(struct ud_vault_link **l)
{
    if (l == NULL || *l == NULL)
        return;
    wipe_out(*l);
    ud_buf_free(&(*l)->out);
    explicit_bzero((*l)->in, (*l)->in_room);
    free((*l)->in);
    close((*l)->fd);
    free(*l);
    *l = NULL;
}

int
ud_vault_link_fd(const struct ud_vault_link *l)
{
    return l->fd;
}

static enum ud_status
gone(struct ud_error *err)
{
    return ud_error_set(err, UD_OFFLINE, "The other process of the service has ended");
}

bool
ud_vault_link_wants_out(const struct ud_vault_link *l)
{
    return l->out.length > l->out_sent;
}

enum ud_status
ud_vault_link_flush(struct ud_vault_link *l, struct ud_error *err)
{
    while (l->out_sent < l->out.length) {
        ssize_t n = send(l->fd, l->out.data + l->out_sent, l->out.length - l->out_sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return UD_OK;
        if (n < 0)
            return gone(err);
        l->out_sent += (size_t)n;
    }
    wipe_out(l);
    return UD_OK;
}

/* Waits until the socket takes more, up to the deadline. */
static enum ud_status
wait_out(struct ud_vault_link *l, ud_msec deadline, struct ud_error *err)
{
    struct pollfd p = { .fd = l->fd, .events = POLLOUT };
    ud_msec left = deadline - ud_clock_now();

    if (left <= 0 || poll(&p, 1, (int)left) == 0)
        return ud_error_set(err, UD_TIMEOUT, "The other process of the service does not read");
    return UD_OK;
}

/* Writes a secret part straight from its guarded memory. */
static enum ud_status
send_secret(struct ud_vault_link *l, struct ud_secret *s, ud_msec deadline, struct ud_error *err)
{
    enum ud_status st = UD_OK;
    size_t sent = 0, length = ud_secret_length(s);
    const unsigned char *bytes = ud_secret_open(s);

    while (st == UD_OK && sent < length) {
        ssize_t n = send(l->fd, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (n >= 0)
            sent += (size_t)n;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            st = wait_out(l, deadline, err);
        else if (errno != EINTR)
            st = gone(err);
    }
    ud_secret_close(s);
    return st;
}

/* Everything queued, then the secret part: a secret is never queued. */
static enum ud_status
finish(struct ud_vault_link *l, struct ud_secret *secret, struct ud_error *err)
{
    ud_msec deadline = ud_clock_now() + SECRET_WAIT;
    enum ud_status st;

    if (secret == NULL || ud_secret_length(secret) == 0)
        return UD_OK;
    for (;;) {
        if ((st = ud_vault_link_flush(l, err)) != UD_OK)
            return st;
        if (!ud_vault_link_wants_out(l))
            return send_secret(l, secret, deadline, err);
        if ((st = wait_out(l, deadline, err)) != UD_OK)
            return st;
    }
}

enum ud_status
ud_vault_link_request(struct ud_vault_link *l, const struct ud_vault_request *r, struct ud_error *err)
{
    enum ud_status st = ud_vault_request_encode(&l->out, r, err);

    return st == UD_OK ? finish(l, r->secret, err) : st;
}

enum ud_status
ud_vault_link_reply(struct ud_vault_link *l, const struct ud_vault_reply *r, struct ud_error *err)
{
    enum ud_status st = ud_vault_reply_encode(&l->out, r, err);

    return st == UD_OK ? finish(l, r->secret, err) : st;
}

/* Makes room for a frame of `need` bytes at in_start: moves what is there to the front, grows where needed. */
static void
make_room(struct ud_vault_link *l, size_t need)
{
    size_t have = l->in_end - l->in_start;

    if (l->in_start > 0) {
        memmove(l->in, l->in + l->in_start, have);
        explicit_bzero(l->in + have, l->in_end - have);
        l->in_start = 0;
        l->in_end = have;
    }
    if (need <= l->in_room)
        return;
    uint8_t *bigger = ud_xcalloc(1, need);
    memcpy(bigger, l->in, have);
    explicit_bzero(l->in, l->in_room);
    free(l->in);
    l->in = bigger;
    l->in_room = need;
}

/* Length of the frame at in_start, with its own 4 bytes; 0: not even those are there. */
static size_t
frame_length(const struct ud_vault_link *l)
{
    const uint8_t *b = l->in + l->in_start;

    if (l->in_end - l->in_start < UD_FRAME_LENGTH)
        return 0;
    return UD_FRAME_LENGTH + ((size_t)b[0] | (size_t)b[1] << 8 | (size_t)b[2] << 16 | (size_t)b[3] << 24);
}

static enum ud_status
read_more(struct ud_vault_link *l, struct ud_error *err)
{
    ssize_t n;

    do
        n = recv(l->fd, l->in + l->in_end, l->in_room - l->in_end, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return UD_NOTFOUND;
    if (n <= 0)
        return gone(err);
    l->in_end += (size_t)n;
    return UD_OK;
}

/* Makes the next frame whole; *length is its length with the 4 bytes in front. */
static enum ud_status
next_frame(struct ud_vault_link *l, size_t *length, struct ud_error *err)
{
    for (;;) {
        size_t need = frame_length(l);
        if (need > UD_FRAME_LENGTH + UD_VAULT_FRAME_MAX)
            return ud_error_set(err, UD_MALFORMED, "A message between front and vault is too long");
        *length = need;
        if (need != 0 && l->in_end - l->in_start >= need)
            return UD_OK;
        if (l->in_start > 0 || need > l->in_room)
            make_room(l, need);
        enum ud_status st = read_more(l, err);
        if (st != UD_OK)
            return st;
    }
}

static void
drop_frame(struct ud_vault_link *l, size_t length)
{
    explicit_bzero(l->in + l->in_start, length);
    l->in_start += length;
    if (l->in_start == l->in_end)
        l->in_start = l->in_end = 0;
}

enum ud_status
ud_vault_link_next_request(struct ud_vault_link *l, struct ud_vault_request **out, struct ud_error *err)
{
    size_t length;
    enum ud_status st = next_frame(l, &length, err);

    *out = NULL;
    if (st != UD_OK)
        return st;
    st = ud_vault_request_decode(out, l->in + l->in_start + UD_FRAME_LENGTH, length - UD_FRAME_LENGTH, err);
    drop_frame(l, length);
    return st;
}

enum ud_status
ud_vault_link_next_reply(struct ud_vault_link *l, struct ud_vault_reply **out, struct ud_error *err)
{
    size_t length;
    enum ud_status st = next_frame(l, &length, err);

    *out = NULL;
    if (st != UD_OK)
        return st;
    st = ud_vault_reply_decode(out, l->in + l->in_start + UD_FRAME_LENGTH, length - UD_FRAME_LENGTH, err);
    drop_frame(l, length);
    return st;
}
