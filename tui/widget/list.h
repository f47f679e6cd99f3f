/* A list's viewport: which row is selected and which are in sight. It holds no rows. */
#ifndef UD_WIDGET_LIST_H
#define UD_WIDGET_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "grid/key.h"

#define UD_LIST_NONE ((size_t)-1)

struct ud_list {
    size_t count;    /* rows there are */
    size_t selected; /* 0 where count is 0 */
    size_t top;      /* first row in sight */
    size_t rows;     /* rows that fit; 0 counts as 1 */
};

/* New count or number of visible rows; selection and viewport are put right. */
void ud_list_set(struct ud_list *list, size_t count, size_t rows);
void ud_list_select(struct ud_list *list, size_t index);
/* By `delta` rows, stopping at both ends. */
void ud_list_move(struct ud_list *list, long delta);
/* Up, Down, PgUp, PgDn, Home, End. True where the key is one of them (also at an end, where nothing moves). */
bool ud_list_key(struct ud_list *list, const struct ud_key_event *key);
/* One past the last row in sight. */
size_t ud_list_end(const struct ud_list *list);

#endif
