/* Opening and appending. One writer at a time by an open-file-description lock; whoever has it first reads what others have
 * written since. */
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "journal/checkpoint.h"
#include "journal/context.h"
#include "journal/epoch.h"
#include "journal/line.h"
#include "journal/tail.h"

#define LOCK_MS    2000
#define LOCK_STEP  10
#define RESERVE    ((off_t)256 * 1024)
#define WARN_BELOW ((uint64_t)1024 * 1024)

struct ud_journal {
    char dir[512];
    int fd;
    bool poisoned;
    bool known; /* the next three say what the file held at `size` */
    off_t size;
    uint64_t sequence; /* of the last line, 0: none */
    unsigned char hash[UD_HASH_SIZE];
    off_t reserved;                       /* space is reserved up to here */
    unsigned char origin[UD_SIGN_PUBLIC]; /* the key the log began with */
    struct ud_epoch epoch;
    struct ud_journal_context context;
};

static void
path_of(char out[600], const struct ud_journal *j, const char *name)
{
    (void)snprintf(out, 600, "%s/%s", j->dir, name);
}

/* A failed write or sync may have lost data although a later one succeeds, so nothing is ever appended after one. */
static enum ud_status
poison(struct ud_journal *j, struct ud_error *err)
{
    char path[600], why[320];

    j->poisoned = true;
    path_of(path, j, "poisoned");
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        (void)fsync(fd); /* the mark is a second line: this process refuses with or without it */
        (void)close(fd);
    }
    (void)ud_copy(why, sizeof(why), err != NULL ? err->message : "");
    ud_error_set(err, UD_JOURNAL, "The activity log cannot be written, so no keys are shown. %.200s", why);
    ud_error_hint(err,
        "Call whoever runs this machine: the log in %.200s must be checked. \"unlockdesk journal renew\" then sets it aside and "
        "begins a new one.",
        j->dir);
    return UD_JOURNAL;
}

static enum ud_status
lock(struct ud_journal *j, struct ud_error *err)
{
    ud_msec deadline = ud_clock_now() + LOCK_MS;
    struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    while (fcntl(j->fd, F_OFD_SETLK, &l) != 0) {
        if (errno != EAGAIN && errno != EACCES && errno != EINTR)
            return ud_error_errno(err, "The activity log cannot be locked");
        if (ud_clock_now() > deadline) {
            ud_error_set(err, UD_BUSY, "Another console holds the activity log");
            ud_error_hint(err, "Try again; if it stays so, end the console that hangs.");
            return UD_BUSY;
        }
        (void)poll(NULL, 0, LOCK_STEP);
    }
    return UD_OK;
}

static void
unlock(struct ud_journal *j)
{
    struct flock l = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

    (void)fcntl(j->fd, F_OFD_SETLK, &l);
}

/* --- one line --------------------------------------------------------------------------------------------------------------- */

static enum ud_status
reserve(struct ud_journal *j, off_t until, struct ud_error *err)
{
    if (until <= j->reserved)
        return UD_OK;
    if (fallocate(j->fd, FALLOC_FL_KEEP_SIZE, j->size, RESERVE) == 0) {
        j->reserved = j->size + RESERVE;
        return UD_OK;
    }
    if (errno == EOPNOTSUPP) { /* such file systems find out at the write */
        j->reserved = until;
        return UD_OK;
    }
    enum ud_status st = ud_error_errno(err, "No room for the activity log, so no keys are shown");
    ud_error_hint(err, "Make room on the file system of %.200s, then try again.", j->dir);
    return st;
}

static enum ud_status
build(struct ud_journal *j, struct ud_buf *out, unsigned char hash[UD_HASH_SIZE], const struct ud_record *r,
    const struct ud_epoch *next, struct ud_error *err)
{
    struct ud_journal_head h = { .sequence = j->sequence + 1,
        .time = ud_clock_wall(),
        .boot = ud_clock_now(),
        .context = j->context,
        .epoch = j->epoch.number,
        .has_public = next != NULL };
    unsigned char signature[UD_SIGN_SIZE];
    enum ud_status st;

    memcpy(h.previous, j->hash, sizeof(h.previous));
    if (next != NULL)
        memcpy(h.public_key, next->public_key, sizeof(h.public_key));
    ud_line_write(out, &h, r);
    if ((st = ud_buf_status(out, err)) != UD_OK)
        return st;
    ud_chain_next(hash, j->hash, out->data, out->length);
    if ((st = ud_line_sign(signature, h.sequence, hash, j->epoch.seed, err)) != UD_OK)
        return st;
    ud_line_finish(out, hash, signature);
    return ud_buf_status(out, err);
}

