/* Reasons for a disclosure: codes are stable and travel; texts are translated where they are shown. */
#ifndef UD_DOMAIN_REASON_H
#define UD_DOMAIN_REASON_H

#include <stdbool.h>
#include <stddef.h>

#define UD_REASON_CODE_MAX 32
#define UD_REASON_MAX      16

struct ud_reason {
    char code[UD_REASON_CODE_MAX];
    char text[96]; /* English; msgid for gettext where it is one of the shipped reasons */
    bool needs_note;
    bool self_service;
    bool needs_approval; /* by a second person */
};

/* The shipped nine drive reasons followed by the three of self-service; *count gets 12. Static. */
const struct ud_reason *ud_reason_shipped(size_t *count);

#endif
