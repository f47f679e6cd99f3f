#include "channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

#define QUEUE_MAX   64u
#define SECRET_WAIT 1000
#define BUFFER_SIZE (1 << 20)
#define SECRET_AT   4u /* offset of the secret part's length in the header */

struct waiting {
    uint8_t *packet;
    size_t length;
};

struct ud_channel {
    int fd;
    bool is_worker;
    struct waiting queue[QUEUE_MAX];
    unsigned first, count;
    struct ud_secret *landing; /* worker: where the next packet's secret part goes */
    uint8_t out[UD_PACKET_MAX];
    uint8_t in[UD_PACKET_MAX];
};

enum ud_status
ud_channel_pair(int fd[2], struct ud_error *err)
{
    const int size = BUFFER_SIZE;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd) != 0)
        return ud_error_errno(err, "A socket pair cannot be made");
    for (int i = 0; i < 2; i++)
        (void)setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    return UD_OK;
}

enum ud_status
ud_channel_new(struct ud_channel **out, int fd, bool is_worker, struct ud_error *err)
{
    struct ud_channel *c = ud_xcalloc(1, sizeof(*c));
    int flags = fcntl(fd, F_GETFL);

    *out = NULL;
    c->fd = fd;
    c->is_worker = is_worker;
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        enum ud_status st = ud_error_errno(err, "The socket between console and worker");
        ud_channel_free(&c);
        return st;
    }
    if (is_worker) {
        enum ud_status st = ud_secret_new(&c->landing, UD_PACKET_SECRET, err);
        if (st != UD_OK) {
            ud_channel_free(&c);
            return st;
        }
    }
    *out = c;
    return UD_OK;
}

void
ud_channel_free(struct ud_channel **c)
{
    if (c == NULL || *c == NULL)
        return;
    for (unsigned i = 0; i < (*c)->count; i++)
        free((*c)->queue[((*c)->first + i) % QUEUE_MAX].packet);
    ud_secret_free(&(*c)->landing);
    (void)close((*c)->fd);
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
    return c->count > 0;
}

static enum ud_status
gone(struct ud_error *err)
{
    return ud_error_set(err, UD_OFFLINE, "The worker process has ended");
}

