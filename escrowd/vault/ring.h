/* The keys of the vault: a master key outside the database wraps the keys inside it. Records are sealed with XChaCha20-Poly1305
 * whose associated data says exactly which record it is: a box moved to another row, device, key ID or kind does not open. */
#ifndef UD_VAULT_RING_H
#define UD_VAULT_RING_H

#include "base/hash.h"
#include "base/seal.h"
#include "base/sign.h"
#include "escrowd/store/store.h"

#define UD_BOX_MAX (UD_RECOVERY_MAX + UD_AEAD_EXTRA)

struct ud_ring {
    struct ud_secret *data; /* seals records */
    uint32_t data_id;
    struct ud_secret *audit;   /* of the chain's keyed hash */
    struct ud_secret *sign;    /* Ed25519 seed of checkpoints */
    struct ud_secret *deposit; /* X25519 secret half */
    struct ud_secret *token;   /* of the keyed hash tokens are stored as */
    struct ud_secret *match;   /* of the keyed hash that tells an unchanged key */
    uint8_t deposit_public[UD_SEAL_PUBLIC];
    uint8_t sign_public[UD_SIGN_PUBLIC];
};

/* Makes master.key (0400, must not exist) at `master_path` and the wrapped keys in the (new) database. */
UD_CHECK enum ud_status ud_ring_create(struct ud_store *s, const char *master_path, ud_wall now, struct ud_error *err);
UD_CHECK enum ud_status ud_ring_open(struct ud_ring **out, struct ud_store *s, const char *master_path, struct ud_error *err);
void ud_ring_free(struct ud_ring **r);

/* Keeps the keys at hand for a batch of work of this thread (ud_secret_hold). A ring belongs to one thread. */
void ud_ring_hold(struct ud_ring *r);
void ud_ring_release(struct ud_ring *r);

/* Which record a box belongs to: row, device and key ids, kind, version, ring are read from `k`. */
UD_CHECK enum ud_status ud_ring_seal(struct ud_ring *r, uint8_t box[UD_BOX_MAX], size_t *length, struct ud_secret *plain,
    const struct ud_store_key *k, struct ud_error *err);
/* k->box is opened. UD_TAMPERED: the box is not this record's. */
UD_CHECK enum ud_status ud_ring_unseal(
    struct ud_ring *r, struct ud_secret **out, const struct ud_store_key *k, struct ud_error *err);
/* A key package (encrypted by BitLocker already, sealed again here): bound to the key's row. */
UD_CHECK enum ud_status ud_ring_seal_package(struct ud_ring *r, uint8_t *box, size_t size, size_t *length,
    struct ud_secret *package, const struct ud_store_key *k, struct ud_error *err);

/* A typed key that waits for its device: bound to that work, and never taken for a stored key. `work` has id, device, kind. */
UD_CHECK enum ud_status ud_ring_seal_typed(struct ud_ring *r, uint8_t box[UD_BOX_MAX], size_t *length, struct ud_secret *typed,
    const struct ud_store_work *work, struct ud_error *err);
/* `ring`: the data key that sealed the box. */
UD_CHECK enum ud_status ud_ring_unseal_typed(struct ud_ring *r, struct ud_secret **out, const uint8_t *box, size_t length,
    uint32_t ring, const struct ud_store_work *work, struct ud_error *err);
/* UD_TAMPERED: the box is not this key's package. */
UD_CHECK enum ud_status ud_ring_unseal_package(struct ud_ring *r, struct ud_secret **out, const uint8_t *box, size_t length,
    const struct ud_store_key *k, struct ud_error *err);

/* What a token's proof is stored as. */
void ud_ring_token_hash(uint8_t out[UD_HASH_SIZE], struct ud_ring *r, const uint8_t id[16], const uint8_t proof[32]);

/* What tells that a device has brought the key of row `key_row` again. The row is part of it: the same key stored twice, on one device or on
 * two, has two hashes, so a stolen database says nothing about keys; and without the ring nobody can try guesses at a short password. */
void ud_ring_match_hash(
    uint8_t out[UD_HASH_SIZE], struct ud_ring *r, uint64_t key_row, const char *type, struct ud_secret *plain);

#endif
