/* The shapes of the one-shot commands' --json output. Other programs rely on them: members are added, never renamed or retyped; another
 * shape gets another number in `schema`. Each function writes one whole document (or the named part); the caller adds the final newline. */
#ifndef UD_WIRE_CLI_H
#define UD_WIRE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "domain/board.h"
#include "domain/device.h"
#include "domain/typed_key.h"
#include "wire/json_writer.h"

/* unlockdesk.device.list/1: begin, one call a device, end. */
void ud_wire_cli_devices_begin(struct ud_json_writer *w, uint64_t total, uint64_t matched);
void ud_wire_cli_devices_add(struct ud_json_writer *w, const struct ud_device *d, const char *source_name);
void ud_wire_cli_devices_end(struct ud_json_writer *w);

/* unlockdesk.device.show/1 */
void ud_wire_cli_device_show(
    struct ud_json_writer *w, const struct ud_device *d, const char *source_name, const struct ud_key *keys, size_t count);

/* unlockdesk.key.find/1. `ambiguous` is count > 1. */
struct ud_wire_cli_found {
    struct ud_key key;
    bool has_device;
    struct ud_device device;
    const char *source_name;
};
void ud_wire_cli_key_find(struct ud_json_writer *w, const struct ud_wire_cli_found *found, size_t count);

/* unlockdesk.key.rotate/1 */
struct ud_wire_cli_rotated {
    const char *device;     /* as it was asked for: id, serial or name, or the id once known */
    const char *state;      /* "done" "failed" "pending" */
    struct ud_guid new_key; /* zero: null */
    const char *error;      /* NULL: null */
};
void ud_wire_cli_rotate(struct ud_json_writer *w, const struct ud_wire_cli_rotated *results, size_t count);

/* unlockdesk.key.store/1; `cause` is null unless the state is "failed", `new_key` unless it is "done". */
struct ud_wire_cli_stored {
    const char *device; /* id */
    enum ud_typed_state state;
    enum ud_typed_cause cause;
    struct ud_guid new_key; /* zero: it has no ID, as FileVault keys */
    ud_wall new_created, last_checkin;
};
void ud_wire_cli_store(struct ud_json_writer *w, const struct ud_wire_cli_stored *s);

/* unlockdesk.key.due/1: keys that were shown and not replaced. */
struct ud_wire_cli_due {
    struct ud_board_entry entry;
    const char *source_name;
};
void ud_wire_cli_due(struct ud_json_writer *w, const struct ud_wire_cli_due *list, size_t count);

/* unlockdesk.journal.verify/1; 0 is written as null in first_bad and anchored. `what` may be NULL. */
void ud_wire_cli_verify(
    struct ud_json_writer *w, uint64_t lines, bool ok, uint64_t first_bad, uint64_t anchored, const char *what);

/* unlockdesk.error/1, for standard error. */
void ud_wire_cli_error(struct ud_json_writer *w, const struct ud_error *e);

#endif
