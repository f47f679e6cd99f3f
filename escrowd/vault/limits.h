/* Limits that live in the vault: keys an hour (SR-146; from the disclosures in the database, so a restart forgets nothing), and the
 * delay after wrong passwords (SR-147; an account is only slowed down for the address that was wrong). Pure: the time is handed in. */
#ifndef UD_VAULT_LIMITS_H
#define UD_VAULT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

struct ud_limits;

/* An hour's maximum of different keys: an operator's, of one device, of all. 0: no limit. A key shown again counts once. */
struct ud_limits *ud_limits_new(unsigned per_operator, unsigned per_device, unsigned total);
void ud_limits_free(struct ud_limits **l);
void ud_limits_set_operator(struct ud_limits *l, unsigned per_operator);
void ud_limits_note(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, ud_wall at);
/* Seconds to wait before this reveal is allowed; 0: now. A surge lifts the operator's limit and that of all. */
uint32_t ud_limits_wait(struct ud_limits *l, uint64_t user_row, uint64_t device_row, uint64_t key_row, bool surge, ud_wall now);

/* Seconds until (account, address) may try a password again; 0: now. */
uint32_t ud_limits_sign_in_wait(const struct ud_limits *l, const char *account, const char *address, ud_msec now);
/* A password was wrong (returns how many in a row), or right. */
unsigned ud_limits_sign_in_failed(struct ud_limits *l, const char *account, const char *address, ud_msec now);
void ud_limits_sign_in_ok(struct ud_limits *l, const char *account, const char *address);

/* Refusals are audited one by one, so one person has so many a minute. Noted here, true for the one that reaches the limit; then seconds to wait. */
bool ud_limits_refused(struct ud_limits *l, uint64_t user_row, ud_msec now);
uint32_t ud_limits_refused_wait(const struct ud_limits *l, uint64_t user_row, ud_msec now);

#endif
