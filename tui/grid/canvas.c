/* Drawing text into a clipped part of the grid, measured in cells. Never splits a wide cluster and never leaves half of one
 * behind. */
#include "grid/canvas.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define ELLIPSIS "…"

static int
at_least_zero(int n)
{
    return n < 0 ? 0 : n;
}

static struct ud_rect
intersect(struct ud_rect a, struct ud_rect b)
{
    int x = a.x > b.x ? a.x : b.x, y = a.y > b.y ? a.y : b.y;
    int right = a.x + a.width < b.x + b.width ? a.x + a.width : b.x + b.width;
    int below = a.y + a.height < b.y + b.height ? a.y + a.height : b.y + b.height;

    return (struct ud_rect){ x, y, at_least_zero(right - x), at_least_zero(below - y) };
}

struct ud_canvas
ud_canvas_of(struct ud_grid *grid)
{
    return (struct ud_canvas){ grid, 0, 0, grid->width, grid->height, { 0, 0, grid->width, grid->height } };
}

struct ud_canvas
ud_canvas_part(struct ud_canvas cv, int x, int y, int width, int height)
{
    struct ud_rect part;

    if (width > cv.width - x)
        width = cv.width - x;
    if (height > cv.height - y)
        height = cv.height - y;
    width = at_least_zero(width);
    height = at_least_zero(height);
    part = (struct ud_rect){ cv.x + x, cv.y + y, width, height };
    return (struct ud_canvas){ cv.grid, part.x, part.y, width, height, intersect(cv.clip, part) };
}

struct ud_canvas
ud_canvas_inset(struct ud_canvas cv, int n, int m)
{
    return ud_canvas_part(cv, n, m, cv.width - 2 * n, cv.height - 2 * m);
}

struct ud_canvas
ud_canvas_scrolled(struct ud_canvas cv, int content_height, int offset)
{
    cv.y -= offset;
    cv.height = content_height;
    return cv;
}

struct ud_canvas
ud_canvas_centre(struct ud_canvas cv, int width, int height)
{
    if (width > cv.width)
        width = cv.width;
    if (height > cv.height)
        height = cv.height;
    return ud_canvas_part(cv, (cv.width - width) / 2, (cv.height - height) / 2, width, height);
}

static bool
visible(struct ud_canvas cv, int gx, int gy)
{
    return gx >= cv.clip.x && gy >= cv.clip.y && gx < cv.clip.x + cv.clip.width && gy < cv.clip.y + cv.clip.height;
}

static struct ud_cell *
cell_at(struct ud_canvas cv, int gx, int gy)
{
    return &cv.grid->cell[(size_t)gy * (size_t)cv.grid->width + (size_t)gx];
}

static void
blank_cell(struct ud_cell *cell)
{
    *cell = (struct ud_cell){ .text = " ", .width = 1, .role = cell->role };
}

/* Overwriting one half of a wide cluster blanks the other half. */
static void
break_wide(struct ud_canvas cv, int gx, int gy)
{
    struct ud_cell *cell = cell_at(cv, gx, gy);

    if (cell->flags & UD_CELL_TAIL) {
        if (gx > 0)
            blank_cell(cell_at(cv, gx - 1, gy));
        blank_cell(cell);
    } else if (cell->width == 2 && gx + 1 < cv.grid->width) {
        blank_cell(cell_at(cv, gx + 1, gy));
    }
}

static void
put(struct ud_canvas cv, int gx, int gy, enum ud_role role, const char *text, size_t length, int width)
{
    struct ud_cell *cell = cell_at(cv, gx, gy);

    break_wide(cv, gx, gy);
    if (width == 2)
        break_wide(cv, gx + 1, gy);
    while (length >= UD_CELL_BYTES) {
        do
            length--;
        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80);
    }
    *cell = (struct ud_cell){ .width = (uint8_t)width, .role = (uint8_t)role };
    memcpy(cell->text, text, length);
    if (width == 2)
        cell[1] = (struct ud_cell){ .text = "", .width = 0, .role = (uint8_t)role, .flags = UD_CELL_TAIL };
}

/* A cluster of which only one half lies inside the clip is drawn as a blank there. */
static void
put_clipped(struct ud_canvas cv, int gx, int gy, enum ud_role role, const char *text, size_t length, int width)
{
    bool left = visible(cv, gx, gy), right = width == 2 && visible(cv, gx + 1, gy);

    if (width == 1 ? left : left && right) {
        put(cv, gx, gy, role, text, length, width);
        return;
    }
    if (left)
        put(cv, gx, gy, role, " ", 1, 1);
    if (right)
        put(cv, gx + 1, gy, role, " ", 1, 1);
}

