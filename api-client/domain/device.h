/* Devices and key metadata as plain values, and the record types that sources hand over. All text is clean (base/text.h). */
#ifndef UD_DOMAIN_DEVICE_H
#define UD_DOMAIN_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "domain/guid.h"
#include "domain/recovery.h"

enum ud_ownership { UD_OWNERSHIP_UNKNOWN, UD_OWNERSHIP_COMPANY, UD_OWNERSHIP_PERSONAL };
enum ud_tristate { UD_UNKNOWN, UD_NO, UD_YES };
/* Key situation of a device, for `key:` filters. MISSING: none escrowed. CURRENT: fine. SHOWN: a key was shown and not yet replaced.
 * DUE: shown and its replacement is overdue. NOT_KNOWN: key list not loaded yet. */
enum ud_key_mark { UD_MARK_NOT_KNOWN, UD_MARK_MISSING, UD_MARK_CURRENT, UD_MARK_SHOWN, UD_MARK_DUE };

const char *ud_ownership_name(enum ud_ownership o); /* "company" "personal" "unknown" */
bool ud_ownership_parse(enum ud_ownership *out, const char *name);
const char *ud_key_mark_name(enum ud_key_mark m);

#define UD_NAME_MAX  256 /* bytes of any one text field, with NUL */
#define UD_SHORT_MAX 64

/* One device, as read from a page or taken out of the fleet. Borrowed text: pointers into the page buffer or the fleet. */
struct ud_device {
    struct ud_guid id;       /* source's own id (Graph: Intune managedDevice id) */
    struct ud_guid entra_id; /* Entra deviceId, joins recovery keys; zero where unknown */
    const char *name;
    const char *serial;
    const char *user;      /* account, user@domain */
    const char *user_name; /* display name */
    const char *model;
    const char *os; /* "Windows", "macOS", "Linux" */
    const char *os_version;
    enum ud_ownership ownership;
    enum ud_tristate encrypted;
    ud_wall last_checkin; /* UD_WALL_NONE: never */
    enum ud_key_mark mark;
    uint16_t keys;  /* number of keys escrowed, as far as known */
    uint8_t source; /* index of the configured source */
    bool retired;   /* taken out of the list at its source; its keys stay. No hole is left: an open call is sealed as bytes */
};

/* Metadata of one recovery key. Never the secret. A FileVault or LAPS key may have no ID (zero): it is addressed by device and kind. */
struct ud_key {
    struct ud_guid id;
    struct ud_guid device; /* joins ud_device.id where `by_entra` is false, else ud_device.entra_id */
    bool by_entra;
    enum ud_kind kind;
    enum ud_volume volume;
    enum ud_key_state state;
    ud_wall created;
    ud_wall shown; /* last disclosure known to the source, or UD_WALL_NONE */
    bool package;  /* a key package for salvaging a damaged drive is stored with it */
    uint8_t source;
};

#endif
