/* Commands by what is typed. */
#include "widget/palette.h"

#include <string.h>

#include "base/text.h"

#define SCORE_MAX 192

static bool
starts_word(const char *text, size_t at)
{
    return at == 0 || text[at - 1] == ' ';
}

/* Whole substring at the start of a word, then elsewhere, then the letters in order. */
unsigned
ud_palette_score(const char *label, const char *typed)
{
    char hay[SCORE_MAX], needle[SCORE_MAX];
    const char *at, *walk;

    ud_text_fold(needle, sizeof(needle), typed, strlen(typed));
    if (!*needle)
        return 1;
    ud_text_fold(hay, sizeof(hay), label, strlen(label));
    at = strstr(hay, needle);
    while (at && !starts_word(hay, (size_t)(at - hay))) {
        const char *later = strstr(at + 1, needle);

        if (!later)
            break;
        at = later;
    }
    if (at)
        return (starts_word(hay, (size_t)(at - hay)) ? 1000u : 500u) - (unsigned)(at - hay);
    walk = hay;
    for (const char *c = needle; *c; c++) {
        walk = strchr(walk, *c);
        if (!walk)
            return 0;
        walk++;
    }
    return 100;
}

size_t
ud_palette_rows(int height)
{
    return height > 3 ? (size_t)(height - 2) : 1;
}

static void
draw_entry(struct ud_canvas cv, int y, const struct ud_palette_entry *entry, bool selected)
{
    enum ud_role role = selected ? UD_ROLE_ROW_SELECTED : entry->refused ? UD_ROLE_DIM : UD_ROLE_TEXT;
    const char *right = entry->refused ? entry->refused : entry->key;
    int room = cv.width - 4, key = ud_cells(right);

    if (selected) {
        ud_canvas_repeat(cv, 0, y, cv.width, role, " ");
        ud_canvas_text(cv, 0, y, role, "›");
    }
    if (key > room / 2 && key > room - 2 - ud_cells(entry->label))
        key = room - 2 - ud_cells(entry->label) > room / 2 ? room - 2 - ud_cells(entry->label) : room / 2;
    ud_canvas_fit(cv, 2, y, room - key - 2, role, entry->label);
    ud_canvas_fit_right(cv, 2 + room - key, y, key, selected ? role : UD_ROLE_DIM, right);
}

void
ud_palette_draw(struct ud_canvas cv, const struct ud_palette *palette)
{
    size_t rows = ud_palette_rows(cv.height);

    ud_line_draw(cv, 2, 0, cv.width - 4, palette->line, true, NULL);
    ud_canvas_text(cv, 0, 0, UD_ROLE_FOOTER_KEY, ":");
    for (size_t i = 0; i < rows && palette->list.top + i < palette->count; i++) {
        size_t index = palette->list.top + i;

        draw_entry(cv, 2 + (int)i, &palette->entry[index], index == palette->list.selected);
    }
}
