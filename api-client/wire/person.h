/* GET /escrow/v1/me: who is signed in, and as what. Both directions. */
#ifndef UD_WIRE_PERSON_H
#define UD_WIRE_PERSON_H

#include "base/error.h"
#include "domain/device.h"
#include "wire/json_writer.h"

struct ud_wire_person {
    char id[UD_SHORT_MAX];
    char name[UD_NAME_MAX];    /* account, as typed at sign-in */
    char account[UD_NAME_MAX]; /* user@domain */
    char display[UD_NAME_MAX];
    char role[16]; /* "user" "helpdesk" "advanced" "approver" "auditor" "admin" */
};
UD_CHECK enum ud_status ud_wire_person_decode(struct ud_wire_person *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_person_write(struct ud_json_writer *w, const struct ud_wire_person *p);

#endif
