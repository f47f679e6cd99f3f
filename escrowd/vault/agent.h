/* The check-in protocol that existing agents speak: who may, what an unchanged key costs (no write), and how a new one is stored. */
#ifndef UD_VAULT_AGENT_H
#define UD_VAULT_AGENT_H

#include "escrowd/vault/state.h"

struct ud_agent {
    uint64_t row; /* UD_PIN_NETWORK: known by its network alone */
    uint8_t id[UD_TOKEN_ID], hash[UD_HASH_SIZE];
    char name[UD_AGENT_NAME], os[UD_SHORT_MAX];
};

/* The device that a check-in speaks of; row 0: there is none yet. */
struct ud_agent_device {
    struct ud_device_brief brief;
    char os[UD_SHORT_MAX];
    bool pinned, made, own_token;
    uint64_t agent;
    unsigned others;
};

/* What the writer needs to know of a check-in. */
struct ud_agent_change {
    struct ud_agent agent;
    unsigned changes_a_day;
    char alert[256]; /* for the log, once it is stored */
};

/* agent.c */
UD_CHECK enum ud_status ud_agents_load(struct ud_vault *v, struct ud_error *err); /* enabled ones only */
UD_CHECK enum ud_status ud_agents_open(
    struct ud_vault *v, struct ud_error *err); /* what check-ins work with, where they are on */
void ud_agents_close(struct ud_vault *v);
/* Around a batch of requests: what they open is kept at hand. */
void ud_agents_hold(struct ud_vault *v);
void ud_agents_release(struct ud_vault *v);
void ud_do_agent(struct ud_vault *v, struct ud_vault_request *r); /* AGENT_CHECK_IN, AGENT_VERIFY */

/* Shared by both threads. UD_OK with row 0 where the serial is unknown. */
UD_CHECK enum ud_status ud_agent_find(struct ud_agent_device *out, struct ud_store *s, const char *serial, struct ud_error *err);
/* May this agent speak for the device? NULL: yes; else the sentence for it. */
const char *ud_agent_stranger(const struct ud_agent_device *d, const struct ud_agent *a);
/* Opens what the front sealed, tells its kind and brings it into its stored form. UD_INVALID, UD_TAMPERED: the device sent something else. */
UD_CHECK enum ud_status ud_agent_open(struct ud_secret *plain, enum ud_kind *kind, struct ud_opener *opener, struct ud_ring *ring,
    const struct ud_vault_agent *told, const char *os, struct ud_error *err);
/* Does the device still call itself what is stored? Only devices that a check-in made are renamed. */
bool ud_agent_same_names(const struct ud_agent_device *d, const struct ud_vault_agent *told);

/* Hands the last check-ins that are only in memory to the writer. */
void ud_agents_flush(struct ud_vault *v);

/* agent_store.c: the writer's part. */
UD_CHECK enum ud_status ud_agent_run(struct ud_change_context *c, struct ud_change *change, struct ud_error *err);

#endif
