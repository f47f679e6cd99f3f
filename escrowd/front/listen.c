/* Opens the listening socket: a Unix socket of our own user, or TCP for HTTPS. */
#include "escrowd/front/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 128

/* A socket file nobody answers on is left over from a crash; anything else there is not ours to remove. */
static enum ud_status
clear_stale(const struct sockaddr_un *where, struct ud_error *err)
{
    struct stat st;

    if (lstat(where->sun_path, &st) != 0)
        return UD_OK;
    if (!S_ISSOCK(st.st_mode)) {
        (void)ud_error_set(err, UD_CONFIG, "%s exists and is no socket.", where->sun_path);
        return ud_error_hint(err, "Remove it, or configure another path.");
    }
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return ud_error_errno(err, "socket");
    int rc = connect(probe, (const struct sockaddr *)(const void *)where, sizeof(*where));
    close(probe);
    if (rc == 0) {
        (void)ud_error_set(err, UD_BUSY, "Another escrowd listens on %s.", where->sun_path);
        return ud_error_hint(err, "Stop it first, or configure another path.");
    }
    return unlink(where->sun_path) == 0 ? UD_OK : ud_error_errno(err, where->sun_path);
}

static enum ud_status
listen_unix(int *fd, const struct ud_front_config *config, struct ud_error *err)
{
    struct sockaddr_un where = { .sun_family = AF_UNIX };
    enum ud_status st;

    if (strlen(config->socket_path) >= sizeof(where.sun_path)) {
        (void)ud_error_set(err, UD_CONFIG, "The path of the socket is too long (%zu bytes at most).", sizeof(where.sun_path) - 1);
        return ud_error_hint(err, "Use a shorter directory.");
    }
    memcpy(where.sun_path, config->socket_path, strlen(config->socket_path));
    if ((st = clear_stale(&where, err)) != UD_OK)
        return st;
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return ud_error_errno(err, "socket");
    mode_t before = umask(0177);
    int rc = bind(*fd, (const struct sockaddr *)(const void *)&where, sizeof(where));
    umask(before);
    return rc == 0 && listen(*fd, BACKLOG) == 0 ? UD_OK : ud_error_errno(err, config->socket_path);
}

static enum ud_status
bind_first(int *fd, const struct addrinfo *list, const char *what, struct ud_error *err)
{
    int one = 1, reason = 0;

    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        *fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (*fd < 0)
            continue;
        (void)setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        if (bind(*fd, a->ai_addr, a->ai_addrlen) == 0 && listen(*fd, BACKLOG) == 0)
            return UD_OK;
        reason = errno;
        close(*fd);
        *fd = -1;
    }
    (void)ud_error_set(err, reason == EADDRINUSE ? UD_BUSY : UD_CONFIG, "Cannot listen on %s: %s.", what, strerror(reason));
    return ud_error_hint(err, "Check address and port in the configuration, and that nothing else uses them.");
}

static uint16_t
bound_port(int fd)
{
    struct sockaddr_storage bound = { 0 };
    socklen_t size = sizeof(bound);

    if (getsockname(fd, (struct sockaddr *)&bound, &size) != 0)
        return 0;
    if (bound.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)(void *)&bound)->sin6_port);
    return ntohs(((struct sockaddr_in *)(void *)&bound)->sin_port);
}

static enum ud_status
listen_tcp(int *fd, char *url, size_t url_size, const struct ud_front_config *config, struct ud_error *err)
{
    struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM }, *list = NULL;
    char port[8];

    if (config->cert_file == NULL || config->key_file == NULL) {
        (void)ud_error_set(err, UD_CONFIG, "Plain HTTP is refused on %s.", config->host);
        return ud_error_hint(err, "Name a certificate and its key, or use a Unix socket.");
    }
    snprintf(port, sizeof(port), "%u", (unsigned)config->port);
    int rc = getaddrinfo(config->host, port, &hints, &list);
    if (rc != 0) {
        (void)ud_error_set(err, UD_CONFIG, "The address %s is not known: %s.", config->host, gai_strerror(rc));
        return ud_error_hint(err, "Use an address of this machine, or 0.0.0.0 for all of them.");
    }
    enum ud_status st = bind_first(fd, list, config->host, err);
    freeaddrinfo(list);
    if (st != UD_OK)
        return st;
    bool six = strchr(config->host, ':') != NULL;
    snprintf(url, url_size, "https://%s%s%s:%u", six ? "[" : "", config->host, six ? "]" : "", (unsigned)bound_port(*fd));
    return UD_OK;
}

enum ud_status
ud_listen(int *fd, char *url, size_t url_size, const struct ud_front_config *config, struct ud_error *err)
{
    enum ud_status st;

    *fd = -1;
    if (config->socket_path != NULL) {
        snprintf(url, url_size, "unix://%s", config->socket_path);
        st = listen_unix(fd, config, err);
    } else if (config->host != NULL) {
        st = listen_tcp(fd, url, url_size, config, err);
    } else {
        (void)ud_error_set(err, UD_CONFIG, "No address to listen on is configured.");
        return ud_error_hint(err, "Configure a socket, or a host with certificate and key.");
    }
    if (st != UD_OK && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return st;
}
