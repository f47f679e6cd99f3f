/* Reading the whole log: every line's form, number, chain, hash, signature, epoch and time; then the checkpoints. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "journal/checkpoint.h"

#define SLACK     ((ud_wall)5 * 60 * 1000) /* an epoch may end this much late */
#define FILES_MAX ((size_t)16 * 1024 * 1024)

struct map {
    const char *text;
    size_t length;
};

/* A writer that is in the middle of a line is waited for; one that hangs is not. */
static void
wait_for_writer(int fd)
{
    struct flock l = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
    ud_msec deadline = ud_clock_now() + 2000;

    while (fcntl(fd, F_OFD_SETLK, &l) != 0 && ud_clock_now() < deadline)
        (void)poll(NULL, 0, 10);
}

static enum ud_status
map_log(struct map *m, const char *dir, struct ud_error *err)
{
    struct stat sb;
    char path[600];
    enum ud_status st;
    int fd;

    m->text = NULL;
    m->length = 0;
    (void)snprintf(path, sizeof(path), "%s/journal.jsonl", dir);
    if ((st = ud_file_open_read(&fd, path, err)) != UD_OK)
        return st == UD_NOTFOUND ? UD_OK : st;
    wait_for_writer(fd);
    if (fstat(fd, &sb) != 0) {
        st = ud_error_errno(err, path);
    } else if (sb.st_size > 0) {
        m->length = (size_t)sb.st_size;
        m->text = mmap(NULL, m->length, PROT_READ, MAP_PRIVATE, fd, 0);
        if (m->text == MAP_FAILED)
            st = ud_error_errno(err, path);
    }
    (void)close(fd);
    return st;
}

static void
unmap(struct map *m)
{
    if (m->text != NULL && m->text != MAP_FAILED)
        (void)munmap((void *)(uintptr_t)m->text, m->length);
}

struct walk {
    struct ud_journal_report *report;
    struct ud_journal_entry *entry;
    unsigned char origin[UD_SIGN_PUBLIC];
    bool has_origin;
    unsigned char hash[UD_HASH_SIZE];      /* of the line before */
    unsigned char (*keys)[UD_SIGN_PUBLIC]; /* by epoch */
    unsigned char (*hashes)[UD_HASH_SIZE]; /* by line */
    size_t epochs, room, lines_room;
    uint64_t first; /* line the current epoch began with */
    ud_wall started;
    char boot_id[40];
    ud_msec boot;
};

static bool
bad(struct walk *w, uint64_t line, const char *what)
{
    if (w->report->ok) {
        w->report->ok = false;
        w->report->first_bad = line;
        (void)ud_copy(w->report->what, sizeof(w->report->what), what);
    }
    return false;
}

static void
remember_key(struct walk *w, const unsigned char key[UD_SIGN_PUBLIC])
{
    if (w->epochs == w->room) {
        w->room = w->room == 0 ? 64 : 2 * w->room;
        w->keys = ud_xrealloc(w->keys, w->room, sizeof(*w->keys));
    }
    memcpy(w->keys[w->epochs++], key, UD_SIGN_PUBLIC);
}

static void
remember_hash(struct walk *w, uint64_t line)
{
    if (line > w->lines_room) {
        w->lines_room = w->lines_room == 0 ? 1024 : 2 * w->lines_room;
        w->hashes = ud_xrealloc(w->hashes, w->lines_room, sizeof(*w->hashes));
    }
    memcpy(w->hashes[line - 1], w->entry->hash, UD_HASH_SIZE);
}

static bool
check_first(struct walk *w)
{
    const struct ud_journal_entry *e = w->entry;

    if (!e->head.has_public || e->record.event != UD_EVENT_EPOCH || e->head.epoch != 0)
        return bad(w, 1, _("the log does not begin with its first key"));
    if (w->has_origin && memcmp(e->head.public_key, w->origin, UD_SIGN_PUBLIC) != 0)
        return bad(w, 1, _("the first key is not the one this log began with"));
    remember_key(w, e->head.public_key);
    w->started = e->head.time;
    w->first = 1;
    return true;
}

static bool
check_time(struct walk *w, uint64_t line)
{
    const struct ud_journal_head *h = &w->entry->head;

    if (strcmp(w->boot_id, h->context.boot_id) == 0 && h->boot < w->boot)
        return bad(w, line, _("its time runs back"));
    (void)ud_copy(w->boot_id, sizeof(w->boot_id), h->context.boot_id);
    w->boot = h->boot;
    if (w->entry->record.event == UD_EVENT_EPOCH)
        return true;
    if (h->time > w->started + UD_EPOCH_MS + SLACK || line - w->first >= UD_EPOCH_LINES)
        return bad(w, line, _("its key should have been replaced before it"));
    return true;
}

static void
enter_epoch(struct walk *w, uint64_t line)
{
    remember_key(w, w->entry->head.public_key);
    w->first = line + 1;
    w->started = w->entry->head.time;
}

