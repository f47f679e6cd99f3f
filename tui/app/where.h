/* Where the caller types the key: two lines a kind of key. Written by us in every language; a site replaces them by files of its own, because only the
 * site knows what its machines show. */
#ifndef UD_APP_WHERE_H
#define UD_APP_WHERE_H

#include "base/error.h"
#include "domain/recovery.h"

#define UD_WHERE_MAX 160 /* bytes of a line, with NUL */

struct ud_where {
    char line[UD_KIND_COUNT][2][UD_WHERE_MAX]; /* "": our own */
};

/* Reads `dir`/KIND.LL for a language "nl" or "pt-br" (then pt, then `dir`/KIND), KIND being bitlocker, filevault, luks or laps; a missing file leaves
 * ours. The first two lines count, cleaned. UD_CONFIG names a file that cannot be read, is no text or has lines that are too long. */
UD_CHECK enum ud_status ud_where_load(struct ud_where *w, const char *dir, const char *language, struct ud_error *err);
/* line[1] is NULL where one is enough. Static or in *w. */
void ud_where_lines(const char *line[2], const struct ud_where *w, enum ud_kind kind);

#endif
