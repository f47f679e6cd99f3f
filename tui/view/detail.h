/* Facts of a device as they stand on the device screen and beside the list. Not for others than views. */
#ifndef UD_VIEW_DETAIL_H
#define UD_VIEW_DETAIL_H

#include "view/chrome.h"

/* Facts, one a row, in one or two columns as the width allows. Returns the rows. `source` may be NULL. */
int ud_detail_facts(struct ud_canvas cv, int y, const struct ud_device *device, const char *source, ud_wall now);
int ud_detail_fact_rows(int width, const char *source);
/* Short list of keys: ID, kind, date, state. Returns the rows. */
int ud_detail_keys(struct ud_canvas cv, int y, const struct ud_key *key, size_t count, ud_wall now);

#endif
