/* What was built: hardened programs, no seams in a release, no call that is banned; and what the manual has to say. */
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "tests/support/program.h"

#define PROGRAM_MAX ((size_t)64 << 20)

static struct ud_buf
content(const char *path)
{
    struct ud_buf b;

    if (ud_file_read(&b, path, PROGRAM_MAX, NULL) != UD_OK)
        fail_msg("%s cannot be read", path);
    return b;
}

#ifndef UD_SANITIZED /* that build is none to ship */
static void
every_program_is_hardened(void **state)
{
    char build[512];
    struct ud_program p;

    (void)state;
    ud_build_path(build, sizeof(build), "");
    ud_program_run(&p, (const char *const[]){ "/bin/sh", "tests/support/hardening", build, NULL }, NULL, 60);
    if (p.code != 0)
        fail_msg("%s%s", p.out, p.err);
    assert_non_null(strstr(p.out, "4 programs are hardened"));
    ud_program_free(&p);
}

static bool
program_holds(const char *name, const char *text)
{
    char path[512];

    ud_build_path(path, sizeof(path), name);
    struct ud_buf b = content(path);
    bool found = memmem(b.data, b.length, text, strlen(text)) != NULL;
    ud_buf_free(&b);
    return found;
}

static void
the_release_holds_no_seam_and_the_test_build_does(void **state)
{
    static const char *const programs[] = { "unlockdesk", "unlockdesk-worker", "escrowd", "escrowd-simulate" };

    (void)state;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
        assert_false(program_holds(programs[i], "UD_SEAM"));
    assert_true(program_holds("seams/unlockdesk", "UD_SEAM")); /* so it is what one would find */
}
#endif

/* --- calls ------------------------------------------------------------------------------------------------------------------------------- */

static const char *const banned[] = { "alloca", "rand", "srand", "random", "srandom", "drand48", "system", "popen", "sprintf",
    "vsprintf", "strcat", "gets", "tmpnam", "tempnam", "mktemp", "execlp", "execvp", "execvpe", "wordexp" };

/* A call of that very name, not of one that ends so. */
static bool
calls(const char *text, const char *name)
{
    char call[32];

    (void)snprintf(call, sizeof(call), "%s(", name);
    for (const char *at = text; (at = strstr(at, call)) != NULL; at++) {
        char before = at > text ? at[-1] : ' ';
        if (strchr("_>.\"", before) == NULL && (before < '0' || before > '9') && (before < 'a' || before > 'z'))
            return true;
    }
    return false;
}

static bool
is_source(const FTSENT *e)
{
    size_t n = e->fts_namelen;

    return e->fts_info == FTS_F && n > 2 && (strcmp(e->fts_name + n - 2, ".c") == 0 || strcmp(e->fts_name + n - 2, ".h") == 0);
}

static void
calls_that_are_banned_stand_in_no_source(void **state)
{
    char *const roots[] = { (char[]){ "api-client" }, (char[]){ "escrowd" }, (char[]){ "tui" }, NULL };
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    unsigned files = 0;

    (void)state;
    assert_non_null(tree);
    for (FTSENT *e; (e = fts_read(tree)) != NULL;) {
        if (!is_source(e))
            continue;
        struct ud_buf b = content(e->fts_path);
        for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++)
            if (calls(b.data, banned[i]))
                fail_msg("%s calls %s", e->fts_path, banned[i]);
        ud_buf_free(&b);
        files++;
    }
    (void)fts_close(tree);
    assert_true(files > 300);
    assert_true(calls("x = rand();", "rand"));
    assert_false(calls("ud_rand(x); a->rand(x);", "rand"));
}

static void
the_manual_says_what_the_log_cannot_do(void **state)
{
    struct ud_buf b = content("doc/man/unlockdesk.1");

    (void)state;
    assert_non_null(strstr(b.data, "The owner of these files can delete them; the audit of the service is the authority."));
    ud_buf_free(&b);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifndef UD_SANITIZED
        cmocka_unit_test(every_program_is_hardened),
        cmocka_unit_test(the_release_holds_no_seam_and_the_test_build_does),
#endif
        cmocka_unit_test(calls_that_are_banned_stand_in_no_source),
        cmocka_unit_test(the_manual_says_what_the_log_cannot_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
