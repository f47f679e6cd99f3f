/* Devices, keys, other protectors and work in the database. See store.h for statuses. */
#ifndef UD_STORE_FLEET_H
#define UD_STORE_FLEET_H

#include "escrowd/store/store.h"

/* The greatest ID that starts with the prefix: a look-up is one range of the index. */
void ud_keyid_prefix_last(struct ud_guid *out, const struct ud_keyid_prefix *p);

typedef bool (*ud_store_device_each)(const struct ud_store_device *d, void *arg); /* false: stop */
typedef bool (*ud_store_key_each)(const struct ud_store_key *k, void *arg);

enum ud_store_filter { /* text comparisons ignore the case of ASCII letters */
    UD_STORE_ALL,
    UD_STORE_NAME_IS,
    UD_STORE_NAME_CONTAINS,
    UD_STORE_SERIAL_IS,
    UD_STORE_USER_IS,
    UD_STORE_FILTER_END
};

/* *row gets the row of the new device; d->row is ignored. */
UD_CHECK enum ud_status ud_store_device_add(
    struct ud_store *s, uint64_t *row, const struct ud_store_device *d, struct ud_error *err);
/* Devices after row `after`, by row. `owner`: only this account's (NULL: everybody's). */
UD_CHECK enum ud_status ud_store_devices(struct ud_store *s, enum ud_store_filter filter, const char *text, const char *owner,
    uint64_t after, uint32_t limit, ud_store_device_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_device_count(
    struct ud_store *s, uint64_t *count, enum ud_store_filter filter, const char *text, const char *owner, struct ud_error *err);
/* By managedDevice id, else by azureADDeviceId; or by row. UD_NOTFOUND. */
UD_CHECK enum ud_status ud_store_device_by_id(
    struct ud_store *s, const struct ud_guid *id, ud_store_device_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_device_by_row(
    struct ud_store *s, uint64_t row, ud_store_device_each each, void *arg, struct ud_error *err);
/* Devices after row `after` with what escrow has of them: a key in use, and one that was shown and not replaced. */
struct ud_store_standing {
    struct ud_store_device device;
    bool escrowed, shown;
};
typedef bool (*ud_store_standing_each)(const struct ud_store_standing *d, void *arg); /* false: stop */
UD_CHECK enum ud_status ud_store_standings(
    struct ud_store *s, uint64_t after, uint32_t limit, ud_store_standing_each each, void *arg, struct ud_error *err);
/* Who has signed in at the device itself: replaces the list. */
UD_CHECK enum ud_status ud_store_local_users(struct ud_store *s, uint64_t row, const char *list, struct ud_error *err);
UD_CHECK enum ud_status ud_store_check_in(
    struct ud_store *s, uint64_t row, ud_wall at, const char *os_version, enum ud_tristate encrypted, struct ud_error *err);

/* A retired device is in no list and has no tokens; its row and its keys stay and are found by their IDs. UD_WALL_NONE: in use again. */
UD_CHECK enum ud_status ud_store_device_retire(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err);

/* The highest key row so far; the vault hands out the next ones, because a box is bound to its row. */
UD_CHECK enum ud_status ud_store_key_last(struct ud_store *s, uint64_t *row, struct ud_error *err);
UD_CHECK enum ud_status ud_store_key_add(struct ud_store *s, const struct ud_store_key *k, struct ud_error *err);
/* Keys of (device, kind, volume) that are not superseded, but for row `except`, become superseded. */
UD_CHECK enum ud_status ud_store_key_supersede(
    struct ud_store *s, uint64_t device_row, enum ud_kind kind, enum ud_volume volume, uint64_t except, struct ud_error *err);
/* A disclosure: `shown` is set, and a current key becomes disclosed. */
UD_CHECK enum ud_status ud_store_key_shown(struct ud_store *s, uint64_t row, ud_wall at, struct ud_error *err);
/* Rotation asked (pending) or given up (back to disclosed or current) for the keys of a device and kind in use. */
UD_CHECK enum ud_status ud_store_key_rotating(
    struct ud_store *s, uint64_t device_row, enum ud_kind kind, bool pending, struct ud_error *err);
/* kinds: bits 1 << enum ud_kind, 0 all; device_row 0: every device; owner as above. */
UD_CHECK enum ud_status ud_store_keys(struct ud_store *s, unsigned kinds, const char *owner, uint64_t after, uint32_t limit,
    ud_store_key_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_key_count(
    struct ud_store *s, uint64_t *count, unsigned kinds, const char *owner, struct ud_error *err);
UD_CHECK enum ud_status ud_store_device_keys(
    struct ud_store *s, uint64_t device_row, ud_store_key_each each, void *arg, struct ud_error *err); /* newest first */
UD_CHECK enum ud_status ud_store_key_by_id(
    struct ud_store *s, const struct ud_guid *id, ud_store_key_each each, void *arg, struct ud_error *err);
/* The newest key of a device and kind that is not superseded. */
UD_CHECK enum ud_status ud_store_key_current(
    struct ud_store *s, uint64_t device_row, enum ud_kind kind, ud_store_key_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_key_find(
    struct ud_store *s, const struct ud_keyid_prefix *p, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err);
/* Keys shown at `before` or earlier, still current and without a rotation asked since, oldest first; not of retired devices. */
UD_CHECK enum ud_status ud_store_keys_due(
    struct ud_store *s, ud_wall before, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err);
/* Keys that were shown and not replaced yet, oldest first, of `owner`'s devices (NULL: of all); and the account that was shown one last ("" where nobody is known). */
UD_CHECK enum ud_status ud_store_keys_shown(
    struct ud_store *s, const char *owner, uint32_t limit, ud_store_key_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_key_shown_by(
    struct ud_store *s, uint64_t key_row, char *account, size_t size, struct ud_error *err);
/* With the box; the only reads that touch ciphertext. */
UD_CHECK enum ud_status ud_store_key_box(
    struct ud_store *s, uint64_t row, ud_store_key_each each, void *arg, struct ud_error *err);
UD_CHECK enum ud_status ud_store_package_add(
    struct ud_store *s, uint64_t key_row, const void *box, size_t length, struct ud_error *err);
/* The package's box; UD_NOTFOUND. */
typedef void (*ud_store_box_each)(const uint8_t *box, size_t length, void *arg);
UD_CHECK enum ud_status ud_store_package_get(
    struct ud_store *s, uint64_t key_row, ud_store_box_each each, void *arg, struct ud_error *err);
/* A key and its package are gone for good; that there was one, and when it was deleted, stays. Its row is never used again. */
UD_CHECK enum ud_status ud_store_key_delete(struct ud_store *s, const struct ud_store_key *k, ud_wall at, struct ud_error *err);

typedef bool (*ud_store_protector_each)(const struct ud_store_protector *p, void *arg);
UD_CHECK enum ud_status ud_store_protector_add(struct ud_store *s, uint64_t device_row, const struct ud_guid *id,
    const char *kind, struct ud_error *err); /* known already: nothing happens */
UD_CHECK enum ud_status ud_store_protector_find(struct ud_store *s, const struct ud_keyid_prefix *p, uint32_t limit,
    ud_store_protector_each each, void *arg, struct ud_error *err);

typedef bool (*ud_store_work_each)(const struct ud_store_work *w, void *arg);
UD_CHECK enum ud_status ud_store_work_add(struct ud_store *s, const struct ud_store_work *w, struct ud_error *err);
/* Ends pending work (w->row, state, finished, code, new_key_row). */
UD_CHECK enum ud_status ud_store_work_end(struct ud_store *s, const struct ud_store_work *w, struct ud_error *err);
UD_CHECK enum ud_status ud_store_work_by_id(
    struct ud_store *s, const struct ud_guid *id, ud_store_work_each each, void *arg, struct ud_error *err);
/* The last work of a device, kind and action, with its new key. UD_NOTFOUND. */
UD_CHECK enum ud_status ud_store_work_last(struct ud_store *s, uint64_t device_row, enum ud_kind kind, enum ud_work_action action,
    ud_store_work_each each, void *arg, struct ud_error *err);
/* Pending work, oldest first, of one device typed keys before others; device_row 0: of every device. */
UD_CHECK enum ud_status ud_store_work_pending(
    struct ud_store *s, uint64_t device_row, uint32_t limit, ud_store_work_each each, void *arg, struct ud_error *err);
/* Typed keys that have waited since `before` or longer. */
UD_CHECK enum ud_status ud_store_work_overdue(
    struct ud_store *s, ud_wall before, uint32_t limit, ud_store_work_each each, void *arg, struct ud_error *err);

#endif
