/* The diagnostic log: off unless a file is configured, redacting, never a secret at any level. Lines are cleaned, cut at
 * 1 KiB, and anything that looks like a token, a GUID-free run of 20 or more base64 characters or a recovery key is replaced by
 * "[redacted]" as a second line of defence; the first is that secrets have a type that cannot be formatted. */
#ifndef UD_BASE_LOG_H
#define UD_BASE_LOG_H

#include "base/error.h"

struct ud_log;

/* Opens `path` for appending (0600, refused when looser or not ours). */
UD_CHECK enum ud_status ud_log_open(struct ud_log **out, const char *path, struct ud_error *err);
void ud_log_free(struct ud_log **log);
/* NULL log: nothing happens. */
void ud_log_line(struct ud_log *log, const char *area, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The redaction itself, in place (tests, and text that is shown with errors). */
void ud_log_redact(char *text);

#endif
