/* Columns that share a width. Cells are text with a role; the selected row is drawn in one role from edge to edge. */
#ifndef UD_WIDGET_TABLE_H
#define UD_WIDGET_TABLE_H

#include "grid/canvas.h"

#define UD_TABLE_COLUMNS 12

struct ud_column {
    const char *title; /* translated */
    int min;           /* below that, or below its title, the column is dropped */
    int want;          /* what it takes at most, before spare room is shared */
    int share;         /* part of the spare room; 0: none */
    int rank;          /* the highest rank is dropped first; rank 0 never */
    bool right;        /* aligned right */
};

struct ud_table {
    const struct ud_column *column;
    size_t count;
    int width[UD_TABLE_COLUMNS]; /* 0: dropped */
    int at[UD_TABLE_COLUMNS];    /* x of the column */
};

struct ud_table_cell {
    const char *text; /* clean; NULL is empty */
    enum ud_role role;
};

/* Lays out columns with a gap of two cells into `width` cells; `lead` cells stay free at the left (for the selection mark). */
void ud_table_layout(struct ud_table *table, const struct ud_column *column, size_t count, int lead, int width);
void ud_table_head(struct ud_canvas cv, int y, const struct ud_table *table);
/* One row; `selected` draws it in row.selected with a mark in front and puts the hardware cursor there when `cursor`. */
void ud_table_row(
    struct ud_canvas cv, int y, const struct ud_table *table, const struct ud_table_cell *cell, bool selected, bool cursor);

#endif
