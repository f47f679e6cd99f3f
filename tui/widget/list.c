/* Viewport arithmetic of a list. */
#include "widget/list.h"

static size_t
visible_rows(const struct ud_list *list)
{
    return list->rows > 0 ? list->rows : 1;
}

/* Keeps the selection inside the list and in sight, and the last page full. */
static void
settle(struct ud_list *list)
{
    size_t rows = visible_rows(list);

    if (list->count == 0) {
        list->selected = list->top = 0;
        return;
    }
    if (list->selected >= list->count)
        list->selected = list->count - 1;
    if (list->selected < list->top)
        list->top = list->selected;
    if (list->selected >= list->top + rows)
        list->top = list->selected - rows + 1;
    if (list->count <= rows)
        list->top = 0;
    else if (list->top > list->count - rows)
        list->top = list->count - rows;
}

void
ud_list_set(struct ud_list *list, size_t count, size_t rows)
{
    list->count = count;
    list->rows = rows;
    settle(list);
}

void
ud_list_select(struct ud_list *list, size_t index)
{
    list->selected = index;
    settle(list);
}

void
ud_list_move(struct ud_list *list, long delta)
{
    size_t by = delta < 0 ? (size_t)(-(delta + 1)) + 1 : (size_t)delta;

    if (delta < 0)
        list->selected = by > list->selected ? 0 : list->selected - by;
    else if (list->count > 0)
        list->selected = by > list->count - 1 - list->selected ? list->count - 1 : list->selected + by;
    settle(list);
}

/* A page turns with one row of overlap, viewport and selection together. */
static void
page(struct ud_list *list, bool down)
{
    size_t rows = visible_rows(list), step = rows > 1 ? rows - 1 : 1;

    if (down)
        list->top = list->top + step < list->count ? list->top + step : list->top;
    else
        list->top = list->top > step ? list->top - step : 0;
    ud_list_move(list, down ? (long)step : -(long)step);
}

bool
ud_list_key(struct ud_list *list, const struct ud_key_event *key)
{
    switch (key->code) {
    case UD_KEY_UP:
        ud_list_move(list, -1);
        return true;
    case UD_KEY_DOWN:
        ud_list_move(list, 1);
        return true;
    case UD_KEY_PAGE_UP:
        page(list, false);
        return true;
    case UD_KEY_PAGE_DOWN:
        page(list, true);
        return true;
    case UD_KEY_HOME:
        ud_list_select(list, 0);
        return true;
    case UD_KEY_END:
        ud_list_select(list, list->count > 0 ? list->count - 1 : 0);
        return true;
    default:
        return false;
    }
}

size_t
ud_list_end(const struct ud_list *list)
{
    size_t end = list->top + visible_rows(list);

    return end < list->count ? end : list->count;
}
