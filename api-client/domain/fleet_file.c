/* The list on disk: a header, then every column as it lies in memory, each at a page of its own, so that opening is mapping.
 * Nothing in the file is believed: sizes are checked here, offsets and numbers where they are used. It holds no secrets. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "domain/fleet_store.h"

#define MAGIC      "UDFLEET"
#define VERSION    1u
#define ORDER_MARK 0x01020304u
#define TAG_MAX    512
#define STRETCH    65536 /* of zeros, to be left out */

enum section {
#define X(name, size, most) SECTION_##name,
    UD_ALL_COLUMNS(X)
#undef X
        SECTION_MODELS,
    SECTION_MODEL_STARTS,
    SECTION_SYSTEMS,
    SECTION_SYSTEM_STARTS,
    SECTION_COUNT
};

struct header {
    char magic[8];
    uint32_t version, order, page, sections;
    uint64_t file_size, check; /* check: of the header with this member zero */
    int64_t as_of;
    char tag[TAG_MAX];
    uint32_t rows, live_rows, text_used, plain_used, plain_rows;
    uint32_t keys, fresh, dead_keys, ordered, orphans, lost, runs, run[UD_RUNS_MAX];
    uint32_t models, models_used, systems, systems_used;
    uint64_t offset[SECTION_COUNT], bytes[SECTION_COUNT];
};

static uint64_t
aligned(uint64_t bytes)
{
    size_t page = ud_column_align();

    return (bytes + page - 1) / page * page;
}

static uint64_t
check_of(const struct header *h)
{
    struct header copy = *h;
    uint64_t sum = 0xCBF29CE484222325u;

    copy.check = 0;
    for (size_t i = 0; i < sizeof(copy); i++)
        sum = (sum ^ ((const unsigned char *)&copy)[i]) * 0x100000001B3u;
    return sum;
}

/* What each section must hold, from the counts. */
static void
expected_bytes(const struct header *h, uint64_t bytes[SECTION_COUNT])
{
#define X(name, size, most) bytes[SECTION_##name] = (uint64_t)(size)*h->rows;
    UD_ROW_COLUMNS(X)
#undef X
#define X(name, size, most) bytes[SECTION_##name] = (uint64_t)(size)*h->keys;
    UD_KEY_COLUMNS(X)
#undef X
    bytes[SECTION_text] = h->rows > 0 ? h->text_used : 0;
    bytes[SECTION_start] = h->rows > 0 ? ((uint64_t)h->rows + 1) * 4 : 0;
    bytes[SECTION_live] = h->rows > 0 ? ((uint64_t)h->rows / 64 + 1) * 8 : 0;
    bytes[SECTION_plain] = h->plain_used;
    bytes[SECTION_plain_row] = bytes[SECTION_plain_at] = (uint64_t)h->plain_rows * 4;
    bytes[SECTION_key_order] = (uint64_t)h->ordered * 4;
    bytes[SECTION_orphan] = (uint64_t)h->orphans * 16;
    bytes[SECTION_orphan_key] = (uint64_t)h->orphans * 4;
    bytes[SECTION_MODELS] = h->models_used;
    bytes[SECTION_MODEL_STARTS] = (uint64_t)h->models * 4;
    bytes[SECTION_SYSTEMS] = h->systems_used;
    bytes[SECTION_SYSTEM_STARTS] = (uint64_t)h->systems * 4;
}

/* The columns in the order of the sections. */
static void
list_columns(struct ud_fleet *f, struct ud_column *column[SECTION_COUNT])
{
    unsigned i = 0;

#define X(name, size, most) column[i++] = &f->name;
    UD_ALL_COLUMNS(X)
#undef X
    column[i++] = &f->models.text;
    column[i++] = &f->models.start;
    column[i++] = &f->systems.text;
    column[i++] = &f->systems.start;
}

/* --- saving ------------------------------------------------------------------------------------------------------------ */

