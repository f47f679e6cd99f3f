/* State of the pages about keys that are not there: where they may be, and what manage-bde printed. */
#ifndef UD_APP_MISSING_H
#define UD_APP_MISSING_H

#include "domain/bde.h"
#include "widget/list.h"

struct ud_missing_state {
    bool by_id; /* a look-up found nothing; else it is about the open device */
    size_t top, lines;
};

enum ud_bde_step { UD_BDE_TAKING, UD_BDE_READ };

/* What is known of one recovery key of the text. */
enum ud_bde_known {
    UD_BDE_NOT_COMPARED,
    UD_BDE_ASKED,
    UD_BDE_STORED_HERE,
    UD_BDE_STORED_ELSEWHERE,
    UD_BDE_NOT_STORED,
    UD_BDE_WRONG
};

struct ud_bde_fact {
    enum ud_bde_known known;
    uint32_t tag; /* FIND under way */
    struct ud_key key;
    char device[UD_NAME_MAX]; /* STORED_ELSEWHERE */
    char why[200];            /* WRONG: the fault; NOT_COMPARED: why not */
};

struct ud_bde_state {
    struct ud_secret *text; /* what was pasted; NULL: the page is closed */
    enum ud_bde_step step;
    bool has_device; /* the open device's */
    char asked[33];  /* ID that the caller read out, or "" */
    size_t lines;
    bool whole;   /* the last that came was one whole paste */
    ud_msec last; /* when something came */
    struct ud_bde_list list;
    struct ud_bde_fact fact[UD_BDE_PROTECTORS];
    struct ud_list rows;
    size_t storing; /* row whose key is being stored */
    uint32_t deposit_tag, keep_tag;
    unsigned char sealed[UD_RECOVERY_MAX + UD_SEAL_EXTRA]; /* borrowed by the request until it is sent */
    size_t sealed_length;
    char error[320];
};

#endif
