/* Shapes of recovery keys, shared by the checks and by what rewrites them. Private to domain/recovery*.c. */
#ifndef UD_DOMAIN_RECOVERY_SHAPE_H
#define UD_DOMAIN_RECOVERY_SHAPE_H

#include "domain/recovery.h"

#define RECOVERY_LINE_GROUP  4u           /* characters at a time where the value has no groups of its own */
#define RECOVERY_LUKS_LENGTH ((size_t)71) /* 8 groups of 8 with dashes */

/* Groups with dashes between them; count 0 for kinds that are one line. */
struct recovery_shape {
    unsigned count;
    unsigned size;
};

/* LUKS is looked at as systemd makes it; a passphrase has no shape. */
struct recovery_shape recovery_shape_of(enum ud_kind kind);
/* May `c` stand in a group of this kind? Lower case of FileVault counts as not yet normalised: no. */
bool recovery_is_member(enum ud_kind kind, unsigned char c);
/* Fault of one group whose characters are members and whose length is right. */
enum ud_group_fault recovery_group_value(enum ud_kind kind, const unsigned char *group);
bool recovery_is_printable(unsigned char c);
/* The check on an open view. */
void recovery_check_bytes(struct ud_recovery_check *out, enum ud_kind kind, const unsigned char *data, size_t length);

#endif