/* Rows that are published, whatever is being added meanwhile. */
static void
count_rows(const struct ud_fleet *f, struct header *h)
{
    h->rows = ud_fleet_rows(f);
    h->text_used = h->rows > 0 ? UD_STARTS(f)[h->rows] : 1;
    h->plain_used = atomic_load(&f->plain_used);
    h->plain_rows = atomic_load(&f->plain_rows);
    while (h->plain_rows > 0 && UD_COL(f, plain_row, uint32_t)[h->plain_rows - 1] >= h->rows)
        h->plain_rows--;
    for (uint32_t row = 0; row < h->rows; row++)
        h->live_rows += ud_row_live(f, row);
    h->models = atomic_load_explicit(&f->models.count, memory_order_acquire);
    h->models_used = atomic_load(&f->models.used);
    h->systems = atomic_load_explicit(&f->systems.count, memory_order_acquire);
    h->systems_used = atomic_load(&f->systems.used);
}

/* Under key_lock. */
static void
count_keys(const struct ud_fleet *f, struct header *h)
{
    h->keys = f->keys;
    h->fresh = f->fresh;
    h->dead_keys = f->dead_keys;
    h->ordered = f->ordered;
    h->orphans = f->orphans;
    h->lost = f->lost;
    h->runs = f->runs;
    memcpy(h->run, f->run, sizeof(h->run));
}

static bool
is_zero(const unsigned char *p, size_t length)
{
    return length == 0 || (p[0] == 0 && memcmp(p, p + 1, length - 1) == 0);
}

/* Writes a section; stretches of zeros stay holes. */
static enum ud_status
write_section(int fd, const unsigned char *base, uint64_t offset, uint64_t bytes, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (uint64_t done = 0; st == UD_OK && done < bytes; done += STRETCH) {
        size_t n = bytes - done < STRETCH ? (size_t)(bytes - done) : STRETCH;
        if (is_zero(base + done, n))
            continue;
        if (lseek(fd, (off_t)(offset + done), SEEK_SET) < 0)
            return ud_error_errno(err, "The list of devices could not be saved");
        st = ud_fd_write_all(fd, base + done, n, err);
    }
    return st;
}

static enum ud_status
write_sections(int fd, struct ud_column *const *column, const struct header *h, unsigned from, unsigned to, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    for (unsigned s = from; s < to && st == UD_OK; s++)
        st = write_section(fd, column[s]->base, h->offset[s], h->bytes[s], err);
    return st;
}

/* Everything but the header. Rows below `published` do not change; what hangs on the keys does, so that is written under the lock. */
static enum ud_status
write_columns(struct ud_fleet *f, int fd, struct header *h, struct ud_error *err)
{
    struct ud_column *column[SECTION_COUNT];
    uint64_t at = aligned(sizeof(*h));
    enum ud_status st = UD_OK;

    list_columns(f, column);
    pthread_mutex_lock(&f->key_lock);
    count_rows(f, h);
    count_keys(f, h);
    expected_bytes(h, h->bytes);
    for (unsigned s = 0; s < SECTION_COUNT; at += aligned(h->bytes[s]), s++)
        h->offset[s] = at;
    h->file_size = at;
    if (ftruncate(fd, (off_t)at) != 0)
        st = ud_error_errno(err, "The list of devices could not be saved");
    if (st == UD_OK)
        st = write_sections(fd, column, h, SECTION_head, SECTION_COUNT, err);
    pthread_mutex_unlock(&f->key_lock);
    return st == UD_OK ? write_sections(fd, column, h, 0, SECTION_head, err) : st;
}

