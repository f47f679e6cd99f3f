#include "tests/support/relay.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define CONNECTIONS 256
#define REQUESTS    1024
#define HEAD_MAX    16384
#define BODY_MAX    65536
#define KEPT_MAX    ((size_t)8 * 1024 * 1024)

struct connection {
    struct ud_relay *relay;
    pthread_t thread;
    int client, service;
};

struct ud_relay {
    char dir[64], url[96];
    struct sockaddr_un here, upstream;
    int fd;
    pthread_t thread;
    pthread_mutex_t lock;
    struct connection connection[CONNECTIONS];
    size_t connections;
    char line[REQUESTS][640]; /* next links are long */
    size_t requests;
    char part[96];
    ud_relay_answer answer;
    void *arg;
    char *kept;
    size_t length;
};

static bool
send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        length -= (size_t)n;
    }
    return true;
}

static bool
read_request(int fd, char *head, char *body)
{
    size_t n = 0, want = 0, have = 0;

    body[0] = '\0';
    do {
        if (n + 1 >= HEAD_MAX || recv(fd, head + n, 1, 0) != 1)
            return false;
        head[++n] = '\0';
    } while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0);
    const char *length = strcasestr(head, "\r\ncontent-length:");
    if (length != NULL)
        want = strtoul(length + strlen("\r\ncontent-length:"), NULL, 10);
    while (want < BODY_MAX && have < want) {
        ssize_t got = recv(fd, body + have, want - have, 0);
        if (got <= 0)
            return false;
        have += (size_t)got;
    }
    body[have] = '\0';
    return want < BODY_MAX;
}

/* Notes the request, and says who answers it. */
static ud_relay_answer
who_answers(struct ud_relay *r, const char *head, void **arg)
{
    ud_relay_answer answer = NULL;

    (void)pthread_mutex_lock(&r->lock);
    if (r->requests < REQUESTS)
        (void)snprintf(
            r->line[r->requests++], sizeof(r->line[0]), "%.*s", (int)strcspn(head, "\r\n") % (int)sizeof(r->line[0]), head);
    if (r->answer != NULL && strstr(head, r->part) != NULL && strstr(head, r->part) < strchr(head, '\r')) {
        answer = r->answer;
        *arg = r->arg;
    }
    (void)pthread_mutex_unlock(&r->lock);
    return answer;
}

static void
keep(struct ud_relay *r, const char *bytes, size_t length)
{
    (void)pthread_mutex_lock(&r->lock);
    if (r->length + length < KEPT_MAX) {
        memcpy(r->kept + r->length, bytes, length);
        r->length += length;
    }
    (void)pthread_mutex_unlock(&r->lock);
}

/* One request from the client. False: the connection ends. */
static bool
from_client(struct connection *c, char *head, char *body)
{
    void *arg = NULL;
    ud_relay_answer answer;

    if (!read_request(c->client, head, body))
        return false;
    if ((answer = who_answers(c->relay, head, &arg)) != NULL) {
        answer(c->client, head, body, arg);
        return false;
    }
    return send_all(c->service, head, strlen(head)) && send_all(c->service, body, strlen(body));
}

static void *
pass_on(void *arg)
{
    struct connection *c = arg;
    char *head = malloc(HEAD_MAX), *body = malloc(BODY_MAX), piece[16384];
    bool open = head != NULL && body != NULL;

    while (open) {
        struct pollfd p[2] = { { c->client, POLLIN, 0 }, { c->service, POLLIN, 0 } };
        if (poll(p, 2, -1) < 0)
            break;
        if (p[0].revents != 0)
            open = from_client(c, head, body);
        if (open && p[1].revents != 0) {
            ssize_t n = recv(c->service, piece, sizeof(piece), 0);
            open = n > 0 && send_all(c->client, piece, (size_t)n);
            if (n > 0)
                keep(c->relay, piece, (size_t)n);
        }
    }
    (void)shutdown(c->client, SHUT_RDWR);
    (void)shutdown(c->service, SHUT_RDWR);
    free(head);
    free(body);
    return NULL;
}

