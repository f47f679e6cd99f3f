/* Typed recovery keys that wait for their device, and requests to type one. See store.h for statuses. */
#ifndef UD_STORE_TYPED_H
#define UD_STORE_TYPED_H

#include "escrowd/store/fleet.h"

/* The box of a typed key: ciphertext, bound to its work. */
struct ud_store_typed {
    struct ud_guid work;
    uint32_t ring; /* data key that sealed the box */
    const uint8_t *box;
    size_t box_length;
};
typedef void (*ud_store_typed_each)(const struct ud_store_typed *t, void *arg);

UD_CHECK enum ud_status ud_store_typed_put(struct ud_store *s, const struct ud_store_typed *t, struct ud_error *err);
/* UD_NOTFOUND: none waits with that work. */
UD_CHECK enum ud_status ud_store_typed_get(
    struct ud_store *s, const struct ud_guid *work, ud_store_typed_each each, void *arg, struct ud_error *err);
/* Overwritten where it stood (secure_delete). Fine where there is none. */
UD_CHECK enum ud_status ud_store_typed_drop(struct ud_store *s, const struct ud_guid *work, struct ud_error *err);
/* When the oldest that still waits was typed; UD_WALL_NONE: none waits. */
UD_CHECK enum ud_status ud_store_typed_oldest(struct ud_store *s, ud_wall *at, struct ud_error *err);
/* UD_OK: a key was typed under this request id before; UD_NOTFOUND. */
UD_CHECK enum ud_status ud_store_typed_used(struct ud_store *s, const struct ud_guid *request, struct ud_error *err);

typedef bool (*ud_store_asked_each)(const struct ud_store_asked *a, void *arg);
/* One open request a device: a newer one takes the place of the older. */
UD_CHECK enum ud_status ud_store_asked_put(struct ud_store *s, const struct ud_store_asked *a, struct ud_error *err);
/* UD_NOTFOUND: nobody has asked. */
UD_CHECK enum ud_status ud_store_asked_get(
    struct ud_store *s, uint64_t device_row, ud_store_asked_each each, void *arg, struct ud_error *err);
/* Requests for the devices of one account, oldest first. */
UD_CHECK enum ud_status ud_store_asked_of(
    struct ud_store *s, const char *account, uint32_t limit, ud_store_asked_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_asked_drop(struct ud_store *s, uint64_t device_row, struct ud_error *err);

/* UD_OK: somebody said of this key, when it was shown, that it ended so; UD_NOTFOUND. */
UD_CHECK enum ud_status ud_store_key_ended(struct ud_store *s, uint64_t key_row, const char *outcome, struct ud_error *err);

#endif
