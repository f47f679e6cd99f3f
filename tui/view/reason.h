/* Why a recovery key is needed: one form, whose last line is the sentence that will be recorded. */
#ifndef UD_VIEW_REASON_H
#define UD_VIEW_REASON_H

#include "domain/policy.h"
#include "view/chrome.h"
#include "widget/choice.h"
#include "widget/line.h"

enum ud_reason_field {
    UD_REASON_FIELD_REASON,
    UD_REASON_FIELD_NOTE,
    UD_REASON_FIELD_USER, /* account of the device's user */
    UD_REASON_FIELD_TICKET,
    UD_REASON_FIELD_CALLER,
    UD_REASON_FIELD_VERIFIED,
    UD_REASON_FIELD_PRESENCE, /* PIN or passphrase */
    UD_REASON_FIELD_COUNT
};

struct ud_view_reason {
    const char *device;
    const char *user; /* known to the operator; where user_shown is set, what was typed */
    struct ud_key key;
    const char *const *reason; /* texts, translated */
    size_t reason_count;
    size_t reason_chosen;        /* UD_CHOICE_NONE: not yet */
    const char *const *verified; /* ways of checking the caller */
    size_t verified_count;
    size_t verified_chosen;
    enum ud_need ticket_need, caller_need, verified_need; /* NO: the field is left out */
    bool note_shown;
    bool user_shown; /* the operator has to name the user */
    const struct ud_line *note, *user_line, *ticket, *caller, *presence;
    bool presence_shown; /* PIN or passphrase due */
    bool presence_passphrase;
    enum ud_reason_field focus;
    const char *operator_label;
    bool sending;
    const char *error; /* about `error_field`; NULL: none */
    enum ud_reason_field error_field;
    ud_wall now;
};

/* The sentence that will be recorded, from what is filled in so far. */
void ud_view_reason_sentence(char *out, size_t size, const struct ud_view_reason *model);
void ud_view_reason(struct ud_canvas cv, const struct ud_view_reason *model);

#endif
