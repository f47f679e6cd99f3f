/* One epoll loop, OpenSSL, and as little per answer as can be: the generator shares the machine with what it measures. */
#include "bench_load.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench_common.h"

#define ROOM        8192
#define SAMPLES_MAX ((size_t)4 * 1024 * 1024)

struct connection {
    int fd;
    SSL *tls;
    char in[ROOM], out[ROOM];
    size_t got, length, written;
    double sent;
};

struct run {
    const struct ud_load *load;
    struct ud_load_result *result;
    struct connection *connection;
    double *sample;
    size_t samples;
    double from, until;
};

static void
give_up(const char *what)
{
    fprintf(stderr, "bench_load: %s\n", what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static int
connect_to(const char *port)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((unsigned short)atoi(port));
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        give_up("the server cannot be reached");
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return fd;
}

static int
connect_unix(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
        give_up("the server cannot be reached");
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

static void
open_connection(struct connection *c, const struct ud_load *load, SSL_CTX *context)
{
    if (load->socket != NULL) {
        c->fd = connect_unix(load->socket);
        return;
    }
    c->fd = connect_to(load->port);
    c->tls = SSL_new(context);
    if (c->tls == NULL || SSL_set_fd(c->tls, c->fd) != 1 || SSL_set1_host(c->tls, "localhost") != 1 || SSL_connect(c->tls) != 1)
        give_up("no TLS with the server");
    (void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

/* Bytes written or read; 0: not now. */
static size_t
put(struct connection *c, const char *bytes, size_t length)
{
    ssize_t n = c->tls != NULL ? SSL_write(c->tls, bytes, (int)length) : send(c->fd, bytes, length, MSG_NOSIGNAL);

    if (n <= 0 && (c->tls != NULL ? SSL_get_error(c->tls, (int)n) != SSL_ERROR_WANT_WRITE : errno != EAGAIN))
        give_up("the server hung up");
    return n > 0 ? (size_t)n : 0;
}

static size_t
take(struct connection *c, char *bytes, size_t room)
{
    ssize_t n = c->tls != NULL ? SSL_read(c->tls, bytes, (int)room) : recv(c->fd, bytes, room, 0);

    if (n <= 0 && (c->tls != NULL ? SSL_get_error(c->tls, (int)n) != SSL_ERROR_WANT_READ : n == 0 || errno != EAGAIN))
        give_up("the server hung up");
    return n > 0 ? (size_t)n : 0;
}

static void
flush_out(struct connection *c)
{
    while (c->written < c->length)
        c->written += put(c, c->out + c->written, c->length - c->written);
}

static void
send_next(struct run *r, struct connection *c)
{
    c->length = r->load->next(c->out, sizeof(c->out), r->load->arg);
    c->written = 0;
    c->sent = ud_bench_now();
    flush_out(c);
}

/* Bytes of the answer at the start of c->in; 0: not all there. */
static size_t
answer_length(struct connection *c)
{
    c->in[c->got] = '\0';
    char *end = strstr(c->in, "\r\n\r\n"), *length = strcasestr(c->in, "\ncontent-length:");
    size_t all;

    if (end == NULL)
        return 0;
    all = (size_t)(end + 4 - c->in) + (length != NULL && length < end ? strtoul(length + 16, NULL, 10) : 0);
    if (all >= sizeof(c->in))
        give_up("an answer is longer than expected");
    return c->got >= all ? all : 0;
}

static void
take_answer(struct run *r, struct connection *c, size_t length)
{
    double now = ud_bench_now();
    int status = atoi(c->in + 9);

    if (status != r->load->wanted && r->result->refused++ == 0)
        fprintf(stderr, "bench_load: %.*s\n", (int)length, c->in);
    if (now >= r->from && now < r->until && status == r->load->wanted && r->samples < SAMPLES_MAX)
        r->sample[r->samples++] = now - c->sent;
    r->result->bytes = length;
    memmove(c->in, c->in + length, c->got - length);
    c->got -= length;
    if (now < r->until)
        send_next(r, c);
}

static void
readable(struct run *r, struct connection *c)
{
    size_t length, n;

    while ((n = take(c, c->in + c->got, sizeof(c->in) - 1 - c->got)) > 0) {
        c->got += n;
        if ((length = answer_length(c)) > 0)
            take_answer(r, c, length);
        if (c->tls == NULL)
            return; /* the loop comes back where there is more; asking costs a system call */
    }
}

static void
drive(struct run *r)
{
    struct epoll_event event[64];
    int loop = epoll_create1(EPOLL_CLOEXEC);

    for (unsigned i = 0; i < r->load->connections; i++) {
        struct epoll_event e = { .events = EPOLLIN, .data.ptr = &r->connection[i] };
        if (epoll_ctl(loop, EPOLL_CTL_ADD, r->connection[i].fd, &e) != 0)
            give_up("epoll");
        send_next(r, &r->connection[i]);
    }
    while (ud_bench_now() < r->until) {
        int n = epoll_wait(loop, event, 64, 100);
        for (int i = 0; i < n; i++)
            readable(r, event[i].data.ptr);
    }
    close(loop);
}

static void
summarise(struct run *r)
{
    if (r->samples == 0)
        give_up("nothing was answered");
    r->result->answered = r->samples;
    r->result->rate = (double)r->samples / r->load->seconds;
    r->result->p50 = ud_bench_median(r->sample, r->samples); /* sorts */
    r->result->p99 = r->sample[r->samples * 99 / 100];
    r->result->longest = r->sample[r->samples - 1];
}

void
ud_load_run(struct ud_load_result *out, const struct ud_load *load)
{
    struct run r = { .load = load, .result = out };
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());

    memset(out, 0, sizeof(*out));
    if (load->socket == NULL && (context == NULL || SSL_CTX_load_verify_locations(context, load->ca, NULL) != 1))
        give_up("the certificate authority cannot be read");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    r.connection = calloc(load->connections, sizeof(*r.connection));
    r.sample = malloc(SAMPLES_MAX * sizeof(*r.sample));
    if (r.connection == NULL || r.sample == NULL)
        give_up("out of memory");
    for (unsigned i = 0; i < load->connections; i++)
        open_connection(&r.connection[i], load, context);
    r.from = ud_bench_now() + load->seconds * 200;
    r.until = r.from + load->seconds * 1000;
    drive(&r);
    summarise(&r);
    for (unsigned i = 0; i < load->connections; i++) {
        SSL_free(r.connection[i].tls);
        close(r.connection[i].fd);
    }
    free(r.connection);
    free(r.sample);
    SSL_CTX_free(context);
}
