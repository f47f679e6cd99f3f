/* How many calls one token may make: a bucket a token, refilled evenly over 20 seconds. */
#ifndef UD_FRONT_THROTTLE_H
#define UD_FRONT_THROTTLE_H

#include "base/clock.h"
#include "escrowd/vault/token.h"

struct ud_throttle;

/* `calls` in 20 s; 0: no limit. */
struct ud_throttle *ud_throttle_new(unsigned calls);
void ud_throttle_free(struct ud_throttle **t);
/* Takes one call. False: too many; *wait gets the seconds until there is room again (at least 1). NULL: always true. */
bool ud_throttle_take(struct ud_throttle *t, const uint8_t token[UD_TOKEN_ID], ud_msec now, uint32_t *wait);

#endif
