/* A new activity log after the old one can no longer be written or trusted. */
#ifndef UD_JOURNAL_RENEW_H
#define UD_JOURNAL_RENEW_H

#include <stddef.h>

#include "base/error.h"

/* Moves the log directory `dir` aside, whole, to `DIR-set-aside-<UTC time>` (its name goes to `moved`, NULL or `size` bytes) and begins a new log in
 * `dir`. Its first line says where the old log lies, how many lines it had, the hash of the last one, and `why` (whoever decides it). Consoles that are
 * open keep refusing: they notice that their log was moved.
 * UD_DENIED where the log is whole and can be written: there is nothing to renew. */
UD_CHECK enum ud_status ud_journal_renew(char *moved, size_t size, const char *dir, const char *why, struct ud_error *err);

#endif
