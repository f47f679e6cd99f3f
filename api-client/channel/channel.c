/* One end of the socket pair. Packets towards the worker keep a place for a secret part: it is gathered from, and scattered into, guarded memory
 * by the system call itself, so that it never lies in a packet buffer. */
#include "channel/channel.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define QUEUE_MAX   64
#define SECRET_WAIT 1000 /* milliseconds a packet with a secret waits for room */

struct queued {
    struct queued *next;
    size_t length;
    uint8_t packet[];
};

struct ud_channel {
    int fd;
    bool is_worker;
    bool gone; /* the other end */
    struct queued *first, **last;
    size_t queue_length;
    struct ud_secret *spare; /* worker: where the next secret part lands */
    uint8_t out[UD_PACKET_MAX];
    uint8_t in[UD_PACKET_MAX];
};

enum ud_status
ud_channel_pair(int fd[2], struct ud_error *err)
{
    int size = (int)(8 * UD_PACKET_MAX);

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) < 0)
        return ud_error_errno(err, "a socket pair cannot be made");
    for (int i = 0; i < 2; i++) /* as much as the system allows: less only means waiting more often */
        if (setsockopt(fd[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) < 0)
            (void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return UD_OK;
}

enum ud_status
ud_channel_new(struct ud_channel **out, int fd, bool is_worker, struct ud_error *err)
{
    struct ud_channel *c = ud_xcalloc(1, sizeof(*c));

    (void)err;
    c->fd = fd;
    c->is_worker = is_worker;
    c->last = &c->first;
    *out = c;
    return UD_OK;
}

static void
drop_first(struct ud_channel *c)
{
    struct queued *q = c->first;

    c->first = q->next;
    if (c->first == NULL)
        c->last = &c->first;
    c->queue_length--;
    free(q);
}

void
ud_channel_free(struct ud_channel **c)
{
    if (c == NULL || *c == NULL)
        return;
    while ((*c)->first != NULL)
        drop_first(*c);
    ud_secret_free(&(*c)->spare);
    close((*c)->fd);
    free(*c);
    *c = NULL;
}

int
ud_channel_fd(const struct ud_channel *c)
{
    return c->fd;
}

bool
ud_channel_wants_out(const struct ud_channel *c)
{
    return c->first != NULL;
}

/* --- sending ------------------------------------------------------------------------------------------------------------- */

static enum ud_status
gone(struct ud_channel *c, struct ud_error *err)
{
    c->gone = true;
    return ud_error_set(err, UD_OFFLINE, "%s has ended", c->is_worker ? "the console" : "the network process");
}

/* One packet, with `secret` in its place where there is one. UD_PENDING: no room now. */
static enum ud_status
send_packet(
    struct ud_channel *c, uint8_t *packet, size_t length, const unsigned char *secret, size_t secret_length, struct ud_error *err)
{
    struct iovec parts[3] = { { packet, UD_PACKET_HEADER },
        { packet + UD_PACKET_HEADER + secret_length, UD_PACKET_SECRET - secret_length },
        { packet + UD_PACKET_HEADER + UD_PACKET_SECRET, length - UD_PACKET_HEADER - UD_PACKET_SECRET } };
    struct iovec with_secret[4] = { parts[0], { (void *)(uintptr_t)secret, secret_length }, parts[1], parts[2] };
    struct iovec whole = { packet, length };
    struct msghdr h = { .msg_iov = secret != NULL ? with_secret : &whole, .msg_iovlen = secret != NULL ? 4 : 1 };
    ssize_t n;

    do
        n = sendmsg(c->fd, &h, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return UD_OK;
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return UD_PENDING;
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN || errno == ECONNREFUSED)
        return gone(c, err);
    return ud_error_errno(err, "a message cannot be sent");
}

static enum ud_status
queue(struct ud_channel *c, size_t length, struct ud_error *err)
{
    if (c->queue_length == QUEUE_MAX)
        return ud_error_set(err, UD_BUSY, "the other process does not read its messages");
    struct queued *q = malloc(sizeof(*q) + length);
    if (q == NULL)
        return ud_error_set(err, UD_NOMEM, "no memory for a message");
    q->next = NULL;
    q->length = length;
    memcpy(q->packet, c->out, length);
    *c->last = q;
    c->last = &q->next;
    c->queue_length++;
    return UD_OK;
}

enum ud_status
ud_channel_flush(struct ud_channel *c, struct ud_error *err)
{
    while (c->first != NULL) {
        enum ud_status st = send_packet(c, c->first->packet, c->first->length, NULL, 0, err);
        if (st == UD_PENDING)
            return UD_OK;
        if (st != UD_OK)
            return st;
        drop_first(c);
    }
    return UD_OK;
}

/* What is queued first, then the packet with its secret, within SECRET_WAIT. */
static enum ud_status
send_secret(struct ud_channel *c, size_t length, struct ud_secret *secret, struct ud_error *err)
{
    ud_msec end = ud_clock_now() + SECRET_WAIT;
    size_t n = ud_secret_length(secret);

    c->out[2] = (uint8_t)n;
    for (;;) {
        enum ud_status st = ud_channel_flush(c, err);
        if (st == UD_OK && c->first == NULL) {
            st = send_packet(c, c->out, length, ud_secret_open(secret), n, err);
            ud_secret_close(secret);
        } else if (st == UD_OK) {
            st = UD_PENDING;
        }
        if (st != UD_PENDING)
            return st;
        ud_msec left = end - ud_clock_now();
        struct pollfd p = { .fd = c->fd, .events = POLLOUT };
        if (left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
            return ud_error_set(err, UD_TIMEOUT, "the other process does not read its messages");
    }
}

enum ud_status
ud_channel_send(struct ud_channel *c, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    size_t length;
    enum ud_status st;

    assert((m->type >= UD_MSG_READY) == c->is_worker);
    if ((m->type == UD_MSG_RESUME) != (secret != NULL))
        return ud_error_set(err, UD_INVALID, "this message has no secret part, or lacks it");
    if (c->gone)
        return gone(c, err);
    if (secret != NULL && (ud_secret_length(secret) == 0 || ud_secret_length(secret) > UD_PACKET_SECRET))
        return ud_error_set(err, UD_INVALID, "the secret part of a message has the wrong length");
    if ((st = ud_message_encode(c->out, &length, m, err)) != UD_OK)
        return st;
    if (secret != NULL)
        return send_secret(c, length, secret, err);
    if ((st = ud_channel_flush(c, err)) != UD_OK)
        return st;
    st = c->first == NULL ? send_packet(c, c->out, length, NULL, 0, err) : UD_PENDING;
    return st == UD_PENDING ? queue(c, length, err) : st;
}

/* --- receiving ----------------------------------------------------------------------------------------------------------- */

/* Reads one packet into c->in; the place of the secret part goes to `secret` where this end has one. */
static enum ud_status
read_packet(struct ud_channel *c, unsigned char *secret, size_t *length, struct ud_error *err)
{
    const size_t front = UD_PACKET_HEADER + UD_PACKET_SECRET;
    struct iovec parts[3] = { { c->in, UD_PACKET_HEADER }, { secret, UD_PACKET_SECRET },
        { c->in + front, UD_PACKET_MAX - front } };
    struct iovec whole = { c->in, UD_PACKET_MAX };
    struct msghdr h = { .msg_iov = secret != NULL ? parts : &whole, .msg_iovlen = secret != NULL ? 3 : 1 };
    ssize_t n;

    do
        n = recvmsg(c->fd, &h, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return UD_NOTFOUND;
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return gone(c, err);
    if (n < 0)
        return ud_error_errno(err, "a message cannot be read");
    if ((h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return ud_error_set(err, UD_MALFORMED, "the other process sent a message that is not valid: its length");
    *length = (size_t)n;
    return UD_OK;
}

enum ud_status
ud_channel_receive(struct ud_channel *c, struct ud_msg *m, struct ud_secret **secret, struct ud_error *err)
{
    size_t length = 0;
    enum ud_status st;

    *secret = NULL;
    if (c->is_worker && c->spare == NULL && (st = ud_secret_new(&c->spare, UD_PACKET_SECRET, err)) != UD_OK)
        return st;
    st = read_packet(c, c->is_worker ? ud_secret_open_write(c->spare) : NULL, &length, err);
    if (c->is_worker)
        ud_secret_close(c->spare);
    if (st != UD_OK)
        return st;
    if ((st = ud_message_decode(m, c->in, length, !c->is_worker, err)) != UD_OK)
        return st;
    if (!c->is_worker)
        return UD_OK;
    size_t n = c->in[2]; /* checked by the decoder */
    ud_secret_set_length(c->spare, UD_PACKET_SECRET);
    ud_secret_truncate(c->spare, n);
    if (m->type == UD_MSG_RESUME && n == 0)
        return ud_error_set(err, UD_MALFORMED, "the other process sent a message that is not valid: its secret part is missing");
    if (n > 0) {
        *secret = c->spare;
        c->spare = NULL;
    }
    return UD_OK;
}
