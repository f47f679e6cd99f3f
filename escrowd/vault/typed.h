/* Recovery keys that people type so that their Mac hands them over. A typed key is work for the device: it waits, sealed and bound to that work, until
 * the device has verified it and made a new one, has said that it could not, or was not heard of for too long. It is dropped then, and is never escrowed
 * itself. Private to the vault. */
#ifndef UD_VAULT_TYPED_H
#define UD_VAULT_TYPED_H

#include "escrowd/vault/state.h"

/* --- reads, on the vault's thread --- */
enum ud_status ud_typed_state(struct ud_vault *v, const struct ud_vault_request *r, struct ud_vault_reply *reply,
    const struct ud_session *s, struct ud_error *err);
enum ud_status ud_typed_asked(struct ud_vault *v, struct ud_vault_reply *reply, const struct ud_session *s, struct ud_error *err);

/* --- what the device does, on the writer's thread (typed_device.c) --- */
/* WORK_KEY: the typed key, sealed to the device's one-time public key. */
enum ud_status ud_typed_hand_over(struct ud_change_context *c, struct ud_change *change, struct ud_error *err);
/* Refuses (in the reply) a deposit that gives back the typed key instead of a new one. */
enum ud_status ud_typed_refuses(
    struct ud_change_context *c, struct ud_change *change, struct ud_secret *plain, struct ud_error *err);
/* `k` was escrowed: a typed key that waits has done its work, unless it is that very key. Who asked for one has it. */
enum ud_status ud_typed_deposited(struct ud_change_context *c, struct ud_change *change, const struct ud_store_key *k,
    struct ud_secret *plain, struct ud_error *err);
/* The device said why it could not. */
enum ud_status ud_typed_failed(
    struct ud_change_context *c, struct ud_change *change, struct ud_store_work *w, struct ud_error *err);
/* Ends one typed key: state, cause and new_key_row are filled in; the key is dropped and the end audited. */
enum ud_status ud_typed_end(struct ud_change_context *c, struct ud_change *change, struct ud_store_work *w, struct ud_error *err);
bool ud_typed_take_work(const struct ud_store_work *w, void *arg);

/* --- those that wait for too long --- */
/* Finds out when the next one is due. */
enum ud_status ud_typed_next(struct ud_vault *v, struct ud_error *err);
void ud_typed_tick(struct ud_vault *v);

#endif
