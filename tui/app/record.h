/* One line for the activity log that owns its text, so that it can wait for the journal's thread. */
#ifndef UD_APP_RECORD_H
#define UD_APP_RECORD_H

#include "domain/device.h"
#include "domain/policy.h"
#include "journal/journal.h"

struct ud_entry {
    enum ud_event_kind event;
    char operator_id[128], source[32];
    char device[UD_GUID_TEXT], device_name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX];
    char key[UD_GUID_TEXT], kind[16];
    struct ud_disclosure why;
    char outcome[24], request[UD_GUID_TEXT], server_request[80], finding[96], detail[200], surge[UD_INCIDENT_MAX];
};

/* Fills *out with pointers into `e`. */
void ud_entry_record(struct ud_record *out, const struct ud_entry *e);
void ud_entry_device(struct ud_entry *e, const struct ud_device *d);
void ud_entry_key(struct ud_entry *e, const struct ud_key *k);
/* After ud_entry_device: a user who was named is who the line is about. */
void ud_entry_why(struct ud_entry *e, const struct ud_disclosure *why);
void ud_entry_detail(struct ud_entry *e, const char *text);

#endif
