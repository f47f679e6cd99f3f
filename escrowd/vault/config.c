/* Reading and writing escrowd.conf. */
#include "escrowd/vault/config.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

void
ud_service_defaults(struct ud_service_config *c, const char *dir)
{
    memset(c, 0, sizeof(*c));
    (void)ud_copy(c->dir, sizeof(c->dir), dir);
    (void)ud_copy(c->name, sizeof(c->name), "escrowd");
    (void)ud_copy(c->host, sizeof(c->host), "localhost");
    c->port = 8443;
    c->reveals_operator = 300;
    c->reveals_device = 120;
    c->reveals_total = 5000;
    c->check_in.changes_a_day = 4;
    (void)snprintf(c->certificate, sizeof(c->certificate), "%s/server.pem", c->dir);
    (void)snprintf(c->key, sizeof(c->key), "%s/server.key", c->dir);
    (void)snprintf(c->ca, sizeof(c->ca), "%s/ca.pem", c->dir);
    (void)snprintf(c->signer, sizeof(c->signer), "%s/signer.key", c->dir);
}

enum ud_status
ud_service_path(char *out, size_t size, const struct ud_service_config *c, const char *name, struct ud_error *err)
{
    int n = snprintf(out, size, "%s/%s", c->dir, name);

    return n > 0 && (size_t)n < size ? UD_OK : ud_error_set(err, UD_INVALID, "The path %s/%s is too long", c->dir, name);
}

struct reading {
    struct ud_service_config *c;
    char problem[160];
};

struct text_setting {
    const char *section, *name;
    size_t offset, size;
    bool is_path; /* relative ones stand in DIR */
};

#define TEXT(section, name, member, is_path)                                                                                     \
    {                                                                                                                            \
        section, name, offsetof(struct ud_service_config, member), sizeof(((struct ud_service_config *)0)->member), is_path      \
    }

static const struct text_setting texts[] = {
    TEXT("service", "name", name, false),
    TEXT("service", "tenant", tenant, false),
    TEXT("service", "client_id", client_id, false),
    TEXT("listen", "unix", socket_path, true),
    TEXT("listen", "host", host, false),
    TEXT("listen", "public_url", public_url, false),
    TEXT("listen", "certificate", certificate, true),
    TEXT("listen", "key", key, true),
    TEXT("listen", "ca", ca, true),
    TEXT("listen", "signer", signer, true),
};

static bool
set_text(struct ud_service_config *c, const struct text_setting *t, const char *value)
{
    char *out = (char *)c + t->offset;
    const char *between = t->is_path && value[0] != '\0' && value[0] != '/' ? "/" : "";
    int n = snprintf(out, t->size, "%s%s%s", between[0] != '\0' ? c->dir : "", between, value);

    return n >= 0 && (size_t)n < t->size;
}

static bool
number(unsigned *out, const char *value, unsigned long max)
{
    char *end = NULL;
    unsigned long v = strtoul(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end != '\0' || v > max)
        return false;
    *out = (unsigned)v;
    return true;
}

static bool
yes_or_no(bool *out, const char *value)
{
    *out = strcmp(value, "yes") == 0;
    return *out || strcmp(value, "no") == 0;
}

/* "/crypt": one or more plain segments. */
static bool
is_prefix(const char *value)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
    size_t length = strlen(value);

    return length == 0 || (value[0] == '/' && length > 1 && value[length - 1] != '/' && value[strspn(value, allowed)] == '\0' &&
                              strstr(value, "//") == NULL && strstr(value, "/.") == NULL);
}

static bool
set_check_in(struct ud_service_config *c, const char *name, const char *value)
{
    if (strcmp(name, "enabled") == 0)
        return yes_or_no(&c->check_in.enabled, value);
    if (strcmp(name, "prefix") == 0)
        return is_prefix(value) && ud_copy(c->check_in.prefix, sizeof(c->check_in.prefix), value);
    if (strcmp(name, "networks") == 0)
        return ud_networks_parse(&c->check_in.networks, value);
    return strcmp(name, "changes_a_day") == 0 && number(&c->check_in.changes_a_day, value, 10000);
}