/* Characters of one byte and one cell each; `step` 0 repeats the first. */
static void
put_plain(struct ud_canvas cv, int x, int y, int count, enum ud_role role, const char *text, int step)
{
    int gy = cv.y + y, from = cv.x + at_least_zero(x), end = cv.x + x + count;

    if (gy < cv.clip.y || gy >= cv.clip.y + cv.clip.height)
        return;
    if (from < cv.clip.x)
        from = cv.clip.x;
    if (end > cv.clip.x + cv.clip.width)
        end = cv.clip.x + cv.clip.width;
    for (int gx = from; gx < end; gx++) {
        struct ud_cell *cell = cell_at(cv, gx, gy);

        if (cell->width != 1)
            break_wide(cv, gx, gy);
        *cell = (struct ud_cell){ .text = { text[(gx - cv.x - x) * step] }, .width = 1, .role = (uint8_t)role };
    }
}

/* Draws at most `cells` cells and says how many were used. */
static int
draw_bytes(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *text, size_t length)
{
    int used = 0;

    if (y < 0 || y >= cv.height)
        return 0;
    if (cells > cv.width - x)
        cells = cv.width - x;
    while (length > 0 && used <= cells) {
        size_t plain = ud_text_plain(text, length), bytes;
        int width = 0;

        if (plain > 0) {
            width = plain < (size_t)(cells - used) ? (int)plain : cells - used;
            put_plain(cv, x + used, y, width, role, text, 1);
            used += width;
            if ((size_t)width < plain)
                break;
            text += plain;
            length -= plain;
            continue;
        }
        bytes = ud_text_next(text, length, &width);
        if (bytes == 0 || used + width > cells)
            break;
        if (width > 0 && x + used >= 0)
            put_clipped(cv, cv.x + x + used, cv.y + y, role, text, bytes, width);
        used += width;
        text += bytes;
        length -= bytes;
    }
    return used;
}

int
ud_canvas_text(struct ud_canvas cv, int x, int y, enum ud_role role, const char *text)
{
    return text ? draw_bytes(cv, x, y, cv.width - x, role, text, strlen(text)) : 0;
}

int
ud_canvas_format(struct ud_canvas cv, int x, int y, enum ud_role role, const char *fmt, ...)
{
    char line[1024];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    return ud_canvas_fit(cv, x, y, cv.width - x, role, line);
}

int
ud_canvas_fit(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *text)
{
    size_t length, used, bytes;

    if (!text || cells <= 0)
        return 0;
    length = strlen(text);
    if (ud_text_width(text, length) <= (size_t)cells)
        return draw_bytes(cv, x, y, cells, role, text, length);
    bytes = ud_text_fit(text, length, (size_t)cells - 1, &used);
    while (bytes > 0 && text[bytes - 1] == ' ') {
        bytes--;
        used--;
    }
    draw_bytes(cv, x, y, cells, role, text, bytes);
    draw_bytes(cv, x + (int)used, y, 1, role, ELLIPSIS, strlen(ELLIPSIS));
    return (int)used + 1;
}

int
ud_canvas_fit_right(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *text)
{
    int width = ud_cells(text);

    if (width > cells)
        width = cells;
    return ud_canvas_fit(cv, x + cells - width, y, width, role, text);
}

int
ud_canvas_centred(struct ud_canvas cv, int y, enum ud_role role, const char *text)
{
    int width = ud_cells(text);

    if (width > cv.width)
        width = cv.width;
    return ud_canvas_fit(cv, (cv.width - width) / 2, y, width, role, text);
}

/* Japanese has no blanks between words: a line may end beside a wide character, but does not begin with a closing mark or a small
 * kana, nor end with an opening mark. */
static bool
may_part(const char *before, size_t before_length, int before_width, const char *after, size_t after_length, int after_width)
{
    static const char closing[] = "、。，．：；？！）」』】〉》〕］｝・ー々～ぁぃぅぇぉっゃゅょァィゥェォッャュョヶ%.,:;?!)]}'\"";
    static const char opening[] = "（「『【〈《〔［｛([{'\"";
    char one[32];

    if (before_width < 2 && after_width < 2)
        return false;
    if (before_length >= sizeof(one) || after_length >= sizeof(one))
        return true;
    snprintf(one, sizeof(one), "%.*s", (int)after_length, after);
    if (strstr(closing, one) != NULL)
        return false;
    snprintf(one, sizeof(one), "%.*s", (int)before_length, before);
    return strstr(opening, one) == NULL;
}