static enum ud_status
write_file(struct ud_fleet *f, int fd, const char *tag, ud_wall as_of, struct ud_error *err)
{
    struct header *h = ud_xcalloc(1, sizeof(*h));
    enum ud_status st;

    memcpy(h->magic, MAGIC, sizeof(MAGIC));
    h->version = VERSION;
    h->order = ORDER_MARK;
    h->page = (uint32_t)ud_column_align();
    h->sections = SECTION_COUNT;
    h->as_of = as_of;
    (void)ud_copy(h->tag, sizeof(h->tag), tag);
    st = write_columns(f, fd, h, err);
    h->check = check_of(h);
    if (st == UD_OK && lseek(fd, 0, SEEK_SET) != 0)
        st = ud_error_errno(err, "The list of devices could not be saved");
    if (st == UD_OK)
        st = ud_fd_write_all(fd, h, sizeof(*h), err);
    if (st == UD_OK && fdatasync(fd) != 0)
        st = ud_error_errno(err, "The list of devices could not be saved");
    free(h);
    return st;
}

enum ud_status
ud_fleet_save(const struct ud_fleet *f, const char *path, const char *source_tag, ud_wall as_of, struct ud_error *err)
{
    struct ud_buf name;
    struct ud_guid random;
    char suffix[UD_GUID_TEXT];
    enum ud_status st;
    int fd = -1;

    ud_guid_random(&random);
    ud_guid_format(suffix, &random);
    ud_buf_init(&name, 8192);
    ud_buf_format(&name, "%s.%s", path, suffix);
    if ((st = ud_buf_status(&name, err)) != UD_OK)
        goto out;
    fd = open(name.data, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        st = ud_error_errno(err, "The list of devices could not be saved");
        goto out;
    }
    st = write_file((struct ud_fleet *)(uintptr_t)f, fd, source_tag, as_of, err); /* of the fleet only the lock is touched */
    if (close(fd) != 0 && st == UD_OK)
        st = ud_error_errno(err, "The list of devices could not be saved");
    if (st == UD_OK && rename(name.data, path) != 0)
        st = ud_error_errno(err, "The list of devices could not be saved");
    if (st != UD_OK)
        (void)unlink(name.data);
out:
    ud_buf_free(&name);
    return st;
}

/* --- loading ----------------------------------------------------------------------------------------------------------- */

static bool
counts_fit(const struct header *h)
{
    if (h->rows > UD_FLEET_MAX || h->live_rows > h->rows || h->text_used < 1 || h->text_used > UD_FLEET_TEXT_MAX ||
        h->plain_used > UD_FLEET_TEXT_MAX || h->plain_rows > h->rows)
        return false;
    if (h->keys > UD_FLEET_KEYS_MAX || h->fresh > h->keys || h->dead_keys > h->keys || h->ordered > h->fresh ||
        h->orphans > h->keys || h->lost > h->orphans || h->runs > UD_RUNS_MAX || (h->runs == 0) != (h->ordered == 0))
        return false;
    for (uint32_t r = 0; r < h->runs; r++)
        if (h->run[r] > h->ordered || (r > 0 && h->run[r] < h->run[r - 1]))
            return false;
    return (h->runs == 0 || h->run[h->runs - 1] == h->ordered) && h->models <= UD_DICT_MAX && h->systems <= UD_DICT_MAX &&
           h->models_used <= UD_DICT_TEXT_MAX && h->systems_used <= UD_DICT_TEXT_MAX;
}

static bool
is_ours(const struct header *h, uint64_t file_size, const char *tag)
{
    uint64_t bytes[SECTION_COUNT], at = aligned(sizeof(*h));

    if (memcmp(h->magic, MAGIC, sizeof(MAGIC)) != 0 || h->version != VERSION || h->order != ORDER_MARK ||
        h->page != ud_column_align() || h->sections != SECTION_COUNT || h->check != check_of(h) || h->file_size != file_size ||
        strnlen(h->tag, sizeof(h->tag)) != strlen(tag) || strcmp(h->tag, tag) != 0 || !counts_fit(h))
        return false;
    expected_bytes(h, bytes);
    for (unsigned s = 0; s < SECTION_COUNT; at += aligned(bytes[s]), s++)
        if (h->bytes[s] != bytes[s] || h->offset[s] != at)
            return false;
    return at == file_size;
}

