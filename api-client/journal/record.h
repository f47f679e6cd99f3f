/* The table of a record's members. Private to the journal. */
#ifndef UD_JOURNAL_RECORD_H
#define UD_JOURNAL_RECORD_H

#include <stddef.h>

#include "journal/journal.h"

#define UD_RECORD_FIELDS 19

struct ud_record_field {
    const char *name;
    size_t offset; /* of a const char * in struct ud_record */
};
extern const struct ud_record_field ud_record_fields[UD_RECORD_FIELDS];

bool ud_event_kind_parse(enum ud_event_kind *out, const char *name);
/* "name":"text", the text cleaned and escaped. */
void ud_record_text(struct ud_buf *out, const char *name, const char *text);

#endif
