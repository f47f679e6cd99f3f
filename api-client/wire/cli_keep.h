/* The --json documents of `key read-bde` and `key package`. */
#ifndef UD_WIRE_CLI_KEEP_H
#define UD_WIRE_CLI_KEEP_H

#include "domain/bde.h"
#include "domain/device.h"
#include "wire/json_writer.h"

/* What is known of one protector. */
struct ud_wire_cli_protector {
    const struct ud_bde_protector *p;
    bool asked;        /* its ID is the one that was read out */
    const char *fault; /* a recovery key with a wrong group: which; else NULL */
    const char *
        stored; /* "current", "superseded", … as key states are called; "other-device", "no"; NULL: not compared, or no recovery key */
    const char *device, *source; /* where it is stored; NULL: nowhere */
    bool kept;                   /* stored just now */
};
/* unlockdesk.key.read-bde/1 */
void ud_wire_cli_read_bde(
    struct ud_json_writer *w, const struct ud_bde_list *list, const struct ud_wire_cli_protector *protectors);
/* unlockdesk.key.package/1 */
void ud_wire_cli_package(
    struct ud_json_writer *w, const struct ud_guid *key, const struct ud_guid *device, const char *file, size_t bytes);

#endif
