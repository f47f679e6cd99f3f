#include "escrowd/vault/roster.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MAX ((size_t)512 * 1024 * 1024)
#define COLUMNS  9

struct ud_roster {
    char path[600];
    struct ud_roster_line *line;
    size_t count, room;
    size_t size; /* of the file when it was read */
};

static const char *const behaviours[] = { "online", "offline", "failing" };

static bool
parse_behaviour(enum ud_behaviour *out, const char *text)
{
    for (int i = 0; i < 3; i++)
        if (strcmp(behaviours[i], text) == 0) {
            *out = (enum ud_behaviour)i;
            return true;
        }
    return false;
}

static bool
parse_line(struct ud_roster_line *l, char *text)
{
    char *column[COLUMNS];
    int n = 0;

    for (char *at = text; at != NULL && n < COLUMNS; n++)
        column[n] = strsep(&at, "\t");
    if (n != COLUMNS)
        return false;
    memset(l, 0, sizeof(*l));
    (void)ud_copy(l->name, sizeof(l->name), column[2]);
    (void)ud_copy(l->serial, sizeof(l->serial), column[3]);
    (void)ud_copy(l->os, sizeof(l->os), column[4]);
    if (strcmp(column[7], "-") != 0 && ud_guid_parse(&l->key, column[7], strlen(column[7]), NULL) != UD_OK)
        return false;
    if (!ud_volume_parse(&l->volume, column[6]))
        l->volume = UD_VOLUME_NONE;
    return ud_guid_parse(&l->device, column[0], strlen(column[0]), NULL) == UD_OK && parse_behaviour(&l->behaviour, column[1]) &&
           ud_kind_parse(&l->kind, column[5]) && ud_hex_decode(l->fingerprint, UD_HASH_SIZE, column[8], strlen(column[8]));
}

static struct ud_roster_line *
new_line(struct ud_roster *r)
{
    if (r->count == r->room) {
        r->room = r->room == 0 ? 1024 : 2 * r->room;
        r->line = ud_xrealloc(r->line, r->room, sizeof(*r->line));
    }
    return &r->line[r->count++];
}

static enum ud_status
load(struct ud_roster *r, struct ud_error *err)
{
    struct ud_buf data;
    enum ud_status st;

    r->count = 0;
    ud_buf_init(&data, FILE_MAX);
    st = ud_file_read(&data, r->path, FILE_MAX, err);
    r->size = data.length;
    if (st == UD_NOTFOUND)
        st = UD_OK;
    else if (st == UD_OK && data.length > 0)
        for (char *save = NULL, *text = strtok_r(data.data, "\n", &save); text != NULL; text = strtok_r(NULL, "\n", &save))
            if (!parse_line(new_line(r), text)) {
                st = ud_error_set(err, UD_MALFORMED, "%s: line %zu is not one of the simulator's", r->path, r->count);
                break;
            }
    ud_buf_free(&data);
    return st;
}

enum ud_status
ud_roster_open(struct ud_roster **out, const char *dir, struct ud_error *err)
{
    struct ud_roster *r = ud_xcalloc(1, sizeof(*r));
    enum ud_status st;

    *out = NULL;
    (void)snprintf(r->path, sizeof(r->path), "%s/" UD_ROSTER_FILE, dir);
    if ((st = load(r, err)) == UD_OK)
        *out = r;
    else
        ud_roster_free(&r);
    return st;
}

enum ud_status
ud_roster_refresh(struct ud_roster *r, struct ud_error *err)
{
    struct stat sb;

    return stat(r->path, &sb) == 0 && (size_t)sb.st_size != r->size ? load(r, err) : UD_OK;
}

void
ud_roster_free(struct ud_roster **r)
{
    if (r == NULL || *r == NULL)
        return;
    free((*r)->line);
    free(*r);
    *r = NULL;
}

const struct ud_roster_line *
ud_roster_find(const struct ud_roster *r, const struct ud_guid *device, enum ud_kind kind)
{
    for (size_t i = r->count; i-- > 0;)
        if (ud_guid_compare(&r->line[i].device, device) == 0 && (kind == UD_KIND_COUNT || r->line[i].kind == kind))
            return &r->line[i];
    return NULL;
}

static bool
is_called(const struct ud_roster_line *l, const char *text)
{
    char id[UD_GUID_TEXT];

    ud_guid_format(id, &l->device);
    return strcasecmp(l->name, text) == 0 || strcasecmp(l->serial, text) == 0 || strcasecmp(id, text) == 0;
}

const struct ud_roster_line *
ud_roster_named(const struct ud_roster *r, const char *text, bool *several)
{
    const struct ud_roster_line *found = NULL;

    *several = false;
    for (size_t i = r->count; i-- > 0;) {
        if (!is_called(&r->line[i], text))
            continue;
        if (found != NULL && ud_guid_compare(&found->device, &r->line[i].device) != 0)
            *several = true;
        if (found == NULL)
            found = &r->line[i];
    }
    return *several ? NULL : found;
}

void
ud_roster_format(struct ud_buf *out, const struct ud_roster_line *l)
{
    char device[UD_GUID_TEXT], key[UD_GUID_TEXT] = "-", hex[2 * UD_HASH_SIZE + 1];
    const char *volume = ud_volume_name(l->volume);

    ud_guid_format(device, &l->device);
    if (!ud_guid_is_zero(&l->key))
        ud_guid_format(key, &l->key);
    ud_hex_encode(hex, l->fingerprint, UD_HASH_SIZE);
    ud_buf_format(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", device, behaviours[l->behaviour], l->name, l->serial, l->os,
        ud_kind_name(l->kind), volume != NULL ? volume : "-", key, hex);
}

enum ud_status
ud_roster_add(struct ud_roster *r, const struct ud_roster_line *line, struct ud_error *err)
{
    struct ud_buf text;
    enum ud_status st;

    ud_buf_init(&text, 4096);
    ud_roster_format(&text, line);
    size_t length = text.length;
    int fd = open(r->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        st = ud_error_errno(err, r->path);
    } else {
        st = ud_fd_write_all(fd, text.data, text.length, err);
        if (st == UD_OK && fdatasync(fd) != 0)
            st = ud_error_errno(err, r->path);
        (void)close(fd);
    }
    ud_buf_free(&text);
    if (st == UD_OK) {
        *new_line(r) = *line;
        r->size += length;
    }
    return st;
}

void
ud_roster_fingerprint(
    unsigned char out[UD_HASH_SIZE], const struct ud_guid *device, struct ud_secret *recovery_key, struct ud_secret *simulate_key)
{
    static const char domain[] = "unlockdesk simulated key 1";
    const struct ud_bytes part[] = { { domain, sizeof(domain) - 1 }, { device->byte, sizeof(device->byte) },
        { ud_secret_open(recovery_key), ud_secret_length(recovery_key) } };

    ud_hash_keyed(out, part, 3, simulate_key);
    ud_secret_close(recovery_key);
}
