/* Looks for a secret in the memory of running processes, as root, through /proc/PID/mem: every mapping but read-only file mappings, no-access pages and
 * stacks included. A debugger's core would leave out exactly the pages that matter. */
#ifndef UD_TESTS_MEMSCAN_H
#define UD_TESTS_MEMSCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define UD_SCAN_HITS 64

/* One place where 12 or more consecutive characters of the secret stand, in some encoding. */
struct ud_scan_hit {
    pid_t pid;
    unsigned long address;
    char mapping[96]; /* line of /proc/PID/maps, cut */
    char form[24];    /* "bytes", "every 28 bytes", "hex", "base64", "percent" */
    bool guarded;     /* the mapping is locked and left out of dumps: a struct ud_secret */
};

struct ud_scan {
    struct ud_scan_hit hit[UD_SCAN_HITS];
    size_t hits;   /* counted on beyond the table */
    size_t bytes;  /* looked at */
    size_t unread; /* mappings that could not be read */
};

/* Adds what `pid` holds of `secret` (at least 12 characters) in memory, in its open files (deleted ones too), environment and arguments. Hits less than 256 bytes apart in one form count once. */
void ud_scan_process(struct ud_scan *s, pid_t pid, const char *secret);
/* The same for every process in `pids`. */
void ud_scan_processes(struct ud_scan *s, const pid_t *pids, size_t count, const char *secret);
/* Process ids of `root` and everything below it; returns how many. */
size_t ud_scan_family(pid_t root, pid_t *out, size_t max);
/* Looks through one file; hits carry pid 0 and the path. */
void ud_scan_file(struct ud_scan *s, const char *path, const char *secret);
/* Every regular file below a directory. */
void ud_scan_tree(struct ud_scan *s, const char *path, const char *secret);
/* Prints the hits, for a failing test. Never the secret. */
void ud_scan_print(const struct ud_scan *s);

#endif