static bool
check_line(struct walk *w, uint64_t line, const char *text, size_t length)
{
    unsigned char hash[UD_HASH_SIZE];
    struct ud_journal_entry *e = w->entry;

    if (!ud_line_parse(e, text, length))
        return bad(w, line, _("it is not in the form this program writes"));
    if (e->head.sequence != line)
        return bad(w, line, _("its number does not follow the line before"));
    if (memcmp(e->head.previous, w->hash, UD_HASH_SIZE) != 0)
        return bad(w, line, _("it does not follow the line before"));
    ud_line_hash(hash, e);
    if (memcmp(hash, e->hash, sizeof(hash)) != 0)
        return bad(w, line, _("its content was changed"));
    if (line == 1 && !check_first(w))
        return false;
    if (e->head.epoch != w->epochs - 1 || e->head.has_public != (e->record.event == UD_EVENT_EPOCH))
        return bad(w, line, _("it names another key than the one in force"));
    if (!ud_line_signed_by(e, w->keys[w->epochs - 1]))
        return bad(w, line, _("its signature is wrong"));
    if (!check_time(w, line))
        return false;
    if (line > 1 && e->head.has_public)
        enter_epoch(w, line);
    remember_hash(w, line);
    memcpy(w->hash, e->hash, sizeof(w->hash));
    return true;
}

static void
check_lines(struct walk *w, const struct map *m)
{
    uint64_t line = 0;

    for (size_t at = 0; at < m->length;) {
        const char *end = memchr(m->text + at, '\n', m->length - at);
        if (end == NULL) {
            w->report->torn = m->length - at;
            break;
        }
        line++;
        if (w->report->ok)
            (void)check_line(w, line, m->text + at, (size_t)(end - (m->text + at)));
        at = (size_t)(end - m->text) + 1;
    }
    w->report->lines = line;
    if (w->report->torn > 0) /* after a crash; the next start sets it aside and records that */
        (void)bad(w, line + 1, _("it is unfinished: no line ends there"));
}

static void
check_one_point(struct walk *w, const char *text)
{
    struct ud_journal_report *r = w->report;
    struct ud_checkpoint c;

    if (!ud_checkpoint_parse(&c, text) || c.epoch >= w->epochs || memcmp(c.origin, w->keys[0], sizeof(c.origin)) != 0 ||
        !ud_checkpoint_signed_by(&c, w->keys[c.epoch])) {
        if (c.sequence > r->lines)
            (void)bad(w, r->lines, _("a checkpoint knows of lines after it, which are gone"));
        else
            (void)bad(w, c.sequence, _("a checkpoint about it is not genuine"));
    } else if (c.sequence > r->lines) {
        (void)bad(w, r->lines, _("a checkpoint knows of lines after it, which are gone"));
    } else if (c.sequence == 0 || memcmp(w->hashes[c.sequence - 1], c.hash, UD_HASH_SIZE) != 0) {
        (void)bad(w, c.sequence, _("a checkpoint says it was another line"));
    } else if (c.sequence > r->anchored) {
        r->anchored = c.sequence;
    }
}

static enum ud_status
check_points(struct walk *w, const char *dir, struct ud_error *err)
{
    struct ud_buf b;
    char path[600];
    enum ud_status st;

    ud_buf_init(&b, FILES_MAX);
    (void)snprintf(path, sizeof(path), "%s/checkpoints", dir);
    st = ud_file_read(&b, path, FILES_MAX, err);
    if (st == UD_OK && b.length > 0)
        for (char *save = NULL, *line = strtok_r(b.data, "\n", &save); line != NULL && w->report->ok;
             line = strtok_r(NULL, "\n", &save))
            check_one_point(w, line);
    ud_buf_free(&b);
    return st == UD_NOTFOUND ? UD_OK : st;
}

static enum ud_status
read_origin(struct walk *w, const char *dir, struct ud_error *err)
{
    struct ud_buf b;
    char path[600];
    enum ud_status st;

    ud_buf_init(&b, 1024);
    (void)snprintf(path, sizeof(path), "%s/origin", dir);
    st = ud_file_read(&b, path, 1024, err);
    if (st == UD_OK && b.length > 0)
        w->has_origin = ud_hex_decode(w->origin, UD_SIGN_PUBLIC, b.data, strcspn(b.data, "\n"));
    ud_buf_free(&b);
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_journal_verify(struct ud_journal_report *report, const char *dir, struct ud_error *err)
{
    struct walk w = { .report = report, .entry = ud_xcalloc(1, sizeof(*w.entry)) };
    struct map m = { 0 };
    enum ud_status st;

    memset(report, 0, sizeof(*report));
    report->ok = true;
    if ((st = read_origin(&w, dir, err)) != UD_OK || (st = map_log(&m, dir, err)) != UD_OK)
        goto out;
    if (w.has_origin && m.length == 0)
        (void)bad(&w, 1, _("the whole log is gone; only its first key is left"));
    check_lines(&w, &m);
    if (report->ok)
        st = check_points(&w, dir, err);
    ud_hex_encode(report->head, w.hash, sizeof(w.hash));
out:
    unmap(&m);
    free(w.keys);
    free(w.hashes);
    free(w.entry);
    return st;
}

enum ud_status
ud_journal_read(const char *dir, ud_journal_each each, void *arg, struct ud_error *err)
{
    struct ud_journal_entry *e = ud_xcalloc(1, sizeof(*e));
    struct map m = { 0 };
    bool more = true;
    enum ud_status st = map_log(&m, dir, err);

    for (size_t at = 0; st == UD_OK && more && at < m.length;) {
        const char *end = memchr(m.text + at, '\n', m.length - at);
        if (end == NULL)
            break;
        if (ud_line_parse(e, m.text + at, (size_t)(end - (m.text + at)))) {
            struct ud_journal_line line = { e->head.sequence, e->head.time, e->record };
            more = each(&line, arg);
        }
        at = (size_t)(end - m.text) + 1;
    }
    unmap(&m);
    free(e);
    return st;
}
