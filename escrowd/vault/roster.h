/* What the simulated devices are and know: DIR/simulate.devices (0600), written by `escrowd seed`, one tab-separated line a current key:
 *
 *     device id, online|offline|failing, name, serial, OS, kind, volume, key id or "-", fingerprint
 *
 * The fingerprint is BLAKE2b-256 keyed with simulate.key over "unlockdesk simulated key 1", the device id and the recovery key, in hex: enough to know whether a
 * typed key is right, useless to anybody else. Keys made later are appended; the last line of a device and kind and volume counts. */
#ifndef UD_VAULT_ROSTER_H
#define UD_VAULT_ROSTER_H

#include "base/buf.h"
#include "base/hash.h"
#include "domain/device.h"

#define UD_ROSTER_FILE "simulate.devices"

enum ud_behaviour { UD_PLAYS_ONLINE, UD_PLAYS_OFFLINE, UD_PLAYS_FAILING };

struct ud_roster_line {
    struct ud_guid device, key;
    enum ud_behaviour behaviour;
    enum ud_kind kind;
    enum ud_volume volume;
    char name[UD_NAME_MAX], serial[UD_SHORT_MAX], os[UD_SHORT_MAX];
    unsigned char fingerprint[UD_HASH_SIZE];
};

struct ud_roster;

/* Reads DIR/simulate.devices. A missing file is an empty roster. */
UD_CHECK enum ud_status ud_roster_open(struct ud_roster **out, const char *dir, struct ud_error *err);
/* Reads it again where another process has added to it. Lines found before are gone then. */
UD_CHECK enum ud_status ud_roster_refresh(struct ud_roster *r, struct ud_error *err);
void ud_roster_free(struct ud_roster **r);
/* The line that counts for a device (kind may be UD_KIND_COUNT: any); NULL: none. */
const struct ud_roster_line *ud_roster_find(const struct ud_roster *r, const struct ud_guid *device, enum ud_kind kind);
/* By name (case-insensitive), serial or id. NULL: none, or *several is true. */
const struct ud_roster_line *ud_roster_named(const struct ud_roster *r, const char *text, bool *several);
/* Appends a line, durably. */
UD_CHECK enum ud_status ud_roster_add(struct ud_roster *r, const struct ud_roster_line *line, struct ud_error *err);
/* Writes one line's text (for the seed). */
void ud_roster_format(struct ud_buf *out, const struct ud_roster_line *line);
void ud_roster_fingerprint(unsigned char out[UD_HASH_SIZE], const struct ud_guid *device, struct ud_secret *recovery_key,
    struct ud_secret *simulate_key);

#endif
