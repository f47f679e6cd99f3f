/* The floor of escrowd: libmicrohttpd with escrowd's own options and TLS settings, answering every request with the same body.
 *
 *     floor_http PORT CERTIFICATE KEY BODY-BYTES      until standard input ends
 *     floor_http SOCKET BODY-BYTES                    the same on a Unix socket, without TLS */
#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct answer {
    size_t length;
    char body[4096];
};

static enum MHD_Result
on_request(void *arg, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *upload, size_t *upload_size, void **state)
{
    struct answer *a = arg;
    struct MHD_Response *response;

    (void)url, (void)method, (void)version, (void)upload;
    if (*state == NULL) {
        *state = a;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    response = MHD_create_response_from_buffer(a->length, a->body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

static char *
whole_file(const char *path)
{
    static const size_t room = 16384;
    char *text = calloc(1, room);
    FILE *in = fopen(path, "r");

    if (text == NULL || in == NULL || fread(text, 1, room - 1, in) == 0) {
        fprintf(stderr, "floor_http: %s cannot be read\n", path);
        exit(1);
    }
    fclose(in);
    return text;
}

#define OPTIONS                                                                                                                  \
    MHD_OPTION_CONNECTION_LIMIT, 512u, MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,                   \
        (size_t)24 * 1024, MHD_OPTION_STRICT_FOR_CLIENT, 1
#define FLAGS (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO)

static struct MHD_Daemon *
start_tls(struct answer *a, char **argv)
{
    static char *cert, *key;

    cert = whole_file(argv[2]), key = whole_file(argv[3]);
    return MHD_start_daemon(FLAGS | MHD_USE_TLS, (uint16_t)atoi(argv[1]), NULL, NULL, on_request, a, OPTIONS,
        MHD_OPTION_HTTPS_MEM_CERT, cert, MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_PRIORITIES,
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_END);
}

static struct MHD_Daemon *
start_unix(struct answer *a, const char *path)
{
    struct sockaddr_un where = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    snprintf(where.sun_path, sizeof(where.sun_path), "%s", path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where)) != 0 || listen(fd, 128) != 0)
        return NULL;
    return MHD_start_daemon(FLAGS, 0, NULL, NULL, on_request, a, OPTIONS, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END);
}

int
main(int argc, char **argv)
{
    static struct answer a;
    char wait;

    if (argc != 5 && argc != 3) {
        fprintf(stderr, "usage: floor_http PORT CERTIFICATE KEY BODY-BYTES, or floor_http SOCKET BODY-BYTES\n");
        return 2;
    }
    a.length = strtoul(argv[argc - 1], NULL, 10) % sizeof(a.body);
    memset(a.body, ' ', sizeof(a.body));
    struct MHD_Daemon *d = argc == 5 ? start_tls(&a, argv) : start_unix(&a, argv[1]);
    if (d == NULL) {
        fprintf(stderr, "floor_http: the server does not start\n");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (read(0, &wait, 1) > 0)
        ;
    MHD_stop_daemon(d);
    return 0;
}