/* Under the lock, with everything known. */
static enum ud_status
append_line(struct ud_journal *j, const struct ud_record *r, const struct ud_epoch *next, struct ud_error *err)
{
    unsigned char hash[UD_HASH_SIZE];
    struct ud_buf line;
    enum ud_status st;

    ud_buf_init(&line, UD_LINE_MAX);
    if ((st = build(j, &line, hash, r, next, err)) != UD_OK || (st = reserve(j, j->size + (off_t)line.length, err)) != UD_OK)
        goto out;
    if (lseek(j->fd, j->size, SEEK_SET) < 0 || (st = ud_fd_write_all(j->fd, line.data, line.length, err)) != UD_OK) {
        st = poison(j, err);
        goto out;
    }
    if (fdatasync(j->fd) != 0) {
        (void)ud_error_errno(err, "fdatasync");
        st = poison(j, err);
        goto out;
    }
    j->size += (off_t)line.length;
    j->sequence++;
    memcpy(j->hash, hash, sizeof(j->hash));
out:
    ud_buf_free(&line);
    return st;
}

/* --- epochs ------------------------------------------------------------------------------------------------------------------- */

static enum ud_status
change_epoch(struct ud_journal *j, struct ud_error *err)
{
    const struct ud_record r = { .event = UD_EVENT_EPOCH };
    struct ud_epoch next;
    enum ud_status st;

    if ((st = ud_epoch_make(&next, j->epoch.number + 1, j->sequence + 2, ud_clock_wall(), err)) != UD_OK)
        return st;
    if ((st = ud_epoch_save(&next, j->dir, "epoch.next", err)) != UD_OK || (st = append_line(j, &r, &next, err)) != UD_OK)
        goto out;
    if (ud_epoch_promote(j->dir, err) != UD_OK) {
        st = poison(j, err);
        goto out;
    }
    ud_epoch_free(&j->epoch);
    j->epoch = next;
    return UD_OK;
out:
    ud_epoch_free(&next);
    return st;
}

static enum ud_status
write_origin(struct ud_journal *j, struct ud_error *err)
{
    char hex[2 * UD_SIGN_PUBLIC + 2], path[600];

    ud_hex_encode(hex, j->origin, UD_SIGN_PUBLIC);
    hex[2 * UD_SIGN_PUBLIC] = '\n';
    path_of(path, j, "origin");
    return ud_file_replace(path, hex, 2 * UD_SIGN_PUBLIC + 1, 0600, err);
}

/* The first line names the first key and is signed by it; `origin` keeps that key apart from the log. It is written last, so an
 * empty log beside an `origin` is one that was emptied. */
static enum ud_status
begin(struct ud_journal *j, struct ud_error *err)
{
    const struct ud_record r = { .event = UD_EVENT_EPOCH, .detail = "first line" };
    enum ud_status st;

    ud_epoch_free(&j->epoch);
    if ((st = ud_epoch_make(&j->epoch, 0, 1, ud_clock_wall(), err)) != UD_OK ||
        (st = ud_epoch_save(&j->epoch, j->dir, "epoch.key", err)) != UD_OK || (st = append_line(j, &r, &j->epoch, err)) != UD_OK)
        return st;
    memcpy(j->origin, j->epoch.public_key, sizeof(j->origin));
    return write_origin(j, err);
}

/* Which key counts: the one the last EPOCH line names. A crash between that line and the rename leaves it in epoch.next. */
static enum ud_status
load_epoch(struct ud_journal *j, uint64_t wanted, struct ud_error *err)
{
    char path[600];
    enum ud_status st;

    ud_epoch_free(&j->epoch);
    st = ud_epoch_load(&j->epoch, j->dir, "epoch.next", NULL);
    if (st == UD_OK && j->epoch.number == wanted)
        return ud_epoch_promote(j->dir, err);
    ud_epoch_free(&j->epoch);
    path_of(path, j, "epoch.next");
    (void)unlink(path);
    if ((st = ud_epoch_load(&j->epoch, j->dir, "epoch.key", err)) != UD_OK)
        return st == UD_NOTFOUND ? ud_error_set(err, UD_JOURNAL, "The signing key of the activity log in %.200s is gone", j->dir)
                                 : st;
    return j->epoch.number == wanted ? UD_OK
                                     : ud_error_set(err, UD_JOURNAL,
                                           "The signing key of the activity log in %.200s does not fit its last line", j->dir);
}

