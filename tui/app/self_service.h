/* What self-service knows: an employee recovering an own computer, page by page. The key itself lies in a call, as everywhere. */
#ifndef UD_APP_SELF_SERVICE_H
#define UD_APP_SELF_SERVICE_H

#include "domain/device.h"
#include "widget/line.h"

#define UD_SELF_DEVICES 9 /* chosen by a digit */

enum ud_self_find {
    UD_SELF_NOT_ASKED,
    UD_SELF_ASKING,
    UD_SELF_MISS,   /* no own computer has it */
    UD_SELF_FAILED, /* the service could not be asked: `error`, `hint` */
};

struct ud_self_state {
    bool on; /* this session is self-service and nothing else */
    uint8_t source;
    struct ud_line id; /* recovery key ID as typed */
    bool full;         /* several keys start so: all 32 characters are needed */
    enum ud_self_find find;
    uint32_t tag;   /* FIND under way */
    char asked[40]; /* its digits, in upper case */
    size_t found;
    bool by_device; /* chosen among the own computers, because the locked one shows no ID */
    size_t reason;  /* chosen, or UD_CHOICE_NONE */
    bool worked;
    uint32_t out_tag; /* signing out */
    ud_msec out_until;
    ud_msec over_until; /* the last page leaves by itself then */
    char error[320], hint[320];
};

#endif
