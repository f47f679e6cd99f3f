/* Detail that travels with a status: one sentence of what happened, one of what to do next.
 * The layer that knows most writes it, once; everybody above passes it on untouched. */
#ifndef UD_BASE_ERROR_H
#define UD_BASE_ERROR_H

#include "base/status.h"

struct ud_error {
    enum ud_status status;
    char message[320]; /* what happened; clean text, one line, never a secret */
    char hint[320];    /* what to do next; may be empty */
};

/* Fills `err` (NULL is fine) and returns `st`, so that callers write `return ud_error_set(err, UD_X, "...")`.
 * The format is looked up in the catalogue of the process's language (base/language.h), so callers write it in English; whatever is
 * put in by "%s" they translate themselves. Clears the hint. Text that does not fit is cut at a character boundary. */
enum ud_status ud_error_set(struct ud_error *err, enum ud_status st, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Adds the hint; returns the status already in `err` (UD_FAILED where err is NULL). */
enum ud_status ud_error_hint(struct ud_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Status from errno: ENOSPC/EDQUOT/EFBIG -> NOSPACE, ENOMEM -> NOMEM, ENOENT -> NOTFOUND, else IO; message "what: strerror". */
enum ud_status ud_error_errno(struct ud_error *err, const char *what);
void ud_error_clear(struct ud_error *err);

#endif
