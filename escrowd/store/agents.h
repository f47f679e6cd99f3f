/* Check-in agents: their credentials, which one a device is pinned to, and the keyed hashes that tell an unchanged recovery key without opening
 * its box. See store.h for statuses. */
#ifndef UD_STORE_AGENTS_H
#define UD_STORE_AGENTS_H

#include "escrowd/store/store.h"

#define UD_PIN_NETWORK 0u /* the agent of devices that are known by their network alone */

struct ud_store_agent {
    uint64_t row;
    uint8_t id[16];   /* of the name: what a request is looked up by */
    uint8_t hash[32]; /* keyed hash of the secret */
    const char *name;
    const char *os; /* of the devices it makes; "": told from the key */
    bool disabled;
};
typedef void (*ud_store_agent_each)(const struct ud_store_agent *a, void *arg);
/* UD_EXISTS: the name is taken. */
UD_CHECK enum ud_status ud_store_agent_add(struct ud_store *s, const struct ud_store_agent *a, ud_wall at, struct ud_error *err);
UD_CHECK enum ud_status ud_store_agents(struct ud_store *s, ud_store_agent_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_agent_disable(struct ud_store *s, const char *name, struct ud_error *err);

/* A device as a check-in looks at it. Texts are borrowed as in record.h. */
struct ud_store_pinned {
    uint64_t row;
    struct ud_guid id;
    enum ud_ownership ownership;
    const char *name, *serial, *user, *os;
    bool pinned;
    uint64_t agent; /* where pinned */
    bool made;      /* the check-in protocol made the device: name and user are its to change */
    /* Only told of devices that are not pinned: */
    bool own_token;  /* the device has a token of its own, which counts as a pin */
    unsigned others; /* further devices of the serial */
};
typedef void (*ud_store_pinned_take)(const struct ud_store_pinned *p, void *arg);
/* UD_NOTFOUND: no device has the serial. */
UD_CHECK enum ud_status ud_store_pinned_get(
    struct ud_store *s, const char *serial, ud_store_pinned_take take, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_pin_add(
    struct ud_store *s, uint64_t device_row, uint64_t agent, bool made, ud_wall at, struct ud_error *err);
UD_CHECK enum ud_status ud_store_pin_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err); /* UD_NOTFOUND */
/* A device that a check-in made: what it calls itself now. */
UD_CHECK enum ud_status ud_store_device_named(
    struct ud_store *s, uint64_t device_row, const char *name, const char *user, struct ud_error *err);
/* A last check-in that was kept in memory; an older one than the stored one changes nothing. */
UD_CHECK enum ud_status ud_store_device_seen(struct ud_store *s, uint64_t device_row, ud_wall at, struct ud_error *err);

/* The newest key of a device and of the agents' own secret_type that is in use. */
struct ud_store_match {
    uint64_t key_row;
    enum ud_kind kind;
    enum ud_key_state state;
    ud_wall created;
    uint8_t hash[32];
};
UD_CHECK enum ud_status ud_store_match_get(
    struct ud_store *s, struct ud_store_match *out, uint64_t device_row, const char *type, struct ud_error *err);
UD_CHECK enum ud_status ud_store_match_add(
    struct ud_store *s, uint64_t key_row, const char *type, const uint8_t hash[32], struct ud_error *err);
/* Other keys of the device and kind that are of this type, or of none and `untyped` is set, become superseded. */
UD_CHECK enum ud_status ud_store_match_supersede(struct ud_store *s, uint64_t device_row, enum ud_kind kind, const char *type,
    bool untyped, uint64_t except, struct ud_error *err);
/* How many keys of the device have come by check-in since `at`. */
UD_CHECK enum ud_status ud_store_match_count(
    struct ud_store *s, uint64_t *count, uint64_t device_row, ud_wall at, struct ud_error *err);
/* How many types of keys it has now. */
UD_CHECK enum ud_status ud_store_match_types(struct ud_store *s, uint64_t *count, uint64_t device_row, struct ud_error *err);

#endif
