/* Footer hints, progress and numbers. */
#include "widget/bar.h"

#include <stdio.h>
#include <string.h>

#include "grid/i18n.h"

#define GAP 2

static int
hint_cells(const struct ud_hint *hint)
{
    return ud_cells(hint->key) + 1 + ud_cells(hint->label);
}

/* Room that the pinned hints from `from` on need. */
static int
pinned_cells(const struct ud_hint *hint, size_t from, size_t count)
{
    int sum = 0;

    for (size_t i = from; i < count; i++)
        sum += hint[i].pinned ? GAP + hint_cells(&hint[i]) : 0;
    return sum;
}

size_t
ud_bar_hints(struct ud_canvas cv, int y, enum ud_role key_role, enum ud_role text_role, const struct ud_hint *hint, size_t count)
{
    int x = 1;
    size_t drawn = 0;

    for (size_t i = 0; i < count; i++) {
        int later = pinned_cells(hint, i + 1, count);

        if (!hint[i].pinned && x + hint_cells(&hint[i]) + later > cv.width)
            continue;
        x += ud_canvas_text(cv, x, y, key_role, hint[i].key);
        x += ud_canvas_text(cv, x, y, text_role, " ");
        x += ud_canvas_text(cv, x, y, text_role, hint[i].label) + GAP;
        drawn++;
    }
    return drawn;
}

void
ud_bar_progress(struct ud_canvas cv, int x, int y, int cells, uint64_t done, uint64_t total)
{
    int filled = total > 0 ? (int)((double)(done < total ? done : total) / (double)total * cells) : 0;

    ud_canvas_repeat(cv, x, y, filled, UD_ROLE_PROGRESS_DONE, "█");
    ud_canvas_repeat(cv, x + filled, y, cells - filled, UD_ROLE_PROGRESS_LEFT, "░");
}

void
ud_bar_number(char out[32], uint64_t n)
{
    const char *sample = _("1,000"); /* UD: how a thousand is written; what stands between 1 and 000 parts the digits */
    char plain[24], mark[8];
    size_t length, at = 0;

    snprintf(mark, sizeof(mark), "%.*s", strlen(sample) > 4 ? (int)(strlen(sample) - 4) : 0, sample + 1);
    length = (size_t)snprintf(plain, sizeof(plain), "%llu", (unsigned long long)n);
    for (size_t i = 0; i < length && at < 27; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            at += (size_t)snprintf(out + at, 32 - at, "%s", mark);
        out[at++] = plain[i];
    }
    out[at] = '\0';
}
