#include "tests/support/http_server.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define REQUESTS_MAX    4096
#define CONNECTIONS_MAX 256

struct test_connection {
    struct test_server *server;
    int fd;
    unsigned number;
    pthread_t thread;
};

struct test_server {
    char directory[64], path[96], url[112];
    int fd;
    test_answer answer;
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    struct test_request *requests;
    unsigned count;
    struct test_connection connections[CONNECTIONS_MAX];
    unsigned connection_count;
};

/* --- one connection ---------------------------------------------------------------------------------------------------------- */

void
test_send(struct test_connection *c, const void *bytes, size_t length)
{
    const char *at = bytes;

    while (length > 0 && c->fd >= 0) {
        ssize_t n = send(c->fd, at, length, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        at += n;
        length -= (size_t)n;
    }
}

void
test_send_text(struct test_connection *c, const char *text)
{
    test_send(c, text, strlen(text));
}

void
test_reply(struct test_connection *c, int code, const char *headers, const char *body)
{
    char head[1024];

    snprintf(head, sizeof(head), "HTTP/1.1 %d Answer\r\n%sContent-Length: %zu\r\n\r\n", code, headers, strlen(body));
    test_send_text(c, head);
    test_send_text(c, body);
}

void
test_reply_json(struct test_connection *c, int code, const char *body)
{
    test_reply(c, code, "Content-Type: application/json\r\n", body);
}

void
test_close(struct test_connection *c)
{
    if (c->fd >= 0)
        shutdown(c->fd, SHUT_RDWR);
}

void
test_wait_for_close(struct test_connection *c, int ms)
{
    struct pollfd p = { .fd = c->fd, .events = POLLRDHUP };

    (void)poll(&p, 1, ms);
}

void
test_header(char *out, size_t size, const struct test_request *r, const char *name)
{
    size_t n = strlen(name);

    out[0] = '\0';
    for (const char *line = strchr(r->headers, '\n'); line != NULL; line = strchr(line, '\n')) {
        line++;
        if (strncasecmp(line, name, n) != 0 || line[n] != ':')
            continue;
        line += n + 1;
        line += strspn(line, " ");
        snprintf(out, size, "%.*s", (int)strcspn(line, "\r\n"), line);
        return;
    }
}

static bool
read_head(struct test_connection *c, struct test_request *r)
{
    size_t n = 0;

    memset(r, 0, sizeof(*r));
    while (n + 1 < sizeof(r->headers)) {
        if (recv(c->fd, r->headers + n, 1, 0) != 1)
            return false;
        n++;
        if (n >= 4 && memcmp(r->headers + n - 4, "\r\n\r\n", 4) == 0)
            return sscanf(r->headers, "%7s %2047s", r->method, r->path) == 2;
    }
    return false;
}

static bool
read_body(struct test_connection *c, struct test_request *r)
{
    char length[32];
    size_t want, have = 0;

    test_header(length, sizeof(length), r, "Content-Length");
    want = strtoul(length, NULL, 10);
    if (want >= sizeof(r->body))
        return false;
    while (have < want) {
        ssize_t n = recv(c->fd, r->body + have, want - have, 0);
        if (n <= 0)
            return false;
        have += (size_t)n;
    }
    return true;
}

static void *
serve(void *arg)
{
    struct test_connection *c = arg;
    struct test_server *s = c->server;
    struct test_request *r = calloc(1, sizeof(*r));

    while (r != NULL && read_head(c, r) && read_body(c, r)) {
        r->connection = c->number;
        pthread_mutex_lock(&s->lock);
        if (s->count < REQUESTS_MAX)
            s->requests[s->count++] = *r;
        pthread_mutex_unlock(&s->lock);
        s->answer(c, r, s->arg);
    }
    free(r);
    shutdown(c->fd, SHUT_RDWR);
    return NULL;
}

/* --- the server ---------------------------------------------------------------------------------------------------------------- */

static void *
accept_all(void *arg)
{
    struct test_server *s = arg;

    for (;;) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0 || s->connection_count == CONNECTIONS_MAX)
            return NULL;
        struct test_connection *c = &s->connections[s->connection_count++];
        c->server = s;
        c->fd = fd;
        c->number = s->connection_count;
        pthread_create(&c->thread, NULL, serve, c);
    }
}

struct test_server *
test_server_start(test_answer answer, void *arg)
{
    struct test_server *s = calloc(1, sizeof(*s));
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    s->requests = calloc(REQUESTS_MAX, sizeof(*s->requests));
    s->answer = answer;
    s->arg = arg;
    pthread_mutex_init(&s->lock, NULL);
    strcpy(s->directory, "/tmp/unlockdesk-test-XXXXXX");
    if (mkdtemp(s->directory) == NULL)
        abort();
    snprintf(s->path, sizeof(s->path), "%s/s", s->directory);
    snprintf(s->url, sizeof(s->url), "unix://%s", s->path);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", s->path);
    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s->fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(s->fd, 64) != 0)
        abort();
    pthread_create(&s->thread, NULL, accept_all, s);
    return s;
}

void
test_server_stop(struct test_server **ps)
{
    struct test_server *s = *ps;

    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
    for (unsigned i = 0; i < s->connection_count; i++) {
        shutdown(s->connections[i].fd, SHUT_RDWR);
        pthread_join(s->connections[i].thread, NULL);
        close(s->connections[i].fd);
    }
    unlink(s->path);
    rmdir(s->directory);
    pthread_mutex_destroy(&s->lock);
    free(s->requests);
    free(s);
    *ps = NULL;
}

const char *
test_server_url(const struct test_server *s)
{
    return s->url;
}

unsigned
test_server_count(struct test_server *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned n = s->count;
    pthread_mutex_unlock(&s->lock);
    return n;
}

struct test_request
test_server_request(struct test_server *s, unsigned index)
{
    struct test_request r = { .method = "" };

    pthread_mutex_lock(&s->lock);
    if (index < s->count)
        r = s->requests[index];
    pthread_mutex_unlock(&s->lock);
    return r;
}

unsigned
test_server_count_of(struct test_server *s, const char *part)
{
    unsigned n = 0;

    pthread_mutex_lock(&s->lock);
    for (unsigned i = 0; i < s->count; i++)
        n += strstr(s->requests[i].path, part) != NULL;
    pthread_mutex_unlock(&s->lock);
    return n;
}
