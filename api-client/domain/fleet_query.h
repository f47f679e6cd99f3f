/* A parsed query, as the search reads it. */
#ifndef UD_DOMAIN_FLEET_QUERY_H
#define UD_DOMAIN_FLEET_QUERY_H

#include "domain/fleet.h"
#include "domain/fleet_scan.h"

#define UD_QUERY_VALUES 8 /* values of one filter */

/* Fields a text may stand in. */
enum ud_place {
    UD_PLACE_ANY,  /* name, serial, user, display name, or the model */
    UD_PLACE_USER, /* user or display name */
};

/* Texts of which one must be found. A word is a group of one; the values of user: are one group. */
struct ud_group {
    enum ud_place place;
    unsigned first, count; /* into ud_query.needle */
};

struct ud_query {
    struct ud_needle needle[UD_QUERY_TERMS + UD_QUERY_VALUES];
    unsigned needles;
    struct ud_group group[UD_QUERY_TERMS + 1];
    unsigned groups;
    char os[UD_QUERY_VALUES][UD_NEEDLE_MAX]; /* folded */
    unsigned os_count;
    uint8_t ownership; /* bit of each ud_ownership that may be; 0: any */
    uint8_t mark;      /* bit of each ud_key_mark; 0: any */
    bool by_source;
    uint64_t source[4]; /* bit of each source, where by_source */
};

/* Every device that matches `longer` also matches `shorter`. */
bool ud_query_narrows(const struct ud_query *longer, const struct ud_query *shorter);

#endif
