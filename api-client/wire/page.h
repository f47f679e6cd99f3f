/* Pages of devices and of key metadata, read chunk by chunk straight into records: no tree, no heap growth. A record with a member of the wrong
 * type or without a usable id is skipped and counted; a page that is not JSON ends with UD_MALFORMED. */
#ifndef UD_WIRE_PAGE_H
#define UD_WIRE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/device.h"

#define UD_WIRE_LINK_MAX 4096
#define UD_WIRE_PAGE_MAX ((size_t)8 * 1024 * 1024) /* bytes of one page */

/* What a page says besides its records. */
struct ud_wire_page_info {
    char next[UD_WIRE_LINK_MAX]; /* next link, byte for byte; "" at the last page. The caller checks its origin */
    bool has_count;
    uint64_t count; /* @odata.count */
    size_t records; /* handed over */
    size_t skipped;
};

/* Called for each record. Text is borrowed until it returns. Another status than UD_OK ends the reading with that status. */
typedef enum ud_status (*ud_wire_device_each)(const struct ud_device *d, struct ud_error *err, void *arg);

/* managedDevice pages, and one managedDevice (at the top level, or wrapped in `value`). Source and mark are left zero. */
struct ud_wire_device_page;
UD_CHECK enum ud_status ud_wire_device_page_new(
    struct ud_wire_device_page **out, ud_wire_device_each each, void *arg, struct ud_error *err);
void ud_wire_device_page_free(struct ud_wire_device_page **p);
void ud_wire_device_page_reset(struct ud_wire_device_page *p); /* for the next page */
/* Any split of the bytes gives the same records. After a failure only reset or free. UD_MALFORMED also beyond UD_WIRE_PAGE_MAX. */
UD_CHECK enum ud_status ud_wire_device_page_feed(
    struct ud_wire_device_page *p, const void *bytes, size_t length, struct ud_error *err);
/* End of the body. *info is borrowed until reset or free. */
UD_CHECK enum ud_status ud_wire_device_page_finish(
    struct ud_wire_device_page *p, const struct ud_wire_page_info **info, struct ud_error *err);

enum ud_wire_keys {
    UD_WIRE_KEYS_GRAPH,  /* bitlockerRecoveryKey: deviceId is the Entra id */
    UD_WIRE_KEYS_ESCROW, /* /escrow/v1/keys: deviceId is the managedDevice id; may carry `device` and `other` */
    UD_WIRE_KEYS_LAPS    /* deviceLocalCredentials: one LAPS key a device, id is the Entra id */
};
/* A protector that is no recovery key. */
struct ud_wire_other {
    struct ud_guid id;
    char kind[UD_SHORT_MAX]; /* "tpm", "tpm-and-pin", … */
    char device_name[UD_NAME_MAX];
};
/* `device` is NULL where the record carries none. */
typedef enum ud_status (*ud_wire_key_each)(
    const struct ud_key *k, const struct ud_device *device, struct ud_error *err, void *arg);
typedef enum ud_status (*ud_wire_other_each)(const struct ud_wire_other *other, struct ud_error *err, void *arg);

struct ud_wire_key_page;
/* `other` may be NULL. */
UD_CHECK enum ud_status ud_wire_key_page_new(struct ud_wire_key_page **out, enum ud_wire_keys dialect, ud_wire_key_each each,
    ud_wire_other_each other, void *arg, struct ud_error *err);
void ud_wire_key_page_free(struct ud_wire_key_page **p);
void ud_wire_key_page_reset(struct ud_wire_key_page *p);
UD_CHECK enum ud_status ud_wire_key_page_feed(struct ud_wire_key_page *p, const void *bytes, size_t length, struct ud_error *err);
UD_CHECK enum ud_status ud_wire_key_page_finish(
    struct ud_wire_key_page *p, const struct ud_wire_page_info **info, struct ud_error *err);

#endif
