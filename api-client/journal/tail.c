#include "journal/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define LOOK (2 * UD_LINE_MAX)

static enum ud_status
not_ours(struct ud_error *err)
{
    ud_error_set(err, UD_JOURNAL, "A line of the activity log is not as this program writes it, so no keys are shown");
    ud_error_hint(err, "Run: unlockdesk journal verify - and tell whoever is responsible for security.");
    return UD_JOURNAL;
}

/* Fills *t from the line [start, end) of `text`. */
static enum ud_status
use_line(struct ud_tail *t, const char *text, size_t start, size_t end, struct ud_error *err)
{
    struct ud_journal_entry *e = ud_xcalloc(1, sizeof(*e));
    unsigned char hash[UD_HASH_SIZE];
    bool ok = ud_line_parse(e, text + start, end - start);

    if (ok) {
        ud_line_hash(hash, e);
        ok = memcmp(hash, e->hash, sizeof(hash)) == 0;
    }
    t->sequence = e->head.sequence;
    t->epoch = e->head.epoch + (e->head.has_public && e->head.sequence > 1 ? 1 : 0);
    memcpy(t->hash, e->hash, sizeof(t->hash));
    free(e);
    return ok ? UD_OK : not_ours(err);
}

enum ud_status
ud_tail_read(struct ud_tail *t, int fd, off_t size, struct ud_error *err)
{
    off_t from = size > (off_t)LOOK ? size - (off_t)LOOK : 0;
    size_t want = (size_t)(size - from), got = 0, end, start;
    char *text = ud_xcalloc(1, LOOK + 1);
    enum ud_status st = UD_OK;

    memset(t, 0, sizeof(*t));
    while (got < want) {
        ssize_t n = pread(fd, text + got, want - got, from + (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            st = ud_error_errno(err, "The activity log cannot be read");
            goto out;
        }
        got += (size_t)n;
    }
    for (end = got; end > 0 && text[end - 1] != '\n'; end--)
        ;
    t->end = from + (off_t)end;
    t->torn = got - end;
    if (end == 0) {
        if (from > 0)
            st = not_ours(err);
        goto out;
    }
    for (start = end - 1; start > 0 && text[start - 1] != '\n'; start--)
        ;
    st = use_line(t, text, start, end - 1, err);
out:
    free(text);
    return st;
}

enum ud_status
ud_tail_first_key(unsigned char key[UD_SIGN_PUBLIC], int fd, struct ud_error *err)
{
    struct ud_journal_entry *e = ud_xcalloc(1, sizeof(*e));
    char *text = ud_xcalloc(1, UD_LINE_MAX);
    ssize_t n = pread(fd, text, UD_LINE_MAX, 0);
    const char *end = n > 0 ? memchr(text, '\n', (size_t)n) : NULL;
    bool ok = end != NULL && ud_line_parse(e, text, (size_t)(end - text)) && e->head.has_public && e->head.sequence == 1;

    if (ok)
        memcpy(key, e->head.public_key, UD_SIGN_PUBLIC);
    free(text);
    free(e);
    return ok ? UD_OK : not_ours(err);
}

static void
torn_path(char out[600], const char *dir, uint64_t sequence)
{
    (void)snprintf(out, 600, "%s/torn-%llu", dir, (unsigned long long)sequence);
}

enum ud_status
ud_tail_move(int fd, const char *dir, const struct ud_tail *t, struct ud_error *err)
{
    char path[600];
    enum ud_status st;

    if (t->torn > LOOK)
        return not_ours(err);
    char *bytes = ud_xcalloc(1, t->torn + 1);
    torn_path(path, dir, t->sequence);
    if (pread(fd, bytes, t->torn, t->end) != (ssize_t)t->torn) {
        st = ud_error_errno(err, "The unfinished line cannot be read");
        goto out;
    }
    if ((st = ud_file_replace(path, bytes, t->torn, 0600, err)) != UD_OK)
        goto out;
    if (ftruncate(fd, t->end) != 0 || fdatasync(fd) != 0)
        st = ud_error_errno(err, "The unfinished line cannot be cut off");
out:
    free(bytes);
    return st;
}

bool
ud_tail_aside(char *out, size_t size, const char *dir, uint64_t sequence)
{
    static const char domain[] = "unlockdesk torn 1";
    unsigned char hash[UD_HASH_SIZE];
    char path[600], hex[2 * UD_HASH_SIZE + 1];
    struct ud_buf b;

    torn_path(path, dir, sequence);
    if (ud_file_read(&b, path, LOOK, NULL) != UD_OK)
        return false;
    const struct ud_bytes part[] = { { domain, sizeof(domain) - 1 }, { b.data, b.length } };
    ud_hash(hash, part, 2);
    ud_hex_encode(hex, hash, sizeof(hash));
    (void)snprintf(out, size, "%zu bytes of an unfinished line set aside, hash %s", b.length, hex);
    ud_buf_free(&b);
    return true;
}
