#include "app/where.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "grid/i18n.h"

#define FILE_MAX ((size_t)4096)

static enum ud_status
take_line(char out[UD_WHERE_MAX], const char *text, size_t length, const char *path, struct ud_error *err)
{
    char clean[UD_WHERE_MAX];

    if (length > 0 && text[length - 1] == '\r')
        length--;
    if (length >= UD_WHERE_MAX || ud_text_clean(clean, sizeof(clean), text, length)) {
        ud_error_set(err, UD_CONFIG, "%.300s: its lines are plain text of up to %d bytes", path, UD_WHERE_MAX - 1);
        return ud_error_hint(err, "Write two short lines that say where the caller types the key.");
    }
    memcpy(out, clean, length + 1);
    return UD_OK;
}

/* UD_NOTFOUND where there is no such file. */
static enum ud_status
read_one(char line[2][UD_WHERE_MAX], const char *path, struct ud_error *err)
{
    struct ud_buf data;
    enum ud_status st = UD_NOTFOUND;
    const char *at, *end;

    if (access(path, F_OK) != 0)
        return UD_NOTFOUND;
    ud_buf_init(&data, FILE_MAX);
    if ((st = ud_file_read(&data, path, FILE_MAX, err)) != UD_OK)
        goto out;
    line[0][0] = line[1][0] = '\0';
    at = data.data != NULL ? data.data : "";
    end = at + data.length;
    for (int i = 0; i < 2 && at < end && st == UD_OK; i++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t length = (size_t)((stop != NULL ? stop : end) - at);
        st = take_line(line[i], at, length, path, err);
        at += length + 1;
    }
out:
    ud_buf_free(&data);
    return st;
}

static enum ud_status
read_kind(char line[2][UD_WHERE_MAX], const char *dir, const char *kind, const char *language, struct ud_error *err)
{
    char path[700], tag[24];
    enum ud_status st;

    (void)ud_copy(tag, sizeof(tag), language);
    while (tag[0] != '\0') {
        (void)snprintf(path, sizeof(path), "%s/%s.%s", dir, kind, tag);
        if ((st = read_one(line, path, err)) != UD_NOTFOUND)
            return st;
        char *cut = strpbrk(tag, "-_@.");
        *(cut != NULL ? cut : tag) = '\0';
    }
    (void)snprintf(path, sizeof(path), "%s/%s", dir, kind);
    st = read_one(line, path, err);
    return st == UD_NOTFOUND ? UD_OK : st;
}

enum ud_status
ud_where_load(struct ud_where *w, const char *dir, const char *language, struct ud_error *err)
{
    enum ud_status st = UD_OK;

    memset(w, 0, sizeof(*w));
    for (int k = 0; k < UD_KIND_COUNT && st == UD_OK; k++)
        st = read_kind(w->line[k], dir, ud_kind_name((enum ud_kind)k), language, err);
    return st;
}

static void
ours(const char *line[2], enum ud_kind kind)
{
    switch (kind) {
    case UD_KIND_BITLOCKER:
        /* UD: at most 76 cells */
        line[0] = _("Into 'Enter the recovery key' on the blue screen; it adds the dashes itself.");
        /* UD: at most 76 cells */
        line[1] = _("F1 to F9 type 1 to 9 and F10 types 0, where the keyboard has no digits.");
        break;
    case UD_KIND_FILEVAULT:
        line[0] = _("At the Mac's login window: click the question mark in the password field, then the arrow.");
        /* UD: at most 76 cells */
        line[1] = _("Capital letters; the dashes are typed too.");
        break;
    case UD_KIND_LUKS:
        /* UD: at most 76 cells */
        line[0] = _("At the passphrase question while Linux starts; small letters.");
        /* UD: at most 76 cells */
        line[1] = _("The dashes are typed too.");
        break;
    default:
        line[0] = _("As the password of the local administrator account. Capital and small letters count.");
        break;
    }
}

void
ud_where_lines(const char *line[2], const struct ud_where *w, enum ud_kind kind)
{
    line[0] = line[1] = NULL;
    if (kind < UD_KIND_COUNT && w->line[kind][0][0] != '\0') {
        line[0] = w->line[kind][0];
        line[1] = w->line[kind][1][0] != '\0' ? w->line[kind][1] : NULL;
    } else {
        ours(line, kind);
    }
}
