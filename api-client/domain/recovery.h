/* Recovery keys: kinds, shapes and exact checks. Pure; a secret is looked at through an open view and never copied.
 * BitLocker: 48 digits, 8 groups of 6, each divisible by 11 and below 720896 (public: Microsoft System Integrity Team,
 * 2006-08-10). FileVault: 24 characters A-Z 0-9, 6 groups of 4 (0 1 I S only warned of). LUKS: as systemd-cryptenroll
 * makes them, 64 modhex characters in 8 groups of 8, or a passphrase of printable ASCII up to 128. LAPS: printable ASCII up to 128. */
#ifndef UD_DOMAIN_RECOVERY_H
#define UD_DOMAIN_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"

enum ud_kind { UD_KIND_BITLOCKER, UD_KIND_FILEVAULT, UD_KIND_LUKS, UD_KIND_LAPS, UD_KIND_COUNT };
enum ud_volume { UD_VOLUME_NONE, UD_VOLUME_OS, UD_VOLUME_FIXED, UD_VOLUME_REMOVABLE };
/* REPLACED is called "superseded" outside. */
enum ud_key_state { UD_KEY_CURRENT, UD_KEY_SUPERSEDED, UD_KEY_DISCLOSED, UD_KEY_ROTATION_PENDING };

const char *ud_kind_name(enum ud_kind k); /* "bitlocker" … as in JSON */
bool ud_kind_parse(enum ud_kind *out, const char *name);
const char *ud_volume_name(enum ud_volume v); /* "os" "fixed" "removable", NULL for none */
bool ud_volume_parse(enum ud_volume *out, const char *name);
const char *ud_key_state_name(enum ud_key_state s); /* "current" "superseded" "disclosed" "rotation-pending" */
bool ud_key_state_parse(enum ud_key_state *out, const char *name);

/* The kind that devices of a system have: "macOS" FileVault, "Linux" LUKS, else BitLocker. */
enum ud_kind ud_kind_of_system(const char *os);

#define UD_RECOVERY_GROUPS 8
#define UD_RECOVERY_MAX    128
#define UD_PACKAGE_MAX     32768 /* bytes of a BitLocker key package */

enum ud_group_fault { UD_GROUP_OK, UD_GROUP_SHORT, UD_GROUP_NOT_11, UD_GROUP_TOO_LARGE, UD_GROUP_CHARACTER };

/* What a check found. `group` is 1-based and names the first wrong one; 0 where the whole is wrong (length). */
struct ud_recovery_check {
    bool ok;
    unsigned group;
    enum ud_group_fault fault;
    bool warn_unusual; /* FileVault with 0 1 I S: accepted, to be read twice */
    unsigned group_count;
    unsigned group_size; /* characters a group; the last may be shorter for LAPS (shown 4 at a time) */
};

/* Checks a secret's content as it is stored (with dashes between groups where the kind has groups). */
void ud_recovery_check(struct ud_recovery_check *out, enum ud_kind kind, struct ud_secret *key);
/* Accepts what people and files write (spaces, dashes or nothing between groups, lower case for FileVault) and rewrites it in place into
 * the stored form. UD_INVALID names the wrong group ("Group 3 is not a multiple of 11: one digit is wrong"). */
UD_CHECK enum ud_status ud_recovery_normalise(struct ud_secret *key, enum ud_kind kind, struct ud_error *err);
/* One group of digits as typed in a read-back: checks length, divisibility by 11 and range. */
enum ud_group_fault ud_recovery_group_check(enum ud_kind kind, const char *typed, size_t length);
/* Offset and length of group `index` (0-based) in the stored form; false where there is none. */
bool ud_recovery_group(enum ud_kind kind, size_t stored_length, unsigned index, size_t *offset, size_t *length);
unsigned ud_recovery_group_count(enum ud_kind kind, size_t stored_length);
/* Sentence for a fault in a group ("Group 3: …, ask for it again"). */
void ud_recovery_fault_text(char *out, size_t size, const struct ud_recovery_check *c);
/* A fresh valid random key of a kind, in stored form, for rotation by simulated devices and for training. */
UD_CHECK enum ud_status ud_recovery_generate(struct ud_secret **out, enum ud_kind kind, struct ud_error *err);

/* What a text looks like: digits and gaps are meant as BitLocker's, groups of capitals and digits as FileVault's, the rest is a LUKS
 * passphrase. ud_recovery_normalise then checks it exactly, so that a mistyped key is refused and not taken for another kind. */
enum ud_kind ud_recovery_guess(struct ud_secret *key);

#endif