static void
take_counts(struct ud_fleet *f, const struct header *h)
{
    f->rows = h->rows;
    f->live_rows = h->live_rows;
    f->text_used = h->text_used;
    atomic_init(&f->plain_used, h->plain_used);
    atomic_init(&f->plain_rows, h->plain_rows);
    f->keys = h->keys;
    f->fresh = h->fresh;
    f->dead_keys = h->dead_keys;
    f->ordered = h->ordered;
    f->orphans = h->orphans;
    f->lost = h->lost;
    f->runs = h->runs;
    memcpy(f->run, h->run, sizeof(f->run));
    atomic_init(&f->models.count, h->models);
    atomic_init(&f->models.used, h->models_used);
    atomic_init(&f->systems.count, h->systems);
    atomic_init(&f->systems.used, h->systems_used);
}

static enum ud_status
map_all(struct ud_fleet *f, int fd, const char *tag, ud_wall *as_of, struct ud_error *err)
{
    struct ud_column *column[SECTION_COUNT];
    struct header *h = ud_xcalloc(1, sizeof(*h));
    struct stat info;
    enum ud_status st = UD_OK;

    if (fstat(fd, &info) != 0 || pread(fd, h, sizeof(*h), 0) != (ssize_t)sizeof(*h) || !is_ours(h, (uint64_t)info.st_size, tag) ||
        (h->rows > 4096 && h->live_rows < h->rows / 2)) {
        st = ud_error_set(err, UD_MALFORMED, "The saved list of devices is of another format or of another source.");
        ud_error_hint(err, "It is read anew from the source.");
        goto out;
    }
    list_columns(f, column);
    for (unsigned s = 0; s < SECTION_COUNT && st == UD_OK; s++)
        if (!ud_column_map(column[s], fd, (size_t)h->offset[s], (size_t)h->bytes[s]))
            st = ud_error_set(err, UD_NOMEM, "The saved list of devices could not be mapped.");
    if (st != UD_OK)
        goto out;
    take_counts(f, h);
    f->brought = ud_xcalloc(h->text_used / UD_BROUGHT_BYTES + 1, sizeof(*f->brought));
    for (size_t i = 0; i <= h->text_used / UD_BROUGHT_BYTES; i++)
        atomic_flag_clear(&f->brought[i]);
    f->mapped_text = h->text_used;
    *as_of = h->as_of;
    ud_fleet_publish(f);
out:
    free(h);
    return st;
}

enum ud_status
ud_fleet_load(struct ud_fleet **out, const char *path, const char *source_tag, ud_wall *as_of, struct ud_error *err)
{
    struct ud_fleet *f = NULL;
    enum ud_status st;
    int fd = -1;

    *out = NULL;
    if ((st = ud_file_open_read(&fd, path, err)) != UD_OK)
        return st;
    f = ud_fleet_new();
    if ((st = map_all(f, fd, source_tag, as_of, err)) == UD_OK) {
        *out = f;
        f = NULL;
    }
    ud_fleet_free(&f);
    close(fd);
    return st;
}

/* --- bringing in ------------------------------------------------------------------------------------------------------- */

bool
ud_text_bring(const struct ud_fleet *f, size_t from, size_t to)
{
    bool any = false;

    if (f->brought == NULL)
        return false;
    if (to > f->mapped_text)
        to = f->mapped_text;
    for (size_t i = from / UD_BROUGHT_BYTES; i * UD_BROUGHT_BYTES < to; i++) {
        if (atomic_flag_test_and_set_explicit(&f->brought[i], memory_order_relaxed))
            continue;
        ud_column_bring(&f->text, i * UD_BROUGHT_BYTES, UD_BROUGHT_BYTES);
        any = true;
    }
    return any;
}

bool
ud_fleet_warm(const struct ud_fleet *f)
{
    for (size_t from = 0; f->brought != NULL && from < f->mapped_text; from += UD_BROUGHT_BYTES)
        if (ud_text_bring(f, from, from + UD_BROUGHT_BYTES))
            return true;
    return false;
}
