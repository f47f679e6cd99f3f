/* Opening the simulator: its files, its tokens, its transport. */
#include "escrowd/simulate/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "escrowd/vault/config.h"

#define AGENT "escrowd-simulate/" UD_VERSION

static enum ud_status
read_secret(struct ud_secret **out, const struct ud_sim *s, const char *name, struct ud_error *err)
{
    char path[640];

    snprintf(path, sizeof(path), "%s/%s", s->dir, name);
    enum ud_status st = ud_file_read_secret(out, path, err);
    if (st == UD_NOTFOUND)
        return ud_error_hint(err, "Only a training service has simulated devices: escrowd init DIR --training, then seed.");
    return st;
}

/* Tokens are written with a newline at the end of their file. */
static void
trim(struct ud_secret *s)
{
    const unsigned char *bytes = ud_secret_open(s);
    size_t length = ud_secret_length(s);

    while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r'))
        length--;
    ud_secret_close(s);
    ud_secret_truncate(s, length);
}

/* Where the service listens, from its own configuration, unless it is named. */
static enum ud_status
find_service(struct ud_http_origin *o, const char *dir, const char *url, struct ud_error *err)
{
    struct ud_service_config c;
    char at[400], *whole = realpath(dir, NULL); /* a socket's address is absolute */
    enum ud_status st = ud_service_load(&c, whole != NULL ? whole : dir, err);

    free(whole);
    if (st != UD_OK)
        return st;
    if (c.socket_path[0] != '\0')
        snprintf(at, sizeof(at), "unix://%s", c.socket_path);
    else
        snprintf(at, sizeof(at), "https://%s:%u", c.host, (unsigned)c.port);
    if (url == NULL)
        url = at;
    return ud_http_origin_init(o, url, strncmp(url, "https://", 8) == 0 ? c.ca : NULL, NULL, err);
}

enum ud_status
ud_sim_open(struct ud_sim *s, const char *dir, const char *url, struct ud_error *err)
{
    enum ud_status st;

    memset(s, 0, sizeof(*s));
    if (!ud_copy(s->dir, sizeof(s->dir), dir))
        return ud_error_set(err, UD_INVALID, "The directory's name is too long.");
    if ((st = read_secret(&s->key, s, UD_FILE_SIM_KEY, err)) != UD_OK ||
        (st = read_secret(&s->token, s, UD_FILE_SIM, err)) != UD_OK || (st = ud_roster_open(&s->roster, dir, err)) != UD_OK ||
        (st = find_service(&s->origin, dir, url, err)) != UD_OK)
        return st;
    trim(s->token);
    return ud_http_new(&s->http, AGENT, NULL, err);
}

void
ud_sim_close(struct ud_sim *s)
{
    ud_http_free(&s->http);
    ud_roster_free(&s->roster);
    ud_secret_free(&s->key);
    ud_secret_free(&s->token);
}

enum ud_status
ud_sim_token(struct ud_secret **out, struct ud_sim *s, const struct ud_guid *device, struct ud_error *err)
{
    struct ud_token token;
    enum ud_status st;

    *out = NULL;
    if ((st = ud_token_simulated(&token, s->key, device->byte, err)) == UD_OK &&
        (st = ud_secret_new(out, UD_TOKEN_TEXT, err)) == UD_OK)
        st = ud_token_append(*out, &token, err);
    ud_token_wipe(&token);
    if (st != UD_OK)
        ud_secret_free(out);
    return st;
}

enum ud_status
ud_sim_find(const struct ud_roster_line **out, struct ud_sim *s, const char *text, struct ud_error *err)
{
    bool several = false;

    *out = ud_roster_named(s->roster, text, &several);
    if (*out != NULL)
        return UD_OK;
    if (several) {
        (void)ud_error_set(err, UD_AMBIGUOUS, "Several simulated devices are called %s.", text);
        return ud_error_hint(err, "Use the serial number.");
    }
    (void)ud_error_set(err, UD_NOTFOUND, "No simulated device is called %s.", text);
    return ud_error_hint(err, "Names, serial numbers and ids of the devices with keys stand in %s/" UD_ROSTER_FILE ".", s->dir);
}
