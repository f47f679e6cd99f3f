/* The floor of escrowd: libmicrohttpd with escrowd's own options and TLS settings, answering every GET with the same body.
 *
 *     floor_http PORT CERTIFICATE KEY BODY-BYTES      until standard input ends */
#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
    *upload_size = 0;
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

int
main(int argc, char **argv)
{
    static struct answer a;
    char wait;

    if (argc != 5) {
        fprintf(stderr, "usage: floor_http PORT CERTIFICATE KEY BODY-BYTES\n");
        return 2;
    }
    a.length = strtoul(argv[4], NULL, 10) % sizeof(a.body);
    memset(a.body, ' ', sizeof(a.body));
    char *cert = whole_file(argv[2]), *key = whole_file(argv[3]);
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_TLS, (uint16_t)atoi(argv[1]),
        NULL, NULL, on_request, &a, MHD_OPTION_CONNECTION_LIMIT, 512u, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)24 * 1024, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_HTTPS_MEM_CERT, cert,
        MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_PRIORITIES, "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_END);
    if (d == NULL) {
        fprintf(stderr, "floor_http: the server does not start\n");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (read(0, &wait, 1) > 0)
        ;
    MHD_stop_daemon(d);
    free(cert);
    free(key);
    return 0;
}
