/* Approval by a second person, on both sides: a call that waits for it, and the approver's list. Parts of the state and of the update. */
#ifndef UD_APP_APPROVALS_H
#define UD_APP_APPROVALS_H

#include "base/clock.h"
#include "domain/approval.h"
#include "widget/line.h"
#include "widget/list.h"

#define UD_APPROVALS_SHOWN 32

struct ud_app;
struct ud_call;
struct ud_event;
struct ud_key_event;

/* What a call keeps of its approval, through a lock too. */
struct ud_call_approval {
    struct ud_guid id;      /* zero: the service has not answered yet */
    struct ud_guid request; /* zero: none was asked for */
    enum ud_approval_state state;
    char approver[128], answer[UD_APPROVAL_NOTE];
};

struct ud_approver_item {
    struct ud_approval_request a;
    ud_msec until; /* it expires, by this console's clock */
};

struct ud_approver_state {
    uint32_t tag; /* APPROVALS under way: it waits at the service */
    uint64_t revision;
    ud_msec next; /* not asked again before */
    bool off;     /* the service has no approvals */
    struct ud_approver_item item[UD_APPROVALS_SHOWN], fresh[UD_APPROVALS_SHOWN];
    size_t count, fresh_count;
    struct ud_list list;
    struct ud_approver_item shown; /* on the screen of one request */
    uint32_t decide_tag;
    enum ud_approval_decision deciding;
    bool writing; /* the note of a denial has the focus */
    struct ud_line note;
    char error[320], hint[420];
};

/* waiting.c: a call that waits */
bool ud_waiting_needed(const struct ud_app *app, const struct ud_call *c);
/* Asks for an approval, from now on. */
void ud_waiting_begin(struct ud_app *app, struct ud_call *c);
/* The service did not take the approval that was there: another one is needed. */
void ud_waiting_refused(struct ud_app *app, struct ud_call *c, const char *message);
bool ud_waiting_message(struct ud_app *app, const struct ud_event *e);
void ud_waiting_tick(struct ud_app *app);
ud_msec ud_waiting_deadline(const struct ud_app *app);
void ud_waiting_go(struct ud_app *app);       /* get the key, or ask anew */
void ud_waiting_withdraw(struct ud_app *app); /* and leave the call */
const char *ud_waiting_go_refused(const struct ud_app *app);

/* approver.c: the list, one request, the decision */
bool ud_approver_here(const struct ud_app *app); /* this person decides about requests at some source */
bool ud_approver_message(struct ud_app *app, const struct ud_event *e);
void ud_approver_tick(struct ud_app *app);
ud_msec ud_approver_deadline(const struct ud_app *app);
void ud_approver_clear(struct ud_app *app);
void ud_approver_open_list(struct ud_app *app);
void ud_approver_open(struct ud_app *app);
void ud_approver_grant(struct ud_app *app);
void ud_approver_deny(struct ud_app *app); /* to its note, and from there: sends it */
void ud_approver_back(struct ud_app *app);
void ud_approver_key(struct ud_app *app, const struct ud_key_event *key);
const char *ud_approver_refused_list(const struct ud_app *app);
const char *ud_approver_refused_open(const struct ud_app *app);
const char *ud_approver_refused_decide(const struct ud_app *app);

/* surge.c: the rules are asked for again now and then, and at once where the hourly stop is reached, because a surge may have begun */
const char *ud_app_surge(const struct ud_app *app); /* incident number; "": none is on */
bool ud_surge_message(struct ud_app *app, const struct ud_event *e);
void ud_surge_tick(struct ud_app *app);
ud_msec ud_surge_deadline(const struct ud_app *app);

#endif
