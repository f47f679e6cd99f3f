/* Lists of pages, fetched one after the other and read while they arrive. Used by both dialects. Not for others. */
#ifndef UD_SOURCE_PAGES_H
#define UD_SOURCE_PAGES_H

#include "source/call.h"
#include "wire/page.h"

struct ud_pager;

struct ud_page_list {
    enum ud_source_phase phase;
    bool devices; /* else keys of `dialect` */
    enum ud_wire_keys dialect;
    bool quiet;         /* no progress: a short list */
    bool optional;      /* 400, 403 and 404 read as an empty list: no permission, or not offered */
    const char *path;   /* first page; copied */
    const char *resume; /* path to go on from, or NULL; where the server has forgotten it, from the first page */
    const char *const *headers;
    ud_wire_device_each device; /* arg is the call */
    ud_wire_key_each key;
    ud_wire_other_each other;               /* may be NULL */
    void (*then)(struct ud_source_call *c); /* all pages are in */
};

/* Starts fetching; a failure ends the call. */
void ud_pages_fetch(struct ud_source_call *c, const struct ud_page_list *list);
void ud_pager_free(struct ud_pager **p);

/* Record callbacks that hand on to the call's sink, with the source's index filled in. */
enum ud_status ud_pages_emit_device(const struct ud_device *d, struct ud_error *err, void *call);
enum ud_status ud_pages_emit_key(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call);
/* The same as `found`, counting hits. */
enum ud_status ud_pages_emit_found(const struct ud_key *k, const struct ud_device *d, struct ud_error *err, void *call);
enum ud_status ud_pages_emit_other(const struct ud_wire_other *other, struct ud_error *err, void *call);

/* managedDevice members we read. */
#define UD_DEVICE_SELECT                                                                                                         \
    "$select=id,azureADDeviceId,deviceName,serialNumber,userPrincipalName,userDisplayName,operatingSystem,osVersion,model,"      \
    "managedDeviceOwnerType,isEncrypted,lastSyncDateTime"
/* "{site}/v1.0/deviceManagement/managedDevices?$select=…&$filter=FIELD eq 'VALUE'", quoted and escaped. False where it does not fit. */
bool ud_pages_device_filter(char *out, size_t size, const struct ud_source *s, const char *field, const char *value);

#endif
