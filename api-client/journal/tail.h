/* The end of the log file: the last whole line, and what a crash left behind it. Private to the journal. */
#ifndef UD_JOURNAL_TAIL_H
#define UD_JOURNAL_TAIL_H

#include <sys/types.h>

#include "journal/epoch.h"
#include "journal/line.h"

struct ud_tail {
    off_t end;         /* behind the last whole line */
    uint64_t torn;     /* bytes after it */
    uint64_t sequence; /* of the last line, 0: none */
    uint64_t epoch;    /* number of the key that signs the next line */
    unsigned char hash[UD_HASH_SIZE];
};

/* UD_JOURNAL where the last whole line is not one of ours or its hash is wrong. */
UD_CHECK enum ud_status ud_tail_read(struct ud_tail *t, int fd, off_t size, struct ud_error *err);
/* Copies the torn bytes to `torn-N` in `dir` (N: the last whole line), then cuts them off, durably. */
UD_CHECK enum ud_status ud_tail_move(int fd, const char *dir, const struct ud_tail *t, struct ud_error *err);
/* Where bytes were set aside behind line `sequence`: the sentence for the RECOVERY line, with their number and hash. Else false. */
bool ud_tail_aside(char *out, size_t size, const char *dir, uint64_t sequence);
/* The key the log began with, from its first line. UD_JOURNAL where that line is not one of ours. */
UD_CHECK enum ud_status ud_tail_first_key(unsigned char key[UD_SIGN_PUBLIC], int fd, struct ud_error *err);

#endif
