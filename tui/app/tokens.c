#include "app/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#define MAGIC    "unlockdesk tokens 1\n"
#define FILE_MAX ((size_t)UD_SOURCE_MAX * (UD_BLOB_MAX + 512) + 1024)

enum ud_status
ud_tokens_claim(int *fd, const char *path, ud_msec patience, struct ud_error *err)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    ud_msec end = ud_clock_now() + patience;
    char lock[600], dir[600];
    enum ud_status st;

    *fd = -1;
    (void)snprintf(lock, sizeof(lock), "%.500s.lock", path);
    (void)ud_copy(dir, sizeof(dir), path);
    if (strrchr(dir, '/') != NULL)
        *strrchr(dir, '/') = '\0';
    if ((st = ud_dir_ensure(dir, err)) != UD_OK)
        return st;
    if ((*fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
        return ud_error_errno(err, lock);
    while (fcntl(*fd, F_OFD_SETLK, &whole) != 0) {
        bool taken = errno == EAGAIN || errno == EACCES;
        if (taken && ud_clock_now() < end) {
            (void)poll(NULL, 0, 50);
            continue;
        }
        st = taken ? ud_error_set(err, UD_BUSY, "Another unlockdesk of yours uses the kept sign-in") : ud_error_errno(err, lock);
        (void)close(*fd);
        *fd = -1;
        return st;
    }
    return UD_OK;
}

void
ud_tokens_put(struct ud_tokens *t, const char *source, const char *account, const void *blob, size_t length)
{
    struct ud_token_entry *e = NULL;

    if (length > UD_BLOB_MAX)
        return;
    for (size_t i = 0; i < t->count && e == NULL; i++)
        if (strcmp(t->entry[i].source, source) == 0)
            e = &t->entry[i];
    if (e == NULL) {
        if (t->count == UD_SOURCE_MAX)
            return;
        e = &t->entry[t->count++];
    }
    (void)ud_copy(e->source, sizeof(e->source), source);
    (void)ud_copy(e->account, sizeof(e->account), account);
    memcpy(e->blob, blob, length);
    e->length = length;
}

const struct ud_token_entry *
ud_tokens_of(const struct ud_tokens *t, const char *source)
{
    for (size_t i = 0; i < t->count; i++)
        if (strcmp(t->entry[i].source, source) == 0)
            return &t->entry[i];
    return NULL;
}

/* --- the file: magic, then fixed-width fields, little-endian ------------------------------------------------------------ */

static void
put_u32(struct ud_buf *b, uint32_t v)
{
    const unsigned char bytes[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
        (unsigned char)(v >> 24) };

    ud_buf_append(b, bytes, sizeof(bytes));
}

struct cursor {
    const unsigned char *at;
    size_t left;
    bool bad;
};

static const unsigned char *
take(struct cursor *c, size_t length)
{
    const unsigned char *p = c->at;

    if (c->bad || c->left < length) {
        c->bad = true;
        return NULL;
    }
    c->at += length;
    c->left -= length;
    return p;
}

static uint32_t
take_u32(struct cursor *c)
{
    const unsigned char *p = take(c, 4);

    return p == NULL ? 0 : (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
take_bytes(struct cursor *c, void *out, size_t length)
{
    const unsigned char *p = take(c, length);

    if (p != NULL)
        memcpy(out, p, length);
}

static void
write_all(struct ud_buf *b, const struct ud_tokens *t)
{
    ud_buf_text(b, MAGIC);
    ud_buf_append(b, t->kdf.salt, sizeof(t->kdf.salt));
    put_u32(b, t->kdf.memory_kib);
    put_u32(b, t->kdf.passes);
    ud_buf_append(b, t->public_key, sizeof(t->public_key));
    put_u32(b, t->tries);
    ud_buf_append(b, t->notice_hash, sizeof(t->notice_hash));
    put_u32(b, (uint32_t)t->count);
    for (size_t i = 0; i < t->count; i++) {
        const struct ud_token_entry *e = &t->entry[i];
        ud_buf_append(b, e->source, sizeof(e->source));
        ud_buf_append(b, e->account, sizeof(e->account));
        put_u32(b, (uint32_t)e->length);
        ud_buf_append(b, e->blob, e->length);
    }
}

static void
read_entry(struct cursor *c, struct ud_token_entry *e)
{
    take_bytes(c, e->source, sizeof(e->source));
    take_bytes(c, e->account, sizeof(e->account));
    e->length = take_u32(c);
    e->source[sizeof(e->source) - 1] = '\0';
    e->account[sizeof(e->account) - 1] = '\0';
    if (e->length > sizeof(e->blob))
        c->bad = true;
    else
        take_bytes(c, e->blob, e->length);
}

static bool
read_all(struct ud_tokens *t, struct cursor *c)
{
    const unsigned char *magic = take(c, sizeof(MAGIC) - 1);

    if (magic == NULL || memcmp(magic, MAGIC, sizeof(MAGIC) - 1) != 0)
        return false;
    take_bytes(c, t->kdf.salt, sizeof(t->kdf.salt));
    t->kdf.memory_kib = take_u32(c);
    t->kdf.passes = take_u32(c);
    take_bytes(c, t->public_key, sizeof(t->public_key));
    t->tries = take_u32(c);
    take_bytes(c, t->notice_hash, sizeof(t->notice_hash));
    t->notice_hash[sizeof(t->notice_hash) - 1] = '\0';
    t->count = take_u32(c);
    if (t->count > UD_SOURCE_MAX)
        return false;
    for (size_t i = 0; i < t->count && !c->bad; i++)
        read_entry(c, &t->entry[i]);
    return !c->bad && c->left == 0;
}

static enum ud_status
refuse_loose(const char *path, struct ud_error *err)
{
    struct stat sb;

    if (lstat(path, &sb) != 0)
        return errno == ENOENT ? ud_error_set(err, UD_NOTFOUND, "Nobody has signed in here yet") : ud_error_errno(err, path);
    if (S_ISREG(sb.st_mode) && sb.st_uid == geteuid() && (sb.st_mode & 077) == 0)
        return UD_OK;
    ud_error_set(err, UD_CONFIG, "%s is readable by others or not yours, so it is not used", path);
    return ud_error_hint(err, "Run: rm %s - and sign in again.", path);
}

enum ud_status
ud_tokens_load(struct ud_tokens *t, const char *path, struct ud_error *err)
{
    struct ud_buf data;
    enum ud_status st;

    memset(t, 0, sizeof(*t));
    if ((st = refuse_loose(path, err)) != UD_OK)
        return st;
    ud_buf_init(&data, FILE_MAX);
    if ((st = ud_file_read(&data, path, FILE_MAX, err)) != UD_OK)
        goto out;
    struct cursor c = { (const unsigned char *)data.data, data.length, false };
    if (!read_all(t, &c)) {
        memset(t, 0, sizeof(*t));
        st = ud_error_set(err, UD_MALFORMED, "%s is damaged", path);
        ud_error_hint(err, "Sign in again; the file is then written anew.");
    }
out:
    ud_buf_free(&data);
    return st;
}

enum ud_status
ud_tokens_save(const struct ud_tokens *t, const char *path, struct ud_error *err)
{
    struct ud_buf data;
    enum ud_status st;

    ud_buf_init(&data, FILE_MAX);
    write_all(&data, t);
    if ((st = ud_buf_status(&data, err)) == UD_OK)
        st = ud_file_replace(path, data.data, data.length, 0600, err);
    ud_buf_free(&data);
    return st;
}

void
ud_tokens_destroy(const char *path)
{
    static const unsigned char zero[4096];
    struct stat sb;
    int fd;

    if (path[0] == '\0')
        return;
    fd = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &sb) == 0) {
        for (off_t left = sb.st_size; left > 0; left -= (off_t)sizeof(zero))
            if (ud_fd_write_all(fd, zero, left < (off_t)sizeof(zero) ? (size_t)left : sizeof(zero), NULL) != UD_OK)
                break;
        (void)fdatasync(fd);
    }
    if (fd >= 0)
        (void)close(fd);
    (void)unlink(path);
}

static enum ud_status
count_try(struct ud_tokens *t, const char *path, struct ud_error *err)
{
    t->tries++;
    return path[0] == '\0' ? UD_OK : ud_tokens_save(t, path, err);
}

enum ud_status
ud_tokens_unlock(
    struct ud_tokens *t, const char *path, struct ud_secret *passphrase, struct ud_secret **secret, struct ud_error *err)
{
    unsigned char public_key[UD_SEAL_PUBLIC];
    enum ud_status st;

    *secret = NULL;
    if ((st = count_try(t, path, err)) != UD_OK)
        return st;
    if ((st = ud_kdf_keypair(public_key, secret, passphrase, &t->kdf, err)) != UD_OK)
        return st;
    if (memcmp(public_key, t->public_key, sizeof(public_key)) == 0) {
        t->tries = 0;
        if (path[0] == '\0' || (st = ud_tokens_save(t, path, err)) == UD_OK)
            return UD_OK;
        ud_secret_free(secret);
        return st;
    }
    ud_secret_free(secret);
    if (t->tries >= UD_TRIES_MAX)
        ud_tokens_destroy(path);
    return ud_error_set(err, UD_DENIED, "Not right. Tries left: %u", t->tries < UD_TRIES_MAX ? UD_TRIES_MAX - t->tries : 0);
}
