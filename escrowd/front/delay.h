/* Growing delays after failed approvals (SR-147). Never a lock-out: whoever waits may try again, and a stranger elsewhere slows an account
 * down by 2 s at most. */
#ifndef UD_FRONT_DELAY_H
#define UD_FRONT_DELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

struct ud_delays;

struct ud_delays *ud_delays_new(void);
void ud_delays_free(struct ud_delays **d);
/* Seconds to wait before `account` may be tried from `address`; 0: now. "" as account: only the address counts. */
uint32_t ud_delay_wait(const struct ud_delays *d, const char *account, const char *address, ud_msec now);
void ud_delay_failed(struct ud_delays *d, const char *account, const char *address, ud_msec now);
/* A success forgets the failures of this account from this address. */
void ud_delay_succeeded(struct ud_delays *d, const char *account, const char *address);

#endif
