/* Files that hold state: 0600 in directories 0700, ours, no links followed, replaced whole. */
#ifndef UD_BASE_FILE_H
#define UD_BASE_FILE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/secret.h"

/* Makes `path` and what is missing above it, 0700. An existing directory that is looser or not ours is refused with the fix. */
UD_CHECK enum ud_status ud_dir_ensure(const char *path, struct ud_error *err);
/* Opens for reading; refuses links, non-regular files and files others may write. Returns the descriptor in *out (CLOEXEC). */
UD_CHECK enum ud_status ud_file_open_read(int *out, const char *path, struct ud_error *err);
/* Reads a whole file of at most `max` bytes. */
UD_CHECK enum ud_status ud_file_read(struct ud_buf *out, const char *path, size_t max, struct ud_error *err);
/* Reads a file with mode 0600 or 0400 into a new secret. */
UD_CHECK enum ud_status ud_file_read_secret(struct ud_secret **out, const char *path, struct ud_error *err);
/* Replaces atomically: temporary beside it (O_EXCL, random name), fsync, rename, fsync of the directory. */
UD_CHECK enum ud_status ud_file_replace(const char *path, const void *bytes, size_t length, unsigned mode, struct ud_error *err);
/* write() until done; EINTR is invisible. */
UD_CHECK enum ud_status ud_fd_write_all(int fd, const void *bytes, size_t length, struct ud_error *err);

#endif
