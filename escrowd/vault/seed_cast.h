/* The cast of training calls. Private to the seed. */
#ifndef UD_VAULT_SEED_CAST_H
#define UD_VAULT_SEED_CAST_H

#include "base/buf.h"
#include "domain/device.h"
#include "escrowd/vault/roster.h"

enum ud_cast_trait {
    UD_CAST_MISHEARD = 1,  /* the caller reads one character of the ID wrong */
    UD_CAST_TWIN_KEY = 2,  /* its key's ID starts c0ffee00, like another device's */
    UD_CAST_READS_TPM = 4, /* the caller reads the TPM's ID */
    UD_CAST_NO_KEY = 8,
    UD_CAST_OFFLINE = 16,
    UD_CAST_SILENT = 32,     /* no call of its own: the other half of a pair */
    UD_CAST_PAPER = 64,      /* a Mac whose user has written its key down; with NO_KEY nobody else has it */
    UD_CAST_NO_POLICY = 128, /* a Mac without a FileVault policy */
};

struct ud_cast {
    const char *title;
    const char *name, *user, *user_name, *os, *model, *manufacturer;
    enum ud_ownership ownership;
    unsigned traits;
    const char *caller, *says, *practise;
};

const struct ud_cast *ud_cast_list(uint32_t *count);

/* Writes one call of cast.json; `said` is what the caller reads out, "" for none. */
void ud_cast_write(
    struct ud_buf *out, unsigned number, const struct ud_cast *c, const char *serial, const char *said, bool first);

#endif
