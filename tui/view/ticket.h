/* The end of a call: how it went, and three unframed lines for the ticket. */
#ifndef UD_VIEW_TICKET_H
#define UD_VIEW_TICKET_H

#include "view/chrome.h"

#define UD_TICKET_LINES    3
#define UD_TICKET_LINE_MAX 512

enum ud_outcome { UD_OUTCOME_WORKED, UD_OUTCOME_DID_NOT_UNLOCK, UD_OUTCOME_GONE };

struct ud_view_ticket {
    enum ud_outcome outcome;
    ud_wall shown_at;
    struct ud_key key;
    const char *device, *serial, *user;
    const char *reason, *ticket, *caller, *verified, *operator_label; /* may be empty */
    const char *receipt;                                              /* code of the log line */
    bool training;
    bool new_key_asked;
    const char *new_key_text; /* sentence for the screen, "not asked: …"; NULL: from new_key_asked */
    const char *next;         /* what to do next, e.g. the next key of that volume; NULL: none */
    bool copied;              /* sent to the terminal */
    bool copy_allowed;
};

/* The three lines as they are drawn and copied; plain text, each of any length. */
void ud_view_ticket_text(char line[UD_TICKET_LINES][UD_TICKET_LINE_MAX], const struct ud_view_ticket *model);
void ud_view_ticket(struct ud_canvas cv, const struct ud_view_ticket *model);

#endif
