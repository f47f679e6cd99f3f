#include "journal/epoch.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define MAGIC     "unlockdesk epoch 1\n"
#define HEAD_SIZE 96u /* magic, then number, first line and start in decimal, padded with spaces, newline; then the seed */

static void
path_of(char *out, size_t size, const char *dir, const char *name)
{
    (void)snprintf(out, size, "%s/%s", dir, name);
}

void
ud_epoch_free(struct ud_epoch *e)
{
    ud_secret_free(&e->seed);
    memset(e, 0, sizeof(*e));
}

enum ud_status
ud_epoch_make(struct ud_epoch *e, uint64_t number, uint64_t first, ud_wall now, struct ud_error *err)
{
    memset(e, 0, sizeof(*e));
    e->number = number;
    e->first = first;
    e->started = now;
    return ud_sign_keypair(e->public_key, &e->seed, err);
}

enum ud_status
ud_epoch_save(struct ud_epoch *e, const char *dir, const char *name, struct ud_error *err)
{
    char path[600], text[72], head[HEAD_SIZE + 1];
    struct ud_secret *all = NULL;
    enum ud_status st;

    (void)snprintf(
        text, sizeof(text), "%llu %llu %lld", (unsigned long long)e->number, (unsigned long long)e->first, (long long)e->started);
    (void)snprintf(head, sizeof(head), "%s%-76s\n", MAGIC, text);
    path_of(path, sizeof(path), dir, name);
    if ((st = ud_secret_new(&all, HEAD_SIZE + UD_SIGN_SEED, err)) != UD_OK ||
        (st = ud_secret_append(all, head, HEAD_SIZE, err)) != UD_OK)
        goto out;
    st = ud_secret_append(all, ud_secret_open(e->seed), ud_secret_length(e->seed), err);
    ud_secret_close(e->seed);
    if (st != UD_OK)
        goto out;
    st = ud_file_replace(path, ud_secret_open(all), ud_secret_length(all), 0600, err);
    ud_secret_close(all);
out:
    ud_secret_free(&all);
    return st;
}

static bool
parse(struct ud_epoch *e, const unsigned char *bytes, size_t length)
{
    char text[HEAD_SIZE - sizeof(MAGIC) + 2];
    unsigned long long number, first;
    long long started;

    if (length != HEAD_SIZE + UD_SIGN_SEED || memcmp(bytes, MAGIC, sizeof(MAGIC) - 1) != 0)
        return false;
    memcpy(text, bytes + sizeof(MAGIC) - 1, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    if (sscanf(text, "%llu %llu %lld", &number, &first, &started) != 3)
        return false;
    e->number = number;
    e->first = first;
    e->started = started;
    return ud_secret_append(e->seed, bytes + HEAD_SIZE, UD_SIGN_SEED, NULL) == UD_OK;
}

enum ud_status
ud_epoch_load(struct ud_epoch *e, const char *dir, const char *name, struct ud_error *err)
{
    struct ud_secret *all = NULL;
    char path[600];
    enum ud_status st;

    memset(e, 0, sizeof(*e));
    path_of(path, sizeof(path), dir, name);
    if ((st = ud_file_read_secret(&all, path, err)) != UD_OK)
        return st;
    if ((st = ud_secret_new(&e->seed, UD_SIGN_SEED, err)) != UD_OK)
        goto out;
    bool ok = parse(e, ud_secret_open(all), ud_secret_length(all));
    ud_secret_close(all);
    if (!ok || ud_sign_public_of(e->public_key, e->seed, err) != UD_OK)
        st = ud_error_set(err, UD_JOURNAL, "%s is damaged, so the activity log cannot be continued", path);
out:
    ud_secret_free(&all);
    if (st != UD_OK)
        ud_epoch_free(e);
    return st;
}

enum ud_status
ud_epoch_promote(const char *dir, struct ud_error *err)
{
    char from[600], to[600];
    int fd;

    path_of(from, sizeof(from), dir, "epoch.next");
    path_of(to, sizeof(to), dir, "epoch.key");
    if (rename(from, to) != 0)
        return ud_error_errno(err, to);
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        enum ud_status st = ud_error_errno(err, dir);
        if (fd >= 0)
            (void)close(fd);
        return st;
    }
    (void)close(fd);
    return UD_OK;
}

bool
ud_epoch_is_due(const struct ud_epoch *e, uint64_t next_sequence, ud_wall now)
{
    return next_sequence - e->first >= UD_EPOCH_LINES || now - e->started >= UD_EPOCH_MS || now < e->started - UD_EPOCH_MS;
}
