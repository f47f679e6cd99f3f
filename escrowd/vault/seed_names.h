/* Invented people and machines. Private to the seed. */
#ifndef UD_VAULT_SEED_NAMES_H
#define UD_VAULT_SEED_NAMES_H

#include <stdint.h>

#include "domain/device.h"

/* A small generator of repeatable numbers (SplitMix64). Not for secrets. */
struct ud_dice {
    uint64_t state;
};
uint64_t ud_dice_roll(struct ud_dice *d);
uint32_t ud_dice_below(struct ud_dice *d, uint32_t limit);
void ud_dice_guid(struct ud_dice *d, struct ud_guid *out); /* version 4 by shape */

struct ud_invented {
    char name[64], serial[32], user[96], user_name[128];
    const char *model, *manufacturer, *os;
    char os_version[32];
    enum ud_ownership ownership;
};
/* Device number `index` of a fleet. */
void ud_invent(struct ud_invented *out, struct ud_dice *d, uint32_t index);

#endif
