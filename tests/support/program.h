/* Runs a program of the build to its end and keeps what it said. */
#ifndef UD_TESTS_PROGRAM_H
#define UD_TESTS_PROGRAM_H

#include <stddef.h>

#define UD_PROGRAM_OUT ((size_t)16 * 1024 * 1024)

struct ud_program {
    char *out, *err; /* NUL-terminated; freed by ud_program_free */
    size_t out_length, err_length;
    int code; /* exit code; 128 + signal */
};

/* Directory of the programs under test: $UD_BUILD, else "build". */
const char *ud_build_dir(void);
/* Path of a program below it ("unlockdesk", "seams/unlockdesk"). Static buffer per call site is the caller's. */
void ud_build_path(char *out, size_t size, const char *program);

/* Runs `argv` (argv[0] is looked up below the build directory unless it holds a slash) with `input` on standard input (NULL: /dev/null). Fails the test
 * after `seconds`. */
void ud_program_run(struct ud_program *p, const char *const *argv, const char *input, unsigned seconds);
void ud_program_free(struct ud_program *p);

#endif