/* --- catching up ------------------------------------------------------------------------------------------------------------- */

/* Records what was set aside behind the last line; also where the console died between the two. */
static enum ud_status
record_aside(struct ud_journal *j, struct ud_error *err)
{
    char detail[160];
    const struct ud_record r = { .event = UD_EVENT_RECOVERY, .detail = detail };
    enum ud_status st = UD_OK;

    if (!ud_tail_aside(detail, sizeof(detail), j->dir, j->sequence))
        return UD_OK;
    if (ud_epoch_is_due(&j->epoch, j->sequence + 1, ud_clock_wall()))
        st = change_epoch(j, err);
    return st == UD_OK ? append_line(j, &r, NULL, err) : st;
}

static enum ud_status
begin_if_new(struct ud_journal *j, const struct ud_tail *t, bool has_origin, struct ud_error *err)
{
    enum ud_status st;

    if (has_origin) {
        ud_error_set(err, UD_JOURNAL, "The activity log in %.200s was emptied, so no keys are shown", j->dir);
        ud_error_hint(err, "Tell whoever is responsible for security. To begin a new log, move the whole directory away.");
        return UD_JOURNAL;
    }
    /* A torn very first line: nothing was acknowledged yet. */
    if (t->torn > 0 && (st = ud_tail_move(j->fd, j->dir, t, err)) != UD_OK)
        return st;
    return begin(j, err);
}

static enum ud_status
take_up(struct ud_journal *j, const struct ud_tail *t, struct ud_error *err)
{
    char path[600];
    enum ud_status st;

    j->reserved = 0;
    j->size = t->end;
    j->sequence = t->sequence;
    memcpy(j->hash, t->hash, sizeof(j->hash));
    path_of(path, j, "origin");
    bool has_origin = access(path, F_OK) == 0;
    if (t->sequence == 0)
        return begin_if_new(j, t, has_origin, err);
    if ((st = ud_tail_first_key(j->origin, j->fd, err)) != UD_OK)
        return st;
    if (!has_origin && (st = write_origin(j, err)) != UD_OK)
        return st;
    if ((st = load_epoch(j, t->epoch, err)) != UD_OK)
        return st;
    if (t->torn > 0 && ud_tail_move(j->fd, j->dir, t, err) != UD_OK)
        return poison(j, err);
    return record_aside(j, err);
}

/* Somebody has set the log aside (renew.h), or put another file in its place: what is appended here would be lost to it. */
static enum ud_status
check_place(struct ud_journal *j, const struct stat *sb, struct ud_error *err)
{
    struct stat there;
    char path[600];

    path_of(path, j, "journal.jsonl");
    if (lstat(path, &there) == 0 && there.st_dev == sb->st_dev && there.st_ino == sb->st_ino)
        return UD_OK;
    j->poisoned = true;
    ud_error_set(err, UD_JOURNAL, "The activity log was moved away while this console was open, so no keys are shown");
    return ud_error_hint(err, "End this console and start it again.");
}

/* Under the lock: reads what others wrote since. */
static enum ud_status
catch_up(struct ud_journal *j, struct ud_error *err)
{
    struct ud_tail t;
    struct stat sb;
    char marker[600];
    enum ud_status st;

    path_of(marker, j, "poisoned");
    if (j->poisoned || access(marker, F_OK) == 0) {
        ud_error_set(err, UD_JOURNAL, "An earlier write to the activity log failed");
        return poison(j, err);
    }
    if (fstat(j->fd, &sb) != 0)
        return ud_error_errno(err, "The activity log cannot be looked at");
    if ((st = check_place(j, &sb, err)) != UD_OK)
        return st;
    if (j->known && sb.st_size == j->size)
        return UD_OK;
    j->known = false;
    if ((st = ud_tail_read(&t, j->fd, sb.st_size, err)) != UD_OK || (st = take_up(j, &t, err)) != UD_OK)
        return st;
    j->known = true;
    return UD_OK;
}

/* --- public ------------------------------------------------------------------------------------------------------------------ */

