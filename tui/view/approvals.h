/* Approval by a second person: the call that waits for it, the approver's list, one request. Nothing secret stands on any of them. */
#ifndef UD_VIEW_APPROVALS_H
#define UD_VIEW_APPROVALS_H

#include "domain/approval.h"
#include "view/chrome.h"
#include "widget/line.h"
#include "widget/list.h"

/* The call that waits. */
struct ud_view_waiting {
    const char *device, *user; /* of the device */
    struct ud_key key;
    const char *reason, *ticket, *note, *caller; /* may be empty */
    enum ud_approval_state state;
    ud_msec left;         /* OPEN, GRANTED; 0: not known */
    const char *approver; /* GRANTED, DENIED */
    const char *answer;   /* the approver's note; may be empty */
    const char *error, *hint;
    bool own; /* self-service: there is no call that could be held */
};
void ud_view_waiting(struct ud_canvas cv, const struct ud_view_waiting *model);

/* The approver's list. */
struct ud_view_approval_row {
    const char *requester, *device, *reason, *ticket;
    struct ud_guid key;
    ud_msec waited;
};
struct ud_view_approvals {
    const struct ud_view_approval_row *row; /* all of them */
    struct ud_list list;
    bool loading;
    const char *error, *hint; /* the list could not be fetched; may be NULL */
};
size_t ud_view_approvals_rows(int width, int height);
void ud_view_approvals(struct ud_canvas cv, const struct ud_view_approvals *model);

/* One request. */
struct ud_view_approval {
    const struct ud_approval_request *a; /* names masked where they have to be */
    const char *reason;
    ud_msec left;
    bool writing, sending;
    const struct ud_line *note;
    const char *error, *hint;
};
void ud_view_approval(struct ud_canvas cv, const struct ud_view_approval *model);

#endif
