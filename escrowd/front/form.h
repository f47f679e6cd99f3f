/* application/x-www-form-urlencoded bodies, read where they lie: in a struct ud_secret, because passwords and tokens come in them. */
#ifndef UD_FRONT_FORM_H
#define UD_FRONT_FORM_H

#include <stddef.h>

#include "base/secret.h"
#include "escrowd/vault/token.h"

/* One expected field; the ones not named are skipped. Exactly one of text, secret, into, token is set. */
struct ud_form_field {
    const char *name;
    char *text; /* cleaned; "" where missing */
    size_t size;
    struct ud_secret **secret; /* new, owned by the caller; NULL where missing or empty */
    struct ud_secret *into;    /* an empty one that is there already */
    bool *given;               /* may be NULL: was it there, empty or not */
    struct ud_token *token;    /* zero where missing or none of ours */
};

/* UD_INVALID: a wrong escape, a control character, a field given twice or too long. Secrets read so far still belong to the caller. */
UD_CHECK enum ud_status ud_form_read(
    const struct ud_form_field *field, size_t count, struct ud_secret *body, struct ud_error *err);

#endif
