/* The only file that talks to libmicrohttpd: connections in, calls out, responses back. Limits are enforced here, before
 * anything is parsed: how many connections, how large, how slow. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

#include "escrowd/front/front_state.h"
#include "escrowd/front/headers.h"
#include "escrowd/front/respond.h"
#include "escrowd/front/route.h"

#define A_MOMENT 2 /* ms the vault is waited for before the connection is suspended */

/* Milliseconds a phase may take. An idle connection is ended by the library after 30 s; the rest is ours, because the library only sees
 * silence, not slowness. */
static const ud_msec phase_limit[] = {
    [UD_PEER_NEW] = 10000,
    [UD_PEER_IDLE] = 45000,
    [UD_PEER_HEADER] = 10000,
    [UD_PEER_BODY] = 20000,
    [UD_PEER_BUSY] = 300000,
};

static struct ud_peer *
peer_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info != NULL ? info->socket_context : NULL;
}

static void
enter_phase(const struct ud_front *f, struct MHD_Connection *connection, enum ud_peer_phase phase)
{
    struct ud_peer *p = peer_of(connection);

    if (p == NULL)
        return;
    p->phase = phase;
    p->since = f->now;
}

/* --- connections ----------------------------------------------------------------------------------------------------- */

/* The socket file is ours alone; who gets past it all the same is told nothing. */
static bool
allowed_peer(int fd, const struct ud_front *f)
{
    struct ucred who = { 0 };
    socklen_t size = sizeof(who);

    if (f->tls)
        return true;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
        return false;
    return who.uid == 0 || who.uid == geteuid();
}

static void
peer_add(struct ud_front *f, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct ud_peer *p = ud_xcalloc(1, sizeof(*p));

    p->fd = info != NULL ? info->connect_fd : -1;
    p->since = ud_clock_now();
    p->next = f->peers;
    if (f->peers != NULL)
        f->peers->previous = p;
    f->peers = p;
    info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    ud_headers_address(p->address, sizeof(p->address), info != NULL ? info->client_addr : NULL);
    if (!allowed_peer(p->fd, f))
        shutdown(p->fd, SHUT_RDWR);
    *context = p;
}

static void
peer_remove(struct ud_front *f, void **context)
{
    struct ud_peer *p = *context;

    if (p == NULL)
        return;
    if (p->previous != NULL)
        p->previous->next = p->next;
    else
        f->peers = p->next;
    if (p->next != NULL)
        p->next->previous = p->previous;
    free(p);
    *context = NULL;
}

static void
on_connection(void *cls, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct ud_front *f = cls;

    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        peer_add(f, connection, context);
    else
        peer_remove(f, context);
}

