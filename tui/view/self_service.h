/* The pages of self-service: for somebody who has never seen this program and whose own computer is locked. */
#ifndef UD_VIEW_SELF_SERVICE_H
#define UD_VIEW_SELF_SERVICE_H

#include "view/chrome.h"
#include "widget/choice.h"
#include "widget/line.h"

/* The recovery key ID. */
struct ud_view_self_id {
    const struct ud_line *id;
    bool full; /* all 32 characters are asked for */
    bool searching;
    const char *miss;         /* characters that no own computer's key starts with; NULL: none looked for */
    const char *error, *hint; /* the service could not be asked; NULL: it could */
    const char *help;         /* whom to call, one sentence */
};
void ud_view_self_id(struct ud_canvas cv, const struct ud_view_self_id *model);

/* Own computers whose locked screen shows no ID. */
struct ud_view_self_device {
    const char *const *name; /* "DUB-MB-KAI, MacBook Pro 14" */
    size_t count;
    bool loading;
    const char *help;
};
void ud_view_self_device(struct ud_canvas cv, const struct ud_view_self_device *model);

/* Why the key is needed. */
struct ud_view_self_reason {
    const char *device; /* may be empty */
    struct ud_key key;
    const char *const *reason;
    size_t reason_count, chosen; /* UD_CHOICE_NONE: not chosen */
    const char *account;
};
void ud_view_self_reason(struct ud_canvas cv, const struct ud_view_self_reason *model);

/* What happens next. */
struct ud_view_self_next {
    bool worked, new_key_asked, leaving;
    enum ud_kind kind;
    const char *device, *help;
};
void ud_view_self_next(struct ud_canvas cv, const struct ud_view_self_next *model);

#endif
