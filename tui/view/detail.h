/* Facts of a device as they stand on the device screen. Not for others than views. */
#ifndef UD_VIEW_DETAIL_H
#define UD_VIEW_DETAIL_H

#include "view/chrome.h"

/* Facts, one a row, in one or two columns as the width allows. Returns the rows. `source` may be NULL. */
int ud_detail_facts(struct ud_canvas cv, int y, const struct ud_device *device, const char *source, ud_wall now);
int ud_detail_fact_rows(int width, const char *source);

#endif
