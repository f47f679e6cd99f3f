/* Column layout and rows. */
#include "widget/table.h"

#include <assert.h>

#define GAP  2
#define MARK "›"

/* Never narrower than its title, which differs from language to language. */
static int
least(const struct ud_column *column)
{
    int title = ud_cells(column->title);

    return column->min > 0 && title > column->min ? title : column->min;
}

static int
total_min(const struct ud_table *table)
{
    int sum = 0;

    for (size_t i = 0; i < table->count; i++) {
        if (table->width[i] > 0)
            sum += least(&table->column[i]) + (sum > 0 ? GAP : 0);
    }
    return sum;
}

/* Drops the highest rank until the least widths fit. */
static void
drop_columns(struct ud_table *table, int room)
{
    while (total_min(table) > room) {
        size_t worst = 0;
        int rank = 0;

        for (size_t i = 0; i < table->count; i++) {
            if (table->width[i] > 0 && table->column[i].rank > rank) {
                rank = table->column[i].rank;
                worst = i;
            }
        }
        if (rank == 0)
            return;
        table->width[worst] = 0;
    }
}

/* Every column grows towards what it wants, one cell each in turn, then the spare room goes to those that share. */
static void
grow_columns(struct ud_table *table, int spare)
{
    bool grew = true;
    int shares = 0;

    while (spare > 0 && grew) {
        grew = false;
        for (size_t i = 0; i < table->count && spare > 0; i++) {
            if (table->width[i] > 0 && table->width[i] < table->column[i].want) {
                table->width[i]++;
                spare--;
                grew = true;
            }
        }
    }
    for (size_t i = 0; i < table->count; i++)
        shares += table->width[i] > 0 ? table->column[i].share : 0;
    for (size_t i = 0; i < table->count && shares > 0; i++) {
        if (table->width[i] > 0)
            table->width[i] += spare * table->column[i].share / shares;
    }
}

void
ud_table_layout(struct ud_table *table, const struct ud_column *column, size_t count, int lead, int width)
{
    int x = lead, room = width - lead;

    assert(count <= UD_TABLE_COLUMNS);
    table->column = column;
    table->count = count;
    for (size_t i = 0; i < count; i++)
        table->width[i] = least(&column[i]);
    drop_columns(table, room);
    grow_columns(table, room - total_min(table));
    for (size_t i = 0; i < count; i++) {
        table->at[i] = x;
        if (table->width[i] > 0)
            x += table->width[i] + GAP;
    }
}

static void
draw_cell(struct ud_canvas cv, int y, const struct ud_table *table, size_t i, enum ud_role role, const char *text)
{
    if (table->width[i] == 0)
        return;
    if (table->column[i].right)
        ud_canvas_fit_right(cv, table->at[i], y, table->width[i], role, text);
    else
        ud_canvas_fit(cv, table->at[i], y, table->width[i], role, text);
}

void
ud_table_head(struct ud_canvas cv, int y, const struct ud_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        draw_cell(cv, y, table, i, UD_ROLE_COLUMN, table->column[i].title);
}

void
ud_table_row(
    struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_table_cell *cell, bool selected, bool cursor)
{
    if (selected) {
        ud_canvas_repeat(cv, 0, y, cv.width, UD_ROLE_ROW_SELECTED, " ");
        ud_canvas_text(cv, 0, y, UD_ROLE_ROW_SELECTED, MARK);
    }
    for (size_t i = 0; i < table->count; i++)
        draw_cell(cv, y, table, i, selected ? UD_ROLE_ROW_SELECTED : cell[i].role, cell[i].text);
    if (selected && cursor)
        ud_canvas_cursor(cv, 0, y);
}
