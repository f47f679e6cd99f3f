/* Choices by digit, in as many columns as fit. */
#include "widget/choice.h"

#define LEAD   3 /* mark, digit, blank */
#define GAP    2
#define CHOSEN "✓"

static const char digits[] = "1234567890abcdefghijklmnopqrstuvwxyz";

char
ud_choice_digit(size_t index)
{
    return index < sizeof(digits) - 1 ? digits[index] : ' ';
}

size_t
ud_choice_of(const struct ud_key_event *key, size_t count)
{
    if (key->code != UD_KEY_TEXT || key->text[1])
        return UD_CHOICE_NONE;
    for (size_t i = 0; i < count && i < sizeof(digits) - 1; i++) {
        if (digits[i] == (key->text[0] >= 'A' && key->text[0] <= 'Z' ? key->text[0] - 'A' + 'a' : key->text[0]))
            return i;
    }
    return UD_CHOICE_NONE;
}

static int
longest(const char *const *text, size_t count)
{
    int most = 0;

    for (size_t i = 0; i < count; i++) {
        int cells = ud_cells(text[i]);

        most = cells > most ? cells : most;
    }
    return most;
}

static int
column_count(int width, const char *const *text, size_t count)
{
    int one = longest(text, count) + LEAD + GAP;
    int columns = (width + GAP) / one;

    if (columns < 1)
        columns = 1;
    return columns > 3 ? 3 : columns;
}

int
ud_choice_rows(int width, const char *const *text, size_t count)
{
    int columns = column_count(width, text, count);

    return ((int)count + columns - 1) / columns;
}

void
ud_choice_draw(struct ud_canvas cv, const char *const *text, size_t count, size_t chosen, bool focus)
{
    int columns = column_count(cv.width, text, count);
    int rows = ud_choice_rows(cv.width, text, count);
    int step = (cv.width + GAP) / columns;
    size_t at = chosen == UD_CHOICE_NONE ? 0 : chosen;

    for (size_t i = 0; i < count; i++) {
        int x = (int)i / rows * step, y = (int)i % rows;
        char key[2] = { ud_choice_digit(i), '\0' };
        bool on = i == chosen;

        if (on)
            ud_canvas_text(cv, x, y, UD_ROLE_CHOICE_CHOSEN, CHOSEN);
        ud_canvas_text(cv, x + 1, y, on ? UD_ROLE_CHOICE_CHOSEN : UD_ROLE_CHOICE_KEY, key);
        ud_canvas_fit(cv, x + LEAD, y, step - GAP - LEAD, on ? UD_ROLE_CHOICE_CHOSEN : UD_ROLE_TEXT, text[i]);
    }
    if (focus && count > 0)
        ud_canvas_cursor(cv, (int)at / rows * step + 1, (int)at % rows);
}
