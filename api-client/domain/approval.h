/* Approval by a second person: one request for one recovery key, and the surge that lifts the hourly stop. Plain values; the service keeps them, the
 * console shows them. An approval is good for one disclosure of that key, for that reason, by whoever asked, until it expires. */
#ifndef UD_DOMAIN_APPROVAL_H
#define UD_DOMAIN_APPROVAL_H

#include <stdbool.h>

#include "base/clock.h"
#include "domain/device.h"
#include "domain/policy.h"

enum ud_approval_state {
    UD_APPROVAL_NONE,
    UD_APPROVAL_OPEN,    /* nobody has decided */
    UD_APPROVAL_GRANTED, /* and not used yet */
    UD_APPROVAL_DENIED,
    UD_APPROVAL_WITHDRAWN, /* by whoever asked */
    UD_APPROVAL_USED,
    UD_APPROVAL_EXPIRED, /* never stored: ud_approval_at says it */
    UD_APPROVAL_STATE_COUNT
};
const char *ud_approval_state_name(enum ud_approval_state s); /* "none" "open" "granted" "denied" "withdrawn" "used" "expired" */
bool ud_approval_state_parse(enum ud_approval_state *out, const char *name);

enum ud_approval_decision { UD_APPROVAL_GRANT, UD_APPROVAL_DENY, UD_APPROVAL_WITHDRAW, UD_APPROVAL_DECISION_COUNT };
const char *ud_approval_decision_name(enum ud_approval_decision d); /* "grant" "deny" "withdraw" */

#define UD_APPROVAL_NOTE 256
#define UD_SURGE_LONGEST ((ud_wall)12 * 3600 * 1000)

struct ud_approval_request {
    struct ud_guid id;
    struct ud_guid request; /* chosen by whoever asks: sent again it names the same approval */
    struct ud_guid key;     /* zero: the key has no ID */
    struct ud_guid device;
    enum ud_kind kind;
    enum ud_approval_state state;
    bool own;                          /* asked by the very person who reads this */
    ud_wall created, expires, decided; /* decided: UD_WALL_NONE while nobody has */
    ud_msec left;                      /* until it expires, by the service's clock; 0 where it cannot */
    struct ud_disclosure why;
    char requester[UD_SHORT_MAX * 2], account[UD_SHORT_MAX * 2];
    char device_name[UD_NAME_MAX], serial[UD_SHORT_MAX], user[UD_NAME_MAX];
    char approver[UD_SHORT_MAX * 2];
    char answer[UD_APPROVAL_NOTE]; /* the approver's note */
};

/* The state at `now`: open and granted ones expire. A clock that stands more than a minute before the request was made has been set back, and
 * nothing is extended by that: expired. */
enum ud_approval_state ud_approval_at(const struct ud_approval_request *a, ud_wall now);

/* An incident number is 1 to 47 cells of text without controls, and not only blanks. */
bool ud_incident_valid(const char *incident);

#endif