static void *
accept_all(void *arg)
{
    struct ud_relay *r = arg;

    while (r->connections < CONNECTIONS) {
        struct connection *c = &r->connection[r->connections];
        c->relay = r;
        if ((c->client = accept4(r->fd, NULL, NULL, SOCK_CLOEXEC)) < 0)
            return NULL;
        c->service = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        (void)connect(c->service, (struct sockaddr *)&r->upstream, sizeof(r->upstream));
        if (pthread_create(&c->thread, NULL, pass_on, c) != 0)
            return NULL;
        r->connections++;
    }
    return NULL;
}

struct ud_relay *
ud_relay_start(const char *upstream_socket)
{
    struct ud_relay *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    (void)snprintf(r->dir, sizeof(r->dir), "/tmp/ud-relay-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    r->kept = malloc(KEPT_MAX);
    assert_non_null(r->kept);
    r->here.sun_family = r->upstream.sun_family = AF_UNIX;
    (void)snprintf(r->here.sun_path, sizeof(r->here.sun_path), "%s/s", r->dir);
    (void)snprintf(r->upstream.sun_path, sizeof(r->upstream.sun_path), "%s", upstream_socket);
    (void)snprintf(r->url, sizeof(r->url), "unix://%s/s", r->dir);
    (void)pthread_mutex_init(&r->lock, NULL);
    r->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->fd, (struct sockaddr *)&r->here, sizeof(r->here)), 0);
    assert_int_equal(listen(r->fd, 32), 0);
    assert_int_equal(pthread_create(&r->thread, NULL, accept_all, r), 0);
    return r;
}

void
ud_relay_stop(struct ud_relay **at)
{
    struct ud_relay *r = *at;

    if (r == NULL)
        return;
    (void)shutdown(r->fd, SHUT_RDWR);
    (void)pthread_join(r->thread, NULL);
    for (size_t i = 0; i < r->connections; i++) {
        (void)shutdown(r->connection[i].client, SHUT_RDWR);
        (void)shutdown(r->connection[i].service, SHUT_RDWR);
        (void)pthread_join(r->connection[i].thread, NULL);
        (void)close(r->connection[i].client);
        (void)close(r->connection[i].service);
    }
    (void)close(r->fd);
    (void)unlink(r->here.sun_path);
    (void)rmdir(r->dir);
    explicit_bzero(r->kept, KEPT_MAX);
    free(r->kept);
    free(r);
    *at = NULL;
}

const char *
ud_relay_url(const struct ud_relay *r)
{
    return r->url;
}

void
ud_relay_intercept(struct ud_relay *r, const char *part, ud_relay_answer answer, void *arg)
{
    (void)pthread_mutex_lock(&r->lock);
    (void)snprintf(r->part, sizeof(r->part), "%s", part);
    r->answer = answer;
    r->arg = arg;
    (void)pthread_mutex_unlock(&r->lock);
}

unsigned
ud_relay_count(struct ud_relay *r, const char *part)
{
    unsigned n = 0;

    (void)pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->requests; i++)
        n += strstr(r->line[i], part) != NULL;
    (void)pthread_mutex_unlock(&r->lock);
    return n;
}

bool
ud_relay_member(char *out, size_t size, struct ud_relay *r, const char *name)
{
    char mark[96];
    const char *found = NULL, *end;
    size_t left;

    (void)snprintf(mark, sizeof(mark), "\"%s\":\"", name);
    (void)pthread_mutex_lock(&r->lock);
    for (const char *at = r->kept; (at = memmem(at, r->length - (size_t)(at - r->kept), mark, strlen(mark))) != NULL; at++)
        found = at + strlen(mark);
    left = found != NULL ? r->length - (size_t)(found - r->kept) : 0;
    end = found != NULL ? memchr(found, '"', left) : NULL;
    if (end != NULL)
        (void)snprintf(out, size, "%.*s", (int)(end - found), found);
    (void)pthread_mutex_unlock(&r->lock);
    return end != NULL;
}
