/* Graph's small bodies: errors, /me, action results. */
#ifndef UD_WIRE_GRAPH_H
#define UD_WIRE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/device.h"
#include "wire/json_writer.h"

/* A Graph error. `code` is the deepest one that says something: through innerError and through JSON packed into `message` (Intune), up to
 * 3 levels. */
struct ud_wire_graph_error {
    char code[96];
    char outer_code[96];
    char message[320];
    char request_id[64];
    char client_request_id[64];
    char date[40];
    char activity_id[64]; /* support id from Intune's inner text */
};
/* UD_MALFORMED where the body is empty, HTML or anything else: the HTTP status has to be enough then. */
UD_CHECK enum ud_status ud_wire_graph_error_decode(
    struct ud_wire_graph_error *out, const void *body, size_t length, struct ud_error *err);
/* The whole object; request_id and client_request_id may be NULL. */
void ud_wire_graph_error_write(struct ud_json_writer *w, const char *code, const char *message, ud_wall date,
    const char *request_id, const char *client_request_id);

struct ud_wire_me {
    char id[UD_SHORT_MAX];
    char name[UD_NAME_MAX];    /* displayName */
    char account[UD_NAME_MAX]; /* userPrincipalName */
};
UD_CHECK enum ud_status ud_wire_me_decode(struct ud_wire_me *out, const void *body, size_t length, struct ud_error *err);
void ud_wire_me_write(struct ud_json_writer *w, const struct ud_wire_me *me, const char *context); /* the whole object */

enum ud_wire_action_state {
    UD_WIRE_ACTION_NONE,
    UD_WIRE_ACTION_PENDING,
    UD_WIRE_ACTION_CANCELED,
    UD_WIRE_ACTION_ACTIVE,
    UD_WIRE_ACTION_DONE,
    UD_WIRE_ACTION_FAILED,
    UD_WIRE_ACTION_NOT_SUPPORTED
};
struct ud_wire_action {
    char name[UD_SHORT_MAX]; /* actionName */
    enum ud_wire_action_state state;
    ud_wall started;
    ud_wall updated;
    int32_t error_code; /* HRESULT, 0: none */
};
/* The latest deviceActionResults entry that is about `kind` (its name is matched without case), from GET managedDevices/{id}; *last_checkin gets
 * lastSyncDateTime. UD_NOTFOUND where there is no such entry (*last_checkin is set all the same). */
UD_CHECK enum ud_status ud_wire_action_decode(
    struct ud_wire_action *out, ud_wall *last_checkin, enum ud_kind kind, const void *body, size_t length, struct ud_error *err);
/* One element of deviceActionResults, with its @odata.type for BitLocker. */
void ud_wire_action_write(struct ud_json_writer *w, enum ud_kind kind, const struct ud_wire_action *a);
/* "rotateBitLockerKeys", "rotateFileVaultKey", "rotateLocalAdminPassword"; NULL for LUKS, which Graph does not know. */
const char *ud_wire_action_name(enum ud_kind kind);

#endif
