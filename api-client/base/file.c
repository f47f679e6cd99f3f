/* State files. Paths are walked component by component on directory handles; a link in the middle is followed only where root
 * made it, a link at the end never. */
#include "base/file.h"
#include "base/i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/seal.h"

enum ud_status
ud_fd_write_all(int fd, const void *bytes, size_t length, struct ud_error *err)
{
    const char *p = bytes;

    while (length > 0) {
        ssize_t n = write(fd, p, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return ud_error_errno(err, "Writing failed");
        p += n;
        length -= (size_t)n;
    }
    return UD_OK;
}

static enum ud_status
path_error(struct ud_error *err, const char *what, const char *path)
{
    char text[256];
    int e = errno;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), ud_translate(what), path); /* each has one %s, and make check-po looks that translations do */
#pragma GCC diagnostic pop
    errno = e;
    return ud_error_errno(err, text);
}

/* May somebody else put another thing in the place of what is in this directory? */
static bool
is_open_to_all(const struct stat *sb)
{
    return (sb->st_mode & S_IWOTH) != 0 && (sb->st_mode & S_ISVTX) == 0;
}

/* Opens one component below `dir` as a directory handle. */
static int
step_into(int dir, const char *name)
{
    struct stat sb;
    int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    int fd = openat(dir, name, flags | O_NOFOLLOW);

    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) {
        if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
            return -1;
        if (!S_ISLNK(sb.st_mode) || sb.st_uid != 0) {
            errno = S_ISLNK(sb.st_mode) ? ELOOP : ENOTDIR;
            return -1;
        }
        fd = openat(dir, name, flags);
    }
    if (fd < 0)
        return -1;
    if (fstat(fd, &sb) != 0 || is_open_to_all(&sb)) {
        close(fd);
        errno = EPERM;
        return -1;
    }
    return fd;
}

/* Where a walk stands: the directory reached and the last component, not yet opened. */
struct place {
    int dir;
    char last[NAME_MAX + 1];
};

static bool
take_component(char *name, const char **rest)
{
    size_t n;

    *rest += strspn(*rest, "/");
    n = strcspn(*rest, "/");
    if (n > NAME_MAX)
        return false;
    memcpy(name, *rest, n);
    name[n] = '\0';
    *rest += n;
    *rest += strspn(*rest, "/");
    return true;
}

/* Walks to the directory that holds the last component. With `make`, missing directories are made (0700). */
static enum ud_status
walk(struct place *p, const char *path, bool make, struct ud_error *err)
{
    const char *rest = path;

    p->dir = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (p->dir < 0)
        return path_error(err, N_("Cannot open the directory of %s"), path);
    for (;;) {
        errno = ENAMETOOLONG;
        if (!take_component(p->last, &rest))
            break;
        if (*rest == '\0') {
            if (p->last[0] != '\0')
                return UD_OK;
            errno = EISDIR;
            break;
        }
        int next = step_into(p->dir, p->last);
        if (next < 0 && errno == ENOENT && make && (mkdirat(p->dir, p->last, 0700) == 0 || errno == EEXIST))
            next = step_into(p->dir, p->last);
        if (next < 0)
            break;
        close(p->dir);
        p->dir = next;
    }
    enum ud_status st = path_error(err, N_("Cannot reach %s"), path);
    close(p->dir);
    p->dir = -1;
    return st;
}

static enum ud_status
check_dir(int dir, const char *path, struct ud_error *err)
{
    struct stat sb;

    if (fstat(dir, &sb) != 0)
        return path_error(err, N_("Cannot look at %s"), path);
    if (sb.st_uid != geteuid()) {
        ud_error_set(err, UD_CONFIG, "The directory %s belongs to another account (uid %u)", path, (unsigned)sb.st_uid);
        ud_error_hint(err, "Run: chown %u %s", (unsigned)geteuid(), path);
        return UD_CONFIG;
    }
    if ((sb.st_mode & 077) != 0) {
        ud_error_set(err, UD_CONFIG, "The directory %s is open to others (mode %04o)", path, sb.st_mode & 07777u);
        ud_error_hint(err, "Run: chmod 0700 %s", path);
        return UD_CONFIG;
    }
    return UD_OK;
}