void
ud_front_http_sweep(struct ud_front *f, ud_msec now)
{
    for (struct ud_peer *p = f->peers; p != NULL; p = p->next) {
        if (now - p->since > phase_limit[p->phase])
            shutdown(p->fd, SHUT_RDWR); /* the library sees the end of the stream and cleans up */
    }
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

static void *
on_request_line(void *cls, const char *uri, struct MHD_Connection *connection)
{
    enter_phase(cls, connection, UD_PEER_HEADER);
    return ud_call_new(cls, uri);
}

static void
on_completed(void *cls, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode why)
{
    struct ud_call *c = *context;

    (void)why;
    enter_phase(cls, connection, UD_PEER_IDLE);
    if (c == NULL)
        return;
    if (c->hot)
        c->front->hot--;
    ud_front_forget(cls, c);
    ud_call_free(&c);
    *context = NULL;
}

/* The headers are complete. What is wrong with them is remembered as the response; the body is read and thrown away first, so
 * that the connection can be used again, unless it is too large for that. */
static enum MHD_Result
begin(struct ud_call *c, struct MHD_Connection *connection, const char *method)
{
    c->headers_seen = true;
    c->connection = connection;
    enter_phase(c->front, connection, UD_PEER_BODY);
    ud_headers_take(c, connection, method, peer_of(connection)->address);
    if (!c->body_too_large)
        return MHD_YES;
    ud_call_error(c, 413, "RequestEntityTooLarge", "The body is larger than this address takes.");
    c->response.close = true;
    return ud_respond(c, connection);
}

/* A piece of the body. The library's copy of a secret is wiped as soon as ours is made. */
static enum MHD_Result
gather(struct ud_call *c, const char *bytes, size_t length)
{
    bool secret = c->route != NULL && c->route->body >= UD_ROUTE_SECRET;
    bool wanted = c->response.status == 0;
    bool fits;

    if (secret && c->secret_body != NULL) {
        fits = !wanted || ud_secret_append(c->secret_body, bytes, length, NULL) == UD_OK;
    } else {
        c->body_length += length;
        fits = c->body_length <= UD_CALL_BODY_MAX;
        if (fits && wanted)
            ud_buf_append(&c->body, bytes, length);
    }
    if (secret)
        explicit_bzero((void *)(uintptr_t)bytes, length);
    return fits && !c->body.failed ? MHD_YES : MHD_NO;
}

/* The request is complete: handle it, or wait for the vault. */
static enum MHD_Result
finish(struct ud_call *c, struct MHD_Connection *connection)
{
    if (!c->handled) {
        c->handled = true;
        enter_phase(c->front, connection, UD_PEER_BUSY);
        if (c->response.status == 0)
            c->route->handle(c);
        if (c->waiting) {
            c->front->hot++; /* most answers are there in a moment: suspending costs more than asking again */
            c->hot = true;
            c->asked = c->front->now;
        }
    }
    if (c->hot && c->waiting && c->front->now - c->asked < A_MOMENT)
        return MHD_YES;
    if (c->hot) {
        c->front->hot--;
        c->hot = false;
    }
    if (c->waiting) {
        MHD_suspend_connection(connection);
        c->suspended = true;
        return MHD_YES;
    }
    if (c->response.status == 0)
        ud_call_error(c, 500, "generalException", "The service has no answer to this.");
    return ud_respond(c, connection);
}

static enum MHD_Result
on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_size, void **context)
{
    struct ud_call *c = *context;

    (void)cls;
    (void)url;
    (void)version;
    if (c == NULL)
        return MHD_NO;
    if (!c->headers_seen)
        return begin(c, connection, method);
    if (*upload_size > 0) {
        enum MHD_Result result = gather(c, upload, *upload_size);
        *upload_size = 0;
        return result;
    }
    return finish(c, connection);
}

void
ud_front_http_resume(struct ud_front *f, struct ud_call *c)
{
    if (!c->suspended)
        return;
    c->suspended = false;
    f->resumed++;
    MHD_resume_connection(c->connection);
}

/* --- start ----------------------------------------------------------------------------------------------------------- */

enum ud_status
ud_front_http_start(struct ud_front *f, int listen_fd, const char *cert, struct ud_secret *key, struct ud_error *err)
{
    unsigned connections = f->config->connections != 0 ? f->config->connections : 512;
    unsigned each = f->config->connections_per_address != 0 ? f->config->connections_per_address : 32;
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | (f->tls ? MHD_USE_TLS : 0u);
    struct MHD_OptionItem tls[] = {
        { MHD_OPTION_END, 0, NULL },
        { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
        { MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
        { MHD_OPTION_END, 0, NULL },
    };

    if (f->tls) {
        tls[0].option = MHD_OPTION_HTTPS_MEM_KEY;
        tls[0].ptr_value = (void *)(uintptr_t)ud_secret_open(key); /* the file ends with a NUL of ours */
    }
    f->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, f, MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, each, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)24 * 1024, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
        1, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, f, MHD_OPTION_NOTIFY_COMPLETED, on_completed, f,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, f, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
    if (f->tls)
        ud_secret_close(key);
    if (f->daemon != NULL)
        return UD_OK;
    (void)ud_error_set(err, UD_CONFIG, "The HTTP server could not be started%s.", f->tls ? " with this certificate and key" : "");
    return ud_error_hint(err, "Check that the key belongs to the certificate and that enough files may be open (ulimit -n).");
}
