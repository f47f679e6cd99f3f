/* A secret: guarded, locked pages, no access unless open, wiped when freed. The only type in which a recovery key, a
 * token, a passphrase or a key derived from one may live. Built on libsodium's guarded allocation plus an explicit,
 * checked mlock (sodium_malloc does not fail when locking fails). It cannot be copied, formatted or logged. */
#ifndef UD_BASE_SECRET_H
#define UD_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct ud_secret;

#define UD_SECRET_MAX      ((size_t)64 * 1024)
#define UD_SECRET_KEPT_MAX ((size_t)64)

/* A new, empty secret with room for `capacity` bytes (1..UD_SECRET_MAX), closed. UD_NOMEM names the lock limit and the fix. */
UD_CHECK enum ud_status ud_secret_new(struct ud_secret **out, size_t capacity, struct ud_error *err);
/* Wipes, unlocks, frees, nulls. NULL and pointer to NULL are fine. */
void ud_secret_free(struct ud_secret **s);
/* Up to `count` freed secrets (UD_SECRET_KEPT_MAX at most) stay locked, wiped and closed, and are given out again where the same capacity is
 * asked for, which saves the system calls of making them. For a process that makes many, and after its last fork: a child does not have the
 * pages. 0, as at the start, keeps none and frees what was kept. */
void ud_secret_keep(size_t count);
size_t ud_secret_length(const struct ud_secret *s);
size_t ud_secret_capacity(const struct ud_secret *s);
/* Opens for reading or writing; every open is closed on every path. Opens do not nest. The pointer dies at close. */
const unsigned char *ud_secret_open(struct ud_secret *s);
unsigned char *ud_secret_open_write(struct ud_secret *s);
void ud_secret_close(struct ud_secret *s);
/* Keeps a closed secret's pages accessible until ud_secret_release, so that the opens in between cost no system call. For a thread that is
 * about to use a key for a whole batch of work, never across a wait. Opens and closes stay in pairs as ever. */
void ud_secret_hold(struct ud_secret *s, bool writable);
void ud_secret_release(struct ud_secret *s);
/* Sets the length after writing (at most capacity, asserted). May be called open or closed. */
void ud_secret_set_length(struct ud_secret *s, size_t length);
/* Appends or truncates without leaving it open. UD_INVALID where it does not fit; nothing is changed then. */
UD_CHECK enum ud_status ud_secret_append(struct ud_secret *s, const void *bytes, size_t length, struct ud_error *err);
/* Shortens to `length` bytes and wipes the rest. */
void ud_secret_truncate(struct ud_secret *s, size_t length);
/* Moves everything from `from` to the end of `to`; wipes `from`. */
UD_CHECK enum ud_status ud_secret_move(struct ud_secret *to, struct ud_secret *from, struct ud_error *err);
/* Wipes the content, length 0; stays usable. */
void ud_secret_wipe(struct ud_secret *s);
/* Constant time in the content; lengths are not secret. */
bool ud_secret_equal(struct ud_secret *a, struct ud_secret *b);
/* Wipes every live secret. Async-signal-safe; for the fatal-signal handler and the lock. */
void ud_secret_wipe_all(void);
/* How many secrets are alive (tests, and the assertion that the UI never forks while holding one). */
size_t ud_secret_live(void);
/* At start: is the lock limit large enough for `blocks` secrets? UD_NOMEM with the sentence that says how to raise it. */
UD_CHECK enum ud_status ud_secret_check_limit(size_t blocks, struct ud_error *err);
/* Overwrites 64 KiB of dead stack below the caller: after each step that had a secret in registers or on the stack. */
void ud_secret_clear_stack(void);

#endif