static bool
set_other(struct ud_service_config *c, const char *section, const char *name, const char *value)
{
    const struct {
        const char *name;
        unsigned *at;
    } limit[] = { { "reveals_operator", &c->reveals_operator }, { "reveals_device", &c->reveals_device },
        { "reveals_total", &c->reveals_total }, { "calls_in_20_s", &c->throttle_calls } };
    unsigned v = 0;

    if (strcmp(section, "service") == 0 && strcmp(name, "training") == 0)
        return yes_or_no(&c->training, value);
    if (strcmp(section, "check-in") == 0)
        return set_check_in(c, name, value);
    if (strcmp(section, "listen") == 0 && strcmp(name, "port") == 0 && number(&v, value, UINT16_MAX)) {
        c->port = (uint16_t)v;
        return true;
    }
    for (size_t i = 0; strcmp(section, "limits") == 0 && i < sizeof(limit) / sizeof(limit[0]); i++) {
        if (strcmp(name, limit[i].name) == 0)
            return number(limit[i].at, value, 1000000);
    }
    return false;
}

/* inih's callback: 1 goes on, 0 is an error. */
static int
on_setting(void *arg, const char *section, const char *name, const char *value)
{
    struct reading *r = arg;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(section, texts[i].section) == 0 && strcmp(name, texts[i].name) == 0 && set_text(r->c, &texts[i], value))
            return 1;
    }
    if (set_other(r->c, section, name, value))
        return 1;
    if (r->problem[0] == '\0')
        (void)snprintf(r->problem, sizeof(r->problem), "[%.40s] %.60s = …", section, name);
    return 0;
}

/* DIR as an absolute path: the service changes no directory, but messages and links should not depend on where it was started. */
static enum ud_status
absolute(char *out, size_t size, const char *dir, struct ud_error *err)
{
    char *real = realpath(dir, NULL);

    if (real == NULL) {
        enum ud_status st = ud_error_errno(err, dir);
        return st == UD_NOTFOUND ? ud_error_hint(err, "Make it with: escrowd init %s", dir) : st;
    }
    bool fits = ud_copy(out, size, real);
    free(real);
    return fits ? UD_OK : ud_error_set(err, UD_INVALID, "The path of the directory is too long");
}

enum ud_status
ud_service_load(struct ud_service_config *c, const char *dir, struct ud_error *err)
{
    char path[512], real[256];
    struct reading r = { .c = c };
    struct ud_buf text;
    enum ud_status st = absolute(real, sizeof(real), dir, err);

    if (st != UD_OK)
        return st;
    ud_service_defaults(c, real);
    ud_buf_init(&text, (size_t)64 * 1024);
    if ((st = ud_service_path(path, sizeof(path), c, UD_FILE_CONFIG, err)) != UD_OK)
        goto out;
    if ((st = ud_file_read(&text, path, text.max, err)) != UD_OK) {
        if (st == UD_NOTFOUND)
            ud_error_hint(err, "Make it with: escrowd init %s", dir);
        goto out;
    }
    int line = ini_parse_string(text.data == NULL ? "" : text.data, on_setting, &r);
    if (line != 0) {
        st = ud_error_set(err, UD_CONFIG, "%s, line %d is not understood: %s", path, line, r.problem);
        ud_error_hint(err, "escrowd.conf has the sections service, listen, limits and check-in.");
    }
out:
    ud_buf_free(&text);
    return st;
}

enum ud_status
ud_service_save(const struct ud_service_config *c, struct ud_error *err)
{
    char path[512];
    struct ud_buf b;
    enum ud_status st;

    ud_buf_init(&b, (size_t)64 * 1024);
    ud_buf_format(&b, "# escrowd; see escrowd(8)\n[service]\nname = %s\ntenant = %s\nclient_id = %s\ntraining = %s\n\n[listen]\n",
        c->name, c->tenant, c->client_id, c->training ? "yes" : "no");
    if (c->socket_path[0] != '\0')
        ud_buf_format(&b, "unix = %s\n", c->socket_path);
    else
        ud_buf_format(&b, "host = %s\nport = %u\n", c->host, (unsigned)c->port);
    ud_buf_format(&b,
        "\n[limits]\n# keys an hour: different ones an operator, any of one device, any of all\n"
        "reveals_operator = %u\nreveals_device = %u\nreveals_total = %u\n",
        c->reveals_operator, c->reveals_device, c->reveals_total);
    if ((st = ud_buf_status(&b, err)) == UD_OK && (st = ud_service_path(path, sizeof(path), c, UD_FILE_CONFIG, err)) == UD_OK)
        st = ud_file_replace(path, b.data, b.length, 0600, err);
    ud_buf_free(&b);
    return st;
}
