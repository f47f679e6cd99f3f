/* The invented fleet of a training service: the same for the same (devices, seed), times and secrets aside, and the cast of training calls.
 * Serials start TRN, accounts end @training.invalid: nothing here can be taken for a real device. */
#ifndef UD_VAULT_SEED_H
#define UD_VAULT_SEED_H

#include "escrowd/vault/state.h"

/* Fleets smaller than this have no cast. */
#define UD_SEED_CAST_LEAST 20u

/* Adds `devices` devices with their keys to the store of `c` (inside one transaction of its own) and writes DIR/simulate.devices and DIR/cast.json.
 * `simulate_key` makes the fingerprints. UD_EXISTS where the store holds devices already. */
UD_CHECK enum ud_status ud_seed(struct ud_change_context *c, const char *dir, struct ud_secret *simulate_key, uint32_t devices,
    uint32_t seed, struct ud_error *err);

#endif
