/* A FileVault recovery key that somebody types so that its Mac hands it over: how it must look, and what became of it. The service keeps it only
 * until the Mac has verified it and made a new one; the new one is what is escrowed. Pure. */
#ifndef UD_DOMAIN_TYPED_KEY_H
#define UD_DOMAIN_TYPED_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "domain/guid.h"

#define UD_TYPED_CHARACTERS 24
#define UD_TYPED_GROUPS     6
#define UD_TYPED_ROOM       64 /* bytes of a secret that one is typed into */

enum ud_typed_state { UD_TYPED_NONE, UD_TYPED_PENDING, UD_TYPED_DONE, UD_TYPED_FAILED, UD_TYPED_STATE_COUNT };
/* Why it failed, in the order in which causes are worth looking at. */
enum ud_typed_cause {
    UD_TYPED_NO_CAUSE,
    UD_TYPED_WRONG_KEY,  /* the Mac says that this is not its key */
    UD_TYPED_NO_CONTACT, /* the Mac has not checked in for a while */
    UD_TYPED_NO_POLICY,  /* the Mac has no FileVault policy */
    UD_TYPED_OTHER,      /* something else, or another one was typed */
    UD_TYPED_CAUSE_COUNT
};
const char *ud_typed_state_name(enum ud_typed_state s); /* "none" "pending" "done" "failed" */
bool ud_typed_state_parse(enum ud_typed_state *out, const char *name);
const char *ud_typed_cause_name(enum ud_typed_cause c); /* "wrong-key" "no-contact" "no-policy" "other"; NULL for none */
bool ud_typed_cause_parse(enum ud_typed_cause *out, const char *name);

/* Takes one character of what is typed or pasted: letters and digits go in, in upper case; blanks and dashes are left out. UD_INVALID for anything
 * else and where there is no more room; the secret is as before then. */
UD_CHECK enum ud_status ud_typed_add(struct ud_secret *key, char c, struct ud_error *err);
enum ud_typed_fault {
    UD_TYPED_FINE,
    UD_TYPED_EMPTY,
    UD_TYPED_LENGTH,       /* neither 24 characters nor anything known */
    UD_TYPED_IS_BITLOCKER, /* 48 digits */
    UD_TYPED_IS_ACCOUNT,   /* 28 characters: of an Apple Account */
    UD_TYPED_IS_FAULTY,    /* 16 characters: a fault of macOS shows them */
};
/* Is it a FileVault recovery key by its shape? *characters: how many letters and digits there are. *unusual: 0, 1, I or S are among them, which these
 * keys never hold: to be looked at once more, not refused. */
enum ud_typed_fault ud_typed_check(size_t *characters, bool *unusual, struct ud_secret *key);

/* What is sealed to the service: the device's id and the request's, then the key in its stored form with dashes. A box is good for that device and
 * request only. `out` is new. */
#define UD_TYPED_HEAD 32
UD_CHECK enum ud_status ud_typed_pack(struct ud_secret **out, struct ud_secret *key, const struct ud_guid *device,
    const struct ud_guid *request, struct ud_error *err);
/* The other way, in place: leaves the key in its stored form. UD_TAMPERED where it was meant for another device or request, UD_INVALID where it is no
 * FileVault recovery key; the secret is wiped then. */
UD_CHECK enum ud_status ud_typed_unpack(
    struct ud_secret *box, const struct ud_guid *device, const struct ud_guid *request, struct ud_error *err);

#endif