static enum ud_status
open_file(struct ud_journal *j, struct ud_error *err)
{
    struct stat sb;
    char path[600];

    path_of(path, j, "journal.jsonl");
    bool fresh = access(path, F_OK) != 0;
    j->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (j->fd < 0 || fstat(j->fd, &sb) != 0)
        return ud_error_errno(err, path);
    if (!S_ISREG(sb.st_mode) || sb.st_uid != geteuid() || (sb.st_mode & 077) != 0) {
        ud_error_set(err, UD_JOURNAL, "%.240s is not a file that only you can use", path);
        ud_error_hint(err, "Run: chmod 600 %.240s", path);
        return UD_JOURNAL;
    }
    if (!fresh)
        return UD_OK;
    int dir = open(j->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir) != 0)
        return ud_error_errno(err, j->dir);
    (void)close(dir);
    return UD_OK;
}

enum ud_status
ud_journal_open(struct ud_journal **out, const char *dir, struct ud_error *err)
{
    struct ud_journal *j = ud_xcalloc(1, sizeof(*j));
    enum ud_status st;

    *out = NULL;
    j->fd = -1;
    if (!ud_copy(j->dir, sizeof(j->dir), dir)) {
        st = ud_error_set(err, UD_INVALID, "The name of the log's directory is too long");
        goto out;
    }
    ud_journal_context_read(&j->context);
    if ((st = ud_dir_ensure(dir, err)) != UD_OK || (st = open_file(j, err)) != UD_OK || (st = lock(j, err)) != UD_OK)
        goto out;
    if ((st = catch_up(j, err)) == UD_OK && ud_epoch_is_due(&j->epoch, j->sequence + 1, ud_clock_wall()))
        st = change_epoch(j, err);
    unlock(j);
    if (st == UD_OK) {
        *out = j;
        j = NULL;
    }
out:
    ud_journal_free(&j);
    return st;
}

void
ud_journal_free(struct ud_journal **j)
{
    if (j == NULL || *j == NULL)
        return;
    if ((*j)->fd >= 0)
        (void)close((*j)->fd);
    ud_epoch_free(&(*j)->epoch);
    free(*j);
    *j = NULL;
}

/* Twelve characters people can read out; no letter that is taken for a digit. */
static void
receipt_of(char out[13], const unsigned char hash[UD_HASH_SIZE])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned n = 0;

    for (unsigned i = 0; i < 10; i++) {
        if (i == 4 || i == 8)
            out[n++] = '-';
        out[n++] = digits[hash[i] & 31];
    }
    out[n] = '\0';
}

enum ud_status
ud_journal_append(struct ud_journal *j, const struct ud_record *r, char receipt[13], struct ud_error *err)
{
    enum ud_status st;

    if ((st = lock(j, err)) != UD_OK)
        return st;
    if ((st = catch_up(j, err)) == UD_OK && ud_epoch_is_due(&j->epoch, j->sequence + 1, ud_clock_wall()))
        st = change_epoch(j, err);
    if (st == UD_OK)
        st = append_line(j, r, NULL, err);
    if (st == UD_OK && receipt != NULL)
        receipt_of(receipt, j->hash);
    unlock(j);
    return st;
}

bool
ud_journal_poisoned(const struct ud_journal *j)
{
    return j->poisoned;
}

enum ud_status
ud_journal_space(const struct ud_journal *j, bool *warn, struct ud_error *err)
{
    struct statvfs v;

    *warn = false;
    if (fstatvfs(j->fd, &v) != 0)
        return ud_error_errno(err, "The file system of the activity log");
    uint64_t left = (uint64_t)v.f_bavail * v.f_frsize;
    *warn = left < WARN_BELOW;
    if (left >= (uint64_t)RESERVE || j->reserved - j->size >= (off_t)UD_LINE_MAX)
        return UD_OK;
    return ud_error_set(
        err, UD_NOSPACE, "Less than %d KiB are left for the activity log, so no keys are shown", (int)(RESERVE / 1024));
}

enum ud_status
ud_journal_checkpoint(struct ud_journal *j, struct ud_error *err)
{
    enum ud_status st;

    if ((st = lock(j, err)) != UD_OK)
        return st;
    if ((st = catch_up(j, err)) == UD_OK)
        st = ud_checkpoint_write(j->dir, j->origin, j->sequence, j->hash, &j->epoch, err);
    unlock(j);
    return st;
}
