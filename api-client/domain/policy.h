/* Policy: what a disclosure needs, how long things stay visible, when the console locks. Comes from the source, else from the site's
 * policy.conf; a user's file can only tighten it. Times in milliseconds. */
#ifndef UD_DOMAIN_POLICY_H
#define UD_DOMAIN_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"
#include "domain/device.h"
#include "domain/reason.h"

enum ud_need { UD_NEED_NO, UD_NEED_OPTIONAL, UD_NEED_YES };
/* Which keys staff get only when a second person has approved it. A reason can ask for it besides (struct ud_reason). */
enum ud_approval_rule { UD_APPROVAL_RULE_NO, UD_APPROVAL_RULE_PERSONAL, UD_APPROVAL_RULE_YES };
enum ud_profile { UD_PROFILE_WORKSTATION, UD_PROFILE_JUMPHOST, UD_PROFILE_TRAINING };

#define UD_VERIFIED_MAX 8
#define UD_INCIDENT_MAX 48

struct ud_policy {
    struct ud_reason reason[UD_REASON_MAX];
    size_t reason_count;
    enum ud_need ticket;
    char ticket_prefix[32];  /* filled into the form */
    char ticket_pattern[64]; /* POSIX extended regular expression; empty: anything */
    enum ud_need note;
    enum ud_need caller;
    enum ud_need verified;                  /* "how checked" */
    char verified_way[UD_VERIFIED_MAX][48]; /* choices, e.g. "Called back on the known number" */
    size_t verified_count;
    bool personal_bitlocker_view; /* BitLocker keys of personal devices may be viewed */
    bool rotate_after_disclosure; /* a new key is asked as soon as the operator says it worked */
    ud_msec rotate_delay;         /* so long after a key was shown the service asks for a new one by itself: 15 minutes */
    ud_msec rotate_due;           /* a shown key not replaced by then is due */
    ud_msec idle_warn;            /* 5:00 */
    ud_msec idle_countdown;       /* 60 s */
    ud_msec session_max;          /* 10 h; 0: none */
    ud_msec session_grace;        /* 15 min more for an open call */
    ud_msec locked_end;           /* session over when locked that long; 0: never */
    ud_msec presence_max;         /* PIN or passphrase again after; 0: off */
    ud_msec group_cover;          /* one group covered after the last key press */
    ud_msec whole_cover;          /* whole key covered after; 0: whole key not allowed */
    ud_msec covered_max;          /* a covered secret is wiped 15 minutes after it was got */
    bool copy_ticket;
    ud_msec store_max;         /* a typed key waits this long for its Mac: 3 days; 0: for ever */
    bool store_request_blocks; /* a user who was asked to store a key gets nothing else done before */
    unsigned keys_asked_again; /* different keys an hour: 15 */
    unsigned keys_stop;        /* 40; 0: shown only */
    bool allow_recorder;
    bool lock_drops_directory;
    bool training;
    bool self_service_notice; /* the notice of self-service is shown, where one has been set */
    char helpdesk[96];        /* whom to call */
    enum ud_approval_rule approval;
    ud_msec approval_expires; /* 15 minutes to be decided, then again that long to be used; 1 minute to 1 hour */
    /* A surge lifts keys_stop: the service announces it, no file can. Empty: none. */
    char surge[UD_INCIDENT_MAX];
    ud_wall surge_ends;
};

/* The shipped policy with the defaults of a profile (design.md section 4). */
void ud_policy_default(struct ud_policy *p, enum ud_profile profile);
/* `site` tightened by `wish` member by member: shorter times, more needed, fewer allowed. Never looser than site. */
void ud_policy_tighten(struct ud_policy *site, const struct ud_policy *wish);
/* Does a second person have to approve? `staff`: not the device's own user, whom only the reason binds. */
bool ud_policy_needs_approval(const struct ud_policy *p, const char *reason, enum ud_ownership ownership, bool staff);
/* NULL where the code is not in the list. */
const struct ud_reason *ud_policy_reason(const struct ud_policy *p, const char *code);

/* One disclosure request as filled in by the operator. */
struct ud_disclosure {
    char reason[UD_REASON_CODE_MAX];
    char ticket[64];
    char note[256];
    char caller[96];
    char verified[48];
    char user_domain[64]; /* whose device it is, as the caller said; asked of the role "helpdesk" (domain/account.h) */
    char user_account[128];
};
/* Checks a request against the policy. UD_DENIED or UD_INVALID with a sentence naming the field and what to do. *field gets
 * "reason", "ticket", "note", "caller" or "verified" (static text) where not NULL. */
UD_CHECK enum ud_status ud_policy_check(
    const struct ud_policy *p, const struct ud_disclosure *d, const char **field, struct ud_error *err);

#endif
