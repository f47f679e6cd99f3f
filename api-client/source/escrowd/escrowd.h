/* What the files of this folder share. Not for others. */
#ifndef UD_SOURCE_ESCROWD_H
#define UD_SOURCE_ESCROWD_H

#include "source/call.h"

void ud_escrowd_reveal(struct ud_source_call *c, const struct ud_source_reveal *what);
void ud_escrowd_rotate(struct ud_source_call *c, const struct ud_source_rotate *what);
void ud_escrowd_rotation(struct ud_source_call *c, const struct ud_source_rotation *what);
void ud_escrowd_outcome(struct ud_source_call *c, const struct ud_guid *request, const char *outcome);

#endif