/* UD_BUSY: the socket is full now. */
static enum ud_status
send_now(struct ud_channel *c, const struct msghdr *m, struct ud_error *err)
{
    ssize_t n;

    do
        n = sendmsg(c->fd, m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return UD_OK;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? UD_BUSY : gone(err);
}

static enum ud_status
send_plain(struct ud_channel *c, const uint8_t *packet, size_t length, struct ud_error *err)
{
    struct iovec part = { (void *)(uintptr_t)packet, length };
    const struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

    return send_now(c, &m, err);
}

enum ud_status
ud_channel_flush(struct ud_channel *c, struct ud_error *err)
{
    while (c->count > 0) {
        struct waiting *w = &c->queue[c->first];
        enum ud_status st = send_plain(c, w->packet, w->length, err);
        if (st == UD_BUSY)
            return UD_OK;
        if (st != UD_OK)
            return st;
        free(w->packet);
        c->first = (c->first + 1) % QUEUE_MAX;
        c->count--;
    }
    return UD_OK;
}

static enum ud_status
enqueue(struct ud_channel *c, size_t length, struct ud_error *err)
{
    if (c->count == QUEUE_MAX)
        return ud_error_set(err, UD_BUSY, "Too much is waiting to be read by the other process");
    struct waiting *w = &c->queue[(c->first + c->count) % QUEUE_MAX];
    w->packet = ud_xcalloc(1, length);
    w->length = length;
    memcpy(w->packet, c->out, length);
    c->count++;
    return UD_OK;
}

/* The secret goes from its guarded pages into the socket; the packet buffer never holds it. */
static enum ud_status
send_secret(struct ud_channel *c, size_t length, struct ud_secret *secret, struct ud_error *err)
{
    static const uint8_t zero[UD_PACKET_SECRET];
    size_t part = ud_secret_length(secret);
    ud_msec deadline = ud_clock_now() + SECRET_WAIT;
    enum ud_status st;

    if (part == 0 || part > UD_PACKET_SECRET)
        return ud_error_set(err, UD_INVALID, "The secret part of a message is too long");
    c->out[SECRET_AT] = (uint8_t)part;
    struct iovec v[4] = { { c->out, UD_PACKET_HEADER }, { (void *)(uintptr_t)ud_secret_open(secret), part },
        { (void *)(uintptr_t)zero, UD_PACKET_SECRET - part },
        { c->out + UD_PACKET_HEADER + UD_PACKET_SECRET, length - UD_PACKET_HEADER - UD_PACKET_SECRET } };
    const struct msghdr m = { .msg_iov = v, .msg_iovlen = 4 };
    while ((st = ud_channel_flush(c, err)) == UD_OK) {
        st = c->count > 0 ? UD_BUSY : send_now(c, &m, err);
        struct pollfd p = { .fd = c->fd, .events = POLLOUT };
        ud_msec left = deadline - ud_clock_now();
        if (st != UD_BUSY)
            break;
        if (left <= 0) {
            st = ud_error_set(err, UD_TIMEOUT, "The worker process does not take messages");
            break;
        }
        (void)poll(&p, 1, (int)left);
    }
    ud_secret_close(secret);
    return st;
}

enum ud_status
ud_channel_send(struct ud_channel *c, const struct ud_msg *m, struct ud_secret *secret, struct ud_error *err)
{
    size_t length;
    enum ud_status st;

    if ((secret != NULL) != (m->type == UD_MSG_RESUME))
        return ud_error_set(err, UD_INVALID, "This message has no secret part, or lacks it");
    if ((st = ud_message_encode(c->out, &length, m, err)) != UD_OK)
        return st;
    if (secret != NULL)
        return send_secret(c, length, secret, err);
    if ((st = ud_channel_flush(c, err)) != UD_OK)
        return st;
    st = c->count > 0 ? UD_BUSY : send_plain(c, c->out, length, err);
    return st == UD_BUSY ? enqueue(c, length, err) : st;
}

/* --- receiving ----------------------------------------------------------------------------------------------------------- */

static enum ud_status
receive_into(struct ud_channel *c, struct iovec *part, size_t parts, size_t *length, struct ud_error *err)
{
    struct msghdr m = { .msg_iov = part, .msg_iovlen = parts };
    ssize_t n;

    do
        n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return UD_NOTFOUND;
    if (n <= 0)
        return gone(err);
    if ((m.msg_flags & MSG_TRUNC) != 0)
        return ud_error_set(err, UD_MALFORMED, "A message between console and worker is too long");
    *length = (size_t)n;
    return UD_OK;
}

/* Towards the worker the secret part lands in guarded pages; its place in the packet stays zero. */
static enum ud_status
receive_requests(struct ud_channel *c, size_t *length, struct ud_error *err)
{
    const size_t body = UD_PACKET_HEADER + UD_PACKET_SECRET;
    struct iovec part[3] = { { c->in, UD_PACKET_HEADER }, { ud_secret_open_write(c->landing), UD_PACKET_SECRET },
        { c->in + body, UD_PACKET_MAX - body } };
    enum ud_status st = receive_into(c, part, 3, length, err);

    ud_secret_close(c->landing);
    return st;
}

static enum ud_status
take_secret(struct ud_channel *c, struct ud_secret **secret, struct ud_error *err)
{
    size_t part = c->in[SECRET_AT];

    ud_secret_set_length(c->landing, part);
    if (part == 0)
        return UD_OK;
    *secret = c->landing;
    c->landing = NULL;
    return ud_secret_new(&c->landing, UD_PACKET_SECRET, err);
}

enum ud_status
ud_channel_receive(struct ud_channel *c, struct ud_msg *m, struct ud_secret **secret, struct ud_error *err)
{
    struct iovec whole = { c->in, UD_PACKET_MAX };
    size_t length = 0;
    enum ud_status st;

    *secret = NULL;
    if (c->is_worker && c->landing == NULL)
        return ud_error_set(err, UD_NOMEM, "No guarded memory is left for the next message");
    st = c->is_worker ? receive_requests(c, &length, err) : receive_into(c, &whole, 1, &length, err);
    if (st != UD_OK)
        return st;
    if ((st = ud_message_decode(m, c->in, length, !c->is_worker, err)) != UD_OK) {
        if (c->landing != NULL)
            ud_secret_wipe(c->landing);
        return st;
    }
    return c->is_worker ? take_secret(c, secret, err) : UD_OK;
}
