/* Encoders of records and page frames, as escrowd answers them. The decoders are in wire/page.h. */
#ifndef UD_WIRE_RECORD_H
#define UD_WIRE_RECORD_H

#include "domain/device.h"
#include "wire/json_writer.h"
#include "wire/page.h"

/* What a managedDevice has beyond struct ud_device. */
struct ud_wire_device_more {
    const char *manufacturer;
    const char *compliance; /* "compliant", "noncompliant", "unknown" */
    ud_wall enrolled;
    bool
        strict_times; /* Graph's schema has no null there: a missing time is written as 0001-01-01T00:00:00Z, unknown encryption left out */
};

/* One managedDevice object; name NULL inside `value`. `more` may be NULL. Unknown encryption is written as null. */
void ud_wire_device_write(
    struct ud_json_writer *w, const char *name, const struct ud_device *d, const struct ud_wire_device_more *more);
/* The members only, into an object the caller has opened (for deviceActionResults beside them). */
void ud_wire_device_write_members(struct ud_json_writer *w, const struct ud_device *d, const struct ud_wire_device_more *more);
/* One bitlockerRecoveryKey without `key`; deviceId from `entra`. */
void ud_wire_graph_key_write(struct ud_json_writer *w, const struct ud_key *k, const struct ud_guid *entra);
void ud_wire_graph_key_write_members(struct ud_json_writer *w, const struct ud_key *k, const struct ud_guid *entra);
const char *ud_wire_volume_type_name(enum ud_volume v); /* "operatingSystemVolume" …; NULL for none */
/* Where a page with `other` needs both lists: close `value` with ud_json_write_array_end, write `other`, close the object. */
/* One key of /escrow/v1; deviceId is k->device. `device` (may be NULL) is embedded as `device`. */
void ud_wire_key_write(struct ud_json_writer *w, const struct ud_key *k, const struct ud_device *device);
void ud_wire_other_write(struct ud_json_writer *w, const struct ud_wire_other *other);
/* Opens {"@odata.context":…,"@odata.count":…,"value":[ ; context NULL and count < 0 leave these out. */
void ud_wire_page_begin(struct ud_json_writer *w, const char *context, int64_t count);
/* Closes ], writes the next link unless NULL, closes }. */
void ud_wire_page_end(struct ud_json_writer *w, const char *next);

#endif
