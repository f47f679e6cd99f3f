/* What the files of this folder share. Not for others. */
#ifndef UD_SOURCE_ESCROWD_H
#define UD_SOURCE_ESCROWD_H

#include "source/call.h"

void ud_escrowd_reveal(struct ud_source_call *c, const struct ud_source_reveal *what);
void ud_escrowd_rotate(struct ud_source_call *c, const struct ud_source_rotate *what);
void ud_escrowd_rotation(struct ud_source_call *c, const struct ud_source_rotation *what);
void ud_escrowd_outcome(struct ud_source_call *c, const struct ud_guid *request, const char *outcome);

/* keep.c */
void ud_escrowd_keep(struct ud_source_call *c, const struct ud_source_keep *what);
void ud_escrowd_package(struct ud_source_call *c, const struct ud_source_reveal *what);
/* report.c */
void ud_escrowd_report(struct ud_source_call *c, const struct ud_source_report *what);
/* approval.c */
void ud_escrowd_approval(struct ud_source_call *c, const struct ud_source_approval *what);

/* board.c */
void ud_escrowd_board(struct ud_source_call *c);

/* typed.c */
void ud_escrowd_store(struct ud_source_call *c, const struct ud_source_store *what);
void ud_escrowd_store_state(struct ud_source_call *c, const struct ud_guid *device);
void ud_escrowd_store_ask(struct ud_source_call *c, const struct ud_guid *device, const char *note);
void ud_escrowd_store_requests(struct ud_source_call *c);
void ud_escrowd_deposit_key(struct ud_source_call *c);

#endif