enum ud_status
ud_dir_ensure(const char *path, struct ud_error *err)
{
    struct place p;
    enum ud_status st = walk(&p, path, true, err);

    if (st != UD_OK)
        return st;
    if (mkdirat(p.dir, p.last, 0700) == 0) {
        /* A new name is durable only when its directory is. O_PATH handles cannot be synced. */
        int up = openat(p.dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (up >= 0) {
            (void)fsync(up); /* a file system without it is no reason to stop here: the files themselves are checked */
            close(up);
        }
    } else if (errno != EEXIST) {
        st = path_error(err, N_("Cannot make the directory %s"), path);
        close(p.dir);
        return st;
    }
    int dir = openat(p.dir, p.last, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(p.dir);
    if (dir < 0)
        return path_error(err, N_("Cannot open the directory %s"), path);
    st = check_dir(dir, path, err);
    close(dir);
    return st;
}

/* Others may write: any other account, a group that is not the owner's private one, or an owner that is neither us nor root. */
static bool
is_writable_by_others(const struct stat *sb)
{
    if ((sb->st_mode & S_IWOTH) != 0)
        return true;
    if ((sb->st_mode & S_IWGRP) != 0 && sb->st_gid != sb->st_uid)
        return true;
    return geteuid() != 0 && sb->st_uid != 0 && sb->st_uid != geteuid();
}

enum ud_status
ud_file_open_read(int *out, const char *path, struct ud_error *err)
{
    struct place p;
    struct stat sb;
    enum ud_status st = walk(&p, path, false, err);

    *out = -1;
    if (st != UD_OK)
        return st;
    /* Non-blocking: a FIFO in the place of the file must not hang us. */
    int fd = openat(p.dir, p.last, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    close(p.dir);
    if (fd < 0 && errno == ELOOP)
        return ud_error_set(err, UD_CONFIG, "%s is a link, and links are not followed here", path);
    if (fd < 0)
        return path_error(err, N_("Cannot open %s"), path);
    if (fstat(fd, &sb) != 0) {
        st = path_error(err, N_("Cannot look at %s"), path);
    } else if (!S_ISREG(sb.st_mode)) {
        st = ud_error_set(err, UD_CONFIG, "%s is not a regular file", path);
    } else if (is_writable_by_others(&sb)) {
        st = ud_error_set(
            err, UD_CONFIG, "%s may be written by others (mode %04o, uid %u)", path, sb.st_mode & 07777u, (unsigned)sb.st_uid);
        ud_error_hint(err, "Check its content, then run: chmod go-w %s", path);
    }
    if (st != UD_OK) {
        close(fd);
        return st;
    }
    *out = fd;
    return UD_OK;
}

/* read() with EINTR invisible. */
static ssize_t
read_some(int fd, void *out, size_t size)
{
    ssize_t n;

    do
        n = read(fd, out, size);
    while (n < 0 && errno == EINTR);
    return n;
}

enum ud_status
ud_file_read(struct ud_buf *out, const char *path, size_t max, struct ud_error *err)
{
    char chunk[16384];
    int fd;
    ssize_t n;
    enum ud_status st = ud_file_open_read(&fd, path, err);

    ud_buf_init(out, max);
    if (st != UD_OK)
        return st;
    while ((n = read_some(fd, chunk, sizeof(chunk))) > 0 && !out->failed)
        ud_buf_append(out, chunk, (size_t)n);
    if (n < 0)
        st = path_error(err, N_("Cannot read %s"), path);
    else if (out->failed)
        st = ud_error_set(err, UD_INVALID, "%s is longer than %zu bytes", path, max);
    else
        ud_buf_append(out, "", 0);
    close(fd);
    if (st != UD_OK)
        ud_buf_free(out);
    return st;
}

static enum ud_status
check_secret_file(size_t *size, int fd, const char *path, struct ud_error *err)
{
    struct stat sb;

    if (fstat(fd, &sb) != 0)
        return path_error(err, N_("Cannot look at %s"), path);
    if (sb.st_uid != geteuid() && sb.st_uid != 0)
        return ud_error_set(err, UD_CONFIG, "%s belongs to another account (uid %u)", path, (unsigned)sb.st_uid);
    if ((sb.st_mode & 0177) != 0) {
        ud_error_set(err, UD_CONFIG, "%s holds a secret and is open to others (mode %04o)", path, sb.st_mode & 07777u);
        ud_error_hint(err, "Run: chmod 0600 %s", path);
        return UD_CONFIG;
    }
    if (sb.st_size > (off_t)UD_SECRET_MAX)
        return ud_error_set(err, UD_INVALID, "%s is longer than %zu bytes", path, UD_SECRET_MAX);
    *size = (size_t)sb.st_size;
    return UD_OK;
}

enum ud_status
ud_file_read_secret(struct ud_secret **out, const char *path, struct ud_error *err)
{
    size_t size = 0, used = 0;
    ssize_t n = 0;
    int fd;
    enum ud_status st = ud_file_open_read(&fd, path, err);

    *out = NULL;
    if (st != UD_OK)
        return st;
    if ((st = check_secret_file(&size, fd, path, err)) != UD_OK || (st = ud_secret_new(out, size > 0 ? size : 1, err)) != UD_OK)
        goto out;
    unsigned char *data = ud_secret_open_write(*out);
    while (used < size && (n = read_some(fd, data + used, size - used)) > 0)
        used += (size_t)n;
    ud_secret_close(*out);
    ud_secret_set_length(*out, used);
    if (n < 0) {
        st = path_error(err, N_("Cannot read %s"), path);
        ud_secret_free(out);
    }
out:
    close(fd);
    return st;
}

/* A new file beside the last component under a name nobody can foresee. */
static int
open_temporary(char name[NAME_MAX + 1], const struct place *p, unsigned mode)
{
    unsigned char r[8];

    ud_random(r, sizeof(r));
    int n = snprintf(
        name, NAME_MAX + 1, ".%.200s.%02x%02x%02x%02x%02x%02x%02x%02x", p->last, r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7]);
    if (n < 0 || n > NAME_MAX)
        return -1;
    int fd = openat(p->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && fchmod(fd, mode) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static enum ud_status
sync_dir(int dir, const char *path, struct ud_error *err)
{
    int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || fsync(fd) != 0) {
        enum ud_status st = path_error(err, N_("Cannot sync the directory of %s"), path);
        if (fd >= 0)
            close(fd);
        return st;
    }
    close(fd);
    return UD_OK;
}

enum ud_status
ud_file_replace(const char *path, const void *bytes, size_t length, unsigned mode, struct ud_error *err)
{
    struct place p;
    char name[NAME_MAX + 1];
    enum ud_status st = walk(&p, path, false, err);

    if (st != UD_OK)
        return st;
    int fd = open_temporary(name, &p, mode);
    if (fd < 0) {
        st = path_error(err, N_("Cannot make a file beside %s"), path);
        goto out;
    }
    st = ud_fd_write_all(fd, bytes, length, err);
    if (st == UD_OK && fsync(fd) != 0)
        st = path_error(err, N_("Cannot sync %s"), path);
    if (close(fd) != 0 && st == UD_OK)
        st = path_error(err, N_("Cannot close %s"), path);
    if (st == UD_OK && renameat(p.dir, name, p.dir, p.last) != 0)
        st = path_error(err, N_("Cannot replace %s"), path);
    if (st != UD_OK)
        unlinkat(p.dir, name, 0);
    else
        st = sync_dir(p.dir, path, err);
out:
    close(p.dir);
    return st;
}
