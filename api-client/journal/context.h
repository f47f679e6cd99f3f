/* Who writes the log and where from. Private to the journal. */
#ifndef UD_JOURNAL_CONTEXT_H
#define UD_JOURNAL_CONTEXT_H

#include "journal/line.h"

void ud_journal_context_read(struct ud_journal_context *c);

#endif
