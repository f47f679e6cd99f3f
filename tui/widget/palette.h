/* A typed filter over a list of commands. */
#ifndef UD_WIDGET_PALETTE_H
#define UD_WIDGET_PALETTE_H

#include "widget/line.h"
#include "widget/list.h"

struct ud_palette_entry {
    const char *label;   /* translated */
    const char *key;     /* bound keys, may be empty */
    const char *refused; /* why it cannot be used now; NULL: it can */
};

struct ud_palette {
    const struct ud_line *line;
    struct ud_list list;                  /* over `entry` */
    const struct ud_palette_entry *entry; /* all that match, best first */
    size_t count;
};

/* How well `label` fits what was typed: 0 not at all, else higher is better (start of words counts most). Case is ignored. */
unsigned ud_palette_score(const char *label, const char *typed);
/* Rows of entries a canvas of this height shows. */
size_t ud_palette_rows(int height);
void ud_palette_draw(struct ud_canvas cv, const struct ud_palette *palette);

#endif
