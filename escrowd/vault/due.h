/* Keys that were shown and not replaced yet. Where policy says so the service itself asks for the new key, some time after it was shown, whatever became
 * of the console; the device makes it at its next contact. The board lists what is still missing. Private to the vault. */
#ifndef UD_VAULT_DUE_H
#define UD_VAULT_DUE_H

#include "escrowd/vault/state.h"

/* Finds out when the next key is to be asked for by itself: after a disclosure, a new policy, a sweep. */
enum ud_status ud_due_next(struct ud_vault *v, struct ud_error *err);
void ud_due_tick(struct ud_vault *v);
/* Milliseconds of the clock until ud_due_tick has something to do; INT64_MAX: nothing. */
ud_msec ud_due_wait(const struct ud_vault *v);
/* BOARD: keys, devices and rotations in parallel, longest shown first. */
enum ud_status ud_due_board(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_session *s, struct ud_error *err);

#endif