/* Bytes of the first line of `text` at `width` cells, and in *skip the bytes to go on from. */
static size_t
line_break(const char *text, int width, size_t *skip)
{
    size_t length = strcspn(text, "\n"), used, last = 0, before = 0;
    size_t fits = ud_text_fit(text, length, (size_t)width, &used);
    int before_cells = 0, cells;

    if (fits == length) {
        *skip = length + (text[length] == '\n');
        return length;
    }
    for (size_t at = 0, n; at <= fits; before = n, before_cells = cells, at += n) {
        n = ud_text_next(text + at, length - at, &cells);
        if (at > 0 &&
            (text[at] == ' ' || (text[at - 1] != ' ' && may_part(text + at - before, before, before_cells, text + at, n, cells))))
            last = at;
        if (n == 0)
            break;
    }
    if (last == 0) {
        *skip = fits > 0 ? fits : length;
        return fits;
    }
    *skip = last;
    while (text[*skip] == ' ')
        ++*skip;
    while (last > 0 && text[last - 1] == ' ')
        last--;
    return last;
}

int
ud_canvas_wrap(struct ud_canvas cv, int x, int y, int width, enum ud_role role, const char *text, bool draw)
{
    int lines = 0;

    if (!text || width <= 0)
        return 0;
    while (*text) {
        size_t skip, bytes = line_break(text, width, &skip);

        if (draw)
            draw_bytes(cv, x, y + lines, width, role, text, bytes);
        lines++;
        text += skip;
    }
    return lines;
}

void
ud_canvas_fill(struct ud_canvas cv, enum ud_role role)
{
    for (int y = 0; y < cv.height; y++)
        ud_canvas_repeat(cv, 0, y, cv.width, role, " ");
}

void
ud_canvas_role(struct ud_canvas cv, int x, int y, int cells, enum ud_role role)
{
    for (int i = 0; i < cells && x + i < cv.width; i++) {
        if (y >= 0 && y < cv.height && visible(cv, cv.x + x + i, cv.y + y))
            cell_at(cv, cv.x + x + i, cv.y + y)->role = (uint8_t)role;
    }
}

void
ud_canvas_repeat(struct ud_canvas cv, int x, int y, int cells, enum ud_role role, const char *character)
{
    size_t length = strlen(character);

    if (cells > cv.width - x)
        cells = cv.width - x;
    if (y < 0 || y >= cv.height)
        return;
    if (ud_text_plain(character, length) == length && length == 1) {
        put_plain(cv, x, y, cells, role, character, 0);
        return;
    }
    for (int i = 0; i < cells; i++)
        draw_bytes(cv, x + i, y, 1, role, character, length);
}

void
ud_canvas_box(struct ud_canvas cv, enum ud_role role, const char *title)
{
    int right = cv.width - 1, below = cv.height - 1;

    if (cv.width < 2 || cv.height < 2)
        return;
    ud_canvas_fill(cv, UD_ROLE_TEXT);
    ud_canvas_repeat(cv, 1, 0, cv.width - 2, role, "─");
    ud_canvas_repeat(cv, 1, below, cv.width - 2, role, "─");
    for (int y = 1; y < below; y++) {
        ud_canvas_text(cv, 0, y, role, "│");
        ud_canvas_text(cv, right, y, role, "│");
    }
    ud_canvas_text(cv, 0, 0, role, "┌");
    ud_canvas_text(cv, right, 0, role, "┐");
    ud_canvas_text(cv, 0, below, role, "└");
    ud_canvas_text(cv, right, below, role, "┘");
    if (title && cv.width > 8) {
        int used = ud_canvas_fit(cv, 3, 0, cv.width - 7, UD_ROLE_TITLE, title);

        ud_canvas_text(cv, 2, 0, role, " ");
        ud_canvas_text(cv, 3 + used, 0, role, " ");
    }
}

bool
ud_canvas_reserve(struct ud_canvas cv, enum ud_reserve what, int x, int y, int width, int height)
{
    struct ud_rect whole = { cv.x + x, cv.y + y, width, height };
    struct ud_rect seen = intersect(whole, cv.clip);

    if (width <= 0 || height <= 0 || seen.width != width || seen.height != height)
        return false;
    for (int gy = whole.y; gy < whole.y + height; gy++) {
        for (int gx = whole.x; gx < whole.x + width; gx++) {
            put(cv, gx, gy, UD_ROLE_SECRET, " ", 1, 1);
            cell_at(cv, gx, gy)->flags = UD_CELL_SECRET;
        }
    }
    cv.grid->reserved[what] = whole;
    return true;
}

void
ud_canvas_cursor(struct ud_canvas cv, int x, int y)
{
    if (!visible(cv, cv.x + x, cv.y + y))
        return;
    cv.grid->cursor_shown = true;
    cv.grid->cursor_x = cv.x + x;
    cv.grid->cursor_y = cv.y + y;
}

int
ud_cells(const char *text)
{
    return text ? (int)ud_text_width(text, strlen(text)) : 0;
}
